namespace ManagedIdentity.Native;

/// <summary>What the library wants the host to find out or to do.</summary>
internal sealed class HostQuestion
{
    /// <summary>The handle to answer by.</summary>
    public ulong Handle { get; set; }

    /// <summary>One of <c>AZMI_QUESTION_*</c>.</summary>
    public uint Kind { get; set; }

    /// <summary>What the token is for; the Resource Manager of Azure PowerShell's context when it is null.</summary>
    public string? Audience { get; set; }

    /// <summary>The tenant; that of the context when it is null.</summary>
    public string? Tenant { get; set; }

    /// <summary>The full path of a PFX file.</summary>
    public string? Path { get; set; }

    /// <summary>The thumbprint of a certificate.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>What to sign.</summary>
    public string? Text { get; set; }

    /// <summary>How to sign it: one of <c>AZMI_SIGNATURE_*</c>.</summary>
    public uint Algorithm { get; set; }
}
