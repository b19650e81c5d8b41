<#
.SYNOPSIS
From nothing to an identity with a role on a machine, with Get-Help as the only guide: each command is an example of the
help. It ends with what came of it, as JSON in one line. To be run in a new process that has the module installed.
#>
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The code of the first example of a cmdlet that shows something.
function Get-Example([string] $Cmdlet, [string] $Shows) {
    $examples = @((Get-Help $Cmdlet -Examples).examples.example)
    $found = $examples | Where-Object { $_.code -match $Shows } | Select-Object -First 1
    if (-not $found) {
        throw "None of the $($examples.Count) examples of $Cmdlet shows $Shows"
    }
    $found.code
}

# Runs the code of an example as if it were typed.
function Invoke-Example([string] $Code) {
    $null = . ([scriptblock]::Create($Code))
}

# The topic of the module names the cmdlets to begin with.
$about = Get-Help about_ManagedIdentity | Out-String
foreach ($name in 'New-UserAssignedIdentity', 'New-IdentityRoleAssignment') {
    if ($about -notmatch $name) {
        throw "about_ManagedIdentity does not name $name"
    }
}

Invoke-Example (Get-Example Start-ArmEmulator 'Connect-ManagedIdentityService -Emulator')
$create = Get-Example New-UserAssignedIdentity 'Update-VmIdentity .*-AddIdentityId \$identity'
Invoke-Example $create
# The example has an identity of its own: a user puts the name of the one that there is.
$name = [regex]::Match($create, '-Name (\S+)').Groups[1].Value
$assign = Get-Example New-IdentityRoleAssignment '-IdentityId id1 .*-Scope \(Get-VmIdentity\)\.Id'
Invoke-Example ($assign -replace '\bid1\b', $name)

$machine = Get-VmIdentity
$roles = @(Get-UserAssignedIdentity -Name $name | Get-IdentityRoleAssignment)
$module = Get-Module ManagedIdentity
$result = @{
    Identity   = $name
    Machine    = $machine.Name
    Assigned   = @($machine.UserAssignedIdentity.Name)
    MachineId  = $machine.Id
    Role       = @($roles.RoleDefinitionName)
    Scope      = @($roles.Scope | Select-Object -Unique)
    ModuleBase = $module.ModuleBase
    Modules    = @(Get-Module -ListAvailable | Where-Object Path -NotLike "$PSHOME*").Name
    Endpoint   = (Get-ManagedIdentityConnection).Endpoint
    # The addresses of this machine: one alone without a network.
    Network    = @([System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces().Name)
}
Disconnect-ManagedIdentityService
Stop-ArmEmulator
ConvertTo-Json $result -Compress
