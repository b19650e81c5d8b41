namespace ManagedIdentity.Native;

/// <summary>What kind of event it is. Exactly one of an operation is Done or Failed, and it is the last.</summary>
internal enum OperationEventKind : uint
{
    None = 0,
    Item = NativeMethods.MI_EVENT_ITEM,
    Verbose = NativeMethods.MI_EVENT_VERBOSE,
    Warning = NativeMethods.MI_EVENT_WARNING,
    Progress = NativeMethods.MI_EVENT_PROGRESS,
    Done = NativeMethods.MI_EVENT_DONE,
    Failed = NativeMethods.MI_EVENT_FAILED,
    Question = NativeMethods.MI_EVENT_QUESTION,
    GuardedWarning = NativeMethods.MI_EVENT_GUARDED_WARNING,
}
