using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Native;

/// <summary>An emulator's own interface. The library that manages identities calls it, whichever process the emulator runs in.</summary>
internal static class EmulatorInterface
{
    /// <summary>Calls it, and returns when it has answered.</summary>
    /// <param name="emulator">The emulator: its endpoint, its key, and what to trust.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">What follows <c>/_emulator</c>, with its query.</param>
    /// <param name="body">JSON, or null.</param>
    /// <returns>JSON; empty where there is nothing to say.</returns>
    /// <exception cref="NativeException">It refused the call, does not answer, or there is no library.</exception>
    public static string Call(ArmEmulator emulator, string method, string path, string? body)
    {
        using var queue = new OperationQueue(1, verbose: false);
        var request = new EmulatorCallRequest(emulator.Endpoint, emulator.AdminKey, method, path)
        {
            CertificateAuthority = emulator.CertificateAuthorityPath,
            Body = body,
        };
        queue.Submit(request, 1);
        var answer = "";
        while (queue.Take(-1, out var happened) == TakeResult.Taken)
        {
            if (happened!.Failure is { } failure)
            {
                throw new CallFailedException(failure);
            }

            answer = happened.Item as string ?? answer;
        }

        return answer;
    }
}
