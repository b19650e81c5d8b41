namespace ManagedIdentity.Native;

/// <summary>
/// Whose tokens are trusted: by issuer and subject, or in the form of GitHub or of Kubernetes. What is null is not given.
/// </summary>
internal sealed class FederatedSource
{
    public string? Issuer { get; set; }

    public string? Subject { get; set; }

    public string? GitHubOrganization { get; set; }

    public string? GitHubRepository { get; set; }

    public string? GitHubBranch { get; set; }

    public string? GitHubEnvironment { get; set; }

    public string? GitHubTag { get; set; }

    public bool GitHubPullRequest { get; set; }

    public string? KubernetesIssuer { get; set; }

    public string? Namespace { get; set; }

    public string? ServiceAccount { get; set; }
}
