Describe 'Get-, Update- and Wait-ResourceIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $subscription = (Get-ArmEmulator).SubscriptionId
        $base = "/subscriptions/$subscription/resourceGroups/$Group/providers"

        # Makes a resource as another tool would; returns its id.
        function Add-Resource([string] $Path, [string] $ApiVersion, [hashtable] $More = @{}) {
            $body = @{ location = 'eastus'; sku = @{ name = 'S' }; properties = @{}; tags = @{ env = 'test' } } + $More
            (Invoke-ArmRequest -Method PUT -Path "$base/${Path}?api-version=$ApiVersion" -Body $body).id
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
        $app = Add-Resource 'Microsoft.Web/sites/app1' 2023-12-01
        $slot = Add-Resource 'Microsoft.Web/sites/app1/slots/staging' 2023-12-01
        $null = Update-ResourceIdentity -ResourceId $app -AddIdentityId id1
        Invoke-Emulator Delete /requests
    }

    Context 'what stands for a resource' {
        It 'takes a group, a name and a type' {
            $one = Update-ResourceIdentity -ResourceGroupName $Group -Name app1 -ResourceType Microsoft.Web/sites -AddIdentityId id2
            $one.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id2'
            $one | Should -BeOfType ManagedIdentity.Models.ResourceIdentity
            $one.ResourceType | Should -Be Microsoft.Web/sites
            $one.ResourceGroupName | Should -Be $Group
            $one.SubscriptionId | Should -Be $subscription
            $one.Tag.ENV | Should -Be test
        }

        It 'takes the names of a resource in another' {
            $one = Update-ResourceIdentity $Group app1/staging Microsoft.Web/sites/slots -EnableSystemAssigned
            $one.Id | Should -Be $slot
            $one.Name | Should -Be app1/staging
            $one.PrincipalId | Should -Not -BeNullOrEmpty
            (Get-ResourceIdentity -ResourceId $app).PrincipalId | Should -BeNullOrEmpty
        }

        It 'takes objects of any tool that have an id: <Name>' -ForEach @(
            @{ Name = 'a text'; Make = { param($id) $id } }
            @{ Name = 'Id'; Make = { param($id) [pscustomobject]@{ Id = $id; Name = 'app1' } } }
            @{ Name = 'ResourceId'; Make = { param($id) [pscustomobject]@{ ResourceId = $id; Kind = 'app' } } }
            @{ Name = 'what Invoke-ArmRequest returns'; Make = { param($id) Invoke-ArmRequest -Path "${id}?api-version=2023-12-01" } }
            @{ Name = 'names and a type'; Make = { [pscustomobject]@{ ResourceGroupName = $Group; Name = 'app1'; ResourceType = 'Microsoft.Web/sites' } } }
            @{ Name = 'its own output'; Make = { param($id) Get-ResourceIdentity -ResourceId $id } }
        ) {
            $one = & $Make $app | Update-ResourceIdentity -AddIdentityId id3
            $one.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id3'
        }

        It 'is a machine, too, and what comes is a machine' {
            $one = Get-VmIdentity $Group $VM | Update-ResourceIdentity -AddIdentityId id1
            $one | Should -BeOfType ManagedIdentity.Models.VmIdentity
            $one.UserAssignedIdentity.Name | Should -Be id1
        }

        It 'refuses what contradicts itself before any request: <Name>' -ForEach @(
            @{ Name = 'no type'; Wanted = 'MissingParameter*'; Do = { Update-ResourceIdentity $Group app1 -AddIdentityId id2 -ErrorAction Stop } }
            @{ Name = 'half a type'; Wanted = 'InvalidResourceType*'; Do = { Update-ResourceIdentity $Group app1 sites -AddIdentityId id2 -ErrorAction Stop } }
            @{ Name = 'too few names'; Wanted = 'InvalidName*'; Do = { Get-ResourceIdentity $Group app1 Microsoft.Web/sites/slots -ErrorAction Stop } }
            @{ Name = 'another type beside the id'; Wanted = 'ContradictoryName*'; Do = { Get-ResourceIdentity -ResourceId $slot -ResourceType Microsoft.Web/sites -ErrorAction Stop } }
            @{ Name = 'another type beside the object'; Wanted = 'ContradictoryName*'; Do = { [pscustomobject]@{ ResourceGroupName = $Group; Name = 'app1'; ResourceType = 'Microsoft.Web/sites' } | Get-ResourceIdentity -ResourceType Microsoft.Sql/servers -ErrorAction Stop } }
            @{ Name = 'an identity'; Wanted = 'InvalidResourceId*'; Do = { Update-ResourceIdentity -ResourceId "$base/Microsoft.ManagedIdentity/userAssignedIdentities/id1" -EnableSystemAssigned -ErrorAction Stop } }
            @{ Name = 'two forms'; Wanted = 'InvalidIdentityChange*'; Do = { Update-ResourceIdentity -ResourceId $app -IdentityType None -AddIdentityId id1 -ErrorAction Stop } }
            @{ Name = 'a version that is none'; Wanted = 'InvalidApiVersion*'; Do = { Get-ResourceIdentity -ResourceId $app -ApiVersion 'x y' -ErrorAction Stop } }
        ) {
            $Do | Should -Throw -ErrorId $Wanted
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'the change' {
        It 'leaves what it does not name' {
            $one = Update-ResourceIdentity -ResourceId $app -AddIdentityId id2, id3 -RemoveIdentityId id1 -EnableSystemAssigned
            $one.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id2', 'id3'
            $one.Type | Should -Be SystemAssignedUserAssigned
            @(Get-ChangingRequest).Count | Should -Be 1
            (Update-ResourceIdentity -ResourceId $app -DisableSystemAssigned).UserAssignedIdentity.Name | Sort-Object | Should -Be 'id2', 'id3'
        }

        It 'writes nothing when all matches' {
            $null = Update-ResourceIdentity -ResourceId $app -AddIdentityId id1 -RemoveIdentityId id3
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It 'has the exact form, with a warning of what is lost' {
            $one = Update-ResourceIdentity -ResourceId $app -IdentityType UserAssigned -IdentityId id2 -WarningVariable warned -WarningAction SilentlyContinue
            $one.UserAssignedIdentity.Name | Should -Be id2
            $warned | Should -BeLike "'app1' loses id1*"
        }

        It 'finds the setting that names an identity, and removes it with -Force' {
            $id1 = (Get-UserAssignedIdentity $Group id1).Id
            $named = Add-Resource 'Microsoft.Web/sites/app2' 2023-12-01 @{ kind = 'app' }
            $null = Update-ResourceIdentity -ResourceId $named -AddIdentityId id1
            $null = Invoke-ArmRequest -Method PATCH -Path "${named}?api-version=2023-12-01" -Body @{ properties = @{ keyVaultReferenceIdentity = $id1 } }
            Update-ResourceIdentity -ResourceId $named -RemoveIdentityId id1 -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'IdentityInSettings*'
            $failed[0].CategoryInfo.Category | Should -Be InvalidOperation
            $failed[0].TargetObject | Should -Be $named
            "$($failed[0])" | Should -BeLike "*'id1' in properties.keyVaultReferenceIdentity*-Force*"
            (Update-ResourceIdentity -ResourceId $named -RemoveIdentityId id1 -Force).Type | Should -Be None
        }

        It 'says what a type can not have' {
            $account = Add-Resource 'Microsoft.Storage/storageAccounts/store1' 2025-08-01
            $null = Update-ResourceIdentity -ResourceId $account -AddIdentityId id1
            Update-ResourceIdentity -ResourceId $account -AddIdentityId id2 -ErrorVariable failed -ErrorAction SilentlyContinue
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'IdentityKindNotSupported*'
            "$($failed[0])" | Should -BeLike "*can have one user-assigned identity*"
            (Update-ResourceIdentity -ResourceId $account -AddIdentityId id2 -RemoveIdentityId id1).UserAssignedIdentity.Name | Should -Be id2
        }

        It 'waits for what runs, also later' {
            $space = Add-Resource 'Microsoft.EventHub/namespaces/ns1' 2024-01-01
            $now = Update-ResourceIdentity -ResourceId $space -AddIdentityId id1 -NoWait
            $now.Name | Should -Be ns1
            ($now | Wait-ResourceIdentity).UserAssignedIdentity.Name | Should -Be id1
            (Wait-ResourceIdentity $Group ns1 Microsoft.EventHub/namespaces).ProvisioningState | Should -Be Succeeded
        }

        It 'stands for its system-assigned identity where a role is assigned' {
            $failure = Get-Failure { Get-ResourceIdentity -ResourceId $app | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope $app }
            Get-ErrorCode $failure | Should -Be NoSystemAssignedIdentity
            "$failure" | Should -BeLike '*Update-ResourceIdentity -EnableSystemAssigned*'
            $one = Update-ResourceIdentity -ResourceId $app -EnableSystemAssigned
            ($one | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope $app).PrincipalId | Should -Be $one.PrincipalId
            ($one | Get-SystemAssignedIdentity).PrincipalId | Should -Be $one.PrincipalId
        }

        It 'reads with another version when told to' {
            $null = Get-ResourceIdentity -ResourceId $app -ApiVersion 2024-04-01
            (Get-ArmRequest).path | Should -BeLike '*api-version=2024-04-01'
        }
    }

    Context 'many' {
        It 'changes mixed resources in the order of the input, each failure an error of its own' {
            $ids = @(
                $app, $slot
                Add-Resource 'Microsoft.App/containerApps/ca1' 2025-07-01
                "$base/Microsoft.Web/sites/missing"
                Add-Resource 'Microsoft.Logic/workflows/flow1' 2019-05-01
                Add-Resource 'Microsoft.Devices/IotHubs/hub1' 2023-06-30
            )
            $made = $ids | Update-ResourceIdentity -AddIdentityId id2 -ErrorVariable failed -ErrorAction SilentlyContinue
            $made.Name | Should -Be 'app1', 'app1/staging', 'ca1', 'flow1', 'hub1'
            $made | ForEach-Object { $_.UserAssignedIdentity.Name | Should -Contain id2 }
            $failed.Count | Should -Be 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'ResourceNotFound*'
            $failed[0].TargetObject | Should -Be $ids[3]
        }

        It 'finds by tag and type what has no identity yet, and adds one' {
            $made = Get-ResourceIdentity -ResourceType Microsoft.Web/* -Tag @{ env = 'test' } | Update-ResourceIdentity -AddIdentityId id2
            $made.Name | Sort-Object | Should -Be 'app1', 'app1/staging'
            $made | ForEach-Object { $_.UserAssignedIdentity.Name | Should -Contain id2 }
        }

        It 'changes 2,000 mixed resources of 20 subscriptions in one pipeline, with the fewest requests' {
            # Six types, written in each of the ways, and machines; those that are done at once and those that are not.
            $mixed = 'Microsoft.Web/sites', 'Microsoft.App/containerApps', 'Microsoft.Compute/virtualMachines', 'Microsoft.Search/searchServices'
            $mixed += 'Microsoft.RecoveryServices/vaults', 'Microsoft.ContainerInstance/containerGroups', 'Microsoft.EventHub/namespaces', 'Microsoft.Automation/automationAccounts'
            $null = Invoke-Emulator Post /resources @{
                types = $mixed; count = 2000; prefix = 'mixed'; subscriptions = 20; tags = @{ fleet = 'mixed' }; identity = @{ type = 'SystemAssigned' }
            }
            $shared = Get-UserAssignedIdentity $Group id3
            Invoke-Emulator Delete /requests
            $made = Get-ResourceIdentity -AllSubscriptions -Tag @{ fleet = 'mixed' } | Update-ResourceIdentity -AddIdentityId $shared -ThrottleLimit 64
            $made.Count | Should -Be 2000
            @($made.SubscriptionId | Sort-Object -Unique).Count | Should -Be 20
            @($made | Where-Object { $_.Type -ne 'SystemAssignedUserAssigned' -or $_.UserAssignedIdentity.Name -ne 'id3' }).Count | Should -Be 0
            $requests = Get-ArmRequest | Group-Object {
                if ($_.path -match '/Microsoft\.ResourceGraph/') { 'graph' } elseif ($_.path -match 'operation') { 'operation' } else { $_.method }
            } -AsHashTable
            $requests.graph.Count | Should -Be 2
            $requests.PATCH.Count + $requests.PUT.Count | Should -Be 2000
            # Each is read before its write and after it; no other request but looks at operations.
            $requests.GET.Count | Should -Be 4000
            $requests.operation.Count | Should -BeLessOrEqual 1250
        }

        It 'takes an identity off all that have it before it deletes it' {
            $null = $slot | Update-ResourceIdentity -AddIdentityId id1
            Remove-UserAssignedIdentity $Group id1 -Detach -Confirm:$false
            (Get-ResourceIdentity -ResourceId $app).Type | Should -Be None
            (Get-ResourceIdentity -ResourceId $slot).Type | Should -Be None
        }

        It 'refuses to delete with -IfUnused what a web app has' {
            Remove-UserAssignedIdentity $Group id1 -IfUnused -Confirm:$false -ErrorVariable failed -ErrorAction SilentlyContinue
            "$($failed[0])" | Should -BeLike "*in use: Microsoft.Web/sites '$app'*"
        }
    }
}
