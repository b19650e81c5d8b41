Describe 'Add-IdentityGroupMember' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $GroupId = 'bbbbbbbb-cccc-dddd-2222-333333333333'

        # The requests that Microsoft Graph got.
        function Get-GraphRequest {
            Invoke-Emulator Get /requests | Where-Object path -Like '/v1.0/*'
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        # A connection of its own: it remembers groups for a while.
        Connect-TestEmulator
        $identity = New-UserAssignedIdentity $Group id1
        Invoke-Emulator Delete /requests
    }

    It 'adds an identity to a group by name and by id' {
        $identity | Add-IdentityGroupMember -Group myGroup | Should -BeNullOrEmpty
        $member = Get-IdentityGroupMember $GroupId
        $member.PrincipalId | Should -Be $identity.PrincipalId
        $second = New-UserAssignedIdentity $Group id2 | Add-IdentityGroupMember -Group $GroupId -PassThru
        $second.Name | Should -Be id2
        (Get-IdentityGroupMember $GroupId).DisplayName | Sort-Object | Should -Be id1, id2
    }

    It 'adds the system-assigned identity of a machine' {
        $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
        Add-IdentityGroupMember myGroup $machine
        Get-SystemAssignedIdentity $machine.Id | Add-IdentityGroupMember myGroup
        (Get-IdentityGroupMember myGroup).PrincipalId | Should -Be $machine.PrincipalId
    }

    It 'adds by object id' {
        $null = Add-IdentityGroupMember myGroup -PrincipalId $identity.PrincipalId
        (Get-IdentityGroupMember myGroup).ClientId | Should -Be $identity.ClientId
    }

    It 'is content with one who is there' {
        Add-IdentityGroupMember myGroup $identity
        Add-IdentityGroupMember myGroup $identity -PassThru | Should -Be $identity
        @(Get-IdentityGroupMember myGroup).Count | Should -Be 1
    }

    It 'looks the group up once for many' {
        $null = 1..9 | ForEach-Object { "many$_" } | New-UserAssignedIdentity -ResourceGroupName $Group | Add-IdentityGroupMember -Group myGroup
        @(Get-IdentityGroupMember myGroup).Count | Should -Be 9
        @(Get-GraphRequest | Where-Object path -Like '/v1.0/groups[?]*').Count | Should -Be 1
    }

    It 'waits for a principal that the directory does not know yet' {
        Edit-EmulatorSetting @{ replicationDelayMs = 1500 }
        New-UserAssignedIdentity $Group new | Add-IdentityGroupMember -Group myGroup
        (Get-IdentityGroupMember myGroup).DisplayName | Should -Be new
        (Get-GraphRequest).status | Should -Contain 404
    }

    It 'lists the ids of groups that share a name' {
        $token = Get-EmulatorToken
        $body = @{ displayName = 'myGroup'; mailNickname = 'second'; mailEnabled = $false; securityEnabled = $true }
        $second = Invoke-RestMethod -Method Post "$((Get-ArmEmulator).Endpoint)/v1.0/groups" -Headers @{ Authorization = "Bearer $token" } -ContentType application/json -Body (ConvertTo-Json $body)
        $failure = Get-Failure { Add-IdentityGroupMember myGroup $identity }
        $failure.FullyQualifiedErrorId | Should -Be 'AmbiguousGroupName,ManagedIdentity.Commands.AddIdentityGroupMemberCommand'
        $failure.Exception.Message | Should -BeLike "*$GroupId*"
        $failure.Exception.Message | Should -BeLike "*$($second.id)*"
        Add-IdentityGroupMember $second.id $identity
        (Get-IdentityGroupMember $second.id).PrincipalId | Should -Be $identity.PrincipalId
    }

    It 'says that there is no such group: <Name>' -ForEach @(@{ Name = 'missing' }, @{ Name = 'aaaaaaaa-0000-0000-0000-000000000000' }, @{ Name = "it's" }) {
        $failure = Get-Failure { Add-IdentityGroupMember $Name $identity }
        Get-ErrorCode $failure | Should -Be GroupNotFound
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'tells a mistyped -PrincipalId from a new one' {
        $mistyped = [guid]::NewGuid().ToString()
        $failure = Get-Failure { Add-IdentityGroupMember myGroup -PrincipalId $mistyped -PrincipalWaitSec 0 }
        $failure.FullyQualifiedErrorId | Should -Be 'Request_ResourceNotFound,ManagedIdentity.Commands.AddIdentityGroupMemberCommand'
        $failure.Exception.Message | Should -BeLike "*'$mistyped'*-PrincipalId*"
    }

    It 'sets wrong input right before any request' {
        Get-ErrorCode (Get-Failure { Add-IdentityGroupMember '' $identity }) | Should -Be InvalidGroup
        Get-ErrorCode (Get-Failure { Add-IdentityGroupMember myGroup -PrincipalId id1 }) | Should -Be InvalidPrincipalId
        Get-ErrorCode (Get-Failure { Add-IdentityGroupMember myGroup ([pscustomobject] @{ a = 1 }) }) | Should -Be InvalidInputObject
        Get-GraphRequest | Should -BeNullOrEmpty
        $failure = Get-Failure { Get-VmIdentity $Group $VM | Add-IdentityGroupMember myGroup }
        $failure.Exception.Message | Should -BeLike '*-EnableSystemAssigned*'
    }

    It '-WhatIf adds nothing' {
        $identity | Add-IdentityGroupMember myGroup -WhatIf
        Get-IdentityGroupMember myGroup | Should -BeNullOrEmpty
        (Get-GraphRequest).method | Select-Object -Unique | Should -Be GET
    }

    It '-WhatIf fails for a principal that the directory does not know' {
        $failure = @(Get-Failure { Add-IdentityGroupMember myGroup -PrincipalId 99999999-0000-0000-0000-000000000000 -WhatIf })
        $failure.Count | Should -Be 1
        Get-ErrorCode $failure[0] | Should -Be Request_ResourceNotFound
        $failure[0].Exception.Message | Should -BeLike "*'99999999-*"
        (Get-GraphRequest).method | Select-Object -Unique | Should -Be GET
    }

    It 'says what forbids it' {
        Add-Fault @{ method = 'POST'; pathContains = '/members'; action = @{ status = 403; code = 'Authorization_RequestDenied'; message = 'Insufficient privileges to complete the operation.' } }
        $failure = Get-Failure { Add-IdentityGroupMember myGroup $identity }
        Get-ErrorCode $failure | Should -Be Authorization_RequestDenied
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
    }
}
