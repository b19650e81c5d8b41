Describe 'Get-IdentityAppRoleAssignment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $one, $two, $none = 'id1', 'id2', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
        $null = $one | New-IdentityAppRoleAssignment User.Read.All, Mail.Send
        $null = $one | New-IdentityAppRoleAssignment Exchange.ManageAsApp -Resource 'Office 365 Exchange Online'
        $null = $two | New-IdentityAppRoleAssignment Mail.Send
    }
    AfterAll { Disconnect-TestEmulator }

    It 'returns the application permissions of an identity, of all APIs' {
        $found = $one | Get-IdentityAppRoleAssignment
        $found.Permission | Sort-Object | Should -Be Exchange.ManageAsApp, Mail.Send, User.Read.All
        $found.ResourceDisplayName | Sort-Object -Unique | Should -Be 'Microsoft Graph', 'Office 365 Exchange Online'
        $none | Get-IdentityAppRoleAssignment | Should -BeNullOrEmpty
    }

    It 'returns those of <What>' -ForEach @(
        @{ What = 'several identities'; Get = { $one, $two | Get-IdentityAppRoleAssignment }; Count = 4 }
        @{ What = 'names'; Get = { Get-IdentityAppRoleAssignment -IdentityId id1, id2 }; Count = 4 }
        @{ What = 'an object id'; Get = { Get-IdentityAppRoleAssignment -PrincipalId $two.PrincipalId }; Count = 1 }
        @{ What = 'an API'; Get = { $one | Get-IdentityAppRoleAssignment -Resource '00000002-0000-0ff1-ce00-000000000000' }; Count = 1 }
        @{ What = 'a permission'; Get = { $one, $two | Get-IdentityAppRoleAssignment -Permission mail.send }; Count = 2 }
        @{ What = 'permissions'; Get = { $one, $two | Get-IdentityAppRoleAssignment -Permission mail.send, User.Read.All }; Count = 3 }
        @{ What = 'the id of an app role'; Get = { $one | Get-IdentityAppRoleAssignment -Permission dc50a0fb-09a3-484d-be87-e023b12c6440 }; Count = 1 }
    ) {
        @(& $Get).Count | Should -Be $Count
    }

    It 'returns who has permissions of an API' {
        $found = Get-IdentityAppRoleAssignment -Resource 'Microsoft Graph'
        $found.Count | Should -Be 3
        $found.PrincipalName | Sort-Object -Unique | Should -Be id1, id2
        (Get-IdentityAppRoleAssignment -Resource 'Microsoft Graph' -Permission User.Read.All).PrincipalId | Should -Be $one.PrincipalId
        Get-IdentityAppRoleAssignment -Resource 'Azure Key Vault' | Should -BeNullOrEmpty
    }

    It 'tells a misspelt permission from one that nobody has' {
        Get-IdentityAppRoleAssignment -Resource 'Microsoft Graph' -Permission Sites.Selected | Should -BeNullOrEmpty
        $failure = Get-Failure { Get-IdentityAppRoleAssignment -Resource 'Microsoft Graph' -Permission Sites.Selekted }
        $failure.FullyQualifiedErrorId | Should -Be 'PermissionNotFound,ManagedIdentity.Commands.GetIdentityAppRoleAssignmentCommand'
        $failure.Exception.Message | Should -BeLike '*Sites.Selected*'
    }

    It 'says what does not exist' {
        $failure = Get-Failure { Get-IdentityAppRoleAssignment -PrincipalId 99999999-0000-0000-0000-000000000000 }
        Get-ErrorCode $failure | Should -Be Request_ResourceNotFound
        $failure.Exception.Message | Should -BeLike "*no service principal '99999999-*"
        Get-ErrorCode (Get-Failure { Get-IdentityAppRoleAssignment -Resource nope }) | Should -Be ServicePrincipalNotFound
        Get-ErrorCode (Get-Failure { Get-IdentityAppRoleAssignment -Resource '' }) | Should -Be InvalidResource
        Get-ErrorCode (Get-Failure { 'missing' | Get-IdentityAppRoleAssignment }) | Should -Be ResourceNotFound
    }

    It 'has a table of four columns' {
        $table = ($two | Get-IdentityAppRoleAssignment | Format-Table | Out-String -Width 200).Trim() -split '\r?\n'
        $table[0] | Should -Match '^Permission +ResourceDisplayName +PrincipalName +PrincipalId'
        $table[2] | Should -Match "^Mail.Send +Microsoft Graph +id2 +$($two.PrincipalId)"
    }
}
