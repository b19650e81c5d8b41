using System.Collections.Generic;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the isolation scopes.</summary>
public sealed class IsolationScopeCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words => ["None", "Regional"];
}
