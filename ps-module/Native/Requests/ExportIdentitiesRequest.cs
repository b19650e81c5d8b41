using System.Collections.Generic;

namespace ManagedIdentity.Native.Requests;

/// <summary>The making of a template out of identities.</summary>
internal sealed unsafe class ExportIdentitiesRequest(ulong client, IReadOnlyList<string> ids) : ClientRequest(client)
{
    public bool Bicep { get; set; }

    /// <summary>Whether to add the roles that the identities have.</summary>
    public bool Roles { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiIdentityExportRequest
        {
            identities = scope.Texts(ids),
            identities_len = (nuint)ids.Count,
            bicep = Bicep ? (byte)1 : (byte)0,
            roles = Roles ? (byte)1 : (byte)0,
        };
        return NativeMethods.azmi_identity_export(Client, &request, queue, tag);
    }
}
