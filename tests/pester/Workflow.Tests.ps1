# The workflow for GitHub Actions of the examples and its script, on the emulator as the service that gives tokens.

Describe 'The workflow of the examples' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        $Folder = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../examples/github-actions")
        $Issuer = 'https://token.actions.githubusercontent.com'
        Connect-TestEmulator

        # A checkout in which the files are where the workflow expects them.
        $Checkout = "$TestDrive/checkout"
        $null = New-Item -ItemType Directory "$Checkout/identities"
        Copy-Item "$Folder/Set-DeployIdentity.ps1", "$Folder/identities.csv" "$Checkout/identities"

        # The lines of a job of the workflow.
        function Read-Job([string] $Name) {
            $text = [System.IO.File]::ReadAllText("$Folder/identities.yml").Replace("`r`n", "`n")
            [regex]::Match($text, "(?ms)^  ${Name}:\n(.+?)(?=^  \S|\z)").Groups[1].Value
        }

        # The last step of a job, as a runner does it with the variables of the repository: what came out, how it ended, and
        # the summary.
        function Invoke-Job([string] $Name, [string] $Subject, [scriptblock] $Step) {
            $job = Read-Job $Name
            if (-not $Step) {
                $Step = [scriptblock]::Create([regex]::Matches($job, '(?m)^        run: (.+)$')[-1].Groups[1].Value)
            }
            $summary = "$TestDrive/$([guid]::NewGuid()).md"
            $values = @{
                AZURE_TENANT_ID       = (Get-ArmEmulator).TenantId
                AZURE_SUBSCRIPTION_ID = (Get-ArmEmulator).SubscriptionId
                AZURE_CLIENT_ID       = $Deployer.ClientId
                AZURE_PLAN_CLIENT_ID  = $Planner.ClientId
            }
            $variables = Get-HostVariable gitHubActions @{ subject = $Subject }
            $variables.AZURE_RESOURCE_MANAGER_URL = (Get-ArmEmulator).Endpoint
            $variables.GITHUB_STEP_SUMMARY = $summary
            foreach ($one in [regex]::Matches($job, '(?m)^      (\w+): \$\{\{ vars\.(\w+) \}\}$')) {
                $variables[$one.Groups[1].Value] = $values[$one.Groups[2].Value]
            }
            $rows = New-Object System.Collections.ArrayList
            $ended = ''
            Push-Location $Checkout
            try {
                Invoke-WithEnvironment $variables {
                    $ErrorActionPreference = 'Stop'
                    try {
                        & $Step | ForEach-Object { $null = $rows.Add($_) }
                    } catch {
                        $ended = "$_"
                    }
                    $text = if (Test-Path $summary) { [System.IO.File]::ReadAllText($summary) }
                    $open = @(Get-ManagedIdentityConnection).Count
                    $null = Connect-ManagedIdentityService -Emulator
                    @{ Report = $rows.ToArray(); Error = $ended; Summary = $text; Open = $open }
                }
            } finally {
                Pop-Location
            }
        }

        $OfEnvironment = 'repo:contoso/platform:environment:production'
        $OfPull = 'repo:contoso/platform:pull_request'
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        Clear-Emulator
        $null = Connect-ManagedIdentityService -Emulator
        $github = @{ GitHubOrganization = 'contoso'; GitHubRepository = 'platform' }
        $Deployer = New-UserAssignedIdentity $Group deployer
        $null = $Deployer | New-FederatedIdentityCredential -Name production @github -GitHubEnvironment production
        $Planner = New-UserAssignedIdentity $Group planner
        $null = $Planner | New-FederatedIdentityCredential -Name pull @github -GitHubPullRequest
        $null = Invoke-Emulator Delete /requests
        $null = Invoke-Emulator Delete /tokens
    }

    It 'makes the identities of the table, with credentials and roles' {
        $job = Invoke-Job apply $OfEnvironment
        $job.Error | Should -BeNullOrEmpty
        $job.Report.Name | Should -Be shop-deploy, shop-deploy, report-deploy
        $job.Report.Result | Should -Be Changed, Changed, Changed
        $job.Report[0].Change | Should -Be (
            "create the identity; trust 'repo:contoso/shop:ref:refs/heads/main'; assign the role 'Contributor'")
        $job.Report[1].Change | Should -Be "trust 'repo:contoso/shop:environment:production'"
        $shop = Get-UserAssignedIdentity $Group shop-deploy
        $job.Report[0].ClientId | Should -Be $shop.ClientId
        $credentials = $shop | Get-FederatedIdentityCredential | Sort-Object Name
        $credentials.Name | Should -Be main, production
        $credentials.Issuer | Select-Object -Unique | Should -Be $Issuer
        $credentials.Subject | Should -Be 'repo:contoso/shop:ref:refs/heads/main', 'repo:contoso/shop:environment:production'
        $role = $shop | Get-IdentityRoleAssignment
        $role.RoleDefinitionName | Should -Be Contributor
        $role.Scope | Should -BeLike "*/resourceGroups/$Group"
        (Get-UserAssignedIdentity TestRG report-deploy | Get-IdentityRoleAssignment).Scope | Should -BeLike '*/resourceGroups/TestRG'
    }

    It 'signs in with the token of the job alone, and leaves no connection' {
        $before = @(Get-ManagedIdentityConnection).Count
        (Invoke-Job apply $OfEnvironment).Open | Should -Be $before
        # The other is that of the tests themselves, afterwards.
        $tokens = @(Invoke-Emulator Get /tokens | Where-Object grant -NE secret)
        ($tokens.grant | Sort-Object -Unique) -join ' ' | Should -Be 'federated gitHubActions'
        ($tokens | Where-Object grant -EQ federated).clientId | Select-Object -Unique | Should -Be $Deployer.ClientId
    }

    It 'has a summary of the report' {
        $job = Invoke-Job apply $OfEnvironment
        $lines = $job.Summary.TrimEnd() -split "`n"
        $lines.Count | Should -Be 7
        $lines[0] | Should -Be '### Identities'
        $lines[6] | Should -Be (
            "| report-deploy | TestRG | $($job.Report[2].ClientId) | Changed | " +
            "create the identity; trust 'repo:contoso/report:ref:refs/heads/main'; assign the role 'Reader' |")
    }

    It 'changes nothing in a second run' {
        $null = Invoke-Job apply $OfEnvironment
        $null = Invoke-Emulator Delete /requests
        $job = Invoke-Job apply $OfEnvironment
        Get-ChangingRequest | Should -BeNullOrEmpty
        $job.Error | Should -BeNullOrEmpty
        $job.Report.Result | Should -Be Unchanged, Unchanged, Unchanged
        $job.Report.Change | Should -Be '', '', ''
    }

    It 'follows a changed subject' {
        $null = Invoke-Job apply $OfEnvironment
        $null = Get-UserAssignedIdentity $Group shop-deploy |
            ForEach-Object { Update-FederatedIdentityCredential $Group $_.Name main -Subject repo:contoso/old:ref:refs/heads/main }
        $job = Invoke-Job apply $OfEnvironment
        $job.Report.Result | Should -Be Changed, Unchanged, Unchanged
        $job.Report[0].Change | Should -Be "trust 'repo:contoso/shop:ref:refs/heads/main'"
        (Get-FederatedIdentityCredential $Group shop-deploy main).Subject | Should -Be 'repo:contoso/shop:ref:refs/heads/main'
    }

    It 'shows the changes of a pull request, as another identity, and makes none' {
        $job = Invoke-Job plan $OfPull
        $job.Error | Should -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
        $job.Report.Result | Should -Be Planned, Planned, Planned
        $job.Summary | Should -BeLike '*| Planned | create the identity; trust *'
        (Invoke-Emulator Get /tokens | Where-Object grant -EQ federated).clientId | Should -Be $Planner.ClientId
        # That identity does not trust the environment, nor the other the pull request.
        (Invoke-Job apply $OfPull).Error | Should -BeLike '*AADSTS70021*'
    }

    It 'continues after a row that fails, and fails at the end' {
        Set-Content "$Checkout/bad.csv" @(
            'ResourceGroupName,Name,Credential,Subject,RoleDefinitionName'
            "$Group,one,main,repo:contoso/one:ref:refs/heads/main,Reader"
            'rg9,two,main,repo:contoso/two:ref:refs/heads/main,Reader'
            "$Group,three,main,repo:contoso/three:ref:refs/heads/main,Reader"
        )
        $job = Invoke-Job apply $OfEnvironment { ./identities/Set-DeployIdentity.ps1 bad.csv }
        $job.Error | Should -BeLike '1 of 3 rows failed: two.*'
        $job.Report.Result | Should -Be Changed, Failed, Changed
        $job.Report[1].Error | Should -BeLike "*'rg9'*"
        $job.Summary | Should -BeLike "*| two | rg9 |  | Failed | *'rg9'*"
        (Get-UserAssignedIdentity $Group three | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be Reader
    }

    It 'refuses a table before any request: <Says>' -ForEach @(
        @{ Lines = @('ResourceGroupName,Name'; 'g,n'); Says = '*does not have Credential, Subject, RoleDefinitionName.' }
        @{ Lines = @('ResourceGroupName,Name,Credential,Subject,RoleDefinitionName'); Says = '*has no rows.' }
        @{
            Lines = @('ResourceGroupName,Name,Credential,Subject,RoleDefinitionName'; 'g,n,c,s,r'; 'g,n,c,,r')
            Says  = '*line 3: Subject must have a value.'
        }
    ) {
        Set-Content "$Checkout/refused.csv" $Lines
        $job = Invoke-Job apply $OfEnvironment { ./identities/Set-DeployIdentity.ps1 refused.csv }
        $job.Error | Should -BeLike $Says
        Invoke-Emulator Get /tokens | Where-Object grant -NE secret | Should -BeNullOrEmpty
    }

    It 'has a script with help of its own' {
        $help = Get-Help "$Folder/Set-DeployIdentity.ps1" -Full
        $help.Synopsis | Should -BeLike '*.'
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        foreach ($name in 'Path', 'ApplicationId', 'Tenant', 'SubscriptionId') {
            ($help.parameters.parameter | Where-Object name -EQ $name).description.Text | Should -Not -BeNullOrEmpty -Because $name
        }
    }
}
