using System.Management.Automation;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Revokes the tokens of user-assigned managed identities: who uses one has to get another. Nothing else changes.
/// </summary>
[Cmdlet(
    VerbsSecurity.Revoke,
    "UserAssignedIdentityToken",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(bool))]
public class RevokeUserAssignedIdentityTokenCommand : IdentityChangeCmdlet
{
    /// <summary>Returns true for each identity whose tokens were revoked.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Change(ResourceTarget target, object? input) =>
        Change(
            new IdentityRevokeTokensRequest(Client, target), "Revoke the tokens of user-assigned identity", input, Revoked);

    private void Revoked()
    {
        if (PassThru)
        {
            WriteObject(true);
        }
    }
}
