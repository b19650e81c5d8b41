Describe 'Remove-IdentityAppRoleAssignment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"

        function Get-Removal {
            Invoke-Emulator Get /requests | Where-Object method -EQ DELETE
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Connect-TestEmulator
        $identity = New-UserAssignedIdentity $Group id1
        $given = $identity | New-IdentityAppRoleAssignment Mail.Send, User.Read.All
        Invoke-Emulator Delete /requests
    }

    It 'removes what Get-IdentityAppRoleAssignment finds' {
        $identity | Get-IdentityAppRoleAssignment | Remove-IdentityAppRoleAssignment | Should -BeNullOrEmpty
        $identity | Get-IdentityAppRoleAssignment | Should -BeNullOrEmpty
        @(Get-Removal).Count | Should -Be 2
    }

    It 'removes by <What>' -ForEach @(
        @{ What = 'an identity and a permission'; Remove = { $identity | Remove-IdentityAppRoleAssignment Mail.Send -PassThru } }
        @{ What = 'a name and a permission'; Remove = { Remove-IdentityAppRoleAssignment mail.send -IdentityId id1 -Resource 'Microsoft Graph' -PassThru } }
        @{ What = 'an object id and the id of an app role'; Remove = { Remove-IdentityAppRoleAssignment b633e1c5-b582-4048-a93e-9f11b44c7e96 -PrincipalId $identity.PrincipalId -PassThru } }
        @{ What = 'an assignment'; Remove = { Remove-IdentityAppRoleAssignment -InputObject $given[0] -PassThru } }
        @{ What = 'a row of a table'; Remove = { $given[0] | ConvertTo-Csv | ConvertFrom-Csv | Remove-IdentityAppRoleAssignment -PassThru } }
        @{ What = 'an assignment of another module'; Remove = { [pscustomobject] @{ Id = $given[0].AppRoleAssignmentId; AppRoleId = $given[0].AppRoleId; PrincipalId = $identity.PrincipalId; ResourceId = $given[0].ResourcePrincipalId } | Remove-IdentityAppRoleAssignment -PassThru } }
    ) {
        & $Remove | Should -BeTrue
        ($identity | Get-IdentityAppRoleAssignment).Permission | Should -Be User.Read.All
    }

    It 'says what is not there' {
        $null = $given[0] | Remove-IdentityAppRoleAssignment
        foreach ($remove in { $given[0] | Remove-IdentityAppRoleAssignment }, { $identity | Remove-IdentityAppRoleAssignment Mail.Send }) {
            $failure = Get-Failure $remove
            $failure.FullyQualifiedErrorId | Should -Be 'AppRoleAssignmentNotFound,ManagedIdentity.Commands.RemoveIdentityAppRoleAssignmentCommand'
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        }
        Get-ErrorCode (Get-Failure { $identity | Remove-IdentityAppRoleAssignment User.Raed.All }) | Should -Be PermissionNotFound
        Get-ErrorCode (Get-Failure { $identity | Remove-IdentityAppRoleAssignment }) | Should -Be MissingParameter
    }

    It 'refuses an assignment beside a permission' {
        $failure = Get-Failure { $given[0] | Remove-IdentityAppRoleAssignment User.Read.All }
        Get-ErrorCode $failure | Should -Be InvalidInputObject
        Get-Removal | Should -BeNullOrEmpty
    }

    It 'is content with an answer that was lost' {
        Add-Fault @{ method = 'DELETE'; pathContains = 'appRoleAssignments'; action = @{ close = 'after' } }
        $given[0] | Remove-IdentityAppRoleAssignment -PassThru | Should -BeTrue
        ($identity | Get-IdentityAppRoleAssignment).Permission | Should -Be User.Read.All
    }

    It '-WhatIf removes nothing' {
        $identity | Get-IdentityAppRoleAssignment | Remove-IdentityAppRoleAssignment -WhatIf
        $identity | Remove-IdentityAppRoleAssignment Mail.Send -WhatIf
        @($identity | Get-IdentityAppRoleAssignment).Count | Should -Be 2
    }

    It 'removes what a user has' {
        $user = 'cccccccc-dddd-eeee-3333-444444444444'
        $api = @{ id = [guid]::NewGuid().ToString(); type = 'ServicePrincipal'; displayName = 'Orders'; appId = [guid]::NewGuid().ToString() }
        $api.appRoles = @(@{ id = [guid]::NewGuid().ToString(); value = 'Member'; displayName = 'Member'; allowedMemberTypes = @('User') })
        $null = Invoke-Emulator Post /principals $api
        $body = @{ principalId = $user; resourceId = $api.id; appRoleId = $api.appRoles[0].id } | ConvertTo-Json
        $token = Get-EmulatorToken
        $null = Invoke-RestMethod -Method Post "$((Get-ArmEmulator).Endpoint)/v1.0/users/$user/appRoleAssignments" -Headers @{ Authorization = "Bearer $token" } -ContentType application/json -Body $body
        $found = Get-IdentityAppRoleAssignment -Resource Orders
        $found.PrincipalType | Should -Be User
        $found | Remove-IdentityAppRoleAssignment -PassThru | Should -BeTrue
        Get-IdentityAppRoleAssignment -Resource Orders | Should -BeNullOrEmpty
    }

    It 'needs not be told of what goes with an identity' {
        Remove-UserAssignedIdentity $Group id1 -Detach
        Get-IdentityAppRoleAssignment -Resource 'Microsoft Graph' | Should -BeNullOrEmpty
    }
}
