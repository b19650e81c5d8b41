namespace ManagedIdentity.Native.Requests;

/// <summary>A listing of user-assigned identities: of a group, of a subscription, or of all subscriptions.</summary>
internal sealed unsafe class ListIdentitiesRequest(ulong client) : ClientRequest(client)
{
    public string? SubscriptionId { get; set; }

    public string? ResourceGroupName { get; set; }

    /// <summary>Whether to list all subscriptions, whatever the other members say.</summary>
    public bool AllSubscriptions { get; set; }

    /// <summary>Whether to list those alone that nothing uses.</summary>
    public bool Unused { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiIdentityListRequest
        {
            scope = new AzmiListRequest
            {
                subscription_id = scope.Text(SubscriptionId),
                resource_group = scope.Text(ResourceGroupName),
            },
            all_subscriptions = AllSubscriptions ? (byte)1 : (byte)0,
            unused = Unused ? (byte)1 : (byte)0,
        };
        return NativeMethods.azmi_identity_list(Client, &request, queue, tag);
    }
}
