using System.Collections.Generic;
using System.Threading;
using ManagedIdentity.Native;

namespace ManagedIdentity.Models;

/// <summary>A connection to Azure Resource Manager. It shows who is signed in and where, and never a secret.</summary>
public sealed class ManagedIdentityConnection
{
    private static readonly List<ManagedIdentityConnection> s_open = [];
    private static ManagedIdentityConnection? s_default;
    private readonly ClientHandle _client;

    internal ManagedIdentityConnection(ClientHandle client) => _client = client;

    /// <summary>The connection that a cmdlet uses when it is given none; one for the whole process.</summary>
    internal static ManagedIdentityConnection? Default => Volatile.Read(ref s_default);

    /// <summary>Who is signed in, as far as the sign-in says.</summary>
    public string Account { get; internal set; } = "";

    /// <summary>
    /// The kind of sign-in: <c>AccessToken</c>, <c>ServicePrincipal</c>, <c>ManagedService</c>, <c>User</c>,
    /// <c>AzurePowerShell</c> or <c>AzureCli</c>.
    /// </summary>
    public string AccountType { get; internal set; } = "";

    /// <summary>The tenant's id, where it is known.</summary>
    public string? TenantId { get; internal set; }

    /// <summary>The subscription that is meant where none is named.</summary>
    public string SubscriptionId { get; internal set; } = "";

    /// <summary>That subscription's name.</summary>
    public string SubscriptionName { get; internal set; } = "";

    /// <summary>The cloud's name.</summary>
    public string Environment { get; internal set; } = "";

    /// <summary>The URL of Azure Resource Manager.</summary>
    public string Endpoint { get; internal set; } = "";

    /// <summary>Whether cmdlets use this connection when they are given none.</summary>
    public bool IsDefault => ReferenceEquals(this, Default);

    /// <summary>Whether the connection is open; Disconnect-ManagedIdentityService closes it.</summary>
    public bool IsConnected => _client.IsOpen;

    internal ulong Client => _client.Value;

    /// <summary>The open connections of this process, the oldest first.</summary>
    internal static ManagedIdentityConnection[] AllOpen()
    {
        lock (s_open)
        {
            return s_open.ToArray();
        }
    }

    /// <summary>The default, and whether there is any open connection.</summary>
    internal static (ManagedIdentityConnection? Default, bool IsAnyOpen) Current()
    {
        lock (s_open)
        {
            return (s_default, s_open.Count > 0);
        }
    }

    /// <summary>Counts as open, and as what cmdlets use when they are given none.</summary>
    internal void BecomeDefault()
    {
        lock (s_open)
        {
            s_open.Add(this);
            Volatile.Write(ref s_default, this);
        }
    }

    /// <summary>Closes the connection. What runs with it ends as it would.</summary>
    internal void Close()
    {
        lock (s_open)
        {
            s_open.Remove(this);
            if (IsDefault)
            {
                Volatile.Write(ref s_default, null);
            }
        }

        _client.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Account} at {Endpoint}, {SubscriptionName} ({SubscriptionId})";
}
