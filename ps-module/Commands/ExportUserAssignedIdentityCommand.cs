using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Text;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// Makes a template of user-assigned managed identities with their federated credentials, and with their roles if
/// wanted. Deployed to the group that they are of, it changes nothing.
/// </summary>
[Cmdlet(VerbsData.Export, "UserAssignedIdentity", DefaultParameterSetName = ParameterSets.ByName, SupportsShouldProcess = true)]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class ExportUserAssignedIdentityCommand : FindInSubscriptionCmdlet
{
    private readonly List<string> _ids = [];

    /// <summary>The resource group of the identities.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Mandatory = true, Position = 0)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ResourceGroup")]
    [ArgumentCompleter(typeof(ResourceGroupCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResourceGroupName { get; set; }

    /// <summary>The names of the identities, or patterns. Without it, all of the group.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByName, Position = 1)]
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("IdentityName")]
    [ArgumentCompleter(typeof(ResourceNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>The resource ids of the identities: all of one group.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByResourceId, Mandatory = true)]
    [ArgumentCompleter(typeof(ResourceIdCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public string[]? ResourceId { get; set; }

    /// <summary>Identities, all of one group: objects that stand for them, or resource ids.</summary>
    [Parameter(ParameterSetName = ParameterSets.ByInputObject, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The language: Arm, the default, for JSON, or Bicep.</summary>
    [Parameter]
    public TemplateFormat Format { get; set; }

    /// <summary>Adds the roles that the identities have on the group and on what is in it.</summary>
    [Parameter]
    public SwitchParameter IncludeRoleAssignment { get; set; }

    /// <summary>The file to write. Without it, the template is returned.</summary>
    [Parameter]
    [Alias("OutFile")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Writes over a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override string Label => "user-assigned identity";

    private protected override ResourceNames Called => new(
        Subscription, Given.Name(nameof(ResourceGroupName), ResourceGroupName), Given.Name(nameof(Name), Name));

    private protected override void Process()
    {
        switch (ParameterSetName)
        {
            case ParameterSets.ByResourceId:
                FindIds(ResourceId);
                break;
            case ParameterSets.ByInputObject:
                FindObjects(nameof(InputObject), InputObject);
                break;
            default:
                FindNames(ResourceGroupName, Name);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_ids.Count == 0)
        {
            return;
        }

        var request = new IdentityExportRequest(Client, _ids)
        {
            Bicep = Format == TemplateFormat.Bicep,
            Roles = IncludeRoleAssignment,
        };
        Run(request, new Operation(null) { OnItem = template => Return((string)template) });
    }

    private protected override Request Get(ResourceTarget target) => new IdentityGetRequest(Client, target);

    private protected override Request List(Fleet fleet) =>
        new IdentityListRequest(Client, fleet);

    private protected override string NameOf(object item) => ((UserAssignedIdentity)item).Name;

    private protected override string? GroupOf(object item) => ((UserAssignedIdentity)item).ResourceGroupName;

    private protected override void Write(object item)
    {
        var id = ((UserAssignedIdentity)item).Id;
        // Two patterns may match the same one.
        if (!_ids.Exists(known => known.Equals(id, StringComparison.OrdinalIgnoreCase)))
        {
            _ids.Add(id);
        }
    }

    private void Return(string template)
    {
        if (Path is null)
        {
            WriteObject(template);
            return;
        }

        try
        {
            var file = UserFile.Resolve(SessionState.Path, nameof(Path), Path);
            if (File.Exists(file) && !Force)
            {
                throw Failures.Invalid("FileExists", nameof(Path), Path, "the file exists already. To overwrite it, use -Force.");
            }

            if (ShouldProcess(file, "Write a template"))
            {
                WriteObject(UserFile.Use(nameof(Path), Path, () => Write(file, template)));
            }
        }
        catch (ManagedIdentityException error)
        {
            Report(error, Path);
        }
    }

    private static FileInfo Write(string file, string template)
    {
        File.WriteAllText(file, template, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return new FileInfo(file);
    }
}
