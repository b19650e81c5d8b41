Describe 'What is given' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        Connect-TestEmulator

        # The error of a command, as it ends where nobody can be asked.
        function Get-TypedFailure([string] $Script) {
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("Import-Module '$ModulePath'; $Script").Invoke()
                $shell.Streams.Error | ForEach-Object { "$_" }
            } catch {
                "$($_.Exception.InnerException.Message)"
            } finally {
                $shell.Dispose()
            }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        Invoke-Emulator Delete /requests
    }

    Context 'as defaults' {
        It 'does not turn a removal to another group' {
            $null = New-UserAssignedIdentity $OtherGroup app
            $null = New-UserAssignedIdentity $Group app
            $PSDefaultParameterValues = @{ '*:ResourceGroupName' = $Group }
            Get-UserAssignedIdentity -ResourceGroupName $OtherGroup -Name app | Remove-UserAssignedIdentity
            (Get-UserAssignedIdentity -ResourceGroupName $Group -Name app).Name | Should -Be app
            Get-ErrorCode (Get-Failure { Get-UserAssignedIdentity -ResourceGroupName $OtherGroup -Name app }) | Should -Be ResourceNotFound
        }

        It 'does not turn a row to another group' {
            $null = New-UserAssignedIdentity $OtherGroup id1
            $PSDefaultParameterValues = @{ '*:ResourceGroupName' = $Group; '*:Name' = 'id2' }
            [pscustomobject] @{ ResourceGroupName = $OtherGroup; Name = 'id1' } | Remove-UserAssignedIdentity
            (Get-ChangingRequest).path | Should -Match "/resourceGroups/$OtherGroup/.*/id1\?"
        }

        It 'says where a name is' {
            $PSDefaultParameterValues = @{ 'Remove-*:ResourceGroupName' = { 'myResourceGroup' } }
            'id1' | Remove-UserAssignedIdentity -PassThru | Should -BeTrue
            Remove-UserAssignedIdentity -Name id2 -PassThru | Should -BeTrue
        }

        It 'does not stand in the way of -Scope' {
            $PSDefaultParameterValues = @{ '*:ResourceGroupName' = $OtherGroup }
            $made = Get-UserAssignedIdentity $Group id1 | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope (Get-ScopeId $Group)
            $made.Scope | Should -Be (Get-ScopeId $Group)
            $made | Remove-IdentityRoleAssignment -PassThru | Should -BeTrue
        }

        It 'counts as named on the command line when it is disabled, or of another command' {
            $identity = Get-UserAssignedIdentity $Group id1
            foreach ($defaults in @{ '*:ResourceGroupName' = $OtherGroup; Disabled = $true }, @{ 'Get-*:ResourceGroupName' = $OtherGroup }) {
                $PSDefaultParameterValues = $defaults
                Get-ErrorCode (Get-Failure { $identity | Remove-UserAssignedIdentity -ResourceGroupName $OtherGroup }) | Should -Be ContradictoryName
            }
        }
    }

    Context 'in columns' {
        It 'is one identity a machine, and runs in parallel' {
            1..6 | ForEach-Object { Add-Machine "vm$_" }
            Edit-EmulatorSetting @{ latencyMs = 50 }
            $rows = @('ResourceGroupName,VMName,AddIdentityId,RemoveIdentityId') + (1..6 | ForEach-Object { "$Group,vm$_,id$(1 + $_ % 2)," })
            $changed = $rows | ConvertFrom-Csv | Update-VmIdentity -ThrottleLimit 6
            $changed.Name | Should -Be (1..6 | ForEach-Object { "vm$_" })
            $changed.UserAssignedIdentity.Name | Should -Be id2, id1, id2, id1, id2, id1
        }

        It 'is several in a cell, added and removed' {
            $rows = "ResourceGroup,VMName,AddIdentityId,RemoveIdentityId", "$Group,$VM,id1; id2," | ConvertFrom-Csv
            ($rows | Update-VmIdentity).UserAssignedIdentity.Name | Sort-Object | Should -Be id1, id2
            $rows = "ResourceGroupName,VMName,AddIdentityId,RemoveIdentityId", "$Group,$VM,,$(Get-IdentityId id1)" | ConvertFrom-Csv
            ($rows | Update-VmIdentity).UserAssignedIdentity.Name | Should -Be id2
        }

        It 'is nothing in an empty cell, which ends no other row' {
            $rows = "ResourceGroupName,VMName,AddIdentityId", "$Group,$VM,", "$Group,$VM,id1" | ConvertFrom-Csv
            $changed = $rows | Update-VmIdentity -ErrorVariable failures -ErrorAction SilentlyContinue
            $changed.UserAssignedIdentity.Name | Should -Be id1
            Get-ErrorCode $failures[0] | Should -Be MissingParameter
        }

        It 'is of JSON: identities as objects' {
            $json = ConvertTo-Json -Depth 5 @(@{ resourceGroup = $Group; name = $VM; addIdentityId = @(@{ id = Get-IdentityId id1 }, 'id2') })
            $changed = ConvertFrom-Json $json | ForEach-Object { $_ } | Update-VmIdentity
            $changed.UserAssignedIdentity.Name | Sort-Object | Should -Be id1, id2
        }

        It 'does not go with the exact form' {
            $row = "ResourceGroupName,VMName,AddIdentityId", "$Group,$VM,id1" | ConvertFrom-Csv
            Get-ErrorCode (Get-Failure { $row | Update-VmIdentity -IdentityType None }) | Should -Be InvalidIdentityChange
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'names a scale set by <Column>' -ForEach @(@{ Column = 'VmssName' }, @{ Column = 'VMScaleSetName' }, @{ Column = 'Name' }) {
            Add-ScaleSet set1 Automatic
            $row = "ResourceGroupName,$Column,AddIdentityId", "$Group,set1,id1" | ConvertFrom-Csv
            ($row | Update-VmssIdentity).UserAssignedIdentity.Name | Should -Be id1
            ($row | Get-VmssIdentity).Name | Should -Be set1
        }

        It 'names a virtual machine by VMName' {
            $row = "ResourceGroupName,VMName", "$Group,$VM" | ConvertFrom-Csv
            ($row | Get-VmIdentity).Name | Should -Be $VM
            ($row | Wait-VmIdentity).Name | Should -Be $VM
            Enable-AzIdentityAlias
            ($row | Get-AzVM).Name | Should -Be $VM
            Disable-AzIdentityAlias
        }

        It 'names an identity by IdentityName' {
            $row = "ResourceGroupName,IdentityName", "$Group,id3" | ConvertFrom-Csv
            ($row | New-UserAssignedIdentity).Name | Should -Be id3
            ($row | Get-UserAssignedIdentity).Name | Should -Be id3
            ($row | Update-UserAssignedIdentity -Tag @{ a = 'b' }).Tag.a | Should -Be b
            ($row | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group).RoleDefinitionName | Should -Be Reader
            $row | Get-IdentityAssociatedResource | Should -BeNullOrEmpty
            $row | Remove-UserAssignedIdentity -PassThru | Should -BeTrue
        }

        It 'is refused where two columns name two' {
            $row = [pscustomobject] @{ ResourceGroupName = $Group; Name = 'id1'; IdentityName = 'id2' }
            $failure = Get-Failure { $row | Remove-UserAssignedIdentity }
            Get-ErrorCode $failure | Should -Be ContradictoryName
            $failure.Exception.Message | Should -BeLike "The object names 'id1' by Name and 'id2' by IdentityName.*"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is what a script block says' {
            $rows = 'Computer', 'a1', 'a2' | ConvertFrom-Csv
            ($rows | New-UserAssignedIdentity -ResourceGroupName $Group -Name { "$($_.Computer)-id" }).Name | Should -Be a1-id, a2-id
        }
    }

    Context 'as tags' {
        It 'is a table, an object, or a text: <Given>' -ForEach @(
            @{ Given = @{ team = 'shop'; env = 'test' } }
            @{ Given = [pscustomobject] @{ team = 'shop'; env = 'test' } }
            @{ Given = [ordered] @{ team = 'shop'; env = 'test' } }
            @{ Given = 'team=shop;env=test' }
            @{ Given = ' team = shop ; env=test; ' }
        ) {
            $identity = New-UserAssignedIdentity $Group id3 -Tag $Given
            $identity.Tag.Count | Should -Be 2
            "$($identity.Tag.team) $($identity.Tag.env)" | Should -Be 'shop test'
            $identity = Update-UserAssignedIdentity $Group id1 -Tag $Given
            "$($identity.Tag.team) $($identity.Tag.env)" | Should -Be 'shop test'
        }

        It 'is of <Kind>' -ForEach @(
            @{ Kind = 'CSV'; Row = { "ResourceGroupName,Name,Tag", "$Group,id1,team=shop;env=a=b" | ConvertFrom-Csv } }
            @{ Kind = 'JSON'; Row = { ConvertFrom-Json "{`"resourceGroup`":`"$Group`",`"name`":`"id1`",`"tags`":{`"team`":`"shop`",`"env`":`"a=b`"}}" } }
        ) {
            (& $Row | New-UserAssignedIdentity).Tag.env | Should -Be 'a=b'
            $null = Update-UserAssignedIdentity $Group id1 -Tag @{}
            $identity = & $Row | Update-UserAssignedIdentity
            "$($identity.Tag.team) $($identity.Tag.env)" | Should -Be 'shop a=b'
        }

        It 'is nothing in an empty cell' {
            $null = Update-UserAssignedIdentity $Group id1 -Tag @{ a = 'b' }
            $row = "ResourceGroupName,Name,Tag,IsolationScope", "$Group,id1,,Regional" | ConvertFrom-Csv
            ($row | New-UserAssignedIdentity).Tag.a | Should -Be b
            ($row | Update-UserAssignedIdentity -IsolationScope None).Tag.a | Should -Be b
        }

        It 'is not what an identity had when it was read' {
            $read = Get-UserAssignedIdentity $Group id1
            $null = Update-UserAssignedIdentity $Group id1 -Tag @{ later = 'x' }
            ($read | Update-UserAssignedIdentity -IsolationScope Regional).Tag.later | Should -Be x
        }

        It 'has values as in any culture' {
            $before = [System.Threading.Thread]::CurrentThread.CurrentCulture
            try {
                [System.Threading.Thread]::CurrentThread.CurrentCulture = [cultureinfo] 'de-DE'
                $tag = (New-UserAssignedIdentity $Group id3 -Tag @{ number = 1.5; yes = $true; none = $null; id = [guid]::Empty }).Tag
            } finally {
                [System.Threading.Thread]::CurrentThread.CurrentCulture = $before
            }
            $tag.number, $tag.yes, $tag.none, $tag.id | Should -Be '1.5', 'True', '', '00000000-0000-0000-0000-000000000000'
        }

        It 'is an error where it can''t be read: <Given>' -ForEach @(
            @{ Given = 'team'; Rule = 'name=value' }
            @{ Given = 'team=shop;env'; Rule = 'name=value' }
            @{ Given = '=shop'; Rule = 'name=value' }
            @{ Given = 5; Rule = 'table' }
            @{ Given = @('a=b', 'c=d'); Rule = 'table' }
            @{ Given = @{ a = @{ b = 'c' } }; Rule = 'value of a tag' }
            @{ Given = @{ a = @(1, 2) }; Rule = 'value of a tag' }
            @{ Given = [pscustomobject] @{ a = [pscustomobject] @{ b = 1 } }; Rule = 'value of a tag' }
            @{ Given = 'a=b;A=c'; Rule = 'unique' }
        ) {
            $row = [pscustomobject] @{ ResourceGroupName = $Group; Name = 'id1'; Tag = $Given }
            foreach ($failure in @(
                    Get-Failure { New-UserAssignedIdentity $Group id1 -Tag $Given }
                    Get-Failure { Update-UserAssignedIdentity $Group id1 -Tag $Given }
                    Get-Failure { $row | New-UserAssignedIdentity }
                    Get-Failure { $row | Update-UserAssignedIdentity }
                )) {
                Get-ErrorCode $failure | Should -Be InvalidTag
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike "-Tag '*' is not valid: *$Rule*"
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'and what is missing' {
        It 'is asked for by name: <Command>' -ForEach @(
            @{ Command = 'Remove-UserAssignedIdentity'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'Revoke-UserAssignedIdentityToken'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'Update-UserAssignedIdentity'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'New-UserAssignedIdentity'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'Export-UserAssignedIdentity'; Asks = 'ResourceGroupName' }
            @{ Command = 'Update-VmIdentity'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'Update-VmssIdentity'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'Wait-VmIdentity'; Asks = 'ResourceGroupName Name' }
            @{ Command = 'Remove-FederatedIdentityCredential'; Asks = 'ResourceGroupName IdentityName Name' }
            @{ Command = 'Update-FederatedIdentityCredential'; Asks = 'ResourceGroupName IdentityName Name' }
            @{ Command = 'New-IdentityRoleAssignment'; Asks = 'IdentityId' }
            @{ Command = 'Remove-IdentityRoleAssignment'; Asks = 'IdentityId' }
            @{ Command = 'New-IdentityAppRoleAssignment'; Asks = 'IdentityId Permission' }
            @{ Command = 'Remove-IdentityAppRoleAssignment'; Asks = 'IdentityId Permission' }
            @{ Command = 'Get-IdentityAppRoleAssignment'; Asks = 'Resource' }
            @{ Command = 'Add-IdentityGroupMember myGroup'; Asks = 'PrincipalId' }
        ) {
            $failure = Get-TypedFailure $Command
            $failure | Should -Match 'missing mandatory parameters: (?<names>.+)\.$'
            ([regex]::Match($failure, 'parameters: (.+)\.$').Groups[1].Value -split ' ' | Sort-Object) -join ' ' |
                Should -Be (($Asks -split ' ' | Sort-Object) -join ' ')
        }

        It 'is one error that ends the command: <What>' -ForEach @(
            @{ What = 'a group'; Action = { 'id1', 'id2', 'id3' | Remove-UserAssignedIdentity }; Names = '-ResourceGroupName is missing' }
            @{ What = 'a group of rows'; Action = { 'Name', 'id1', 'id2' | ConvertFrom-Csv | Remove-UserAssignedIdentity }; Names = '-ResourceGroupName is missing' }
            @{ What = 'a group of new ones'; Action = { 'id3', 'id4' | New-UserAssignedIdentity }; Names = '-ResourceGroupName is missing' }
            @{ What = 'a role'; Action = { 'id1', 'id2' | New-IdentityRoleAssignment -ResourceGroupName $Group }; Names = '-RoleDefinitionName is missing' }
            @{ What = 'a place'; Action = { 'id1', 'id2' | New-IdentityRoleAssignment -RoleDefinitionName Reader }; Names = '-Scope is missing' }
            @{ What = 'a change'; Action = { $VM, $VM | Update-VmIdentity -ResourceGroupName $Group }; Names = '-AddIdentityId is missing' }
            @{ What = 'an identity'; Action = { $VM, $VM | Update-VmIdentity -ResourceGroupName $Group -AddIdentityId $null }; Names = '-AddIdentityId is null' }
        ) {
            $failures = @(Get-Failure $Action)
            $failures.Count | Should -Be 1
            $failures[0].Exception.Message | Should -BeLike "$Names*"
            $failures[0].CategoryInfo.Category | Should -Be InvalidArgument
            { & $Action } | Should -Throw
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'and is null' {
        It 'is a plan with what is not known: <Command>' -ForEach @(
            @{ Command = "Update-VmIdentity myResourceGroup myVM -AddIdentityId `$i"; Says = "Update the identity of virtual machine '*/myVM': add an identity that is not known yet" }
            @{ Command = "Update-VmIdentity myResourceGroup myVM -AddIdentityId `$i.Id, id1"; Says = "*add an identity that is not known yet, id1" }
            @{ Command = "Update-VmIdentity myResourceGroup myVM -IdentityType UserAssigned -IdentityId `$i"; Says = '*add an identity that is not known yet*' }
            @{ Command = "Update-VmIdentity -ResourceId `$i.Id -EnableSystemAssigned"; Says = 'Update-VmIdentity: *not known yet, because -ResourceId is null*' }
            @{ Command = "`$null | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup"; Says = 'New-IdentityRoleAssignment: *not known yet*-InputObject*' }
            @{ Command = "New-IdentityRoleAssignment -IdentityId `$i -RoleDefinitionName Reader -ResourceGroupName myResourceGroup"; Says = '*not known yet*-IdentityId*' }
            @{ Command = "New-IdentityRoleAssignment -PrincipalId `$i.PrincipalId -RoleDefinitionName Reader -ResourceGroupName myResourceGroup"; Says = '*not known yet*-PrincipalId*' }
            @{ Command = "'id1' | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope `$i"; Says = '*not known yet*-Scope*' }
            @{ Command = "Remove-IdentityRoleAssignment -Id `$i.Id"; Says = '*not known yet*-Id is null*' }
            @{ Command = "`$null | New-IdentityAppRoleAssignment User.Read.All"; Says = '*not known yet*-InputObject*' }
            @{ Command = "New-IdentityAppRoleAssignment User.Read.All -PrincipalId `$i.PrincipalId"; Says = '*not known yet*-PrincipalId*' }
            @{ Command = "`$null | Remove-UserAssignedIdentity"; Says = '*not known yet*-InputObject*' }
            @{ Command = "Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -Name `$i.Name"; Says = '*not known yet*-Name*' }
            @{ Command = "Remove-UserAssignedIdentity -ResourceId `$i.Id"; Says = '*not known yet*-ResourceId*' }
            @{ Command = "`$null | Update-UserAssignedIdentity -Tag @{ a = 1 }"; Says = '*not known yet*' }
            @{ Command = "`$null | Add-IdentityGroupMember myGroup"; Says = '*not known yet*' }
            @{ Command = "Add-IdentityGroupMember myGroup -PrincipalId `$i.PrincipalId"; Says = '*not known yet*-PrincipalId*' }
            @{ Command = "New-FederatedIdentityCredential -IdentityId `$i.Id -Name main -Issuer https://issuer.example -Subject s"; Says = '*not known yet*-IdentityId*' }
            @{ Command = "`$null | New-FederatedIdentityCredential -Name main -Issuer https://issuer.example -Subject s"; Says = '*not known yet*-InputObject*' }
        ) {
            # What -WhatIf says goes to the host: a transcript has it.
            $log = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
            $script = "Import-Module '$ModulePath'; `$i = New-UserAssignedIdentity myResourceGroup id3 -WhatIf; $Command -WhatIf; 'went on'"
            $shell = [powershell]::Create()
            $output = $shell.AddScript("`$null = Start-Transcript '$log'; $script; `$null = Stop-Transcript").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $output | Should -Contain 'went on'
            $shell.Dispose()
            $lines = @(Get-Content $log | Where-Object { $_ -like 'What if: *' })
            $lines.Count | Should -Be 2
            $lines[1] | Should -BeLike "What if: $Says"
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It 'reads nothing where all is only planned' {
            $WhatIfPreference = $true
            $null | Get-FederatedIdentityCredential | Should -BeNullOrEmpty
            $null | Get-IdentityRoleAssignment | Should -BeNullOrEmpty
            $null | Get-IdentityAppRoleAssignment | Should -BeNullOrEmpty
            Get-UserAssignedIdentity -ResourceId $null | Should -BeNullOrEmpty
            Get-IdentityAssociatedResource -IdentityId $null | Should -BeNullOrEmpty
            Get-SystemAssignedIdentity $null | Should -BeNullOrEmpty
        }

        It 'is an error without -WhatIf: <Parameter>' -ForEach @(
            @{ Parameter = 'InputObject'; Action = { $null | Remove-UserAssignedIdentity } }
            @{ Parameter = 'ResourceId'; Action = { Remove-UserAssignedIdentity -ResourceId $null } }
            @{ Parameter = 'Name'; Action = { Remove-UserAssignedIdentity $Group $null } }
            @{ Parameter = 'VM'; Action = { $null | Update-VmIdentity -EnableSystemAssigned } }
            @{ Parameter = 'AddIdentityId'; Action = { Update-VmIdentity $Group $VM -AddIdentityId $null -EnableSystemAssigned } }
            @{ Parameter = 'IdentityId'; Action = { Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId $null } }
            @{ Parameter = 'IdentityId'; Action = { New-IdentityRoleAssignment -IdentityId $null -RoleDefinitionName Reader -ResourceGroupName $Group } }
            @{ Parameter = 'PrincipalId'; Action = { New-IdentityRoleAssignment -PrincipalId $null -RoleDefinitionName Reader -ResourceGroupName $Group } }
            @{ Parameter = 'Scope'; Action = { 'id1' | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope $null } }
            @{ Parameter = 'InputObject'; Action = { $null | Add-IdentityGroupMember myGroup } }
            @{ Parameter = 'PrincipalId'; Action = { New-IdentityAppRoleAssignment User.Read.All -PrincipalId $null } }
            @{ Parameter = 'Permission'; Action = { 'id1' | New-IdentityAppRoleAssignment $null } }
            @{ Parameter = 'Permission'; Action = { 'id1' | Remove-IdentityAppRoleAssignment $null } }
            @{ Parameter = 'IdentityId'; Action = { New-FederatedIdentityCredential -IdentityId $null -Name main -Issuer https://issuer.example -Subject s } }
            @{ Parameter = 'InputObject'; Action = { $null | Get-FederatedIdentityCredential } }
            @{ Parameter = 'Scope'; Action = { Get-SystemAssignedIdentity $null } }
            @{ Parameter = 'Path'; Action = { Invoke-ArmRequest GET $null } }
        ) {
            Invoke-Emulator Delete /requests
            $failures = @(Get-Failure $Action)
            $failures.Count | Should -Be 1
            Get-ErrorCode $failures[0] | Should -Be NullInput
            $failures[0].Exception.Message | Should -BeLike "-$Parameter is null or empty: it must*"
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    It 'is a resource group, whose machines or template are meant' {
        $found = [pscustomobject] @{ ResourceGroupName = $Group; ResourceId = Get-ScopeId $Group; Location = 'eastus' }
        Enable-AzIdentityAlias
        ($found | Get-AzVM).Name | Should -Contain $VM
        Disable-AzIdentityAlias
        $template = Join-Path $TestDrive empty.json
        Set-Content $template '{ "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [] }'
        ($found | New-ArmDeployment -TemplateFile $template).ResourceGroupName | Should -Be $Group
    }
}
