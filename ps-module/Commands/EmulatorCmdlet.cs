using System;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Json;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>A cmdlet that does one thing for the whole process; what goes wrong ends it.</summary>
public abstract class EmulatorCmdlet : OperationCmdlet
{
    /// <summary>The environment variable that an emulator is started with, and called, by its own key.</summary>
    private protected const string AdminKeyVariable = "EMULATOR_ADMIN_KEY";

    private protected override void Report(ManagedIdentityException error, object? input) => Fail(error, input);

    /// <summary>What every emulator starts with.</summary>
    private protected EmulatorSeed EmulatorSeed() => Called(NativeEmulator.Seed);

    /// <summary>Starts the process's emulator.</summary>
    private protected ArmEmulator StartEmulator(EmulatorOptions options)
    {
        var started = Called(() => NativeEmulator.Start(options));
        if (!started.TryBecomeRunning())
        {
            // Another runspace was quicker.
            StopEmulator(started);
            Fail(Failures.EmulatorRunning(ArmEmulator.Running?.Endpoint ?? started.Endpoint));
        }

        return started;
    }

    /// <summary>Ends an emulator.</summary>
    private protected void StopEmulator(ArmEmulator emulator)
    {
        try
        {
            NativeEmulator.Stop(emulator);
        }
        catch (NativeException error)
        {
            Fail(Failures.Of(error), emulator);
        }
    }

    /// <summary>An emulator of another process, with what the environment says where nothing is given.</summary>
    private protected static ArmEmulator EmulatorElsewhere(string endpoint, string? adminKey, string? authority) => new()
    {
        Endpoint = endpoint.TrimEnd('/'),
        Port = Uri.TryCreate(endpoint, UriKind.Absolute, out var url) ? url.Port : 0,
        AdminKey = adminKey ?? Environment.GetEnvironmentVariable(AdminKeyVariable) ?? "",
        CertificateAuthorityPath = authority ??
            (url?.Scheme == Uri.UriSchemeHttps ? Environment.GetEnvironmentVariable("SSL_CERT_FILE") : null),
    };

    /// <summary>Calls an emulator's own interface; its refusal ends the cmdlet.</summary>
    /// <returns>What it answers; null where there is nothing to say.</returns>
    private protected object? CallEmulator(ArmEmulator emulator, string method, string path, object? body) =>
        Called(() => Answer(emulator, method, path, body));

    /// <summary>Calls an emulator's own interface.</summary>
    /// <exception cref="NativeException">It refuses, or does not answer.</exception>
    private protected static object? Answer(ArmEmulator emulator, string method, string path, object? body)
    {
        var json = body is null ? null : JsonWriter.Write("Body", body);
        var answer = EmulatorInterface.Call(emulator, method, path, json);
        return answer.Length == 0 ? null : JsonReader.Read(answer);
    }

    /// <summary>The file that a parameter names; another path ends the cmdlet.</summary>
    private protected string FilePath(string parameter, string path)
    {
        try
        {
            return UserFile.Resolve(SessionState.Path, parameter, path);
        }
        catch (ManagedIdentityException error)
        {
            Fail(error, path);
            throw;
        }
    }

    /// <summary>What a call returns; its error ends the cmdlet.</summary>
    private T Called<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (NativeException error)
        {
            Fail(Failures.Of(error));
            throw;
        }
    }
}
