BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    # What changes something, or waits for what does.
    $changing = Get-Command -Module ManagedIdentity |
        Where-Object { ($_.Parameters.ContainsKey('WhatIf') -and $_.Parameters.ContainsKey('Connection')) -or $_.Verb -eq 'Wait' } |
        # It reads, and writes a file.
        Where-Object Name -NE Export-UserAssignedIdentity
    $cmdlets = $changing | ForEach-Object { @{ Cmdlet = $_.Name } }
}

Describe '-AsJob' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        Invoke-Emulator Delete /requests
    }
    AfterEach { Get-Job | Remove-Job -Force }

    It 'is a parameter of <Cmdlet>' -ForEach $cmdlets {
        (Get-Command $Cmdlet).Parameters.AsJob.SwitchParameter | Should -BeTrue
    }

    It 'returns a job that runs in this process, on the connection of the session' {
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob
        $job | Should -BeOfType ([System.Management.Automation.Job])
        $job.PSJobTypeName | Should -Be ManagedIdentityJob
        $job.Command | Should -Be Update-VmIdentity
        $job.Location | Should -Be localhost
        (Get-Job -Id $job.Id) | Should -Be $job
        (Wait-Job $job).State | Should -Be Completed
        $job.HasMoreData | Should -BeTrue
        $job.StatusMessage | Should -BeNullOrEmpty
        $machine = Receive-Job $job
        $machine | Should -BeOfType ([ManagedIdentity.Models.VmIdentity])
        $machine.UserAssignedIdentity.Name | Should -Be id1
        $job.HasMoreData | Should -BeFalse
        Remove-Job $job
        Get-Job | Should -BeNullOrEmpty
    }

    It 'returns at once, and the job waits' {
        Edit-EmulatorSetting @{ operationMs = 60000 }
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob
        Wait-Condition { Get-ChangingRequest }
        $job.State | Should -Be Running
        (Get-VmIdentity $Group $VM).ProvisioningState | Should -Be Updating
    }

    It 'is stopped at once' {
        Edit-EmulatorSetting @{ operationMs = 600000 }
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob
        Wait-Condition { Get-ChangingRequest }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
        $job.State | Should -Be Stopped
        $job.Error | Should -BeNullOrEmpty
        Remove-Job $job
    }

    It 'is stopped and removed by Remove-Job -Force' {
        Edit-EmulatorSetting @{ operationMs = 600000 }
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob
        Wait-Condition { Get-ChangingRequest }
        Remove-Job $job -Force
        $job.State | Should -Be Stopped
    }

    It 'says how far it is' {
        $ProgressPreference = 'Continue'
        Edit-EmulatorSetting @{ operationMs = 60000 }
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob
        Wait-Condition { $job.StatusMessage }
        $job.StatusMessage | Should -BeLike "*$VM*"
        $job.Progress.Count | Should -BeGreaterThan 0
    }

    It 'takes the objects of a pipeline as one job, and returns the results in their order' {
        $names = 1..20 | ForEach-Object { "made$_" }
        $job = $names | New-UserAssignedIdentity -ResourceGroupName $Group -AsJob
        @($job).Count | Should -Be 1
        ($job | Receive-Job -Wait -AutoRemoveJob).Name | Should -Be $names
        Get-Job | Should -BeNullOrEmpty
    }

    It 'takes rows of a table, by their columns' {
        $rows = @"
ResourceGroupName,Name,AddIdentityId
$Group,$VM,id1;id2
"@ | ConvertFrom-Csv
        $done = $rows | Update-VmIdentity -AsJob | Receive-Job -Wait
        $done.UserAssignedIdentity.Name | Should -Be id1, id2
        $done = $rows | Update-VmIdentity -ResourceId $done.Id -RemoveMissing -AsJob | Receive-Job -Wait
        $done.Name | Should -Be $VM
    }

    It 'makes a job of nothing where the pipeline brings nothing' {
        @() | Update-VmIdentity -AddIdentityId id1 -AsJob | Should -BeNullOrEmpty
        Get-Job | Should -BeNullOrEmpty
    }

    It 'keeps the errors, one for each input' {
        $machine = Get-VmIdentity $Group $VM
        $job = $machine, 'no-machine' | Update-VmIdentity -AddIdentityId id1 -ResourceGroupName $Group -AsJob -ErrorAction Continue
        $done = $job | Receive-Job -Wait -ErrorVariable failed -ErrorAction SilentlyContinue
        $done.Name | Should -Be $VM
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.UpdateVmIdentityCommand'
        $failed[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failed[0].CategoryInfo.Activity | Should -Be Update-VmIdentity
        $failed[0].TargetObject | Should -Be 'no-machine'
        $failed[0].Exception.HttpStatus | Should -Be 404
        $failed[0].InvocationInfo.MyCommand.Name | Should -Be Update-VmIdentity
        $job.State | Should -Be Completed
    }

    It 'fails with the error under -ErrorAction Stop' {
        $job = Update-VmIdentity $Group no-machine -AddIdentityId id1 -AsJob -ErrorAction Stop
        (Wait-Job $job).State | Should -Be Failed
        $job.StatusMessage | Should -BeLike '*no-machine*'
        $failed = Get-Failure { Receive-Job $job }
        @($failed).Count | Should -Be 1
        Get-ErrorCode $failed | Should -Be ResourceNotFound
    }

    It 'says how many have failed' {
        $job = 'm1', 'm2' | Update-VmIdentity -AddIdentityId id1 -ResourceGroupName $Group -AsJob -ErrorAction Continue
        $null = Wait-Job $job
        $job.StatusMessage | Should -BeLike '2 errors. The first: *m1*'
    }

    It 'is no job where the command line is wrong' {
        Get-ErrorCode (Get-Failure { Update-VmIdentity $Group $VM -EnableSystemAssigned -DisableSystemAssigned -AsJob }) |
            Should -Be InvalidIdentityChange
        Get-ErrorCode (Get-Failure { Update-VmIdentity $Group $VM -EnableSystemAssigned -AsJob -SubscriptionId unknown }) |
            Should -Be InvalidSubscriptionId
        Get-Job | Should -BeNullOrEmpty
    }

    It 'keeps warnings, verbose messages and progress in the streams of the job' {
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1
        $job = Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId id2 -AsJob -Verbose
        $null = Wait-Job $job
        $job.Warning | Should -BeLike '*loses id1*'
        "$($job.Verbose)" | Should -BeLike '*PATCH*'
        $null = Receive-Job $job -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*loses id1*'
    }

    It 'has the preferences of the session' {
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1
        $WarningPreference = 'Stop'
        $job = Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId id2 -AsJob
        $WarningPreference = 'Continue'
        (Wait-Job $job).State | Should -Be Failed
        (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Should -Be id1
        $VerbosePreference = 'Continue'
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob 4>$null
        $VerbosePreference = 'SilentlyContinue'
        $null = Wait-Job $job
        $job.Verbose.Count | Should -BeGreaterThan 0
    }

    It 'reads the files of the session: its location, and its drives' {
        $template = '{ "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [] }'
        Set-Content TestDrive:/empty.json $template
        (New-ArmDeployment $Group TestDrive:/empty.json -AsJob | Receive-Job -Wait).ProvisioningState | Should -Be Succeeded
        Push-Location TestDrive:/
        try {
            (New-ArmDeployment $Group empty.json -AsJob | Receive-Job -Wait).DeploymentName | Should -Be empty
        } finally {
            Pop-Location
        }
    }

    It 'shows the plan under -WhatIf, and is no job' {
        Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob -WhatIf | Should -BeNullOrEmpty
        $WhatIfPreference = $true
        Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob | Should -BeNullOrEmpty
        Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob -WhatIf:$false | Receive-Job -Wait | Should -Not -BeNullOrEmpty
        $WhatIfPreference = $false
        @(Get-ChangingRequest).Count | Should -Be 1
    }

    It 'does not ask: <Line>' -ForEach @(
        @{ Line = 'Update-VmIdentity myResourceGroup myVM -AddIdentityId id1 -AsJob -Confirm' }
        @{ Line = '$ConfirmPreference = "Low"; Remove-UserAssignedIdentity myResourceGroup id1 -AsJob' }
    ) {
        $failure = Get-Failure ([scriptblock]::Create($Line))
        Get-ErrorCode $failure | Should -Be ConfirmInJob
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike '*-AsJob*-WhatIf*-Confirm:$false*'
        Get-ArmRequest | Should -BeNullOrEmpty
        Get-Job | Should -BeNullOrEmpty
    }

    It 'changes without a question where none is wanted' {
        & {
            $ConfirmPreference = 'Low'
            $null = Remove-UserAssignedIdentity $Group id1 -AsJob -Confirm:$false | Receive-Job -Wait
        }
        (Get-UserAssignedIdentity $Group).Name | Should -Be id2
    }

    It 'says that it can''t take a script block to the job' {
        $failure = Get-Failure { [pscustomobject] @{ Group = $Group; VM = $VM } | Update-VmIdentity -ResourceGroupName { $_.Group } -Name { $_.VM } -EnableSystemAssigned -AsJob }
        Get-ErrorCode $failure | Should -Be ScriptBlockForJob
        $failure.Exception.Message | Should -BeLike '-AsJob*script block*Select-Object*'
    }

    It 'works from $PSDefaultParameterValues, and does not begin a job in a job' {
        $PSDefaultParameterValues = @{ '*-VmIdentity:ResourceGroupName' = $Group; 'Update-VmIdentity:AsJob' = $true; 'Update-VmIdentity:Name' = 'decoy' }
        $job = Get-VmIdentity -Name $VM | Update-VmIdentity -AddIdentityId id1
        $job | Should -BeOfType ([System.Management.Automation.Job])
        ($job | Receive-Job -Wait).Name | Should -Be $VM
    }

    It 'waits, too' {
        Edit-EmulatorSetting @{ operationMs = 1000 }
        $job = Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait | Wait-VmIdentity -AsJob
        ($job | Receive-Job -Wait).ProvisioningState | Should -Be Succeeded
    }

    It 'ends with an error where the connection is closed' {
        $connection = Connect-ManagedIdentityService -Emulator
        Edit-EmulatorSetting @{ operationMs = 600000 }
        Disconnect-ManagedIdentityService -Connection $connection
        Get-ErrorCode (Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob -Connection $connection }) |
            Should -Be ConnectionClosed
        $null = Connect-ManagedIdentityService -Emulator
    }

    It 'leaves no runspace behind' {
        $before = @(Get-Runspace).Count
        $null = 1..3 | ForEach-Object { Update-VmIdentity $Group $VM -AddIdentityId id1 -AsJob } | Receive-Job -Wait -AutoRemoveJob
        Wait-Condition { @(Get-Runspace).Count -le $before }
    }

    It 'works under $ErrorActionPreference Stop in the caller' {
        $ErrorActionPreference = 'Stop'
        { Update-VmIdentity $Group no-machine -AddIdentityId id1 -AsJob | Receive-Job -Wait } | Should -Throw '*no-machine*'
    }
}
