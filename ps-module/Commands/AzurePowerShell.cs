using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using ManagedIdentity.Native;

namespace ManagedIdentity.Commands;

/// <summary>Asks Azure PowerShell, in the runspace and on the thread of a cmdlet.</summary>
internal static class AzurePowerShell
{
    /// <summary>
    /// Nothing of it is shown: what Az writes as verbose or debug is its own affair. It runs where the session's language
    /// is constrained, too: it calls no method, and converts to no type but PowerShell's own.
    /// </summary>
    private const string Script = """
        param([string] $Audience, [string] $Tenant)
        $ErrorActionPreference = 'Stop'
        $VerbosePreference = $DebugPreference = $WarningPreference = $InformationPreference = 'SilentlyContinue'
        $ProgressPreference = 'SilentlyContinue'
        if (-not (Get-Module Az.Accounts)) {
            if (-not (Get-Module Az.Accounts -ListAvailable)) {
                return
            }
            Import-Module Az.Accounts
        }
        $context = Az.Accounts\Get-AzContext
        if (-not $context) {
            throw 'Run Connect-AzAccount to login.'
        }
        $call = @{}
        if ($Audience) {
            $call.ResourceUrl = $Audience
        }
        if ($Tenant) {
            $call.TenantId = $Tenant
        }
        if ((Get-Command Az.Accounts\Get-AzAccessToken).Parameters.Keys -contains 'AsSecureString') {
            $call.AsSecureString = $true
        }
        $token = Az.Accounts\Get-AzAccessToken @call
        @{
            Token          = $token.Token
            ExpiresOn      = $token.ExpiresOn
            Account        = [string] $context.Account.Id
            Tenant         = [string] $context.Tenant.Id
            SubscriptionId = [string] $context.Subscription.Id
            Endpoint       = [string] $context.Environment.ResourceManagerUrl
            Audience       = [string] $context.Environment.ActiveDirectoryServiceEndpointResourceId
        }
        """;

    /// <summary>Gets the token that is asked for, or why there is none.</summary>
    public static HostAnswer Answer(HostQuestion question, CommandInvocationIntrinsics invoke)
    {
        try
        {
            return Ask(question, invoke);
        }
        catch (RuntimeException error) when (error is not PipelineStoppedException)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Failed, Message = Messages(error) };
        }
    }

    private static HostAnswer Ask(HostQuestion question, CommandInvocationIntrinsics invoke)
    {
        var said = invoke.InvokeScript(true, ScriptBlock.Create(Script), null, question.Audience, question.Tenant);
        if (said.Count == 0 || said[said.Count - 1]?.BaseObject is not Hashtable found)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Missing };
        }

        var lifetime = LanguagePrimitives.ConvertTo<DateTimeOffset>(found["ExpiresOn"]) - DateTimeOffset.UtcNow;
        return new HostAnswer
        {
            Outcome = AnswerOutcome.Token,
            Token = Secure(found["Token"]),
            Lifetime = (ulong)Math.Max(0, lifetime.TotalSeconds),
            Account = NullIfEmpty(found["Account"]),
            Tenant = NullIfEmpty(found["Tenant"]),
            SubscriptionId = NullIfEmpty(found["SubscriptionId"]),
            Endpoint = NullIfEmpty(found["Endpoint"]),
            Audience = NullIfEmpty(found["Audience"]),
        };
    }

    /// <summary>The token: a SecureString since Az 14, a string before.</summary>
    private static SecureString Secure(object? token)
    {
        var value = token is PSObject wrapped ? wrapped.BaseObject : token;
        if (value is SecureString secure)
        {
            return secure.Copy();
        }

        var text = new SecureString();
        foreach (var character in value as string ?? "")
        {
            text.AppendChar(character);
        }

        return text;
    }

    private static string? NullIfEmpty(object? text) => text is string { Length: > 0 } given ? given : null;

    /// <summary>What it says, and what that comes from: Entra's reason is often below Az's own.</summary>
    private static string Messages(Exception error)
    {
        var messages = new List<string>();
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            messages.Add(cause.Message);
        }

        return string.Join("\n", messages);
    }
}
