Describe 'New-IdentityAppRoleAssignment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $MicrosoftGraph = '00000003-0000-0000-c000-000000000000'
        $Exchange = '00000002-0000-0ff1-ce00-000000000000'

        # The requests that Microsoft Graph got.
        function Get-GraphRequest {
            Invoke-Emulator Get /requests | Where-Object path -Like '/v1.0/*'
        }

        function Get-Grant {
            Get-GraphRequest | Where-Object { $_.method -eq 'POST' -and $_.path -like '*/appRoleAssignments' }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        # A connection of its own: it remembers APIs for a while.
        Connect-TestEmulator
        $identity = New-UserAssignedIdentity $Group id1
        Invoke-Emulator Delete /requests
    }

    It 'gives an application permission of Microsoft Graph by its name' {
        $given = $identity | New-IdentityAppRoleAssignment User.Read.All
        $given | Should -BeOfType ManagedIdentity.Models.IdentityAppRoleAssignment
        $given.Permission | Should -Be User.Read.All
        $given.PermissionDisplayName | Should -Be "Read all users' full profiles"
        $given.AppRoleId | Should -Be df021288-bdef-4463-88db-98f22de89214
        $given.PrincipalId | Should -Be $identity.PrincipalId
        $given.PrincipalName | Should -Be id1
        $given.PrincipalType | Should -Be ServicePrincipal
        $given.ResourceDisplayName | Should -Be 'Microsoft Graph'
        $given.ResourceAppId | Should -Be $MicrosoftGraph
        $given.ResourcePrincipalId | Should -Match '^[0-9a-f-]{36}$'
        [datetime] $given.CreatedDateTime | Should -BeOfType datetime
        ($identity | Get-IdentityAppRoleAssignment).AppRoleAssignmentId | Should -BeExactly $given.AppRoleAssignmentId
    }

    It 'takes the API by <What>' -ForEach @(
        @{ What = 'its name'; Resource = 'office 365 exchange online' }
        @{ What = 'its application id'; Resource = '00000002-0000-0ff1-ce00-000000000000' }
        @{ What = 'its object id'; Resource = { ($identity | New-IdentityAppRoleAssignment Mail.Read -Resource $Exchange).ResourcePrincipalId } }
    ) {
        if ($Resource -is [scriptblock]) { $Resource = & $Resource }
        $given = New-IdentityAppRoleAssignment -IdentityId id1 -Resource $Resource -Permission Exchange.ManageAsApp
        $given.AppRoleId | Should -Be dc50a0fb-09a3-484d-be87-e023b12c6440
        $given.ResourceDisplayName | Should -Be 'Office 365 Exchange Online'
    }

    It 'takes an identity by <What>' -ForEach @(
        @{ What = 'its name'; Give = { New-IdentityAppRoleAssignment Mail.Send -IdentityId id1 } }
        @{ What = 'its name in a group'; Give = { New-IdentityAppRoleAssignment Mail.Send -IdentityId id1 -IdentityResourceGroupName $Group } }
        @{ What = 'its id'; Give = { New-IdentityAppRoleAssignment Mail.Send -IdentityId $identity.Id } }
        @{ What = 'its object id'; Give = { New-IdentityAppRoleAssignment Mail.Send -PrincipalId $identity.PrincipalId } }
        @{ What = 'itself'; Give = { New-IdentityAppRoleAssignment Mail.Send -InputObject $identity } }
        @{ What = 'its name from the pipeline'; Give = { 'id1' | New-IdentityAppRoleAssignment Mail.Send } }
        @{ What = 'a row of a table'; Give = { $identity | Select-Object Name, PrincipalId | New-IdentityAppRoleAssignment Mail.Send } }
    ) {
        (& $Give).PrincipalId | Should -Be $identity.PrincipalId
    }

    It 'gives several permissions to several identities, and to the system-assigned identity of a machine' {
        $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
        $all = @(1..9 | ForEach-Object { "many$_" } | New-UserAssignedIdentity -ResourceGroupName $Group) + $machine
        Invoke-Emulator Delete /requests
        $given = $all | New-IdentityAppRoleAssignment Mail.Send, User.Read.All -ThrottleLimit 4
        $given.Count | Should -Be 20
        $given.PrincipalId | Select-Object -Unique | Should -Be $all.PrincipalId
        $given[-1].PrincipalName | Should -Be $VM
        $given.Permission[0..1] | Should -Be Mail.Send, User.Read.All
        @(Get-Grant).Count | Should -Be 20
        @(Get-GraphRequest | Where-Object path -Like '*servicePrincipals(appId=*').Count | Should -Be 1
    }

    It 'returns what is there already, and writes nothing' {
        $given = $identity | New-IdentityAppRoleAssignment Mail.Send
        Invoke-Emulator Delete /requests
        ($identity | New-IdentityAppRoleAssignment mail.send -Confirm:$false).AppRoleAssignmentId | Should -BeExactly $given.AppRoleAssignmentId
        Get-Grant | Should -BeNullOrEmpty
    }

    It 'waits for a principal that the directory does not know yet' {
        Edit-EmulatorSetting @{ replicationDelayMs = 1500 }
        (New-UserAssignedIdentity $Group new | New-IdentityAppRoleAssignment Mail.Send).PrincipalName | Should -Be new
        (Get-GraphRequest).status | Should -Contain 404
    }

    It 'is content with an answer that was lost' {
        Add-Fault @{ method = 'POST'; pathContains = 'appRoleAssignments'; action = @{ close = 'after' } }
        ($identity | New-IdentityAppRoleAssignment Mail.Send).Permission | Should -Be Mail.Send
        @($identity | Get-IdentityAppRoleAssignment).Count | Should -Be 1
    }

    It 'refuses before any write <Permission>: <Code>' -ForEach @(
        @{ Permission = 'User.Raed.All'; Code = 'PermissionNotFound'; Category = 'ObjectNotFound'; Says = '*User.Read.All*' }
        @{ Permission = 'User.Read'; Code = 'PermissionNotForApplications'; Category = 'InvalidArgument'; Says = '*delegated*User.Read.All*' }
        @{ Permission = 'AgentCard.Read.All'; Code = 'PermissionDisabled'; Category = 'InvalidArgument'; Says = '*disabled*' }
        @{ Permission = ''; Code = 'InvalidPermission'; Category = 'InvalidArgument'; Says = '*-Permission*' }
    ) {
        $failure = Get-Failure { $identity | New-IdentityAppRoleAssignment $Permission }
        $failure.FullyQualifiedErrorId | Should -Be "$Code,ManagedIdentity.Commands.NewIdentityAppRoleAssignmentCommand"
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.TargetObject | Should -Be $identity
        "$($failure.Exception.Message) $($failure.ErrorDetails.RecommendedAction)" | Should -BeLike $Says
        Get-Grant | Should -BeNullOrEmpty
    }

    It 'goes on after an input that fails' {
        $failures = @(Get-Failure { 'missing', 'id1' | New-IdentityAppRoleAssignment Mail.Send, nope })
        $failures.Count | Should -Be 3
        ($identity | Get-IdentityAppRoleAssignment).Permission | Should -Be Mail.Send
    }

    It 'says that there is no such API: <_>' -ForEach 'No such API', '99999999-0000-0000-0000-000000000000', "it's" {
        $failure = Get-Failure { $identity | New-IdentityAppRoleAssignment x -Resource $_ }
        Get-ErrorCode $failure | Should -Be ServicePrincipalNotFound
        $failure.Exception.Message | Should -BeLike '*-Resource*'
    }

    It 'lists the ids of APIs that share a name' {
        $ids = 1..2 | ForEach-Object {
            $one = @{ id = [guid]::NewGuid().ToString(); type = 'ServicePrincipal'; displayName = 'Orders'; appId = [guid]::NewGuid().ToString() }
            $one.appRoles = @(@{ id = [guid]::NewGuid().ToString(); value = 'Orders.Read'; displayName = 'Read orders' })
            $null = Invoke-Emulator Post /principals $one
            $one.id
        }
        $failure = Get-Failure { $identity | New-IdentityAppRoleAssignment Orders.Read -Resource Orders }
        Get-ErrorCode $failure | Should -Be AmbiguousServicePrincipalName
        $ids | ForEach-Object { $failure.Exception.Message | Should -BeLike "*$_*" }
        ($identity | New-IdentityAppRoleAssignment Orders.Read -Resource $ids[1]).ResourcePrincipalId | Should -Be $ids[1]
    }

    It 'tells a mistyped -PrincipalId from a new one, and an object id from others' {
        $mistyped = [guid]::NewGuid().ToString()
        $failure = Get-Failure { New-IdentityAppRoleAssignment Mail.Send -PrincipalId $mistyped -PrincipalWaitSec 0 }
        Get-ErrorCode $failure | Should -Be Request_ResourceNotFound
        $failure.Exception.Message | Should -BeLike "*'$mistyped'*-PrincipalId*"
        $failure = Get-Failure { New-IdentityAppRoleAssignment Mail.Send -PrincipalId $identity.ClientId }
        Get-ErrorCode $failure | Should -Be InvalidPrincipalId
        $failure.Exception.Message | Should -BeLike '*client id*'
        $user = 'cccccccc-dddd-eeee-3333-444444444444'
        $failure = Get-Failure { New-IdentityAppRoleAssignment Mail.Send -PrincipalId $user }
        Get-ErrorCode $failure | Should -Be InvalidPrincipalId
        Get-ErrorCode (Get-Failure { New-IdentityAppRoleAssignment Mail.Send -PrincipalId id1 }) | Should -Be InvalidPrincipalId
        $failure = Get-Failure { Get-VmIdentity $Group $VM | New-IdentityAppRoleAssignment Mail.Send }
        Get-ErrorCode $failure | Should -Be NoSystemAssignedIdentity
    }

    It '-WhatIf gives nothing, and fails for what does not exist' {
        $identity | New-IdentityAppRoleAssignment Mail.Send -WhatIf
        $failure = Get-Failure { $identity | New-IdentityAppRoleAssignment nope -WhatIf }
        Get-ErrorCode $failure | Should -Be PermissionNotFound
        $failure = Get-Failure { New-IdentityAppRoleAssignment Mail.Send -PrincipalId 99999999-0000-0000-0000-000000000000 -WhatIf }
        Get-ErrorCode $failure | Should -Be Request_ResourceNotFound
        Get-Grant | Should -BeNullOrEmpty
    }

    It 'says which permission the sign-in needs' {
        Add-Fault @{ method = 'POST'; pathContains = 'appRoleAssignments'; action = @{ status = 403; code = 'Authorization_RequestDenied'; message = 'Insufficient privileges to complete the operation.' } }
        $failure = Get-Failure { $identity | New-IdentityAppRoleAssignment Mail.Send }
        Get-ErrorCode $failure | Should -Be Authorization_RequestDenied
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
        $failure.Exception.Message | Should -BeLike '*AppRoleAssignment.ReadWrite.All and Application.Read.All*Privileged Role Administrator*'
    }

    It 'is in the roles of a token' {
        $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
        $null = $machine | New-IdentityAppRoleAssignment Mail.Send
        $null = Invoke-Emulator Put /hosts/imds @{ machine = $machine.Id }
        $uri = "$((Get-ArmEmulator).Endpoint)/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com"
        $token = (Invoke-RestMethod $uri -Headers @{ Metadata = 'true' }).access_token
        $part = $token.Split('.')[1].Replace('-', '+').Replace('_', '/')
        $part += '=' * ((4 - $part.Length % 4) % 4)
        $claims = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($part)) | ConvertFrom-Json
        $claims.roles | Should -Be Mail.Send
    }
}
