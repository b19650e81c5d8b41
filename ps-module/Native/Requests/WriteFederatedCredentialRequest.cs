namespace ManagedIdentity.Native.Requests;

/// <summary>The creation of a federated credential, or a change to one.</summary>
internal sealed unsafe class WriteFederatedCredentialRequest(ulong client, CredentialTarget target, FederatedSource source)
    : ChangeRequest(client, new ResourceTarget { ResourceId = target.ToString() })
{
    /// <summary>Whether it must exist, and what is not given stays.</summary>
    public bool Update { get; set; }

    public string[] Audience { get; set; } = [];

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiFederatedWriteRequest
        {
            target = scope.Target(target),
            issuer = scope.Text(source.Issuer),
            subject = scope.Text(source.Subject),
            github_organization = scope.Text(source.GitHubOrganization),
            github_repository = scope.Text(source.GitHubRepository),
            github_branch = scope.Text(source.GitHubBranch),
            github_environment = scope.Text(source.GitHubEnvironment),
            github_tag = scope.Text(source.GitHubTag),
            github_pull_request = source.GitHubPullRequest ? (byte)1 : (byte)0,
            kubernetes_issuer = scope.Text(source.KubernetesIssuer),
            kubernetes_namespace = scope.Text(source.Namespace),
            service_account = scope.Text(source.ServiceAccount),
            audiences = scope.Texts(Audience),
            audiences_len = (nuint)Audience.Length,
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return Update
            ? NativeMethods.azmi_federated_credential_update(Client, &request, queue, tag)
            : NativeMethods.azmi_federated_credential_create(Client, &request, queue, tag);
    }
}
