Describe 'Remove-UserAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
    }

    It 'deletes one and returns nothing' {
        Remove-UserAssignedIdentity -ResourceGroupName $Group -Name id1 | Should -BeNullOrEmpty
        (Get-UserAssignedIdentity).Name | Should -Be 'id2', 'id3'
    }

    It 'returns true with -PassThru' {
        $result = Remove-UserAssignedIdentity $Group id1 -PassThru
        $result | Should -BeOfType [bool]
        $result | Should -BeTrue
    }

    It 'does not ask' {
        # It would fail where nobody can be asked.
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModulePath'; Remove-UserAssignedIdentity '$Group' id1").Invoke()
        $shell.HadErrors | Should -BeFalse
        $shell.Dispose()
        (Get-UserAssignedIdentity).Count | Should -Be 2
    }

    It 'takes an id' {
        Remove-UserAssignedIdentity -ResourceId (Get-IdentityId id1)
        (Get-UserAssignedIdentity).Count | Should -Be 2
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'names from the pipeline'; Given = { 'id1', 'id2', 'id3' | Remove-UserAssignedIdentity -ResourceGroupName $Group -PassThru } }
        @{ Kind = 'names'; Given = { Remove-UserAssignedIdentity $Group id1, id2, id3 -PassThru } }
        @{ Kind = 'identities from the pipeline'; Given = { Get-UserAssignedIdentity | Remove-UserAssignedIdentity -PassThru } }
        @{ Kind = 'identities'; Given = { Remove-UserAssignedIdentity -InputObject (Get-UserAssignedIdentity) -PassThru } }
        @{ Kind = 'ids from the pipeline'; Given = { (Get-UserAssignedIdentity).Id | Remove-UserAssignedIdentity -PassThru } }
        @{ Kind = 'rows from the pipeline'; Given = { Get-UserAssignedIdentity | Select-Object ResourceGroupName, Name | Remove-UserAssignedIdentity -PassThru } }
        @{ Kind = 'objects with an Id from the pipeline'; Given = { Get-UserAssignedIdentity | Select-Object Id, Name | Remove-UserAssignedIdentity -PassThru } }
    ) {
        & $Given | Should -Be $true, $true, $true
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'takes the identities of a virtual machine' {
        $vm = Update-VmIdentity $Group $VM -AddIdentityId id1, id2 -NoWait
        $vm.UserAssignedIdentity | Remove-UserAssignedIdentity -PassThru | Should -Be $true, $true
        (Get-UserAssignedIdentity).Name | Should -Be id3
    }

    It 'says that one does not exist' {
        $failure = Get-Failure { Remove-UserAssignedIdentity $Group missing -PassThru }
        $failure.FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.RemoveUserAssignedIdentityCommand'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be missing
        $failure.Exception.Message | Should -BeLike "*missing*nothing was deleted*"
    }

    It 'says what it can''t take: <Given>' -ForEach @(
        @{ Given = 5; Code = 'InvalidInputObject' }
        @{ Given = [version] '1.2'; Code = 'InvalidInputObject' }
        @{ Given = [pscustomobject]@{ Id = 5 }; Code = 'InvalidResourceId' }
    ) {
        $failure = Get-Failure { $Given | Remove-UserAssignedIdentity }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        "$($failure.TargetObject)" | Should -Be "$Given"
        $failure.Exception.Message | Should -Match "^-(InputObject|ResourceId) '.+' is not valid: it must be "
        (Get-UserAssignedIdentity).Count | Should -Be 3
    }
}

Describe 'Remove-UserAssignedIdentity -Detach' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        # The identities that machines have, by the name of the machine.
        function Get-Assigned {
            $machines = @(Get-VmIdentity) + @(Get-VmssIdentity) + @(Get-VmIdentity -SubscriptionId $FarSubscription)
            foreach ($machine in $machines) {
                "$($machine.Name): $($machine.UserAssignedIdentity.Name -join ' ')"
            }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        Add-Subscription $FarSubscription
        $gone, $kept = 'gone', 'kept' | New-UserAssignedIdentity -ResourceGroupName $Group
        Add-Machine vm1 -Having $gone.Id
        Add-Machine vm2 -Having $gone.Id
        Add-Machine set1 -Having $gone.Id -Kind virtualMachineScaleSets
        Add-Machine far -Having $gone.Id -In $FarSubscription
        Add-Machine cluster -Naming $gone.Id
        Add-StorageAccount store1 -Having $gone.Id
        $null = Get-VmIdentity $Group vm1 | Update-VmIdentity -AddIdentityId kept -EnableSystemAssigned
        $null = $gone, $kept | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        $null = $gone | New-IdentityRoleAssignment -RoleDefinitionName Contributor -SubscriptionId $FarSubscription
        Invoke-Emulator Delete /requests
    }

    It 'leaves no trace, and touches nothing else' {
        $gone | Remove-UserAssignedIdentity -Detach -PassThru -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeTrue
        (Get-UserAssignedIdentity).Name | Should -Be kept
        Get-Assigned | Sort-Object | Should -Be 'cluster: ', 'far: ', "$($VM): ", 'set1: ', 'vm1: kept', 'vm2: '
        (Get-VmIdentity $Group vm1).PrincipalId | Should -Not -BeNullOrEmpty
        Get-IdentityRoleAssignment -PrincipalId $gone.PrincipalId | Should -BeNullOrEmpty
        Get-IdentityRoleAssignment -PrincipalId $gone.PrincipalId -SubscriptionId $FarSubscription | Should -BeNullOrEmpty
        ($kept | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Reader
        # What refers to it and is not changed is named.
        $named = @($warnings | Where-Object { "$_" -like '*/virtualMachines/cluster*' })
        $named.Count | Should -Be 1
        "$named" | Should -Not -BeLike '*store1*'
        @(Get-ChangingRequest | Where-Object { $_.path -match 'cluster' }).Count | Should -Be 0
        (Get-ResourceIdentity $Group store1 Microsoft.Storage/storageAccounts).Type | Should -Be None
        # First the resources, then the roles, then the identity.
        $kinds = foreach ($request in Get-ChangingRequest) {
            if ($request.method -eq 'PATCH') { 'resource' } elseif ($request.path -like '*roleAssignments*') { 'role' } else { 'identity' }
        }
        $kinds | Should -Be resource, resource, resource, resource, resource, role, role, identity
    }

    It 'removes nothing when a warning is an end' {
        $failure = @(Get-Failure { Remove-UserAssignedIdentity $Group gone -Detach -WarningAction Stop })
        $failure.Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ActionPreferenceStop*'
        Get-ChangingRequest | Should -BeNullOrEmpty
        @(Get-Assigned | Where-Object { $_ -like '*gone*' }).Count | Should -Be 4
    }

    It 'finishes what has failed half-way' {
        Add-Fault @{ method = 'PATCH'; pathContains = '/virtualMachines/vm2?'; times = 1; action = @{ status = 403; code = 'AuthorizationFailed'; message = 'No.' } }
        $failure = @(Get-Failure { Remove-UserAssignedIdentity $Group gone -Detach -PassThru -WarningAction SilentlyContinue })
        $failure.Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -Be 'AuthorizationFailed,ManagedIdentity.Commands.RemoveUserAssignedIdentityCommand'
        $failure[0].CategoryInfo.Category | Should -Be PermissionDenied
        $failure[0].TargetObject | Should -Be gone
        $message = $failure[0].Exception.Message
        $message | Should -Match "(?s)gone' was not removed.*Done: .*Not done: "
        $done, $left = $message -split 'Not done: '
        foreach ($machine in 'vm1', 'set1', 'far') {
            $done | Should -BeLike "*/$machine'*"
        }
        $left | Should -BeLike "*/vm2'*'Reader'*delete it*Run the same command again to continue*"
        # Nothing is half-said: the identity and its roles are there.
        Get-Assigned | Where-Object { $_ -like '*gone*' } | Should -Be 'vm2: gone'
        @($gone | Get-IdentityRoleAssignment).Count | Should -Be 1

        Remove-UserAssignedIdentity $Group gone -Detach -PassThru -WarningAction SilentlyContinue | Should -BeTrue
        Get-Assigned | Where-Object { $_ -like '*gone*' } | Should -BeNullOrEmpty
        (Get-UserAssignedIdentity).Name | Should -Be kept
        Get-IdentityRoleAssignment -PrincipalId $gone.PrincipalId | Should -BeNullOrEmpty
    }

    It 'cleans up after one that was deleted: a warning and no error' {
        Remove-UserAssignedIdentity $Group gone
        Remove-UserAssignedIdentity $Group gone -Detach -PassThru -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeTrue
        @($warnings | Where-Object { "$_" -like 'There is no user-assigned identity*gone*' }).Count | Should -Be 1
        Get-Assigned | Where-Object { $_ -like '*gone*' } | Should -BeNullOrEmpty
    }

    It 'takes several' {
        'gone', 'missing', 'kept' | Remove-UserAssignedIdentity -ResourceGroupName $Group -Detach -PassThru -WarningAction SilentlyContinue |
            Should -Be $true, $true, $true
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
        Get-Assigned | Where-Object { $_ -match ': .' } | Should -BeNullOrEmpty
    }
}

Describe 'Remove-UserAssignedIdentity -IfUnused' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $identity = New-UserAssignedIdentity $Group id1
    }

    It 'deletes one that nothing uses' {
        $identity | Remove-UserAssignedIdentity -IfUnused -PassThru | Should -BeTrue
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'refuses one that is used by <What>' -ForEach @(
        @{ What = 'a virtual machine'; Use = { Add-Machine vm1 -Having $identity.Id }; Says = "*virtual machine '*/vm1'*" }
        @{ What = 'a scale set'; Use = { Add-Machine set1 -Having $identity.Id -Kind virtualMachineScaleSets }; Says = "*scale set '*/set1'*" }
        @{ What = 'a machine of another subscription'; Use = { Add-Subscription $FarSubscription; Add-Machine far -Having $identity.Id -In $FarSubscription }; Says = "*/virtualMachines/far'*" }
        @{ What = 'the settings of a resource'; Use = { Add-Machine cluster -Naming $identity.Id }; Says = "*/cluster'*" }
        @{ What = 'a resource of another kind'; Use = { Add-StorageAccount store1 -Having $identity.Id }; Says = "*/store1'*" }
        @{ What = 'a role'; Use = { $null = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group }; Says = "*the role 'Reader'*" }
        @{ What = 'a federated credential'; Use = { Add-FederatedCredential $identity.Id }; Says = "*federated credential 'job'*" }
    ) {
        . $Use
        Invoke-Emulator Delete /requests
        foreach ($planning in $false, $true) {
            $failure = @(Get-Failure { $identity | Remove-UserAssignedIdentity -IfUnused -PassThru -WhatIf:$planning })
            $failure.Count | Should -Be 1
            $failure[0].FullyQualifiedErrorId | Should -Be 'IdentityInUse,ManagedIdentity.Commands.RemoveUserAssignedIdentityCommand'
            $failure[0].CategoryInfo.Category | Should -Be InvalidOperation
            $failure[0].Exception.Message | Should -BeLike $Says
            $failure[0].Exception.Recommendation | Should -BeLike '*-Detach*'
            $failure[0].TargetObject.Id | Should -Be $identity.Id
        }
        Get-ChangingRequest | Should -BeNullOrEmpty
        (Get-UserAssignedIdentity).Name | Should -Be id1
    }

    It 'says that it and -Detach contradict each other' {
        $failure = Get-Failure { $identity | Remove-UserAssignedIdentity -IfUnused -Detach }
        Get-ErrorCode $failure | Should -Be InvalidIdentityRemoval
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike '*-Detach and -IfUnused*'
        (Get-UserAssignedIdentity).Name | Should -Be id1
    }

    It 'says that one does not exist' {
        Get-ErrorCode (Get-Failure { Remove-UserAssignedIdentity $Group missing -IfUnused }) | Should -Be ResourceNotFound
    }
}
