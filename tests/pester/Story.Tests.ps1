Describe 'The story of two identities and a machine' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        function Get-AssignedName {
            (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).UserAssignedIdentity.Name | Sort-Object
        }
    }
    AfterAll { Disconnect-TestEmulator }

    # Each step starts where the one before it ended.
    It 'starts an Azure on this machine and connects to it' {
        $null = Start-ArmEmulator -OperationTime 200
        (Connect-ManagedIdentityService -Emulator).IsDefault | Should -BeTrue
    }

    It 'creates two identities' {
        (New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1).Location | Should -Be eastus
        (New-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id2).Location | Should -Be eastus
    }

    It 'lists them' {
        (Get-UserAssignedIdentity -ResourceGroupName myResourceGroup).Name | Should -Be 'id1', 'id2'
    }

    It 'adds the first to the machine' {
        $machine = Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -AddIdentityId id1
        $machine.Type | Should -Be UserAssigned
        Get-AssignedName | Should -Be id1
    }

    It 'adds the second: both are there' {
        $null = Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -AddIdentityId id2
        Get-AssignedName | Should -Be 'id1', 'id2'
    }

    It 'enables the system-assigned identity: both are still there' {
        $machine = Get-VmIdentity | Update-VmIdentity -EnableSystemAssigned
        $machine.Type | Should -Be SystemAssignedUserAssigned
        { [guid] $machine.PrincipalId } | Should -Not -Throw
        Get-AssignedName | Should -Be 'id1', 'id2'
    }

    It 'removes the first: the second and the system-assigned one are still there' {
        $null = Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -RemoveIdentityId id1
        Get-AssignedName | Should -Be id2
        (Get-VmIdentity -ResourceGroupName myResourceGroup -Name myVM).Type | Should -Be SystemAssignedUserAssigned
    }

    It 'deletes the first' {
        Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1
        (Get-UserAssignedIdentity).Name | Should -Be id2
    }

    It 'takes everything back' {
        $machine = Update-VmIdentity -ResourceGroupName myResourceGroup -Name myVM -IdentityType None -WarningAction SilentlyContinue
        $machine.Type | Should -Be None
        Get-UserAssignedIdentity | Remove-UserAssignedIdentity
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'says good bye' {
        Disconnect-ManagedIdentityService
        Stop-ArmEmulator
        $failure = Invoke-WithEnvironment @{ PATH = "$TestDrive" } { Get-Failure { Get-UserAssignedIdentity } }
        $failure.FullyQualifiedErrorId | Should -Be 'NotConnected,ManagedIdentity.Commands.GetUserAssignedIdentityCommand'
        $failure.CategoryInfo.Category | Should -Be AuthenticationError
        $failure.Exception.Message | Should -BeLike '*Connect-ManagedIdentityService*'
    }
}
