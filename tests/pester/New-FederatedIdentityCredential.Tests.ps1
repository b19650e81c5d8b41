Describe 'New-FederatedIdentityCredential' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $Issuer = 'https://issuer.example'
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        Edit-EmulatorSetting @{ federatedWriteMs = 0 }
        $identity = New-UserAssignedIdentity $Group id1
        Invoke-Emulator Delete /requests
    }

    It 'creates one with issuer and subject' {
        $made = New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1
        $made.Name | Should -BeExactly main
        $made.IdentityName | Should -Be id1
        $made.ResourceGroupName | Should -Be $Group
        $made.SubscriptionId | Should -Be (Get-ArmEmulator).SubscriptionId
        $made.Issuer | Should -Be $Issuer
        $made.Subject | Should -Be s1
        @($made.Audience).Count | Should -Be 1
        $made.Audience | Should -Be api://AzureADTokenExchange
        $made.Type | Should -Be Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials
        $made.Id | Should -BeLike "$($identity.Id)/federatedIdentityCredentials/main"
        "$made" | Should -Be $made.Id
    }

    It 'takes an audience' {
        (New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1 -Audience api://x).Audience | Should -Be api://x
    }

    It 'makes issuer and subject of GitHub: <Expected>' -ForEach @(
        @{ Claim = @{ GitHubBranch = 'main' }; Expected = 'ref:refs/heads/main' }
        @{ Claim = @{ GitHubEnvironment = 'Production' }; Expected = 'environment:Production' }
        @{ Claim = @{ GitHubPullRequest = $true }; Expected = 'pull_request' }
        @{ Claim = @{ GitHubTag = 'v1' }; Expected = 'ref:refs/tags/v1' }
    ) {
        $made = New-FederatedIdentityCredential $Group id1 main -GitHubOrganization contoso -GitHubRepository web @Claim
        $made.Issuer | Should -Be https://token.actions.githubusercontent.com
        $made.Subject | Should -BeExactly "repo:contoso/web:$Expected"
    }

    It 'takes names of GitHub with ids, with "_", and in one: <Given.GitHubRepository>' -ForEach @(
        @{ Given = @{ GitHubOrganization = 'acme-org@123456789'; GitHubRepository = 'acme-application@987654321' } }
        @{ Given = @{ GitHubRepository = 'acme-org@123456789/acme-application@987654321' } }
        @{ Given = @{ GitHubOrganization = 'jdoe_contoso'; GitHubRepository = 'web' }; Expected = 'jdoe_contoso/web' }
        @{ Given = @{ GitHubOrganization = 'contoso'; GitHubRepository = 'contoso/web' }; Expected = 'contoso/web' }
        @{ Given = @{ GitHubOrganization = ''; GitHubRepository = 'contoso/web' }; Expected = 'contoso/web' }
    ) {
        if (-not $Expected) { $Expected = 'acme-org@123456789/acme-application@987654321' }
        $made = New-FederatedIdentityCredential $Group id1 main @Given -GitHubEnvironment production
        $made.Subject | Should -BeExactly "repo:${Expected}:environment:production"
    }

    It 'wants the ids of both or of none, and one organization' {
        foreach ($given in @(
                @{ GitHubOrganization = 'contoso@1'; GitHubRepository = 'web' }
                @{ GitHubOrganization = 'contoso'; GitHubRepository = 'web@1' }
                @{ GitHubOrganization = 'contoso'; GitHubRepository = 'fabrikam/web' }
            )) {
            $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 main @given -GitHubBranch main }
            Get-ErrorCode $failure | Should -Be InvalidFederatedSource
            $failure.Exception.Message | Should -BeLike '-GitHubRepository *'
        }
        $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 main -GitHubRepository web -GitHubBranch main }
        Get-ErrorCode $failure | Should -Be MissingParameter
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'warns of what no token matches: <Why>' -ForEach @(
        @{ Why = '*-KubernetesIssuer*slash*'; Given = @{ KubernetesIssuer = 'https://eastus.oic.prod-aks.azure.com/a/b'; Namespace = 'web'; ServiceAccount = 'api' } }
        @{ Why = '*-Issuer*slash*'; Given = @{ Issuer = 'https://eastus.oic.prod-aks.azure.com/a/b'; Subject = 's1' } }
        @{ Why = '*-Issuer*slash*'; Given = @{ Issuer = 'https://token.actions.githubusercontent.com/'; Subject = 's1' } }
        @{ Why = '*wildcard*'; Given = @{ Issuer = 'https://issuer.example'; Subject = 'repo:contoso/*:ref:refs/heads/main' } }
        @{ Why = ''; Given = @{ KubernetesIssuer = 'https://eastus.oic.prod-aks.azure.com/a/b/'; Namespace = 'web'; ServiceAccount = 'api' } }
    ) {
        $made = New-FederatedIdentityCredential $Group id1 main @Given -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike $Why
        $made.Issuer | Should -BeExactly "$($Given.Issuer)$($Given.KubernetesIssuer)"
    }

    It 'writes nothing when the warning stops it' {
        $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject 'repo:contoso/*' -WarningAction Stop 3> $null }
        $failure | Should -Not -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'makes issuer and subject of Kubernetes' {
        $made = New-FederatedIdentityCredential $Group id1 main -KubernetesIssuer https://oidc.example/x/ -Namespace web -ServiceAccount api
        $made.Issuer | Should -BeExactly https://oidc.example/x/
        $made.Subject | Should -BeExactly system:serviceaccount:web:api
    }

    It 'takes identities from the pipeline' {
        $null = New-UserAssignedIdentity $Group id2
        $made = Get-UserAssignedIdentity | New-FederatedIdentityCredential -Name main -Issuer $Issuer -Subject s1
        $made.IdentityName | Should -Be id1, id2
        $made.Name | Should -Be main, main
        (New-FederatedIdentityCredential -IdentityId $identity -Name other -Issuer $Issuer -Subject s2).IdentityName | Should -Be id1
    }

    It 'copies credentials to another identity' {
        $null = New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1
        $other = New-UserAssignedIdentity $OtherGroup id2
        $copy = Get-FederatedIdentityCredential $Group id1 | New-FederatedIdentityCredential -IdentityId $other
        $copy.ResourceGroupName | Should -Be $OtherGroup
        $copy.Subject | Should -Be s1
    }

    It 'takes the rows of a table' {
        $made = @(
            'ResourceGroupName,IdentityName,Name,GitHubOrganization,GitHubRepository,GitHubBranch,GitHubTag'
            "$Group,id1,main,contoso,web,main,"
            "$Group,id1,tag,contoso,web,,v1"
        ) | ConvertFrom-Csv | New-FederatedIdentityCredential
        $made.Subject | Should -Be 'repo:contoso/web:ref:refs/heads/main', 'repo:contoso/web:ref:refs/tags/v1'
    }

    It 'makes a flexible one, of an expression in place of a subject' {
        $expression = "claims['sub'] matches 'repo:contoso/*'"
        $made = New-FederatedIdentityCredential $Group id1 any -Issuer $Issuer -ClaimsMatchingExpression $expression -WarningVariable told
        $made.ClaimsMatchingExpression | Should -BeExactly $expression
        $made.ClaimsMatchingExpressionVersion | Should -Be 1
        $made.Subject | Should -BeNullOrEmpty
        $told | Should -BeNullOrEmpty
        (Get-FederatedIdentityCredential $Group id1 any).ClaimsMatchingExpression | Should -BeExactly $expression
        Invoke-Emulator Delete /requests
        $null = New-FederatedIdentityCredential $Group id1 any -Issuer $Issuer -ClaimsMatchingExpression $expression -ClaimsMatchingExpressionVersion 1
        Get-ChangingRequest | Should -BeNullOrEmpty
        $twin = Get-Failure { New-FederatedIdentityCredential $Group id1 twin -Issuer $Issuer -ClaimsMatchingExpression $expression }
        Get-ErrorCode $twin | Should -Be FederatedIdentityCredentialExists

        # Credentials of both kinds are copied, and rows of a table made.
        $null = New-FederatedIdentityCredential $Group id1 plain -Issuer $Issuer -Subject s1
        $other = New-UserAssignedIdentity $OtherGroup id2
        $copies = Get-FederatedIdentityCredential $Group id1 | New-FederatedIdentityCredential -IdentityId $other
        @($copies.ClaimsMatchingExpression | Where-Object { $_ }) | Should -BeExactly $expression
        @($copies.Subject | Where-Object { $_ }) | Should -Be s1
        $rows = 'ResourceGroupName,IdentityName,Name,Issuer,Subject,ClaimsMatchingExpression', "$Group,id1,row1,$Issuer,s2,", "$Group,id1,row2,$Issuer,,claims['sub'] eq 's3'" | ConvertFrom-Csv
        $made = $rows | New-FederatedIdentityCredential
        $made[0].Subject | Should -Be s2
        $made[1].ClaimsMatchingExpression | Should -BeExactly "claims['sub'] eq 's3'"
    }

    It 'wants a subject or an expression, and not both: <Code>' -ForEach @(
        @{ Code = 'MissingParameter'; Given = @{}; Says = '*-Subject*-ClaimsMatchingExpression*' }
        @{ Code = 'InvalidFederatedSource'; Given = @{ Subject = 's1'; ClaimsMatchingExpression = "claims['sub'] eq 's'" }; Says = "-ClaimsMatchingExpression *can't be combined with -Subject*" }
        @{ Code = 'InvalidClaimsMatchingExpression'; Given = @{ ClaimsMatchingExpression = '' }; Says = '-ClaimsMatchingExpression *at least one character*' }
        @{ Code = 'InvalidFederatedSource'; Given = @{ ClaimsMatchingExpression = "claims['sub'] eq 's'"; ClaimsMatchingExpressionVersion = -1 }; Says = '-ClaimsMatchingExpressionVersion *' }
        @{ Code = 'MissingParameter'; Given = @{ Subject = 's1'; ClaimsMatchingExpressionVersion = 1 }; Says = '*-ClaimsMatchingExpression*' }
    ) {
        $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer @Given }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike $Says
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'warns of an expression that is none' {
        $null = New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -ClaimsMatchingExpression 'repo:contoso/*' -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike '*-ClaimsMatchingExpression*comparisons*'
    }

    It 'writes nothing where it is so already' {
        $null = New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1
        Invoke-Emulator Delete /requests
        (New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1).Name | Should -Be main
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'makes 50 over 5 identities in one pipeline, and no 409 is met' {
        Edit-EmulatorSetting @{ federatedWriteMs = 20 }
        $null = 1..5 | ForEach-Object { "many$_" } | New-UserAssignedIdentity -ResourceGroupName $Group
        Invoke-Emulator Delete /requests
        $rows = foreach ($number in 0..49) {
            [pscustomobject] @{
                ResourceGroupName = $Group
                IdentityName      = "many$(1 + [math]::Floor($number / 10))"
                Name              = "fic-$number"
                Issuer            = $Issuer
                Subject           = "s$number"
            }
        }
        $made = $rows | New-FederatedIdentityCredential -ErrorVariable failure
        $failure | Should -BeNullOrEmpty
        $made.Name | Should -Be $rows.Name
        $sent = @(Get-ArmRequest)
        $sent.status | Should -Not -Contain 409
        # In parallel: no identity waits for another one to be done.
        $writes = @($sent | Where-Object method -EQ PUT)
        $writes.Count | Should -Be 50
        @($writes[0..14].path | ForEach-Object { ($_ -split '/')[8] } | Select-Object -Unique).Count | Should -Be 5
    }

    It 'waits for others to be done' {
        Add-Fault @{
            method = 'PUT'; pathContains = '/main'; times = 2
            action = @{ status = 409; code = 'ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity'; message = 'Concurrent.' }
        }
        (New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1).Subject | Should -Be s1
    }

    It 'says which neighbour has issuer and subject' {
        $null = New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1
        $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 twin -Issuer $Issuer -Subject s1 }
        $failure.FullyQualifiedErrorId | Should -Be 'FederatedIdentityCredentialExists,ManagedIdentity.Commands.NewFederatedIdentityCredentialCommand'
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        $failure.Exception.Message | Should -BeLike "*'main'*"
    }

    It 'says that twenty is the most' {
        $null = 1..20 | ForEach-Object { [pscustomobject] @{ Name = "fic-$_"; Subject = "s$_" } } |
            New-FederatedIdentityCredential $Group id1 -Issuer $Issuer
        Invoke-Emulator Delete /requests
        $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 more -Issuer $Issuer -Subject more }
        Get-ErrorCode $failure | Should -Be TooManyFederatedIdentityCredentials
        $failure.CategoryInfo.Category | Should -Be LimitsExceeded
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'sets wrong input right: -<Parameter> "<Value>"' -ForEach @(
        @{ Parameter = 'Name'; Value = 'ab'; Code = 'InvalidName'; Rule = '3 to 120' }
        @{ Parameter = 'Name'; Value = 'a.b.c'; Code = 'InvalidName'; Rule = 'letters' }
        @{ Parameter = 'IdentityName'; Value = '-x'; Code = 'InvalidName'; Rule = '3 to 128' }
        @{ Parameter = 'Issuer'; Value = 'github'; Code = 'InvalidIssuer'; Rule = 'https://' }
        @{ Parameter = 'Subject'; Value = ''; Code = 'InvalidSubject'; Rule = 'at least one' }
        @{ Parameter = 'Subject'; Value = 'x' * 601; Code = 'InvalidSubject'; Rule = '600' }
        @{ Parameter = 'Audience'; Value = @('a', 'b'); Code = 'InvalidAudience'; Rule = 'exactly one' }
        @{ Parameter = 'IdentityId'; Value = 'id1'; Code = 'InvalidResourceId'; Rule = 'user-assigned identity' }
    ) {
        $given = @{ ResourceGroupName = $Group; IdentityName = 'id1'; Name = 'main'; Issuer = $Issuer; Subject = 's1' }
        $given[$Parameter] = $Value
        $failure = Get-Failure { New-FederatedIdentityCredential @given }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike "-$Parameter '*"
        $failure.Exception.Message | Should -BeLike "*$Rule*"
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'needs exactly one of GitHub''s claims' {
        foreach ($claims in @{}, @{ GitHubBranch = 'main'; GitHubTag = 'v1' }) {
            $failure = Get-Failure { New-FederatedIdentityCredential $Group id1 main -GitHubOrganization contoso -GitHubRepository web @claims }
            Get-ErrorCode $failure | Should -Be MissingParameter
            $failure.Exception.Message | Should -BeLike '*-GitHubEnvironment*'
        }
        Get-ErrorCode (Get-Failure { New-FederatedIdentityCredential -Name main -Issuer $Issuer -Subject s1 }) | Should -Be MissingParameter
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It '-WhatIf writes nothing' {
        New-FederatedIdentityCredential $Group id1 main -Issuer $Issuer -Subject s1 -WhatIf | Should -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
        Get-FederatedIdentityCredential $Group id1 | Should -BeNullOrEmpty
    }

    It 'names the identity that is not there' {
        $failure = Get-Failure { New-FederatedIdentityCredential $Group missing main -Issuer $Issuer -Subject s1 }
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.Exception.Message | Should -BeLike "*'missing'*"
    }
}
