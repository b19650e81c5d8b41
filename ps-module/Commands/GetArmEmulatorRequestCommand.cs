using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;

namespace ManagedIdentity.Commands;

/// <summary>Gets the requests that an emulator got, the oldest first: its last 10,000, without tokens and bodies.</summary>
[Cmdlet(VerbsCommon.Get, "ArmEmulatorRequest")]
[OutputType(typeof(ArmEmulatorRequest))]
public sealed class GetArmEmulatorRequestCommand : EmulatorControlCmdlet
{
    /// <summary>The path and query: a part of them, or a pattern with *.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The methods. WRITE stands for every one that changes something: all but GET and HEAD.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FaultMethodCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Method { get; set; } = [];

    /// <summary>The statuses that the client saw, such as 404, or patterns such as 4*.</summary>
    [Parameter]
    [Alias("Status")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] StatusCode { get; set; } = [];

    /// <summary>Removes these requests, and all before the last of them, from the log.</summary>
    [Parameter]
    public SwitchParameter Clear { get; set; }

    private protected override void Process()
    {
        var query = Pairs("path", Path).Concat(Pairs("method", Method)).Concat(Pairs("status", StatusCode));
        if (!TryCall("GET", $"/requests?{string.Join("&", query)}", null, Target, out var found))
        {
            return;
        }

        var requests = EmulatorReplies.Each(found).Select(EmulatorReplies.Request).ToList();
        WriteObject(requests, enumerateCollection: true);
        if (Clear && requests.Count > 0)
        {
            TryCall("DELETE", $"/requests?through={requests[requests.Count - 1].Sequence}", null, Target, out _);
        }
    }

    private static IEnumerable<string> Pairs(string name, IEnumerable<string> values) =>
        values.Select(value => $"{name}={Uri.EscapeDataString(value)}");
}
