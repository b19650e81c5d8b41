namespace ManagedIdentity.Native;

/// <summary>How a wait for an event ended.</summary>
internal enum TakeResult
{
    /// <summary>There was an event.</summary>
    Taken,

    /// <summary>None came in the time given.</summary>
    TimedOut,

    /// <summary>All operations have ended and all events were taken.</summary>
    Drained,
}
