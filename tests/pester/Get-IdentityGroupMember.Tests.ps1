Describe 'Get-IdentityGroupMember' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }

    It 'gets the members over pages, with who they are' {
        Edit-EmulatorSetting @{ pageSize = 2 }
        $made = 1..5 | ForEach-Object { "member$_" } | New-UserAssignedIdentity -ResourceGroupName $Group
        $made | Add-IdentityGroupMember -Group myGroup
        $members = Get-IdentityGroupMember -Group myGroup
        $members.PrincipalId | Sort-Object | Should -Be ($made.PrincipalId | Sort-Object)
        $members[0].GroupName | Should -Be myGroup
        $members[0].GroupId | Should -Be bbbbbbbb-cccc-dddd-2222-333333333333
        $members.PrincipalType | Select-Object -Unique | Should -Be ServicePrincipal
        $members.ClientId | Sort-Object | Should -Be ($made.ClientId | Sort-Object)
        @('myGroup' | Get-IdentityGroupMember).Count | Should -Be 5
    }

    It 'says that there is no such group' {
        Get-ErrorCode (Get-Failure { Get-IdentityGroupMember missing }) | Should -Be GroupNotFound
        Get-ErrorCode (Get-Failure { Get-IdentityGroupMember '' }) | Should -Be InvalidGroup
    }
}
