using System;
using System.Collections;
using System.Collections.Generic;

namespace ManagedIdentity.Native;

/// <summary>The environment variables as PowerShell sees them: .NET keeps an environment of its own but on Windows.</summary>
internal static class ProcessEnvironment
{
    public static KeyValuePair<string, string>[] Variables()
    {
        var variables = Environment.GetEnvironmentVariables();
        var pairs = new KeyValuePair<string, string>[variables.Count];
        var count = 0;
        foreach (DictionaryEntry variable in variables)
        {
            pairs[count++] = new KeyValuePair<string, string>((string)variable.Key, (string?)variable.Value ?? "");
        }

        return pairs;
    }
}
