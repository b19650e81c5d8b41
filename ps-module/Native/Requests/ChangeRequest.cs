namespace ManagedIdentity.Native.Requests;

/// <summary>An operation that changes a resource, or says what it would change.</summary>
internal abstract class ChangeRequest(ulong client, ResourceTarget target) : ClientRequest(client)
{
    public ResourceTarget Target { get; } = target;

    /// <summary>Whether only to plan: nothing is changed then, and a <see cref="ChangePlan"/> is the result.</summary>
    public bool PlanOnly { get; set; }

    /// <summary>
    /// The agreement of the plan that the user said yes to: the change has no effect beyond it. Null when the user was
    /// not asked.
    /// </summary>
    public string? Agreed { get; set; }

    /// <summary>Whether only to plan, for a native record.</summary>
    protected byte DryRun => PlanOnly ? (byte)1 : (byte)0;
}
