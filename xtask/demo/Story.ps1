<#
.SYNOPSIS
The module's story on the local emulator: each command as a user types it, and what it prints.
#>
param(
    # The module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath
)

$ErrorActionPreference = 'Stop'
# As a user sees it in a window, also where there is none.
$ProgressPreference = 'SilentlyContinue'

function Show-Step([string] $Why, [scriptblock[]] $Command) {
    "# $Why"
    ''
    foreach ($one in $Command) {
        $text = $one.ToString().Trim()
        "PS> $text"
        $output = . $one | Out-String -Width 160
        if ($output.Trim()) {
            $output.TrimEnd()
            ''
        }
    }
    ''
}

function Assert-Story([bool] $Holds, [string] $What) {
    if (-not $Holds) {
        throw "The story went wrong: $What"
    }
}

$group = @{ ResourceGroupName = 'myResourceGroup' }

try {
    Show-Step 'The module, and an Azure on this machine.' @(
        [scriptblock]::Create("Import-Module '$ModulePath'")
        { Start-ArmEmulator }
        { Connect-ManagedIdentityService -Emulator }
    )

    Show-Step 'Two managed identities.' @(
        { New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1 }
        { New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2 -Tag @{ team = 'payments' } }
        { Get-UserAssignedIdentity -ResourceGroupName myResourceGroup }
    )

    Show-Step 'The first goes to a virtual machine, then the second: both are there.' @(
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -AddIdentityId id1 }
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -AddIdentityId id2 }
        { (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).UserAssignedIdentity }
    )
    $names = (Get-VmIdentity @group -Name myVM).UserAssignedIdentity.Name | Sort-Object
    Assert-Story ("$names" -eq 'id1 id2') "myVM has '$names' and not both identities."

    Show-Step 'The machine gets an identity of its own: both are there still.' @(
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -EnableSystemAssigned }
        { (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).UserAssignedIdentity }
    )
    $names = (Get-VmIdentity @group -Name myVM).UserAssignedIdentity.Name | Sort-Object
    Assert-Story ("$names" -eq 'id1 id2') "myVM has '$names' and not both identities."

    Show-Step 'The first is taken away: the second and the machine''s own stay.' @(
        { Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -RemoveIdentityId id1 }
        { Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM | Format-List }
    )
    $vm = Get-VmIdentity @group -Name myVM
    Assert-Story ("$($vm.UserAssignedIdentity.Name)" -eq 'id2') 'myVM does not have id2 alone.'
    Assert-Story ([bool] $vm.PrincipalId) 'myVM has lost its own identity.'

    Show-Step 'The second may read the group. Who uses what is known, and what nobody uses.' @(
        { Get-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2 | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup }
        { Get-IdentityAssociatedResource }
        { Get-UserAssignedIdentity -Unused }
    )
    Assert-Story ("$((Get-UserAssignedIdentity -Unused).Name)" -eq 'id1') 'id1 alone is unused.'

    Show-Step 'What is not used is deleted; what is used is taken off the machine, and its role away, first.' @(
        { Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1 -IfUnused -Confirm:$false }
        { Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2 -Detach -Confirm:$false }
        { Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM }
        { Get-UserAssignedIdentity -ResourceGroupName myResourceGroup }
    )
    Assert-Story ($null -eq (Get-UserAssignedIdentity @group)) 'an identity is left.'
    $vm = Get-VmIdentity @group -Name myVM
    Assert-Story ($vm.UserAssignedIdentity.Count -eq 0 -and $vm.PrincipalId) 'myVM does not have its own identity alone.'
    Assert-Story ($null -eq (Get-IdentityRoleAssignment)) 'a role is left.'

    Show-Step 'Good bye.' @(
        { Disconnect-ManagedIdentityService }
        { Stop-ArmEmulator }
    )
} catch {
    # With the error in full: what failed, where, and what it says to do.
    $_ | Out-String
    exit 1
}
