Describe 'Remove-IdentityGroupMember' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $identities = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $identities | Add-IdentityGroupMember -Group myGroup
    }

    It 'removes by object and by id' {
        $identities[0] | Remove-IdentityGroupMember myGroup | Should -BeNullOrEmpty
        (Get-IdentityGroupMember myGroup).DisplayName | Should -Be id2
        Remove-IdentityGroupMember myGroup -PrincipalId $identities[1].PrincipalId -PassThru | Should -Be $identities[1].PrincipalId
        Get-IdentityGroupMember myGroup | Should -BeNullOrEmpty
    }

    It 'removes what Get-IdentityGroupMember returns' {
        Get-IdentityGroupMember myGroup | Remove-IdentityGroupMember myGroup
        Get-IdentityGroupMember myGroup | Should -BeNullOrEmpty
    }

    It 'is content with one who is not there' {
        $identities[0] | Remove-IdentityGroupMember myGroup
        $identities[0] | Remove-IdentityGroupMember myGroup -PassThru | Should -Be $identities[0]
        Remove-IdentityGroupMember myGroup -PrincipalId aaaaaaaa-0000-0000-0000-000000000000
        @(Get-IdentityGroupMember myGroup).Count | Should -Be 1
    }

    It 'says that there is no such group' {
        Get-ErrorCode (Get-Failure { Remove-IdentityGroupMember missing $identities[0] }) | Should -Be GroupNotFound
    }

    It '-WhatIf removes nothing' {
        $identities | Remove-IdentityGroupMember myGroup -WhatIf
        @(Get-IdentityGroupMember myGroup).Count | Should -Be 2
    }
}
