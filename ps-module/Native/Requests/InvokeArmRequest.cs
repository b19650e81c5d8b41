namespace ManagedIdentity.Native.Requests;

/// <summary>A call of the user's own.</summary>
internal sealed unsafe class InvokeArmRequest(ulong client, ResourceTarget target, string method, string path)
    : ChangeRequest(client, target)
{
    public string? SubscriptionId { get; set; }

    public string? ApiVersion { get; set; }

    /// <summary>What to send: JSON.</summary>
    public string? Body { get; set; }

    /// <summary>Whether to read all pages of a list.</summary>
    public bool Paginate { get; set; }

    /// <summary>Whether to wait until Azure is done with what the call began.</summary>
    public bool Wait { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiArmInvokeRequest
        {
            method = scope.Text(method),
            path = scope.Text(path),
            subscription_id = scope.Text(SubscriptionId),
            api_version = scope.Text(ApiVersion),
            body = scope.Text(Body),
            paginate = Paginate ? (byte)1 : (byte)0,
            wait = Wait ? (byte)1 : (byte)0,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_arm_invoke(Client, &request, queue, tag);
    }
}
