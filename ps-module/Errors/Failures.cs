using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Runtime.InteropServices;
using ManagedIdentity.Models;
using ManagedIdentity.Native;

namespace ManagedIdentity.Errors;

/// <summary>The errors that arise in the module itself and not in the native library.</summary>
internal static class Failures
{
    private const string OneVersion = "Start a new PowerShell and import one version.";

    /// <summary>What a cancelled operation ends with.</summary>
    public const string OperationCanceled = "OperationCanceled";

    /// <summary>What a change ends with that would do more than the plan that was agreed to.</summary>
    public const string PlanChanged = "PlanChanged";

    public static ManagedIdentityException NotConnected(ConnectionEnd end) =>
        Advised(
            "NotConnected",
            ErrorCategory.AuthenticationError,
            $"There is no connection: {WhatEnded(end)}.",
            HowToGoOn(end));

    /// <summary>A connection that a cmdlet is given, and that can't be used.</summary>
    public static ManagedIdentityException ConnectionClosed(ManagedIdentityConnection connection) => connection.End switch
    {
        ConnectionEnd.Copied => Advised(
            "ConnectionCopied",
            ErrorCategory.AuthenticationError,
            "-Connection is of another process, or of another version of the module: its sign-in is not here.",
            $"Connect in this job or session: {HowToConnect(connection)}"),
        ConnectionEnd.TestDouble => Advised(
            "ConnectionWithoutSignIn",
            ErrorCategory.AuthenticationError,
            "-Connection is a test double: it has no sign-in.",
            "Mock this cmdlet too, or connect to an emulator with Connect-ManagedIdentityService -Emulator."),
        _ => Advised(
            "ConnectionClosed",
            ErrorCategory.AuthenticationError,
            $"The connection is closed: {WhatEnded(connection.End)}.",
            HowToGoOn(connection.End)),
    };

    /// <summary>The command that makes a connection such as this one, as far as its properties tell.</summary>
    private static string HowToConnect(ManagedIdentityConnection connection)
    {
        var place = connection.Environment is "AzureCloud" or "" ? "" : $" -Environment {connection.Environment}";
        var tenant = connection.TenantId is { Length: > 0 } id ? $" -Tenant {id}" : "";
        var how = connection switch
        {
            { IsAtThisMachine: true } => $"-Emulator -Endpoint {connection.Endpoint}",
            { AccountType: "ServicePrincipal" } => $"-ServicePrincipal -Credential $using:credential{tenant}{place}",
            { AccountType: "ManagedService" } => $"-Identity{place}",
            { AccountType: "AccessToken" } => $"-AccessToken $using:token{place}",
            { AccountType: "AzurePowerShell" } => "-UseAzContext",
            { AccountType: "AzureCli" } => "-UseAzureCli",
            _ => $"-UseDeviceAuthentication{tenant}{place}",
        };
        var subscription = connection.SubscriptionId.Length > 0 ? $" -SubscriptionId {connection.SubscriptionId}" : "";
        return $"Connect-ManagedIdentityService {how}{subscription}";
    }

    private static string WhatEnded(ConnectionEnd end) => end switch
    {
        ConnectionEnd.Disconnected => "Disconnect-ManagedIdentityService closed it",
        ConnectionEnd.EmulatorStopped => "Stop-ArmEmulator stopped the emulator",
        ConnectionEnd.ModuleRemoved => "Remove-Module ended it",
        _ => "the last Connect-ManagedIdentityService failed or was stopped",
    };

    private static string HowToGoOn(ConnectionEnd end) => end switch
    {
        ConnectionEnd.EmulatorStopped =>
            "Run Connect-ManagedIdentityService -Emulator to start another one, or specify an open connection with -Connection.",
        _ => "Run Connect-ManagedIdentityService, or specify an open connection with -Connection.",
    };

    /// <summary>Two parameters that exclude each other.</summary>
    public static ManagedIdentityException NotBoth(string one, string other) =>
        Invalid("ConflictingParameters", $"-{one} and -{other} can't be combined. Specify one of them, not both.");

    public static ManagedIdentityException NotFound(string label, string name, string place) =>
        new("ResourceNotFound", ErrorCategory.ObjectNotFound, $"There is no {label} '{name}' in {place}.") { Target = name };

    public static ManagedIdentityException AllAndOneSubscription() =>
        Invalid("InvalidSubscription", "-AllSubscriptions and -SubscriptionId can't be combined. Specify one of them, not both.");

    /// <summary>A machine that stands for its system-assigned identity, and has none.</summary>
    public static ManagedIdentityException NoSystemAssignedIdentity(string machine) =>
        Advised(
            "NoSystemAssignedIdentity",
            ErrorCategory.ObjectNotFound,
            $"'{machine}' has no system-assigned identity.",
            "Enable it with Update-ResourceIdentity -EnableSystemAssigned, or name another identity.");

    public static ManagedIdentityException EmulatorRunning(string endpoint) =>
        Advised(
            "EmulatorRunning",
            ErrorCategory.ResourceExists,
            $"An emulator runs in this process already, at {endpoint}.",
            "Use it, or stop it with Stop-ArmEmulator first.");

    public static ManagedIdentityException EmulatorNotRunning() =>
        new("EmulatorNotRunning", ErrorCategory.ObjectNotFound, "No emulator runs in this process.");

    /// <summary>No emulator that a cmdlet could fill or control.</summary>
    public static ManagedIdentityException NoEmulator() =>
        Advised(
            "EmulatorNotRunning",
            ErrorCategory.ObjectNotFound,
            "No emulator runs in this process.",
            "Run Start-ArmEmulator, or specify the emulator of another process with -Emulator (Get-ArmEmulator -Endpoint).");

    /// <summary>A question that would come up where nothing can be asked.</summary>
    public static ManagedIdentityException ConfirmInJob() =>
        Advised(
            "ConfirmInJob",
            ErrorCategory.InvalidArgument,
            "-AsJob can't ask for confirmation: a job has no console.",
            "Read the changes with -WhatIf, and then specify -Confirm:$false, or omit -AsJob.");

    /// <summary>A script block that is to be applied to each object of the pipeline, which belongs to this session.</summary>
    public static ManagedIdentityException ScriptBlockForJob(string parameter) =>
        Advised(
            "ScriptBlockForJob",
            ErrorCategory.InvalidArgument,
            $"-AsJob can't run the script block of -{parameter}: it belongs to this session.",
            "Use Select-Object to give the objects a property of that name, or omit -AsJob.");

    /// <summary>Parameters of a cmdlet of Azure PowerShell that the cmdlet under its name does not have.</summary>
    /// <param name="original">The cmdlet of Azure PowerShell, with its module.</param>
    /// <param name="command">Its name.</param>
    /// <param name="parameters">The names of the parameters.</param>
    /// <param name="why">Why they are not there.</param>
    public static ManagedIdentityException NotInAlias(string original, string command, IEnumerable<string> parameters, string why) =>
        Advised(
            "UnsupportedParameter",
            ErrorCategory.InvalidArgument,
            $"{command} of this module does not support {string.Join(", ", parameters.Select(name => $"-{name}"))}: {why}.",
            $"For that, use {original} of Azure PowerShell.");

    /// <summary>A name that no parameter of a cmdlet of Azure PowerShell has.</summary>
    public static ManagedIdentityException UnknownParameter(string command, string name) =>
        Advised("UnknownParameter", ErrorCategory.InvalidArgument, $"{command} of this module has no parameter -{name}.", "Check its name.");

    /// <summary>A value that stands where none is expected.</summary>
    public static ManagedIdentityException UnexpectedValue(string command, object? value) =>
        Advised(
            "UnexpectedValue",
            ErrorCategory.InvalidArgument,
            $"'{value}' is not the value of a parameter of {command}.",
            "Specify the name of the parameter before it.");

    public static ManagedIdentityException AzCommandsLoaded(IEnumerable<CommandInfo> commands)
    {
        var names = commands.Select(command => command.ModuleName is { Length: > 0 } module ? $"{command.Name} ({module})" : command.Name);
        return Advised(
            "AzCommandsLoaded",
            ErrorCategory.ResourceExists,
            $"Commands of these names are loaded: {string.Join(", ", names)}.",
            "Nothing was changed. To override them in this session, use -Force.");
    }

    /// <summary>What the error of a parameter that is missing has as its code.</summary>
    public const string MissingParameter = "MissingParameter";

    /// <summary>What the error of a parameter that is null has as its code.</summary>
    public const string NullInput = "NullInput";

    /// <summary>A parameter, or an object of the pipeline, that is null or empty.</summary>
    public static ManagedIdentityException Null(string parameter) =>
        new(NullInput, ErrorCategory.InvalidArgument, $"-{parameter} is null or empty: it must specify the resource.")
        {
            Target = parameter,
        };

    /// <summary>An object and a parameter, or two properties of an object, that name different resources.</summary>
    public static ManagedIdentityException ContradictoryName(string parameter, string message) =>
        new("ContradictoryName", ErrorCategory.InvalidArgument, message) { Target = parameter };

    /// <summary>Input that breaks a rule.</summary>
    public static ManagedIdentityException Invalid(string code, string message) =>
        new(code, ErrorCategory.InvalidArgument, message);

    /// <summary>A value of a parameter that breaks a rule.</summary>
    public static ManagedIdentityException Invalid(string code, string parameter, object? value, string rule) =>
        new(code, ErrorCategory.InvalidArgument, $"-{parameter} '{value}' is not valid: {rule}") { Target = parameter };

    /// <summary>Why an operation failed.</summary>
    public static ManagedIdentityException Of(OperationFailure failure) =>
        new(failure.Code, ErrorCategories.From(failure.Category), failure.Message)
        {
            HttpStatus = failure.HttpStatus,
            Target = failure.Target,
            Recommendation = failure.Recommendation,
            RequestId = failure.RequestId,
            CorrelationId = failure.CorrelationId,
            Request = failure.Request,
            RawError = failure.RawError,
        };

    /// <summary>Why a native library could not do what it was called for.</summary>
    public static ManagedIdentityException Of(NativeException error) => error switch
    {
        CallFailedException failed => Of(failed.Failure),
        CallRefusedException refused => Refused(refused.Status, refused.Message),
        UnknownPlatformException unknown => UnknownPlatform(unknown.Platform),
        LibraryNotLoadedException unusable => NotLoaded(unusable),
        LibraryMismatchException mismatch => LibraryMismatch(mismatch),
        OtherLibraryLoadedException other => OtherLibraryLoaded(other),
        _ => new("NativeCallFailed", ErrorCategory.InvalidOperation, error.Message, error),
    };

    /// <summary>A call into the native library that it refused.</summary>
    private static ManagedIdentityException Refused(int status, string text) =>
        new("NativeCallFailed", ErrorCategory.InvalidOperation, $"The native library refused a call: {text} (status {status}).");

    /// <summary>A platform that there are no native libraries for.</summary>
    private static ManagedIdentityException UnknownPlatform(NativePlatform platform)
    {
        // Windows PowerShell has one of 32 bits on every Windows, and an icon for it.
        var is32Bit = platform is { System: "win", Architecture: Architecture.X86 };
        return Advised(
            "PlatformNotSupported",
            ErrorCategory.NotImplemented,
            $"The module has no native library for this process, which is of the platform {platform.Identifier}. It has " +
            $"those for {string.Join(", ", NativePlatform.All)}.",
            is32Bit ? "Use the 64-bit PowerShell of a 64-bit Windows." : "Use PowerShell on one of these platforms.");
    }

    /// <summary>A native library that the system does not load.</summary>
    private static ManagedIdentityException NotLoaded(LibraryNotLoadedException error)
    {
        var (path, platform, reason) = (error.Path, error.Platform.Identifier, error.Failure.Reason);
        return error.Failure.Kind switch
        {
            LoadFailureKind.FileMissing => Advised(
                "NativeLibraryMissing",
                ErrorCategory.NotInstalled,
                $"The module's native library for {platform} is missing. It is expected at {path}.",
                "Install the module's package for this platform.",
                error),
            LoadFailureKind.DependencyMissing => Advised(
                "NativeLibraryDependencyMissing",
                ErrorCategory.NotInstalled,
                $"The module's native library at {path} can't be loaded because this system lacks what it needs: {reason}.",
                $"The oldest system for {platform} is {error.Platform.Floor}. Install what is missing, or use a later system.",
                error),
            LoadFailureKind.NotALibrary => Advised(
                "NativeLibraryUnusable",
                ErrorCategory.InvalidOperation,
                $"The module's native library at {path} can't be loaded: the file is damaged, or is not for {platform} " +
                $"({reason}).",
                "Install the module again, from the package for this platform.",
                error),
            _ => Advised(
                "NativeLibraryUnusable",
                ErrorCategory.InvalidOperation,
                $"The module's native library at {path} can't be loaded: {reason}.",
                "Check that the file is readable, and that this system permits to load libraries from its folder.",
                error),
        };
    }

    /// <summary>Another version of the module that was imported into this session, too.</summary>
    public static ManagedIdentityException TwoVersions(string version, string folder) =>
        Advised(
            "TwoModuleVersions",
            ErrorCategory.InvalidOperation,
            $"This session has two versions of the module: {ModuleAssembly.Version} from {ModuleAssembly.Folder}, which runs " +
            $"this command, and {version} from {folder}.",
            OneVersion);

    private static ManagedIdentityException LibraryMismatch(LibraryMismatchException mismatch) =>
        Advised(
            "NativeLibraryMismatch",
            ErrorCategory.InvalidOperation,
            $"The native library {mismatch.Path} has interface version {mismatch.Found}, and version {ModuleAssembly.Version} " +
            $"of the module, in {ModuleAssembly.Folder}, needs {mismatch.Wanted}.",
            OneVersion,
            mismatch.InnerException);

    private static ManagedIdentityException OtherLibraryLoaded(OtherLibraryLoadedException other) =>
        Advised(
            "NativeLibraryMismatch",
            ErrorCategory.InvalidOperation,
            $"This process has loaded another native library of the name of {other.Path}, such as that of another version of " +
            "the module.",
            OneVersion);

    private static ManagedIdentityException Advised(
        string code, ErrorCategory category, string message, string recommendation, Exception? cause = null) =>
        new(code, category, $"{message} {recommendation}", cause) { Recommendation = recommendation };
}
