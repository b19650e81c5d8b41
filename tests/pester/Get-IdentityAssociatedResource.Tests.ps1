Describe 'Get-IdentityAssociatedResource' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        Add-Subscription $FarSubscription
        $identity, $longer, $idle = 'id1', 'id1-longer', 'idle' | New-UserAssignedIdentity -ResourceGroupName $Group
        Add-Machine vm1 -Having $identity.Id
        Add-Machine set1 -Having $identity.Id -Kind virtualMachineScaleSets
        Add-Machine cluster -Naming $identity.Id
        Add-StorageAccount store1 -Having $identity.Id
        Add-Machine other -Having $longer.Id
        Add-Machine far -Having $identity.Id -In $FarSubscription
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    It 'finds those of an identity: <Kind>' -ForEach @(
        @{ Kind = 'from the pipeline'; Given = { $identity | Get-IdentityAssociatedResource } }
        @{ Kind = 'as an object'; Given = { Get-IdentityAssociatedResource -InputObject $identity } }
        @{ Kind = 'by an id from the pipeline'; Given = { $identity.Id.ToUpperInvariant() | Get-IdentityAssociatedResource } }
        @{ Kind = 'by id'; Given = { Get-IdentityAssociatedResource -IdentityId $identity.Id } }
        @{ Kind = 'by object and id'; Given = { Get-IdentityAssociatedResource -IdentityId $identity } }
        @{ Kind = 'by name in a group'; Given = { Get-IdentityAssociatedResource -IdentityId id1 -ResourceGroupName $Group } }
        @{ Kind = 'by a name from the pipeline'; Given = { 'id1' | Get-IdentityAssociatedResource -ResourceGroupName $Group } }
        @{ Kind = 'by a row with the names'; Given = { $identity | Select-Object ResourceGroupName, Name | Get-IdentityAssociatedResource } }
        @{ Kind = 'by what a machine tells of it'; Given = { (Get-VmIdentity $Group vm1).UserAssignedIdentity | Get-IdentityAssociatedResource } }
    ) {
        $found = & $Given
        $found | Should -BeOfType ManagedIdentity.Models.IdentityAssociatedResource
        $found.Name | Sort-Object | Should -Be cluster, set1, store1, vm1
        ($found | Where-Object Reference -EQ Assigned).Name | Sort-Object | Should -Be set1, store1, vm1
        ($found | Where-Object Reference -EQ Mentioned).Name | Should -Be cluster
        $machine = $found | Where-Object Name -EQ vm1
        $machine.Type | Should -Be Microsoft.Compute/virtualMachines
        $machine.ResourceGroupName | Should -Be $Group
        $machine.SubscriptionId | Should -Be (Get-ArmEmulator).SubscriptionId
        $machine.IdentityId | Should -Be $identity.Id
        $machine.Id | Should -Be (Get-VmIdentity $Group vm1).Id
        "$machine" | Should -Be $machine.Id
    }

    It 'looks in all subscriptions, whatever subscription the identity is in' {
        ($identity | Get-IdentityAssociatedResource -AllSubscriptions).Name | Sort-Object | Should -Be cluster, far, set1, store1, vm1
        (Get-IdentityAssociatedResource -IdentityId $identity.Id -AllSubscriptions).Name | Should -Contain far
        (Get-IdentityAssociatedResource -AllSubscriptions).Name | Should -Contain far
        $named = @{ IdentityId = 'id1'; ResourceGroupName = $Group; SubscriptionId = (Get-ArmEmulator).SubscriptionId }
        (Get-IdentityAssociatedResource @named -AllSubscriptions).Name | Should -Contain far
    }

    It 'looks in the subscription that is named' {
        ($identity | Get-IdentityAssociatedResource -SubscriptionId $FarSubscription).Name | Should -Be far
        (Get-IdentityAssociatedResource -SubscriptionId $FarSubscription).Name | Should -Be far
    }

    It 'finds the references to all identities' {
        $all = Get-IdentityAssociatedResource
        $all.Name | Sort-Object | Should -Be cluster, other, set1, store1, vm1
        ($all | Where-Object IdentityId -EQ $longer.Id).Name | Should -Be other
    }

    It 'asks the provider of managed identities' {
        $found = $identity | Get-IdentityAssociatedResource -Source Provider
        $found.Reference | Select-Object -Unique | Should -Be Reported
        $found.Name | Should -Contain vm1
        $found.Name | Should -Contain far
        ($identity | Get-IdentityAssociatedResource -Source Provider -SubscriptionId $FarSubscription).Name | Should -Be far
        (Get-ArmRequest).path | Should -BeLike '*/listAssociatedResources*'
        $failure = Get-Failure { Get-IdentityAssociatedResource -Source Provider }
        Get-ErrorCode $failure | Should -Be MissingParameter
        $failure.Exception.Message | Should -BeLike '-IdentityId*'
    }

    It 'finds nothing where nothing is' {
        $idle | Get-IdentityAssociatedResource | Should -BeNullOrEmpty
    }

    It 'goes on into the cmdlets for machines' {
        $machines = $identity | Get-IdentityAssociatedResource -AllSubscriptions |
            Where-Object { $_.Type -eq 'Microsoft.Compute/virtualMachines' -and $_.Reference -eq 'Assigned' }
        ($machines | Get-VmIdentity).Name | Sort-Object | Should -Be far, vm1
        $machines | Update-VmIdentity -AddIdentityId $idle | Out-Null
        (Get-VmIdentity $Group far -SubscriptionId $FarSubscription).UserAssignedIdentity.Name | Sort-Object | Should -Be id1, idle
        ($idle | Get-IdentityAssociatedResource -AllSubscriptions | Update-VmIdentity -RemoveIdentityId $idle).Count | Should -Be 2
        $idle | Get-IdentityAssociatedResource -AllSubscriptions | Should -BeNullOrEmpty
    }

    It 'does not take <Kind> for all identities' -ForEach @(
        @{ Kind = 'null from the pipeline'; Given = { $null | Get-IdentityAssociatedResource } }
        @{ Kind = 'null'; Given = { Get-IdentityAssociatedResource -InputObject $null } }
        @{ Kind = 'no identity'; Given = { Get-IdentityAssociatedResource -IdentityId $null } }
        @{ Kind = 'an empty text'; Given = { Get-IdentityAssociatedResource -IdentityId '' } }
        @{ Kind = 'an empty text from the pipeline'; Given = { '' | Get-IdentityAssociatedResource } }
        @{ Kind = 'an empty group'; Given = { Get-IdentityAssociatedResource -IdentityId id1 -ResourceGroupName '' } }
        @{ Kind = 'a name without a group'; Given = { Get-IdentityAssociatedResource -IdentityId id1 } }
        @{ Kind = 'the id of a machine'; Given = { Get-IdentityAssociatedResource -IdentityId (Get-ScopeId $Group) } }
        @{ Kind = 'a number'; Given = { 5 | Get-IdentityAssociatedResource } }
    ) {
        $all = @(& { $ErrorActionPreference = 'Continue'; try { & $Given 2>&1 } catch { $_ } })
        $all.Count | Should -Be 1
        $all[0] | Should -BeOfType System.Management.Automation.ErrorRecord
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'says that all subscriptions and one contradict each other' {
        $failure = Get-Failure { Get-IdentityAssociatedResource -AllSubscriptions -SubscriptionId $FarSubscription }
        Get-ErrorCode $failure | Should -Be InvalidSubscription
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike '*-AllSubscriptions and -SubscriptionId*'
    }

    It 'shows a table of five columns' {
        $table = ($identity | Get-IdentityAssociatedResource | Where-Object Name -EQ vm1 | Out-String -Width 160).Trim() -split '\r?\n'
        $table[0] | Should -Match '^Name +ResourceGroupName +Type +Reference +Identity$'
        $table[-1] | Should -Match "^vm1 +$Group +microsoft.compute/virtualmachines +Assigned +id1$"
    }
}
