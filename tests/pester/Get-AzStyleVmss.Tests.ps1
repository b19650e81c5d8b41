Describe 'Get-AzStyleVmss' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
        $null = New-UserAssignedIdentity $Group id1
        Add-ScaleSet web Automatic
        $null = Get-VmssIdentity $Group web | Wait-VmIdentity | Update-VmssIdentity -AddIdentityId id1
    }
    AfterAll { Disconnect-TestEmulator }

    It 'has the shape that scripts of Azure PowerShell go on with' {
        $set = Get-AzStyleVmss -ResourceGroupName $Group -VMScaleSetName web
        $set.Name | Should -Be web
        $set.ResourceGroupName | Should -Be $Group
        $set.Identity.Type | Should -Be UserAssigned
        @($set.Identity.UserAssignedIdentities.Keys)[0] | Should -BeLike '*/id1'
        $set.UpgradePolicy.Mode | Should -Be Automatic
        $set.Sku.Capacity | Should -Be 3
    }

    It 'finds by pattern, by id and everywhere' {
        (Get-AzStyleVmss).Name | Should -Be web
        (Get-AzStyleVmss $Group -Name w*).Name | Should -Be web
        (Get-AzStyleVmss -ResourceId (Get-VmssIdentity $Group web).Id).Name | Should -Be web
        Get-ErrorCode (Get-Failure { Get-AzStyleVmss $Group missing }) | Should -Be ResourceNotFound
    }
}
