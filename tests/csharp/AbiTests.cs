using System.Reflection;
using System.Text;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>The synchronous calls, and what they say to nonsense.</summary>
public sealed unsafe class AbiTests
{
    private const ulong NoHandle = ulong.MaxValue;

    [Fact]
    public void The_version_is_the_one_that_the_imports_were_made_from()
    {
        Assert.Equal(NativeMethods.AZMI_ABI_VERSION, NativeMethods.azmi_abi_version());
        Assert.Equal(EmulatorMethods.AZMI_EMULATOR_ABI_VERSION, EmulatorMethods.azmi_emulator_abi_version());
        NativeLoader.Library.Require();
        NativeLoader.Emulator.Require();
    }

    [Fact]
    public void The_library_and_the_assembly_are_one_version()
    {
        var version = typeof(NativeMethods).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Assert.Equal(version, NativeMethods.azmi_version().Read());
    }

    [Theory]
    [InlineData(NativeMethods.AZMI_OK)]
    [InlineData(NativeMethods.AZMI_ERROR_HANDLE)]
    [InlineData(int.MinValue)]
    public void Every_status_has_a_text(int status) => Assert.NotEmpty(NativeText.OfStatus(status));

    [Fact]
    public void An_unknown_handle_is_a_status()
    {
        AzmiEvent* taken;
        ulong pending;
        var target = default(AzmiTarget);
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_queue_wait(NoHandle, 0, &taken));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_queue_pending(NoHandle, &pending));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_queue_cancel(NoHandle));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_queue_free(NoHandle));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_client_free(NoHandle));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_event_free((AzmiEvent*)&target));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_identity_get(NoHandle, &target, NoHandle, 1));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, EmulatorMethods.azmi_emulator_stop(NoHandle));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, EmulatorMethods.azmi_emulator_free((AzmiEmulator*)&target));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, EmulatorMethods.azmi_emulator_error_free((AzmiEmulatorError*)&target));
    }

    [Fact]
    public void Null_is_a_status_or_nothing()
    {
        ulong queue;
        Assert.Equal(NativeMethods.AZMI_ERROR_NULL, NativeMethods.azmi_queue_create(null, &queue));
        var options = new AzmiQueueOptions { throttle_limit = 1 };
        Assert.Equal(NativeMethods.AZMI_ERROR_NULL, NativeMethods.azmi_queue_create(&options, null));
        Assert.Equal(NativeMethods.AZMI_ERROR_NULL, NativeMethods.azmi_client_connect(null, 0, 1));
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_event_free(null));
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_queue_free(0));
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_client_free(0));
        AzmiEmulator* started;
        AzmiEmulatorError* error;
        Assert.Equal(NativeMethods.AZMI_ERROR_NULL, EmulatorMethods.azmi_emulator_seed(null));
        Assert.Equal(NativeMethods.AZMI_ERROR_NULL, EmulatorMethods.azmi_emulator_start(null, &started, &error));
        Assert.Equal(NativeMethods.AZMI_OK, EmulatorMethods.azmi_emulator_free(null));
        Assert.Equal(NativeMethods.AZMI_OK, EmulatorMethods.azmi_emulator_error_free(null));
    }

    [Fact]
    public void A_throttle_of_nothing_is_refused()
    {
        ulong queue;
        var options = default(AzmiQueueOptions);
        Assert.Equal(NativeMethods.AZMI_ERROR_VALUE, NativeMethods.azmi_queue_create(&options, &queue));
    }

    [Fact]
    public void A_text_that_is_not_UTF8_is_refused()
    {
        var queue = CreateQueue();
        fixed (byte* bytes = new byte[] { 0xC3, 0x28 })
        {
            var request = new AzmiConnectRequest
            {
                credential = NativeMethods.AZMI_CREDENTIAL_AZURE_CLI,
                tenant = new AzmiStr { ptr = bytes, len = 2 },
            };
            Assert.Equal(NativeMethods.AZMI_ERROR_UTF8, NativeMethods.azmi_client_connect(&request, queue, 1));
        }

        NativeMethods.azmi_queue_free(queue);
    }

    [Fact]
    public void A_credential_of_no_known_kind_is_refused()
    {
        var queue = CreateQueue();
        var request = new AzmiConnectRequest { credential = 99 };
        Assert.Equal(NativeMethods.AZMI_ERROR_VALUE, NativeMethods.azmi_client_connect(&request, queue, 1));
        NativeMethods.azmi_queue_free(queue);
    }

    [Fact]
    public void Freeing_twice_is_a_status()
    {
        var queue = CreateQueue();
        fixed (byte* token = Encoding.UTF8.GetBytes("two words"))
        {
            // Fails before any request.
            var request = new AzmiConnectRequest
            {
                credential = NativeMethods.AZMI_CREDENTIAL_ACCESS_TOKEN,
                secret = new AzmiStr { ptr = token, len = 9 },
            };
            Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_client_connect(&request, queue, 5));
        }

        AzmiEvent* taken;
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_queue_wait(queue, -1, &taken));
        Assert.Equal(5ul, taken->tag);
        Assert.Equal(NativeMethods.AZMI_EVENT_FAILED, taken->kind);
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_event_free(taken));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_event_free(taken));
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_queue_free(queue));
        Assert.Equal(NativeMethods.AZMI_ERROR_HANDLE, NativeMethods.azmi_queue_free(queue));
    }

    private static ulong CreateQueue()
    {
        var options = new AzmiQueueOptions { throttle_limit = 1 };
        ulong queue;
        Assert.Equal(NativeMethods.AZMI_OK, NativeMethods.azmi_queue_create(&options, &queue));
        return queue;
    }
}
