using System.Management.Automation;
using ManagedIdentity.Native;

namespace ManagedIdentity.Inputs;

/// <summary>Ends what completions have begun, when the module is removed.</summary>
public sealed class CompletionEnd : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        // The module of Azure PowerShell's names has the same assembly.
        if (psModuleInfo.Name != AzAliases.Module)
        {
            Suggestions.Forget();
        }
    }
}
