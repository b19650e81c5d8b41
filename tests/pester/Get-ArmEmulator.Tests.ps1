Describe 'Get-ArmEmulator' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
    }
    AfterEach { Disconnect-TestEmulator }

    It 'returns nothing when none runs' {
        Get-ArmEmulator | Should -BeNullOrEmpty
    }

    It 'returns the one that runs' {
        $emulator = Start-ArmEmulator
        Get-ArmEmulator | Should -Be $emulator
        (Get-ArmEmulator | Format-Table | Out-String -Width 200).Trim() | Should -Match '^Endpoint +SubscriptionId +StartTime +StatePath'
    }

    It 'returns the variables that programs sign in by, to start one with' {
        $emulator = Start-ArmEmulator
        $emulator.Environment | Should -BeOfType hashtable
        $emulator.Environment.AZURE_RESOURCE_MANAGER_URL | Should -Be $emulator.Endpoint
        $script = "Import-Module '$ModulePath'; (Get-VmIdentity).Name"
        Invoke-WithEnvironment $emulator.Environment { Invoke-Shell -Command $script } | Should -Be $VM
    }

    It 'returns one by its URL and its key' {
        $own = Start-ArmEmulator
        $emulator = Get-ArmEmulator -Endpoint "$($own.Endpoint)/" -AdminKey $own.AdminKey
        foreach ($property in 'Endpoint', 'Port', 'AdminKey', 'SubscriptionId', 'TenantId') {
            $emulator.$property | Should -Be $own.$property
        }
        $emulator.Environment.Keys | Sort-Object | Should -Be ($own.Environment.Keys | Sort-Object)
        (Add-ArmEmulatorSubscription -Emulator $emulator).TenantId | Should -Be $own.TenantId
        # It belongs to another process, as far as this object tells.
        Get-ErrorCode (Get-Failure { $emulator | Stop-ArmEmulator }) | Should -Be EmulatorNotRunning
    }

    It 'says what is wrong with <Given>' -ForEach @(
        @{ Given = 'a key'; Code = 'AdminKeyRequired'; Get = { Get-ArmEmulator -Endpoint (Start-ArmEmulator).Endpoint -AdminKey nonsense } }
        @{ Given = 'an endpoint elsewhere'; Code = 'InvalidEndpoint'; Get = { Get-ArmEmulator -Endpoint http://example.com -AdminKey x } }
        @{ Given = 'a certificate'; Code = 'CertificateFileUnreadable'; Get = { Get-ArmEmulator -Endpoint https://127.0.0.1:9 -AdminKey x -CertificateAuthorityPath ./no.pem } }
    ) {
        $failure = Get-Failure $Get
        Get-ErrorCode $failure | Should -Be $Code
        $failure.Exception.Message | Should -Not -Match 'nonsense'
    }

    It 'returns the one that connecting has started' {
        $connection = Connect-ManagedIdentityService -Emulator
        (Get-ArmEmulator).Endpoint | Should -Be $connection.Endpoint
    }
}
