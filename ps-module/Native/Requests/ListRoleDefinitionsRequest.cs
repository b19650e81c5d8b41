namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of the roles that can be given in a place; in the connection's subscription when none is named.</summary>
internal sealed unsafe class ListRoleDefinitionsRequest(ulong client, RolePlace place) : ClientRequest(client)
{
    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = scope.Place(place);
        return NativeMethods.azmi_role_definition_list(Client, &request, queue, tag);
    }
}
