BeforeDiscovery {
    # The rows of the tables, and the command in the last column: a pipe in it is escaped, as in any table.
    $rows = foreach ($line in [System.IO.File]::ReadAllLines([System.IO.Path]::GetFullPath("$PSScriptRoot/../../docs/coverage.md"))) {
        $cells = @([regex]::Split($line, '(?<!\\)\|') | ForEach-Object { $_.Trim().Replace('\|', '|') })
        if ($cells.Count -eq 6 -and $cells[1] -notin 'Step', '---') {
            @{ Step = $cells[1]; Where = $cells[2]; Command = [regex]::Match($cells[4], '`([^`]+)`').Groups[1].Value }
        }
    }
}

Describe 'docs/coverage.md' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator

        $schema = 'https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#'
        $identity = @{
            '$schema'      = $schema
            contentVersion = '1.0.0.0'
            parameters     = @{ resourceName = @{ type = 'string' } }
            resources      = @(@{ type = $IdentityType; name = "[parameters('resourceName')]"; apiVersion = '2018-11-30'; location = '[resourceGroup().location]' })
            outputs        = @{ identityName = @{ type = 'string'; value = "[parameters('resourceName')]" } }
        }
        $machine = @{
            '$schema'      = $schema
            contentVersion = '1.0.0.0'
            parameters     = @{ identity = @{ type = 'object' } }
            resources      = @(
                @{
                    type       = 'Microsoft.Compute/virtualMachines'
                    apiVersion = '2025-04-01'
                    name       = 'made'
                    location   = 'eastus'
                    identity   = "[parameters('identity')]"
                    properties = @{
                        hardwareProfile = @{ vmSize = 'Standard_D2s_v5' }
                        networkProfile  = @{ networkInterfaces = @(@{ id = "[resourceId('Microsoft.Network/networkInterfaces', 'nic1')]" }) }
                    }
                }
            )
        }
        [System.IO.File]::WriteAllText((Join-Path $TestDrive identity.json), (ConvertTo-Json $identity -Depth 9))
        [System.IO.File]::WriteAllText((Join-Path $TestDrive machine.json), (ConvertTo-Json $machine -Depth 9))
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $null = Update-VmIdentity $Group myVM -AddIdentityId id1, id2 -EnableSystemAssigned
        if ($Step -like 'Turn the*on' -or $Step -like 'Assign a*') {
            $null = Update-VmIdentity $Group myVM -IdentityType UserAssigned -IdentityId id1 -WarningAction SilentlyContinue
        }
        if ($Step -like 'Remove the references*') {
            Remove-UserAssignedIdentity $Group id2 -Confirm:$false -WarningAction SilentlyContinue
        }
        Push-Location $TestDrive
    }
    AfterEach { Pop-Location }

    It '<Step> (<Where>)' -ForEach $rows {
        $Command | Should -Not -BeNullOrEmpty
        $before = Get-VmIdentity $Group myVM
        $output = & ([scriptblock]::Create($Command)) 3>$null
        $now = Get-VmIdentity $Group myVM
        $assigned = @($now.UserAssignedIdentity.Name | Sort-Object) -join ' '
        switch -Regex ($Step) {
            '^Sign in' { (Get-ManagedIdentityConnection).IsConnected | Should -BeTrue }
            '^Get a token' { $output.subscriptionId | Should -Be (Get-ArmEmulator).SubscriptionId }
            '^Create$' { (Get-UserAssignedIdentity $Group).Name -like 'new?' | Should -Not -BeNullOrEmpty }
            '^List' { $output.name | Sort-Object | Should -Be id1, id2 }
            '^See' { $output.Name | Should -Be id1 }
            '^Delete' { (Get-UserAssignedIdentity $Group).Name | Should -Be id1 }
            '^Remove the references' { $before.UserAssignedIdentity.Count | Should -Be 2; $assigned | Should -Be id1 }
            '^Give a role' { $output.RoleDefinitionName | Should -Be 'Managed Identity Operator' }
            '^Trust' { $output.Subject | Should -Be repo:contoso/web:ref:refs/heads/main }
            '^Create a machine with its' { (Get-VmIdentity $Group made).Type | Should -Be SystemAssigned }
            '^Create a machine with a' { (Get-VmIdentity $Group made).UserAssignedIdentity.Name | Should -Be id1 }
            '^Turn the.*on$' { $before.PrincipalId | Should -BeNullOrEmpty; $now.PrincipalId | Should -Not -BeNullOrEmpty }
            '^Find' { $output | Should -Be $now.PrincipalId }
            '^Add it' { (Get-IdentityGroupMember myGroup).PrincipalId | Should -Be $now.PrincipalId }
            '^Turn the.*off' { "$($now.Type) $assigned" | Should -Be 'UserAssigned id1 id2' }
            '^Remove all identities' { $now.Type | Should -Be None }
            '^Assign' { "$($before.UserAssignedIdentity.Name) > $assigned" | Should -Be 'id1 > id1 id2' }
            '^Remove one' { $assigned | Should -Be id2 }
            '^Remove all user' { "$($now.Type) $assigned" | Should -Be 'SystemAssigned ' }
            default { throw "Nothing is known of what '$Step' should do." }
        }
    }

    It 'has all steps' -ForEach @(@{ Rows = @($rows) }) {
        $Rows.Count | Should -BeGreaterThan 25
    }
}
