# Own process: it removes the module, which ends what other files would still use.
Describe 'Remove-Module' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"

        # Whether something listens on a port of this machine.
        function Test-Port([int] $Port) {
            $client = New-Object System.Net.Sockets.TcpClient
            try {
                $client.Connect('127.0.0.1', $Port)
                $true
            } catch {
                $false
            } finally {
                $client.Dispose()
            }
        }

        # A session of this process that has imported the module.
        function Get-NewSession {
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$ModulePath'").Invoke()
            $shell.Commands.Clear()
            $shell
        }

        function Invoke-Session([powershell] $Shell, [string] $Script) {
            try {
                $Shell.AddScript($Script).Invoke()
            } finally {
                $Shell.Commands.Clear()
            }
        }
    }

    AfterAll {
        Import-Module $ModulePath
        Disconnect-TestEmulator
    }

    It 'ends connections, jobs and the emulator, and a new import begins with nothing' {
        Connect-TestEmulator
        $emulator = Get-ArmEmulator
        $connection = Get-ManagedIdentityConnection
        Edit-EmulatorSetting @{ operationMs = 3600000 }
        $null = Update-VmIdentity $Group $VM -EnableSystemAssigned -NoWait
        $job = Wait-VmIdentity $Group $VM -AsJob
        Wait-Condition { $job.State -eq 'Running' }

        Remove-Module ManagedIdentity
        $job.State | Should -Be Stopped
        $connection.IsConnected | Should -BeFalse
        Test-Port $emulator.Port | Should -BeFalse

        Import-Module $ModulePath
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        Get-ArmEmulator | Should -BeNullOrEmpty
        $failure = Get-Failure { Get-VmIdentity -Connection $connection }
        Get-ErrorCode $failure | Should -Be ConnectionClosed
        $failure.Exception.Message | Should -BeLike '*Remove-Module ended it.*'
        Connect-TestEmulator
        (Get-VmIdentity).Name | Should -Be $VM
        $job | Remove-Job
    }

    It 'cancels what runs in the pipeline of the removal' {
        Connect-TestEmulator
        $failures = Get-Failure {
            Get-VmIdentity | ForEach-Object {
                Remove-Module ManagedIdentity
                $_
            } | Out-Null
        }
        # It had its result, or was cancelled: it does not hang.
        $failures | ForEach-Object { Get-ErrorCode $_ } | Should -BeIn $null, OperationCanceled, ConnectionClosed
        Import-Module $ModulePath
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
    }

    It 'leaves to other sessions of the process what they use, until the last removes the module' {
        Connect-TestEmulator
        $emulator = Get-ArmEmulator
        $first = Get-NewSession
        $second = Get-NewSession
        try {
            (Invoke-Session $first 'Get-VmIdentity').Name | Should -Be $VM
            Remove-Module ManagedIdentity
            (Invoke-Session $first 'Get-VmIdentity').Name | Should -Be $VM
            Invoke-Session $first 'Remove-Module ManagedIdentity'
            Test-Port $emulator.Port | Should -BeTrue
            # A session that ends without removing the module does not keep anything.
            $second.Dispose()
            Import-Module $ModulePath
            # The connection of the process.
            (Get-VmIdentity).Name | Should -Be $VM
            Remove-Module ManagedIdentity
            Test-Port $emulator.Port | Should -BeFalse
        } finally {
            $first.Dispose()
            $second.Dispose()
            Import-Module $ModulePath
        }
    }

    It 'stops the jobs of a session alone while others have the module' {
        Connect-TestEmulator
        Edit-EmulatorSetting @{ operationMs = 3600000 }
        $null = Update-VmIdentity $Group $VM -EnableSystemAssigned -NoWait
        $other = Get-NewSession
        try {
            $own = Wait-VmIdentity $Group $VM -AsJob
            $its = @(Invoke-Session $other "Wait-VmIdentity $Group $VM -AsJob")[0]
            Wait-Condition { $own.State -eq 'Running' -and $its.State -eq 'Running' }
            Remove-Module ManagedIdentity
            $own.State | Should -Be Stopped
            $its.State | Should -Be Running
            Invoke-Session $other 'Remove-Module ManagedIdentity'
            $its.State | Should -Be Stopped
        } finally {
            $other.Dispose()
            Import-Module $ModulePath
        }
    }

    It 'loads no library when nothing was used' -Skip:($IsMacOS -eq $true) {
        $script = @"
            Import-Module '$ModulePath'
            Remove-Module ManagedIdentity
            @([System.Diagnostics.Process]::GetCurrentProcess().Modules.FileName -like '*managed_identity*').Count
"@
        Invoke-Shell -Command $script | Should -Be 0
    }
}

Describe 'Connections' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }

    AfterAll { Disconnect-TestEmulator }

    It 'share what they can: many have no more descriptors than one' -Skip:(-not (Test-Path /proc/self/fd)) {
        1..5 | ForEach-Object { $null = Connect-ManagedIdentityService -Emulator }
        $before = @(Get-ChildItem /proc/self/fd).Count
        1..40 | ForEach-Object { $null = Connect-ManagedIdentityService -Emulator }
        @(Get-ManagedIdentityConnection).Count | Should -BeGreaterThan 40
        @(Get-ChildItem /proc/self/fd).Count - $before | Should -BeLessThan 20
    }
}
