Describe 'Get-ArmEmulator' {
    BeforeAll { . "$PSScriptRoot/Common.ps1" }
    AfterEach { Disconnect-TestEmulator }

    It 'returns nothing when none runs' {
        Get-ArmEmulator | Should -BeNullOrEmpty
    }

    It 'returns the one that runs' {
        $emulator = Start-ArmEmulator
        Get-ArmEmulator | Should -Be $emulator
        (Get-ArmEmulator | Format-Table | Out-String -Width 200).Trim() | Should -Match '^Endpoint +SubscriptionId +StartTime +StatePath'
    }

    It 'returns the one that connecting has started' {
        $connection = Connect-ManagedIdentityService -Emulator
        (Get-ArmEmulator).Endpoint | Should -Be $connection.Endpoint
    }
}
