# The runbook for Azure Automation of the examples, on the emulator as its host.

Describe 'Add-TaggedVmIdentity.ps1' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        $Runbook = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../examples/automation/Add-TaggedVmIdentity.ps1")
        Connect-TestEmulator

        # What a job of the Automation account gets and does: its variables, the report, and how it ended.
        function Invoke-Runbook([hashtable] $Parameter) {
            $variables = Get-HostVariable automation @{ machine = $Account.Id }
            $variables.AZURE_RESOURCE_MANAGER_URL = (Get-ArmEmulator).Endpoint
            $report = New-Object System.Collections.ArrayList
            $ended = ''
            Invoke-WithEnvironment $variables {
                try {
                    & $Runbook @Parameter | ForEach-Object { $null = $report.Add($_) }
                } catch {
                    $ended = "$_"
                }
                $open = @(Get-ManagedIdentityConnection).Count
                $null = Connect-ManagedIdentityService -Emulator
                @{ Report = $report.ToArray(); Error = $ended; Open = $open }
            }
        }

        # Machines of a subscription, with the tag workload.
        function Add-Machine([string] $Prefix, [int] $Count, [string] $Value, $Subscription) {
            $made = @{
                types  = @('Microsoft.Compute/virtualMachines')
                prefix = $Prefix
                count  = $Count
                tags   = @{ workload = $Value }
            }
            if ($Subscription) {
                $made.subscriptions = @($Subscription)
            }
            $null = Invoke-Emulator Post /resources $made
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        Clear-Emulator
        $null = Connect-ManagedIdentityService -Emulator
        # What stands for the Automation account: a resource with a system-assigned identity.
        $Account = Update-VmIdentity $Group $VM -EnableSystemAssigned
    }

    It 'assigns to each machine with the tag an identity with the roles, in all subscriptions' {
        $other = 'bbbbbbbb-1111-2222-3333-444444444444'
        $null = Invoke-Emulator Post /subscriptions @{ id = $other; name = 'Other' }
        Add-Machine web 2 web
        Add-Machine db 1 web $other
        Add-Machine job 1 batch
        $job = Invoke-Runbook @{ TagName = 'workload'; TagValue = 'web'; RoleDefinitionName = 'Reader', 'Contributor' }
        $job.Error | Should -BeNullOrEmpty
        ($job.Report.Machine | Sort-Object) -join ' ' | Should -Be 'db00001 web00001 web00002'
        foreach ($row in $job.Report) {
            $row.PSObject.Properties.Name -join ' ' |
                Should -Be 'Machine ResourceGroupName SubscriptionId Identity PrincipalId Result Change Error'
            $row.Result | Should -Be Changed
            $row.Error | Should -BeNullOrEmpty
            $row.Identity | Should -Be "$($row.Machine)-id"
            $row.Change | Should -Be (
                "create the identity '$($row.Identity)'; assign it the roles Reader, Contributor on '$($row.ResourceGroupName)'; " +
                'assign it to the machine')
            $at = @{ SubscriptionId = $row.SubscriptionId; ResourceGroupName = $row.ResourceGroupName }
            $machine = Get-VmIdentity @at -Name $row.Machine
            $machine.UserAssignedIdentity.Name | Should -Be $row.Identity
            $machine.ProvisioningState | Should -Be Succeeded
            $identity = Get-UserAssignedIdentity @at -Name $row.Identity
            $identity.Location | Should -Be $machine.Location
            $identity.PrincipalId | Should -Be $row.PrincipalId
            $scope = ($machine.Id -split '/providers/')[0]
            $roles = $identity | Get-IdentityRoleAssignment -Scope $scope
            ($roles.RoleDefinitionName | Sort-Object) -join ' ' | Should -Be 'Contributor Reader'
            $roles.Scope | Should -Be $scope, $scope
        }
        Get-UserAssignedIdentity -AllSubscriptions -Name 'job*' | Should -BeNullOrEmpty
        $job.Report.SubscriptionId | Should -Contain $other
    }

    It 'signs in as the identity of its host, and leaves no connection' {
        Add-Machine web 1 web
        $null = Invoke-Emulator Delete /tokens
        $before = @(Get-ManagedIdentityConnection).Count
        (Invoke-Runbook @{ TagName = 'workload' }).Open | Should -Be $before
        # The other is that of the tests themselves, afterwards.
        $tokens = @(Invoke-Emulator Get /tokens | Where-Object grant -NE secret)
        $tokens.grant | Select-Object -Unique | Should -Be automation
    }

    It 'signs in as the assigned identity that -AccountId names' {
        $id = New-UserAssignedIdentity $Group ops
        $null = $Account | Update-VmIdentity -AddIdentityId $id
        $null = Invoke-Emulator Delete /tokens
        (Invoke-Runbook @{ TagName = 'none'; AccountId = $id.ClientId }).Report | Should -BeNullOrEmpty
        $tokens = @(Invoke-Emulator Get /tokens | Where-Object grant -EQ automation)
        $tokens.clientId | Select-Object -Unique | Should -Be $id.ClientId
    }

    It 'changes nothing in a second run' {
        Add-Machine web 2 web
        $first = Invoke-Runbook @{ TagName = 'workload' }
        $null = Invoke-Emulator Delete /requests
        $again = Invoke-Runbook @{ TagName = 'workload' }
        Get-ChangingRequest | Should -BeNullOrEmpty
        $again.Error | Should -BeNullOrEmpty
        $again.Report.Result | Should -Be Unchanged, Unchanged
        $again.Report.Change | Should -Be '', ''
        $again.Report.PrincipalId | Should -Be $first.Report.PrincipalId
    }

    It 'completes what is there in part' {
        Add-Machine web 1 web
        $machine = Get-VmIdentity -Name web00001
        $id = New-UserAssignedIdentity $Group web00001-id
        $other = New-UserAssignedIdentity $Group other
        $null = $machine | Update-VmIdentity -AddIdentityId $other
        $null = $id | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        $row = (Invoke-Runbook @{ TagName = 'workload'; RoleDefinitionName = 'Reader', 'Contributor' }).Report
        $row.Change | Should -Be "assign it the roles Contributor on '$Group'; assign it to the machine"
        # The machine keeps what it had.
        ((Get-VmIdentity -Name web00001).UserAssignedIdentity.Name | Sort-Object) -join ' ' | Should -Be 'other web00001-id'
    }

    It 'shows its changes with <_> and makes none' -ForEach 'WhatIf', 'ReportOnly' {
        Add-Machine web 2 web
        $null = Invoke-Emulator Delete /requests
        $job = Invoke-Runbook @{ TagName = 'workload'; $_ = $true }
        Get-ChangingRequest | Should -BeNullOrEmpty
        $job.Error | Should -BeNullOrEmpty
        $job.Report.Result | Should -Be Planned, Planned
        $job.Report[0].Change | Should -BeLike "create the identity 'web00001-id'; assign it the roles Reader on *; assign it to the machine"
        $job.Report[0].PrincipalId | Should -BeNullOrEmpty
    }

    It 'continues after a machine that can''t be changed, and fails at the end' {
        Add-Machine web 3 web
        Add-Fault @{
            method = 'PATCH'; pathContains = '/virtualMachines/web00002'; times = 10
            action = @{ status = 409; code = 'ScopeLocked'; message = 'The scope is locked.' }
        }
        $job = Invoke-Runbook @{ TagName = 'workload' }
        $job.Error | Should -BeLike '1 of 3 virtual machines failed: web00002.*'
        $job.Report.Result | Should -Be Changed, Failed, Changed
        $job.Report[1].Error | Should -BeLike '*web00002*locked*'
        (Get-VmIdentity -Name web00001, web00003).UserAssignedIdentity.Name | Should -Be web00001-id, web00003-id
        (Get-VmIdentity -Name web00002).UserAssignedIdentity | Should -BeNullOrEmpty

        # The next run does the rest.
        $null = Invoke-Emulator Delete /faults
        $job = Invoke-Runbook @{ TagName = 'workload' }
        $job.Error | Should -BeNullOrEmpty
        $job.Report.Result | Should -Be Unchanged, Changed, Unchanged
        $job.Report[1].Change | Should -Be 'assign it to the machine'
    }

    It 'reports a machine whose operation fails at its end' {
        Add-Machine web 2 web
        $gone = New-UserAssignedIdentity $Group gone
        $null = Get-VmIdentity -Name web00001 | Update-VmIdentity -AddIdentityId $gone
        Remove-UserAssignedIdentity $Group gone
        $job = Invoke-Runbook @{ TagName = 'workload' }
        $job.Report.Result | Should -Be Failed, Changed
        $job.Report[0].Error | Should -BeLike '*gone*'
        $job.Error | Should -BeLike '1 of 2 *'
    }

    It 'reports a machine that can''t be read' {
        Add-Machine web 3 web
        Add-Fault @{
            method = 'GET'; pathContains = '/virtualMachines/web00002'; times = 10
            action = @{ status = 403; code = 'AuthorizationFailed'; message = 'No.' }
        }
        $job = Invoke-Runbook @{ TagName = 'workload' }
        $job.Report.Machine | Should -Be web00001, web00003, web00002
        $job.Report.Result | Should -Be Changed, Changed, Failed
        $job.Report[2].ResourceGroupName | Should -Be $Group
        $job.Report[2].Error | Should -BeLike "*'web00002'*"
        $job.Error | Should -BeLike '1 of 3 virtual machines failed: web00002.*'
    }

    It 'fails without a report when it can''t find the machines' {
        Add-Fault @{ pathContains = '/Microsoft.ResourceGraph/'; times = 10; action = @{ status = 403; code = 'AuthorizationFailed'; message = 'No.' } }
        $job = Invoke-Runbook @{ TagName = 'workload' }
        $job.Report | Should -BeNullOrEmpty
        $job.Error | Should -BeLike 'No.*'
    }

    It 'has help of its own' {
        $help = Get-Help $Runbook -Full
        $help.Synopsis | Should -BeLike '*.'
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        $own = (Get-Command $Runbook).Parameters.Keys |
            Where-Object { $_ -notin [System.Management.Automation.PSCmdlet]::CommonParameters -and $_ -notin 'WhatIf', 'Confirm', 'ProgressAction' }
        foreach ($name in $own) {
            ($help.parameters.parameter | Where-Object name -EQ $name).description.Text | Should -Not -BeNullOrEmpty -Because $name
        }
    }
}
