Describe 'Resources of many subscriptions' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        $own = (Get-ArmEmulator).SubscriptionId
        $first, $second, $third = 1..3 | ForEach-Object { '55555555-0000-0000-0000-{0:d12}' -f $_ }
        foreach ($id in $first, $second, $third) {
            Add-Subscription $id
            $null = Invoke-Emulator Post /identities @{ subscriptionId = $id; resourceGroup = $Group; prefix = 'many-'; count = 10 }
        }
        $null = New-UserAssignedIdentity $Group web -SubscriptionId $first -Tag @{ Env = 'prod'; tier = 'web' }
        $null = New-UserAssignedIdentity $Group dbs -SubscriptionId $second -Tag @{ env = 'prod'; tier = 'dbs' }
        $null = New-UserAssignedIdentity $OtherGroup test -Tag @{ env = 'Prod'; note = "it's; |`u{e9}" }
        $root = (Get-ManagedIdentityConnection).TenantId

        # What PowerShell reports of a cmdlet's own error, also one that ends it.
        function Get-Code([scriptblock] $Action) {
            Get-ErrorCode (Get-Failure $Action)
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    Context 'by subscription' {
        It 'are of several, in one request for them and one for their names' {
            $found = Get-UserAssignedIdentity -SubscriptionId $first, $second
            $found.Count | Should -Be 22
            $found.SubscriptionId | Sort-Object -Unique | Should -Be $first, $second
            @(Get-ArmRequest).Count | Should -BeLessOrEqual 2
        }

        It 'are of one that is named' {
            $name = (Invoke-ArmRequest GET /subscriptions -ApiVersion 2022-12-01).value | Where-Object subscriptionId -EQ $second
            (Get-UserAssignedIdentity -Subscription $name.displayName.ToUpperInvariant()).Count | Should -Be 11
            (Get-UserAssignedIdentity $Group dbs -SubscriptionId $name.displayName).Name | Should -Be dbs
            (Update-UserAssignedIdentity $Group dbs -SubscriptionId $name.displayName -IsolationScope None).SubscriptionId | Should -Be $second
        }

        It 'are those with a name and a group, in any of them' {
            $found = Get-UserAssignedIdentity $Group web, dbs, nothing* -SubscriptionId $first, $second, $own
            $found.Name | Sort-Object | Should -Be dbs, web
            $failure = Get-Failure { Get-UserAssignedIdentity $Group web -SubscriptionId $second, $third }
            Get-ErrorCode $failure | Should -Be ResourceNotFound
            $failure.Exception.Message | Should -BeLike "*'web' in subscriptions $second, $third*"
        }

        It 'are found by names from the pipeline' {
            ('web', 'dbs' | Get-UserAssignedIdentity -SubscriptionId $first, $second).Name | Should -Be web, dbs
            $rows = 'Name,SubscriptionId', "web,$first", "dbs,$second" | ConvertFrom-Csv
            ($rows | Get-UserAssignedIdentity).SubscriptionId | Should -Be $first, $second
        }

        It 'are an error where one is not there' {
            $failure = Get-Failure { Get-UserAssignedIdentity -SubscriptionId $first, '55555555-0000-0000-0000-000000000099' }
            Get-ErrorCode $failure | Should -Be InvalidSubscriptionId
            $failure.Exception.Message | Should -BeLike "-SubscriptionId '55555555-0000-0000-0000-000000000099' is not valid: it must be *"
            Get-Code { Get-UserAssignedIdentity -SubscriptionId 'No such one' } | Should -Be InvalidSubscriptionId
        }
    }

    Context 'by tag' {
        It 'are <Names> for <Tag>' -ForEach @(
            @{ Tag = @{ env = 'prod' }; Names = 'dbs', 'web' }
            @{ Tag = @{ ENV = 'prod'; Tier = 'web' }; Names = 'web' }
            @{ Tag = @{ env = $null }; Names = 'dbs', 'test', 'web' }
            @{ Tag = @{ env = $null; tier = 'dbs' }; Names = 'dbs' }
            @{ Tag = 'env'; Names = 'dbs', 'test', 'web' }
            @{ Tag = 'env', 'tier'; Names = 'dbs', 'web' }
            @{ Tag = 'env=prod;tier'; Names = 'dbs', 'web' }
            @{ Tag = [pscustomobject] @{ env = 'Prod' }; Names = 'test' }
            @{ Tag = @{ note = "it's; |`u{e9}" }; Names = 'test' }
            @{ Tag = @{ env = '' }; Names = @() }
            @{ Tag = 'en'; Names = @() }
        ) {
            @((Get-UserAssignedIdentity -AllSubscriptions -Tag $Tag).Name | Sort-Object) | Should -Be @($Names)
            @(Get-ArmRequest).Count | Should -Be 1
        }

        It 'are of the connection''s subscription without any other' {
            (Get-UserAssignedIdentity -Tag env).Name | Should -Be test
            (Get-UserAssignedIdentity 'test*' -Tag env).Name | Should -Be test
            Get-UserAssignedIdentity $Group -Tag env | Should -BeNullOrEmpty
            Get-UserAssignedIdentity -Name missing -Tag env | Should -BeNullOrEmpty
        }

        It 'can''t be <Tag>' -ForEach @(
            @{ Tag = 5 }, @{ Tag = '' }, @{ Tag = @{ a = @(1, 2) } }, @{ Tag = @('a', 'A') }, @{ Tag = @{ ' ' = 'x' } }, @{ Tag = $null }
        ) {
            $failure = @(Get-Failure { Get-UserAssignedIdentity -Tag $Tag })
            $failure.Count | Should -Be 1
            $failure.Exception.Message | Should -Match "Tag'?[. ]"
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'by management group' {
        It 'are of all subscriptions below <Given>' -ForEach @(@{ Given = '{0}' }, @{ Given = '/providers/Microsoft.Management/managementGroups/{0}' }) {
            (Get-UserAssignedIdentity -ManagementGroupId ($Given -f $root)).Count | Should -Be 33
            @(Get-ArmRequest).Count | Should -Be 1
        }

        It 'can''t be "<Id>"' -ForEach @(@{ Id = 'a b' }, @{ Id = '/subscriptions/x' }, @{ Id = 'a/b' }) {
            $failure = Get-Failure { Get-UserAssignedIdentity -ManagementGroupId $Id }
            Get-ErrorCode $failure | Should -Be InvalidManagementGroupId
            $failure.Exception.Message | Should -BeLike "-ManagementGroupId '$Id' is not valid: it must be *"
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'that are read from their provider' {
        It 'are as they are now, and leave out what is gone' {
            Edit-EmulatorSetting @{ graphDelayMs = 3600000 }
            $null = Update-UserAssignedIdentity $Group web -SubscriptionId $first -Tag @{ env = 'prod'; more = 'x' }
            $null = New-UserAssignedIdentity $Group late -SubscriptionId $first -Tag @{ env = 'prod' }
            Remove-UserAssignedIdentity $Group dbs -SubscriptionId $second
            Invoke-Emulator Delete /requests
            $before = Get-UserAssignedIdentity -AllSubscriptions -Tag @{ env = 'prod' }
            $before.Name | Sort-Object | Should -Be dbs, web
            $read = Get-UserAssignedIdentity -AllSubscriptions -Tag @{ env = 'prod' } -Fresh -Verbose 4>&1
            $verbose, $found = $read.Where({ $_ -is [System.Management.Automation.VerboseRecord] }, 'Split')
            $found.Name | Should -Be web
            $found.Tag.more | Should -Be x
            "$verbose" | Should -BeLike "*Skipped '*/dbs': it no longer exists.*"
            @(Get-ArmRequest).Count | Should -Be 4
            Edit-EmulatorSetting @{ graphDelayMs = 0 }
            $null = New-UserAssignedIdentity $Group dbs -SubscriptionId $second -Tag @{ env = 'prod'; tier = 'dbs' }
        }

        It 'are each an error of its own that fails' {
            Add-Fault @{ method = 'GET'; pathContains = '/many-00004?'; times = 2; action = @{ status = 403; code = 'Odd'; message = 'No.' } }
            $found = Get-UserAssignedIdentity -SubscriptionId $second, $third -Name many* -Fresh -ThrottleLimit 3 -ErrorVariable failures -ErrorAction SilentlyContinue
            $found.Count | Should -Be 18
            $failures.Count | Should -Be 2
            Get-ErrorCode $failures[0] | Should -Be Odd
            "$($failures[0].TargetObject)" | Should -BeLike '*/many-00004'
            Invoke-Emulator Delete /faults
        }
    }

    Context 'and what contradicts itself' {
        It 'is an error before any request: <Action>' -ForEach @(
            @{ Action = { Get-UserAssignedIdentity -AllSubscriptions -SubscriptionId $first }; Code = 'InvalidSubscription' }
            @{ Action = { Get-UserAssignedIdentity -AllSubscriptions -SubscriptionId 'Any name' }; Code = 'InvalidSubscription' }
            @{ Action = { Get-UserAssignedIdentity -AllSubscriptions -ManagementGroupId $root }; Code = 'ConflictingParameters' }
            @{ Action = { Get-UserAssignedIdentity -ManagementGroupId $root -SubscriptionId $first, $second }; Code = 'ConflictingParameters' }
        ) {
            $failures = @(Get-Failure $Action)
            $failures.Count | Should -Be 1
            Get-ErrorCode $failures[0] | Should -Be $Code
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is not what a default says' {
            $PSDefaultParameterValues = @{ '*:SubscriptionId' = $first }
            (Get-UserAssignedIdentity).Count | Should -Be 12
            (Get-UserAssignedIdentity -AllSubscriptions -Tag env).Count | Should -Be 4
        }
    }

    It 'stream: what comes next is not asked for before it is wanted' {
        foreach ($number in 1..4) {
            $null = Invoke-Emulator Post /identities @{ subscriptionId = $third; resourceGroup = $Group; prefix = "more$number-"; count = 1000 }
        }
        Invoke-Emulator Delete /requests
        (Get-UserAssignedIdentity -AllSubscriptions | Select-Object -First 3).Count | Should -Be 3
        @(Get-ArmRequest).Count | Should -BeLessOrEqual 3
    }
}

Describe 'Resources of any type in many subscriptions' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $types = 'Microsoft.Compute/virtualMachines', 'Microsoft.Compute/virtualMachineScaleSets', 'Microsoft.Web/sites', 'Microsoft.Storage/storageAccounts'
        $null = Invoke-Emulator Post /resources @{
            types = $types; count = 200; prefix = 'fleet-'; subscriptions = 20; tags = @{ Env = 'prod' }
            identity = @{ type = 'SystemAssigned' }
        }
        $null = Invoke-Emulator Post /resources @{ types = $types; count = 40; prefix = 'bare-'; subscriptions = 20; resourceGroup = 'bareGroup' }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    It 'are of all types, in one request' {
        $found = Get-ResourceIdentity -AllSubscriptions -Tag @{ env = 'prod' }
        $found.Count | Should -Be 200
        ($found.ResourceType | Sort-Object -Unique).Count | Should -Be 4
        ($found.SubscriptionId | Sort-Object -Unique).Count | Should -Be 20
        $found.Tag.env | Sort-Object -Unique | Should -Be prod
        @($found | Where-Object { $_ -is [ManagedIdentity.Models.VmIdentity] }).Count | Should -Be 100
        @(Get-ArmRequest).Count | Should -Be 1
    }

    It 'are <Count> for <Arguments>' -ForEach @(
        @{ Arguments = { @{ ResourceType = 'Microsoft.Web/*' } }; Count = 60 }
        @{ Arguments = { @{ ResourceType = 'microsoft.web/SITES' } }; Count = 60 }
        @{ Arguments = { @{ ResourceType = 'Microsoft.Web/sites', 'Microsoft.Storage/*' } }; Count = 120 }
        @{ Arguments = { @{ Name = 'FLEET-*' } }; Count = 200 }
        @{ Arguments = { @{ Name = 'bare-*' } }; Count = 40 }
        @{ Arguments = { @{ Name = 'bare-*'; ResourceType = $types[0] } }; Count = 10 }
        @{ Arguments = { @{ ResourceGroupName = 'bare*'; ResourceType = $types } }; Count = 40 }
        @{ Arguments = { @{ Tag = 'missing' } }; Count = 0 }
    ) {
        $given = & $Arguments
        @(Get-ResourceIdentity -AllSubscriptions @given | Where-Object Name -Match '^(fleet|bare)-').Count | Should -Be $Count
        @(Get-ArmRequest).Count | Should -Be 1
    }

    It 'are read one by one when they are named in full' {
        $one = Get-ResourceIdentity -AllSubscriptions fleet-* Microsoft.Web/sites | Select-Object -First 1
        Invoke-Emulator Delete /requests
        $read = Get-ResourceIdentity $one.ResourceGroupName $one.Name Microsoft.Web/sites -SubscriptionId $one.SubscriptionId
        $read.PrincipalId | Should -Be $one.PrincipalId
        (Get-ArmRequest).method | Should -Be GET
        $byName = Get-ResourceIdentity $one.ResourceGroupName $one.Name -SubscriptionId $one.SubscriptionId
        $byName.Id | Should -Be $one.Id
        $row = [pscustomobject] @{ ResourceGroupName = $one.ResourceGroupName; Name = $one.Name; ResourceType = $one.ResourceType; SubscriptionId = $one.SubscriptionId }
        ($row | Get-ResourceIdentity).Id | Should -Be $one.Id
        $failure = Get-Failure { Get-ResourceIdentity $one.ResourceGroupName missing }
        Get-ErrorCode $failure | Should -Be ResourceNotFound
    }

    It 'are machines by <Command>, with tags, and fresh with an ETag' -ForEach @(@{ Command = 'Get-VmIdentity' }, @{ Command = 'Get-VmssIdentity' }) {
        $found = & $Command -AllSubscriptions -Tag env
        $found.Count | Should -Be 50
        $found[0].Tag.env | Should -Be prod
        $found[0].ETag | Should -BeNullOrEmpty
        @(Get-ArmRequest).Count | Should -Be 1
        $fresh = & $Command -AllSubscriptions -Tag env -Fresh -ThrottleLimit 32
        $fresh.Id | Should -Be $found.Id
        $fresh.ETag | Should -Not -BeNullOrEmpty
        @(Get-ArmRequest).Count | Should -Be 52
        $root = (Get-ManagedIdentityConnection).TenantId
        (& $Command -ManagementGroupId $root fleet* -ResourceGroupName *).Count | Should -Be 50
    }

    It 'go on into a change of each' {
        $null = New-UserAssignedIdentity $Group id1
        $found = Get-VmIdentity -AllSubscriptions -Tag env | Where-Object SubscriptionId -NE (Get-ArmEmulator).SubscriptionId | Select-Object -First 3
        Invoke-Emulator Delete /requests
        $changed = $found | Update-VmIdentity -AddIdentityId (Get-IdentityId id1)
        $changed.UserAssignedIdentity.Name | Should -Be id1, id1, id1
        $changed.Type | Should -Be (, 'SystemAssignedUserAssigned' * 3)
        $checked = Get-VmIdentity -AllSubscriptions -Tag env -Check | Where-Object UserAssignedIdentity
        $checked.UserAssignedIdentity.Exists | Should -Be $true, $true, $true
    }

    It 'need no more memory the more there are' {
        foreach ($number in 1..2) {
            $null = Invoke-Emulator Post /resources @{ types = @($types[0]); count = 10000; prefix = "flat$number-"; subscriptions = 20; tags = @{ flat = 'yes' } }
        }
        $seen = @{ Count = 0 }
        Get-VmIdentity -AllSubscriptions -Tag flat | ForEach-Object {
            $seen.Count++
            if ($seen.Count -in 3000, 20000) {
                $seen[$seen.Count] = [gc]::GetTotalMemory($true)
            }
        }
        $seen.Count | Should -Be 20000
        $seen[20000] - $seen[3000] | Should -BeLessThan 5MB
    }

    It 'contradict nothing: <Action>' -ForEach @(
        @{ Action = { Get-VmIdentity -AllSubscriptions -SubscriptionId x }; Code = 'InvalidSubscription' }
        @{ Action = { Get-VmssIdentity -AllSubscriptions -ManagementGroupId x }; Code = 'ConflictingParameters' }
        @{ Action = { Get-ResourceIdentity -ManagementGroupId x -SubscriptionId x }; Code = 'ConflictingParameters' }
    ) {
        $failures = @(Get-Failure $Action)
        $failures.Count | Should -Be 1
        Get-ErrorCode $failures[0] | Should -Be $Code
        Get-ArmRequest | Should -BeNullOrEmpty
    }
}
