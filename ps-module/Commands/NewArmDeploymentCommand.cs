using System;
using System.IO;
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

    /// <summary>The values of the template's parameters: a table, or an object. A SecureString is sent as its text.</summary>
    [Parameter(ParameterSetName = WithObject)]
    [ValidateNotNull]
    public object? TemplateParameterObject { get; set; }

    /// <summary>The values of the template's parameters: a file of JSON.</summary>
    [Parameter(ParameterSetName = WithFile, Mandatory = true)]
    [AllowEmptyString]
    public string? TemplateParameterFile { get; set; }

    private protected override void Process()
    {
        try
        {
            Deploy();
        }
        catch (ManagedIdentityException error)
        {
            Report(error, Name ?? TemplateFile);
        }
    }

    private void Deploy()
    {
        var template = Read(nameof(TemplateFile), TemplateFile);
        var target = new ResourceTarget
        {
            SubscriptionId = SubscriptionId,
            ResourceGroupName = ResourceGroupName,
            Name = Name ?? Path.GetFileNameWithoutExtension(TemplateFile),
        };
        var request = new CreateDeploymentRequest(Client, target, template)
        {
            Parameters = TemplateParameterObject is null
                ? null
                : JsonWriter.Write(nameof(TemplateParameterObject), TemplateParameterObject),
            ParameterFile = TemplateParameterFile is null ? null : Read(nameof(TemplateParameterFile), TemplateParameterFile),
        };
        Change(request, "Run deployment", target.Name);
    }

    private string Read(string parameter, string path)
    {
        if (path.EndsWith(".bicep", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase))
        {
            throw Failures.Invalid($"Invalid{parameter}", parameter, path, "make JSON of it first, with bicep build or bicep build-params.");
        }

        return UserFile.Read(SessionState.Path, parameter, path);
    }
}
