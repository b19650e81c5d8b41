using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
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
        LibraryNotLoadedException { Exists: true } unusable => LibraryUnusable(unusable.Path, unusable.InnerException!),
        LibraryNotLoadedException missing => LibraryMissing(missing.Path, missing.InnerException!),
        LibraryMismatchException mismatch => LibraryMismatch(mismatch.Found, mismatch.Wanted, mismatch.InnerException),
        _ => new("NativeCallFailed", ErrorCategory.InvalidOperation, error.Message, error),
    };

    /// <summary>A call into the native library that it refused.</summary>
    private static ManagedIdentityException Refused(int status, string text) =>
        new("NativeCallFailed", ErrorCategory.InvalidOperation, $"The native library refused a call: {text} (status {status}).");

    private static ManagedIdentityException LibraryMissing(string path, Exception cause) =>
        Advised(
            "NativeLibraryMissing",
            ErrorCategory.NotInstalled,
            $"The module has no native library for this platform. It is expected at {path}.",
            "Install the module's package for this platform.",
            cause);

    /// <summary>The library is there, and the system does not load it.</summary>
    private static ManagedIdentityException LibraryUnusable(string path, Exception cause) =>
        Advised(
            "NativeLibraryUnusable",
            ErrorCategory.InvalidOperation,
            $"The module's native library at {path} can't be loaded: {cause.Message.TrimEnd('.')}.",
            "Check that the package is for this platform, and that the file is readable and executable.",
            cause);

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
