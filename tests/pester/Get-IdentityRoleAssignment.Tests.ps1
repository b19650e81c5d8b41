Describe 'Get-IdentityRoleAssignment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        $identity, $other = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $machine = Get-VmIdentity $Group $VM
        $null = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -SubscriptionId (Get-ArmEmulator).SubscriptionId
        $null = $identity | New-IdentityRoleAssignment -RoleDefinitionName Contributor -ResourceGroupName $Group
        $null = $identity | New-IdentityRoleAssignment -RoleDefinitionName 'Virtual Machine Contributor' -Scope $machine
        $null = $other | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $OtherGroup
        Add-Principal $Person User
        $null = New-IdentityRoleAssignment -PrincipalId $Person -PrincipalType User -RoleDefinitionName 'Managed Identity Operator' -Scope $identity
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    It 'shows what an identity may do in the whole subscription: <Kind>' -ForEach @(
        @{ Kind = 'an object from the pipeline'; Given = { $identity | Get-IdentityRoleAssignment } }
        @{ Kind = 'a name from the pipeline'; Given = { 'id1' | Get-IdentityRoleAssignment } }
        @{ Kind = 'a name in a group from the pipeline'; Given = { 'id1' | Get-IdentityRoleAssignment -IdentityResourceGroupName $Group } }
        @{ Kind = 'an id'; Given = { Get-IdentityRoleAssignment -IdentityId $identity.Id } }
        @{ Kind = 'a principal'; Given = { Get-IdentityRoleAssignment -PrincipalId $identity.PrincipalId } }
        @{ Kind = 'the subscription by name'; Given = { $identity | Get-IdentityRoleAssignment -SubscriptionId (Get-ArmEmulator).SubscriptionId } }
    ) {
        $found = & $Given
        $found | Should -BeOfType ManagedIdentity.Models.IdentityRoleAssignment
        $found.RoleDefinitionName | Sort-Object | Should -Be Contributor, Reader, 'Virtual Machine Contributor'
        $found.PrincipalId | Select-Object -Unique | Should -Be $identity.PrincipalId
        $found.Inherited | Select-Object -Unique | Should -Be $false
    }

    It 'marks what is inherited' {
        $found = $identity | Get-IdentityRoleAssignment -Scope $machine
        ($found | Where-Object Inherited).RoleDefinitionName | Sort-Object | Should -Be Contributor, Reader
        ($found | Where-Object { -not $_.Inherited }).RoleDefinitionName | Should -Be 'Virtual Machine Contributor'
        $found = $identity | Get-IdentityRoleAssignment -ResourceGroupName $OtherGroup
        $found.Inherited | Should -Be $true
        $found.Scope | Should -Be (Get-ScopeId)
    }

    It 'shows everybody''s when nobody is named' {
        $all = Get-IdentityRoleAssignment
        $all.Count | Should -Be 5
        ($all | Where-Object PrincipalType -EQ User).PrincipalId | Should -Be $Person
        (Get-IdentityRoleAssignment -ResourceGroupName $OtherGroup).PrincipalId |
            Sort-Object | Should -Be ($identity.PrincipalId, $other.PrincipalId | Sort-Object)
    }

    It 'finds those of a role: <Kind>' -ForEach @(
        @{ Kind = 'by name'; Role = @{ RoleDefinitionName = 'reader' }; Count = 2 }
        @{ Kind = 'by id'; Role = @{ RoleDefinitionId = 'acdd72a7-3385-48ef-bd42-f606fba81ae7' }; Count = 2 }
        @{ Kind = 'by names'; Role = @{ RoleDefinitionName = 'Reader', 'Contributor' }; Count = 3 }
        @{ Kind = 'that nobody has'; Role = @{ RoleDefinitionName = 'Owner' }; Count = 0 }
    ) {
        @(Get-IdentityRoleAssignment @Role).Count | Should -Be $Count
    }

    It 'finds what comes through groups' {
        $team = 'bbbbbbbb-cccc-dddd-2222-333333333333'
        $null = New-IdentityRoleAssignment -PrincipalId $team -PrincipalType Group -RoleDefinitionName 'Key Vault Reader' -ResourceGroupName $Group
        $fact = Get-EmulatorFact
        $form = @{
            grant_type    = 'client_credentials'
            client_id     = $fact.clientId
            client_secret = $fact.clientSecret
            scope         = 'https://graph.microsoft.com/.default'
        }
        $token = (Invoke-RestMethod -Method Post -Uri "$($fact.endpoint)/$($fact.tenantId)/oauth2/v2.0/token" -Body $form).access_token
        $join = @{
            Method      = 'Post'
            Uri         = "$($fact.endpoint)/v1.0/groups/$team/members/`$ref"
            Headers     = @{ Authorization = "Bearer $token" }
            ContentType = 'application/json'
            Body        = ConvertTo-Json @{ '@odata.id' = "https://graph.microsoft.com/v1.0/directoryObjects/$($other.PrincipalId)" }
        }
        $null = Invoke-RestMethod @join
        ($other | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Reader
        $found = $other | Get-IdentityRoleAssignment -ExpandPrincipalGroups
        $found.RoleDefinitionName | Sort-Object | Should -Be 'Key Vault Reader', 'Reader'
        ($found | Where-Object PrincipalType -EQ Group).PrincipalId | Should -Be $team
    }

    It 'looks in another subscription when the command line names it, and not because an identity is there' {
        Add-Subscription $FarSubscription
        $far = New-UserAssignedIdentity $Group far -SubscriptionId $FarSubscription
        $null = $far | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group -SubscriptionId $FarSubscription
        $null = $far | New-IdentityRoleAssignment -RoleDefinitionName Contributor -ResourceGroupName $Group
        ($far | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Contributor
        ($far | Get-IdentityRoleAssignment -SubscriptionId $FarSubscription).RoleDefinitionName | Should -Be Reader
    }

    It 'does not take <Kind> for everybody' -ForEach @(
        @{ Kind = 'null from the pipeline'; Given = { $null | Get-IdentityRoleAssignment } }
        @{ Kind = 'null'; Given = { Get-IdentityRoleAssignment -InputObject $null } }
        @{ Kind = 'no identity'; Given = { Get-IdentityRoleAssignment -IdentityId $null } }
        @{ Kind = 'an empty list of identities'; Given = { Get-IdentityRoleAssignment -IdentityId @() } }
        @{ Kind = 'an empty name'; Given = { '' | Get-IdentityRoleAssignment } }
        @{ Kind = 'an empty principal'; Given = { Get-IdentityRoleAssignment -PrincipalId '' } }
        @{ Kind = 'no role'; Given = { Get-IdentityRoleAssignment -RoleDefinitionName $null } }
        @{ Kind = 'no scope'; Given = { Get-IdentityRoleAssignment -Scope $null } }
        @{ Kind = 'no group'; Given = { Get-IdentityRoleAssignment -ResourceGroupName $null } }
    ) {
        $all = @(& { $ErrorActionPreference = 'Continue'; try { & $Given 2>&1 } catch { $_ } })
        $all.Count | Should -Be 1
        $all[0] | Should -BeOfType System.Management.Automation.ErrorRecord
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'says that an identity is not there, and goes on' {
        $found = 'id2', 'missing', 'id1' | Get-IdentityRoleAssignment -ErrorVariable failures -ErrorAction SilentlyContinue
        @($found | Where-Object PrincipalId -EQ $other.PrincipalId).Count | Should -Be 1
        $found[0].PrincipalId | Should -Be $other.PrincipalId
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.GetIdentityRoleAssignmentCommand'
        $failures[0].TargetObject | Should -Be missing
    }

    It 'shows roles by their ids when their names can''t be read' {
        Add-Fault @{ times = 10; pathContains = 'roleDefinitions'; action = @{ status = 403; code = 'AuthorizationFailed' } }
        $connection = Connect-ManagedIdentityService -Emulator -SubscriptionId (Get-ArmEmulator).SubscriptionId
        $found = Get-IdentityRoleAssignment -ResourceGroupName $OtherGroup -Connection $connection
        Invoke-Emulator Delete /faults
        @($found).Count | Should -BeGreaterThan 0
        foreach ($one in $found) {
            $one.RoleDefinitionName | Should -BeNullOrEmpty
            $one.RoleDefinitionId | Should -BeLike '*/roleDefinitions/*'
        }
    }
}
