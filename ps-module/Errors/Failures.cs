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

    public static ManagedIdentityException ConnectionClosed(ConnectionEnd end) =>
        Advised(
            "ConnectionClosed",
            ErrorCategory.AuthenticationError,
            $"The connection is closed: {WhatEnded(end)}.",
            HowToGoOn(end));

    private static string WhatEnded(ConnectionEnd end) => end switch
    {
        ConnectionEnd.Disconnected => "Disconnect-ManagedIdentityService closed it",
        ConnectionEnd.EmulatorStopped => "Stop-ArmEmulator stopped the emulator",
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

    /// <summary>Parameters of Azure PowerShell that an alias does not have.</summary>
    public static ManagedIdentityException NotInAlias(string command, object[] given, string what)
    {
        var names = given.OfType<string>().Where(text => text.StartsWith("-", StringComparison.Ordinal)).ToList();
        var named = names.Count > 0 ? string.Join(", ", names) : $"'{given[0]}'";
        return Invalid(
            "UnsupportedParameter",
            $"{command} of this module does not support {named}: {what}. For other uses, use Azure PowerShell.");
    }

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
        LibraryMismatchException mismatch => LibraryMismatch(mismatch.Found, mismatch.Wanted, mismatch.InnerException),
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

    private static ManagedIdentityException LibraryMismatch(string found, uint wanted, Exception? cause = null) =>
        Advised(
            "NativeLibraryMismatch",
            ErrorCategory.InvalidOperation,
            $"The loaded native library has interface version {found}, and this assembly needs {wanted}: two " +
            "versions of the module are loaded in this process.",
            "Start a new PowerShell and import one version.",
            cause);

    private static ManagedIdentityException Advised(
        string code, ErrorCategory category, string message, string recommendation, Exception? cause = null) =>
        new(code, category, $"{message} {recommendation}", cause) { Recommendation = recommendation };
}
