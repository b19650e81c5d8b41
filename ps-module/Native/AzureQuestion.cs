namespace ManagedIdentity.Native;

/// <summary>What the library wants to know of Azure PowerShell.</summary>
internal sealed class AzureQuestion
{
    /// <summary>The handle to answer by.</summary>
    public ulong Handle { get; set; }

    /// <summary>What the token is for; the Resource Manager of Azure PowerShell's context when it is null.</summary>
    public string? Audience { get; set; }

    /// <summary>The tenant; that of the context when it is null.</summary>
    public string? Tenant { get; set; }
}
