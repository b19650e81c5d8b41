using System.Management.Automation;

namespace ManagedIdentity.Inputs;

/// <summary>Finds out which resource is meant.</summary>
/// <typeparam name="T">What stands for one.</typeparam>
internal interface INames<out T>
{
    /// <summary>The resource that an object stands for.</summary>
    /// <param name="parameter">The parameter that took the object.</param>
    /// <param name="one">The object; null when there is none.</param>
    T Of(string parameter, PSObject? one);

    /// <summary>The resource with an id, which a parameter gave.</summary>
    T WithId(string parameter, string id);

    /// <summary>The resource with a name, in the place that the parameters say.</summary>
    T Named(string own);
}
