using ManagedIdentity.Models;

namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of the resources that refer to an identity; to any when the target names none.</summary>
internal sealed unsafe class ListReferencesRequest(ulong client, ResourceTarget identity) : ClientRequest(client)
{
    /// <summary>The subscription to look in; the identity's own, or else the connection's, when it is null.</summary>
    public string? SubscriptionId { get; set; }

    /// <summary>Whether to look in all subscriptions, whatever the other member says.</summary>
    public bool AllSubscriptions { get; set; }

    /// <summary>Who is asked.</summary>
    public IdentityReferenceSource Source { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiReferenceListRequest
        {
            identity = scope.Target(identity),
            subscription_id = scope.Text(SubscriptionId),
            all_subscriptions = AllSubscriptions ? (byte)1 : (byte)0,
            source = (uint)Source,
        };
        return NativeMethods.azmi_reference_list(Client, &request, queue, tag);
    }
}
