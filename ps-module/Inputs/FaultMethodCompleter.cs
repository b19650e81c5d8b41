using System.Collections.Generic;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the methods of requests, and the word for those that change something.</summary>
public sealed class FaultMethodCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words => ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "WRITE"];
}
