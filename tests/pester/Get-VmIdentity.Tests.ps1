Describe 'Get-VmIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }

    It 'reads a machine that has no identity' {
        $machine = Get-VmIdentity -ResourceGroupName $Group -Name $VM
        $machine.Name | Should -Be $VM
        $machine.ResourceGroupName | Should -Be $Group
        $machine.SubscriptionId | Should -Be (Get-ArmEmulator).SubscriptionId
        $machine.Location | Should -Be eastus
        $machine.Type | Should -Be None
        $machine.PrincipalId | Should -BeNullOrEmpty
        $machine.TenantId | Should -BeNullOrEmpty
        $null -ne $machine.UserAssignedIdentity | Should -BeTrue
        $machine.UserAssignedIdentity.Count | Should -Be 0
        $machine.ETag | Should -Not -BeNullOrEmpty
        $machine.ProvisioningState | Should -Be Succeeded
        "$machine" | Should -Be $machine.Id
    }

    It 'reads all that a machine has' {
        $identity = New-UserAssignedIdentity $Group id1
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1 -EnableSystemAssigned -NoWait
        $machine = Get-VmIdentity $Group $VM
        $machine.Type | Should -Be SystemAssignedUserAssigned
        $machine.Type.HasFlag([ManagedIdentity.Models.ResourceIdentityType]::UserAssigned) | Should -BeTrue
        { [guid] $machine.PrincipalId } | Should -Not -Throw
        $machine.TenantId | Should -Be (Get-ArmEmulator).TenantId
        $machine.UserAssignedIdentity.Count | Should -Be 1
        $machine.UserAssignedIdentity[0].Name | Should -Be id1
        $machine.UserAssignedIdentity[0].Id | Should -Be $identity.Id
        $machine.UserAssignedIdentity[0].PrincipalId | Should -Be $identity.PrincipalId
        $machine.UserAssignedIdentity[0].ClientId | Should -Be $identity.ClientId
    }

    It 'lists <Where>' -ForEach @(
        @{ Where = 'the subscription'; Given = { Get-VmIdentity } }
        @{ Where = 'a group'; Given = { Get-VmIdentity $Group } }
        @{ Where = 'by pattern'; Given = { Get-VmIdentity -Name 'my*' } }
        @{ Where = 'by name in the subscription'; Given = { Get-VmIdentity -VMName MYVM } }
    ) {
        (& $Given).Name | Should -Be $VM
    }

    It 'finds nothing where nothing is' {
        Get-VmIdentity $OtherGroup | Should -BeNullOrEmpty
        Get-VmIdentity -Name 'web*' | Should -BeNullOrEmpty
        Get-ErrorCode (Get-Failure { Get-VmIdentity -Name missing }) | Should -Be ResourceNotFound
        Get-ErrorCode (Get-Failure { Get-VmIdentity $Group missing }) | Should -Be ResourceNotFound
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'an id'; Given = { Get-VmIdentity -ResourceId (Get-VmIdentity).Id } }
        @{ Kind = 'an id from the pipeline'; Given = { (Get-VmIdentity).Id | Get-VmIdentity } }
        @{ Kind = 'a name from the pipeline'; Given = { $VM | Get-VmIdentity -ResourceGroupName $Group } }
        @{ Kind = 'its own objects'; Given = { Get-VmIdentity | Get-VmIdentity } }
        @{ Kind = 'objects as -VM'; Given = { Get-VmIdentity -VM (Get-VmIdentity) } }
        @{ Kind = 'objects that look like Az''s'; Given = { Get-VmIdentity | Select-Object ResourceGroupName, Id, @{ n = 'VmId'; e = { 'x' } }, Name | Get-VmIdentity } }
    ) {
        (& $Given).Name | Should -Be $VM
    }

    It 'shows the names of the identities in a table of five columns' {
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $table = Update-VmIdentity $Group $VM -AddIdentityId id1, id2 -NoWait | Format-Table | Out-String -Width 200
        $table.Trim() | Should -Match '^Name +ResourceGroupName +Type +UserAssignedIdentity +PrincipalId'
        $table | Should -Match 'id1, id2'
    }

    It 'refuses the id of something else' {
        $failure = Get-Failure { Get-VmIdentity -ResourceId (Get-IdentityId id1) }
        Get-ErrorCode $failure | Should -Be InvalidResourceId
        $failure.Exception.Message | Should -BeLike '*virtual machine*'
    }
}
