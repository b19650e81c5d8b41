namespace ManagedIdentity.Native;

/// <summary>How far a long wait has come.</summary>
internal sealed class OperationProgress
{
    public string Activity { get; set; } = "";

    public string Status { get; set; } = "";

    /// <summary>0 to 100, or -1 when it can't be known.</summary>
    public int Percent { get; set; }

    public int SecondsElapsed { get; set; }
}
