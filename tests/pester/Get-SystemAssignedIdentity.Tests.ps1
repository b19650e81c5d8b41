Describe 'Get-SystemAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }

    It 'reads that of a machine, by id and by object' {
        $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
        $identity = Get-SystemAssignedIdentity -Scope $machine.Id
        $identity.PrincipalId | Should -Be $machine.PrincipalId
        $identity.TenantId | Should -Be $machine.TenantId
        { [guid] $identity.ClientId } | Should -Not -Throw
        $identity.Name | Should -Be default
        $identity.Type | Should -Be Microsoft.ManagedIdentity/identities
        $identity.Location | Should -Be eastus
        $identity.ResourceGroupName | Should -Be $Group
        $identity.Id | Should -BeLike "$($machine.Id)/providers/Microsoft.ManagedIdentity/identities/default"
        ($machine | Get-SystemAssignedIdentity).PrincipalId | Should -Be $machine.PrincipalId
    }

    It 'reads that of any other resource' {
        Add-ScaleSet web Automatic
        $set = Get-VmssIdentity $Group web | Wait-VmIdentity | Update-VmssIdentity -EnableSystemAssigned
        (Get-SystemAssignedIdentity $set.Id).PrincipalId | Should -Be $set.PrincipalId
    }

    It 'never shows its secret URL' {
        $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
        $said = Get-SystemAssignedIdentity $machine -Verbose *>&1 | ForEach-Object { $_ | Format-List * | Out-String }
        "$said" | Should -BeLike "*$($machine.PrincipalId)*"
        "$said" | Should -Not -Match 'secret|sig='
    }

    It 'says that there is none' {
        $failure = Get-Failure { Get-VmIdentity $Group $VM | Get-SystemAssignedIdentity }
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        Get-ErrorCode $failure | Should -Be NoSystemAssignedIdentity
        $failure.Exception.Message | Should -BeLike "The virtual machine '$VM' has no system-assigned identity. *-EnableSystemAssigned*"
        $failure.TargetObject.Name | Should -Be $VM
    }

    It 'sets a wrong scope right: "<Given>"' -ForEach @(@{ Given = 'myVM' }, @{ Given = '' }, @{ Given = '/subscriptions/x?y' }, @{ Given = [pscustomobject] @{ a = 1 } }) {
        $failure = Get-Failure { Get-SystemAssignedIdentity -Scope $Given }
        Get-ErrorCode $failure | Should -Be InvalidScope
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        Get-ArmRequest | Should -BeNullOrEmpty
    }
}
