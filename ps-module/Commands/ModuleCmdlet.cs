using System.Management.Automation;
using ManagedIdentity.Views;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet of this module: before it writes an object, its session has the module's tables.</summary>
public abstract class ModuleCmdlet : PSCmdlet
{
    private bool _hasViews;

    /// <summary>Writes an object to the pipeline.</summary>
    private protected new void WriteObject(object? item) => WriteObject(item, enumerateCollection: false);

    /// <summary>Writes an object, or each element of a collection, to the pipeline.</summary>
    private protected new void WriteObject(object? item, bool enumerateCollection)
    {
        LoadViews();
        base.WriteObject(item, enumerateCollection);
    }

    /// <summary>Gives the session the tables now, where there is something to wait for anyway.</summary>
    private protected void LoadViews()
    {
        if (!_hasViews)
        {
            _hasViews = true;
            ViewLoader.Load();
        }
    }
}
