using System.Management.Automation;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Deletes federated credentials of user-assigned managed identities.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "FederatedIdentityCredential",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public class RemoveFederatedIdentityCredentialCommand : FederatedCredentialChangeCmdlet
{
    /// <summary>Returns true for each credential that was deleted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Change(CredentialTarget target, object? input) =>
        Change(new FederatedCredentialDeleteRequest(Client, target), "Delete federated credential", input, Deleted);

    private void Deleted()
    {
        if (PassThru)
        {
            WriteObject(true);
        }
    }
}
