using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading.Tasks;

namespace ManagedIdentity.Commands;

/// <summary>
/// A cmdlet that runs in the background: in this process, in a runspace of its own. Windows PowerShell 5.1 has no thread
/// jobs that could do this.
/// </summary>
internal sealed class CommandJob : Job
{
    private static readonly List<CommandJob> s_running = [];

    private readonly Runspace _runspace;
    private readonly Runspace? _startedIn = Runspace.DefaultRunspace;
    private readonly PowerShell _shell;

    /// <summary>Creates the job, which takes over the runspace.</summary>
    /// <param name="command">The cmdlet.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="runspace">Where it runs.</param>
    public CommandJob(CommandInfo command, IDictionary parameters, Runspace runspace)
        : base(command.Name)
    {
        PSJobTypeName = "ManagedIdentityJob";
        _runspace = runspace;
        _shell = PowerShell.Create();
        _shell.Runspace = runspace;
        _shell.AddCommand(command).AddParameters(parameters);
        _shell.Streams.Error = Error;
        _shell.Streams.Warning = Warning;
        _shell.Streams.Verbose = Verbose;
        _shell.Streams.Debug = Debug;
        _shell.Streams.Information = Information;
        _shell.Streams.Progress = Progress;
        _shell.InvocationStateChanged += (_, changed) => Follow(changed.InvocationStateInfo);
    }

    /// <inheritdoc/>
    public override string Location => "localhost";

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count + Information.Count + Progress.Count > 0;

    /// <summary>How far it is while it runs, and then what failed.</summary>
    public override string StatusMessage => IsFinished(JobStateInfo.State) ? Failure() : ProgressNow();

    /// <summary>Starts the cmdlet.</summary>
    /// <param name="input">The objects of the pipeline; null where there is no pipeline.</param>
    public void Start(IEnumerable<PSObject?>? input)
    {
        lock (s_running)
        {
            s_running.Add(this);
        }

        SetJobState(JobState.Running);
        var piped = input is null ? null : new PSDataCollection<PSObject?>(input);
        piped?.Complete();
        _shell.BeginInvoke(piped, Output);
    }

    /// <summary>Stops the jobs that run, and returns when they have ended.</summary>
    /// <param name="startedIn">Where they were started; null for all of the process.</param>
    public static void StopAll(Runspace? startedIn)
    {
        CommandJob[] running;
        lock (s_running)
        {
            running = s_running.Where(job => startedIn is null || ReferenceEquals(job._startedIn, startedIn)).ToArray();
        }

        foreach (var job in running)
        {
            job.StopJob();
        }
    }

    /// <summary>Cancels what runs, and returns when it has ended.</summary>
    public override void StopJob()
    {
        if (IsFinished(JobStateInfo.State))
        {
            return;
        }

        try
        {
            _shell.BeginStop(null, null);
        }
        catch (ObjectDisposedException)
        {
            // It has ended just now.
        }

        Finished.WaitOne();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
        }

        base.Dispose(disposing);
    }

    private static bool IsFinished(JobState state) => state is JobState.Completed or JobState.Failed or JobState.Stopped;

    private void Follow(PSInvocationStateInfo now)
    {
        switch (now.State)
        {
            case PSInvocationState.Completed:
                Finish(JobState.Completed);
                break;
            case PSInvocationState.Stopped:
                Finish(JobState.Stopped);
                break;
            case PSInvocationState.Failed:
                // Receive-Job would make a new error of the reason of a state, without the code and the target.
                Error.Add((now.Reason as IContainsErrorRecord)?.ErrorRecord ?? Unexpected(now.Reason));
                Finish(JobState.Failed);
                break;
        }
    }

    private void Finish(JobState state)
    {
        lock (s_running)
        {
            s_running.Remove(this);
        }

        SetJobState(state);
        // Not here: this is the thread of what is disposed of.
        Task.Run(() =>
        {
            _shell.Dispose();
            _runspace.Dispose();
        });
    }

    private static ErrorRecord Unexpected(Exception reason) =>
        new(reason, "JobFailed", ErrorCategory.OperationStopped, null);

    private string ProgressNow() =>
        Progress.LastOrDefault() is { RecordType: ProgressRecordType.Processing } last
            ? $"{last.Activity}: {last.StatusDescription}"
            : "";

    private string Failure() =>
        Error.Count switch
        {
            0 => "",
            1 => Error[0].ToString(),
            var count => $"{count} errors. The first: {Error[0]}",
        };
}
