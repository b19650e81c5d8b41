Describe 'Pipelines' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        # The most requests that were under way at once.
        function Get-Overlap {
            $moments = Get-ArmRequest | ForEach-Object {
                $start = ([datetime] $_.time).ToUniversalTime()
                [pscustomobject]@{ At = $start; Change = 1 }
                [pscustomobject]@{ At = $start.AddMilliseconds($_.durationMs); Change = -1 }
            }
            $now = 0
            $most = 0
            foreach ($moment in $moments | Sort-Object At, Change) {
                $now += $moment.Change
                $most = [Math]::Max($most, $now)
            }
            $most
        }
        # The requests for names that begin so take longer than anybody waits.
        function Add-Delay([string] $Name) {
            Add-Fault @{ times = 1000; pathContains = "/$Name"; action = @{ delayMs = 600000 } }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
    }
    AfterEach { $clock.Elapsed.TotalSeconds | Should -BeLessThan 60 }

    Context 'many inputs' {
        It 'run at once, up to -ThrottleLimit' {
            Edit-EmulatorSetting @{ latencyMs = 100 }
            $names = 1..24 | ForEach-Object { "none-$_" }
            $clock.Restart()
            $null = $names | Get-UserAssignedIdentity -ResourceGroupName $Group -ThrottleLimit 4 -ErrorAction SilentlyContinue
            # 24 answers of 100 ms, 4 at a time.
            $clock.ElapsedMilliseconds | Should -BeGreaterOrEqual 600
            Get-Overlap | Should -BeLessOrEqual 4
            Get-Overlap | Should -BeGreaterThan 1
        }

        It 'run 16 at once when nothing is said' {
            Edit-EmulatorSetting @{ latencyMs = 100 }
            $null = 1..48 | ForEach-Object { "none-$_" } | Get-UserAssignedIdentity -ResourceGroupName $Group -ErrorAction SilentlyContinue
            Get-Overlap | Should -BeLessOrEqual 16
            Get-Overlap | Should -BeGreaterThan 4
        }

        It 'come out in the order in which they went in' {
            # The first takes longest.
            Add-Fault @{ pathContains = '/name-1?'; action = @{ delayMs = 500 } }
            $names = 1..200 | ForEach-Object { "name-$_" }
            $made = $names | New-UserAssignedIdentity -ResourceGroupName $Group -Location eastus -ThrottleLimit 32
            $made.Name | Should -Be $names
            $read = $made | Get-UserAssignedIdentity
            $read.Name | Should -Be $names
            $gone = $made | Remove-UserAssignedIdentity -PassThru -ThrottleLimit 32
            $gone.Count | Should -Be 200
            Get-UserAssignedIdentity | Should -BeNullOrEmpty
        }

        It 'come out while others still go in' {
            $seen = New-Object System.Collections.Generic.List[string]
            $null = 1..200 | ForEach-Object { $seen.Add("in $_"); "name-$_" } |
                New-UserAssignedIdentity -ResourceGroupName $Group -Location eastus |
                ForEach-Object { $seen.Add("out $($_.Name)"); $_ }
            $seen.IndexOf('out name-1') | Should -BeLessThan $seen.IndexOf('in 200')
        }

        It 'change one machine all at once and lose nothing' {
            $identities = 1..12 | ForEach-Object { "name-$_" } | New-UserAssignedIdentity -ResourceGroupName $Group
            $shells = $identities | ForEach-Object {
                $shell = [powershell]::Create()
                $null = $shell.AddScript({
                        param($Path, $Id)
                        Import-Module $Path
                        Update-VmIdentity myResourceGroup myVM -AddIdentityId $Id -NoWait
                    }).AddArgument($ModulePath).AddArgument($_.Id)
                [pscustomobject]@{ Shell = $shell; Result = $shell.BeginInvoke() }
            }
            $shells | ForEach-Object {
                $_.Shell.EndInvoke($_.Result).Name | Should -Be myVM
                $_.Shell.Streams.Error | Should -BeNullOrEmpty
                $_.Shell.Dispose()
            }
            (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Sort-Object | Should -Be ($identities.Name | Sort-Object)
        }
    }

    Context 'failures' {
        It 'is one error, in its place, and the rest go on' {
            $names = 1..60 | ForEach-Object { "name-$_" }
            $null = $names | New-UserAssignedIdentity -ResourceGroupName $Group -Location eastus
            Add-Fault @{ method = 'DELETE'; pathContains = '/name-30?'; action = @{ status = 403; code = 'AuthorizationFailed'; message = 'No.' } }
            $all = $names | Remove-UserAssignedIdentity -ResourceGroupName $Group -PassThru -ErrorAction Continue 2>&1
            $all.Count | Should -Be 60
            $all[29] | Should -BeOfType System.Management.Automation.ErrorRecord
            $all[29].TargetObject | Should -Be name-30
            $all[29].CategoryInfo.Category | Should -Be PermissionDenied
            @($all | Where-Object { $_ -is [bool] }).Count | Should -Be 59
            (Get-UserAssignedIdentity).Name | Should -Be name-30
        }

        It 'has the object of the pipeline as its target' {
            $row = [pscustomobject]@{ ResourceGroupName = $Group; Name = 'missing'; Line = 7 }
            $failure = Get-Failure { $row | Remove-UserAssignedIdentity }
            $failure.TargetObject.Line | Should -Be 7
        }

        It 'ends the pipeline with -ErrorAction Stop' {
            Add-Delay slow
            { 'missing', 'slow-1' | Get-UserAssignedIdentity -ResourceGroupName $Group -ErrorAction Stop } | Should -Throw '*missing*'
        }
    }

    Context 'an early end' {
        It 'comes with Select-Object -First' {
            $null = New-UserAssignedIdentity $Group quick
            Add-Delay slow
            Invoke-Emulator Delete /requests
            $names = @('quick') + (1..40 | ForEach-Object { "slow-$_" })
            $first = $names | Get-UserAssignedIdentity -ResourceGroupName $Group -ThrottleLimit 2 | Select-Object -First 1
            $first.Name | Should -Be quick
            # The rest was never sent.
            @(Get-ArmRequest).Count | Should -BeLessThan 5
        }

        It 'comes with Select-Object -First in a list' {
            Edit-EmulatorSetting @{ pageSize = 1 }
            $null = 1..5 | ForEach-Object { "name-$_" } | New-UserAssignedIdentity -ResourceGroupName $Group
            @(Get-UserAssignedIdentity | Select-Object -First 2).Count | Should -Be 2
        }

        It 'comes with Ctrl+C (<Where>)' -ForEach @(
            @{ Where = 'waiting at the end'; Command = "'slow-1' | Get-UserAssignedIdentity -ResourceGroupName myResourceGroup" }
            @{ Where = 'waiting for room'; Command = "1..500 | ForEach-Object { 'slow-' + `$_ } | New-UserAssignedIdentity -ResourceGroupName myResourceGroup" }
            @{ Where = 'in a list'; Command = "Get-UserAssignedIdentity -ResourceGroupName slow-group" }
            @{ Where = 'planning'; Command = "Remove-UserAssignedIdentity myResourceGroup slow-1 -WhatIf" }
            @{ Where = 'signing in'; Command = "Connect-ManagedIdentityService -Emulator -SubscriptionId 51000000-0000-0000-0000-000000000000" }
        ) {
            Add-Delay slow
            Add-Delay 51000000
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$ModulePath'; $Command")
            $result = $shell.BeginInvoke()
            Wait-Condition { (Invoke-Emulator Get /faults | Measure-Object hit -Sum).Sum -gt 0 }
            $clock.Restart()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
            $result.IsCompleted | Should -BeTrue
            $shell.InvocationStateInfo.State | Should -Be Stopped
            $shell.Streams.Error.Count | Should -Be 0
            $shell.Dispose()
            # And the process goes on.
            (Get-VmIdentity).Name | Should -Be myVM
        }

        It 'comes while Azure is at work' {
            Edit-EmulatorSetting @{ operationMs = 600000 }
            $null = New-UserAssignedIdentity $Group id1
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$ModulePath'; Update-VmIdentity myResourceGroup myVM -AddIdentityId id1")
            $null = $shell.BeginInvoke()
            Wait-Condition { $shell.Streams.Progress.Count -gt 0 }
            $clock.Restart()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
            $shell.Dispose()
        }
    }

    It 'work in many runspaces through one connection' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        $path = $ModulePath
        $found = 1..20 | ForEach-Object -ThrottleLimit 5 -Parallel {
            Import-Module $using:path
            New-UserAssignedIdentity myResourceGroup "name-$_"
        }
        $found.Count | Should -Be 20
        @(Get-UserAssignedIdentity).Count | Should -Be 20
    }
}
