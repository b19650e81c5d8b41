Describe 'Many machines through one pipeline' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $null = New-UserAssignedIdentity $Group id1
        $emulator = Get-ArmEmulator
        $headers = @{ Authorization = "Bearer $(Get-EmulatorToken)" }
        foreach ($number in 1..60) {
            $call = @{
                Method      = 'Put'
                Uri         = "$($emulator.Endpoint)/subscriptions/$($emulator.SubscriptionId)/resourceGroups/$Group/providers/" +
                "Microsoft.Compute/virtualMachines/fleet$($number)?api-version=2025-04-01"
                Headers     = $headers
                ContentType = 'application/json'
                Body        = '{"location":"eastus"}'
            }
            $null = Invoke-RestMethod @call
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Invoke-Emulator Delete /faults
        Invoke-Emulator Delete /requests
    }

    It 'changes all, and a second time only what is not yet so' {
        $changed = Get-VmIdentity -Name 'fleet*' | Update-VmIdentity -AddIdentityId id1 -NoWait -ThrottleLimit 32
        $changed.Count | Should -Be 60
        @(Get-ChangingRequest).Count | Should -Be 60
        Update-VmIdentity $Group fleet7 -RemoveIdentityId id1 -NoWait | Should -Not -BeNullOrEmpty

        Invoke-Emulator Delete /requests
        $again = Get-VmIdentity -Name 'fleet*' | Update-VmIdentity -AddIdentityId id1 -NoWait -ThrottleLimit 32
        $again.Count | Should -Be 60
        @(Get-ChangingRequest).path | Should -BeLike '*/fleet7?*'
    }

    It 'names the machine that failed, and goes on with the others' {
        Add-Fault @{ method = 'PATCH'; pathContains = '/fleet13?'; times = 100; action = @{ status = 400; code = 'Odd'; message = 'No.' } }
        $machines = Get-VmIdentity -Name 'fleet1?'
        $changed = $machines | Update-VmIdentity -EnableSystemAssigned -NoWait -ErrorVariable failures -ErrorAction SilentlyContinue
        $changed.Name | Should -Be ($machines.Name -ne 'fleet13')
        $records = @($failures | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        $records[0].TargetObject.Name | Should -Be fleet13
        Get-ErrorCode $records[0] | Should -Be Odd
    }

    It 'shows one progress bar, with counts and the time left' {
        Edit-EmulatorSetting @{ latencyMs = 60 }
        $shell = [powershell]::Create()
        $script = "Import-Module '$ModulePath'; Get-VmIdentity -Name 'fleet*' | Update-VmIdentity -DisableSystemAssigned -RemoveIdentityId id1 -NoWait -ThrottleLimit 4"
        $shell.AddScript($script).Invoke().Count | Should -Be 60
        $bars = @($shell.Streams.Progress | Where-Object Activity -EQ 'Update-VmIdentity')
        $shell.Dispose()
        Edit-EmulatorSetting @{ latencyMs = 0 }
        $bars.Count | Should -BeGreaterThan 2
        @($bars.ActivityId | Sort-Object -Unique).Count | Should -Be 1
        $bars[1].StatusDescription | Should -Match '^\d+ of \d+ done'
        $bars[1].SecondsRemaining | Should -BeGreaterOrEqual 0
        $bars[-1].RecordType | Should -Be Completed
    }
}
