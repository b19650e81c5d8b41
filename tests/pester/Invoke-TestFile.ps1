<#
.SYNOPSIS
Runs one file of tests. Its last line is "N passed, M failed, K skipped"; it ends with 1 when something failed.
#>
param(
    # The file of tests.
    [Parameter(Mandatory)]
    [string] $Path,
    # Where to write the results as JUnit XML; nowhere when it is not given.
    [string] $ResultPath
)

$ErrorActionPreference = 'Stop'
if (Test-Path Variable:PSStyle) {
    $PSStyle.OutputRendering = 'PlainText'
}
Import-Module Pester -MinimumVersion 5.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = @(Convert-Path $Path)
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
if ($ResultPath) {
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputFormat = 'JUnitXml'
    $configuration.TestResult.OutputPath = $ResultPath
}
$result = Invoke-Pester -Configuration $configuration

$failed = $result.FailedCount
if ($failed -eq 0 -and ($result.Result -ne 'Passed' -or $result.TotalCount -eq 0)) {
    # The file itself, or what surrounds its tests; or there are none.
    $failed = 1
}
'{0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, ($result.SkippedCount + $result.NotRunCount)
exit [int]($failed -gt 0)
