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
