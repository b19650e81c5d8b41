using System.Management.Automation;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Creates a federated credential of a user-assigned managed identity. One of that name that exists is made so.
/// </summary>
[Cmdlet(
    VerbsCommon.New,
    "FederatedIdentityCredential",
    DefaultParameterSetName = BySubject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(FederatedIdentityCredential))]
public class NewFederatedIdentityCredentialCommand : ChangeCmdlet
{
    private protected const string BySubject = "BySubject";
    private const string OfGitHub = "OfGitHub";
    private const string OfKubernetes = "OfKubernetes";

    /// <summary>
    /// An identity; a credential, which is made so again or, with -IdentityId, copied; or a row of a table with the
    /// columns ResourceGroupName, IdentityName or IdentityId, Name, and those of the source.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The resource group of the identity. Where it is given beside an object, it must be the object's own.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string? ResourceGroupName { get; set; }

    /// <summary>The name of the identity.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(IdentityNameCompleter))]
    [AllowEmptyString]
    public string? IdentityName { get; set; }

    /// <summary>The id of the identity, or the identity itself, in place of its names.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "ResourceId")]
    [ArgumentCompleter(typeof(IdentityIdCompleter))]
    [AllowEmptyString]
    public PSObject? IdentityId { get; set; }

    /// <summary>
    /// The name of the credential: 3 to 120 letters, digits, '-' or '_', the first a letter or a digit.
    /// </summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Name { get; set; } = "";

    /// <summary>The URL of the issuer, as its tokens name it.</summary>
    [Parameter(ParameterSetName = BySubject, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Issuer { get; set; }

    /// <summary>The subject, as the issuer's tokens name it. A credential has it or a claims matching expression.</summary>
    [Parameter(ParameterSetName = BySubject, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Subject { get; set; }

    /// <summary>
    /// What the claims of the issuer's tokens must match, in place of the subject, such as
    /// claims['sub'] matches 'repo:contoso/*'.
    /// </summary>
    [Parameter(ParameterSetName = BySubject, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? ClaimsMatchingExpression { get; set; }

    /// <summary>The version of the expression's language. Without it, 1.</summary>
    [Parameter(ParameterSetName = BySubject, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public int? ClaimsMatchingExpressionVersion { get; set; }

    /// <summary>Whom the tokens are for: one audience. Without it, api://AzureADTokenExchange.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[] Audience { get; set; } = [];

    /// <summary>
    /// GitHub: the organization, or the user, that the repository belongs to; contoso@123456 where the repository has
    /// immutable subjects. It may stand before the repository instead.
    /// </summary>
    [Parameter(ParameterSetName = OfGitHub, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? GitHubOrganization { get; set; }

    /// <summary>
    /// GitHub: the repository, as web or contoso/web; web@789012 or contoso@123456/web@789012 where it has immutable
    /// subjects, as those created, renamed or transferred since 15 July 2026 have.
    /// </summary>
    [Parameter(ParameterSetName = OfGitHub, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? GitHubRepository { get; set; }

    /// <summary>GitHub: a branch; workflows that run on it are trusted.</summary>
    [Parameter(ParameterSetName = OfGitHub, ValueFromPipelineByPropertyName = true)]
    public string? GitHubBranch { get; set; }

    /// <summary>GitHub: an environment; jobs that name it are trusted.</summary>
    [Parameter(ParameterSetName = OfGitHub, ValueFromPipelineByPropertyName = true)]
    public string? GitHubEnvironment { get; set; }

    /// <summary>GitHub: a tag; workflows that run on it are trusted.</summary>
    [Parameter(ParameterSetName = OfGitHub, ValueFromPipelineByPropertyName = true)]
    public string? GitHubTag { get; set; }

    /// <summary>GitHub: workflows that a pull request runs are trusted.</summary>
    [Parameter(ParameterSetName = OfGitHub)]
    public SwitchParameter GitHubPullRequest { get; set; }

    /// <summary>Kubernetes: the URL of the cluster's issuer.</summary>
    [Parameter(ParameterSetName = OfKubernetes, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? KubernetesIssuer { get; set; }

    /// <summary>Kubernetes: the namespace of the service account.</summary>
    [Parameter(ParameterSetName = OfKubernetes, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Namespace { get; set; }

    /// <summary>Kubernetes: the service account.</summary>
    [Parameter(ParameterSetName = OfKubernetes, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? ServiceAccount { get; set; }

    // An identity's credentials are written one after the other, while others' go on beside them: look far ahead.
    private protected override int OperationsAhead => 20 * ThrottleLimit;

    private protected override void Process()
    {
        Try(Create, InputObject ?? (object)Name);
    }

    private void Create()
    {
        var request = new FederatedCredentialCreateRequest(Client, Target(), Source()) { Audience = Audience };
        Change(request, "Create federated credential", InputObject ?? (object)Name);
    }

    private CredentialTarget Target()
    {
        var names = new CredentialNames(
            Subscription,
            Given.Name(nameof(ResourceGroupName), ResourceGroupName),
            Given.Name(nameof(IdentityName), IdentityName),
            Given.Name(nameof(Name), Name));
        return Given.IsOnCommandLine(nameof(IdentityId)) ? names.Under(nameof(IdentityId), IdentityId, InputObject, Name)
            : MyInvocation.ExpectingInput || InputObject is not null ? names.OfOrUnder(nameof(InputObject), InputObject)
            : names.Named(Name);
    }

    private FederatedSource Source() => ParameterSetName switch
    {
        OfGitHub => new FederatedSource
        {
            // An empty cell of a table says nothing.
            GitHubOrganization = GitHubOrganization is "" ? null : GitHubOrganization,
            GitHubRepository = GitHubRepository,
            GitHubBranch = GitHubBranch is "" ? null : GitHubBranch,
            GitHubEnvironment = GitHubEnvironment is "" ? null : GitHubEnvironment,
            GitHubTag = GitHubTag is "" ? null : GitHubTag,
            GitHubPullRequest = GitHubPullRequest,
        },
        OfKubernetes => new FederatedSource
        {
            KubernetesIssuer = KubernetesIssuer,
            Namespace = Namespace,
            ServiceAccount = ServiceAccount,
        },
        _ => new FederatedSource
        {
            Issuer = Issuer,
            Subject = Said(nameof(Subject), Subject),
            ClaimsMatchingExpression = Said(nameof(ClaimsMatchingExpression), ClaimsMatchingExpression),
            ClaimsMatchingExpressionVersion = ClaimsMatchingExpressionVersion,
        },
    };

    /// <summary>A text of the command line, or one in a cell of a table: an empty cell says nothing.</summary>
    private string? Said(string parameter, string? text) => text is "" && !Given.IsOnCommandLine(parameter) ? null : text;
}
