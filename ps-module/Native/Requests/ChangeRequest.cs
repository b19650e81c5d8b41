namespace ManagedIdentity.Native.Requests;

/// <summary>An operation that changes a resource, or says what it would change.</summary>
internal abstract class ChangeRequest(ulong client) : ClientRequest(client)
{
    /// <summary>The resource, as messages name it.</summary>
    public abstract ResourceTarget Target { get; }

    /// <summary>Whether only to plan: nothing is changed then, and a <see cref="ChangePlan"/> is the result.</summary>
    public bool PlanOnly { get; set; }

    /// <summary>
    /// The agreement of the plan that the user said yes to: the change has no effect beyond it. Null when the user was
    /// not asked.
    /// </summary>
    public string? Agreed { get; set; }

    /// <summary>Both, for a native record.</summary>
    private protected AzmiMode Mode(NativeScope memory) => new()
    {
        dry_run = PlanOnly ? (byte)1 : (byte)0,
        agreed = memory.Text(Agreed),
    };
}
