Describe 'Disconnect-ManagedIdentityService' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $null = Start-ArmEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        $connection = Connect-ManagedIdentityService -Emulator
    }

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
        Get-ManagedIdentityConnection | Should -Contain $second
        Get-ManagedIdentityConnection | Should -Not -Contain $connection
    }

    It 'takes connections from the pipeline, closed ones too' {
        $connection, $connection | Disconnect-ManagedIdentityService
        $connection.IsConnected | Should -BeFalse
    }

    It 'closes all' {
        $second = Connect-ManagedIdentityService -Emulator
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        $connection.IsConnected, $second.IsConnected | Should -Be $false, $false
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
    }

    It 'leaves no other connection to be taken by chance' {
        $null = Connect-ManagedIdentityService -Emulator
        Disconnect-ManagedIdentityService
        $failure = Get-Failure { Get-UserAssignedIdentity }
        Get-ErrorCode $failure | Should -Be NotConnected
        $failure.Exception.Message | Should -BeLike '*-Connection*'
        Get-UserAssignedIdentity -Connection $connection | Should -BeNullOrEmpty
    }

    It 'says that there is none' {
        Disconnect-ManagedIdentityService
        $failure = Get-Failure { Disconnect-ManagedIdentityService }
        $failure.FullyQualifiedErrorId | Should -Be 'NotConnected,ManagedIdentity.Commands.DisconnectManagedIdentityServiceCommand'
        $failure.CategoryInfo.Category | Should -Be AuthenticationError
    }
}
