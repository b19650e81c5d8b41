# Tests of Set-WebIdentity.ps1: on the emulator, and with mocks. To test a script of your own, copy this file beside it.
#
#   Invoke-Pester ./Set-WebIdentity.Tests.ps1
#
# It needs Pester 5 and the module ManagedIdentity, and no Azure: no sign-in, no network.

BeforeAll {
    Import-Module ManagedIdentity
    $script = "$PSScriptRoot/Set-WebIdentity.ps1"
}

# The emulator answers as Azure does. The tests see what the script sends, and what it comes to.
Describe 'Set-WebIdentity.ps1 on the emulator' {
    BeforeAll {
        $null = Start-ArmEmulator
        $null = Connect-ManagedIdentityService -Emulator
    }
    BeforeEach {
        # Each test begins with the same state.
        Reset-ArmEmulator
        Set-ArmEmulatorSetting -OperationTime 0
        Add-ArmEmulatorVirtualMachine web -Count 3 -ResourceGroupName fleet -Tag @{ role = 'web' }
        Add-ArmEmulatorVirtualMachine db -ResourceGroupName fleet -Tag @{ role = 'db' }
        $null = Get-ArmEmulatorRequest -Clear
    }
    AfterAll { Stop-ArmEmulator }

    It 'gives the machines with the tag the identity, and no other machine' {
        $report = & $script fleet
        $report.Result | Should -Be Done, Done, Done
        $identity = Get-UserAssignedIdentity -ResourceGroupName fleet -Name web-id
        $machines = Get-VmIdentity -ResourceGroupName fleet -Tag @{ role = 'web' }
        $machines.UserAssignedIdentity.ClientId | Select-Object -Unique | Should -Be $identity.ClientId
        (Get-VmIdentity -ResourceGroupName fleet -Name db).Type | Should -Be None
        ($identity | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Reader
    }

    It 'changes nothing in a second run' {
        $null = & $script fleet
        $null = Get-ArmEmulatorRequest -Clear
        (& $script fleet).Result | Should -Be Done, Done, Done
        Get-ArmEmulatorRequest */virtualMachines/* -Method WRITE | Should -BeNullOrEmpty
    }

    It 'changes each machine once' {
        $null = & $script fleet
        $writes = Get-ArmEmulatorRequest */virtualMachines/* -Method WRITE
        $writes.Count | Should -Be 3
        $writes.StatusCode | Select-Object -Unique | Should -Be 200
    }

    It 'removes references to identities that no longer exist' {
        Add-ArmEmulatorVirtualMachine old -ResourceGroupName fleet -Tag @{ role = 'web' } -DeletedIdentityId gone-id
        (& $script fleet).Result | Select-Object -Unique | Should -Be Done
        (Get-VmIdentity -ResourceGroupName fleet -Name old).UserAssignedIdentity.Name | Should -Be web-id
    }

    It 'reports a machine that it may not change, and changes the others' {
        $null = Set-ArmEmulatorFault Forbidden -Method WRITE -Path */virtualMachines/web02*
        $report = & $script fleet
        $report.Result | Should -Be Done, Failed, Done
        ($report | Where-Object Result -EQ Failed).Error | Should -Be AuthorizationFailed
    }

    It 'repeats what Azure throttles' {
        $null = Set-ArmEmulatorFault ThrottledWithZeroWait -Times 2 -Method WRITE
        (& $script fleet).Result | Should -Be Done, Done, Done
        @(Get-ArmEmulatorRequest -StatusCode 429).Count | Should -Be 2
    }

    It 'ends with an error if it may not create the identity' {
        $null = Set-ArmEmulatorFault -StatusCode 403 -Code AuthorizationFailed -Method PUT -Path /userAssignedIdentities/
        { & $script fleet } | Should -Throw -ErrorId 'AuthorizationFailed*'
        Get-ArmEmulatorRequest */virtualMachines/* -Method WRITE | Should -BeNullOrEmpty
    }
}

# Mocks answer in place of the cmdlets. These tests see the logic of the script alone, and are fast.
Describe 'Set-WebIdentity.ps1 with mocks' {
    BeforeAll {
        # New-MockObject makes any type of the module, with the properties that the script reads.
        function Get-FakeMachine([string] $Name, [object[]] $Identity) {
            New-MockObject -Type ManagedIdentity.Models.VmIdentity -Properties @{ Name = $Name; UserAssignedIdentity = $Identity }
        }
        function Get-FakeReference([string] $Name, [bool] $Exists) {
            $properties = @{ Id = "/subscriptions/s/resourceGroups/fleet/providers/x/$Name"; Name = $Name; Exists = $Exists }
            New-MockObject -Type ManagedIdentity.Models.AssignedIdentity -Properties $properties
        }
    }
    BeforeEach {
        Mock New-UserAssignedIdentity {
            New-MockObject -Type ManagedIdentity.Models.UserAssignedIdentity -Properties @{ Name = $Name; Id = "id of $Name" }
        }
        Mock New-IdentityRoleAssignment { }
        Mock Update-VmIdentity { }
        Mock Get-VmIdentity { Get-FakeMachine web1; Get-FakeMachine web2 (Get-FakeReference live $true), (Get-FakeReference gone $false) }
    }

    It 'assigns the role to the identity' {
        $null = & $script fleet -IdentityName other-id -RoleDefinitionName Contributor
        Should -Invoke New-IdentityRoleAssignment -Times 1 -Exactly -ParameterFilter {
            $InputObject.Name -eq 'other-id' -and $RoleDefinitionName -eq 'Contributor' -and $ResourceGroupName -eq 'fleet'
        }
    }

    It 'removes the references that are dead, and no other' {
        $null = & $script fleet
        Should -Invoke Update-VmIdentity -Times 1 -Exactly -ParameterFilter { $Name -eq 'web1' -and -not $RemoveIdentityId }
        Should -Invoke Update-VmIdentity -Times 1 -Exactly -ParameterFilter { $Name -eq 'web2' -and "$RemoveIdentityId" -like '*/gone' }
    }

    It 'reports a machine that fails' {
        Mock Update-VmIdentity { throw 'no' } -ParameterFilter { $Name -eq 'web1' }
        (& $script fleet).Result | Should -Be Failed, Done
    }

    It 'hands on the connection' {
        # Not $connection: in a filter, that is the parameter, or else this variable.
        $double = New-MockObject -Type ManagedIdentity.Models.ManagedIdentityConnection -Properties @{ SubscriptionId = 's1' }
        $null = & $script fleet -Connection $double
        Should -Invoke Update-VmIdentity -Times 2 -Exactly -ParameterFilter { $Connection.SubscriptionId -eq 's1' }
    }
}
