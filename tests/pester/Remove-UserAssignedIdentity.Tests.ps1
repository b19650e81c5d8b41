Describe 'Remove-UserAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
    }

    It 'deletes one and returns nothing' {
        Remove-UserAssignedIdentity -ResourceGroupName $Group -Name id1 | Should -BeNullOrEmpty
        (Get-UserAssignedIdentity).Name | Should -Be 'id2', 'id3'
    }

    It 'returns true with -PassThru' {
        $result = Remove-UserAssignedIdentity $Group id1 -PassThru
        $result | Should -BeOfType [bool]
        $result | Should -BeTrue
    }

    It 'does not ask' {
        # It would fail where nobody can be asked.
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModulePath'; Remove-UserAssignedIdentity '$Group' id1").Invoke()
        $shell.HadErrors | Should -BeFalse
        $shell.Dispose()
        (Get-UserAssignedIdentity).Count | Should -Be 2
    }

    It 'takes an id' {
        Remove-UserAssignedIdentity -ResourceId (Get-IdentityId id1)
        (Get-UserAssignedIdentity).Count | Should -Be 2
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'names from the pipeline'; Given = { 'id1', 'id2', 'id3' | Remove-UserAssignedIdentity -ResourceGroupName $Group -PassThru } }
        @{ Kind = 'names'; Given = { Remove-UserAssignedIdentity $Group id1, id2, id3 -PassThru } }
        @{ Kind = 'identities from the pipeline'; Given = { Get-UserAssignedIdentity | Remove-UserAssignedIdentity -PassThru } }
        @{ Kind = 'identities'; Given = { Remove-UserAssignedIdentity -InputObject (Get-UserAssignedIdentity) -PassThru } }
        @{ Kind = 'ids from the pipeline'; Given = { (Get-UserAssignedIdentity).Id | Remove-UserAssignedIdentity -PassThru } }
        @{ Kind = 'rows from the pipeline'; Given = { Get-UserAssignedIdentity | Select-Object ResourceGroupName, Name | Remove-UserAssignedIdentity -PassThru } }
        @{ Kind = 'objects with an Id from the pipeline'; Given = { Get-UserAssignedIdentity | Select-Object Id, Name | Remove-UserAssignedIdentity -PassThru } }
    ) {
        & $Given | Should -Be $true, $true, $true
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'takes the identities of a virtual machine' {
        $vm = Update-VmIdentity $Group $VM -AddIdentityId id1, id2 -NoWait
        $vm.UserAssignedIdentity | Remove-UserAssignedIdentity -PassThru | Should -Be $true, $true
        (Get-UserAssignedIdentity).Name | Should -Be id3
    }

    It 'says that one does not exist' {
        $failure = Get-Failure { Remove-UserAssignedIdentity $Group missing -PassThru }
        $failure.FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.RemoveUserAssignedIdentityCommand'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be missing
        $failure.Exception.Message | Should -BeLike "*missing*nothing was deleted*"
    }

    It 'says what it can''t take: <Given>' -ForEach @(
        @{ Given = 5; Code = 'InvalidInputObject' }
        @{ Given = [version] '1.2'; Code = 'InvalidInputObject' }
        @{ Given = 'id1'; Code = 'InvalidResourceId' }
        @{ Given = [pscustomobject]@{ Id = 5 }; Code = 'InvalidResourceId' }
    ) {
        $failure = Get-Failure { $Given | Remove-UserAssignedIdentity }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        "$($failure.TargetObject)" | Should -Be "$Given"
        $failure.Exception.Message | Should -Match "^-(InputObject|ResourceId) '.+' is not valid: it is "
        (Get-UserAssignedIdentity).Count | Should -Be 3
    }
}
