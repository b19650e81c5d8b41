using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>
/// Makes the requests of an emulator's clients fail: by a fault of the catalogue, or with a response, a delay or an end of
/// the connection of one's own. With -Remove, the faults end.
/// </summary>
[Cmdlet(VerbsCommon.Set, "ArmEmulatorFault", DefaultParameterSetName = NamedFault, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ArmEmulatorFault), ParameterSetName = [NamedFault, WithResponse, WithDelay, WithClose])]
[OutputType(typeof(void), ParameterSetName = [Removed])]
public sealed class SetArmEmulatorFaultCommand : EmulatorControlCmdlet
{
    private const string NamedFault = "Named";
    private const string WithResponse = "Response";
    private const string WithDelay = "Delay";
    private const string WithClose = "Close";
    private const string Removed = "Remove";

    private string _what = "";

    /// <summary>The names of faults of the catalogue.</summary>
    [Parameter(ParameterSetName = NamedFault, Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(FaultCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The status of a response in place of the service's.</summary>
    [Parameter(ParameterSetName = WithResponse, Mandatory = true)]
    [ValidateRange(200, 599)]
    public int? StatusCode { get; set; }

    /// <summary>The code of the error in that response. Without it, the one that Azure has with the status most often.</summary>
    [Parameter(ParameterSetName = WithResponse)]
    [ValidateNotNullOrEmpty]
    public string? Code { get; set; }

    /// <summary>The message of the error in that response.</summary>
    [Parameter(ParameterSetName = WithResponse)]
    [ValidateNotNullOrEmpty]
    public string? Message { get; set; }

    /// <summary>Headers of that response, such as Retry-After.</summary>
    [Parameter(ParameterSetName = WithResponse)]
    [ValidateNotNull]
    public Hashtable? Header { get; set; }

    /// <summary>The body of that response, in place of an error.</summary>
    [Parameter(ParameterSetName = WithResponse)]
    [ValidateNotNull]
    public string? Body { get; set; }

    /// <summary>The content type of that body.</summary>
    [Parameter(ParameterSetName = WithResponse)]
    [ValidateNotNullOrEmpty]
    public string? ContentType { get; set; }

    /// <summary>How much later the response comes: a number of milliseconds, or a time span.</summary>
    [Parameter(ParameterSetName = WithDelay, Mandatory = true)]
    [Milliseconds]
    public TimeSpan Delay { get; set; }

    /// <summary>
    /// Ends the connection without a response: Before the request takes effect, or After.
    /// </summary>
    [Parameter(ParameterSetName = WithClose, Mandatory = true)]
    [ValidateSet("Before", "After")]
    public string CloseConnection { get; set; } = "";

    /// <summary>The method of the requests. WRITE stands for every one that changes something. Without it, all.</summary>
    [Parameter(ParameterSetName = NamedFault)]
    [Parameter(ParameterSetName = WithResponse)]
    [Parameter(ParameterSetName = WithDelay)]
    [Parameter(ParameterSetName = WithClose)]
    [ArgumentCompleter(typeof(FaultMethodCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Method { get; set; }

    /// <summary>The path and query of the requests: a part of them, or a pattern with *. Without it, all.</summary>
    [Parameter(ParameterSetName = NamedFault)]
    [Parameter(ParameterSetName = WithResponse)]
    [Parameter(ParameterSetName = WithDelay)]
    [Parameter(ParameterSetName = WithClose)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>How many of these requests pass before the first that meets the fault.</summary>
    [Parameter(ParameterSetName = NamedFault)]
    [Parameter(ParameterSetName = WithResponse)]
    [Parameter(ParameterSetName = WithDelay)]
    [Parameter(ParameterSetName = WithClose)]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>How many requests meet the fault. Without it, all until the fault is removed.</summary>
    [Parameter(ParameterSetName = NamedFault)]
    [Parameter(ParameterSetName = WithResponse)]
    [Parameter(ParameterSetName = WithDelay)]
    [Parameter(ParameterSetName = WithClose)]
    [ValidateRange(1, int.MaxValue)]
    public int? Times { get; set; }

    /// <summary>For how many seconds the fault lasts.</summary>
    [Parameter(ParameterSetName = NamedFault)]
    [Parameter(ParameterSetName = WithResponse)]
    [Parameter(ParameterSetName = WithDelay)]
    [Parameter(ParameterSetName = WithClose)]
    [ValidateRange(1, int.MaxValue)]
    public int? DurationSec { get; set; }

    /// <summary>Removes faults: those of -FaultId, or all.</summary>
    [Parameter(ParameterSetName = Removed, Mandatory = true)]
    public SwitchParameter Remove { get; set; }

    /// <summary>The numbers of the faults to remove.</summary>
    [Parameter(ParameterSetName = Removed, ValueFromPipelineByPropertyName = true)]
    public long[]? FaultId { get; set; }

    // What is wrong with a fault is of this parameter: the cmdlet checks the others itself.
    private protected override ManagedIdentityException Named(ManagedIdentityException error) =>
        error.Code == "InvalidFault"
            ? Failures.Invalid(error.Code, ParameterSetName == NamedFault ? nameof(Name) : ParameterSetName, _what, error.Message)
            : error;

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case Removed:
                RemoveFaults();
                break;
            case NamedFault:
                foreach (var name in Name)
                {
                    Arm(name, "name", name);
                }

                break;
            case WithResponse:
                Arm($"status {StatusCode}", "action", Response());
                break;
            case WithDelay:
                Arm("a delay", "action", new Dictionary<string, object?> { ["delayMs"] = (long)Delay.TotalMilliseconds });
                break;
            default:
#pragma warning disable CA1308 // The emulator's own words are in lower case.
                Arm("a lost connection", "action", new Dictionary<string, object?> { ["close"] = CloseConnection.ToLowerInvariant() });
#pragma warning restore CA1308
                break;
        }
    }

    private Dictionary<string, object?> Response()
    {
        var action = new Dictionary<string, object?> { ["status"] = StatusCode };
        var given = new (string Member, object? Value)[]
        {
            ("code", Code), ("message", Message), ("body", Body), ("contentType", ContentType), ("headers", Headers()),
        };
        foreach (var (member, value) in given.Where(one => one.Value is not null))
        {
            action[member] = value;
        }

        return action;
    }

    private Dictionary<string, string?>? Headers() =>
        Header?.Cast<DictionaryEntry>().ToDictionary(one => Invariant.Text(one.Key) ?? "", one => Invariant.Text(one.Value));

    private void Arm(string what, string member, object value)
    {
        _what = what;
        if (!ShouldProcess(Target.Endpoint, $"Set fault: {what}"))
        {
            return;
        }

        var fault = new Dictionary<string, object?> { [member] = value, ["skip"] = Skip, ["always"] = Times is null && DurationSec is null };
        var given = new (string Member, object? Value)[]
        {
            ("method", Method),
            ("path", Path),
            ("times", Times),
            ("forSeconds", DurationSec),
        };
        foreach (var (name, limit) in given.Where(one => one.Value is not null))
        {
            fault[name] = limit;
        }

        if (TryCall("POST", "/faults", fault, what, out var armed))
        {
            WriteObject(EmulatorReplies.Fault((PSObject)armed!));
        }
    }

    private void RemoveFaults()
    {
        if (FaultId is null)
        {
            if (ShouldProcess(Target.Endpoint, "Remove all faults"))
            {
                TryCall("DELETE", "/faults", null, Target, out _);
            }

            return;
        }

        foreach (var id in FaultId)
        {
            if (ShouldProcess(Target.Endpoint, $"Remove fault {id}"))
            {
                TryCall("DELETE", $"/faults/{id}", null, id, out _);
            }
        }
    }
}
