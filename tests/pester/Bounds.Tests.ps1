Describe 'Limits of time' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $Failing = { param($name) @{ method = 'GET'; pathContains = $name; times = 1000; action = @{ status = 503; code = 'ServerBusy' } } }
        $Silent = { param($name) @{ method = 'GET'; pathContains = $name; times = 1000; action = @{ delayMs = 3600000 } } }
    }

    BeforeEach {
        Clear-Emulator
        $null = Connect-ManagedIdentityService -Emulator
        $null = New-UserAssignedIdentity $Group id1
        $null = Invoke-Emulator Delete /requests
    }

    AfterEach { Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService }

    AfterAll { Disconnect-TestEmulator }

    It 'ends an operation after -TimeoutSec, with what it waited for and what to do' {
        Add-Fault (& $Silent 'id1')
        $failure = { Get-UserAssignedIdentity $Group id1 -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'OperationTimeout,*'
        $failure.CategoryInfo.Category | Should -Be OperationTimeout
        $failure.Exception.Message | Should -BeLike "*user-assigned identity 'id1'*not completed within 1 s*waiting for a response to GET*longer -TimeoutSec.*"
    }

    It 'gives each input its own time' {
        Add-Fault (& $Silent 'id1')
        $null = New-UserAssignedIdentity $Group id2
        $found = 'id1', 'id2' | Get-UserAssignedIdentity $Group -ThrottleLimit 1 -TimeoutSec 1 -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Name | Should -Be id2
        $failed.Count | Should -Be 1
        $failed[0].TargetObject | Should -Be id1
    }

    It 'says that Azure continues an operation' {
        Edit-EmulatorSetting @{ operationMs = 3600000 }
        $failure = { Update-VmIdentity $Group myVM -EnableSystemAssigned -TimeoutSec 2 -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'OperationTimeout,*'
        $failure.Exception.Message | Should -BeLike '*continues in Azure: wait for it with Wait-ResourceIdentity -ResourceId*'
        $waited = { Wait-VmIdentity $Group myVM -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -PassThru
        $waited.FullyQualifiedErrorId | Should -BeLike 'OperationTimeout,*'
    }

    It 'takes the limit of a cmdlet, and of connections, from $PSDefaultParameterValues' {
        Add-Fault (& $Silent 'id1')
        $PSDefaultParameterValues = @{ 'Get-UserAssignedIdentity:TimeoutSec' = 1 }
        { Get-UserAssignedIdentity $Group id1 -ErrorAction Stop } | Should -Throw -ErrorId 'OperationTimeout,*'
        $PSDefaultParameterValues = @{ 'Connect-ManagedIdentityService:TimeoutSec' = 1 }
        $connection = Connect-ManagedIdentityService -Emulator
        { Get-UserAssignedIdentity $Group id1 -Connection $connection -ErrorAction Stop } | Should -Throw -ErrorId 'OperationTimeout,*'
    }

    It 'holds for a job' {
        Add-Fault (& $Silent 'myVM')
        $job = Wait-VmIdentity $Group myVM -TimeoutSec 1 -AsJob | Wait-Job
        Get-ErrorCode (Get-Failure { $job | Receive-Job }) | Should -Be OperationTimeout
        $job | Remove-Job
    }

    It 'bounds the sign-in itself' {
        Add-Fault @{ pathContains = 'oauth2'; action = @{ delayMs = 3600000 } }
        { Connect-ManagedIdentityService -Emulator -TimeoutSec 1 -ErrorAction Stop } | Should -Throw -ErrorId 'OperationTimeout,*'
    }

    It 'sends a request as often as -RetryCount says, for at most -RequestTimeoutSec' {
        $connection = Connect-ManagedIdentityService -Emulator -RetryCount 0 -RequestTimeoutSec 1
        $null = Invoke-Emulator Delete /requests
        Add-Fault (& $Failing 'id1')
        $failure = { Get-UserAssignedIdentity $Group id1 -Connection $connection -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'ServerBusy,*'
        $failure.Exception.Message | Should -BeLike '*sent the request once; -RetryCount of Connect-ManagedIdentityService*'
        @(Get-ArmRequest).Count | Should -Be 1
        $null = Invoke-Emulator Delete /faults
        Add-Fault (& $Silent 'id1')
        $failure = { Get-UserAssignedIdentity $Group id1 -Connection $connection -ErrorAction Stop } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'RequestTimeout,*'
        $failure.Exception.Message | Should -BeLike '*did not respond within 1 s*longer -RequestTimeoutSec*'
    }

    It 'refuses <parameter> <value> before any request, with the rule' -TestCases @(
        @{ Parameter = 'TimeoutSec'; Value = 0; Rule = '*1*' }
        @{ Parameter = 'TimeoutSec'; Value = -1; Rule = '*1*' }
        @{ Parameter = 'TimeoutSec'; Value = 86401; Rule = '*86400*' }
        @{ Parameter = 'RequestTimeoutSec'; Value = 0; Rule = '*1*' }
        @{ Parameter = 'RequestTimeoutSec'; Value = 3601; Rule = '*3600*' }
        @{ Parameter = 'RetryCount'; Value = -1; Rule = '*0*' }
        @{ Parameter = 'RetryCount'; Value = 101; Rule = '*100*' }
    ) {
        $given = @{ $Parameter = $Value }
        $failure = { Connect-ManagedIdentityService -Emulator @given } | Should -Throw -PassThru
        $failure.Exception.Message | Should -BeLike "*'$Parameter'*$Value*"
        $failure.Exception.Message | Should -BeLike $Rule
        if ($Parameter -eq 'TimeoutSec') {
            { Get-UserAssignedIdentity $Group id1 @given } | Should -Throw -ExceptionType ([System.Management.Automation.ParameterBindingException])
        }
        @(Get-ArmRequest).Count | Should -Be 0
    }

    It 'belongs to every cmdlet with a connection' {
        $connected = Get-Command -Module ManagedIdentity | Where-Object { $_.Parameters.ContainsKey('ThrottleLimit') }
        $connected.Count | Should -BeGreaterThan 20
        foreach ($command in $connected) {
            $command.Parameters.ContainsKey('TimeoutSec') | Should -BeTrue -Because $command.Name
        }
    }

    It 'tells each wait with -Verbose, and shows a long one' {
        $wait = @{ method = 'GET'; pathContains = 'id1'; action = @{ status = 429; code = 'TooManyRequests'; headers = @{ 'Retry-After' = '4' } } }
        Add-Fault $wait
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddCommand('Import-Module').AddParameter('Name', $ModulePath).AddStatement()
            $null = $shell.AddCommand('Get-UserAssignedIdentity').AddParameters(@{ ResourceGroupName = $Group; Name = 'id1'; Verbose = $true })
            $null = $shell.Invoke()
            @($shell.Streams.Verbose.Message -like 'Waiting 4 s for the next attempt at GET *id1 (HTTP 429 TooManyRequests)').Count | Should -Be 1
            $shown = @($shell.Streams.Progress | Where-Object StatusDescription -Like 'Waiting for the next attempt at GET *')
            $shown.Count | Should -BeGreaterThan 2
            $shown[0].SecondsRemaining | Should -Be 4
        } finally {
            $shell.Dispose()
        }
    }
}
