using System.Management.Automation;
using ManagedIdentity.Models;

namespace ManagedIdentity.Json;

/// <summary>The outputs of a deployment, in the shape that Azure PowerShell gives them.</summary>
internal static class DeploymentOutputs
{
    /// <summary>Reads a deployment's outputs out of their JSON.</summary>
    public static ArmDeployment Read(ArmDeployment deployment)
    {
        if (JsonReader.Read(deployment.OutputsJson) is PSObject outputs)
        {
            foreach (var output in outputs.Properties)
            {
                deployment.Outputs[output.Name] = Shown((PSObject)output.Value);
            }
        }

        return deployment;
    }

    private static PSObject Shown(PSObject output)
    {
        var shown = new PSObject();
        shown.Properties.Add(new PSNoteProperty("Type", output.Properties["type"]?.Value));
        shown.Properties.Add(new PSNoteProperty("Value", output.Properties["value"]?.Value));
        return shown;
    }
}
