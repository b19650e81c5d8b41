# Each kind of wait of the module, and what a stop of the pipeline (Ctrl+C, Stop-Job) does in it.
Describe 'Stop' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        $Times = New-Object System.Collections.Generic.List[object]

        # Runs a script in a session of its own until it waits for what one of the patterns says, and stops it there.
        # Nothing may reach the emulator afterwards, also not after the time of the waits here.
        function Test-Stop([string] $Wait, [string] $Script, [string[]] $Pattern, [scriptblock] $Begun) {
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("Import-Module '$ModulePath'; `$VerbosePreference = 'Continue'; $Script")
                $run = $shell.BeginInvoke()
                if ($Begun) {
                    Wait-Condition { $run.IsCompleted -or (& $Begun) }
                } else {
                    Wait-Condition {
                        $said = @($shell.Streams.Verbose.ReadAll() | ForEach-Object { $_.Message })
                        $said += @($shell.Streams.Progress.ReadAll() | ForEach-Object { $_.StatusDescription; $_.CurrentOperation })
                        $run.IsCompleted -or @($Pattern | Where-Object { $said -like "*$_*" }).Count -gt 0
                    }
                }
                $run.IsCompleted | Should -BeFalse -Because "$($shell.Streams.Error.ReadAll())"
                $clock = [System.Diagnostics.Stopwatch]::StartNew()
                $shell.Stop()
                $time = $clock.ElapsedMilliseconds
            } finally {
                $shell.Dispose()
            }
            $Times.Add([pscustomobject] @{ Wait = $Wait; Milliseconds = $time })
            # A busy machine takes its time; the times are printed.
            $time | Should -BeLessThan 10000
            $before = @(Get-RequestLog).Count
            # The emulator's answer takes longer than the next attempt or look would.
            Add-Fault @{ pathContains = 'marker'; times = 1; action = @{ delayMs = 1500 } }
            try {
                $null = Invoke-RestMethod "$((Get-ArmEmulator).Endpoint)/marker"
            } catch {
                $_.Exception.Message | Should -Not -BeNullOrEmpty
            }
            $after = @(Get-RequestLog | Select-Object -Skip $before)
            $after.path | Should -Be '/marker'
        }

        # All requests but those to the emulator's own interface. One that was given up is answered after its end.
        function Get-RequestLog {
            Invoke-Emulator Get /requests | Where-Object path -NotLike '/_emulator*' | Where-Object status -NE 0
        }

        function Add-Silence([string] $Path, [string] $Method) {
            $fault = @{ pathContains = $Path; times = 1000; action = @{ delayMs = 86400000 } }
            if ($Method) {
                $fault.method = $Method
            }
            Add-Fault $fault
        }
    }

    BeforeEach {
        Connect-TestEmulator
        $fact = Get-EmulatorFact
        $null = New-UserAssignedIdentity $Group id1
    }

    AfterEach { Disconnect-TestEmulator }

    AfterAll {
        [Console]::Out.WriteLine(($Times | Format-Table -AutoSize | Out-String))
    }

    It 'ends the wait for a response' {
        Add-Silence '/id1' GET
        Test-Stop 'response' "Get-UserAssignedIdentity $Group id1" 'Waiting for a response to GET'
    }

    It 'ends the wait for a body that comes byte by byte' {
        Add-Fault @{ pathContains = '/id1'; times = 1000; name = 'SlowBody' }
        Test-Stop 'slow body' "Get-UserAssignedIdentity $Group id1" 'Waiting for a response to GET'
    }

    It 'ends the wait for the next attempt' {
        Add-Fault @{ pathContains = '/id1'; times = 1000; action = @{ status = 429; headers = @{ 'Retry-After' = '1' } } }
        Test-Stop 'next attempt' "Get-UserAssignedIdentity $Group id1" 'Waiting 1 s for the next attempt at GET'
    }

    It 'ends the wait before a request that Azure would throttle' {
        $none = @{ 'x-ms-user-quota-remaining' = '0'; 'x-ms-user-quota-resets-after' = '00:01:00' }
        Add-Fault @{ pathContains = 'ResourceGraph'; times = 1; action = @{ status = 400; code = 'BadRequest'; headers = $none } }
        Get-Failure { Get-UserAssignedIdentity -AllSubscriptions } | Should -Not -BeNullOrEmpty
        Test-Stop 'pace' 'Get-UserAssignedIdentity -AllSubscriptions' 's for the turn of POST'
    }

    It 'ends the wait for the end of an operation' {
        Edit-EmulatorSetting @{ operationMs = 86400000 }
        Test-Stop 'operation' "Update-VmIdentity $Group $VM -EnableSystemAssigned" 'Waiting for the end of the operation'
    }

    It 'ends Wait-VmIdentity and Wait-ResourceIdentity' {
        Edit-EmulatorSetting @{ operationMs = 86400000 }
        $null = Update-VmIdentity $Group $VM -EnableSystemAssigned -NoWait
        Test-Stop 'Wait-VmIdentity' "Wait-VmIdentity $Group $VM" 'Waiting for the end of the operation'
        $id = (Get-VmIdentity $Group $VM).Id
        Test-Stop 'Wait-ResourceIdentity' "Wait-ResourceIdentity -ResourceId $id" 'Waiting for the end of the operation'
    }

    It 'ends the wait for a deployment' {
        Edit-EmulatorSetting @{ operationMs = 86400000 }
        $template = Join-Path $TestDrive main.json
        Set-Content $template (@{
                '$schema'      = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
                contentVersion = '1.0.0.0'
                resources      = @(@{ type = $IdentityType; apiVersion = '2023-01-31'; name = 'id9'; location = 'eastus' })
            } | ConvertTo-Json -Depth 5)
        Test-Stop 'deployment' "New-ArmDeployment $Group '$template'" 'Waiting for the end of the'
    }

    It 'ends the wait for a principal to be known' {
        $unknown = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
        Test-Stop 'replication' "New-IdentityRoleAssignment -PrincipalId $unknown -RoleDefinitionName Reader -ResourceGroupName $Group" 'to know'
    }

    # One bar shows the waits of all inputs, so where two wait, either may be told: that of the second, or the one before it.
    It 'ends the wait for a turn' {
        Add-Silence '/id' GET
        $read = "'id1', 'id2' | Get-UserAssignedIdentity -ResourceGroupName $Group -ThrottleLimit 1"
        Test-Stop 'turn' $read 'its turn: -ThrottleLimit is 1', 'a response to GET'
    }

    It 'ends the wait behind another write of the same identity' {
        Add-Silence 'federatedIdentityCredentials' PUT
        $rows = "[pscustomobject] @{ Name = 'main-a'; Subject = 'a' }, [pscustomobject] @{ Name = 'main-b'; Subject = 'b' }"
        $write = "$rows | New-FederatedIdentityCredential -ResourceGroupName $Group -IdentityName id1 -Issuer https://issuer.test"
        Test-Stop 'turn of a write' $write 'its turn among the writes of the identity', 'a response to PUT'
    }

    It 'ends the wait for a token' {
        Add-Silence 'oauth2'
        Test-Stop 'token' 'Connect-ManagedIdentityService -Emulator' 'Waiting for a response of 127.0.0.1'
    }

    It 'ends the wait for a device code' {
        $connect = "Connect-ManagedIdentityService -UseDeviceAuthentication -Endpoint $($fact.endpoint) -Tenant $($fact.tenantId)"
        Test-Stop 'device code' "`$WarningPreference = 'SilentlyContinue'; $connect" 'Waiting for the sign-in with the code'
    }

    It 'ends the wait for a browser' -Skip:($IsWindows -or $IsMacOS -or $PSVersionTable.PSEdition -eq 'Desktop') {
        Invoke-WithEnvironment @{ BROWSER = 'true' } {
            $connect = "Connect-ManagedIdentityService -Interactive -Endpoint $($fact.endpoint) -Tenant $($fact.tenantId)"
            Test-Stop 'browser' "`$WarningPreference = 'SilentlyContinue'; $connect" 'Waiting for the sign-in in the browser'
        }
    }

    It 'ends az, which does not respond' -Skip:($IsWindows -or $PSVersionTable.PSEdition -eq 'Desktop') {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive az)).FullName
        # It opens a pipe that no one writes to.
        Set-Content "$folder/az" "#!/bin/sh`necho `$`$ > '$folder/id'`n/usr/bin/mkfifo '$folder/pipe'`nread line < '$folder/pipe'"
        chmod +x "$folder/az"
        Invoke-WithEnvironment @{ PATH = "$folder$([System.IO.Path]::PathSeparator)$env:PATH" } {
            Test-Stop 'az' "Connect-ManagedIdentityService -UseAzureCli -Endpoint $($fact.endpoint)" 'Waiting for a token of the Azure CLI'
        }
        $id = [int] (Get-Content "$folder/id")
        Wait-Condition { -not (Get-Process -Id $id -ErrorAction SilentlyContinue) }
    }

    It 'ends the wait for the instance metadata service' {
        $variables = Get-HostVariable imds
        Add-Silence 'metadata/identity'
        Invoke-WithEnvironment $variables {
            Test-Stop 'IMDS' "Connect-ManagedIdentityService -Identity -Endpoint $($fact.endpoint)" 'Waiting for a response of the instance metadata service'
        }
    }

    It 'ends a question to Azure PowerShell' {
        $modules = "$TestDrive/modules"
        $null = New-Item -ItemType Directory "$modules/Az.Accounts"
        Set-Content "$modules/Az.Accounts/Az.Accounts.psm1" @"
function Get-AzContext { [pscustomobject] @{ Account = 'a' } }
function Get-AzAccessToken { Set-Content '$TestDrive/asked' x; Wait-Event -SourceIdentifier never }
"@
        New-ModuleManifest "$modules/Az.Accounts/Az.Accounts.psd1" -RootModule Az.Accounts.psm1 -ModuleVersion 5.0.0
        Invoke-WithEnvironment @{ PSModulePath = $modules + [System.IO.Path]::PathSeparator + $env:PSModulePath } {
            Test-Stop 'question' "Connect-ManagedIdentityService -UseAzContext -Endpoint $($fact.endpoint)" -Begun { Test-Path "$TestDrive/asked" }
        }
    }
}
