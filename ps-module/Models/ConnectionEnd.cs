namespace ManagedIdentity.Models;

/// <summary>Why there is no connection any more, or none yet.</summary>
internal enum ConnectionEnd
{
    /// <summary>Connect-ManagedIdentityService failed, was stopped, or did not begin: a parameter was wrong.</summary>
    ConnectFailed,

    /// <summary>Disconnect-ManagedIdentityService closed it.</summary>
    Disconnected,

    /// <summary>Stop-ArmEmulator stopped the emulator that it led to.</summary>
    EmulatorStopped,

    /// <summary>The module was removed from the last session that had imported it.</summary>
    ModuleRemoved,

    /// <summary>It is of another process or version of the module, and never was open here.</summary>
    Copied,

    /// <summary>It is a test double, and never had a sign-in.</summary>
    TestDouble,
}
