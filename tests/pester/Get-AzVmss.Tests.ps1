Describe 'Get-AzVmss' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
        Enable-AzIdentityAlias
        $null = New-UserAssignedIdentity $Group id1
        Add-ScaleSet web Automatic
        $null = Get-VmssIdentity $Group web | Wait-VmIdentity | Update-VmssIdentity -AddIdentityId id1
    }
    AfterAll {
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }

    It 'has the shape that scripts of Azure PowerShell go on with' {
        $set = Get-AzVmss -ResourceGroupName $Group -VMScaleSetName web
        $set.Name | Should -Be web
        $set.ResourceGroupName | Should -Be $Group
        $set.Identity.Type | Should -Be UserAssigned
        @($set.Identity.UserAssignedIdentities.Keys)[0] | Should -BeLike '*/id1'
        $set.UpgradePolicy.Mode | Should -Be Automatic
        $set.Sku.Capacity | Should -Be 3
    }

    It 'finds by pattern, by id and everywhere' {
        (Get-AzVmss).Name | Should -Be web
        (Get-AzVmss $Group -Name w*).Name | Should -Be web
        (Get-AzVmss -ResourceId (Get-VmssIdentity $Group web).Id).Name | Should -Be web
        Get-ErrorCode (Get-Failure { Get-AzVmss $Group missing }) | Should -Be ResourceNotFound
    }
}
