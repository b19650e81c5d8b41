namespace ManagedIdentity.Native;

/// <summary>What kind of event it is. Exactly one of an operation is Done or Failed, and it is the last.</summary>
internal enum OperationEventKind : uint
{
    None = 0,
    Item = NativeMethods.AZMI_EVENT_ITEM,
    Verbose = NativeMethods.AZMI_EVENT_VERBOSE,
    Warning = NativeMethods.AZMI_EVENT_WARNING,
    Progress = NativeMethods.AZMI_EVENT_PROGRESS,
    Done = NativeMethods.AZMI_EVENT_DONE,
    Failed = NativeMethods.AZMI_EVENT_FAILED,
    Question = NativeMethods.AZMI_EVENT_QUESTION,
    GuardedWarning = NativeMethods.AZMI_EVENT_GUARDED_WARNING,
}
