Describe 'Get-ManagedIdentityConnection' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $null = Start-ArmEmulator
    }
    AfterAll { Disconnect-TestEmulator }

    It 'returns nothing when there is none' {
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
    }

    It 'returns all that are open, and marks the one that was made last' {
        $first = Connect-ManagedIdentityService -Emulator
        Get-ManagedIdentityConnection | Should -Be $first
        $second = Connect-ManagedIdentityService -Emulator
        Get-ManagedIdentityConnection | Should -Be $first, $second
        (Get-ManagedIdentityConnection).IsDefault | Should -Be $false, $true
        $first.IsConnected | Should -BeTrue
        Disconnect-ManagedIdentityService -Connection $first
        Get-ManagedIdentityConnection | Should -Be $second
    }

    It 'shows who is where in a table' {
        $table = Get-ManagedIdentityConnection | Format-Table | Out-String -Width 200
        $table.Trim() | Should -Match '^Account +AccountType +SubscriptionName +SubscriptionId +Endpoint'
    }
}
