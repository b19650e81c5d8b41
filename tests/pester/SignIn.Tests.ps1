Describe 'Sign-in' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        Connect-TestEmulator
        $fact = Get-EmulatorFact
        $endpoint = $fact.endpoint
        $nowhere = @{ PATH = "$TestDrive/nowhere" }

        # A module in the place of Azure PowerShell, whose sign-in the tests decide.
        $modules = "$TestDrive/modules"
        $null = New-Item -ItemType Directory "$modules/Az.Accounts"
        Set-Content "$modules/Az.Accounts/Az.Accounts.psm1" @'
function Get-AzContext {
    if ($env:FAKE_AZ -eq 'signed out') { return }
    [pscustomobject] @{
        Account      = [pscustomobject] @{ Id = 'ann@contoso.com' }
        Tenant       = [pscustomobject] @{ Id = $env:FAKE_TENANT }
        Subscription = [pscustomobject] @{ Id = $env:FAKE_SUBSCRIPTION }
        Environment  = [pscustomobject] @{
            Name = 'Emulator'; ResourceManagerUrl = $env:FAKE_ENDPOINT
            ActiveDirectoryServiceEndpointResourceId = $env:FAKE_AUDIENCE
        }
    }
}
function Get-AzAccessToken {
    [CmdletBinding()]
    param([string] $ResourceUrl, [string] $TenantId, [switch] $AsSecureString)
    if ($env:FAKE_AZ -eq 'expired') {
        $cause = [Exception]::new("AADSTS700082: The refresh token has expired. Trace ID: 1`nConnect-AzAccount -Tenant 't'")
        throw [InvalidOperationException]::new('Your Azure credentials have not been set up or have expired.', $cause)
    }
    if ($env:FAKE_AZ -eq 'broken') { throw 'The disk is full.' }
    Add-Content $env:FAKE_LOG "$ResourceUrl|$TenantId"
    $form = @{
        grant_type = 'client_credentials'; client_id = $env:FAKE_ID; client_secret = $env:FAKE_SECRET
        scope      = "$env:FAKE_ENDPOINT/.default"
    }
    $token = (Invoke-RestMethod -Method Post "$env:FAKE_ENDPOINT/$env:FAKE_TENANT/oauth2/v2.0/token" -Body $form).access_token
    if ($env:FAKE_AZ -ne 'string') {
        $secure = New-Object securestring
        foreach ($character in $token.ToCharArray()) { $secure.AppendChar($character) }
        $token = $secure
    }
    $life = if ($env:FAKE_AZ -eq 'short') { 2 } else { 3600 }
    [pscustomobject] @{ Token = $token; ExpiresOn = [DateTimeOffset]::UtcNow.AddSeconds($life) }
}
'@
        New-ModuleManifest "$modules/Az.Accounts/Az.Accounts.psd1" -RootModule Az.Accounts.psm1 -ModuleVersion 5.0.0
        $azure = @{
            PATH              = "$TestDrive/nowhere"
            PSModulePath      = $modules + [System.IO.Path]::PathSeparator + $env:PSModulePath
            FAKE_ENDPOINT     = $endpoint
            FAKE_AUDIENCE     = "$endpoint/"
            FAKE_TENANT       = $fact.tenantId
            FAKE_SUBSCRIPTION = $fact.subscriptionId
            FAKE_ID           = $fact.clientId
            FAKE_SECRET       = $fact.clientSecret
            FAKE_LOG          = "$TestDrive/asked"
            FAKE_AZ           = ''
        }
        function Get-Asked { @(Get-Content "$TestDrive/asked" -ErrorAction SilentlyContinue) }
    }
    BeforeEach {
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        Remove-Module Az.Accounts -Force -ErrorAction SilentlyContinue
        Remove-Item "$TestDrive/asked" -ErrorAction SilentlyContinue
        Clear-Emulator
    }
    AfterAll {
        Remove-Module Az.Accounts -Force -ErrorAction SilentlyContinue
        Disconnect-TestEmulator
    }

    Context 'with no Connect at all' {
        BeforeAll {
            # The first cmdlet of a session, and the connection that it made.
            $tellsWho = @'
$said = Get-VmIdentity -Verbose *>&1
$connection = Get-ManagedIdentityConnection
@{
    Name        = @($said | Where-Object { $_ -is [ManagedIdentity.Models.VmIdentity] })[0].Name
    Verbose     = $said | Out-String -Width 1000
    AccountType = $connection.AccountType
    Account     = $connection.Account
    Endpoint    = $connection.Endpoint
} | ConvertTo-Json
'@
            $byEnvironment = @{
                PATH                 = "$TestDrive/nowhere"
                AZURE_AUTHORITY_HOST = $endpoint
                AZURE_TENANT_ID      = $fact.tenantId
                AZURE_CLIENT_ID      = $fact.clientId
                AZURE_CLIENT_SECRET  = $fact.clientSecret
            }
        }

        It 'the first cmdlet takes the environment''s sign-in, and the later ones its connection' {
            $said = Invoke-NewSession $byEnvironment @"
`$said = Get-VmIdentity -Name $VM -ResourceGroupName $Group -Verbose *>&1
`$later = (Get-VmIdentity).Name
@{
    Name      = @(`$said | Where-Object { `$_ -isnot [System.Management.Automation.VerboseRecord] })[0].Name
    Verbose   = `$said | Out-String -Width 1000
    IsDefault = @(Get-ManagedIdentityConnection).IsDefault
    Later     = `$later
} | ConvertTo-Json
"@
            $said.Name | Should -Be $VM
            $said.Verbose | Should -BeLike '*Signed in with environment variables.*'
            $said.IsDefault | Should -Be $true
            $said.Later | Should -Be $VM
        }

        It 'a managed identity is next, on <_>' -ForEach 'imds', 'appService', 'automation' {
            $null = Connect-ManagedIdentityService -Emulator
            $null = Update-VmIdentity $Group $VM -EnableSystemAssigned
            $variables = $nowhere + (Get-HostVariable $_ @{ machine = (Get-VmIdentity $Group $VM).Id })
            $variables.AZURE_RESOURCE_MANAGER_URL = $endpoint
            $said = Invoke-NewSession $variables $tellsWho
            $said.Verbose | Should -BeLike '*Skipped sign-in with *: AZURE_TENANT_ID is not set.*'
            $said.AccountType | Should -Be ManagedService
        }

        It 'Azure PowerShell is next' {
            $said = Invoke-NewSession $azure $tellsWho
            $said.Name | Should -Be $VM
            $said.AccountType | Should -Be AzurePowerShell
            $said.Account | Should -Be ann@contoso.com
            $said.Endpoint | Should -Be $endpoint
        }

        It 'the Azure CLI is last, and verbose output says why the others were not it' {
            $answer = @{ accessToken = Get-EmulatorToken; expires_on = 4102444800; subscription = $fact.subscriptionId }
            Install-AzureCli "$TestDrive/cli" "WARNING: a new version is out`n$(ConvertTo-Json $answer)" 0
            $variables = $azure + @{ AZURE_RESOURCE_MANAGER_URL = $endpoint }
            $variables.PATH = "$TestDrive/cli"
            $variables.FAKE_AZ = 'signed out'
            $said = Invoke-NewSession $variables $tellsWho
            $said.AccountType | Should -Be AzureCli
            $said.Verbose | Should -BeLike '*Skipped sign-in with environment variables: *Skipped sign-in with managed identity: *Skipped sign-in with Azure PowerShell: *not signed in*Signed in with Azure CLI.*'
        }

        It 'one error says what was tried and how to sign in' {
            $said = Invoke-NewSession $nowhere @'
try { Get-VmIdentity -ErrorAction Stop } catch { $failure = $_ }
@{ Id = $failure.FullyQualifiedErrorId; Category = "$($failure.CategoryInfo.Category)"; Message = $failure.Exception.Message } | ConvertTo-Json
'@
            $said.Id | Should -Be 'NotConnected,ManagedIdentity.Commands.GetVmIdentityCommand'
            $said.Category | Should -Be AuthenticationError
            $said.Message | Should -BeLike '*environment variables: *managed identity: *Azure PowerShell: *not installed*Azure CLI: *not on the PATH*az login*-UseDeviceAuthentication*'
        }

        It 'Connect without a way to sign in finds one, too' {
            $connection = Invoke-WithEnvironment $byEnvironment { Connect-ManagedIdentityService -SubscriptionId $fact.subscriptionId }
            $connection.AccountType | Should -Be ServicePrincipal
        }

        It 'parallel runspaces connect once' {
            $said = Invoke-NewSession $byEnvironment @"
`$pool = [runspacefactory]::CreateRunspacePool(1, 8)
`$pool.Open()
`$running = 1..8 | ForEach-Object {
    `$shell = [powershell]::Create()
    `$shell.RunspacePool = `$pool
    `$null = `$shell.AddScript("Import-Module '$ModulePath'; (Get-VmIdentity).Name")
    @{ Shell = `$shell; Handle = `$shell.BeginInvoke() }
}
`$found = `$running | ForEach-Object { `$_.Shell.EndInvoke(`$_.Handle) }
@{ Found = @(`$found); Open = @(Get-ManagedIdentityConnection).Count } | ConvertTo-Json
"@
            $said.Found | Should -Be @(1..8 | ForEach-Object { $VM })
            $said.Open | Should -Be 1
            @(Invoke-Emulator Get /requests | Where-Object path -Like '*/oauth2/*').Count | Should -Be 1
        }

        It 'is for a process in which nobody ran <_>' -ForEach @(
            'Connect-ManagedIdentityService -AccessToken (ConvertTo-SecureString abc -AsPlainText -Force) -Endpoint $env:AZURE_AUTHORITY_HOST'
            'Connect-ManagedIdentityService -AccessToken plain'
            'Connect-ManagedIdentityService -AccessToken $null'
            'Connect-ManagedIdentityService -Nonsense'
            'Connect-ManagedIdentityService -Endpoint $env:UNSET'
            'Disconnect-ManagedIdentityService'
            '$null = Start-ArmEmulator; Stop-ArmEmulator'
            '$null = Connect-ManagedIdentityService; Disconnect-ManagedIdentityService'
        ) {
            $said = Invoke-NewSession $byEnvironment @"
`$null = Get-Code { $_ }
`$other = [powershell]::Create().AddScript("Import-Module '$ModulePath'; try { Get-VmIdentity -ErrorAction Stop } catch { [string] ```$_ }").Invoke()
@{ Here = @(Get-Code { Get-VmIdentity }); Elsewhere = @(`$other | ForEach-Object { "`$_" }); Open = @(Get-ManagedIdentityConnection).Count } | ConvertTo-Json
"@
            $said.Here.Count | Should -Be 1
            $said.Here[0] | Should -BeLike 'NotConnected: There is no connection: *-Connection.'
            $said.Elsewhere[0] | Should -BeLike 'There is no connection: *'
            $said.Open | Should -Be 0
            Get-ArmRequest | Where-Object path -Like '*virtualMachines*' | Should -BeNullOrEmpty
        }

        It 'is not used after an error in an argument of Connect, which PowerShell never calls then' {
            $said = Invoke-NewSession $byEnvironment @'
$null = Get-Code { Connect-ManagedIdentityService -AccessToken (Get-Nothing) }
@{ Here = @(Get-Code { Get-VmIdentity }); Open = @(Get-ManagedIdentityConnection).Count } | ConvertTo-Json
'@
            $said.Here[0] | Should -BeLike 'NotConnected: There is no connection: *'
            $said.Open | Should -Be 0
        }
    }

    Context '-UseAzContext' {
        It 'takes a token as <Form>' -ForEach @{ Form = 'secure string' }, @{ Form = 'string' } {
            $connection = Invoke-WithEnvironment ($azure + @{ FAKE_FORM = $Form }) {
                $env:FAKE_AZ = $Form
                Connect-ManagedIdentityService -UseAzContext
            }
            $connection.SubscriptionId | Should -Be $fact.subscriptionId
            $connection.TenantId | Should -Be $fact.tenantId
            Get-Asked | Should -Be '|'
            (Get-VmIdentity).Name | Should -Be $VM
        }

        It 'asks again before a token runs out, also from within a pipeline of its own' {
            Invoke-WithEnvironment $azure {
                $env:FAKE_AZ = 'short'
                $null = Connect-ManagedIdentityService -UseAzContext
                Wait-Condition { [DateTimeOffset]::UtcNow -ge $started.AddSeconds(2) }
                $names = Get-VmIdentity | ForEach-Object { (Get-VmIdentity $_.ResourceGroupName $_.Name).Name }
                $names | Should -Be $VM
            }
            @(Get-Asked).Count | Should -BeGreaterThan 1
            Get-Asked | Select-Object -Last 1 | Should -Be "$endpoint|"
        }
        BeforeEach { $started = [DateTimeOffset]::UtcNow }

        It 'asks for the tenant that is named' {
            $null = Invoke-WithEnvironment $azure { Connect-ManagedIdentityService -UseAzContext -Tenant $fact.tenantId -Endpoint $endpoint }
            Get-Asked | Should -Be "$endpoint|$($fact.tenantId)"
        }

        It 'asks for no audience of Azure for an endpoint that is not Azure''s' {
            $foreign = $azure.Clone()
            $foreign.FAKE_AUDIENCE = 'https://management.core.windows.net/'
            $connection = Invoke-WithEnvironment $foreign { Connect-ManagedIdentityService -UseAzContext }
            $connection.Endpoint | Should -Be $endpoint
            # The token of the context, of which nothing is sent; then the one for the endpoint itself.
            Get-Asked | Should -Be '|', "$endpoint|"
        }

        It 'asks for the audience that is named' {
            $null = Invoke-WithEnvironment $azure {
                Connect-ManagedIdentityService -UseAzContext -Endpoint $endpoint -Audience https://management.azure.com/
            }
            Get-Asked | Should -Be 'https://management.azure.com|'
        }

        It 'says what is wrong when it is <State>' -ForEach @(
            @{ State = 'signed out'; Code = 'AzurePowerShellNotSignedIn'; Says = 'Connect-AzAccount' }
            @{ State = 'expired'; Code = 'AzurePowerShellNotSignedIn'; Says = "AADSTS700082: The refresh token has expired. *: Connect-AzAccount -Tenant 't'" }
            @{ State = 'broken'; Code = 'AzurePowerShellFailed'; Says = 'The disk is full.' }
        ) {
            $failure = Invoke-WithEnvironment $azure {
                $env:FAKE_AZ = $State
                Get-Failure { Connect-ManagedIdentityService -UseAzContext }
            }
            Get-ErrorCode $failure | Should -Be $Code
            $failure.CategoryInfo.Category | Should -Be AuthenticationError
            $failure.Exception.Message | Should -BeLike "*$Says*"
        }

        It 'works where the session''s language is constrained' {
            # Modules that are allowed to run, such as Az and this one, keep the full language.
            $said = Invoke-NewSession $azure @'
Import-Module Az.Accounts
$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
$connection = Connect-ManagedIdentityService -UseAzContext
$name = (Get-VmIdentity).Name
@{ Mode = "$($ExecutionContext.SessionState.LanguageMode)"; Account = $connection.Account; Name = $name } | ConvertTo-Json
'@
            $said.Mode | Should -Be ConstrainedLanguage
            $said.Account | Should -Be ann@contoso.com
            $said.Name | Should -Be $VM
        }

        It 'says that it is not installed' {
            $failure = Invoke-WithEnvironment @{ PSModulePath = "$TestDrive/nowhere" } {
                Get-Failure { Connect-ManagedIdentityService -UseAzContext }
            }
            Get-ErrorCode $failure | Should -Be AzurePowerShellMissing
        }
    }

    Context '-Identity' {
        It 'is one of several by -AccountId' {
            $null = Connect-ManagedIdentityService -Emulator
            $id = New-UserAssignedIdentity $Group id-one -Location eastus
            $null = New-UserAssignedIdentity $Group id-two -Location eastus
            Disconnect-ManagedIdentityService
            Invoke-WithEnvironment (Get-HostVariable imds) {
                foreach ($account in $id.ClientId, $id.PrincipalId, $id.Id) {
                    $connection = Connect-ManagedIdentityService -Identity -AccountId $account -Endpoint $endpoint
                    $connection.Account | Should -Be $account
                    (Get-VmIdentity -Connection $connection).Name | Should -Be $VM
                }
            }
        }

        It 'says that there is none' {
            $failure = Invoke-WithEnvironment (Get-HostVariable imds) {
                Get-Failure { Connect-ManagedIdentityService -Identity -Endpoint $endpoint }
            }
            Get-ErrorCode $failure | Should -Be invalid_request
            $failure.Exception.Message | Should -BeLike '*-AccountId*'
        }
    }

    Context '-Interactive' {
        BeforeAll {
            # A browser that opens a page, and goes where the page sends it.
            $browser = "$TestDrive/browser.ps1"
            Set-Content $browser 'param($Page) $null = Invoke-WebRequest -UseBasicParsing $Page'
            $shellPath = (Get-Process -Id $PID).Path
            $as = @{ Tenant = $fact.tenantId; Endpoint = $endpoint }
            $noBrowser = @{ BROWSER = $null; DISPLAY = $null; WAYLAND_DISPLAY = $null; WSL_DISTRO_NAME = $null }

            # Begins a sign-in in a runspace of its own, where there is no browser; returns it and the page.
            function Open-SignIn {
                $shell = [powershell]::Create()
                $null = $shell.AddScript("Import-Module '$ModulePath'; Connect-ManagedIdentityService -Interactive -Endpoint '$endpoint' -Tenant '$($fact.tenantId)'")
                $handle = $shell.BeginInvoke()
                Wait-Condition { $shell.Streams.Warning.Count -gt 0 }
                $warning = $shell.Streams.Warning[0].Message
                @{ Shell = $shell; Handle = $handle; Warning = $warning; Page = $warning -replace '^.*: (?=http)' }
            }
        }

        # On Windows and macOS the system's browser opens; the tests start none.
        It 'starts the browser that $env:BROWSER names, and signs in when it comes back' -Skip:(-not $IsLinux) {
            $connection = Invoke-WithEnvironment @{ BROWSER = "/nowhere/browser:$shellPath -NoProfile -File $browser %s" } {
                Connect-ManagedIdentityService -Interactive @as
            }
            $connection.Account | Should -Be user@emulator.invalid
            $connection.AccountType | Should -Be User
            (Get-VmIdentity).Name | Should -Be $VM
            $counts = Invoke-Emulator Get /tokens | Where-Object grant -EQ authorizationCode
            ($counts | Measure-Object count -Sum).Sum | Should -Be 1
        }

        It 'tells the page where no browser can be started' -Skip:(-not $IsLinux) {
            Invoke-WithEnvironment $noBrowser {
                $begun = Open-SignIn
                $begun.Warning | Should -BeLike "No browser could be started: *To sign in, open this page in a browser on this machine: $endpoint/*"
                $null = Invoke-WebRequest -UseBasicParsing $begun.Page
                $connection = $begun.Shell.EndInvoke($begun.Handle)
                $begun.Shell.Dispose()
                $connection.Account | Should -Be user@emulator.invalid
            }
        }

        It 'ends with Ctrl+C, and closes its port' -Skip:(-not $IsLinux) {
            Invoke-WithEnvironment $noBrowser {
                $begun = Open-SignIn
                $begun.Shell.Stop()
                $begun.Shell.InvocationStateInfo.State | Should -Be Stopped
                $begun.Shell.Dispose()
                $port = [int] ($begun.Page -replace '^.*localhost%3A(\d+)&.*$', '$1')
                # The library drops what ran beside the thread that stopped it.
                Wait-Condition {
                    $client = New-Object System.Net.Sockets.TcpClient
                    try { $client.Connect('127.0.0.1', $port); $false } catch { $true } finally { $client.Dispose() }
                }
            }
        }
    }

    Context '-UseDeviceAuthentication' {
        It 'tells what to do in a warning, and goes on when it is done' {
            Edit-EmulatorSetting @{ deviceCodeIntervalSeconds = 1 }
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$ModulePath'; Connect-ManagedIdentityService -UseDeviceAuthentication -Endpoint '$endpoint' -Tenant '$($fact.tenantId)'")
            $handle = $shell.BeginInvoke()
            Wait-Condition { $shell.Streams.Warning.Count -gt 0 }
            $code = (Invoke-Emulator Get /devicecodes).userCode
            $shell.Streams.Warning[0].Message | Should -BeLike "*$code*"
            $null = Invoke-Emulator Post "/devicecodes/$code" @{ approve = $true }
            $connection = $shell.EndInvoke($handle)
            $shell.Dispose()
            $connection.Account | Should -Be user@emulator.invalid
            (Get-VmIdentity -Connection $connection[0]).Name | Should -Be $VM
        }
    }

    # Wine 8 does not return the properties of an RSA key (BCryptGetProperty), and .NET needs them.
    Context '-CertificatePath and -CertificateThumbprint' -Tag NotUnderWine {
        BeforeAll {
            $password = ConvertTo-Secure 'marked-password'
            $as = @{ ApplicationId = $fact.clientId; Tenant = $fact.tenantId; Endpoint = $endpoint }

            function Get-TestCertificate([string] $Name, [int] $Days = 1) {
                $key = [System.Security.Cryptography.RSA]::Create(2048)
                $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
                    "CN=$Name", $key, 'SHA256', [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
                $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-30), [DateTimeOffset]::UtcNow.AddDays($Days))
            }
            function Register-Certificate($Certificate) {
                $der = [Convert]::ToBase64String($Certificate.RawData, 'InsertLineBreaks')
                $pem = "-----BEGIN CERTIFICATE-----`n$der`n-----END CERTIFICATE-----`n"
                $null = Invoke-Emulator Post /applications @{ clientId = $fact.clientId; certificates = @($pem) }
            }
            function Get-CertificateSignIn {
                $counts = Invoke-Emulator Get /tokens | Where-Object grant -EQ certificate
                ($counts | Measure-Object count -Sum).Sum
            }
            $certificate = Get-TestCertificate good
            [System.IO.File]::WriteAllBytes("$TestDrive/good.pfx", $certificate.Export('Pfx', 'marked-password'))
        }
        BeforeEach { Register-Certificate $certificate }

        It 'signs in by a PFX file, again whenever a token is needed' {
            $connection = Connect-ManagedIdentityService @as -CertificatePath "$TestDrive/good.pfx" -CertificatePassword $password
            $connection.AccountType | Should -Be ServicePrincipal
            $connection.Account | Should -Be $fact.clientId
            # The file is needed once alone.
            $gone = @{ status = 401; code = 'ExpiredAuthenticationToken'; message = 'm' }
            Add-Fault @{ times = 1; pathContains = 'virtualMachines'; action = $gone }
            (Get-VmIdentity).Name | Should -Be $VM
            Get-CertificateSignIn | Should -Be 2
            # From within a pipeline of its own, whose thread is busy.
            Add-Fault @{ times = 1; pathContains = "virtualMachines/$VM"; action = $gone }
            Get-VmIdentity | ForEach-Object { (Get-VmIdentity $_.ResourceGroupName $_.Name).Name } | Should -Be $VM
            Get-CertificateSignIn | Should -Be 3
        }

        It 'signs in by a PEM file whose key is encrypted' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
            $how = [System.Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 2048)
            $key = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate)
            $pem = $key.ExportEncryptedPkcs8PrivateKeyPem('marked-password', $how)
            Set-Content "$TestDrive/locked.pem" $pem, $certificate.ExportCertificatePem()
            $with = @{ CertificatePath = "$TestDrive/locked.pem" }
            $null = Connect-ManagedIdentityService @as @with -CertificatePassword $password
            (Get-VmIdentity).Name | Should -Be $VM
            foreach ($wrong in @{ CertificatePassword = ConvertTo-Secure 'another' }, @{}) {
                $failure = Get-Failure { Connect-ManagedIdentityService @as @with @wrong }
                Get-ErrorCode $failure | Should -Be WrongPassword
                $failure.Exception.Message | Should -BeLike '*locked.pem*-CertificatePassword*'
            }
        }

        It 'signs in by a PFX file that the environment names, and its password' {
            $variables = @{
                PATH                              = "$TestDrive/nowhere"
                AZURE_AUTHORITY_HOST              = $endpoint
                AZURE_TENANT_ID                   = $fact.tenantId
                AZURE_CLIENT_ID                   = $fact.clientId
                AZURE_CLIENT_CERTIFICATE_PATH     = "$TestDrive/good.pfx"
                AZURE_CLIENT_CERTIFICATE_PASSWORD = 'marked-password'
            }
            $said = Invoke-NewSession $variables @'
$first = (Get-VmIdentity).Name
$connection = Get-ManagedIdentityConnection
$again = Connect-ManagedIdentityService
@{ Name = $first; Account = $connection.Account; Again = $again.Account } | ConvertTo-Json
'@
            $said.Name | Should -Be $VM
            $said.Account | Should -Be $fact.clientId
            $said.Again | Should -Be $fact.clientId
        }

        It 'says what is wrong with a file, and does not repeat its password' {
            $expired = Get-TestCertificate expired -Days -1
            [System.IO.File]::WriteAllBytes("$TestDrive/expired.pfx", $expired.Export('Pfx', 'marked-password'))
            [System.IO.File]::WriteAllBytes("$TestDrive/keyless.cer", $certificate.Export('Cert'))
            [System.IO.File]::WriteAllText("$TestDrive/noise", 'noise')
            Invoke-Emulator Delete /requests
            foreach ($case in @(
                    @{ File = 'good.pfx'; Password = ConvertTo-Secure 'another'; Code = 'WrongPassword'; Says = '*-CertificatePassword*' }
                    @{ File = 'good.pfx'; Code = 'WrongPassword'; Says = '*-CertificatePassword*' }
                    @{ File = 'expired.pfx'; Password = $password; Code = 'InvalidCertificate'; Says = '*it expired on *' }
                    @{ File = 'keyless.cer'; Password = $password; Code = 'InvalidCertificate'; Says = '*no private RSA key*' }
                    @{ File = 'noise'; Password = $password; Code = 'InvalidCertificate'; Says = '*not a readable PEM or PFX file*' }
                    @{ File = 'nowhere.pfx'; Password = $password; Code = 'FileUnreadable'; Says = '*nowhere.pfx*' }
                )) {
                $with = @{ CertificatePath = "$TestDrive/$($case.File)" }
                if ($case.Password) { $with.CertificatePassword = $case.Password }
                $failure = Get-Failure { Connect-ManagedIdentityService @as @with }
                Get-ErrorCode $failure | Should -Be $case.Code -Because $case.File
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike $case.Says
                $failure.Exception.Message | Should -BeLike "*$($case.File)*"
                $failure.Exception.Message | Should -Not -BeLike '*marked*'
            }
            Invoke-Emulator Get /requests | Should -BeNullOrEmpty
        }

        It 'signs in by the thumbprint of a certificate in the store of the user' -Skip:($IsMacOS) {
            # On Linux the store is in the home directory, which is a new one here.
            $null = New-Item -ItemType Directory "$TestDrive/home"
            $said = Invoke-NewSession @{ HOME = "$TestDrive/home"; PFX = "$TestDrive/good.pfx"; ENDPOINT = $endpoint } @"
`$flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::PersistKeySet
`$certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new(`$env:PFX, 'marked-password', `$flags)
`$store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
`$store.Open('ReadWrite')
`$store.Add(`$certificate)
try {
    # As Windows' dialog shows it: with spaces, behind an invisible mark.
    `$shown = [char] 0x200e + (`$certificate.Thumbprint.ToLower() -replace '..', '`$0 ')
    `$accounts = foreach (`$thumbprint in `$certificate.Thumbprint, `$shown) {
        (Connect-ManagedIdentityService -ServicePrincipal -CertificateThumbprint `$thumbprint -ApplicationId $($fact.clientId) -Tenant $($fact.tenantId) -Endpoint `$env:ENDPOINT).Account
    }
    `$name = (Get-VmIdentity).Name
} finally {
    `$store.Remove(`$certificate)
    `$store.Dispose()
}
@{ Accounts = @(`$accounts); Name = `$name } | ConvertTo-Json
"@
            $said.Accounts | Should -Be $fact.clientId, $fact.clientId
            $said.Name | Should -Be $VM
            Get-CertificateSignIn | Should -Be 2
        }

        It 'says that no certificate has the thumbprint, or that it is none' {
            Invoke-Emulator Delete /requests
            $failure = Get-Failure { Connect-ManagedIdentityService @as -CertificateThumbprint ('0' * 40) }
            Get-ErrorCode $failure | Should -Be CertificateNotFound
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
            $failure.Exception.Message | Should -BeLike "*'$('0' * 40)'*CurrentUser\My*-CertificatePath*"
            foreach ($bad in ' ', '0123', ('0' * 39 + 'G'), ('0' * 64)) {
                $failure = Get-Failure { Connect-ManagedIdentityService @as -CertificateThumbprint $bad }
                Get-ErrorCode $failure | Should -Be InvalidThumbprint
                $failure.Exception.Message | Should -BeLike "-CertificateThumbprint '$bad'*40 hexadecimal digits*"
            }
            Invoke-Emulator Get /requests | Should -BeNullOrEmpty
        }
    }

    Context '-FederatedToken' {
        BeforeAll {
            function ConvertTo-JwtPart([hashtable] $Value) {
                $bytes = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $Value -Compress))
                [Convert]::ToBase64String($bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
            }
            $claims = @{ iss = 'https://issuer.example'; sub = 'me'; aud = 'api://AzureADTokenExchange'; exp = 4102444800 }
            $token = "$(ConvertTo-JwtPart @{ alg = 'RS256'; typ = 'JWT'; kid = 'k' }).$(ConvertTo-JwtPart $claims).c2ln"
        }
        BeforeEach {
            $null = Invoke-Emulator Post /applications @{
                clientId             = $fact.clientId
                federatedCredentials = @(@{ issuer = $claims.iss; subject = $claims.sub })
            }
            $as = @{ ApplicationId = $fact.clientId; Tenant = $fact.tenantId; Endpoint = $endpoint }
        }

        It 'takes a token, and a file' {
            $null = Connect-ManagedIdentityService @as -FederatedToken (ConvertTo-Secure $token)
            (Get-VmIdentity).Name | Should -Be $VM
            Set-Content "$TestDrive/token" $token
            Push-Location $TestDrive
            $null = Connect-ManagedIdentityService @as -FederatedTokenFile token
            Pop-Location
            (Get-VmIdentity).Name | Should -Be $VM
        }

        It 'is that of the workflow with -UseWorkflowToken, which says what is missing' {
            $of = @{ ApplicationId = $fact.clientId; Tenant = $fact.tenantId; Endpoint = $endpoint }
            foreach ($case in @(
                    @{ Variables = @{}; Says = '*ACTIONS_ID_TOKEN_REQUEST_URL and SYSTEM_OIDCREQUESTURI are not set*' }
                    @{ Variables = @{ GITHUB_ACTIONS = 'true' }; Says = '*id-token: write*' }
                    @{ Variables = @{ SYSTEM_OIDCREQUESTURI = 'https://contoso.invalid' }; Says = '*-ServiceConnectionId*' }
                )) {
                $failure = Invoke-WithEnvironment $case.Variables {
                    Get-Failure { Connect-ManagedIdentityService -ServicePrincipal -UseWorkflowToken @of }
                }
                Get-ErrorCode $failure | Should -Be NoWorkflowToken
                $failure.Exception.Message | Should -BeLike $case.Says
            }
            $failure = Invoke-WithEnvironment @{ SYSTEM_OIDCREQUESTURI = 'https://contoso.invalid' } {
                Get-Failure { Connect-ManagedIdentityService -UseWorkflowToken -ServiceConnectionId c1 @of }
            }
            $failure.Exception.Message | Should -BeLike '*SYSTEM_ACCESSTOKEN: $(System.AccessToken)*'
        }

        It 'refuses plain text unseen' {
            $failure = Get-Failure { Connect-ManagedIdentityService @as -FederatedToken 'marked-token' }
            $failure.Exception.Message | Should -Not -BeLike '*marked*'
        }
    }
}

Describe 'Connections side by side' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $one = (Get-EmulatorFact).subscriptionId
        $two = 'bbbb1b1b-cc2c-dd3d-ee4e-ffffff5f5f5f'
        $null = Invoke-Emulator Post /subscriptions @{ id = $two; name = 'Second' }
        $connections = $one, $two | ForEach-Object { Connect-ManagedIdentityService -Emulator -SubscriptionId $_ }
        foreach ($connection in $connections) {
            1..5 | ForEach-Object { $null = New-UserAssignedIdentity $Group "id-$($connection.SubscriptionName)-$_".Replace(' ', '-') -Location eastus -Connection $connection }
        }
    }
    AfterAll { Disconnect-TestEmulator }

    It 'never mix, whatever runspaces use them' {
        $pool = [runspacefactory]::CreateRunspacePool(1, 8)
        $pool.Open()
        $running = 1..8 | ForEach-Object {
            $shell = [powershell]::Create()
            $shell.RunspacePool = $pool
            $null = $shell.AddScript('param($Module, $Connection) Import-Module $Module; 1..5 | ForEach-Object { Get-UserAssignedIdentity -Connection $Connection }')
            $null = $shell.AddArgument($ModulePath).AddArgument($connections[$_ % 2])
            @{ Shell = $shell; Handle = $shell.BeginInvoke(); SubscriptionId = $connections[$_ % 2].SubscriptionId }
        }
        foreach ($run in $running) {
            $found = $run.Shell.EndInvoke($run.Handle)
            $run.Shell.Dispose()
            @($found).Count | Should -Be 25
            $found.SubscriptionId | Sort-Object -Unique | Should -Be $run.SubscriptionId
        }
        $pool.Dispose()
    }

    It 'never mix in ForEach-Object -Parallel' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $module = $ModulePath
        $found = $connections * 10 | ForEach-Object -Parallel {
            Import-Module $using:module
            $wanted = $_.SubscriptionId
            Get-UserAssignedIdentity -Connection $_ | ForEach-Object { [pscustomobject] @{ Wanted = $wanted; Found = $_.SubscriptionId } }
        }
        @($found).Count | Should -Be 100
        $found | Where-Object { $_.Wanted -ne $_.Found } | Should -BeNullOrEmpty
    }

    It '-Connection is a parameter of every cmdlet that talks to Azure' {
        $without = 'Connect-ManagedIdentityService', 'Get-ManagedIdentityConnection'
        Get-Command -Module ManagedIdentity -CommandType Cmdlet | Where-Object Name -NotIn $without |
            Where-Object { $_.Noun -notlike 'ArmEmulator*' -and $_.Verb -notin 'Enable', 'Disable' } |
            ForEach-Object { $_.Parameters.Keys | Should -Contain Connection -Because $_.Name }
    }

    It '-Connection counts for every cmdlet, in every set of parameters' {
        . "$PSScriptRoot/Calls.ps1"
        $closed = Connect-ManagedIdentityService -Emulator
        Disconnect-ManagedIdentityService
        $default = Connect-ManagedIdentityService -Emulator
        Invoke-Emulator Delete /requests
        $calls = @(Get-AnyCall)
        $calls.Count | Should -BeGreaterThan 30
        foreach ($call in $calls) {
            $arguments = $call.Arguments
            $failure = Get-Failure { & $call.Name @arguments -Connection $closed }
            Get-ErrorCode $failure | Should -Be ConnectionClosed -Because "$($call.Name) [$($call.Set)]"
        }
        Get-ArmRequest | Should -BeNullOrEmpty
        $default.IsConnected | Should -BeTrue
    }
}
