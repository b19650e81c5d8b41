namespace ManagedIdentity.Inputs;

/// <summary>The language of a template.</summary>
public enum TemplateFormat
{
    /// <summary>A template of Azure Resource Manager, in JSON.</summary>
    Arm,

    /// <summary>Bicep.</summary>
    Bicep,
}
