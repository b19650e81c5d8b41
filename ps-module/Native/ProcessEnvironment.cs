using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace ManagedIdentity.Native;

/// <summary>The environment variables as PowerShell sees them: .NET keeps an environment of its own but on Windows.</summary>
internal static class ProcessEnvironment
{
    public static KeyValuePair<string, string>[] Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => new KeyValuePair<string, string>((string)variable.Key, (string?)variable.Value ?? ""))
            .ToArray();
}
