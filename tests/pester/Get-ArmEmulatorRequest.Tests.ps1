Describe 'Get-ArmEmulatorRequest' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    BeforeEach { Clear-Emulator }
    AfterAll { Disconnect-TestEmulator }

    It 'returns what was asked, without a token' {
        $before = Get-Date
        $null = New-UserAssignedIdentity $Group id1
        $put = Get-ArmEmulatorRequest -Method PUT
        $put | Should -BeOfType ManagedIdentity.Models.ArmEmulatorRequest
        $put.Path | Should -BeLike '*/userAssignedIdentities/id1?api-version=*'
        $put.StatusCode, $put.ServiceStatusCode | Should -Be 201, 201
        $put.Time | Should -BeGreaterOrEqual $before.AddSeconds(-1)
        $put.Time | Should -BeLessOrEqual (Get-Date)
        $put.UserAgent | Should -BeLike 'ManagedIdentity/*'
        $put.IsAuthenticated | Should -BeTrue
        $put.Fault | Should -BeNullOrEmpty
        [guid] $put.RequestId | Should -Not -BeNullOrEmpty
        "$put" | Should -BeLike 'PUT /subscriptions/*id1* 201'
        $put | Format-List | Out-String | Should -Not -Match 'Bearer|eyJ'
    }

    It 'chooses by method, path and status' {
        $null = Set-ArmEmulatorFault Throttled -Times 1 -Method PUT
        $null = New-UserAssignedIdentity $Group id1
        Get-UserAssignedIdentity $Group id1 | Remove-UserAssignedIdentity -Confirm:$false
        (Get-ArmEmulatorRequest -Method put, delete).Method | Select-Object -Unique | Should -Be PUT, DELETE
        (Get-ArmEmulatorRequest -Method WRITE).Method | Should -Not -Contain GET
        (Get-ArmEmulatorRequest -StatusCode 429).Fault | Should -Be Throttled
        (Get-ArmEmulatorRequest -StatusCode 4*, 201 -Method PUT).StatusCode | Should -Be 429, 201
        Get-ArmEmulatorRequest */id1?api-version=* -Method PUT | Should -Not -BeNullOrEmpty
        Get-ArmEmulatorRequest /ID1 -Method PUT | Should -Not -BeNullOrEmpty
        Get-ArmEmulatorRequest */id1 | Should -BeNullOrEmpty
        Get-ArmEmulatorRequest '/a&b=c' | Should -BeNullOrEmpty
    }

    It 'clears what it returns, and what was before' {
        $null = New-UserAssignedIdentity $Group id1
        $null = New-UserAssignedIdentity $Group id2
        $first = Get-ArmEmulatorRequest /id1 -Method PUT -Clear
        $first.StatusCode | Should -Be 201
        (Get-ArmEmulatorRequest).Sequence | ForEach-Object { $_ | Should -BeGreaterThan $first.Sequence }
        (Get-ArmEmulatorRequest -Method PUT -Clear).Path | Should -BeLike '*/id2?*'
        Get-ArmEmulatorRequest -Clear | Should -BeNullOrEmpty
    }

    It 'tells what was asked of an emulator of another process' {
        $emulator = Get-ArmEmulator
        $null = New-UserAssignedIdentity $Group id1
        $script = "Import-Module '$ModulePath'
            `$emulator = Get-ArmEmulator -Endpoint $($emulator.Endpoint) -AdminKey $($emulator.AdminKey)
            (Get-ArmEmulatorRequest /id1 -Method PUT -Emulator `$emulator).StatusCode
            (Add-ArmEmulatorVirtualMachine far -Emulator `$emulator).Name
            `$env:EMULATOR_ADMIN_KEY = '$($emulator.AdminKey)'
            `$null = Connect-ManagedIdentityService -Emulator -Endpoint $($emulator.Endpoint)
            (Add-ArmEmulatorVirtualMachine farther).Name
            `$env:EMULATOR_ADMIN_KEY = 'another-key-than-it-has'
            try { Reset-ArmEmulator -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }"
        $said = Invoke-Shell -EncodedCommand ([Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($script)))
        $said | Should -Be '201', 'far', 'farther', 'AdminKeyRequired,ManagedIdentity.Commands.ResetArmEmulatorCommand'
        (Get-VmIdentity $Group).Name | Sort-Object | Should -Be far, farther, $VM
    }
}
