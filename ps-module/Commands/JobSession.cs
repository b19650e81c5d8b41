using System.Collections;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ManagedIdentity.Commands;

/// <summary>The runspace of a job, in which a cmdlet finds what it would find in the session that started the job.</summary>
internal static class JobSession
{
    private const string FileSystem = "FileSystem";

    /// <summary>Variables that change what a cmdlet does.</summary>
    private static readonly string[] s_variables =
    [
        "ErrorActionPreference",
        "WarningPreference",
        "VerbosePreference",
        "InformationPreference",
        "ProgressPreference",
        "DebugPreference",
        "PSModuleAutoLoadingPreference",
    ];

    /// <summary>Opens a runspace with the preferences, the drives and the location of a cmdlet.</summary>
    public static Runspace Open(PSCmdlet cmdlet)
    {
        var state = InitialSessionState.CreateDefault2();
        state.LanguageMode = cmdlet.SessionState.LanguageMode;
        foreach (var name in s_variables)
        {
            Set(state, name, cmdlet.GetVariableValue(name));
        }

        // A table may change while the job runs.
        if (cmdlet.GetVariableValue("PSDefaultParameterValues") is IDictionary defaults)
        {
            Set(state, "PSDefaultParameterValues", new DefaultParameterDictionary(defaults));
        }

        if (IsOn(cmdlet, "Debug"))
        {
            Set(state, "DebugPreference", ActionPreference.Continue);
        }

        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        Go(runspace, cmdlet.SessionState);
        return runspace;
    }

    private static void Set(InitialSessionState state, string name, object? value)
    {
        if (value is not null)
        {
            state.Variables.Add(new SessionStateVariableEntry(name, value, ""));
        }
    }

    private static bool IsOn(PSCmdlet cmdlet, string parameter) =>
        cmdlet.MyInvocation.BoundParameters.TryGetValue(parameter, out var bound) && LanguagePrimitives.IsTrue(bound);

    /// <summary>Paths mean there what they mean here.</summary>
    private static void Go(Runspace runspace, SessionState here)
    {
        var there = runspace.SessionStateProxy;
        var known = there.Drive.GetAllForProvider(FileSystem).Select(drive => drive.Name).ToList();
        var provider = there.Provider.GetOne(FileSystem);
        foreach (var drive in here.Drive.GetAllForProvider(FileSystem).Where(drive => !known.Contains(drive.Name)))
        {
            there.Drive.New(new PSDriveInfo(drive.Name, provider, drive.Root, drive.Description, null), "Global");
        }

        there.Path.SetLocation(here.Path.CurrentFileSystemLocation.Path);
    }
}
