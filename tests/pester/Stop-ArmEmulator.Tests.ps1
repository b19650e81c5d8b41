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

    It 'leaves connections, which then say that nobody answers' {
        $null = Connect-ManagedIdentityService -Emulator
        Stop-ArmEmulator
        (Get-ManagedIdentityConnection).IsConnected | Should -BeTrue
        $failure = Get-Failure { Get-UserAssignedIdentity }
        Get-ErrorCode $failure | Should -Be EndpointUnreachable
        $failure.CategoryInfo.Category | Should -Be ConnectionError
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
