namespace ManagedIdentity.Native;

/// <summary>What a change would do.</summary>
internal sealed class ChangePlan
{
    public string ResourceId { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>Whether anything would change at all.</summary>
    public bool Changes { get; set; }

    /// <summary>What stands for this plan in the request that carries it out.</summary>
    public string Agreement { get; set; } = "";
}
