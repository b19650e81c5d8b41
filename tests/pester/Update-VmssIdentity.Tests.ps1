Describe 'Update-VmssIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $id1, $id2 = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        Add-ScaleSet mySet -Mode Manual
        Invoke-Emulator Delete /requests
    }

    Context 'as with machines' {
        It 'keeps what is not named' {
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1 -NoWait -WarningAction SilentlyContinue
            $set = Update-VmssIdentity -ResourceGroupName $Group -VMScaleSetName mySet -AddIdentityId id2 -EnableSystemAssigned -NoWait -WarningAction SilentlyContinue
            $set.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id2'
            $set.Type | Should -Be SystemAssignedUserAssigned
            $set | Should -BeOfType ([ManagedIdentity.Models.VmssIdentity])
        }

        It 'removes one of several' {
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1, id2 -NoWait -WarningAction SilentlyContinue
            $set = Update-VmssIdentity $Group mySet -RemoveIdentityId $id1 -NoWait -WarningAction SilentlyContinue
            $set.UserAssignedIdentity.Name | Should -Be id2
        }

        It 'takes the exact form, and says what goes' {
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1 -NoWait -WarningAction SilentlyContinue
            $set = Get-VmssIdentity $Group mySet |
                Update-VmssIdentity -IdentityType UserAssigned -IdentityId id2 -NoWait -WarningVariable warnings -WarningAction SilentlyContinue
            $set.UserAssignedIdentity.Name | Should -Be id2
            "$warnings" | Should -BeLike '*loses id1*'
        }

        It 'is not for virtual machines' {
            $failure = Get-Failure { Get-VmIdentity | Update-VmssIdentity -EnableSystemAssigned }
            Get-ErrorCode $failure | Should -Be InvalidResourceId
            $failure.Exception.Message | Should -BeLike '*virtual machine scale set*'
            Get-ChangingRequest | Should -BeNullOrEmpty
        }
    }

    Context 'the instances' {
        It 'are warned of when they keep what they have' {
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1 -NoWait -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike '*-UpgradeInstance*'
            Get-InstanceState mySet | Should -Be $false, $false, $false
        }

        It 'keep the change off the model when the warning is an end' {
            (Get-Failure { Update-VmssIdentity $Group mySet -AddIdentityId id1 -WarningAction Stop }).FullyQualifiedErrorId |
                Should -BeLike 'ActionPreferenceStop*'
            (Get-VmssIdentity $Group mySet).Type | Should -Be None
        }

        It 'are not warned of when they follow by themselves' {
            Add-ScaleSet auto -Mode Automatic
            $null = Update-VmssIdentity $Group auto -AddIdentityId id1 -NoWait -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty
        }

        It 'take the change, all or some' {
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1 -UpgradeInstance 1
            Get-InstanceState mySet | Should -Be $false, $true, $false
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1 -UpgradeInstance *
            Get-InstanceState mySet | Should -Be $true, $true, $true
        }

        It 'are named when they do not exist' {
            $failure = Get-Failure { Update-VmssIdentity $Group mySet -AddIdentityId id1 -UpgradeInstance 9 }
            Get-ErrorCode $failure | Should -Be InstanceNotFound
            $failure.Exception.Message | Should -BeLike "*'9'*"
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It 'can not be left to themselves' {
            $failure = Get-Failure { Update-VmssIdentity $Group mySet -AddIdentityId id1 -UpgradeInstance * -NoWait }
            Get-ErrorCode $failure | Should -Be InvalidIdentityChange
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context '-WhatIf' {
        It 'reads only: <Name>' -ForEach @(
            @{ Name = 'add'; Given = @{ AddIdentityId = 'id2' } }
            @{ Name = 'remove'; Given = @{ RemoveIdentityId = 'id1' } }
            @{ Name = 'enable'; Given = @{ EnableSystemAssigned = $true } }
            @{ Name = 'drop dead references'; Given = @{ RemoveMissing = $true } }
            @{ Name = 'exact'; Given = @{ IdentityType = 'None' } }
            @{ Name = 'with instances'; Given = @{ AddIdentityId = 'id2'; UpgradeInstance = '*' } }
        ) {
            $null = Update-VmssIdentity $Group mySet -AddIdentityId id1 -NoWait -WarningAction SilentlyContinue
            Invoke-Emulator Delete /requests
            Update-VmssIdentity $Group mySet @Given -WhatIf | Should -BeNullOrEmpty
            Get-ArmRequest | Should -Not -BeNullOrEmpty
            (Get-ArmRequest).method | Sort-Object -Unique | Should -Be GET
        }
    }
}
