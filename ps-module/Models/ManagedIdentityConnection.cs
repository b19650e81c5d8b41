using System;
using System.Collections.Generic;
using ManagedIdentity.Certificates;

namespace ManagedIdentity.Models;

public sealed partial class ManagedIdentityConnection
{
    private static readonly List<ManagedIdentityConnection> s_open = [];

    // Null in a test double: Pester's New-MockObject makes one without a constructor.
    private readonly ClientHandle? _client;
    private ConnectionEnd _end;

    internal ManagedIdentityConnection(ClientHandle client) => _client = client;

    /// <summary>Whether the cmdlets of this runspace use this connection when they are given none.</summary>
    public bool IsDefault => ReferenceEquals(this, ConnectionChoice.Current);

    /// <summary>
    /// Whether the connection is open: Disconnect-ManagedIdentityService, Stop-ArmEmulator and Remove-Module close it.
    /// </summary>
    public bool IsConnected => _client?.IsOpen ?? false;

    /// <summary>What closed it.</summary>
    internal ConnectionEnd End
    {
        get => _client is null ? ConnectionEnd.TestDouble : _end;
        private set => _end = value;
    }

    internal ulong Client => _client?.Value ?? 0;

    /// <summary>The certificate that it signs in with, where this process holds its key.</summary>
    internal SigningCertificate? Certificate { get; private set; }

    /// <summary>What a connection of another process or version of the module is here: text, without the sign-in.</summary>
    /// <param name="property">The text of a property of that connection.</param>
    internal static ManagedIdentityConnection CopiedFrom(Func<string, string?> property) =>
        new(new ClientHandle(0, _ => { }))
        {
            End = ConnectionEnd.Copied,
            Account = property(nameof(Account)) ?? "",
            AccountType = property(nameof(AccountType)) ?? "",
            TenantId = property(nameof(TenantId)),
            SubscriptionId = property(nameof(SubscriptionId)) ?? "",
            SubscriptionName = property(nameof(SubscriptionName)) ?? "",
            Environment = property(nameof(Environment)) ?? "",
            Endpoint = property(nameof(Endpoint)) ?? "",
        };

    /// <summary>The open connections of this process, the oldest first.</summary>
    internal static ManagedIdentityConnection[] AllOpen()
    {
        lock (s_open)
        {
            return s_open.ToArray();
        }
    }

    /// <summary>Counts as open, and owns a certificate.</summary>
    internal void Open(SigningCertificate? certificate)
    {
        lock (s_open)
        {
            Certificate = certificate;
            s_open.Add(this);
        }
    }

    /// <summary>Closes the connection. What runs with it ends as it would.</summary>
    internal void Close(ConnectionEnd end)
    {
        lock (s_open)
        {
            s_open.Remove(this);
            if (IsConnected)
            {
                End = end;
            }
        }

        _client?.Dispose();
        Certificate?.Dispose();
    }

    /// <summary>Whether it leads to a service on this machine, such as an emulator.</summary>
    internal bool IsAtThisMachine => Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) && endpoint.IsLoopback;

    /// <summary>Whether it leads to a service on this port of this machine.</summary>
    internal bool IsAtLocalPort(int port) =>
        Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) && endpoint.IsLoopback && endpoint.Port == port;

    /// <inheritdoc/>
    public override string ToString() =>
        PlainText.Of($"{Account} at {Endpoint}, {SubscriptionName} ({SubscriptionId})");
}
