<#
.SYNOPSIS
Analyses every PowerShell file of the checkout, and fails when the analyser has something to say.
#>
param(
    # The checkout.
    [Parameter(Mandatory, Position = 0)]
    [string] $Root
)

$ErrorActionPreference = 'Stop'
Import-Module PSScriptAnalyzer
# The analyser asks PowerShell about each command of a script, and PowerShell reads every folder of the PATH for one that
# it does not know. No rule is about programs.
$env:PATH = ''

$settings = Join-Path $Root 'PSScriptAnalyzerSettings.psd1'
# Named folders, and not the whole checkout: the target folder holds other people's modules.
$files = foreach ($folder in 'bench', 'examples', 'ps-module', 'tests', 'xtask') {
    Get-ChildItem -Path (Join-Path $Root $folder) -Recurse -File -ErrorAction Ignore |
        Where-Object { $_.Extension -in '.ps1', '.psd1', '.psm1' } |
        Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
}

$findings = @($files | ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName -Settings $settings })
foreach ($finding in $findings) {
    '{0}:{1}:{2}: {3}: {4} ({5})' -f @(
        $finding.ScriptPath
        $finding.Line
        $finding.Column
        $finding.Severity
        $finding.Message
        $finding.RuleName
    )
}
"$(@($files).Count) files, $($findings.Count) findings"
exit [int]($findings.Count -gt 0)
