Describe 'Update-AzVmss' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
        Enable-AzIdentityAlias
    }
    AfterAll {
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        Add-ScaleSet web Automatic
        $null = Get-VmssIdentity $Group web | Wait-VmIdentity | Update-VmssIdentity -AddIdentityId id1 -EnableSystemAssigned
    }

    It 'adds without an object, as a PATCH does' {
        $set = Update-AzVmss -ResourceGroupName $Group -VMScaleSetName web -IdentityType UserAssigned -IdentityId (Get-IdentityId id2)
        $set.Identity.Type | Should -Be UserAssigned
        $set.Identity.UserAssignedIdentities.Count | Should -Be 2
        $set.Sku.Name | Should -Be Standard_D2s_v5
    }

    It 'replaces with an object, as a PUT does' {
        $set = Get-AzVmss $Group web
        $changed = Update-AzVmss $Group web $set -IdentityType SystemAssignedUserAssigned -IdentityId (Get-IdentityId id2) -WarningAction SilentlyContinue
        @($changed.Identity.UserAssignedIdentities.Keys) | Should -BeLike '*/id2'
        ($changed | Update-AzVmss -IdentityType SystemAssigned -WarningAction SilentlyContinue).Identity.Type | Should -Be SystemAssigned
        (Update-AzVmss $Group web -IdentityType None -WarningAction SilentlyContinue).Identity | Should -BeNullOrEmpty
    }

    It 'says what it can''t do' {
        $set = Get-AzVmss $Group web
        $set.Sku.Capacity = 5
        Invoke-Emulator Delete /requests
        Get-ErrorCode (Get-Failure { Update-AzVmss $Group web $set -IdentityType SystemAssigned }) | Should -Be UnsupportedChange
        Get-ErrorCode (Get-Failure { Update-AzVmss $Group web -SkuCapacity 5 }) | Should -Be UnsupportedParameter
        Get-ErrorCode (Get-Failure { Update-AzVmss $Group web }) | Should -Be MissingParameter
        Update-AzVmss $Group web -IdentityType SystemAssigned -WhatIf | Should -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
    }
}
