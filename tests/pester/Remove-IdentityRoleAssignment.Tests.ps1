Describe 'Remove-IdentityRoleAssignment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $identity, $other = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $reader, $contributor = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader, Contributor -ResourceGroupName $Group
        $null = $other | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        Invoke-Emulator Delete /requests
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'an assignment from the pipeline'; Given = { $identity | Get-IdentityRoleAssignment -RoleDefinitionName Reader | Remove-IdentityRoleAssignment -PassThru } }
        @{ Kind = 'an assignment'; Given = { Remove-IdentityRoleAssignment -InputObject $reader -PassThru } }
        @{ Kind = 'an id from the pipeline'; Given = { $reader.Id | Remove-IdentityRoleAssignment -PassThru } }
        @{ Kind = 'an id'; Given = { Remove-IdentityRoleAssignment -Id $reader.Id.ToUpperInvariant() -PassThru } }
        @{ Kind = 'an object with an Id'; Given = { $reader | Select-Object Id | Remove-IdentityRoleAssignment -PassThru } }
        @{ Kind = 'an assignment as of Azure PowerShell'; Given = { [pscustomobject]@{ RoleAssignmentId = $reader.Id; ObjectId = $reader.PrincipalId } | Remove-IdentityRoleAssignment -PassThru } }
        @{ Kind = 'an identity, a role and a group'; Given = { $identity | Remove-IdentityRoleAssignment -RoleDefinitionName reader -ResourceGroupName $Group -PassThru } }
        @{ Kind = 'the name of an identity, a role and a scope'; Given = { Remove-IdentityRoleAssignment -IdentityId id1 -RoleDefinitionId acdd72a7-3385-48ef-bd42-f606fba81ae7 -Scope (Get-ScopeId $Group) -PassThru } }
        @{ Kind = 'a principal, a role and a group'; Given = { Remove-IdentityRoleAssignment -PrincipalId $identity.PrincipalId -RoleDefinitionName Reader -ResourceGroupName $Group -PassThru } }
    ) {
        $result = & $Given
        $result | Should -BeOfType [bool]
        $result | Should -Be $true
        ($identity | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Contributor
        ($other | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Reader
    }

    It 'returns nothing' {
        $reader | Remove-IdentityRoleAssignment | Should -BeNullOrEmpty
        @(Get-IdentityRoleAssignment).Count | Should -Be 2
    }

    It 'takes what Get finds' {
        $identity | Get-IdentityRoleAssignment | Remove-IdentityRoleAssignment -PassThru | Should -Be $true, $true
        (Get-IdentityRoleAssignment).PrincipalId | Should -Be $other.PrincipalId
        Remove-IdentityRoleAssignment -InputObject @(Get-IdentityRoleAssignment)
        Get-IdentityRoleAssignment | Should -BeNullOrEmpty
    }

    It 'takes the roles of an identity that was deleted' {
        Remove-UserAssignedIdentity $Group id1
        Get-IdentityRoleAssignment -PrincipalId $identity.PrincipalId | Remove-IdentityRoleAssignment -PassThru | Should -Be $true, $true
    }

    It 'takes the role of a machine''s system-assigned identity' {
        $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
        $null = $machine | New-IdentityRoleAssignment -RoleDefinitionName Reader -SubscriptionId (Get-ArmEmulator).SubscriptionId
        $machine | Remove-IdentityRoleAssignment -RoleDefinitionName Reader -SubscriptionId (Get-ArmEmulator).SubscriptionId -PassThru | Should -BeTrue
        $machine | Get-IdentityRoleAssignment | Should -BeNullOrEmpty
    }

    It 'says that there is none: <Kind>' -ForEach @(
        @{ Kind = 'by id'; Given = { $reader.Id | Remove-IdentityRoleAssignment }; Target = { $reader.Id } }
        @{ Kind = 'by object'; Given = { $reader | Remove-IdentityRoleAssignment }; Target = { $reader } }
        @{ Kind = 'by holder'; Given = { $identity | Remove-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group }; Target = { $identity } }
        @{ Kind = 'given above'; Given = { $identity | Remove-IdentityRoleAssignment -RoleDefinitionName Contributor -Scope (Get-VmIdentity).Id }; Target = { $identity } }
    ) {
        $reader | Remove-IdentityRoleAssignment
        $failure = Get-Failure $Given
        $failure.FullyQualifiedErrorId | Should -Be 'RoleAssignmentNotFound,ManagedIdentity.Commands.RemoveIdentityRoleAssignmentCommand'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.Exception.Message | Should -BeLike '*nothing was removed*'
        "$($failure.TargetObject)" | Should -Be "$(& $Target)"
        @($identity | Get-IdentityRoleAssignment).Count | Should -Be 1
    }

    It 'does not remove without <Kind>' -ForEach @(
        @{ Kind = 'a role'; Given = { $identity | Remove-IdentityRoleAssignment -ResourceGroupName $Group }; Says = '*-RoleDefinitionName*' }
        @{ Kind = 'a place'; Given = { $identity | Remove-IdentityRoleAssignment -RoleDefinitionName Reader }; Says = '*-ResourceGroupName*' }
        @{ Kind = 'both'; Given = { $identity | Remove-IdentityRoleAssignment }; Says = '*-Scope*' }
    ) {
        $failure = Get-Failure $Given
        Get-ErrorCode $failure | Should -Be MissingParameter
        $failure.Exception.Message | Should -BeLike $Says
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'does not remove an assignment of whatever role when a role or a place is named: -<Parameter>' -ForEach @(
        @{ Parameter = 'RoleDefinitionName'; Value = 'Reader' }
        @{ Parameter = 'ResourceGroupName'; Value = 'myResourceGroup' }
        @{ Parameter = 'Scope'; Value = '/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e' }
    ) {
        $named = @{ $Parameter = $Value }
        $failure = @(Get-Failure { $reader, $contributor | Remove-IdentityRoleAssignment @named })
        $failure.Count | Should -Be 2
        foreach ($one in $failure) {
            Get-ErrorCode $one | Should -Be InvalidInputObject
            $one.Exception.Message | Should -BeLike '*has a role and a scope of its own*'
        }
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'says what it can''t take: <Given>' -ForEach @(
        @{ Given = 5; Code = 'InvalidInputObject' }
        @{ Given = [pscustomobject]@{ PrincipalId = 'x' }; Code = 'InvalidPrincipalId' }
        @{ Given = 'x/y'; Code = 'InvalidName' }
        @{ Given = '/subscriptions/x/providers/Microsoft.Authorization/roleAssignments/y'; Code = 'InvalidInputObject' }
    ) {
        $failure = Get-Failure { $Given | Remove-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'says what is no id of a role assignment: "<Id>"' -ForEach @(
        @{ Id = '' }
        @{ Id = 'Reader' }
        @{ Id = '/subscriptions/x/providers/Microsoft.Authorization/roleAssignments/y' }
    ) {
        $failure = Get-Failure { Remove-IdentityRoleAssignment -Id $Id }
        Get-ErrorCode $failure | Should -Be InvalidRoleAssignmentId
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        Get-ArmRequest | Should -BeNullOrEmpty
    }
}
