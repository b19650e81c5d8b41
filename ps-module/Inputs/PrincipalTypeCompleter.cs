using System.Collections.Generic;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the kinds of those who can hold a role.</summary>
public sealed class PrincipalTypeCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words => ["ServicePrincipal", "User", "Group", "ForeignGroup", "Device"];
}
