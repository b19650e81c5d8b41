<#
.SYNOPSIS
A demonstration of the module on the local emulator: each command and its output.
#>
param(
    # The module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # The columns of the window.
    [int] $Width = 110,
    # With the colors of a window, as escape sequences.
    [switch] $Color
)

$ErrorActionPreference = 'Stop'
# The same text everywhere, but for ids, the port and the time.
[cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
if (Test-Path Variable:PSStyle) {
    $PSStyle.OutputRendering = if ($Color) { 'Ansi' } else { 'PlainText' }
}
$PSDefaultParameterValues = @{ 'Out-String:Width' = $Width }
$env:PSModulePath = (Split-Path $ModulePath) + [System.IO.Path]::PathSeparator + $env:PSModulePath
# As in a window, also without one.
$ProgressPreference = 'SilentlyContinue'

function Show-Step([string] $Why, [scriptblock[]] $Command) {
    "# $Why"
    ''
    foreach ($one in $Command) {
        "PS> $($one.ToString().Trim() -replace '\r?\n {12}', "`n>> ")"
        $output = . $one | Out-String
        if ($output.Trim()) {
            $output.TrimEnd()
            ''
        }
    }
    ''
}

function Assert-Story([bool] $Holds, [string] $What) {
    if (-not $Holds) {
        throw "The demo failed: $What"
    }
}

$group = @{ ResourceGroupName = 'myResourceGroup' }

try {
    Show-Step 'Import the module, start the emulator and connect to it.' @(
        { Import-Module ManagedIdentity }
        { Start-ArmEmulator }
        { Connect-ManagedIdentityService -Emulator | Format-List }
    )

    Show-Step 'Create two user-assigned identities.' @(
        { New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1 }
        { New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2 -Tag @{ team = 'payments' } }
        { Get-UserAssignedIdentity -ResourceGroupName myResourceGroup }
    )

    Show-Step 'Assign both to a virtual machine, one after the other.' @(
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -AddIdentityId id1 }
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -AddIdentityId id2 }
        { (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).UserAssignedIdentity }
    )
    $names = (Get-VmIdentity @group -Name myVM).UserAssignedIdentity.Name | Sort-Object
    Assert-Story ("$names" -eq 'id1 id2') "myVM has '$names' and not both identities."

    Show-Step 'Enable the system-assigned identity: the user-assigned identities stay.' @(
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -EnableSystemAssigned }
        { (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).UserAssignedIdentity }
    )
    $names = (Get-VmIdentity @group -Name myVM).UserAssignedIdentity.Name | Sort-Object
    Assert-Story ("$names" -eq 'id1 id2') "myVM has '$names' and not both identities."

    Show-Step 'Remove the first: the second and the system-assigned identity stay.' @(
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -RemoveIdentityId id1 }
        { Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM | Format-List }
    )
    $vm = Get-VmIdentity @group -Name myVM
    Assert-Story ("$($vm.UserAssignedIdentity.Name)" -eq 'id2') 'myVM does not have only id2.'
    Assert-Story ([bool] $vm.PrincipalId) 'myVM lost its system-assigned identity.'

    Show-Step 'Assign a role, then list the associated resources and the unused identities.' @(
        {
            Get-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2 |
                New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup
        }
        { Get-IdentityAssociatedResource }
        { Get-UserAssignedIdentity -Unused }
    )
    Assert-Story ("$((Get-UserAssignedIdentity -Unused).Name)" -eq 'id1') 'id1 is not the only unused identity.'

    Show-Step 'Delete an unused identity, then one with its VM assignment and its role assignment.' @(
        { Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1 -IfUnused -Confirm:$false }
        { Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2 -Detach -Confirm:$false }
        { Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM }
        { Get-UserAssignedIdentity -ResourceGroupName myResourceGroup }
    )
    Assert-Story ($null -eq (Get-UserAssignedIdentity @group)) 'an identity remains.'
    $vm = Get-VmIdentity @group -Name myVM
    Assert-Story ($vm.UserAssignedIdentity.Count -eq 0 -and $vm.PrincipalId) 'myVM does not have only its system-assigned identity.'
    Assert-Story ($null -eq (Get-IdentityRoleAssignment)) 'a role assignment remains.'

    Show-Step 'Disconnect and stop the emulator.' @(
        { Disconnect-ManagedIdentityService }
        { Stop-ArmEmulator }
    )
} catch {
    # With the error in full: what failed, where, and what it says to do.
    $_ | Out-String
    exit 1
}
