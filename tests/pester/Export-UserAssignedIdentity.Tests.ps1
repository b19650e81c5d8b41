Describe 'Export-UserAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator

        # What there is, to compare: identities, their credentials, and their roles.
        function Get-All([string] $In) {
            $identities = Get-UserAssignedIdentity $In
            $roles = $identities | Get-IdentityRoleAssignment
            ConvertTo-Json -Depth 5 @(
                foreach ($identity in $identities | Sort-Object Name) {
                    [ordered] @{
                        name     = $identity.Name
                        location = $identity.Location
                        scope    = $identity.IsolationScope
                        restrict = "$($identity.AssignmentRestriction)"
                        tags     = @($identity.Tag.Keys | Sort-Object | ForEach-Object { "$_=$($identity.Tag[$_])" })
                        trust    = @($identity | Get-FederatedIdentityCredential | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Issuer) $($_.Subject) $($_.ClaimsMatchingExpression) $($_.ClaimsMatchingExpressionVersion) $($_.Audience)" })
                        roles    = @($roles | Where-Object PrincipalId -EQ $identity.PrincipalId | ForEach-Object { "$($_.RoleDefinitionName) $($_.Scope -replace '/resourcegroups/[^/]+', '')" } | Sort-Object)
                    }
                }
            )
        }

        # Whether brackets and quotes of Bicep match, and each declaration is of a known shape.
        function Test-Bicep([string] $Text) {
            $stack = New-Object System.Collections.Stack
            $bare = [regex]::Replace($Text, "'(\\.|[^'\\\r\n])*'", "''")
            foreach ($sign in $bare.ToCharArray()) {
                switch ($sign) {
                    { $_ -in '{', '[', '(' } { $stack.Push($sign) }
                    '}' { $stack.Pop() | Should -Be '{' }
                    ']' { $stack.Pop() | Should -Be '[' }
                    ')' { $stack.Pop() | Should -Be '(' }
                }
            }
            $stack.Count | Should -Be 0
            foreach ($line in $bare -split "`n" | Where-Object { $_ -and $_ -notmatch '^\s' }) {
                $line | Should -Match "^(targetScope = ''|resource \w+ ''( existing)? = \{|\})$"
            }
            foreach ($line in $bare -split "`n" | Where-Object { $_ -match '^\s' }) {
                $line | Should -Match "^\s+(('')|\w+|(\w+|''): (''|\w[\w.]*|\{|\[|toLower\(.*\) == '' \? '' : guid\(.*\)|\w+\('', ''\))|[\]\}])$"
            }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        Edit-EmulatorSetting @{ federatedWriteMs = 20 }
        $null = New-UserAssignedIdentity $Group id1 -Tag @{ env = 'prod'; odd = "[it's `${x}]" } -IsolationScope Regional
        $null = New-UserAssignedIdentity $Group id2 -Location westus -AssignmentRestriction Microsoft.Compute, Microsoft.Web/sites
        foreach ($name in 'one', 'two', 'three') {
            $null = New-FederatedIdentityCredential $Group id1 $name -Issuer https://issuer.example -Subject "[$name's]" -Audience api://x
        }
        Add-FlexibleCredential id1 flexible
        $scope = "/subscriptions/$((Get-ArmEmulator).SubscriptionId)/resourceGroups/$Group"
        $null = Get-UserAssignedIdentity $Group id1 | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope $scope
        $null = Get-UserAssignedIdentity $Group id2 | New-IdentityRoleAssignment -RoleDefinitionName 'Virtual Machine Contributor' -Scope (Get-VmIdentity $Group $VM).Id
    }

    It 'deploys back to the same, where all is there' {
        $before = Get-All $Group
        $file = Export-UserAssignedIdentity $Group -IncludeRoleAssignment -Path TestDrive:/same.json -Force
        $file | Should -BeOfType System.IO.FileInfo
        (New-ArmDeployment $Group $file.FullName).ProvisioningState | Should -Be Succeeded
        Get-All $Group | Should -BeExactly $before
    }

    It 'deploys back to the same, where nothing is left' {
        $before = Get-All $Group
        $file = Export-UserAssignedIdentity $Group -IncludeRoleAssignment -Path TestDrive:/gone.json -Force
        Get-UserAssignedIdentity $Group | Get-IdentityRoleAssignment | Remove-IdentityRoleAssignment -Confirm:$false
        Get-UserAssignedIdentity $Group | Remove-UserAssignedIdentity -Confirm:$false
        $null = New-ArmDeployment $Group $file.FullName
        Get-All $Group | Should -BeExactly $before
    }

    It 'deploys to another group, beside the first' {
        $file = Get-UserAssignedIdentity $Group id1 | Export-UserAssignedIdentity -IncludeRoleAssignment -Path TestDrive:/other.json -Force
        $null = New-ArmDeployment $OtherGroup $file.FullName
        (Get-UserAssignedIdentity $OtherGroup | Get-FederatedIdentityCredential).Name | Sort-Object | Should -Be flexible, one, three, two
        (Get-UserAssignedIdentity $OtherGroup | Get-IdentityRoleAssignment).Scope | Should -BeLike "*/$OtherGroup"
        # A second time it is the same.
        (New-ArmDeployment $OtherGroup $file.FullName).ProvisioningState | Should -Be Succeeded
        @(Get-UserAssignedIdentity $OtherGroup | Get-IdentityRoleAssignment).Count | Should -Be 1
    }

    It 'has no roles without being asked' {
        $template = ConvertFrom-Json (Export-UserAssignedIdentity $Group)
        $template.resources.type | Select-Object -Unique | Should -Be $IdentityType, "$IdentityType/federatedIdentityCredentials"
        $template.resources.Count | Should -Be 6
        $restricted = $template.resources | Where-Object name -EQ id2
        $restricted.apiVersion | Should -Be 2026-05-31
        $restricted.properties.assignmentRestrictions.providers | Should -Be Microsoft.Compute, Microsoft.Web/sites
        ($template.resources | Where-Object name -EQ id1).apiVersion | Should -Be 2024-11-30
        $flexible = $template.resources | Where-Object name -EQ id1/flexible
        $flexible.apiVersion | Should -Be 2025-05-31-preview
        $flexible.properties.claimsMatchingExpression.value | Should -BeExactly $Expression
        $flexible.properties.PSObject.Properties.Name | Should -Not -Contain subject
    }

    It 'chooses by name, pattern, id and object' {
        (ConvertFrom-Json (Export-UserAssignedIdentity $Group id2)).resources.name | Should -Be id2
        (ConvertFrom-Json (Export-UserAssignedIdentity $Group *2, id2)).resources.name | Should -Be id2
        (ConvertFrom-Json (Export-UserAssignedIdentity -ResourceId (Get-IdentityId id2))).resources.name | Should -Be id2
        Get-ErrorCode (Get-Failure { Export-UserAssignedIdentity $Group missing }) | Should -Be ResourceNotFound
        Export-UserAssignedIdentity $Group x* | Should -BeNullOrEmpty
    }

    It 'writes Bicep' {
        $text = Export-UserAssignedIdentity $Group -Format Bicep -IncludeRoleAssignment
        Test-Bicep $text
        $text | Should -Match "(?m)^resource identity1 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = \{$"
        $text.Contains("'odd': '[it\'s \`${x}]'") | Should -BeTrue
        [regex]::Matches($text, 'dependsOn').Count | Should -Be 3
        [regex]::Matches($text, "(?m)^  parent: identity1$").Count | Should -Be 4
        $text | Should -Match 'principalId: identity1\.properties\.principalId'
        $text | Should -Match "(?m)^resource identity2Role1Scope 'Microsoft.Compute/virtualMachines@\S+' existing = \{$"
    }

    It 'says which roles it leaves out' {
        $null = Get-UserAssignedIdentity $Group id1 | New-IdentityRoleAssignment -RoleDefinitionName Contributor -Scope "/subscriptions/$((Get-ArmEmulator).SubscriptionId)"
        $null = Export-UserAssignedIdentity $Group id1 -IncludeRoleAssignment -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike "*omits*'Contributor'*"
    }

    It 'does not mix groups' {
        $null = New-UserAssignedIdentity $OtherGroup id3
        Get-ErrorCode (Get-Failure { Get-UserAssignedIdentity | Export-UserAssignedIdentity }) | Should -Be InvalidExport
    }

    It 'writes over no file without being told' {
        $null = Export-UserAssignedIdentity $Group id2 -Path TestDrive:/there.json
        Get-ErrorCode (Get-Failure { Export-UserAssignedIdentity $Group id2 -Path TestDrive:/there.json }) | Should -Be FileExists
        $null = Export-UserAssignedIdentity $Group id2 -Path TestDrive:/not.json -WhatIf
        Test-Path TestDrive:/not.json | Should -BeFalse
    }
}
