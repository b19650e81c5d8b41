Describe 'Update-FederatedIdentityCredential' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        Edit-EmulatorSetting @{ federatedWriteMs = 0 }
        $null = New-UserAssignedIdentity $Group id1
        $credential = New-FederatedIdentityCredential $Group id1 main -Issuer https://issuer.example -Subject s1 -Audience api://x
        Invoke-Emulator Delete /requests
    }

    It 'changes what is named, and keeps the rest' {
        $changed = Update-FederatedIdentityCredential $Group id1 main -Subject s2
        $changed.Subject | Should -Be s2
        $changed.Issuer | Should -Be https://issuer.example
        $changed.Audience | Should -Be api://x
        ($credential | Update-FederatedIdentityCredential -Audience api://y).Audience | Should -Be api://y
        (Update-FederatedIdentityCredential -ResourceId $credential.Id -Issuer https://other.example).Issuer | Should -Be https://other.example
    }

    It 'keeps the expression of a flexible one' {
        Add-FlexibleCredential id1 matching
        $changed = Update-FederatedIdentityCredential $Group id1 matching -Audience api://y
        $changed.Audience | Should -Be api://y
        $changed.ClaimsMatchingExpression | Should -BeExactly $Expression
        $read = Get-FederatedIdentityCredential $Group id1 matching
        $read.ClaimsMatchingExpression | Should -BeExactly $Expression
        $read.Subject | Should -BeNullOrEmpty
        (Update-FederatedIdentityCredential $Group id1 matching -Subject s2).Subject | Should -Be s2
        (Get-FederatedIdentityCredential $Group id1 matching).ClaimsMatchingExpression | Should -BeNullOrEmpty
    }

    It 'replaces the subject with an expression, and an expression with another' {
        $changed = $credential | Update-FederatedIdentityCredential -ClaimsMatchingExpression "claims['sub'] eq 's2'"
        $changed.ClaimsMatchingExpression | Should -BeExactly "claims['sub'] eq 's2'"
        $changed.ClaimsMatchingExpressionVersion | Should -Be 1
        $changed.Subject | Should -BeNullOrEmpty
        $changed.Audience | Should -Be api://x
        $other = Update-FederatedIdentityCredential $Group id1 main -ClaimsMatchingExpression "claims['sub'] eq 's3'"
        $other.ClaimsMatchingExpression | Should -BeExactly "claims['sub'] eq 's3'"
        Invoke-Emulator Delete /requests
        $null = Update-FederatedIdentityCredential $Group id1 main -ClaimsMatchingExpression "claims['sub'] eq 's3'"
        Get-ChangingRequest | Should -BeNullOrEmpty
        (Update-FederatedIdentityCredential $Group id1 main -GitHubRepository contoso/web -GitHubBranch main).ClaimsMatchingExpression | Should -BeNullOrEmpty
        $failure = Get-Failure { Update-FederatedIdentityCredential $Group id1 main -Subject s -ClaimsMatchingExpression "claims['sub'] eq 's'" }
        Get-ErrorCode $failure | Should -Be InvalidFederatedSource
        $failure = Get-Failure { Update-FederatedIdentityCredential $Group id1 main -GitHubRepository contoso/web -GitHubBranch main -ClaimsMatchingExpression "claims['sub'] eq 's'" }
        Get-ErrorCode $failure | Should -Be InvalidFederatedSource
    }

    It 'takes the ready forms' {
        $changed = $credential | Update-FederatedIdentityCredential -GitHubOrganization contoso -GitHubRepository web -GitHubTag v1
        $changed.Subject | Should -Be repo:contoso/web:ref:refs/tags/v1
        $changed.Issuer | Should -Be https://token.actions.githubusercontent.com
        $changed = $credential | Update-FederatedIdentityCredential -KubernetesIssuer https://oidc.example -Namespace web -ServiceAccount api
        $changed.Subject | Should -Be system:serviceaccount:web:api
    }

    It 'takes rows that name credentials' {
        $rows = 'ResourceGroupName,IdentityName,Name', "$Group,id1,main" | ConvertFrom-Csv
        ($rows | Update-FederatedIdentityCredential -Subject s3).Subject | Should -Be s3
    }

    It 'writes nothing where it is so already' {
        $null = $credential | Update-FederatedIdentityCredential -Subject s1
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'does not mix forms, and wants to be told what to change' {
        $failure = Get-Failure { $credential | Update-FederatedIdentityCredential -Subject x -Namespace web }
        Get-ErrorCode $failure | Should -Be InvalidFederatedSource
        Get-ErrorCode (Get-Failure { $credential | Update-FederatedIdentityCredential }) | Should -Be MissingParameter
        Get-ErrorCode (Get-Failure { [pscustomobject] @{ a = 1 } | Update-FederatedIdentityCredential -Subject x }) | Should -Be InvalidInputObject
        Get-ErrorCode (Get-Failure { Update-FederatedIdentityCredential -ResourceId (Get-IdentityId id1) -Subject x }) | Should -Be InvalidResourceId
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'does not create one that is not there' {
        Get-ErrorCode (Get-Failure { Update-FederatedIdentityCredential $Group id1 missing -Subject x }) | Should -Be ResourceNotFound
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It '-WhatIf writes nothing' {
        $credential | Update-FederatedIdentityCredential -Subject s2 -WhatIf | Should -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
    }
}
