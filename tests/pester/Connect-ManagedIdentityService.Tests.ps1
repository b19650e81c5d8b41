Describe 'Connect-ManagedIdentityService' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
    }
    BeforeEach {
        Connect-TestEmulator
        $endpoint = (Get-ArmEmulator).Endpoint
        $fact = Get-EmulatorFact
        Disconnect-ManagedIdentityService
    }
    AfterEach { Disconnect-TestEmulator }

    Context '-Emulator' {
        It 'connects to the one that runs' {
            $connection = Connect-ManagedIdentityService -Emulator
            $connection | Should -BeOfType ManagedIdentity.Models.ManagedIdentityConnection
            $connection.Endpoint | Should -Be $endpoint
            $connection.SubscriptionId | Should -Be $fact.subscriptionId
            $connection.SubscriptionName | Should -Be 'Emulator subscription'
            $connection.TenantId | Should -Be $fact.tenantId
            $connection.IsDefault | Should -BeTrue
            $connection.IsConnected | Should -BeTrue
        }

        It 'starts one when none runs' {
            Stop-ArmEmulator
            $connection = Connect-ManagedIdentityService -Emulator
            $connection.Endpoint | Should -Be (Get-ArmEmulator).Endpoint
            Get-UserAssignedIdentity | Should -BeNullOrEmpty
        }

        It 'connects to one elsewhere' {
            (Connect-ManagedIdentityService -Emulator -Endpoint "$endpoint/").Endpoint | Should -Be $endpoint
        }
    }

    Context '-AccessToken' {
        It 'takes a token' {
            $connection = Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure (Get-EmulatorToken)) -Endpoint $endpoint -AccountId ann@contoso.com
            $connection.Account | Should -Be ann@contoso.com
            $connection.AccountType | Should -Be AccessToken
            Get-UserAssignedIdentity | Should -BeNullOrEmpty
        }

        It 'refuses plain text, says how to give it, and does not repeat it' {
            $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken 'marked-token' -Endpoint $endpoint }
            $failure.CategoryInfo.Category | Should -Be InvalidData
            $failure.Exception.Message | Should -BeLike "*'AccessToken'*SecureString*"
            $failure.Exception.Message | Should -Not -BeLike '*marked*'
        }

        It 'refuses what can''t be a token, and does not repeat it' {
            $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure 'not a token') -Endpoint $endpoint }
            $failure.FullyQualifiedErrorId | Should -Be 'InvalidAccessToken,ManagedIdentity.Commands.ConnectManagedIdentityServiceCommand'
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.Exception.Message | Should -Not -BeLike '*not a token*'
        }

        It 'takes an emulator''s endpoint for what it is' {
            $failure = Get-Failure { Connect-ManagedIdentityService -Emulator -Endpoint nonsense }
            Get-ErrorCode $failure | Should -Be InvalidEndpoint
            $failure.Exception.Message | Should -BeLike "-Endpoint 'nonsense'*"
        }

        It 'says that a token is not good' {
            $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure 'abc.def.ghi') -Endpoint $endpoint }
            $failure.CategoryInfo.Category | Should -Be AuthenticationError
            $failure.Exception.HttpStatus | Should -Be 401
            $failure.Exception.Message | Should -BeLike '*Connect-ManagedIdentityService*'
            Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        }
    }

    Context '-ServicePrincipal' {
        It 'signs in' {
            $connection = Connect-ManagedIdentityService -ServicePrincipal -Credential (Get-EmulatorCredential) -Tenant $fact.tenantId -Endpoint $endpoint
            $connection.AccountType | Should -Be ServicePrincipal
            $connection.Account | Should -Be $fact.clientId
            $connection.TenantId | Should -Be $fact.tenantId
        }

        It 'takes Connect-AzAccount''s names' {
            $connection = Connect-ManagedIdentityService -ServicePrincipal -Credential (Get-EmulatorCredential) -TenantId $fact.tenantId -Subscription $fact.subscriptionId -Endpoint $endpoint -Scope Process
            $connection.SubscriptionId | Should -Be $fact.subscriptionId
        }

        It 'renews its token' {
            $null = Connect-ManagedIdentityService -Emulator
            Edit-EmulatorSetting @{ tokenLifetimeSeconds = 1 }
            $null = Connect-ManagedIdentityService -Emulator
            # Longer than a token lives.
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            Wait-Condition {
                $null = Get-UserAssignedIdentity
                $clock.ElapsedMilliseconds -gt 1500
            }
        }

        It 'says that the secret is wrong, and does not repeat it' {
            $credential = New-Object pscredential $fact.clientId, (ConvertTo-Secure 'wr0ng-s3cret')
            $failure = Get-Failure { Connect-ManagedIdentityService -ServicePrincipal -Credential $credential -Tenant $fact.tenantId -Endpoint $endpoint }
            $failure.CategoryInfo.Category | Should -Be AuthenticationError
            $failure | Out-String | Should -Not -BeLike '*wr0ng*'
        }

        It 'needs the tenant' {
            $failure = Get-Failure { Connect-ManagedIdentityService -ServicePrincipal -Credential (Get-EmulatorCredential) -Endpoint $endpoint }
            Get-ErrorCode $failure | Should -Be MissingParameter
            $failure.Exception.Message | Should -BeLike '*-Tenant*'
        }

        It 'needs an application''s id' {
            $credential = New-Object pscredential 'ann@contoso.com', (ConvertTo-Secure 'x')
            $failure = Get-Failure { Connect-ManagedIdentityService -ServicePrincipal -Credential $credential -Tenant $fact.tenantId -Endpoint $endpoint }
            Get-ErrorCode $failure | Should -Be InvalidApplicationId
            $failure.Exception.Message | Should -BeLike "*ann@contoso.com*GUID*"
        }
    }

    Context '-UseAzureCli' {
        BeforeAll {
            # Runs an action with an az on the PATH that prints a text.
            function Invoke-WithAzureCli([string] $Output, [int] $ExitCode, [scriptblock] $Action) {
                $folder = Join-Path $TestDrive ([guid]::NewGuid())
                $null = New-Item -ItemType Directory $folder
                Set-Content (Join-Path $folder output.txt) $Output
                if ([System.IO.Path]::DirectorySeparatorChar -eq '\') {
                    $stream = if ($ExitCode) { '1>&2' }
                    Set-Content (Join-Path $folder az.cmd) "@type `"%~dp0output.txt`" $stream`r`n@exit /b $ExitCode"
                } else {
                    $stream = if ($ExitCode) { '>&2' }
                    $az = Join-Path $folder az
                    [System.IO.File]::WriteAllText($az, "#!/bin/sh`ncat '$folder/output.txt' $stream`nexit $ExitCode`n")
                    chmod +x $az
                }
                $path = $env:PATH
                $env:PATH = $folder + [System.IO.Path]::PathSeparator + $path
                try {
                    & $Action
                } finally {
                    $env:PATH = $path
                }
            }
        }

        It 'takes the token of the Azure CLI, and the subscription that it works in' {
            $fact = Get-EmulatorFact
            $answer = @{ accessToken = Get-EmulatorToken; expires_on = 4102444800; subscription = $fact.subscriptionId }
            Invoke-Emulator Delete /requests
            $connection = Invoke-WithAzureCli "WARNING: a new version is out`n$(ConvertTo-Json $answer)" 0 {
                Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint
            }
            $connection.AccountType | Should -Be AzureCli
            $connection.SubscriptionId | Should -Be $fact.subscriptionId
            (Get-ArmRequest).path | Should -BeLike "/subscriptions/$($fact.subscriptionId)?*"
            (Get-VmIdentity).Name | Should -Be $VM
        }

        It 'works in the active cloud of the Azure CLI, and says when another one is specified' {
            $fact = Get-EmulatorFact
            $answer = @{ accessToken = Get-EmulatorToken; expires_on = 4102444800; subscription = $fact.subscriptionId }
            $folder = Join-Path $TestDrive azure
            $null = New-Item -ItemType Directory $folder
            Set-Content "$folder/config" '[cloud]', 'name = Local'
            Set-Content "$folder/clouds.config" '[Local]', "endpoint_resource_manager = $endpoint/", "endpoint_active_directory = $endpoint/"
            $env:AZURE_CONFIG_DIR = $folder
            try {
                $connection = Invoke-WithAzureCli (ConvertTo-Json $answer) 0 { Connect-ManagedIdentityService -UseAzureCli }
                $failure = Invoke-WithAzureCli (ConvertTo-Json $answer) 0 {
                    Get-Failure { Connect-ManagedIdentityService -UseAzureCli -Environment AzureChinaCloud }
                }
            } finally {
                Remove-Item Env:/AZURE_CONFIG_DIR
            }
            $connection.Endpoint | Should -Be $endpoint
            Get-ErrorCode $failure | Should -Be AzureCliOtherCloud
            $failure.Exception.Message | Should -BeLike "*'Local'*AzureChinaCloud*az cloud set --name AzureChinaCloud*"
        }

        It 'says that the Azure CLI is not signed in' {
            $failure = Invoke-WithAzureCli "ERROR: Please run 'az login' to setup account." 1 {
                Get-Failure { Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint }
            }
            Get-ErrorCode $failure | Should -Be AzureCliNotSignedIn
            $failure.Exception.Message | Should -BeLike '*az login*'
        }

        It 'tells Entra''s reason and the commands that the Azure CLI names' {
            $says = "ERROR: AADSTS530003: Your device is required to be managed to access this resource. Trace ID: 0`nPlease run:`naz logout`naz login --tenant `"t`""
            $failure = Invoke-WithAzureCli $says 1 {
                Get-Failure { Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint }
            }
            $failure.Exception.Message | Should -BeLike '*AADSTS530003: Your device is required to be managed to access this resource. *: az logout; az login --tenant "t"*'
            $failure.Exception.Message | Should -Not -BeLike '*Trace ID*'
        }

        It 'finds the token behind a text with braces, and shows nothing of it' {
            $fact = Get-EmulatorFact
            $token = Get-EmulatorToken
            $answer = @{ accessToken = $token; expires_on = 4102444800; subscription = $fact.subscriptionId }
            $said = Invoke-WithAzureCli "WARNING: The config {core} is old`n$(ConvertTo-Json $answer)" 0 {
                Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint -Verbose *>&1
            }
            @($said | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }).AccountType | Should -Be AzureCli
            $said | Format-List * | Out-String -Width 4096 | Should -Not -BeLike "*$token*"
        }

        It 'runs no az of the current directory' {
            $planted = (New-Item -ItemType Directory (Join-Path $TestDrive planted)).FullName
            $mark = Join-Path $planted mark
            if ([System.IO.Path]::DirectorySeparatorChar -eq '\') {
                Set-Content (Join-Path $planted az.cmd) "@echo ran>`"$mark`""
            } else {
                [System.IO.File]::WriteAllText("$planted/az", "#!/bin/sh`necho ran >'$mark'`n")
                chmod +x "$planted/az"
            }
            $before = $env:PATH, [System.IO.Directory]::GetCurrentDirectory()
            Push-Location $planted
            try {
                [System.IO.Directory]::SetCurrentDirectory($planted)
                $env:PATH = '', '.', (Join-Path $TestDrive nowhere), '' -join [System.IO.Path]::PathSeparator
                $failure = Get-Failure { Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint }
            } finally {
                Pop-Location
                $env:PATH = $before[0]
                [System.IO.Directory]::SetCurrentDirectory($before[1])
            }
            Get-ErrorCode $failure | Should -Be AzureCliMissing
            Test-Path $mark | Should -BeFalse
        }

        It 'says that the Azure CLI gave no token' {
            $failure = Invoke-WithAzureCli 'Hello' 0 {
                Get-Failure { Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint }
            }
            Get-ErrorCode $failure | Should -Be AzureCliFailed
        }

        It 'says that the Azure CLI is not there' {
            $path = $env:PATH
            $env:PATH = "$TestDrive"
            try {
                $failure = Get-Failure { Connect-ManagedIdentityService -UseAzureCli }
            } finally {
                $env:PATH = $path
            }
            Get-ErrorCode $failure | Should -Be AzureCliMissing
            $failure.CategoryInfo.Category | Should -Be AuthenticationError
        }
    }

    Context '-Proxy and -CertificateAuthorityPath' {
        BeforeAll {
            # No request gets anywhere: there is no proxy at this port, and no such host.
            $far = @{ AccessToken = ConvertTo-Secure 'abc'; Endpoint = 'https://arm.invalid' }
            $nowhere = '127.0.0.1:1'
        }

        It 'sends requests through -Proxy, and never shows its password' {
            $credential = New-Object pscredential 'marked-user', (ConvertTo-Secure 'marked-password')
            foreach ($proxy in "http://${nowhere}", $nowhere, "http://marked:marked@${nowhere}/") {
                $failure = Get-Failure { Connect-ManagedIdentityService @far -Proxy $proxy -ProxyCredential $credential }
                Get-ErrorCode $failure | Should -Be EndpointUnreachable
                $failure.Exception.Message | Should -BeLike "arm.invalid:443 can't be reached through the proxy ${nowhere}: *Check -Proxy.*"
                $failure | Format-List * -Force | Out-String -Width 4096 | Should -Not -BeLike '*marked-*'
            }
        }

        It 'reaches this machine without it' {
            (Connect-ManagedIdentityService -Emulator -Proxy "http://${nowhere}").Endpoint | Should -Be $endpoint
        }

        It 'says what is no proxy, before any request' {
            foreach ($bad in 'socks5://marked@p:1', 'http://marked:marked@p/path', 'nonsense://') {
                $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure 'abc') -Endpoint $endpoint -Proxy $bad }
                Get-ErrorCode $failure | Should -Be InvalidProxy
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike '-Proxy *http://proxy.example.com:8080*'
                $failure.Exception.Message | Should -Not -BeLike '*marked*'
            }
        }

        It 'goes through the proxy that .NET finds for a host' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
            $before = [System.Net.Http.HttpClient]::DefaultProxy
            [System.Net.Http.HttpClient]::DefaultProxy = New-Object System.Net.WebProxy "http://${nowhere}", $false, @('direct\.invalid')
            try {
                $through = Get-Failure { Connect-ManagedIdentityService @far }
                $direct = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure 'abc') -Endpoint https://direct.invalid }
            } finally {
                [System.Net.Http.HttpClient]::DefaultProxy = $before
            }
            $through.Exception.Message | Should -BeLike "*through the proxy ${nowhere}: *system's settings*"
            Get-ErrorCode $direct | Should -Be EndpointUnreachable
            $direct.Exception.Message | Should -Not -BeLike '*through the proxy*'
        }

        It 'says what is wrong with a file of certificates, before any request' {
            Set-Content "$TestDrive/noise.pem" noise
            Invoke-Emulator Delete /requests
            foreach ($file in 'noise.pem', 'nowhere.pem') {
                $failure = Get-Failure { Connect-ManagedIdentityService -Emulator -CertificateAuthorityPath "$TestDrive/$file" }
                Get-ErrorCode $failure | Should -Be CertificateFileUnreadable
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike "-CertificateAuthorityPath '*$file' is not valid: *PEM, with one or more, or DER."
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    It 'takes one way to sign in' {
        $failure = Get-Failure { Connect-ManagedIdentityService -Emulator -UseAzureCli }
        Get-ErrorCode $failure | Should -Be AmbiguousParameterSet
    }

    It 'leaves no half of a connection when the subscription is not there' {
        $failure = Get-Failure { Connect-ManagedIdentityService -Emulator -SubscriptionId 99999999-9999-4999-8999-999999999999 }
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        Get-ErrorCode (Get-Failure { Get-UserAssignedIdentity }) | Should -Be NotConnected
    }

    It 'takes no empty -<Name> for one that was not given' -ForEach @(
        @{ Name = 'Endpoint'; Code = 'InvalidEndpoint' }
        @{ Name = 'Tenant'; Code = 'InvalidTenant' }
        @{ Name = 'SubscriptionId'; Code = 'InvalidSubscriptionId' }
        @{ Name = 'Audience'; Code = 'InvalidAudience'; With = @{ UseAzureCli = $true; Endpoint = 'https://arm.contoso.com' } }
        @{ Name = 'AccountId'; Code = 'InvalidAccountId|ParameterArgumentValidationError'; With = @{ Identity = $true } }
        @{ Name = 'ApplicationId'; Code = 'InvalidApplicationId|ParameterArgumentValidationError'; With = @{ UseDeviceAuthentication = $true } }
        @{ Name = 'Environment'; Code = 'ParameterArgumentValidationError' }
    ) {
        $way = if ($With) { $With } else { @{ AccessToken = ConvertTo-Secure 'abc' } }
        if ($Name -ne 'Endpoint' -and -not $With) { $way.Endpoint = $endpoint }
        Invoke-Emulator Delete /requests
        foreach ($value in $null, '', ' ') {
            $arguments = $way + @{ $Name = $value }
            $failure = Get-Failure { Connect-ManagedIdentityService @arguments }
            @($failure).Count | Should -Be 1 -Because "'$value'"
            Get-ErrorCode $failure | Should -Match "^($Code)" -Because "'$value'"
            $failure.Exception.Message | Should -BeLike "*$Name*"
        }
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'takes no cloud, no other tenant and no audience beside -Emulator' {
        Get-ErrorCode (Get-Failure { Connect-ManagedIdentityService -Emulator -Environment AzureCloud }) | Should -Be ConflictingParameters
        $failure = Get-Failure { Connect-ManagedIdentityService -Emulator -Tenant contoso.com }
        Get-ErrorCode $failure | Should -Be InvalidTenant
        $failure.Exception.Message | Should -BeLike "*contoso.com*$($fact.tenantId)*"
        (Connect-ManagedIdentityService -Emulator -Tenant $fact.tenantId).TenantId | Should -Be $fact.tenantId
        Get-ErrorCode (Get-Failure { Connect-ManagedIdentityService -Emulator -Audience api://a }) | Should -Be AmbiguousParameterSet
    }

    It 'takes an endpoint or another cloud, not both' {
        $failure = Get-Failure { Connect-ManagedIdentityService -UseAzureCli -Endpoint $endpoint -Environment AzureUSGovernment }
        Get-ErrorCode $failure | Should -Be ConflictingParameters
        $failure.Exception.Message | Should -BeLike '*-Endpoint*-Environment*not both*'
    }

    It 'shows no secret' {
        $token = Get-EmulatorToken
        $all = Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure $token) -Endpoint $endpoint -Verbose *>&1
        $all += Get-UserAssignedIdentity -Verbose *>&1
        $all += Connect-ManagedIdentityService -Emulator -Verbose *>&1
        $shown = $all | Format-List * -Force | Out-String -Width 4096
        $shown | Should -BeLike '*GET /subscriptions*'
        $shown | Should -Not -BeLike "*$token*"
        $shown | Should -Not -BeLike "*$($fact.clientSecret)*"
    }
}
