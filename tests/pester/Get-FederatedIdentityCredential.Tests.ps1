Describe 'Get-FederatedIdentityCredential' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        Edit-EmulatorSetting @{ federatedWriteMs = 0; pageSize = 2 }
        $null = 'id1', 'id2', 'none' | New-UserAssignedIdentity -ResourceGroupName $Group
        foreach ($identity in 'id1', 'id2') {
            foreach ($name in 'main', 'stage', 'pr1', 'pr2') {
                $null = New-FederatedIdentityCredential $Group $identity $name -Issuer https://issuer.example -Subject $name
            }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Invoke-Emulator Delete /requests }

    It 'gets all of an identity, over pages' {
        $found = Get-FederatedIdentityCredential -ResourceGroupName $Group -IdentityName id1
        $found.Name | Sort-Object | Should -Be main, pr1, pr2, stage
        $found.IdentityName | Select-Object -Unique | Should -Be id1
        Get-FederatedIdentityCredential $Group none | Should -BeNullOrEmpty
    }

    It 'gets one by name, by id, and anew' {
        $one = Get-FederatedIdentityCredential $Group id1 main
        $one.Subject | Should -Be main
        (Get-FederatedIdentityCredential -ResourceId $one.Id).Name | Should -Be main
        ($one | Get-FederatedIdentityCredential).Id | Should -Be $one.Id
    }

    It 'gets those that match' {
        (Get-FederatedIdentityCredential $Group id1 -Name PR*, main).Name | Sort-Object | Should -Be main, pr1, pr2
        Get-FederatedIdentityCredential $Group id1 x* | Should -BeNullOrEmpty
    }

    It 'gets those of identities from the pipeline' {
        $found = Get-UserAssignedIdentity $Group id? | Get-FederatedIdentityCredential -Name main
        $found.IdentityName | Should -Be id1, id2
        @(Get-UserAssignedIdentity $Group | Get-FederatedIdentityCredential).Count | Should -Be 8
        @((Get-UserAssignedIdentity $Group id2).Id | Get-FederatedIdentityCredential).Count | Should -Be 4
    }

    It 'says what is not there' {
        $failure = Get-Failure { Get-FederatedIdentityCredential $Group id1 missing }
        Get-ErrorCode $failure | Should -Be ResourceNotFound
        $failure.TargetObject | Should -Be "$Group/id1/missing"
        (Get-Failure { Get-FederatedIdentityCredential $Group missing }).CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'asks for what is missing before any request' {
        foreach ($given in @{}, @{ IdentityName = 'id1' }, @{ ResourceGroupName = $Group }, @{ IdentityId = 'id1' }) {
            (Get-Failure { Get-FederatedIdentityCredential @given }).CategoryInfo.Category | Should -Be InvalidArgument
        }
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'shows flexible ones beside the others' {
        $null = New-UserAssignedIdentity $Group flexible
        Add-FlexibleCredential flexible matching
        $null = New-FederatedIdentityCredential $Group flexible plain -Issuer https://issuer.example -Subject s1
        $found = Get-FederatedIdentityCredential $Group flexible
        $found.Name | Should -Be matching, plain
        $found[0].Subject | Should -BeNullOrEmpty
        $found[0].ClaimsMatchingExpression | Should -BeExactly $Expression
        $found[0].ClaimsMatchingExpressionVersion | Should -Be 1
        $found[1].Subject | Should -Be s1
        $found[1].ClaimsMatchingExpression | Should -BeNullOrEmpty
        $found[1].ClaimsMatchingExpressionVersion | Should -BeNullOrEmpty
        $found[0] | Format-Table | Out-String -Width 300 | Should -BeLike "*$([WildcardPattern]::Escape($Expression))*"
        (Get-FederatedIdentityCredential $Group flexible matching).ClaimsMatchingExpression | Should -BeExactly $Expression
    }
}
