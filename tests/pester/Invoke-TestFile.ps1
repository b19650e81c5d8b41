<#
.SYNOPSIS
Runs files of tests, one after the other. Before each it says "== <file>", and after it "took <n> s" and
"N passed, M failed, K skipped". It ends with 1 when something failed.
.DESCRIPTION
The files share the process. Each finds the module not imported, and is to leave nothing behind that the next would see:
what it leaves is a failure of its own. Connections, emulators and defaults of parameters are put away.
$env:MI_TEST_EXCLUDE_TAG names tags, separated by commas, whose tests are not run: they count as skipped.
.EXAMPLE
./Invoke-TestFile.ps1 ./Fleet.Tests.ps1 ./Json.Tests.ps1
#>
param(
    # The files of tests.
    [Parameter(Mandatory, Position = 0, ValueFromRemainingArguments)]
    [string[]] $Path
)

$ErrorActionPreference = 'Stop'
if (Test-Path Variable:PSStyle) {
    $PSStyle.OutputRendering = 'PlainText'
}
Import-Module Pester -MinimumVersion 5.0

# What belongs to the process, by name: what a file could leave changed.
function Get-ProcessState {
    $state = @{
        'the location'   = "$(Get-Location)"
        'the culture'    = [cultureinfo]::CurrentCulture.Name
        'the UI culture' = [cultureinfo]::CurrentUICulture.Name
    }
    foreach ($one in Get-ChildItem Env:) {
        $state["`$env:$($one.Name)"] = $one.Value
    }
    foreach ($one in Get-Alias -Scope Global) {
        $state["the alias $($one.Name)"] = $one.Definition
    }
    foreach ($name in $global:PSDefaultParameterValues.Keys) {
        $state["`$PSDefaultParameterValues['$name']"] = "$($global:PSDefaultParameterValues[$name])"
    }
    $state
}

# What is not as it was, or is still open. Connections and emulators are ended, and the module is taken out.
function Clear-Process([hashtable] $Before) {
    if (Get-Module ManagedIdentity) {
        foreach ($connection in Get-ManagedIdentityConnection) {
            "a connection to $($connection.Endpoint)"
            Disconnect-ManagedIdentityService -Connection $connection
        }
        foreach ($emulator in Get-ArmEmulator) {
            "an emulator at $($emulator.Endpoint)"
            Stop-ArmEmulator
        }
        Remove-Module ManagedIdentity -Force
    }
    $after = Get-ProcessState
    @($Before.Keys) + @($after.Keys) | Sort-Object -Unique | Where-Object { $Before[$_] -cne $after[$_] }
    foreach ($name in @($global:PSDefaultParameterValues.Keys) | Where-Object { "`$PSDefaultParameterValues['$_']" -notin $Before.Keys }) {
        $global:PSDefaultParameterValues.Remove($name)
    }
}

$anyFailed = $false
foreach ($file in $Path | Convert-Path) {
    "== $(Split-Path -Leaf $file)"
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $before = Get-ProcessState
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = @($file)
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'Normal'
    if ($env:MI_TEST_EXCLUDE_TAG) {
        $configuration.Filter.ExcludeTag = $env:MI_TEST_EXCLUDE_TAG -split ','
    }
    $result = Invoke-Pester -Configuration $configuration

    $failed = $result.FailedCount
    if ($failed -eq 0 -and ($result.Result -ne 'Passed' -or $result.TotalCount -eq 0)) {
        # The file itself, or what surrounds its tests; or there are none.
        $failed = 1
    }
    foreach ($left in Clear-Process $before) {
        "  left behind: $left"
        $failed++
    }
    [string]::Format([cultureinfo]::InvariantCulture, 'took {0:f1} s', $clock.Elapsed.TotalSeconds)
    '{0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, ($result.SkippedCount + $result.NotRunCount)
    $anyFailed = $anyFailed -or $failed -gt 0
}
exit [int] $anyFailed
