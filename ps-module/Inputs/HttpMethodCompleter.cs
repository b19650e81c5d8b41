using System.Collections.Generic;

namespace ManagedIdentity.Inputs;

/// <summary>Completes the HTTP methods that Azure Resource Manager knows.</summary>
public sealed class HttpMethodCompleter : WordCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Words => ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];
}
