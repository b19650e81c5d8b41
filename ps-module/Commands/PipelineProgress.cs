using System;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace ManagedIdentity.Commands;

/// <summary>One progress bar over many operations: how many have ended and failed, and how long the rest will take.</summary>
internal sealed class PipelineProgress(string activity)
{
    private const int Id = 1;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _shown;
    private int _submitted;
    private int _ended;
    private int _failed;

    /// <summary>Whether there are several, so that one bar for all says more than one for each.</summary>
    public bool HasSeveral => _submitted > 1;

    /// <summary>Counts an operation that begins.</summary>
    public void Begin() => _submitted++;

    /// <summary>Counts an operation that has ended.</summary>
    /// <returns>The bar, when it is time to show it again.</returns>
    public ProgressRecord? End(bool failed)
    {
        _ended++;
        _failed += failed ? 1 : 0;
        if (!HasSeveral || _clock.Elapsed - _shown < Interval)
        {
            return null;
        }

        _shown = _clock.Elapsed;
        return new ProgressRecord(Id, activity, Status())
        {
            PercentComplete = (int)(100L * _ended / _submitted),
            SecondsRemaining = (int)SecondsLeft(_clock.Elapsed.TotalSeconds, _ended, _submitted),
        };
    }

    /// <summary>Shows what one of the operations waits for.</summary>
    /// <returns>The bar, when it is time to show it again.</returns>
    public ProgressRecord? Wait(string operation)
    {
        if (_clock.Elapsed - _shown < Interval)
        {
            return null;
        }

        _shown = _clock.Elapsed;
        return new ProgressRecord(Id, activity, Status())
        {
            PercentComplete = (int)(100L * _ended / _submitted),
            CurrentOperation = operation,
        };
    }

    /// <summary>Takes the bar away, if it was shown.</summary>
    public ProgressRecord? Complete() =>
        _shown > TimeSpan.Zero
            ? new ProgressRecord(Id, activity, Status()) { RecordType = ProgressRecordType.Completed }
            : null;

    /// <summary>The time that the rest takes if it goes on as it went.</summary>
    internal static double SecondsLeft(double elapsed, int ended, int submitted) =>
        elapsed / ended * (submitted - ended);

    private string Status() =>
        string.Format(CultureInfo.CurrentCulture, "{0} of {1} done{2}", _ended, _submitted, _failed > 0 ? $", {_failed} failed" : "");
}
