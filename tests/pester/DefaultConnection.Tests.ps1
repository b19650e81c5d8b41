Describe 'The connection of cmdlets that are given none' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        # Of several subscriptions to choose from.
        $WarningPreference = 'SilentlyContinue'
        Connect-TestEmulator
        $endpoint = (Get-ArmEmulator).Endpoint
        $one = (Get-EmulatorFact).subscriptionId
        $two = 'bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f'
        $null = Invoke-Emulator Post /subscriptions @{ id = $two; name = 'Second' }

        # A runspace beside this one, with the module.
        function Open-Session {
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$ModulePath'").Invoke()
            $shell
        }
        # What a script gives there: objects, or the code of an error.
        function Invoke-Session([powershell] $Shell, [string] $Script) {
            $Shell.Commands.Clear()
            $Shell.AddScript("try { $Script } catch { ([string] `$_.FullyQualifiedErrorId -split ',')[0] }").Invoke()
        }
        # The subscription that a cmdlet works in there.
        $where = "`$ErrorActionPreference = 'Stop'; (Get-VmIdentity -Name $VM -ResourceGroupName $Group).SubscriptionId"
        $connect = "`$null = Connect-ManagedIdentityService -Emulator -SubscriptionId"
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        $sessions = 1..3 | ForEach-Object { Open-Session }
    }
    AfterEach { $sessions | ForEach-Object { $_.Dispose() } }

    Context 'after a Connect that failed' {
        It 'there is none: <_>' -ForEach @(
            '-AccessToken (ConvertTo-Secure abc) -Endpoint $endpoint'
            '-AccessToken plain -Endpoint $endpoint'
            '-AccessToken $null'
            '-Emulator -SubscriptionId 99999999-9999-4999-8999-999999999999'
            '-Emulator -UseAzureCli'
            '-Emulator -Tenant contoso.com'
            '-UseAzureCli -Endpoint ""'
            '-UseAzureCli -Endpoint $null'
            '-UseAzureCli -Endpoint'
            '-UseAzureCli -Environment Moon'
            '-Nonsense'
            '-Identity -AccountId nobody'
            '-UseAzContext'
        ) {
            $older = Connect-ManagedIdentityService -Emulator
            $call = [scriptblock]::Create("Connect-ManagedIdentityService $_")
            $failure = Invoke-WithEnvironment @{ PSModulePath = "$TestDrive/nowhere"; PATH = "$TestDrive/nowhere" } { Get-Failure $call }
            $failure | Should -Not -BeNullOrEmpty
            Invoke-Emulator Delete /requests

            $failure = Get-Failure { Remove-UserAssignedIdentity $Group id1 -Confirm:$false }
            Get-ErrorCode $failure | Should -Be NotConnected
            $failure.Exception.Message | Should -BeLike '*Connect-ManagedIdentityService failed*-Connection*'
            Get-ArmRequest | Should -BeNullOrEmpty
            $older.IsDefault | Should -BeFalse
            Get-VmIdentity -Connection $older | Should -Not -BeNullOrEmpty
        }

        It 'nor for runspaces that did not connect' {
            $null = Connect-ManagedIdentityService -Emulator
            $null = Get-Failure { Connect-ManagedIdentityService -Nonsense }
            Invoke-Session $sessions[0] $where | Should -Be NotConnected
        }

        It 'there is one again after the next Connect' {
            $null = Get-Failure { Connect-ManagedIdentityService -Nonsense }
            $connection = Connect-ManagedIdentityService -Emulator
            $connection.IsDefault | Should -BeTrue
            (Get-VmIdentity).Name | Should -Be $VM
        }
    }

    It 'is none after a Connect that was stopped' {
        $null = Invoke-Session $sessions[0] "$connect $one"
        $sessions[0].Commands.Clear()
        $null = $sessions[0].AddScript("Connect-ManagedIdentityService -UseDeviceAuthentication -Endpoint '$endpoint'")
        $running = $sessions[0].BeginInvoke()
        Wait-Condition { $sessions[0].Streams.Warning.Count -gt 0 }
        $sessions[0].Stop()
        $running.IsCompleted | Should -BeTrue
        Invoke-Session $sessions[0] $where | Should -Be NotConnected
    }

    It 'stays through tab completion and help' {
        $connection = Connect-ManagedIdentityService -Emulator
        foreach ($line in 'Connect-ManagedIdentityService -Use', 'Connect-ManagedIdentityService -Environment ') {
            [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches |
                Should -Not -BeNullOrEmpty
        }
        Get-Command Connect-ManagedIdentityService -Syntax | Should -Not -BeNullOrEmpty
        $null = Connect-ManagedIdentityService -?
        $connection.IsDefault | Should -BeTrue
    }

    It 'is the runspace''s own' {
        $null = Invoke-Session $sessions[0] "$connect $one"
        $null = Invoke-Session $sessions[1] "$connect $two"
        Invoke-Session $sessions[0] 'Get-ManagedIdentityConnection | ForEach-Object IsDefault' | Should -Be $true, $false
        Invoke-Session $sessions[1] 'Get-ManagedIdentityConnection | ForEach-Object IsDefault' | Should -Be $false, $true
        Invoke-Emulator Delete /requests
        $null = Invoke-Session $sessions[0] 'Get-VmIdentity'
        Get-ArmRequest | ForEach-Object path | Should -BeLike "/subscriptions/$one/*"
        Invoke-Emulator Delete /requests
        $null = Invoke-Session $sessions[1] 'Get-VmIdentity'
        Get-ArmRequest | ForEach-Object path | Should -BeLike "/subscriptions/$two/*"

        # What becomes of one is nothing to the other.
        $null = Invoke-Session $sessions[1] 'Disconnect-ManagedIdentityService'
        Invoke-Session $sessions[1] $where | Should -Be NotConnected
        Invoke-Session $sessions[0] $where | Should -Be $one
    }

    It 'is that of the first runspace where a runspace made none' {
        $null = Connect-ManagedIdentityService -Emulator -SubscriptionId $one
        $null = Invoke-Session $sessions[0] "$connect $two"
        Invoke-Session $sessions[1] $where | Should -Be $one
    }

    It 'is kept by the runspace that took it' {
        $first = Connect-ManagedIdentityService -Emulator -SubscriptionId $one
        Invoke-Session $sessions[0] $where | Should -Be $one
        $null = Connect-ManagedIdentityService -Emulator -SubscriptionId $two
        Invoke-Session $sessions[0] $where | Should -Be $one
        Disconnect-ManagedIdentityService -Connection $first
        Invoke-Session $sessions[0] $where | Should -Be NotConnected
        Invoke-Session $sessions[0] "$connect $one; $where" | Should -Be $one
    }

    It 'is that of a runspace that is gone where no other made one' {
        # A process of its own: here, others have.
        $said = Invoke-NewSession @{} @"
`$shell = [powershell]::Create()
`$null = `$shell.AddScript("Import-Module '$ModulePath'; Connect-ManagedIdentityService -Emulator").Invoke()
`$shell.Dispose()
@{ Name = (Get-VmIdentity).Name } | ConvertTo-Json
"@
        $said.Name | Should -Be $VM
    }

    It 'is the caller''s in ForEach-Object -Parallel and in thread jobs' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $null = Connect-ManagedIdentityService -Emulator -SubscriptionId $one
        $module, $group, $vm = $ModulePath, $Group, $VM
        $found = 1..4 | ForEach-Object -Parallel {
            Import-Module $using:module
            (Get-VmIdentity -Name $using:vm -ResourceGroupName $using:group).SubscriptionId
        }
        $found | Should -Be @(1..4 | ForEach-Object { $one })
        if (Get-Command Start-ThreadJob -ErrorAction SilentlyContinue) {
            $job = Start-ThreadJob {
                Import-Module $using:module
                (Get-VmIdentity -Name $using:vm -ResourceGroupName $using:group).SubscriptionId
            }
            $job | Receive-Job -Wait -AutoRemoveJob | Should -Be $one
        }
    }

    It 'counts for the completion of arguments' {
        $line = 'New-IdentityRoleAssignment -RoleDefinitionName Rea'
        $complete = { [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText }
        & $complete | Should -Not -Contain Reader
        $null = Connect-ManagedIdentityService -Emulator
        & $complete | Should -Contain Reader
    }
}
