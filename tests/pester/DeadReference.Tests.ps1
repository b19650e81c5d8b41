Describe 'References to identities that were deleted' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1, id2 -NoWait
        Remove-UserAssignedIdentity $Group id2
        Invoke-Emulator Delete /requests
    }

    It 'are found by -Check: <Kind>' -ForEach @(
        @{ Kind = 'by name'; Given = { Get-VmIdentity $Group $VM -Check } }
        @{ Kind = 'in a list'; Given = { Get-VmIdentity -Check } }
    ) {
        $machine = & $Given
        ($machine.UserAssignedIdentity | Where-Object Name -EQ id1).Exists | Should -BeTrue
        ($machine.UserAssignedIdentity | Where-Object Name -EQ id2).Exists | Should -BeFalse
        $machine | Out-String -Width 200 | Should -BeLike '*id2 (missing)*'
    }

    It 'are unknown without it' {
        (Get-VmIdentity $Group $VM).UserAssignedIdentity.Exists | Should -Be $null, $null
    }

    It 'are named by the error of a change' {
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id3 }
        Get-ErrorCode $failure | Should -Be FailedIdentityOperation
        $failure.Exception.Message | Should -BeLike 'There is no user-assigned identity ''id2''*-RemoveMissing*'
        $failure.TargetObject | Should -Be $VM
    }

    It 'are dropped in the same update' {
        $machine = Update-VmIdentity $Group $VM -AddIdentityId id3 -RemoveMissing
        $machine.UserAssignedIdentity.Name | Sort-Object | Should -Be 'id1', 'id3'
        @(Get-ChangingRequest).Count | Should -Be 1
    }

    It 'are dropped alone' {
        (Update-VmIdentity $Group $VM -RemoveMissing).UserAssignedIdentity.Name | Should -Be id1
        Invoke-Emulator Delete /requests
        $null = Update-VmIdentity $Group $VM -RemoveMissing
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'are named by -WhatIf' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModulePath'; Update-VmIdentity '$Group' '$VM' -RemoveMissing -WhatIf").Invoke()
        $shell.Dispose()
        (Get-ArmRequest).method | Sort-Object -Unique | Should -Be GET
    }
}

Describe 'Who may not assign an identity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $identity = New-UserAssignedIdentity $Group id1
    }
    AfterAll { Disconnect-TestEmulator }

    It 'is told the identity and the role' {
        Edit-EmulatorSetting @{ unassignable = @($identity.Id) }
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId $identity }
        Get-ErrorCode $failure | Should -Be LinkedAuthorizationFailed
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
        $failure.Exception.Message | Should -BeLike '*Managed Identity Operator*userAssignedIdentities/id1*'
    }

    It 'is told that no identity of another tenant works' {
        $foreign = $identity.Id -replace 'aaaa0a0a-', 'bbbb0b0b-'
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId $foreign }
        $failure.Exception.Message | Should -BeLike '*another tenant*'
    }
}
