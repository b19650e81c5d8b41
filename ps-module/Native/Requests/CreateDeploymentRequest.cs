namespace ManagedIdentity.Native.Requests;

/// <summary>The running of a template.</summary>
internal sealed unsafe class CreateDeploymentRequest(ulong client, ResourceTarget target, string template)
    : ChangeRequest(client, target)
{
    /// <summary>The values of the parameters: JSON, by name.</summary>
    public string? Parameters { get; set; }

    /// <summary>The text of a file of parameters.</summary>
    public string? ParameterFile { get; set; }

    public override int Submit(NativeScope scope, ulong queue, ulong tag)
    {
        var request = new AzmiDeploymentRequest
        {
            target = scope.Target(Target),
            template_text = scope.Text(template),
            parameters = scope.Text(Parameters),
            parameter_file = scope.Text(ParameterFile),
            dry_run = DryRun,
            agreed = scope.Text(Agreed),
        };
        return NativeMethods.azmi_deployment_create(Client, &request, queue, tag);
    }
}
