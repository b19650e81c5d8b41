Describe 'Update-VmIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        function Get-AssignedName {
            (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Sort-Object
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $id1, $id2, $id3 = 'id1', 'id2', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
        # The emulator is done at once: there is nothing to wait for.
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait
        Invoke-Emulator Delete /requests
    }

    Context 'what is not named stays' {
        It 'adds' {
            $machine = Update-VmIdentity -ResourceGroupName $Group -VMName $VM -AddIdentityId id2
            $machine.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id2'
            $machine.Type | Should -Be UserAssigned
            $machine.ProvisioningState | Should -Be Succeeded
        }

        It 'enables and disables the system-assigned identity' {
            $machine = Update-VmIdentity $Group $VM -EnableSystemAssigned
            $machine.Type | Should -Be SystemAssignedUserAssigned
            $machine.PrincipalId | Should -Not -BeNullOrEmpty
            $machine = Update-VmIdentity $Group $VM -DisableSystemAssigned
            $machine.Type | Should -Be UserAssigned
            Get-AssignedName | Should -Be id1
        }

        It 'removes' {
            $null = Update-VmIdentity $Group $VM -AddIdentityId id2 -EnableSystemAssigned -NoWait
            $machine = Update-VmIdentity $Group $VM -RemoveIdentityId id1
            $machine.UserAssignedIdentity.Name | Should -Be id2
            $machine.Type | Should -Be SystemAssignedUserAssigned
        }

        It 'does several at once' {
            $machine = Update-VmIdentity $Group $VM -AddIdentityId id2, id3 -RemoveIdentityId id1 -EnableSystemAssigned
            $machine.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id2', 'id3'
            $machine.Type | Should -Be SystemAssignedUserAssigned
            @(Get-ChangingRequest).Count | Should -Be 1
        }

        It 'writes nothing when all is so already' {
            (Update-VmIdentity $Group $VM -AddIdentityId id1 -RemoveIdentityId id3 -DisableSystemAssigned).Type | Should -Be UserAssigned
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It 'writes on condition of what it has read' {
            $null = Update-VmIdentity $Group $VM -AddIdentityId id2 -NoWait
            (Get-ChangingRequest).ifMatch | Should -Not -BeNullOrEmpty
        }
    }

    Context 'what stands for an identity' {
        It 'is <Kind>' -ForEach @(
            @{ Kind = 'its name'; Identity = { 'id2' } }
            @{ Kind = 'its id'; Identity = { $id2.Id } }
            @{ Kind = 'its id in another casing'; Identity = { $id2.Id.ToUpperInvariant() } }
            @{ Kind = 'its object'; Identity = { $id2 } }
            @{ Kind = 'an object with an Id'; Identity = { $id2 | Select-Object Id } }
            @{ Kind = 'what a machine has'; Identity = { (Update-VmIdentity $Group $VM -AddIdentityId id2 -NoWait).UserAssignedIdentity | Where-Object Name -EQ id2 } }
        ) {
            $null = Update-VmIdentity $Group $VM -AddIdentityId (& $Identity) -NoWait
            Get-AssignedName | Should -Be 'id1', 'id2'
            $null = Update-VmIdentity $Group $VM -RemoveIdentityId (& $Identity) -NoWait
            Get-AssignedName | Should -Be id1
        }

        It 'is of several kinds at once' {
            $null = Update-VmIdentity $Group $VM -AddIdentityId id2, $id3 -NoWait
            Get-AssignedName | Should -Be 'id1', 'id2', 'id3'
            $null = Update-VmIdentity $Group $VM -RemoveIdentityId (Get-UserAssignedIdentity $Group) -NoWait
            (Get-VmIdentity $Group $VM).Type | Should -Be None
        }

        It 'may be in another group' {
            $far = New-UserAssignedIdentity $OtherGroup far
            $null = Update-VmIdentity $Group $VM -AddIdentityId $far -NoWait
            Get-AssignedName | Should -Be 'far', 'id1'
        }

        It 'is nothing else: <Value>' -ForEach @(
            @{ Value = 5 }
            @{ Value = 'a b' }
            @{ Value = [pscustomobject]@{ Name = 'id2' } }
        ) {
            $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId $Value }
            Get-ErrorCode $failure | Should -Be InvalidIdentityId
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.Exception.Message | Should -BeLike "-AddIdentityId '*' is not valid: it must be *"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is not a variable that is empty' {
            Get-ErrorCode (Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId $null -EnableSystemAssigned }) |
                Should -Be NullInput
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'the exact form' {
        It 'sets <Type>' -ForEach @(
            @{ Type = 'SystemAssigned'; Identities = @() }
            @{ Type = 'UserAssigned'; Identities = @('id2', 'id3') }
            @{ Type = 'SystemAssignedUserAssigned'; Identities = @('id2') }
            @{ Type = 'None'; Identities = @() }
        ) {
            $named = @{}
            if ($Identities) {
                $named.IdentityId = $Identities
            }
            $machine = Update-VmIdentity $Group $VM -IdentityType $Type @named -WarningAction SilentlyContinue
            $machine.Type | Should -Be $Type
            @($machine.UserAssignedIdentity.Name | Sort-Object) | Should -Be $Identities
        }

        It 'says what goes' {
            $null = Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId id2 -NoWait -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike '*loses id1*'
            "$warnings" | Should -Not -BeLike '*id2*'
        }

        It 'takes Azure''s own spelling' {
            $machine = Update-VmIdentity $Group $VM -IdentityType 'SystemAssigned, UserAssigned' -IdentityId id1
            $machine.Type | Should -Be SystemAssignedUserAssigned
        }

        It 'takes the command line of Update-AzVM' {
            $machine = Get-VmIdentity $Group $VM
            $machine = Update-VmIdentity -ResourceGroupName $Group -VM $machine -IdentityType UserAssigned -IdentityId $id1.Id, $id2.Id
            $machine.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id2'
            $machine = Update-VmIdentity -ResourceGroupName $Group -VirtualMachine $machine -IdentityType SystemAssigned -WarningAction SilentlyContinue
            $machine.Type | Should -Be SystemAssigned
        }
    }

    Context 'a warning of a loss' {
        It 'stops the change before it is made with <Name>' -ForEach @(
            @{ Name = '-WarningAction Stop'; Given = { Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId id2 -WarningAction Stop } }
            @{ Name = '$WarningPreference'; Given = { $WarningPreference = 'Stop'; Update-VmIdentity $Group $VM -IdentityType None } }
            @{ Name = 'the preference of a function'; Given = { function Invoke-It { [CmdletBinding()] param() Update-VmIdentity $Group $VM -IdentityType None }; Invoke-It -WarningAction Stop } }
        ) {
            foreach ($time in 1..5) {
                $failure = @(Get-Failure $Given 3>$null)
                $failure.Count | Should -Be 1
                $failure[0].FullyQualifiedErrorId | Should -BeLike 'ActionPreferenceStop*'
                $failure[0].Exception.Message | Should -BeLike '*loses id1*'
            }
            Get-ChangingRequest | Should -BeNullOrEmpty
            Get-AssignedName | Should -Be id1
        }

        It 'stops it for every machine of a pipeline' {
            $body = @{ location = 'eastus'; identity = @{ type = 'UserAssigned'; userAssignedIdentities = @{ $id1.Id = @{} } } }
            foreach ($number in 1..20) {
                $null = Invoke-ArmRequest PUT "$((Get-VmIdentity $Group $VM).Id)$number" -ApiVersion 2025-04-01 -Body $body
            }
            Invoke-Emulator Delete /requests
            $failure = @(Get-Failure { Get-VmIdentity | Update-VmIdentity -IdentityType None -WarningAction Stop })
            $failure.Count | Should -Be 1
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It 'goes on with <Preference>, once it is written' -ForEach @(
            @{ Preference = 'Continue' }
            @{ Preference = 'SilentlyContinue' }
        ) {
            $machine = Update-VmIdentity $Group $VM -IdentityType None -WarningAction $Preference -WarningVariable warnings 3>$null
            $machine.Type | Should -Be None
            @($warnings).Count | Should -Be 1
        }

        It 'is none where nothing is lost' {
            $null = Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId id1, id2 -WarningAction Stop -NoWait
            Get-AssignedName | Should -Be 'id1', 'id2'
        }
    }

    Context 'refusals' {
        It 'end at once when a resource is locked' {
            $message = "The scope '/x' cannot perform write operation because following scope(s) are locked: '/x'."
            Add-Fault @{ method = 'PATCH'; times = 100; action = @{ status = 409; code = 'ScopeLocked'; message = $message } }
            $failure = @(Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id2 })
            $failure.Count | Should -Be 1
            Get-ErrorCode $failure[0] | Should -Be ScopeLocked
            $failure[0].Exception.Message | Should -BeLike "*$message*"
            (Get-ArmRequest).method | Should -Be GET, PATCH
        }
    }

    Context 'contradictions' {
        It '<Name>' -ForEach @(
            @{ Name = 'both forms'; Given = @{ IdentityType = 'None'; AddIdentityId = 'id2' } }
            @{ Name = 'both forms, with a switch'; Given = @{ IdentityType = 'None'; EnableSystemAssigned = $true } }
            @{ Name = 'enable and disable'; Given = @{ EnableSystemAssigned = $true; DisableSystemAssigned = $true } }
            @{ Name = 'the list without the type'; Given = @{ IdentityId = 'id2' } }
            @{ Name = 'a type that needs a list'; Given = @{ IdentityType = 'UserAssigned' } }
            @{ Name = 'a type that takes no list'; Given = @{ IdentityType = 'SystemAssigned'; IdentityId = 'id2' } }
            @{ Name = 'an identity added and removed'; Given = @{ AddIdentityId = 'id2'; RemoveIdentityId = 'ID2' } }
        ) {
            $failure = Get-Failure { Update-VmIdentity $Group $VM @Given }
            $failure.FullyQualifiedErrorId | Should -Be 'InvalidIdentityChange,ManagedIdentity.Commands.UpdateVmIdentityCommand'
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.Exception.Message | Should -BeLike '-*'
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'nothing to change' {
            $failure = Get-Failure { Update-VmIdentity $Group $VM }
            Get-ErrorCode $failure | Should -Be MissingParameter
            $failure.Exception.Message | Should -BeLike '*-AddIdentityId*-IdentityType*'
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'a type that is none' {
            $failure = Get-Failure { Update-VmIdentity $Group $VM -IdentityType Both }
            $failure.Exception.Message | Should -BeLike '*IdentityType*Both*SystemAssignedUserAssigned*'
        }
    }

    Context 'which machine' {
        It 'is <Kind>' -ForEach @(
            @{ Kind = 'named'; Given = { Update-VmIdentity $Group $VM -AddIdentityId id2 -NoWait } }
            @{ Kind = 'named from the pipeline'; Given = { $VM | Update-VmIdentity -ResourceGroupName $Group -AddIdentityId id2 -NoWait } }
            @{ Kind = 'named from the pipeline, exactly'; Given = { $VM | Update-VmIdentity -ResourceGroupName $Group -IdentityType UserAssigned -IdentityId id1, id2 -NoWait } }
            @{ Kind = 'an id'; Given = { Update-VmIdentity -ResourceId (Get-VmIdentity).Id -AddIdentityId id2 -NoWait } }
            @{ Kind = 'an id from the pipeline'; Given = { (Get-VmIdentity).Id | Update-VmIdentity -AddIdentityId id2 -NoWait } }
            @{ Kind = 'an object from the pipeline'; Given = { Get-VmIdentity | Update-VmIdentity -AddIdentityId id2 -NoWait } }
            @{ Kind = 'an object with its group'; Given = { Get-VmIdentity | Update-VmIdentity -ResourceGroupName $Group -AddIdentityId id2 -NoWait } }
            @{ Kind = 'a row from the pipeline'; Given = { Get-VmIdentity | Select-Object ResourceGroupName, Name | Update-VmIdentity -AddIdentityId id2 -NoWait } }
            @{ Kind = 'an object as -InputObject'; Given = { Update-VmIdentity -InputObject (Get-VmIdentity) -AddIdentityId id2 -NoWait } }
        ) {
            (& $Given).Name | Should -Be $VM
            Get-AssignedName | Should -Be 'id1', 'id2'
        }

        It 'is not there' {
            $failure = Get-Failure { Update-VmIdentity $Group missing -AddIdentityId id1 }
            Get-ErrorCode $failure | Should -Be ResourceNotFound
            $failure.TargetObject | Should -Be missing
        }
    }

    Context 'time' {
        It 'waits until Azure is done, and shows progress' {
            Edit-EmulatorSetting @{ operationMs = 1500 }
            $shell = [powershell]::Create()
            $script = "Import-Module '$ModulePath'; Update-VmIdentity '$Group' '$VM' -AddIdentityId id2"
            $machine = $shell.AddScript($script).Invoke()[0]
            $machine.ProvisioningState | Should -Be Succeeded
            $progress = @($shell.Streams.Progress)
            $progress[0].Activity | Should -BeLike "*$VM*"
            $progress[-1].RecordType | Should -Be Completed
            $shell.Dispose()
        }

        It 'does not wait with -NoWait' {
            Edit-EmulatorSetting @{ operationMs = 60000 }
            $machine = Update-VmIdentity $Group $VM -AddIdentityId id2 -NoWait
            $machine.ProvisioningState | Should -Be Updating
            $machine.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id2'
        }
    }
}
