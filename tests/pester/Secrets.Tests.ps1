Describe 'Secrets' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        . "$PSScriptRoot/Calls.ps1"
        Connect-TestEmulator
        $fact = Get-EmulatorFact
        $endpoint = $fact.endpoint
        # None of them is ever a text in a script or a command line.
        $mark = 'marked' + [guid]::NewGuid().ToString('N')
        $secret = ConvertTo-Secure $mark
    }
    AfterAll { Disconnect-TestEmulator }

    It 'no parameter takes one as plain text' {
        Get-Command -Module ManagedIdentity -CommandType Cmdlet | ForEach-Object { $_.Parameters.Values } |
            Where-Object { $_.Name -match 'Secret|Password|Token$|^Credential' -and -not $_.SwitchParameter } |
            ForEach-Object { $_.ParameterType | Should -BeIn securestring, pscredential -Because $_.Name }
    }

    It 'are in no output, no error and no transcript, whatever is called and fails' {
        $said = [System.Collections.Generic.List[object]]::new()
        $transcript = "$TestDrive/transcript"
        $verbose = @{ Verbose = $true; Debug = $true }
        function Add-Said([scriptblock] $Action) {
            $ErrorActionPreference = 'Continue'
            try {
                & $Action *>&1 | ForEach-Object { $said.Add($_) }
            } catch {
                $said.Add($_)
            }
        }
        $global:Error.Clear()
        $null = Start-Transcript $transcript

        # Every way to sign in, with a secret that is refused.
        $as = @{ Tenant = $fact.tenantId; Endpoint = $endpoint }
        $application = @{ ApplicationId = $fact.clientId }
        $credential = New-Object pscredential $fact.clientId, $secret
        [System.IO.File]::WriteAllText("$TestDrive/token", $mark)
        Add-Said { Connect-ManagedIdentityService @as @verbose -ServicePrincipal -Credential $credential }
        Add-Said { Connect-ManagedIdentityService @as @verbose -AccessToken $secret -MicrosoftGraphAccessToken $secret }
        Add-Said { Connect-ManagedIdentityService @as @verbose @application -FederatedToken $secret }
        Add-Said { Connect-ManagedIdentityService @as @verbose @application -FederatedTokenFile "$TestDrive/token" }
        Add-Said { Connect-ManagedIdentityService @as @verbose @application -CertificatePath "$TestDrive/token" -CertificatePassword $secret }
        $spaced = ConvertTo-Secure "$mark $mark"
        Add-Said { Connect-ManagedIdentityService @as @verbose -AccessToken $spaced }
        Add-Said { Connect-ManagedIdentityService @as @verbose @application -FederatedToken $spaced }
        $variables = @{
            PATH                 = "$TestDrive/nowhere"
            AZURE_AUTHORITY_HOST = $endpoint
            AZURE_TENANT_ID      = $fact.tenantId
            AZURE_CLIENT_ID      = $fact.clientId
            AZURE_CLIENT_SECRET  = $mark
            HTTPS_PROXY          = "http://user:$mark@["
        }
        $host1 = Get-HostVariable appService @{ header = 'right' }
        $host1.IDENTITY_HEADER = $mark
        Invoke-WithEnvironment ($variables + $host1) {
            Add-Said { Connect-ManagedIdentityService @verbose }
            Add-Said { Connect-ManagedIdentityService @verbose -Identity -Endpoint $endpoint }
            Add-Said { Connect-ManagedIdentityService @verbose -Environment AzureCloud -UseDeviceAuthentication }
        }
        Install-AzureCli "$TestDrive/cli" "{""accessToken"": ""$mark"", ""expires_on"": 4102444800}" 0
        Invoke-WithEnvironment @{ PATH = "$TestDrive/cli" } {
            Add-Said { Connect-ManagedIdentityService @as @verbose -UseAzureCli }
        }

        # Every cmdlet, with a token that works, one that does not, and Azure's failures in between.
        $token = Get-EmulatorToken
        $good = Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure $token) -Endpoint $endpoint
        $calls = Get-AnyCall
        foreach ($fault in $null, @{ status = 401; code = 'InvalidAuthenticationToken'; message = 'm' }, @{ status = 403; code = 'AuthorizationFailed'; message = 'm' }, @{ status = 302; headers = @{ Location = "https://elsewhere.example/$mark" } }) {
            Invoke-Emulator Delete /faults
            if ($fault) {
                Add-Fault @{ times = 10000; pathContains = '/'; action = $fault }
            }
            # For an error that comes into a transcript PowerShell reads all folders of the PATH.
            Invoke-WithEnvironment @{ PATH = "$TestDrive/nowhere" } {
                foreach ($call in $calls) {
                    $arguments = $call.Arguments
                    Add-Said { & $call.Name @arguments @verbose -Connection $good }
                }
            }
        }
        Invoke-Emulator Delete /faults
        $said.Add($good)
        $null = Stop-Transcript

        @($said | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Count | Should -BeGreaterThan 50
        @($said | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }).Count | Should -BeGreaterThan 50
        $global:Error | ForEach-Object { $said.Add($_); $said.Add($_.Exception); $said.Add("$($_.Exception)") }
        $shown = ($said | Format-List * -Force | Out-String -Width 10000) + (Get-Content -Raw $transcript) + (Get-History | Out-String)
        $shown.Contains($mark) | Should -BeFalse
        $shown.Contains($token) | Should -BeFalse
        $shown.Contains('Bearer ey') | Should -BeFalse
    }

    Context 'in memory' {
        BeforeAll {
            $canLook = $PSVersionTable.PSEdition -ne 'Desktop' -and $IsLinux
            if ($canLook) {
                # What a core dump would hold: all memory that the process can write to.
                Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

public static class ProcessMemory
{
    public static List<string> Find(int process, string[] texts)
    {
        var found = new List<string>();
        using (var memory = new FileStream("/proc/" + process + "/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1))
        {
            foreach (var line in File.ReadAllLines("/proc/" + process + "/maps"))
            {
                var fields = line.Split(' ');
                if (!fields[1].StartsWith("rw")) continue;
                var range = fields[0].Split('-');
                var start = Convert.ToInt64(range[0], 16);
                var block = new byte[Convert.ToInt64(range[1], 16) - start];
                try
                {
                    memory.Seek(start, SeekOrigin.Begin);
                    for (int got, at = 0; at < block.Length && (got = memory.Read(block, at, block.Length - at)) > 0; at += got) { }
                }
                catch (IOException) { continue; }
                foreach (var text in texts)
                {
                    foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode })
                    {
                        if (new ReadOnlySpan<byte>(block).IndexOf(encoding.GetBytes(text)) >= 0)
                            found.Add("text " + Array.IndexOf(texts, text) + " as " + encoding.WebName + " in " + line);
                    }
                }
            }
        }
        return found;
    }
}
'@
            }
            # Reads the secret without a string of it, connects, works, and waits twice: before it disconnects and after.
            Set-Content "$TestDrive/child.ps1" @'
param($Module, $Endpoint, $Tenant, $ClientId, $SecretFile)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$secret = New-Object securestring
$bytes = [System.IO.File]::ReadAllBytes($SecretFile)
foreach ($byte in $bytes) { $secret.AppendChar([char] $byte) }
[array]::Clear($bytes, 0, $bytes.Length)
$connect = @{ Tenant = $Tenant; Endpoint = $Endpoint }
$null = Connect-ManagedIdentityService @connect -ServicePrincipal -Credential (New-Object pscredential $ClientId, $secret)
$null = Get-VmIdentity -Verbose *>&1
$null = New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id-memory -Location eastus
try {
    $null = Connect-ManagedIdentityService @connect -ApplicationId $ClientId -FederatedToken $secret
} catch {
    $null = $_
}
[Console]::Out.WriteLine('connected')
$null = [Console]::In.ReadLine()
Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
$secret.Dispose()
[gc]::Collect()
[gc]::WaitForPendingFinalizers()
[gc]::Collect()
[Console]::Out.WriteLine('disconnected')
$null = [Console]::In.ReadLine()
'@ -Encoding Ascii
        }

        It 'are gone after Disconnect' -Skip:($PSVersionTable.PSEdition -eq 'Desktop' -or -not $IsLinux) {
            $null = Invoke-Emulator Post /applications @{ clientId = $fact.clientId; secrets = @(@{ value = $mark }) }
            [System.IO.File]::WriteAllText("$TestDrive/secret", $mark)
            $start = New-Object System.Diagnostics.ProcessStartInfo ([System.Environment]::ProcessPath)
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            foreach ($argument in '-NoProfile', '-File', "$TestDrive/child.ps1", $ModulePath, $endpoint, $fact.tenantId, $fact.clientId, "$TestDrive/secret") {
                $start.ArgumentList.Add($argument)
            }
            # The first characters of every token that the emulator gives out.
            $marks = $mark, (Get-EmulatorToken).Substring(0, 20)
            $child = [System.Diagnostics.Process]::Start($start)
            try {
                $child.StandardOutput.ReadLine() | Should -Be connected
                # There is something to find, and it is found.
                [ProcessMemory]::Find($child.Id, $marks).Count | Should -BeGreaterThan 0
                $child.StandardInput.WriteLine()
                $child.StandardOutput.ReadLine() | Should -Be disconnected
                [ProcessMemory]::Find($child.Id, $marks) | Should -BeNullOrEmpty
            } finally {
                $child.StandardInput.Close()
                $child.WaitForExit()
            }
        }
    }
}
