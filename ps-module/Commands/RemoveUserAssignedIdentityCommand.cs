using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Deletes user-assigned managed identities. References to them on virtual machines stay behind, as Azure leaves them,
/// unless -Detach removes them first.
/// </summary>
[Cmdlet(
    VerbsCommon.Remove,
    "UserAssignedIdentity",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public class RemoveUserAssignedIdentityCommand : IdentityChangeCmdlet
{
    /// <summary>Returns true for each identity that was deleted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// First takes the identity off every virtual machine and scale set that has it, then takes its roles away, then
    /// deletes it.
    /// </summary>
    [Parameter]
    public SwitchParameter Detach { get; set; }

    /// <summary>Refuses to delete an identity that is in use, and says what uses it.</summary>
    [Parameter]
    public SwitchParameter IfUnused { get; set; }

    private DeleteMode Mode =>
        Detach ? DeleteMode.Detach
        : IfUnused ? DeleteMode.IfUnused
        : DeleteMode.Plain;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Detach && IfUnused)
        {
            const string Rule = "-Detach and -IfUnused can't be combined: one removes the uses of an identity, the other " +
                "refuses to delete an identity in use.";
            Fail(Failures.Invalid("InvalidIdentityRemoval", Rule));
        }
    }

    private protected override void Change(ResourceTarget target, object? input)
    {
        var action = Detach ? "Detach and delete user-assigned identity" : "Delete user-assigned identity";
        Change(new IdentityDeleteRequest(Client, target) { DeleteMode = Mode }, action, input, Deleted);
    }

    private void Deleted()
    {
        if (PassThru)
        {
            WriteObject(true);
        }
    }
}
