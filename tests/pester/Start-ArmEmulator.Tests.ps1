Describe 'Start-ArmEmulator' {
    BeforeAll { . "$PSScriptRoot/Common.ps1" }
    AfterEach { Disconnect-TestEmulator }

    It 'starts one that has a subscription, a group and a machine' {
        $before = Get-Date
        $emulator = Start-ArmEmulator
        $emulator | Should -BeOfType ManagedIdentity.Models.ArmEmulator
        $emulator.Endpoint | Should -Be "http://127.0.0.1:$($emulator.Port)"
        { [guid] $emulator.SubscriptionId } | Should -Not -Throw
        { [guid] $emulator.TenantId } | Should -Not -Throw
        $emulator.StartTime | Should -BeGreaterOrEqual $before
        $emulator.StatePath | Should -BeNullOrEmpty
        $null = Connect-ManagedIdentityService -Emulator
        (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).Location | Should -Be eastus
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'takes the port that it is told' {
        $port = (Start-ArmEmulator).Port
        Stop-ArmEmulator
        (Start-ArmEmulator -Port $port).Port | Should -Be $port
    }

    It 'says that the port is taken' {
        $listener = New-Object System.Net.Sockets.TcpListener ([System.Net.IPAddress]::Loopback), 0
        $listener.Start()
        try {
            $port = $listener.LocalEndpoint.Port
            $failure = Get-Failure { Start-ArmEmulator -Port $port }
        } finally {
            $listener.Stop()
        }
        $failure.FullyQualifiedErrorId | Should -Be 'EmulatorStartFailed,ManagedIdentity.Commands.StartArmEmulatorCommand'
        $failure.CategoryInfo.Category | Should -Be InvalidOperation
        $failure.Exception.Message | Should -BeLike "*:$port*"
        Get-ArmEmulator | Should -BeNullOrEmpty
    }

    It 'runs once in a process' {
        $emulator = Start-ArmEmulator
        $failure = Get-Failure { Start-ArmEmulator }
        Get-ErrorCode $failure | Should -Be EmulatorRunning
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        $failure.Exception.Message | Should -BeLike "*$($emulator.Endpoint)*Stop-ArmEmulator*"
        $failure.TargetObject | Should -Be $emulator
    }

    It 'takes times as <Kind>' -ForEach @(
        @{ Kind = 'milliseconds'; Latency = 25; OperationTime = 1500 }
        @{ Kind = 'texts'; Latency = '25'; OperationTime = '0:0:1.5' }
        @{ Kind = 'time spans'; Latency = [timespan]::FromMilliseconds(25); OperationTime = [timespan]::FromSeconds(1.5) }
    ) {
        $null = Start-ArmEmulator -Latency $Latency -OperationTime $OperationTime
        $settings = Invoke-Emulator Get /settings
        $settings.latencyMs | Should -Be 25
        $settings.operationMs | Should -Be 1500
    }

    It 'takes a second for an operation when nothing is said' {
        $null = Start-ArmEmulator
        (Invoke-Emulator Get /settings).operationMs | Should -Be 1000
        (Invoke-Emulator Get /settings).latencyMs | Should -Be 0
    }

    It 'refuses a time that is none: <Value>' -ForEach @(@{ Value = -1 }, @{ Value = 'soon' }, @{ Value = [timespan]::MaxValue }) {
        $failure = Get-Failure { Start-ArmEmulator -Latency $Value }
        $failure.Exception.Message | Should -BeLike "*Latency*'$Value' is not valid: it must be a number of milliseconds*"
    }

    It 'keeps its state in a file' {
        Push-Location $TestDrive
        try {
            $emulator = Start-ArmEmulator -StatePath state.json
            $emulator.StatePath | Should -Be (Join-Path $TestDrive state.json)
            $null = Connect-ManagedIdentityService -Emulator
            $null = New-UserAssignedIdentity myResourceGroup id1
            Stop-ArmEmulator
            $emulator.StatePath | Should -Exist
            $null = Start-ArmEmulator -StatePath state.json
            $null = Connect-ManagedIdentityService -Emulator
            (Get-UserAssignedIdentity).Name | Should -Be id1
        } finally {
            Pop-Location
        }
    }

    It 'starts with a file that it never writes, and goes back to it' {
        $path = Join-Path $TestDrive seed.json
        $null = Start-ArmEmulator -StatePath $path
        $null = Add-ArmEmulatorVirtualMachine web -IdentityId app-id -CreateIdentity
        Stop-ArmEmulator
        $text = [System.IO.File]::ReadAllText($path)
        (Start-ArmEmulator -SeedPath $path).SeedPath | Should -Be $path
        $null = Connect-ManagedIdentityService -Emulator
        (Get-UserAssignedIdentity).Name | Should -Be app-id
        $null = New-UserAssignedIdentity myResourceGroup id2
        Reset-ArmEmulator
        (Get-UserAssignedIdentity).Name | Should -Be app-id
        Stop-ArmEmulator
        [System.IO.File]::ReadAllText($path) -ceq $text | Should -BeTrue
        $failure = Get-Failure { Start-ArmEmulator -SeedPath (Join-Path $TestDrive none.json) }
        Get-ErrorCode $failure | Should -Be EmulatorStartFailed
        $failure.Exception.Message | Should -BeLike '*none.json*'
    }

    It 'says what is wrong with the file' {
        $path = Join-Path $TestDrive damaged.json
        Set-Content -Path $path -Value 'not JSON'
        $failure = Get-Failure { Start-ArmEmulator -StatePath $path }
        Get-ErrorCode $failure | Should -Be EmulatorStartFailed
        $failure.Exception.Message | Should -BeLike '*damaged.json*'
        Get-Content $path | Should -Be 'not JSON'
        Get-ErrorCode (Get-Failure { Start-ArmEmulator -StatePath env:x }) | Should -Be InvalidStatePath
    }

    It 'gives the key of its own interface to its starter alone' {
        $emulator = Start-ArmEmulator
        $control = "$($emulator.Endpoint)/_emulator"
        foreach ($headers in @{}, @{ 'x-emulator-key' = 'wrong' }) {
            $failure = Get-Failure { Invoke-RestMethod "$control/settings" -Headers $headers }
            $failure.Exception.Response.StatusCode.value__ | Should -Be 401
            "$($failure.ErrorDetails)$($failure.Exception.Message)" | Should -BeLike '*AdminKeyRequired*Get-ArmEmulator*AdminKey*'
        }
        (Invoke-RestMethod "$control/settings" -Headers @{ 'x-emulator-key' = $emulator.AdminKey }).pageSize | Should -Be 50
        # The public facts need none, and do not contain it.
        $facts = Invoke-RestMethod $control
        $facts.endpoint | Should -Be $emulator.Endpoint
        $facts.PSObject.Properties.Name | Should -Not -Contain hosts
        ConvertTo-Json $facts | Should -Not -Match ([regex]::Escape($emulator.AdminKey))
    }

    It 'does not show the key by default, and has another one after each start' {
        $emulator = Start-ArmEmulator
        $first = $emulator.AdminKey
        $first.Length | Should -BeGreaterOrEqual 43
        "$emulator$($emulator | Out-String -Width 500)" | Should -Not -Match ([regex]::Escape($first))
        (Get-ArmEmulator).AdminKey | Should -Be $first
        Stop-ArmEmulator
        (Start-ArmEmulator).AdminKey | Should -Not -Be $first
    }

    It 'has the faults that it is told, as often and for the method that is said' {
        $null = Start-ArmEmulator -OperationTime 0 -Fault Throttled:2@PUT, forbidden@delete
        $null = Connect-ManagedIdentityService -Emulator
        $identity = New-UserAssignedIdentity myResourceGroup id1
        $identity.Name | Should -Be id1
        (Get-ArmRequest | Where-Object method -EQ PUT).status | Should -Be 429, 429, 201
        foreach ($attempt in 1, 2) {
            $failure = Get-Failure { $identity | Remove-UserAssignedIdentity -Confirm:$false }
            $failure.FullyQualifiedErrorId |
                Should -Be 'AuthorizationFailed,ManagedIdentity.Commands.RemoveUserAssignedIdentityCommand'
            $failure.CategoryInfo.Category | Should -Be PermissionDenied
            $failure.Exception.HttpStatus | Should -Be 403
        }
        # It is cleared without another start.
        $null = Invoke-Emulator Delete /faults
        $identity | Remove-UserAssignedIdentity -Confirm:$false
        # And one is added.
        Add-Fault @{ name = 'Conflict'; method = 'PUT' }
        Get-ErrorCode (Get-Failure { New-UserAssignedIdentity myResourceGroup id1 }) | Should -Be Conflict
    }

    It 'refuses the fault <Fault>, and names those that there are' -ForEach @(
        @{ Fault = 'Throtled'; Rule = "*there is no fault 'Throtled'; there are *Throttled, *" }
        @{ Fault = 'Throttled:x'; Rule = "*'x' is not a number of times*" }
        @{ Fault = 'Throttled:0'; Rule = '*times is 0*' }
        @{ Fault = 'Throttled@GOT'; Rule = "*'GOT' is not a method; there are *PUT*" }
    ) {
        $failure = Get-Failure { Start-ArmEmulator -Fault Forbidden, $Fault }
        $failure.FullyQualifiedErrorId | Should -Be 'InvalidFault,ManagedIdentity.Commands.StartArmEmulatorCommand'
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.TargetObject | Should -Be $Fault
        $failure.Exception.Message | Should -BeLike "Fault '$Fault' is not valid: $Rule"
        Get-ArmEmulator | Should -BeNullOrEmpty
    }

    It 'completes the names of all faults, with what happens' {
        $line = 'Start-ArmEmulator -Fault '
        $offered = (TabExpansion2 $line $line.Length).CompletionMatches
        $null = Start-ArmEmulator
        $known = Invoke-Emulator Get /faults/catalogue
        $offered.CompletionText | Should -Be $known.name
        $offered.ToolTip | Should -Be $known.summary
        $line += 'Forbidden, throttledby'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText |
            Should -Be ThrottledBySubscription, ThrottledByQuota
    }

    It 'prints what its about topic shows' {
        . "$PSScriptRoot/About.ps1"
        $section = Read-About about_ManagedIdentity_Emulator | Where-Object Title -EQ Faults
        Connect-TestEmulator
        $printed = . ([scriptblock]::Create($section.Code)) | ForEach-Object { "$_" }
        $printed -join "`n" | Should -BeExactly ($section.Output -join "`n")
    }

    It 'has the folder of Azure Arc that it is told' {
        $folder = Join-Path $TestDrive tokens
        Get-ErrorCode (Get-Failure { Start-ArmEmulator -ArcFolder $folder }) | Should -Be InvalidArcFolder
        $null = New-Item -ItemType Directory $folder
        Push-Location $TestDrive
        try {
            $null = Start-ArmEmulator -ArcFolder tokens
        } finally {
            Pop-Location
        }
        (Invoke-Emulator Put /hosts/arc).folder | Should -Be $folder
    }

    It 'keeps its state for its owner alone, and follows no link' -Skip:(-not ($IsLinux -or $IsMacOS)) {
        $path = Join-Path $TestDrive private.json
        $null = Start-ArmEmulator -StatePath $path
        Stop-ArmEmulator
        (Get-Item $path).UnixMode | Should -Be '-rw-------'
        $link = Join-Path $TestDrive link.json
        $null = New-Item -ItemType SymbolicLink -Path $link -Target $path
        $failure = Get-Failure { Start-ArmEmulator -StatePath $link }
        Get-ErrorCode $failure | Should -Be EmulatorStartFailed
        $failure.Exception.Message | Should -BeLike '*link.json: it is a symbolic link*'
    }

    It 'starts nothing with -WhatIf' {
        Start-ArmEmulator -WhatIf | Should -BeNullOrEmpty
        Get-ArmEmulator | Should -BeNullOrEmpty
    }
}
