using System.Management.Automation;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Changes federated credentials of user-assigned managed identities. What is not named stays.</summary>
[Cmdlet(
    VerbsData.Update,
    "FederatedIdentityCredential",
    DefaultParameterSetName = ParameterSets.ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FederatedIdentityCredential))]
public class UpdateFederatedIdentityCredentialCommand : FederatedCredentialChangeCmdlet
{
    /// <summary>The URL of the issuer, as its tokens name it.</summary>
    [Parameter]
    public string? Issuer { get; set; }

    /// <summary>
    /// The subject, as the issuer's tokens name it. In a flexible credential it replaces the claims matching expression.
    /// </summary>
    [Parameter]
    public string? Subject { get; set; }

    /// <summary>
    /// What the claims of the issuer's tokens must match, such as claims['sub'] matches 'repo:contoso/*'. It replaces the
    /// subject, or the expression that there is.
    /// </summary>
    [Parameter]
    public string? ClaimsMatchingExpression { get; set; }

    /// <summary>The version of the expression's language. Without it, that of the expression that there is, or 1.</summary>
    [Parameter]
    public int? ClaimsMatchingExpressionVersion { get; set; }

    /// <summary>Whom the tokens are for: one audience.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] Audience { get; set; } = [];

    /// <summary>
    /// GitHub: the organization, or the user, that the repository belongs to; contoso@123456 where the repository has
    /// immutable subjects. It may stand before the repository instead.
    /// </summary>
    [Parameter]
    public string? GitHubOrganization { get; set; }

    /// <summary>
    /// GitHub: the repository, as web or contoso/web; web@789012 or contoso@123456/web@789012 where it has immutable
    /// subjects, as those created, renamed or transferred since 15 July 2026 have.
    /// </summary>
    [Parameter]
    public string? GitHubRepository { get; set; }

    /// <summary>GitHub: a branch; workflows that run on it are trusted.</summary>
    [Parameter]
    public string? GitHubBranch { get; set; }

    /// <summary>GitHub: an environment; jobs that name it are trusted.</summary>
    [Parameter]
    public string? GitHubEnvironment { get; set; }

    /// <summary>GitHub: a tag; workflows that run on it are trusted.</summary>
    [Parameter]
    public string? GitHubTag { get; set; }

    /// <summary>GitHub: workflows that a pull request runs are trusted.</summary>
    [Parameter]
    public SwitchParameter GitHubPullRequest { get; set; }

    /// <summary>Kubernetes: the URL of the cluster's issuer.</summary>
    [Parameter]
    public string? KubernetesIssuer { get; set; }

    /// <summary>Kubernetes: the namespace of the service account.</summary>
    [Parameter]
    public string? Namespace { get; set; }

    /// <summary>Kubernetes: the service account.</summary>
    [Parameter]
    public string? ServiceAccount { get; set; }

    private protected override void Change(CredentialTarget target, object? input)
    {
        var source = new FederatedSource
        {
            Issuer = Issuer,
            Subject = Subject,
            ClaimsMatchingExpression = ClaimsMatchingExpression,
            ClaimsMatchingExpressionVersion = ClaimsMatchingExpressionVersion,
            GitHubOrganization = GitHubOrganization,
            GitHubRepository = GitHubRepository,
            GitHubBranch = GitHubBranch,
            GitHubEnvironment = GitHubEnvironment,
            GitHubTag = GitHubTag,
            GitHubPullRequest = GitHubPullRequest,
            KubernetesIssuer = KubernetesIssuer,
            Namespace = Namespace,
            ServiceAccount = ServiceAccount,
        };
        var request = new FederatedCredentialUpdateRequest(Client, target, source) { Audience = Audience };
        Change(request, "Update federated credential", input);
    }
}
