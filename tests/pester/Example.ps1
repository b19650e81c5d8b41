# What examples of the documentation name. To be dot-sourced after Common.ps1.

# What need not be installed: Azure's and GitHub's commands, and those that install modules.
$NotInstalled = 'az', 'gh', 'Install-PSResource', 'Register-PSResourceRepository', 'Install-Module'

# What of an example does not exist: commands, and parameters of this module's cmdlets.
function Get-UnknownCommand([string] $Code) {
    $exported = (Get-Module ManagedIdentity).ExportedCmdlets
    $problems = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $problems)
    $problems | ForEach-Object { "$_" }
    $isCommand = { param($node) $node -is [System.Management.Automation.Language.CommandAst] }
    foreach ($command in $ast.FindAll($isCommand, $true)) {
        $name = $command.GetCommandName()
        if (-not $exported.ContainsKey($name)) {
            # Scripts are the reader's.
            if ($name -notin $NotInstalled -and $name -notlike '*.ps1' -and $name -notlike '*-Az*' -and -not (Get-Command $name -ErrorAction Ignore)) {
                $name
            }
            continue
        }
        foreach ($element in $command.CommandElements) {
            if ($element -is [System.Management.Automation.Language.CommandParameterAst] -and
                -not $exported[$name].Parameters.ContainsKey($element.ParameterName)) {
                "$name -$($element.ParameterName)"
            }
        }
    }
}
