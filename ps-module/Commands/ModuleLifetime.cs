using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>Ends what the module has started when it is removed, so that a new import begins with nothing.</summary>
/// <remarks>
/// The assembly and the libraries stay in the process, and several runspaces may have imported the module. The last one
/// ends all: jobs, operations, connections with their tokens, the emulator. Others may use a connection that this one
/// has made, so it ends its own jobs alone.
/// </remarks>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => ImportedBy.Add();

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        // The module of Azure PowerShell's names has the same assembly.
        if (psModuleInfo.Name == AzAliases.Module)
        {
            return;
        }

        Suggestions.Forget();
        if (ImportedBy.Remove())
        {
            CommandJob.StopAll(Runspace.DefaultRunspace);
            return;
        }

        foreach (var connection in ManagedIdentityConnection.AllOpen())
        {
            connection.Close(ConnectionEnd.ModuleRemoved);
        }

        OperationQueue.EndAll();
        CommandJob.StopAll(null);
        StopEmulator();
        ConnectionChoice.ForgetAll();
    }

    private static void StopEmulator()
    {
        if (ArmEmulator.Running is { } emulator && emulator.TryRetire())
        {
            try
            {
                NativeEmulator.Stop(emulator);
            }
            catch (NativeException)
            {
                // It was stopped by its handle: there is nothing left to end.
            }
        }
    }
}
