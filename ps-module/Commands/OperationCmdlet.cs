using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Net;
using System.Security;
using System.Threading;
using ManagedIdentity.Certificates;
using ManagedIdentity.Errors;
using ManagedIdentity.Native;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>
/// A cmdlet that runs operations of the native library: it submits them, and writes what happens from the pipeline's
/// thread, in the order in which they were submitted.
/// </summary>
public abstract class OperationCmdlet : ModuleCmdlet, IDisposable
{
    private readonly Dictionary<ulong, Operation> _running = [];
    private OperationQueue? _queue;
    private PipelineProgress? _progress;
    private SigningCertificate? _opened;
    private ulong _lastTag;

    /// <summary>How many operations run at once.</summary>
    private protected virtual int OperationsAtOnce => 1;

    /// <summary>How many operations may be ahead of what was written. Enough to keep the library busy.</summary>
    private protected virtual int OperationsAhead => Math.Max(32, 2 * OperationsAtOnce);

    /// <summary>How long each operation may take, in seconds; 0 for as long as its connection says.</summary>
    private protected virtual int SecondsForOperation => 0;

    /// <summary>The certificate that the library has signatures made with.</summary>
    private protected virtual SigningCertificate? Certificate => _opened;

    /// <summary>The password of a PFX file to sign in with: that of the file that the environment names.</summary>
    private protected virtual SecureString? PfxPassword =>
        new NetworkCredential("", Environment.GetEnvironmentVariable("AZURE_CLIENT_CERTIFICATE_PASSWORD")).SecurePassword;

    private OperationQueue Queue => _queue ?? CreateQueue();

    private PipelineProgress PipelineBar => _progress ??= new PipelineProgress(MyInvocation.MyCommand.Name);

    /// <summary>Frees what the cmdlet holds, and cancels what still runs.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Submits what one input asks for.</summary>
    private protected abstract void Process();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (LoadedModule.Refusal(InvokeCommand) is { } refusal)
        {
            Fail(refusal);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        Process();
        Write(until: () => _running.Count < OperationsAhead);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Write(until: () => _running.Count == 0);
        WriteProgressIfAny(_progress?.Complete());
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _queue?.Cancel();

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _queue?.Dispose();
            _opened?.Dispose();
        }
    }

    /// <summary>The certificate that a sign-in has opened, if it did: it belongs to the connection now.</summary>
    private protected SigningCertificate? TakeCertificate()
    {
        var opened = _opened;
        _opened = null;
        return opened;
    }

    /// <summary>Starts an operation.</summary>
    private protected void Submit(Request request, Operation operation)
    {
        var tag = ++_lastTag;
        try
        {
            if (Queue.Submit(request, tag))
            {
                _running.Add(tag, operation);
                PipelineBar.Begin();
            }
        }
        catch (NativeException error)
        {
            Report(Explain(Failures.Of(error)), operation.Input);
        }
    }

    /// <summary>Starts an operation and writes all that happens until it has ended.</summary>
    private protected void Run(Request request, Operation operation)
    {
        Submit(request, operation);
        Write(until: () => _running.Count == 0);
    }

    /// <summary>Reports what one input has come to.</summary>
    private protected virtual void Report(ManagedIdentityException error, object? input)
    {
        Debug(error);
        WriteError(error.ToErrorRecord(input));
    }

    /// <summary>Says more about a call that the library refused.</summary>
    private protected virtual ManagedIdentityException Explain(ManagedIdentityException error) => error;

    /// <summary>Ends the cmdlet with an error.</summary>
    private protected void Fail(ManagedIdentityException error, object? input = null)
    {
        Debug(error);
        ThrowTerminatingError(error.ToErrorRecord(input));
    }

    /// <summary>Shows those who debug which request failed, and what was answered.</summary>
    private void Debug(ManagedIdentityException error)
    {
        if (error.RawError is { Length: > 0 } raw)
        {
            WriteDebug($"{error.Request} HTTP {error.HttpStatus}, request id {error.RequestId}, correlation id {error.CorrelationId}: {raw}");
        }
    }

    private OperationQueue CreateQueue()
    {
        try
        {
            _queue = new OperationQueue(OperationsAtOnce, WantsVerbose(), SecondsForOperation);
        }
        catch (NativeException error)
        {
            Fail(Failures.Of(error));
        }

        // StopProcessing may have come on its own thread just before there was a queue to cancel.
        Interlocked.MemoryBarrier();
        if (Stopping)
        {
            _queue!.Cancel();
        }

        return _queue!;
    }

    private bool WantsVerbose() =>
        MyInvocation.BoundParameters.TryGetValue("Verbose", out var bound)
            ? LanguagePrimitives.IsTrue(bound)
            : GetVariableValue("VerbosePreference") is not ActionPreference.SilentlyContinue;

    /// <summary>Writes what has happened, and waits for more as long as the condition does not hold.</summary>
    private void Write(Func<bool> until)
    {
        if (_queue is null)
        {
            return;
        }

        LoadViews();
        try
        {
            while (_queue.Take(until() ? 0 : Timeout.Infinite, out var happened) == TakeResult.Taken)
            {
                Write(happened);
            }
        }
        catch (NativeException error)
        {
            throw Failures.Of(error);
        }
        catch
        {
            // Whoever reads the pipeline wants no more: what runs must not go on until the cmdlet is disposed of.
            _queue.Cancel();
            throw;
        }
    }

    private void Write(OperationEvent happened)
    {
        if (happened.Question is { } question)
        {
            Answer(question);
            return;
        }

        if (happened.Kind == OperationEventKind.GuardedWarning)
        {
            WriteGuardedWarning(happened);
            return;
        }

        if (!_running.TryGetValue(happened.Tag, out var operation))
        {
            return;
        }

        switch (happened.Kind)
        {
            case OperationEventKind.Item when happened.Item is { } item:
                Take(item, operation);
                break;
            case OperationEventKind.ItemFailed when happened.Failure is { } one:
                Report(Failures.Of(one), one.Target);
                break;
            case OperationEventKind.Verbose:
                WriteVerbose(happened.Message);
                break;
            case OperationEventKind.Warning:
                WriteWarning(happened.Message);
                break;
            case OperationEventKind.Progress when happened.Progress is { } progress:
                Show(progress, operation, happened.Tag);
                break;
            case OperationEventKind.Done:
                Finish(operation, happened.Tag, failed: false);
                operation.OnDone?.Invoke();
                break;
            case OperationEventKind.Failed when happened.Failure is { } failure:
                Finish(operation, happened.Tag, failed: true);
                ReportEnd(failure, operation);
                break;
        }
    }

    /// <summary>Reports why an operation ended.</summary>
    private void ReportEnd(OperationFailure failure, Operation operation)
    {
        // The user who stops the cmdlet knows.
        if (Stopping && failure.Code == Failures.OperationCanceled)
        {
            return;
        }

        var error = Failures.Of(failure);
        if (operation.OnFailed is { } handle)
        {
            handle(error);
        }
        else
        {
            Report(error, operation.Input);
        }
    }

    /// <summary>Hands a result on. One that can't be read costs itself alone.</summary>
    private void Take(object item, Operation operation)
    {
        try
        {
            operation.OnItem?.Invoke(item);
        }
        catch (ManagedIdentityException error)
        {
            Report(error, operation.Input);
        }
    }

    /// <summary>Answers the library whatever happens: others ask in vain until then.</summary>
    private void Answer(HostQuestion question)
    {
        var answer = new HostAnswer();
        try
        {
            answer = question.Kind switch
            {
                QuestionKind.Token => AzurePowerShell.Answer(question, InvokeCommand),
                QuestionKind.Certificate => OpenCertificate(question),
                QuestionKind.Signature => CertificateAnswers.Sign(question, Certificate),
                QuestionKind.Proxy => ProxyAnswers.Find(question.Url!),
                QuestionKind.Browser => BrowserAnswers.Open(question.Url!),
                _ => new HostAnswer { Outcome = AnswerOutcome.Missing },
            };
        }
        finally
        {
            answer.To(question);
            answer.Dispose();
        }
    }

    private HostAnswer OpenCertificate(HostQuestion question)
    {
        _opened?.Dispose();
        return CertificateAnswers.Open(question, PfxPassword, out _opened);
    }

    /// <summary>
    /// Writes a warning of what an operation does next. It goes on when the warning is written, and not when the user's
    /// preference makes of the warning an end.
    /// </summary>
    private void WriteGuardedWarning(OperationEvent happened)
    {
        var isWritten = false;
        try
        {
            WriteWarning(happened.Message);
            isWritten = true;
        }
        finally
        {
            OperationQueue.AnswerGuard(happened.Guard, isWritten);
        }
    }

    private void Show(OperationProgress progress, Operation operation, ulong tag)
    {
        if (PipelineBar.HasSeveral)
        {
            WriteProgressIfAny(PipelineBar.Wait($"{progress.Activity}: {progress.Status}"));
            return;
        }

        operation.Activity = progress.Activity;
        WriteProgress(new ProgressRecord(ProgressId(tag), progress.Activity, $"{progress.Status} ({progress.SecondsElapsed} s)")
        {
            PercentComplete = progress.Percent,
            SecondsRemaining = progress.SecondsLeft,
        });
    }

    private void Finish(Operation operation, ulong tag, bool failed)
    {
        _running.Remove(tag);
        WriteProgressIfAny(PipelineBar.End(failed));
        if (operation.Activity is { } activity)
        {
            WriteProgress(new ProgressRecord(ProgressId(tag), activity, " ") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void WriteProgressIfAny(ProgressRecord? record)
    {
        if (record is not null)
        {
            WriteProgress(record);
        }
    }

    private static int ProgressId(ulong tag) => (int)(tag & int.MaxValue);
}
