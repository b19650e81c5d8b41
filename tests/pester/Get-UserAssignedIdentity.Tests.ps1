Describe 'Get-UserAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $null = 'app-one', 'app-two', 'web-one' | New-UserAssignedIdentity -ResourceGroupName $Group
        $null = 'app-one', 'far-one' | New-UserAssignedIdentity -ResourceGroupName $OtherGroup
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    It 'lists the subscription' {
        (Get-UserAssignedIdentity).Count | Should -Be 5
    }

    It 'lists a group' {
        (Get-UserAssignedIdentity -ResourceGroupName $Group).Name | Sort-Object | Should -Be 'app-one', 'app-two', 'web-one'
        (Get-UserAssignedIdentity $OtherGroup).Count | Should -Be 2
    }

    It 'lists more than one page' {
        Edit-EmulatorSetting @{ pageSize = 2 }
        (Get-UserAssignedIdentity).Count | Should -Be 5
        @(Get-ArmRequest).Count | Should -Be 3
        Edit-EmulatorSetting @{ pageSize = 50 }
    }

    It 'reads one by its names with a single request' {
        $identity = Get-UserAssignedIdentity -ResourceGroupName $Group -Name app-one
        $identity.Name | Should -Be app-one
        $identity.ResourceGroupName | Should -Be $Group
        @(Get-ArmRequest).Count | Should -Be 1
    }

    It 'finds a name in the whole subscription' {
        (Get-UserAssignedIdentity -Name APP-one).ResourceGroupName | Sort-Object | Should -Be $Group, $OtherGroup
    }

    It 'finds by pattern: <Pattern>' -ForEach @(
        @{ Pattern = 'app-*'; Count = 3 }
        @{ Pattern = '*-ONE'; Count = 4 }
        @{ Pattern = 'app-[ot]*'; Count = 3 }
        @{ Pattern = '???-two'; Count = 1 }
        @{ Pattern = 'nothing*'; Count = 0 }
    ) {
        @(Get-UserAssignedIdentity -Name $Pattern).Count | Should -Be $Count
    }

    It 'finds by pattern in a group' {
        (Get-UserAssignedIdentity $Group 'app-*').Name | Sort-Object | Should -Be 'app-one', 'app-two'
    }

    It 'takes several names and patterns, and keeps their order' {
        (Get-UserAssignedIdentity $Group 'web-one', 'app-*').Name | Should -Be 'web-one', 'app-one', 'app-two'
    }

    It 'says that a name is not there, and goes on' {
        $failure = Get-Failure { Get-UserAssignedIdentity -Name missing }
        $failure.FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.GetUserAssignedIdentityCommand'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be missing
        $failure.Exception.Message | Should -BeLike "*'missing'*"
        $found = Get-UserAssignedIdentity $Group app-one, missing, web-one -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'app-one', 'web-one'
        $failures.Count | Should -Be 1
        $failures[0].TargetObject | Should -Be missing
        $failures[0].Exception.HttpStatus | Should -Be 404
        { [guid] $failures[0].Exception.RequestId } | Should -Not -Throw
    }

    It 'reads ids, in any casing' {
        $id = (Get-UserAssignedIdentity $Group app-one).Id
        (Get-UserAssignedIdentity -ResourceId $id).Name | Should -Be app-one
        (Get-UserAssignedIdentity -ResourceId $id.ToUpperInvariant()).Name | Should -Be app-one
    }

    It 'takes <Kind> from the pipeline' -ForEach @(
        @{ Kind = 'names in a group'; Given = { 'app-one', 'web-one' | Get-UserAssignedIdentity -ResourceGroupName $Group } }
        @{ Kind = 'names'; Given = { 'app-two', 'web-one' | Get-UserAssignedIdentity } }
        @{ Kind = 'ids'; Given = { (Get-UserAssignedIdentity $Group app-one, web-one).Id | Get-UserAssignedIdentity } }
        @{ Kind = 'identities'; Given = { Get-UserAssignedIdentity $Group app-one, web-one | Get-UserAssignedIdentity } }
        @{ Kind = 'objects with an Id'; Given = { Get-UserAssignedIdentity $Group app-one, web-one | Select-Object Id | Get-UserAssignedIdentity } }
        @{ Kind = 'objects with a ResourceId'; Given = { Get-UserAssignedIdentity $Group app-one, web-one | Select-Object @{ n = 'ResourceId'; e = { $_.Id } } | Get-UserAssignedIdentity } }
        @{ Kind = 'rows with the names'; Given = { Get-UserAssignedIdentity $Group app-one, web-one | Select-Object ResourceGroupName, Name | Get-UserAssignedIdentity } }
    ) {
        $found = & $Given
        $found.Count | Should -Be 2
        $found[1].Name | Should -Be web-one
        $found.ResourceGroupName | Select-Object -Unique | Should -Be $Group
    }

    It 'goes by an object''s id and not by its names' {
        $wrong = [pscustomobject]@{ Id = Get-IdentityId far-one $OtherGroup; Name = 'app-one'; ResourceGroupName = $Group }
        ($wrong | Get-UserAssignedIdentity).Name | Should -Be far-one
    }

    It 'takes an array as -InputObject' {
        (Get-UserAssignedIdentity -InputObject (Get-UserAssignedIdentity $Group)).Count | Should -Be 3
    }

    It 'does not take a variable that is empty for the whole subscription: -<Parameter>' -ForEach @(
        @{ Parameter = 'ResourceGroupName'; Shown = 'ResourceGroupName' }
        @{ Parameter = 'Name'; Shown = 'Name' }
        @{ Parameter = 'SubscriptionId'; Shown = 'SubscriptionId' }
        @{ Parameter = 'ResourceId'; Shown = 'ResourceId' }
        @{ Parameter = 'InputObject'; Shown = '(InputObject|ResourceId)' }
    ) {
        foreach ($nothing in $null, '') {
            $named = @{ $Parameter = $nothing }
            $failure = @(Get-Failure { Get-UserAssignedIdentity @named })
            $failure.Count | Should -Be 1
            $failure[0].Exception.Message | Should -Match "$Shown[' ]"
        }
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'shows the ids in a table of five columns' {
        $table = Get-UserAssignedIdentity $Group app-one | Format-Table | Out-String -Width 200
        $table.Trim() | Should -Match '^Name +ResourceGroupName +Location +PrincipalId +ClientId'
        $identity = Get-UserAssignedIdentity $Group app-one
        $table | Should -Match "$($identity.PrincipalId) +$($identity.ClientId)"
    }

    It 'uses the connection that it is given' {
        $connection = Get-ManagedIdentityConnection
        Disconnect-ManagedIdentityService
        $other = Connect-ManagedIdentityService -Emulator
        (Get-UserAssignedIdentity -Connection $other).Count | Should -Be 5
        $failure = Get-Failure { Get-UserAssignedIdentity -Connection $connection }
        Get-ErrorCode $failure | Should -Be ConnectionClosed
        $failure.CategoryInfo.Category | Should -Be AuthenticationError
    }
}

Describe 'Get-UserAssignedIdentity -AllSubscriptions' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        $subscriptions = 1..40 | ForEach-Object { '33333333-0000-0000-0000-{0:d12}' -f $_ }
        foreach ($id in $subscriptions) {
            Add-Subscription $id
            $null = Invoke-Emulator Post /identities @{ subscriptionId = $id; resourceGroup = $Group; prefix = 'many-'; count = 125 }
        }
        $null = New-UserAssignedIdentity $Group near
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    It 'lists a whole tenant in a few requests' {
        $all = Get-UserAssignedIdentity -AllSubscriptions
        $all.Count | Should -Be 5001
        ($all.Id | Sort-Object -Unique).Count | Should -Be 5001
        ($all.SubscriptionId | Sort-Object -Unique).Count | Should -Be 41
        @(Get-ArmRequest).Count | Should -Be 6
        $one = $all | Where-Object Name -EQ near
        $read = Get-UserAssignedIdentity $Group near
        foreach ($property in 'Id', 'Location', 'PrincipalId', 'ClientId', 'TenantId', 'ResourceGroupName', 'Type') {
            $one.$property | Should -Be $read.$property
        }
    }

    It 'finds by name and by pattern, with one listing' {
        $found = Get-UserAssignedIdentity -AllSubscriptions many-00001, NEAR, none*
        $found.Count | Should -Be 41
        @(Get-ArmRequest).Count | Should -Be 1
        (Get-UserAssignedIdentity -AllSubscriptions -Name n*r).Name | Should -Be near
    }

    It 'says that one is in no subscription' {
        $found = Get-UserAssignedIdentity -AllSubscriptions -Name near, missing -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Name | Should -Be near
        $failures.Count | Should -Be 1
        Get-ErrorCode $failures[0] | Should -Be ResourceNotFound
        $failures[0].TargetObject | Should -Be missing
        $failures[0].Exception.Message | Should -BeLike "*'missing'*subscriptions*"
    }

    It 'does not go with one subscription' {
        $failure = Get-Failure { Get-UserAssignedIdentity -AllSubscriptions -SubscriptionId $subscriptions[0] }
        Get-ErrorCode $failure | Should -Be InvalidSubscription
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'goes with groups, by name and by pattern' {
        (Get-UserAssignedIdentity -AllSubscriptions -ResourceGroupName $Group.ToUpperInvariant() near).Name | Should -Be near
        @(Get-UserAssignedIdentity -AllSubscriptions -ResourceGroupName '*Group' -Name '*0001').Count | Should -Be 40
        Get-UserAssignedIdentity -AllSubscriptions -ResourceGroupName 'my?esourceGrou[a-c]' | Should -BeNullOrEmpty
    }

    # The last: the emulator may log a request that was given up when the next test has begun.
    It 'stops reading early' {
        (Get-UserAssignedIdentity -AllSubscriptions | Select-Object -First 1).Name | Should -Not -BeNullOrEmpty
    }
}

Describe 'Get-UserAssignedIdentity -Unused' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        Add-Subscription $FarSubscription
        $names = 'free', 'on-vm', 'on-set', 'named', 'on-far-vm', 'reader', 'far-reader', 'federated', 'group-free'
        $made = @{}
        $names | New-UserAssignedIdentity -ResourceGroupName $Group | ForEach-Object { $made[$_.Name] = $_ }
        $null = New-UserAssignedIdentity $OtherGroup other-free
        $null = New-UserAssignedIdentity $Group far-free -SubscriptionId $FarSubscription
        Add-Machine vm1 -Having $made['on-vm'].Id -Naming $made['named'].Id
        Add-Machine set1 -Having $made['on-set'].Id -Kind virtualMachineScaleSets
        Add-Machine vm2 -Having $made['on-far-vm'].Id -In $FarSubscription
        $null = $made['reader'] | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        $null = $made['far-reader'] | New-IdentityRoleAssignment -RoleDefinitionName Reader -SubscriptionId $FarSubscription
        Add-FederatedCredential $made['federated'].Id
    }
    AfterAll { Disconnect-TestEmulator }

    It 'finds what nothing uses <Where>' -ForEach @(
        @{ Where = 'in the subscription'; Given = { Get-UserAssignedIdentity -Unused }; Names = 'free', 'group-free', 'other-free' }
        @{ Where = 'in a group'; Given = { Get-UserAssignedIdentity $Group -Unused }; Names = 'free', 'group-free' }
        @{ Where = 'in another subscription'; Given = { Get-UserAssignedIdentity -Unused -SubscriptionId $FarSubscription }; Names = 'far-free' }
        @{ Where = 'in all subscriptions'; Given = { Get-UserAssignedIdentity -AllSubscriptions -Unused }; Names = 'far-free', 'free', 'group-free', 'other-free' }
        @{ Where = 'by pattern'; Given = { Get-UserAssignedIdentity -Unused -Name f*, *-free }; Names = 'free', 'group-free', 'other-free' }
        @{ Where = 'by pattern in all subscriptions'; Given = { Get-UserAssignedIdentity -AllSubscriptions -Unused -Name far* }; Names = 'far-free' }
        @{ Where = 'by name'; Given = { Get-UserAssignedIdentity $Group free, reader, missing -Unused }; Names = 'free' }
    ) {
        $found = @(& $Given)
        $found.Name | Sort-Object | Should -Be $Names
    }

    It 'leaves what is in use and is named: no result and no error' {
        Get-UserAssignedIdentity $Group on-vm -Unused | Should -BeNullOrEmpty
    }

    It 'goes on into Remove-UserAssignedIdentity' {
        $null = 'old-1', 'old-2' | New-UserAssignedIdentity -ResourceGroupName $OtherGroup
        Get-UserAssignedIdentity $OtherGroup old-* -Unused | Remove-UserAssignedIdentity -IfUnused -PassThru | Should -Be $true, $true
        Get-UserAssignedIdentity $OtherGroup old-* | Should -BeNullOrEmpty
    }
}
