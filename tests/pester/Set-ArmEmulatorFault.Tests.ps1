Describe 'Set-ArmEmulatorFault' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    BeforeEach { Clear-Emulator }
    AfterAll { Disconnect-TestEmulator }

    It 'sets a fault of the catalogue, for as many requests as it is told' {
        $fault = Set-ArmEmulatorFault throttled -Method PUT -Path */id1?* -Skip 0 -Times 2
        $fault | Should -BeOfType ManagedIdentity.Models.ArmEmulatorFault
        $fault.FaultId | Should -BeGreaterThan 0
        $fault.Method, $fault.Path, $fault.Times | Should -Be PUT, */id1?*, 2
        $null = New-UserAssignedIdentity $Group id2
        $null = New-UserAssignedIdentity $Group id1
        (Get-ArmEmulatorRequest /id1 -Method PUT).StatusCode | Should -Be 429, 429, 201
        (Get-ArmEmulatorRequest /id2 -Method PUT).StatusCode | Should -Be 201
    }

    It 'lasts until it is removed' {
        $null = New-UserAssignedIdentity $Group id1
        $faults = Set-ArmEmulatorFault Forbidden, Conflict -Method DELETE
        $faults.Count | Should -Be 2
        foreach ($attempt in 1, 2) {
            Get-ErrorCode (Get-Failure { Remove-UserAssignedIdentity $Group id1 -Confirm:$false }) | Should -Be AuthorizationFailed
        }
        $faults[0] | Set-ArmEmulatorFault -Remove
        Get-ErrorCode (Get-Failure { Remove-UserAssignedIdentity $Group id1 -Confirm:$false }) | Should -Be Conflict
        Set-ArmEmulatorFault -Remove
        Remove-UserAssignedIdentity $Group id1 -Confirm:$false
        $failure = Get-Failure { $faults | Set-ArmEmulatorFault -Remove }
        $failure.Count | Should -Be 2
        Get-ErrorCode $failure[0] | Should -Be FaultNotFound
        $failure.TargetObject | Should -Be $faults.FaultId
    }

    It 'sets a response of one''s own' {
        $null = Set-ArmEmulatorFault -StatusCode 409 -Code InUse -Message 'Not now.' -Header @{ 'x-why' = 1 } -Method PUT -Times 1
        $failure = Get-Failure { New-UserAssignedIdentity $Group id1 }
        Get-ErrorCode $failure | Should -Be InUse
        $failure.Exception.Message | Should -BeLike '*Not now.*'
        (Get-ArmEmulatorRequest -StatusCode 409).Fault | Should -Be Custom
        $null = Set-ArmEmulatorFault -StatusCode 502 -Body '<html>' -ContentType text/html -Times 1
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
        (Get-ArmEmulatorRequest -StatusCode 502).Method | Should -Be GET
    }

    It 'sets a delay, and a lost response' {
        $null = Set-ArmEmulatorFault -Delay 30 -Method PUT
        $null = New-UserAssignedIdentity $Group id1
        (Get-ArmEmulatorRequest -Method PUT).Duration.TotalMilliseconds | Should -BeGreaterOrEqual 30
        Clear-Emulator
        $null = Set-ArmEmulatorFault -CloseConnection After -Method PUT -Times 1
        $null = New-UserAssignedIdentity $Group id2
        $sent = Get-ArmEmulatorRequest /id2 -Method PUT
        $sent.StatusCode | Should -Be 0, 200
        $sent.ServiceStatusCode | Should -Be 201, 200
    }

    It 'is over when its time is' {
        $null = Set-ArmEmulatorFault Forbidden -DurationSec 5 -Method PUT
        Get-ErrorCode (Get-Failure { New-UserAssignedIdentity $Group id1 }) | Should -Be AuthorizationFailed
        $null = Invoke-Emulator Post /clock @{ advanceSeconds = 6 }
        (New-UserAssignedIdentity $Group id1).Name | Should -Be id1
    }

    It 'refuses what is none: <Message>' -ForEach @(
        @{ Set = { Set-ArmEmulatorFault Throtled }; Message = "-Name 'Throtled' is not valid: there is no fault 'Throtled'; there are *Throttled, *" }
        @{ Set = { Set-ArmEmulatorFault Throttled -Method LOOK }; Message = "*'LOOK' is not a method; *" }
        @{ Set = { Set-ArmEmulatorFault -StatusCode 500 -Body x -Code y }; Message = '*either body, or code and message.' }
    ) {
        $failure = Get-Failure $Set
        Get-ErrorCode $failure | Should -Be InvalidFault
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike $Message
    }

    It 'completes names, with what happens, and methods' {
        $line = 'Set-ArmEmulatorFault throttledby'
        $offered = (TabExpansion2 $line $line.Length).CompletionMatches
        $offered.CompletionText | Should -Be ThrottledBySubscription, ThrottledByQuota
        $offered[0].ToolTip | Should -BeLike '*.'
        $line = 'Set-ArmEmulatorFault Throttled -Method w'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be WRITE
    }

    It 'sets and removes nothing with -WhatIf' {
        Set-ArmEmulatorFault Forbidden -WhatIf | Should -BeNullOrEmpty
        $null = New-UserAssignedIdentity $Group id1
        $null = Set-ArmEmulatorFault Forbidden -Method DELETE
        Set-ArmEmulatorFault -Remove -WhatIf
        Get-Failure { Remove-UserAssignedIdentity $Group id1 -Confirm:$false } | Should -Not -BeNullOrEmpty
    }
}

Describe 'Set-ArmEmulatorSetting and Reset-ArmEmulator' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }

    It 'changes the usual settings' {
        $settings = Set-ArmEmulatorSetting -OperationTime 5 -Latency 1 -ReplicationDelay ([timespan]::FromSeconds(2)) -Throttling $true -PageSize 7 -PassThru
        $settings.operationMs, $settings.latencyMs, $settings.replicationDelayMs, $settings.throttling, $settings.pageSize |
            Should -Be 5, 1, 2000, $true, 7
        Set-ArmEmulatorSetting -Throttling $false | Should -BeNullOrEmpty
        $settings = Set-ArmEmulatorSetting -PassThru
        $settings.throttling, $settings.pageSize | Should -Be $false, 7
    }

    It 'changes any other by its name' {
        (Set-ArmEmulatorSetting VMWRITELIMIT 3 -PassThru).vmWriteLimit | Should -Be 3
        (Set-ArmEmulatorSetting vmWriteLimit $null -PassThru).vmWriteLimit | Should -BeNullOrEmpty
        (Set-ArmEmulatorSetting unregistered Microsoft.Compute, Microsoft.Web -PassThru).unregistered.Count | Should -Be 2
        (Set-ArmEmulatorSetting requireClaims @{ access_token = @{ acrs = @{ value = 'p1' } } } -PassThru).requireClaims.access_token.acrs.value |
            Should -Be p1
    }

    It 'refuses what is none: <Message>' -ForEach @(
        @{ Set = { Set-ArmEmulatorSetting nonsense 1 }; Message = "-Name 'nonsense' is not valid: it must be one of *pageSize, *" }
        @{ Set = { Set-ArmEmulatorSetting pageSize 0 }; Message = "-Value '0' is not valid: *at least 1." }
        @{ Set = { Set-ArmEmulatorSetting pageSize many }; Message = "-Value 'many' is not valid: *" }
    ) {
        $failure = Get-Failure $Set
        Get-ErrorCode $failure | Should -Be InvalidSettings
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike $Message
    }

    It 'completes names' {
        $line = 'Set-ArmEmulatorSetting operation'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be operationMs
    }

    It 'changes and resets nothing with -WhatIf' {
        Set-ArmEmulatorSetting -PageSize 9 -WhatIf
        (Set-ArmEmulatorSetting -PassThru).pageSize | Should -Not -Be 9
        $null = Add-ArmEmulatorVirtualMachine web
        Reset-ArmEmulator -WhatIf
        (Get-VmIdentity $Group web).Name | Should -Be web
    }

    It 'goes back to the beginning' {
        $null = Add-ArmEmulatorVirtualMachine web1
        $null = Set-ArmEmulatorFault Forbidden
        Reset-ArmEmulator | Should -BeNullOrEmpty
        Get-ArmEmulatorRequest | Should -BeNullOrEmpty
        (Set-ArmEmulatorSetting -PassThru).pageSize | Should -Be 50
        (Get-VmIdentity $Group).Name | Should -Be $VM
    }
}
