using System.Net;

namespace ManagedIdentity.Models;

/// <summary>What Azure PowerShell returns of a change of a virtual machine that has succeeded.</summary>
public sealed class AzureOperationResponse
{
    /// <summary>Not known here; null.</summary>
    public string? RequestId { get; }

    /// <summary>True: what failed is an error.</summary>
    public bool IsSuccessStatusCode { get; } = true;

    /// <summary>OK.</summary>
    public HttpStatusCode StatusCode { get; } = HttpStatusCode.OK;

    /// <summary>OK.</summary>
    public string ReasonPhrase { get; } = "OK";
}
