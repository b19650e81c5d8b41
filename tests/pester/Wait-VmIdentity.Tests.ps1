Describe 'Wait-VmIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        Edit-EmulatorSetting @{ operationMs = 1200 }
    }

    It 'waits for what was not waited for: <Kind>' -ForEach @(
        @{ Kind = 'the object'; Wait = { $_ | Wait-VmIdentity } }
        @{ Kind = 'its id'; Wait = { Wait-VmIdentity -ResourceId $_.Id } }
        @{ Kind = 'its name'; Wait = { Wait-VmIdentity -ResourceGroupName $Group -VMName $VM } }
    ) {
        $updating = Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait
        $updating.ProvisioningState | Should -Be Updating
        $done = $updating | ForEach-Object $Wait
        $done.ProvisioningState | Should -Be Succeeded
        $done.UserAssignedIdentity.ClientId | Should -Not -BeNullOrEmpty
    }

    It 'waits for scale sets too' {
        Edit-EmulatorSetting @{ operationMs = 0 }
        Add-ScaleSet mySet -Mode Automatic
        $null = Get-VmssIdentity $Group mySet | Wait-VmIdentity
        Edit-EmulatorSetting @{ operationMs = 1200 }
        $updating = Update-VmssIdentity $Group mySet -AddIdentityId id1 -NoWait
        $updating.ProvisioningState | Should -Be Updating
        $done = $updating | Wait-VmIdentity
        $done.ProvisioningState | Should -Be Succeeded
        $done | Should -BeOfType ([ManagedIdentity.Models.VmssIdentity])
    }

    It 'returns at once when nothing runs' {
        (Wait-VmIdentity $Group $VM).ProvisioningState | Should -Be Succeeded
        @(Get-ArmRequest).Count | Should -BeGreaterThan 0
        Get-ChangingRequest | Where-Object path -Like '*virtualMachines*' | Should -BeNullOrEmpty
    }

    It 'says why a change failed that nobody waited for' {
        Edit-EmulatorSetting @{ operationMs = 0 }
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait
        Remove-UserAssignedIdentity $Group id1
        $failed = Update-VmIdentity $Group $VM -AddIdentityId id2 -NoWait
        $failure = Get-Failure { $failed | Wait-VmIdentity }
        $failure.CategoryInfo.Category | Should -Be InvalidOperation
        $failure.Exception.Message | Should -BeLike "*$VM*"
    }

    It 'works in another process, and carries no secret there' {
        $updating = Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait
        $file = Join-Path $TestDrive 'machine.json'
        ConvertTo-Json $updating -Depth 5 | Set-Content $file
        Get-Content -Raw $file | Should -Not -Match 'operations/|\?t=|&s='
        $script = @"
            Import-Module '$ModulePath'
            `$null = Connect-ManagedIdentityService -Emulator -Endpoint '$((Get-ArmEmulator).Endpoint)'
            (Get-Content -Raw '$file' | ConvertFrom-Json | Wait-VmIdentity).ProvisioningState
"@
        $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($script))
        Invoke-Shell -EncodedCommand $encoded | Select-Object -Last 1 | Should -Be Succeeded
    }
}
