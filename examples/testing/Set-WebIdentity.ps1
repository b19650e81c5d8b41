#Requires -Version 5.1
#Requires -Modules ManagedIdentity

<#
.SYNOPSIS
Gives the virtual machines of a resource group that have a tag one identity, and reports each of them.

.DESCRIPTION
The script that Set-WebIdentity.Tests.ps1 tests: replace it with your own. It creates the identity if it does not exist,
assigns the role to it on the resource group, adds the identity to the machines with the tag, and removes references to
identities that no longer exist. What already matches does not change.

.OUTPUTS
A row for each machine: Name, Result (Done or Failed) and Error.

.EXAMPLE
./Set-WebIdentity.ps1 -ResourceGroupName fleet -Tag @{ role = 'web' }
#>
[CmdletBinding()]
[OutputType([pscustomobject])]
param(
    # The resource group of the machines and of the identity.
    [Parameter(Mandatory, Position = 0)]
    [string] $ResourceGroupName,
    # The tag of the machines.
    [hashtable] $Tag = @{ role = 'web' },
    # The name of the identity.
    [string] $IdentityName = 'web-id',
    # The role of the identity on the resource group.
    [string] $RoleDefinitionName = 'Reader',
    # The connection to use.
    [ManagedIdentity.Models.ManagedIdentityConnection] $Connection
)

$ErrorActionPreference = 'Stop'
$with = @{}
if ($Connection) {
    $with.Connection = $Connection
}

# Returns the identity as it is if it exists.
$identity = New-UserAssignedIdentity -ResourceGroupName $ResourceGroupName -Name $IdentityName @with
$null = New-IdentityRoleAssignment -InputObject $identity -ResourceGroupName $ResourceGroupName -RoleDefinitionName $RoleDefinitionName @with

foreach ($machine in Get-VmIdentity -ResourceGroupName $ResourceGroupName -Tag $Tag -Check @with) {
    $row = [pscustomobject] @{ Name = $machine.Name; Result = 'Done'; Error = $null }
    $change = @{ ResourceGroupName = $ResourceGroupName; Name = $machine.Name; AddIdentityId = $identity.Id }
    $gone = @($machine.UserAssignedIdentity | Where-Object { $_.Exists -eq $false })
    if ($gone) {
        $change.RemoveIdentityId = $gone.Id
    }
    try {
        $null = Update-VmIdentity @change @with
    } catch {
        $row.Result = 'Failed'
        $row.Error = $_.Exception.Code
    }
    $row
}
