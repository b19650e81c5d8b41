using System.Collections;
using System.Collections.Generic;
using ManagedIdentity.Models;

namespace ManagedIdentity.Native;

/// <summary>The emulator's native library. It is loaded with the first call.</summary>
internal static unsafe class NativeEmulator
{
    /// <summary>What every emulator starts with: what it takes to sign in to one.</summary>
    /// <exception cref="NativeException">There is no library, or it is another version's.</exception>
    public static EmulatorSeed Seed()
    {
        NativeLoader.Emulator.Require();
        AzmiEmulatorSeed seed;
        Check(EmulatorMethods.azmi_emulator_seed(&seed));
        return Read(seed);
    }

    /// <summary>The faults that an emulator can have.</summary>
    /// <exception cref="NativeException">There is no library, or it is another version's.</exception>
    public static IReadOnlyList<EmulatorFault> Faults()
    {
        NativeLoader.Emulator.Require();
        AzmiEmulatorFaultList list;
        Check(EmulatorMethods.azmi_emulator_faults(&list));
        var faults = new EmulatorFault[checked((int)list.len)];
        for (var i = 0; i < faults.Length; i++)
        {
            faults[i] = new(list.items[i].name.ReadOrEmpty(), list.items[i].summary.ReadOrEmpty());
        }

        return faults;
    }

    /// <summary>Starts an emulator in this process.</summary>
    /// <exception cref="NativeException">It did not start, or there is no library.</exception>
    public static ArmEmulator Start(EmulatorOptions options)
    {
        NativeLoader.Emulator.Require();
        using var scope = new NativeScope();
        var given = new AzmiEmulatorOptions
        {
            port = options.Port,
            latency_ms = checked((uint)options.Latency.TotalMilliseconds),
            operation_ms = checked((uint)options.OperationTime.TotalMilliseconds),
            state_path = scope.Text(options.StatePath),
            seed_path = scope.Text(options.SeedPath),
            arc_folder = scope.Text(options.ArcFolder),
            faults = scope.Texts(options.Faults),
            faults_len = (nuint)options.Faults.Count,
        };
        AzmiEmulator* started = null;
        AzmiEmulatorError* error = null;
        var status = EmulatorMethods.azmi_emulator_start(&given, &started, &error);
        if (status == EmulatorMethods.AZMI_EMULATOR_FAILED)
        {
            throw new CallFailedException(ReadAndFree(error));
        }

        Check(status);
        var emulator = ReadAndFree(started);
        emulator.StatePath = options.StatePath;
        emulator.SeedPath = options.SeedPath;
        return emulator;
    }

    /// <summary>Ends an emulator: its state is written, its port is free again.</summary>
    /// <exception cref="NativeException">It was ended before.</exception>
    public static void Stop(ArmEmulator emulator) => Check(EmulatorMethods.azmi_emulator_stop(emulator.Handle));

    private static void Check(int status)
    {
        if (status != NativeMethods.AZMI_OK)
        {
            throw new CallRefusedException(status);
        }
    }

    private static ArmEmulator ReadAndFree(AzmiEmulator* source)
    {
        try
        {
            var seed = Read(source->seed);
            return new ArmEmulator(source->handle)
            {
                Endpoint = source->endpoint.ReadOrEmpty(),
                Port = source->port,
                AdminKey = source->admin_key.ReadOrEmpty(),
                SubscriptionId = seed.SubscriptionId,
                TenantId = seed.TenantId,
                Environment = Variables(source->environment.ReadOrEmpty()),
            };
        }
        finally
        {
            EmulatorMethods.azmi_emulator_free(source);
        }
    }

    private static VariableTable Variables(string lines)
    {
        var variables = new VariableTable();
        foreach (var line in lines.Split('\n'))
        {
            var at = line.IndexOf('=');
            variables[line.Substring(0, at)] = line.Substring(at + 1);
        }

        return variables;
    }

    private static OperationFailure ReadAndFree(AzmiEmulatorError* source)
    {
        try
        {
            return new OperationFailure
            {
                Code = source->code.ReadOrEmpty(),
                Category = (FailureCategory)source->category,
                Message = source->message.ReadOrEmpty(),
                Target = source->target.Read(),
            };
        }
        finally
        {
            EmulatorMethods.azmi_emulator_error_free(source);
        }
    }

    private static EmulatorSeed Read(AzmiEmulatorSeed source) => new()
    {
        SubscriptionId = source.subscription_id.ReadOrEmpty(),
        TenantId = source.tenant_id.ReadOrEmpty(),
        ClientId = source.client_id.ReadOrEmpty(),
        ClientSecret = source.client_secret.ReadOrEmpty(),
    };
}
