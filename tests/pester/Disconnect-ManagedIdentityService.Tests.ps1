Describe 'Disconnect-ManagedIdentityService' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $null = Start-ArmEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { $connection = Connect-ManagedIdentityService -Emulator }

    It 'closes the connection that is used' {
        Disconnect-ManagedIdentityService | Should -BeNullOrEmpty
        $connection.IsConnected | Should -BeFalse
        $connection.IsDefault | Should -BeFalse
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        $connection.Endpoint | Should -Be (Get-ArmEmulator).Endpoint
    }

    It 'closes the one that is named, and leaves the others' {
        $second = Connect-ManagedIdentityService -Emulator
        Disconnect-ManagedIdentityService -Connection $connection
        $connection.IsConnected | Should -BeFalse
        $second.IsConnected | Should -BeTrue
        Get-ManagedIdentityConnection | Should -Be $second
    }

    It 'takes connections from the pipeline, closed ones too' {
        $connection, $connection | Disconnect-ManagedIdentityService
        $connection.IsConnected | Should -BeFalse
    }

    It 'says that there is none' {
        Disconnect-ManagedIdentityService
        $failure = Get-Failure { Disconnect-ManagedIdentityService }
        $failure.FullyQualifiedErrorId | Should -Be 'NotConnected,ManagedIdentity.Commands.DisconnectManagedIdentityServiceCommand'
        $failure.CategoryInfo.Category | Should -Be AuthenticationError
    }
}
