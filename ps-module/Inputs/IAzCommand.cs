namespace ManagedIdentity.Inputs;

/// <summary>A cmdlet under a name of Azure PowerShell, which takes what else that cmdlet of Azure PowerShell knows.</summary>
internal interface IAzCommand
{
    /// <summary>What no other parameter takes: names with a hyphen, and values.</summary>
    object[] OtherParameter { get; }
}
