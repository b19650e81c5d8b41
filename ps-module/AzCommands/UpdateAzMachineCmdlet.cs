using System.Management.Automation;
using ManagedIdentity.Commands;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.AzCommands;

/// <summary>
/// A cmdlet that changes the identity of machines with the parameters that Azure PowerShell has for it, and to what the
/// command line says. What it can't do is an error.
/// </summary>
public abstract class UpdateAzMachineCmdlet : ChangeCmdlet, IAzCommand
{
    /// <summary>The resource group.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResourceGroupName { get; set; }

    /// <summary>The kinds of identity after the change: SystemAssigned, UserAssigned, SystemAssignedUserAssigned or None.</summary>
    [Parameter]
    public ResourceIdentityType IdentityType { get; set; }

    /// <summary>The user-assigned identities: resource ids, or names of identities in the machine's resource group.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(IdentityCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] IdentityId { get; set; } = [];

    /// <inheritdoc/>
    [Parameter(ValueFromRemainingArguments = true, DontShow = true)]
    public object[] OtherParameter { get; set; } = [];

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(IdentityType)))
        {
            Fail(Failures.Invalid(
                "MissingParameter",
                $"-IdentityType is missing: {MyInvocation.MyCommand.Name} changes only the identity of a machine. " +
                "For other changes, use Azure PowerShell."));
        }
    }

    /// <summary>The machine that an object stands for; a text is a name in the resource group.</summary>
    /// <exception cref="ManagedIdentityException">It stands for none, or for another change than that of its identity.</exception>
    private protected ResourceTarget Machine(string parameter, PSObject? machine)
    {
        if (machine is not null && AzStyleMachine.IsChanged(machine))
        {
            throw Failures.Invalid(
                "UnsupportedChange",
                parameter,
                machine.Properties["Name"]?.Value,
                $"a property of the object was changed, and {MyInvocation.MyCommand.Name} changes only the " +
                "identity, by -IdentityType and -IdentityId. For other changes, use Azure PowerShell.");
        }

        return Called.Of(parameter, machine);
    }

    /// <summary>What a machine is called, by the parameters and by an object.</summary>
    private protected ResourceNames Called =>
        new(Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), MachineName);

    /// <summary>The name that was given.</summary>
    private protected abstract GivenName MachineName { get; }
}
