Describe 'New-IdentityRoleAssignment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        Edit-EmulatorSetting @{ replicationDelayMs = 0 }
        $identity = New-UserAssignedIdentity $Group id1
        Invoke-Emulator Delete /requests
    }

    It 'gives a role and returns it' {
        $given = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group -Description 'for the tests'
        $given | Should -BeOfType ManagedIdentity.Models.IdentityRoleAssignment
        $given.PrincipalId | Should -Be $identity.PrincipalId
        $given.PrincipalType | Should -Be ServicePrincipal
        $given.RoleDefinitionName | Should -Be Reader
        $given.RoleDefinitionId | Should -BeLike '*/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7'
        $given.Scope | Should -Be (Get-ScopeId $Group)
        $given.Description | Should -Be 'for the tests'
        $given.Condition | Should -BeNullOrEmpty
        $given.Inherited | Should -BeFalse
        $given.Id | Should -Be "$(Get-ScopeId $Group)/providers/$AuthorizationType/$($given.Name)"
        "$given" | Should -Be $given.Id
    }

    It 'works right after the identity was created, and again (20 s until it is known)' {
        Edit-EmulatorSetting @{ replicationDelayMs = 20000 }
        # As a user types it: nothing waits, nothing is repeated.
        $line = "New-UserAssignedIdentity $Group fresh | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group"
        $first = Invoke-Typed $line
        $first.Streams.Error | Should -BeNullOrEmpty
        $first.HadErrors | Should -BeFalse
        $waiting = @($first.Streams.Progress | Where-Object Activity -Like 'Waiting until * knows the new principal*')
        $waiting.Count | Should -BeGreaterThan 2
        $waiting[-1].RecordType | Should -Be Completed
        $first.Dispose()
        @(Get-RoleWrite 400).Count | Should -BeGreaterThan 1
        @(Get-RoleWrite 201).Count | Should -Be 1

        $again = Invoke-Typed $line
        $again.Streams.Error | Should -BeNullOrEmpty
        $again.Dispose()
        @(Get-RoleWrite 201).Count | Should -Be 1
        @(Get-UserAssignedIdentity $Group fresh | Get-IdentityRoleAssignment).Count | Should -Be 1
    }

    It 'takes the id of an identity that was created just now' {
        Edit-EmulatorSetting @{ replicationDelayMs = 1500 }
        $made = New-UserAssignedIdentity $Group fresh
        $given = New-IdentityRoleAssignment -PrincipalId $made.PrincipalId -RoleDefinitionName Reader -ResourceGroupName $Group
        $given.PrincipalId | Should -Be $made.PrincipalId
        @(Get-RoleWrite 400).Count | Should -BeGreaterThan 0
    }

    It 'tells a mistyped -PrincipalId from a new one' {
        $mistyped = [guid]::NewGuid().ToString()
        $role = @{ RoleDefinitionName = 'Reader'; ResourceGroupName = $Group }
        $failure = Get-Failure { New-IdentityRoleAssignment -PrincipalId $mistyped @role -PrincipalWaitSec 0 }
        $failure.FullyQualifiedErrorId | Should -Be 'PrincipalNotFound,ManagedIdentity.Commands.NewIdentityRoleAssignmentCommand'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.Exception.Message | Should -BeLike "*'$mistyped'*-PrincipalId*"
        $failure.Exception.Recommendation | Should -BeLike '*-PrincipalWaitSec*'
        @(Get-RoleWrite 400).Count | Should -Be 1
    }

    It 'returns the one that somebody else gave' {
        $name = '11111111-2222-3333-4444-555555555555'
        $role = "$(Get-ScopeId)/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
        $body = @{ properties = @{ roleDefinitionId = $role; principalId = $identity.PrincipalId; principalType = 'ServicePrincipal' } }
        $null = Invoke-ArmRequest PUT "$(Get-ScopeId $Group)/providers/$AuthorizationType/$name" -ApiVersion 2022-04-01 -Body $body
        $given = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        $given.Name | Should -Be $name
        @($identity | Get-IdentityRoleAssignment).Count | Should -Be 1
    }

    Context 'who' {
        It 'takes <Kind>' -ForEach @(
            @{ Kind = 'an id from the pipeline'; Given = { $identity.Id | New-IdentityRoleAssignment @role } }
            @{ Kind = 'a name from the pipeline'; Given = { 'id1' | New-IdentityRoleAssignment @role } }
            @{ Kind = 'a name in a group from the pipeline'; Given = { 'ID1' | New-IdentityRoleAssignment -IdentityResourceGroupName $Group @role } }
            @{ Kind = 'an object'; Given = { New-IdentityRoleAssignment -InputObject $identity @role } }
            @{ Kind = 'a row with a PrincipalId'; Given = { [pscustomobject]@{ PrincipalId = $identity.PrincipalId } | New-IdentityRoleAssignment @role } }
            @{ Kind = 'a row with an Id'; Given = { $identity | Select-Object Id | New-IdentityRoleAssignment @role } }
            @{ Kind = 'a row with the names'; Given = { $identity | Select-Object ResourceGroupName, Name | New-IdentityRoleAssignment @role } }
            @{ Kind = 'a row with an empty PrincipalId'; Given = { [pscustomobject]@{ PrincipalId = ''; Id = $identity.Id } | New-IdentityRoleAssignment @role } }
            @{ Kind = 'an object with an Identity, as of Azure PowerShell'; Given = { [pscustomobject]@{ Id = '/x'; Identity = [pscustomobject]@{ PrincipalId = $identity.PrincipalId } } | New-IdentityRoleAssignment @role } }
            @{ Kind = '-IdentityId with an id'; Given = { New-IdentityRoleAssignment -IdentityId $identity.Id @role } }
            @{ Kind = '-IdentityId with a name'; Given = { New-IdentityRoleAssignment -IdentityId id1 @role } }
            @{ Kind = '-IdentityId with a name in a group'; Given = { New-IdentityRoleAssignment -IdentityId id1 -IdentityResourceGroupName $Group @role } }
            @{ Kind = '-IdentityId with an object'; Given = { New-IdentityRoleAssignment -IdentityId $identity @role } }
            @{ Kind = '-PrincipalId'; Given = { New-IdentityRoleAssignment -PrincipalId $identity.PrincipalId @role } }
            @{ Kind = '-ObjectId and -ObjectType'; Given = { New-IdentityRoleAssignment -ObjectId $identity.PrincipalId -ObjectType ServicePrincipal @role } }
            @{ Kind = 'one who has another role'; Given = { $identity | New-IdentityRoleAssignment -RoleDefinitionName Contributor -ResourceGroupName $Group | New-IdentityRoleAssignment @role } }
        ) {
            $role = @{ RoleDefinitionName = 'Reader'; ResourceGroupName = $Group }
            (& $Given).PrincipalId | Should -Be $identity.PrincipalId
            @($identity | Get-IdentityRoleAssignment -RoleDefinitionName Reader).Count | Should -Be 1
        }

        It 'takes the system-assigned identity of <Kind>' -ForEach @(
            @{ Kind = 'a virtual machine'; Given = { Update-VmIdentity $Group $VM -EnableSystemAssigned } }
            @{ Kind = 'a scale set'; Given = { . "$PSScriptRoot/ScaleSet.ps1"; Add-ScaleSet set1 Automatic; Update-VmssIdentity $Group set1 -EnableSystemAssigned } }
            @{ Kind = 'any resource'; Given = { Update-VmIdentity $Group $VM -EnableSystemAssigned | Get-SystemAssignedIdentity } }
        ) {
            $machine = & $Given
            $given = $machine | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
            $given.PrincipalId | Should -Be $machine.PrincipalId
        }

        It 'says that a machine has no system-assigned identity: <Kind>' -ForEach @(
            @{ Kind = 'of this module'; Given = { Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait } }
            @{ Kind = 'of Azure PowerShell'; Given = { [pscustomobject]@{ Id = (Get-VmIdentity).Id; Identity = $null } } }
        ) {
            $machine = & $Given
            Invoke-Emulator Delete /requests
            $failure = Get-Failure { $machine | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group }
            $failure.FullyQualifiedErrorId | Should -Be 'NoSystemAssignedIdentity,ManagedIdentity.Commands.NewIdentityRoleAssignmentCommand'
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
            $failure.Exception.Message | Should -BeLike "*/virtualMachines/$VM' has no system-assigned identity*-EnableSystemAssigned*"
            $failure.TargetObject.Id | Should -Be $machine.Id
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'gives a person a role on an identity' {
            Add-Principal $Person User
            $operator = @{ PrincipalId = $Person; PrincipalType = 'user'; RoleDefinitionName = 'Managed Identity Operator' }
            $given = New-IdentityRoleAssignment @operator -Scope $identity
            $given.PrincipalType | Should -Be User
            $given.Scope | Should -Be $identity.Id
            (New-IdentityRoleAssignment @operator -Scope $identity.Id).Id | Should -Be $given.Id
        }

        It 'says that a principal is of another type' {
            Add-Principal $Person User
            $failure = Get-Failure { New-IdentityRoleAssignment -PrincipalId $Person -RoleDefinitionName Reader -ResourceGroupName $Group }
            Get-ErrorCode $failure | Should -Be UnmatchedPrincipalType
            $failure.Exception.Message | Should -BeLike '*-PrincipalType*'
            $failure.TargetObject | Should -Be $Person
        }

        It 'gives several a role, each an error or a result' {
            $null = New-UserAssignedIdentity $Group id2
            $given = 'id1', 'missing', 'id2' |
                New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group -ErrorVariable failures -ErrorAction SilentlyContinue
            $given.PrincipalId | Should -Be @(Get-UserAssignedIdentity).PrincipalId
            $failures.Count | Should -Be 1
            Get-ErrorCode $failures[0] | Should -Be ResourceNotFound
            $failures[0].TargetObject | Should -Be missing
        }

        It 'asks which one when several have the name' {
            $null = New-UserAssignedIdentity $OtherGroup id1
            Invoke-Emulator Delete /requests
            $failure = Get-Failure { New-IdentityRoleAssignment -IdentityId id1 -RoleDefinitionName Reader -ResourceGroupName $Group }
            Get-ErrorCode $failure | Should -Be AmbiguousName
            Get-ChangingRequest | Should -BeNullOrEmpty
            $given = New-IdentityRoleAssignment -IdentityId id1 -IdentityResourceGroupName $OtherGroup -RoleDefinitionName Reader -ResourceGroupName $Group
            $given.PrincipalId | Should -Be (Get-UserAssignedIdentity $OtherGroup id1).PrincipalId
        }
    }

    Context 'what' {
        It 'takes the id of a role: <Id>' -ForEach @(
            @{ Id = 'acdd72a7-3385-48ef-bd42-f606fba81ae7' }
            @{ Id = '/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7' }
        ) {
            ($identity | New-IdentityRoleAssignment -RoleDefinitionId $Id -ResourceGroupName $Group).RoleDefinitionName | Should -Be Reader
        }

        It 'takes several roles' {
            $given = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader, contributor -ResourceGroupName $Group
            $given.RoleDefinitionName | Should -Be Reader, Contributor
        }

        It 'takes a condition' {
            $condition = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'a'"
            $given = $identity | New-IdentityRoleAssignment -RoleDefinitionName 'Storage Blob Data Reader' -ResourceGroupName $Group -Condition $condition
            $given.Condition | Should -Be $condition
            $given.ConditionVersion | Should -Be '2.0'
        }

        It 'says that there is no such role' {
            $failure = Get-Failure { $identity | New-IdentityRoleAssignment -RoleDefinitionName Emperor -ResourceGroupName $Group }
            $failure.FullyQualifiedErrorId | Should -Be 'RoleDefinitionDoesNotExist,ManagedIdentity.Commands.NewIdentityRoleAssignmentCommand'
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
            $failure.Exception.Message | Should -BeLike "*'Emperor'*-RoleDefinitionName*"
            $failure.TargetObject.Id | Should -Be $identity.Id
            Get-ChangingRequest | Should -BeNullOrEmpty
        }
    }

    Context 'where' {
        BeforeEach { Add-Subscription $FarSubscription }

        It 'takes <Kind>' -ForEach @(
            @{ Kind = 'a subscription'; Place = { @{ SubscriptionId = (Get-ArmEmulator).SubscriptionId } }; Scope = { Get-ScopeId } }
            @{ Kind = 'another subscription'; Place = { @{ SubscriptionId = $FarSubscription } }; Scope = { "/subscriptions/$FarSubscription" } }
            @{ Kind = 'a group'; Place = { @{ ResourceGroupName = $OtherGroup } }; Scope = { Get-ScopeId $OtherGroup } }
            @{ Kind = 'a group of another subscription'; Place = { @{ ResourceGroupName = $Group; SubscriptionId = $FarSubscription } }; Scope = { "/subscriptions/$FarSubscription/resourceGroups/$Group" } }
            @{ Kind = 'an id'; Place = { @{ Scope = "$(Get-ScopeId $Group)/" } }; Scope = { Get-ScopeId $Group } }
            @{ Kind = 'an object with an Id'; Place = { @{ Scope = Get-VmIdentity } }; Scope = { (Get-VmIdentity).Id } }
            @{ Kind = 'an object with a ResourceId'; Place = { @{ Scope = [pscustomobject]@{ ResourceId = Get-ScopeId $OtherGroup } } }; Scope = { Get-ScopeId $OtherGroup } }
            @{ Kind = 'several'; Place = { @{ Scope = (Get-ScopeId), (Get-VmIdentity) } }; Scope = { (Get-ScopeId), (Get-VmIdentity).Id } }
        ) {
            $where = & $Place
            $given = New-IdentityRoleAssignment -PrincipalId $identity.PrincipalId -RoleDefinitionName Reader @where
            $given.Scope | Should -Be (& $Scope)
        }

        It 'does not take an identity''s subscription for a place' {
            $failure = Get-Failure { $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader }
            Get-ErrorCode $failure | Should -Be MissingParameter
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.Exception.Message | Should -BeLike '*-Scope, -ResourceGroupName or -SubscriptionId*'
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'does not look for a group in an identity''s subscription' {
            $far = New-UserAssignedIdentity $Group far -SubscriptionId $FarSubscription
            $given = $far | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
            $given.Scope | Should -Be (Get-ScopeId $Group)
            $given.PrincipalId | Should -Be $far.PrincipalId
            $row = [pscustomobject]@{ PrincipalId = $far.PrincipalId; SubscriptionId = $FarSubscription; ResourceGroupName = $OtherGroup; Scope = "/subscriptions/$FarSubscription" }
            Get-ErrorCode (Get-Failure { $row | New-IdentityRoleAssignment -RoleDefinitionName Reader }) | Should -Be MissingParameter
        }

        It 'says that there is no such group' {
            $failure = Get-Failure { $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName nowhere }
            Get-ErrorCode $failure | Should -Be ResourceGroupNotFound
        }
    }

    Context 'completion' {
        BeforeAll {
            function Get-Completion([string] $Line) {
                (TabExpansion2 $Line $Line.Length).CompletionMatches
            }
        }

        It 'completes the names of roles: <Word>' -ForEach @(
            @{ Word = 'read'; Found = "Reader", "'Key Vault Reader'" }
            @{ Word = 'managed'; Found = "'Managed Identity Contributor'", "'Managed Identity Operator'" }
            @{ Word = "'Managed Identity O"; Found = "'Managed Identity Operator'" }
            @{ Word = 'emperor'; Found = @() }
        ) {
            foreach ($cmdlet in 'New-IdentityRoleAssignment', 'Get-IdentityRoleAssignment', 'Remove-IdentityRoleAssignment') {
                $completed = @(Get-Completion "$cmdlet -RoleDefinitionName $Word")
                $completed.CompletionText | Select-Object -First $Found.Count | Should -Be $Found
                foreach ($one in $completed) {
                    $one.ToolTip | Should -Not -BeNullOrEmpty
                }
            }
        }

        It 'asks for them once' {
            $null = Connect-ManagedIdentityService -Emulator
            Invoke-Emulator Delete /requests
            $null = Get-Completion 'New-IdentityRoleAssignment -RoleDefinitionName r'
            $null = Get-Completion 'New-IdentityRoleAssignment -RoleDefinitionName c'
            @(Get-ArmRequest | Where-Object path -Like '*roleDefinitions*').Count | Should -Be 1
        }

        It 'goes through the connection that is named' {
            $other = Connect-ManagedIdentityService -Emulator -SubscriptionId (Get-ArmEmulator).SubscriptionId
            $null = Connect-ManagedIdentityService -Emulator
            Invoke-Emulator Delete /requests
            $line = 'New-IdentityRoleAssignment -Connection $other -RoleDefinitionName reade'
            (Get-Completion $line)[0].CompletionText | Should -Be Reader
            (Get-Completion $line)[0].CompletionText | Should -Be Reader
            Disconnect-ManagedIdentityService $other
        }

        It 'has nothing to say without a connection, and when it is refused' {
            Add-Fault @{ times = 100; pathContains = 'roleDefinitions'; action = @{ status = 403; code = 'AuthorizationFailed' } }
            $null = Connect-ManagedIdentityService -Emulator
            Get-Completion 'New-IdentityRoleAssignment -RoleDefinitionName r' | Where-Object ResultType -EQ ParameterValue | Should -BeNullOrEmpty
            Invoke-Emulator Delete /faults
            # A connection remembers for a while that it was refused.
            $null = Connect-ManagedIdentityService -Emulator
            (Get-Completion 'New-IdentityRoleAssignment -RoleDefinitionName reade')[0].CompletionText | Should -Be Reader
            Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
            Get-Completion 'New-IdentityRoleAssignment -RoleDefinitionName r' | Where-Object ResultType -EQ ParameterValue | Should -BeNullOrEmpty
            Get-ManagedIdentityConnection | Should -BeNullOrEmpty
            $null = Connect-ManagedIdentityService -Emulator
        }

        It 'completes the types of principals' {
            (Get-Completion 'New-IdentityRoleAssignment -PrincipalType ').CompletionText |
                Should -Be ServicePrincipal, User, Group, ForeignGroup, Device
        }
    }

    It 'shows a table with the id of the principal where its name is not known' {
        $table = ($identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group | Out-String -Width 160).Trim() -split '\r?\n'
        $table[0] | Should -Match '^RoleDefinitionName +Scope +Principal +Inherited +PrincipalId$'
        $table[-1] | Should -Match "^Reader +resourceGroups/$Group +$($identity.PrincipalId) +False$"
    }
}
