using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using ManagedIdentity.Certificates;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that works through a connection, on any number of inputs.</summary>
public abstract class ConnectedCmdlet : OperationCmdlet
{
    private static readonly SemaphoreSlim s_connecting = new(1);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>
    /// The connection to work through. Without it, the one that Connect-ManagedIdentityService made last in this runspace,
    /// or that of the process's first runspace. The first sign-in that works is used only where nobody ever connected.
    /// </summary>
    [Parameter]
    [Alias("DefaultProfile", "AzContext", "AzureRmContext", "AzureCredential")]
    [ConnectionArgument]
    [ValidateNotNull]
    public ManagedIdentityConnection? Connection { get; set; }

    /// <summary>How many inputs are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>
    /// How long the work on each input may take, in seconds, from its turn on. Without it, the -TimeoutSec of the
    /// connection counts.
    /// </summary>
    [Parameter]
    [ValidateRange(1, NativeMethods.AZMI_LONGEST_TIMEOUT_S)]
    public int? TimeoutSec { get; set; }

    /// <summary>The subscriptions to work in, by their ids; null for the connection's.</summary>
    private protected abstract string[]? Subscriptions { get; set; }

    /// <summary>Where the values of the parameters come from.</summary>
    private protected InputNames Given { get; private set; } = null!;

    /// <summary>The subscription, as a part of what a resource is called.</summary>
    private protected GivenName Subscription => Given.Name("SubscriptionId", Subscriptions);

    /// <summary>Whether nothing is to be changed: what is not known is told then, and is no error.</summary>
    private protected virtual bool OnlyPlans => LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private protected override int OperationsAtOnce => ThrottleLimit;

    private protected override int SecondsForOperation => TimeoutSec ?? 0;

    private protected override SigningCertificate? Certificate => Connection?.Certificate ?? base.Certificate;

    /// <summary>The native handle of the connection.</summary>
    private protected ulong Client => Connection!.Client;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (this is IAzCommand { OtherParameter: { Length: > 0 } other } && AzParameters.Refusal(MyInvocation.MyCommand.Name, other) is { } refusal)
        {
            Fail(refusal);
        }

        // Nothing of the pipeline is bound yet.
        Given = new InputNames(this);
        Connection ??= ConnectionOrSignIn();
        if (!Connection.IsConnected)
        {
            Fail(Failures.ConnectionClosed(Connection), Connection);
        }

        if (Subscriptions is { } named && !(named.Length == 1 && Guid.TryParseExact(named[0], "D", out _)))
        {
            Subscriptions = IdsOf(named);
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        base.StopProcessing();
        _stopping.Cancel();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _stopping.Dispose();
        }
    }

    /// <summary>Does something with each resource that was given; what stands for none is an error of its own.</summary>
    private protected void ForEach(TargetParameters<ResourceTarget> given, Action<ResourceTarget, object?> action) =>
        ForEach(given.Each(), action);

    /// <summary>Does something with each input; one that does not stand for what it should is an error of its own.</summary>
    private protected void ForEach<T>(IEnumerable<(object? Input, Func<T> Meaning)> given, Action<T, object?> action)
    {
        foreach (var (input, meaning) in given)
        {
            Try(() => action(meaning(), input), input);
        }
    }

    /// <summary>Does something with one input, and reports what is wrong with it.</summary>
    private protected void Try(Action action, object? input)
    {
        try
        {
            action();
        }
        catch (ManagedIdentityException error) when (error.Code == Failures.NullInput && OnlyPlans)
        {
            PlanUnknown(error.Target);
        }
        catch (ManagedIdentityException error)
        {
            Report(error, input);
        }
    }

    /// <summary>Tells that a plan can't be made, because a parameter names what is only planned itself.</summary>
    private protected virtual void PlanUnknown(string? parameter) =>
        WriteVerbose($"Skipped: -{parameter} is null or empty, because the resource is only planned.");

    /// <summary>What is wrong with the command line is so for all inputs: it is one error, which ends the command.</summary>
    private protected override void Report(ManagedIdentityException error, object? input)
    {
        var isForAll = error.Code switch
        {
            Failures.MissingParameter => !IsColumn(error.Target, input),
            Failures.NullInput => error.Target is { } parameter && Given.IsOnCommandLine(parameter),
            _ => false,
        };
        if (isForAll)
        {
            Fail(error, input);
        }

        base.Report(error, input);
    }

    /// <summary>Whether an input is a row of a table with a column for a parameter, so that others may fill it.</summary>
    private bool IsColumn(string? parameter, object? input) =>
        parameter is not null && input is not (null or string)
        && PSObject.AsPSObject(input) is var one && ResourceReference.IdOrName(one) is null
        && Given.Columns(parameter).Any(column => one.Properties[column] is not null);

    private protected override ManagedIdentityException Explain(ManagedIdentityException error) =>
        Connection is { IsConnected: false } closed ? Failures.ConnectionClosed(closed) : error;

    /// <summary>
    /// The ids of the subscriptions that the command line names by their ids or names. That of several each is there is
    /// checked: Azure Resource Graph ignores those that are not.
    /// </summary>
    private string[] IdsOf(string[] named)
    {
        var ids = new List<string>();
        Run(new SubscriptionListRequest(Client, named), new Operation(null)
        {
            OnItem = item => ids.Add(((Subscription)item).Id),
            OnFailed = error => Fail(error),
        });
        return [.. ids];
    }

    private ManagedIdentityConnection ConnectionOrSignIn()
    {
        try
        {
            return DefaultConnection.Take() ?? ConnectOnce();
        }
        catch (ManagedIdentityException error)
        {
            Fail(error);
            throw;
        }
    }

    /// <summary>
    /// Connects by the first sign-in that works, for the whole process: other runspaces that come here meanwhile wait for
    /// it.
    /// </summary>
    private ManagedIdentityConnection ConnectOnce()
    {
        try
        {
            s_connecting.Wait(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        try
        {
            if (DefaultConnection.Take() is { } connection)
            {
                return connection;
            }

            if (HasErrorOfConnect())
            {
                ConnectionChoice.MakeNone(ConnectionEnd.ConnectFailed);
                DefaultConnection.Take();
            }

            return ConnectAutomatically();
        }
        finally
        {
            s_connecting.Release();
        }
    }

    /// <summary>
    /// Whether a command line with Connect-ManagedIdentityService has failed. An error in one of its arguments, such as
    /// that of a command in parentheses, ends it before PowerShell makes the cmdlet: only the error shows it.
    /// </summary>
    private bool HasErrorOfConnect() =>
        SessionState.PSVariable.GetValue("global:Error") is IEnumerable errors &&
        errors.OfType<ErrorRecord>().Any(error =>
            error.InvocationInfo?.Line?.IndexOf("Connect-ManagedIdentityService", StringComparison.OrdinalIgnoreCase) >= 0);

    private ManagedIdentityConnection ConnectAutomatically()
    {
        ManagedIdentityConnection? made = null;
        var request = new ClientConnectRequest { Credential = CredentialKind.Automatic };
        Run(request, new Operation(null)
        {
            OnItem = item => made = (ManagedIdentityConnection)item,
            OnFailed = error => Fail(error),
        });
        // Stopped meanwhile: nobody reads this.
        var connection = made ?? throw new PipelineStoppedException();
        connection.Open(TakeCertificate());
        ConnectionChoice.MakeAutomatic(connection);
        return connection;
    }
}
