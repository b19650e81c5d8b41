namespace ManagedIdentity.Commands;

/// <summary>The names of the parameter sets that several cmdlets have.</summary>
internal static class ParameterSets
{
    /// <summary>Everything that there is.</summary>
    internal const string OfAll = "OfAll";

    /// <summary>Resources by their names.</summary>
    internal const string ByName = "ByName";

    /// <summary>Resources by their ids.</summary>
    internal const string ByResourceId = "ByResourceId";

    /// <summary>
    /// Objects. Objects alone are taken from the pipeline, as they are: names that PowerShell took out of them would be
    /// without their subscription.
    /// </summary>
    internal const string ByInputObject = "ByInputObject";

    /// <summary>An identity by its name.</summary>
    internal const string ByIdentity = "ByIdentity";

    /// <summary>A principal by its object id.</summary>
    internal const string ByPrincipal = "ByPrincipal";
}
