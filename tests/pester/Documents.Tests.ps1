# The PowerShell of Azure's documentation of managed identities, as it is printed there. The documents are read from the
# folder that MI_DOCUMENTS names. Without it, the same blocks are taken from the list below.

BeforeDiscovery {
    # Not this module's: installing, signing in, making machines, and Azure's own modules for the directory.
    $others = @(
        'Connect-AzAccount'
        'Install-Module'
        'New-AzVMConfig'
        'Get-AzADServicePrincipal'
        'Get-AzADGroup'
        'New-MgGroupMember'
    )

    $ownBlocks = @(
        'Connect-AzAccount'
        'Install-Module -Name PowerShellGet -AllowPrerelease'
        'Install-Module -Name Az.ManagedServiceIdentity -AllowPrerelease'
        'New-AzUserAssignedIdentity -ResourceGroupName <RESOURCEGROUP> -Name <USER ASSIGNED IDENTITY NAME>'
        'Get-AzUserAssignedIdentity -ResourceGroupName <RESOURCE GROUP>'
        'Remove-AzUserAssignedIdentity -ResourceGroupName <RESOURCE GROUP> -Name <USER ASSIGNED IDENTITY NAME>'
        '$vmConfig = New-AzVMConfig -VMName myVM -IdentityType SystemAssigned ...'
        '$vm = Get-AzVM -ResourceGroupName myResourceGroup -Name myVM
Update-AzVM -ResourceGroupName myResourceGroup -VM $vm -IdentityType SystemAssigned'
        'Get-AzADServicePrincipal -displayname "myVM"'
        'Get-AzADGroup -searchstring "myGroup"'
        'New-MgGroupMember -GroupId "<Id of group>" -DirectoryObjectId "<Id of VM service principal>"'
        '$vm = Get-AzVM -ResourceGroupName myResourceGroup -Name myVM
Update-AzVm -ResourceGroupName myResourceGroup -VM $vm -IdentityType "UserAssigned" -IdentityID "/subscriptions/<SUBSCRIPTION ID>/resourcegroups/<RESROURCE GROUP>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<USER ASSIGNED IDENTITY NAME>..."'
        '$vm = Get-AzVM -ResourceGroupName myResourceGroup -Name myVM
Update-AzVm -ResourceGroupName myResourceGroup -VM $vm -IdentityType None'
        '$vmConfig = New-AzVMConfig -VMName <VM NAME> -IdentityType UserAssigned -IdentityID "/subscriptions/<SUBSCRIPTION ID>/resourcegroups/<RESROURCE GROUP>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<USER ASSIGNED IDENTITY NAME>..."'
        '$vm = Get-AzVM -ResourceGroupName <RESOURCE GROUP> -Name <VM NAME>
Update-AzVM -ResourceGroupName <RESOURCE GROUP> -VM $vm -IdentityType UserAssigned -IdentityID "/subscriptions/<SUBSCRIPTION ID>/resourcegroups/<RESROURCE GROUP>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<USER ASSIGNED IDENTITY NAME>"'
        '$vm = Get-AzVm -ResourceGroupName myResourceGroup -Name myVm
Update-AzVm -ResourceGroupName myResourceGroup -VirtualMachine $vm -IdentityType UserAssigned -IdentityID <USER ASSIGNED IDENTITY NAME>'
        '$vm = Get-AzVm -ResourceGroupName myResourceGroup -Name myVm
Update-AzVm -ResourceGroupName myResourceGroup -VM $vm -IdentityType None'
        '$vm = Get-AzVm -ResourceGroupName myResourceGroup -Name myVm
Update-AzVm -ResourceGroupName myResourceGroup -VirtualMachine $vm -IdentityType "SystemAssigned"'
    )

    # The lines of a block, without what surrounds them.
    function ConvertTo-Block([string] $Text) {
        (($Text -split '\r?\n').Trim() | Where-Object { $_ }) -join "`n"
    }

    $documents = @(if ($env:MI_DOCUMENTS) { Get-ChildItem $env:MI_DOCUMENTS -File })
    $found = @(
        foreach ($document in $documents) {
            $text = [System.IO.File]::ReadAllText($document.FullName)
            [regex]::Matches($text, '(?ms)^[ \t]*```(azure)?powershell[^\r\n]*\r?\n(.*?)^[ \t]*```') | ForEach-Object { ConvertTo-Block $_.Groups[2].Value }
        }
    )
    $ownBlocks = @($ownBlocks | ForEach-Object { ConvertTo-Block $_ })
    $blocks = @(if ($documents) { $found } else { $ownBlocks }) | Select-Object -Unique

    $runs = foreach ($block in $blocks) {
        $ast = [System.Management.Automation.Language.Parser]::ParseInput(($block -replace '<[^<>]+>', 'x'), [ref] $null, [ref] $null)
        $commands = $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)
        $names = @($commands | ForEach-Object { $_.GetCommandName() })
        if (@($names | Where-Object { $_ -notin $others }).Count -gt 0) {
            @{ Block = $block; Title = ($block -split "`n")[-1]; Foreign = @($names | Where-Object { $_ -in $others }) }
        }
    }
}

Describe 'The documents'' PowerShell' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        Enable-AzIdentityAlias

        # Puts values in the places of what stands for them. Three points stand for more of the same.
        function ConvertFrom-Placeholder([string] $Block) {
            $values = @{
                'RESOURCEGROUP'               = $Group
                'RESOURCE GROUP'              = $Group
                'RESROURCE GROUP'             = $Group
                'USER ASSIGNED IDENTITY NAME' = 'id1'
                'SUBSCRIPTION ID'             = (Get-ArmEmulator).SubscriptionId
                'VM NAME'                     = 'myVM'
            }
            foreach ($name in $values.Keys) {
                $Block = $Block -replace "<$name>(\.\.\.)?", $values[$name]
            }
            $Block | Should -Not -Match '<[^<>]+>'
            $Block
        }
    }
    AfterAll {
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $null = Update-VmIdentity $Group myVM -AddIdentityId id1, id2 -EnableSystemAssigned
    }

    It 'is what the list without the documents has' -Skip:($documents.Count -eq 0) -ForEach @(@{ Found = $found; Own = $ownBlocks }) {
        ($Found | Sort-Object -Unique) -join "`n`n" | Should -BeExactly (($Own | Sort-Object -Unique) -join "`n`n")
    }

    It 'runs as printed: <Title>' -ForEach $runs {
        $Foreign | Should -BeNullOrEmpty -Because 'a block is this module''s, or another''s'
        $script = ConvertFrom-Placeholder $Block
        $output = & ([scriptblock]::Create($script)) 3>$null
        switch -Regex ($script) {
            '^New-AzUserAssignedIdentity' { $output.Id | Should -Be (Get-UserAssignedIdentity $Group id1).Id }
            '^Get-AzUserAssignedIdentity' {
                $output.Name | Should -Be id1, id2
                $output.Type | Select-Object -Unique | Should -Be $IdentityType
            }
            '^Remove-AzUserAssignedIdentity' { (Get-UserAssignedIdentity $Group).Name | Should -Be id2 }
            'Update-AzVM' {
                $output.IsSuccessStatusCode | Should -BeTrue
                $now = Get-VmIdentity $Group myVM
                $now.Type | Should -Be ([regex]::Match($script, '-IdentityType "?(\w+)').Groups[1].Value)
                $now.UserAssignedIdentity.Name | Should -Be $(if ($script -match '-IdentityID') { 'id1' })
            }
            default { throw "Nothing is known of what '$script' should do." }
        }
    }

    It 'has blocks of each kind' -ForEach @(@{ Runs = @($runs) }) {
        foreach ($command in 'New-AzUserAssignedIdentity', 'Get-AzUserAssignedIdentity', 'Remove-AzUserAssignedIdentity', 'Get-AzVM', 'Update-AzVM') {
            @($Runs | Where-Object { $_.Block -like "*$command*" }).Count | Should -BeGreaterThan 0
        }
    }
}
