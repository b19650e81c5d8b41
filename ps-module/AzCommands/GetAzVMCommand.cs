using System;
using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Native;

namespace ManagedIdentity.AzCommands;

/// <summary>Gets virtual machines as Get-AzVM of Azure PowerShell does. Enable-AzIdentityAlias gives it that name.</summary>
[Cmdlet(VerbsCommon.Get, "AzVM", DefaultParameterSetName = ParameterSets.ByName)]
[OutputType(typeof(PSObject))]
public sealed class GetAzVMCommand : GetAzMachineCmdlet
{
    private const string ByLocation = "ByLocation";

    /// <summary>The name of the virtual machine, or a pattern. Without it, all of the group or the subscription.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceName", "VMName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The location of the virtual machines to list.</summary>
    [Parameter(ParameterSetName = ByLocation, Mandatory = true)]
    [ArgumentCompleter(typeof(LocationCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Location { get; set; }

    /// <summary>How much of a machine a view of Azure PowerShell shows. It becomes a property of the machine.</summary>
    [Parameter]
    [ValidateSet("Compact", "Expand")]
    public string? DisplayHint { get; set; }

    private protected override string Label => "virtual machine";

    private protected override ResourceKind Kind => ResourceKind.VirtualMachine;

    private protected override GivenName MachineName => Given.Name(nameof(Name), Name);

    private protected override void WriteMachine(PSObject machine)
    {
        if (Location is not null && !IsLocation(machine.Properties["Location"]?.Value as string))
        {
            return;
        }

        if (DisplayHint is not null)
        {
            AzStyleMachine.Annotate(machine, nameof(DisplayHint), DisplayHint);
        }

        base.WriteMachine(machine);
    }

    /// <summary>Whether a location is the one that was given: "East US" is eastus.</summary>
    private bool IsLocation(string? location) =>
        string.Equals(Location!.Replace(" ", ""), location?.Replace(" ", ""), StringComparison.OrdinalIgnoreCase);
}
