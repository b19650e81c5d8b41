Describe 'What cmdlets return' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
        $identity, $other = 'identity-one', 'identity-two' | New-UserAssignedIdentity -ResourceGroupName $Group -Tag @{ team = 'shop'; env = 'prod' }
        $machine = Update-VmIdentity $Group $VM -AddIdentityId identity-one, identity-two -EnableSystemAssigned
        $credential = New-FederatedIdentityCredential $Group identity-one main -Issuer https://issuer.example -Subject s
        $assignment = $other | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        $template = Join-Path $TestDrive outputs.json
        Set-Content $template @'
{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
  "resources": [ { "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2024-11-30", "name": "id3", "location": "eastus" } ],
  "outputs": { "first": { "type": "string", "value": "a" }, "second": { "type": "int", "value": 2 } } }
'@
        $deployment = New-ArmDeployment $Group -TemplateFile $template
    }
    AfterAll { Disconnect-TestEmulator }

    It 'has no name of a type in a cell: <Kind>' -ForEach @(
        @{ Kind = 'an identity'; Given = { $identity } }
        @{ Kind = 'a machine'; Given = { $machine } }
        @{ Kind = 'a resource'; Given = { Get-ResourceIdentity } }
        @{ Kind = 'a system-assigned identity'; Given = { Get-SystemAssignedIdentity $machine } }
        @{ Kind = 'a federated credential'; Given = { $credential } }
        @{ Kind = 'a role assignment'; Given = { Get-IdentityRoleAssignment } }
        @{ Kind = 'an associated resource'; Given = { Get-IdentityAssociatedResource } }
        @{ Kind = 'a deployment'; Given = { $deployment } }
        @{ Kind = 'a connection'; Given = { Get-ManagedIdentityConnection } }
        @{ Kind = 'an emulator'; Given = { Get-ArmEmulator } }
    ) {
        $one = @(& $Given)
        $one | Should -Not -BeNullOrEmpty
        foreach ($text in (($one | ConvertTo-Csv) -join "`n"), (($one | ConvertTo-Html -Fragment) -join "`n")) {
            $text | Should -Not -Match 'System\.|ManagedIdentity\.Models|Hashtable|Object\[\]'
        }
    }

    It 'has the names of identities, tags and others as text' {
        ($machine | ConvertTo-Csv | ConvertFrom-Csv).UserAssignedIdentity | Should -Be 'identity-one; identity-two'
        ($identity | ConvertTo-Csv | ConvertFrom-Csv).Tag | Should -Be 'env=prod;team=shop'
        ($credential | ConvertTo-Csv | ConvertFrom-Csv).Audience | Should -Be 'api://AzureADTokenExchange'
        $row = $deployment | ConvertTo-Csv | ConvertFrom-Csv
        $row.Outputs | Should -Be 'first=a; second=2'
        $row.OutputResource | Should -BeLike '/subscriptions/*/id3'
        "$($machine.UserAssignedIdentity)" | Should -BeLike '*identity-one*identity-two*'
        $machine | ConvertTo-Html -Fragment | Out-String | Should -BeLike '*<td>identity-one; identity-two</td>*'
    }

    It 'goes through a table and back' {
        $file = Join-Path $TestDrive identities.csv
        Get-UserAssignedIdentity $Group identity-* | Select-Object ResourceGroupName, Name, Tag | Export-Csv $file
        $null = 'identity-one', 'identity-two' | Update-UserAssignedIdentity -ResourceGroupName $Group -Tag @{}
        $restored = Import-Csv $file | Update-UserAssignedIdentity
        $restored.Tag.env | Should -Be prod, prod
        $null = $machine | Update-VmIdentity -RemoveIdentityId identity-one, identity-two
        $row = $machine | Select-Object ResourceGroupName, @{ n = 'VMName'; e = { $_.Name } }, @{ n = 'AddIdentityId'; e = { $_.UserAssignedIdentity.ToString() } }
        $row | Export-Csv $file
        (Import-Csv $file | Update-VmIdentity).UserAssignedIdentity.Name | Should -Be identity-one, identity-two
    }

    It 'is used as lists and tables are' {
        $machine.UserAssignedIdentity.Count | Should -Be 2
        $machine.UserAssignedIdentity[1].Name | Should -Be identity-two
        $machine.UserAssignedIdentity.Name -contains 'identity-one' | Should -BeTrue
        @($machine.UserAssignedIdentity | Where-Object Name -Like '*two').Count | Should -Be 1
        [bool] (Get-VmssIdentity).UserAssignedIdentity | Should -BeFalse
        ($machine | ConvertTo-Json -Depth 3 | ConvertFrom-Json).UserAssignedIdentity.Name | Should -Be identity-one, identity-two
        $identity.Tag | Should -BeOfType [hashtable]
        $identity.Tag.TEAM | Should -Be shop
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($machine, 3))
        $copy.UserAssignedIdentity.Name | Should -Be identity-one, identity-two
    }

    It 'shows assigned identities before the principal, at a width of <Width>' -ForEach @(@{ Width = 80 }, @{ Width = 120 }) {
        $table = ($machine | Format-Table | Out-String -Width $Width).Trim() -split '\r?\n'
        $table[0] | Should -Match '^Name +ResourceGroupName +Type +UserAssignedIdentity +Pri'
        $table[-1] | Should -BeLike "$VM*identity-one, identity-two*"
        $table | ForEach-Object { $_.Length | Should -BeLessOrEqual $Width }
        if ($Width -ge 120) {
            $table[-1] | Should -BeLike "*$($machine.PrincipalId)"
        }
    }

    It 'shows who holds a role by name, at a width of <Width>' -ForEach @(@{ Width = 80 }, @{ Width = 120 }) {
        $table = (Get-IdentityRoleAssignment -ResourceGroupName $Group | Format-Table | Out-String -Width $Width).Trim()
        $table | Should -Match 'RoleDefinitionName +Scope +Principal +Inherited'
        $table | Should -BeLike '*Reader*identity-two*'
    }

    It 'names the holders of roles where Microsoft Graph may be read' {
        $found = Get-IdentityRoleAssignment -ResourceGroupName $Group
        $found.PrincipalName | Should -Be identity-two
        $assignment.PrincipalName | Should -BeNullOrEmpty
    }

    It 'has no names and no error where it may not' {
        $connection = Connect-ManagedIdentityService -Emulator
        Add-Fault @{ method = 'POST'; pathContains = '/getByIds'; times = 9; action = @{ status = 403; code = 'Denied'; message = 'No.' } }
        $read = Get-IdentityRoleAssignment -ResourceGroupName $Group -Connection $connection -Verbose -ErrorVariable failures 4>&1
        Invoke-Emulator Delete /faults
        $verbose, $found = $read.Where({ $_ -is [System.Management.Automation.VerboseRecord] }, 'Split')
        $failures | Should -BeNullOrEmpty
        $found.PrincipalId | Should -Be $other.PrincipalId
        $found.PrincipalName | Should -BeNullOrEmpty
        ($found | Format-Table | Out-String -Width 200) | Should -BeLike "*$($other.PrincipalId)*"
        "$verbose" | Should -BeLike '*The names of principals are not shown: *No.*'
    }

    It 'shows machines among other resources in one table' {
        $null = Invoke-Emulator Post /resources @{ types = 'Microsoft.Compute/virtualMachines', 'Microsoft.Web/sites'; count = 6; prefix = 'mixed-'; identity = @{ type = 'SystemAssigned' } }
        $table = Get-ResourceIdentity -Name mixed-* | Format-Table | Out-String -Width 200
        ([regex]::Matches($table, 'ResourceGroupName')).Count | Should -Be 1
        $table | Should -Match 'Microsoft\.Compute/virtualMachines'
    }
}
