using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;

namespace ManagedIdentity.Commands;

/// <summary>Changes how an emulator behaves.</summary>
[Cmdlet(VerbsCommon.Set, "ArmEmulatorSetting", DefaultParameterSetName = Usual, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(PSObject))]
public sealed class SetArmEmulatorSettingCommand : EmulatorControlCmdlet
{
    private const string Usual = "Usual";
    private const string ByName = "ByName";

    /// <summary>How long an operation takes that starts from now on: milliseconds, or a time span.</summary>
    [Parameter(ParameterSetName = Usual)]
    [Inputs.Milliseconds]
    public TimeSpan OperationTime { get; set; }

    /// <summary>How much longer every response takes: milliseconds, or a time span.</summary>
    [Parameter(ParameterSetName = Usual)]
    [Inputs.Milliseconds]
    public TimeSpan Latency { get; set; }

    /// <summary>
    /// How long the principal of a new identity is unknown to role assignments and to Microsoft Graph: milliseconds, or a
    /// time span.
    /// </summary>
    [Parameter(ParameterSetName = Usual)]
    [Inputs.Milliseconds]
    public TimeSpan ReplicationDelay { get; set; }

    /// <summary>Whether Azure's limits of requests are enforced.</summary>
    [Parameter(ParameterSetName = Usual)]
    public bool Throttling { get; set; }

    /// <summary>How many items a page of a list has.</summary>
    [Parameter(ParameterSetName = Usual)]
    [ValidateRange(1, int.MaxValue)]
    public int? PageSize { get; set; }

    /// <summary>The name of any setting.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(Json.EmulatorSettingCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Its value; null for the initial one, where the setting takes it.</summary>
    [Parameter(ParameterSetName = ByName, Mandatory = true, Position = 1)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public object? Value { get; set; }

    /// <summary>Returns all settings.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var changes = Changes();
        if (changes.Count > 0 && !ShouldProcess(Target.Endpoint, $"Change settings: {string.Join(", ", changes.Keys)}"))
        {
            return;
        }

        if (TryCall("PATCH", "/settings", changes, ParameterSetName == ByName ? Name : Target, out var settings) && PassThru)
        {
            WriteObject(settings);
        }
    }

    private Dictionary<string, object?> Changes()
    {
        if (ParameterSetName == ByName)
        {
            return new Dictionary<string, object?> { [Member(Name)] = Value };
        }

        var changes = new Dictionary<string, object?>();
        Add(nameof(OperationTime), "operationMs", (long)OperationTime.TotalMilliseconds);
        Add(nameof(Latency), "latencyMs", (long)Latency.TotalMilliseconds);
        Add(nameof(ReplicationDelay), "replicationDelayMs", (long)ReplicationDelay.TotalMilliseconds);
        Add(nameof(Throttling), "throttling", Throttling);
        Add(nameof(PageSize), "pageSize", PageSize);
        return changes;

        void Add(string parameter, string member, object? value)
        {
            if (MyInvocation.BoundParameters.ContainsKey(parameter))
            {
                changes[member] = value;
            }
        }
    }

    /// <summary>The name of a setting as the emulator writes it; any other name ends the cmdlet.</summary>
    private string Member(string name)
    {
        var settings = (PSObject)CallEmulator(Target, "GET", "/settings", null)!;
        if (settings.Properties[name] is { } known)
        {
            return known.Name;
        }

        var names = string.Join(", ", settings.Properties.Select(setting => setting.Name));
        Fail(Failures.Invalid("InvalidSettings", nameof(Name), name, $"it must be one of {names}."), name);
        return name;
    }

    private protected override ManagedIdentityException Named(ManagedIdentityException error) =>
        error.Code == "InvalidSettings" && ParameterSetName == ByName
            ? Failures.Invalid(error.Code, nameof(Value), Value, error.Message)
            : error;
}
