using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Runs a template of Azure Resource Manager in a resource group. What is not in the template stays.</summary>
[Cmdlet(
    VerbsCommon.New,
    "ArmDeployment",
    DefaultParameterSetName = WithObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ArmDeployment))]
public sealed class NewArmDeploymentCommand : ChangeCmdlet
{
    private const string WithObject = "WithObject";
    private const string WithFile = "WithFile";

    /// <summary>The resource group.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [AllowEmptyString]
    public string ResourceGroupName { get; set; } = "";

    /// <summary>The name of the deployment. Without it, that of the template's file.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("DeploymentName")]
    public string? Name { get; set; }

    /// <summary>The template: a file of JSON, with comments if need be.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("TemplatePath")]
    [AllowEmptyString]
    public string TemplateFile { get; set; } = "";

    /// <summary>
    /// A resource group, a deployment, which is run again, or a row of a table with the columns ResourceGroupName, Name
    /// and TemplateFile.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The values of the template's parameters: a table, or an object. A SecureString is sent as its text.</summary>
    [Parameter(ParameterSetName = WithObject)]
    [ValidateNotNull]
    public object? TemplateParameterObject { get; set; }

    /// <summary>The values of the template's parameters: a file of JSON.</summary>
    [Parameter(ParameterSetName = WithFile, Mandatory = true)]
    [AllowEmptyString]
    public string? TemplateParameterFile { get; set; }

    private string DefaultName => UserFile.Name(nameof(TemplateFile), TemplateFile);

    private protected override void Process() => Try(Deploy, InputObject ?? (object)(Name ?? TemplateFile));

    private void Deploy()
    {
        var target = Target();
        var template = Read(nameof(TemplateFile), TemplateFile);
        var request = new DeploymentCreateRequest(Client, target, template)
        {
            Parameters = TemplateParameterObject is null
                ? null
                : JsonWriter.Write(nameof(TemplateParameterObject), TemplateParameterObject),
            ParameterFile = TemplateParameterFile is null ? null : Read(nameof(TemplateParameterFile), TemplateParameterFile),
        };
        Change(request, "Run deployment", InputObject ?? (object?)target.Name, onItem: Write);
    }

    private void Write(object deployment) => WriteObject(DeploymentOutputs.Read((ArmDeployment)deployment));

    /// <summary>The deployment: of the object of the pipeline, if there is one.</summary>
    private ResourceTarget Target()
    {
        var group = Given.Name(nameof(ResourceGroupName), ResourceGroupName);
        var name = Given.Name(nameof(Name), Name);
        var names = new ResourceNames(Subscription, group, name);
        if (InputObject is not { } one)
        {
            return names.Named(name.WithoutObject ?? DefaultName);
        }

        var id = ResourceReference.IdOrName(one);
        if (ResourceReference.ResourceGroup(id) is { } own)
        {
            group.CheckBeside(own);
            Subscription.CheckBeside(ResourceReference.SubscriptionOf(id));
            return new ResourceTarget
            {
                SubscriptionId = ResourceReference.SubscriptionOf(id),
                ResourceGroupName = own,
                Name = name.WithoutObject ?? DefaultName,
            };
        }

        return names.Find(nameof(InputObject), one) ?? OfRow(one, group, name);
    }

    /// <summary>The deployment of a row that names the group or the template, and not the deployment.</summary>
    private ResourceTarget OfRow(PSObject row, GivenName group, GivenName name)
    {
        if (group.Of(row) is null && Given.Columns(nameof(TemplateFile)).All(column => ResourceReference.Text(row, column) is null))
        {
            const string Rule = "it must be a resource group, a deployment, or an object with ResourceGroupName, Name or TemplateFile.";
            throw Failures.Invalid("InvalidInputObject", nameof(InputObject), row, Rule);
        }

        return new ResourceTarget
        {
            SubscriptionId = Subscription.For(row),
            ResourceGroupName = group.For(row),
            Name = name.WithoutObject ?? DefaultName,
            Type = ResourceReference.Type(row),
            Parameter = nameof(InputObject),
        };
    }

    private string Read(string parameter, string path)
    {
        if (path.EndsWith(".bicep", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase))
        {
            throw Failures.Invalid($"Invalid{parameter}", parameter, path, "convert it to JSON first, with bicep build or bicep build-params.");
        }

        return UserFile.Read(SessionState.Path, parameter, path);
    }
}
