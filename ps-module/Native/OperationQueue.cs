using System;
using System.Threading;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Native;

/// <summary>
/// A queue of the native library: operations go in, their events come out in the order of submission. One thread
/// submits and takes; any thread may cancel or dispose, also while another waits.
/// </summary>
internal sealed unsafe class OperationQueue : IDisposable
{
    private long _handle;

    /// <summary>Creates a queue.</summary>
    /// <param name="throttleLimit">How many operations run at once.</param>
    /// <param name="verbose">Whether verbose lines are wanted.</param>
    /// <param name="timeoutSeconds">How long each operation may take; 0 for as long as its connection says.</param>
    public OperationQueue(int throttleLimit, bool verbose, int timeoutSeconds = 0)
    {
        NativeLoader.Library.Require();
        var options = new AzmiQueueOptions
        {
            throttle_limit = checked((uint)throttleLimit),
            timeout_s = timeoutSeconds,
            verbose = verbose ? (byte)1 : (byte)0,
            guards = 1,
        };
        ulong handle;
        Check(NativeMethods.azmi_queue_create(&options, &handle));
        _handle = unchecked((long)handle);
    }

    ~OperationQueue() => Free();

    private ulong Handle => unchecked((ulong)Interlocked.Read(ref _handle));

    /// <summary>Starts an operation.</summary>
    /// <returns>False when the queue was cancelled and takes no more.</returns>
    /// <exception cref="CallRefusedException">The library refused; no event will come.</exception>
    public bool Submit(Request request, ulong tag)
    {
        using var scope = new NativeScope();
        var status = request.Submit(scope, Handle, tag);
        if (status == NativeMethods.AZMI_ERROR_CANCELED)
        {
            return false;
        }

        Check(status);
        return true;
    }

    /// <summary>Takes the next event.</summary>
    /// <param name="timeoutMilliseconds">How long to wait: 0 not at all, -1 for ever.</param>
    /// <param name="taken">The event, when there was one.</param>
    public TakeResult Take(int timeoutMilliseconds, out OperationEvent taken)
    {
        taken = default;
        AzmiEvent* source = null;
        var status = NativeMethods.azmi_queue_wait(Handle, timeoutMilliseconds, &source);
        switch (status)
        {
            case NativeMethods.AZMI_OK:
                taken = ReadAndFree(source);
                return TakeResult.Taken;
            case NativeMethods.AZMI_TIMEOUT:
                return TakeResult.TimedOut;
            case NativeMethods.AZMI_DRAINED:
                return TakeResult.Drained;
            default:
                throw new CallRefusedException(status);
        }
    }

    /// <summary>Answers a guarded warning: whether its operation goes on.</summary>
    public static void AnswerGuard(ulong guard, bool goOn)
    {
        // An operation that was cancelled takes no answer, and needs none.
        NativeMethods.azmi_guard_answer(guard, goOn ? (byte)1 : (byte)0);
    }

    /// <summary>Cancels all that runs; a wait returns at once.</summary>
    public void Cancel()
    {
        // A queue that was freed meanwhile is cancelled: the library knows its handle no more.
        NativeMethods.azmi_queue_cancel(Handle);
    }

    /// <summary>
    /// Ends all that the library does for this process: the operations of all queues, and all connections with their
    /// tokens.
    /// </summary>
    public static void EndAll()
    {
        if (NativeLoader.Library.IsReady)
        {
            NativeMethods.azmi_end();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static OperationEvent ReadAndFree(AzmiEvent* source)
    {
        try
        {
            return EventReader.Read(source);
        }
        finally
        {
            NativeMethods.azmi_event_free(source);
        }
    }

    private static void Check(int status)
    {
        if (status != NativeMethods.AZMI_OK)
        {
            throw new CallRefusedException(status);
        }
    }

    private void Free()
    {
        var handle = unchecked((ulong)Interlocked.Exchange(ref _handle, 0));
        if (handle != 0)
        {
            NativeMethods.azmi_queue_free(handle);
        }
    }
}
