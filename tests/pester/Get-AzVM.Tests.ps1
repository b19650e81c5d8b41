Describe 'Get-AzVM' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        Enable-AzIdentityAlias
    }
    AfterAll {
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
    }

    It 'has the shape that scripts of Azure PowerShell go on with' {
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1, id2 -EnableSystemAssigned
        $machine = Get-AzVM -ResourceGroupName $Group -Name $VM
        $machine.Name | Should -Be $VM
        $machine.ResourceGroupName | Should -Be $Group
        $machine.Location | Should -Be eastus
        $machine.Type | Should -Be Microsoft.Compute/virtualMachines
        $machine.Id | Should -Be (Get-VmIdentity $Group $VM).Id
        $machine.ProvisioningState | Should -Be Succeeded
        $machine.Identity.Type | Should -Be SystemAssignedUserAssigned
        $machine.Identity.PrincipalId | Should -Be (Get-VmIdentity $Group $VM).PrincipalId
        $machine.Identity.TenantId | Should -Be (Get-ArmEmulator).TenantId
        $assigned = $machine.Identity.UserAssignedIdentities
        $assigned.Count | Should -Be 2
        $assigned.Keys | Where-Object { $_ -like '*/id1' } | Should -Not -BeNullOrEmpty
        $assigned.ContainsKey((Get-IdentityId id2)) | Should -BeTrue
        $assigned[(Get-IdentityId id2)].ClientId | Should -Be (Get-UserAssignedIdentity $Group id2).ClientId
        $assigned.Values.PrincipalId | Should -Contain (Get-UserAssignedIdentity $Group id1).PrincipalId
        $machine.HardwareProfile.VmSize | Should -Not -BeNullOrEmpty
    }

    It 'has no identity where there is none' {
        (Get-AzVM $Group $VM).Identity | Should -BeNullOrEmpty
        $null = Update-VmIdentity $Group $VM -EnableSystemAssigned
        (Get-AzVM $Group $VM).Identity.UserAssignedIdentities | Should -BeNullOrEmpty
    }

    It 'finds by group, by pattern, by id and everywhere' {
        (Get-AzVM).Name | Should -Be $VM
        (Get-AzVM -ResourceGroupName $Group).Name | Should -Be $VM
        (Get-AzVM -Name my*).Name | Should -Be $VM
        (Get-AzVM -ResourceGroupName $OtherGroup) | Should -BeNullOrEmpty
        (Get-AzVM -ResourceId (Get-VmIdentity $Group $VM).Id).Name | Should -Be $VM
        Get-ErrorCode (Get-Failure { Get-AzVM $Group missing }) | Should -Be ResourceNotFound
    }

    It 'says what it can''t do' {
        $failure = Get-Failure { Get-AzVM -ResourceGroupName $Group -Name $VM -Status }
        Get-ErrorCode $failure | Should -Be UnsupportedParameter
        $failure.Exception.Message | Should -BeLike 'Get-AzVM*-Status*Az.Compute\Get-AzVM*'
    }
}
