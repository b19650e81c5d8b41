Describe 'Update-AzVM' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        Enable-AzIdentityAlias
    }
    AfterAll {
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $machine = Get-AzVM $Group $VM
        Invoke-Emulator Delete /requests
    }

    It 'makes the identity what the command line says, and returns what Azure PowerShell does' {
        $answer = Update-AzVM -ResourceGroupName $Group -VM $machine -IdentityType UserAssigned -IdentityId (Get-IdentityId id1)
        $answer.IsSuccessStatusCode | Should -BeTrue
        "$($answer.StatusCode) $($answer.ReasonPhrase)" | Should -Be 'OK OK'
        (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Should -Be id1
    }

    It 'drops what is not named, and warns of it' {
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1 -EnableSystemAssigned
        $null = Update-AzVM $Group -VM $machine -IdentityType UserAssigned -IdentityId (Get-IdentityId id2) -WarningVariable said -WarningAction SilentlyContinue
        (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Should -Be id2
        (Get-VmIdentity $Group $VM).PrincipalId | Should -BeNullOrEmpty
        "$said" | Should -BeLike '*loses id1*system-assigned*'
    }

    It 'takes the names that the documents print' {
        $null = Update-AzVM -ResourceGroupName $Group -VirtualMachine $machine -IdentityType UserAssigned -IdentityID id2
        (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Should -Be id2
        $null = $machine | Update-AzVM -IdentityType SystemAssigned -WarningAction SilentlyContinue
        (Get-VmIdentity $Group $VM).Type | Should -Be SystemAssigned
        $null = Update-AzVM -Id $machine.Id -VM $machine -IdentityType None -WarningAction SilentlyContinue
        (Get-VmIdentity $Group $VM).Type | Should -Be None
    }

    It 'takes -NoWait' {
        Edit-EmulatorSetting @{ operationMs = 60000 }
        $null = Update-AzVM $Group -VM $machine -IdentityType SystemAssigned -NoWait
        (Get-VmIdentity $Group $VM).ProvisioningState | Should -Be Updating
    }

    It 'does not ignore what a script has changed of the object' {
        $machine.Tags = @{ env = 'prod' }
        $failure = Get-Failure { Update-AzVM $Group -VM $machine -IdentityType SystemAssigned }
        Get-ErrorCode $failure | Should -Be UnsupportedChange
        $failure.Exception.Message | Should -BeLike "-VM '$VM'*only the identity*"
        $other = Get-AzVM $Group $VM
        Invoke-Emulator Delete /requests
        $other.HardwareProfile.VmSize = 'Standard_D4s_v5'
        Get-ErrorCode (Get-Failure { $other | Update-AzVM -IdentityType SystemAssigned }) | Should -Be UnsupportedChange
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'refuses a group that the machine is not in, and a change that is none' {
        Get-ErrorCode (Get-Failure { Update-AzVM $OtherGroup -VM $machine -IdentityType None }) | Should -Be ContradictoryName
        Get-ErrorCode (Get-Failure { Update-AzVM $Group -VM $machine }) | Should -Be MissingParameter
        Get-ErrorCode (Get-Failure { Update-AzVM $Group -VM $machine -IdentityType UserAssigned }) | Should -Be InvalidIdentityChange
        Get-ErrorCode (Get-Failure { Update-AzVM $Group -VM $machine -Tag @{} }) | Should -Be UnsupportedParameter
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It '-WhatIf changes nothing' {
        Update-AzVM $Group -VM $machine -IdentityType SystemAssigned -WhatIf | Should -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
    }
}
