Describe 'Stop-ArmEmulator' {
    BeforeAll { . "$PSScriptRoot/Common.ps1" }
    AfterEach { Disconnect-TestEmulator }

    It 'ends the one that runs' {
        $emulator = Start-ArmEmulator
        Stop-ArmEmulator | Should -BeNullOrEmpty
        Get-ArmEmulator | Should -BeNullOrEmpty
        { Invoke-RestMethod "$($emulator.Endpoint)/_emulator" } | Should -Throw
    }

    It 'takes it from the pipeline' {
        Start-ArmEmulator | Stop-ArmEmulator
        Get-ArmEmulator | Should -BeNullOrEmpty
    }

    It 'closes the connections to it, which then say so' {
        $connection = Connect-ManagedIdentityService -Emulator
        Stop-ArmEmulator
        $connection.IsConnected | Should -BeFalse
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        $failure = Get-Failure { Get-UserAssignedIdentity }
        Get-ErrorCode $failure | Should -Be NotConnected
        $failure.Exception.Message | Should -BeLike '*Stop-ArmEmulator stopped the emulator*Connect-ManagedIdentityService -Emulator*'
        $failure = Get-Failure { Get-UserAssignedIdentity -Connection $connection }
        Get-ErrorCode $failure | Should -Be ConnectionClosed
        $failure.Exception.Message | Should -BeLike '*Stop-ArmEmulator stopped the emulator*'
    }

    It 'knows them by whatever name of this machine' {
        $emulator = Start-ArmEmulator
        $null = Connect-ManagedIdentityService -Emulator
        $token = ConvertTo-Secure (Get-EmulatorToken)
        # The same emulator, under another name of this machine.
        $byName = Connect-ManagedIdentityService -AccessToken $token -Endpoint "http://localhost:$($emulator.Port)"
        Stop-ArmEmulator
        $byName.IsConnected | Should -BeFalse
    }

    It 'does not go on with an older connection' {
        $null = Start-ArmEmulator
        $null = Connect-ManagedIdentityService -Emulator
        $null = Connect-ManagedIdentityService -Emulator
        Stop-ArmEmulator
        Get-ErrorCode (Get-Failure { Get-UserAssignedIdentity }) | Should -Be NotConnected
    }

    It 'says that none runs' {
        $emulator = Start-ArmEmulator
        Stop-ArmEmulator
        foreach ($failure in (Get-Failure { Stop-ArmEmulator }), (Get-Failure { Stop-ArmEmulator $emulator })) {
            $failure.FullyQualifiedErrorId | Should -Be 'EmulatorNotRunning,ManagedIdentity.Commands.StopArmEmulatorCommand'
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        }
    }

    It 'ends nothing with -WhatIf' {
        $emulator = Start-ArmEmulator
        Stop-ArmEmulator -WhatIf
        Get-ArmEmulator | Should -Be $emulator
    }
}
