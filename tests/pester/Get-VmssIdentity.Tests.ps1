Describe 'Get-VmssIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator
        $null = New-UserAssignedIdentity $Group id1
        Add-ScaleSet set1 -Mode Manual
        Add-ScaleSet set2 -Mode Automatic
        $null = Update-VmssIdentity $Group set1 -AddIdentityId id1 -NoWait -WarningAction SilentlyContinue
    }
    AfterAll { Disconnect-TestEmulator }

    It 'finds <Kind>' -ForEach @(
        @{ Kind = 'all of the subscription'; Given = { Get-VmssIdentity }; Names = 'set1', 'set2' }
        @{ Kind = 'those of a group'; Given = { Get-VmssIdentity $Group }; Names = 'set1', 'set2' }
        @{ Kind = 'one by name'; Given = { Get-VmssIdentity $Group set2 }; Names = 'set2' }
        @{ Kind = 'some by pattern'; Given = { Get-VmssIdentity -VMScaleSetName '*1' }; Names = 'set1' }
        @{ Kind = 'one by id'; Given = { Get-VmssIdentity -ResourceId (Get-VmssIdentity $Group set1).Id }; Names = 'set1' }
        @{ Kind = 'one by object'; Given = { Get-VmssIdentity $Group set1 | Select-Object Id | Get-VmssIdentity }; Names = 'set1' }
    ) {
        (& $Given).Name | Should -Be $Names
    }

    It 'says how instances follow, and who is assigned' {
        $set = Get-VmssIdentity $Group set1
        $set.UpgradePolicyMode | Should -Be Manual
        $set.Type | Should -Be UserAssigned
        $set.UserAssignedIdentity.Name | Should -Be id1
        $set.ETag | Should -Not -BeNullOrEmpty
        $set.ResourceGroupName | Should -Be $Group
    }

    It 'shows a table of at most five columns' {
        $table = (Get-VmssIdentity $Group set1 | Out-String -Width 200).Trim() -split '\r?\n'
        ($table[0] -split '\s+').Count | Should -BeLessOrEqual 5
        $table[-1] | Should -BeLike 'set1*id1*'
    }
}
