# What the files of tests share: the module, an emulator of their own, and a look into its log.
# To be dot-sourced in BeforeAll.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$ModulePath = $env:MI_MODULE_PATH
if (-not $ModulePath) {
    $ModulePath = "$PSScriptRoot/../../dist/ManagedIdentity"
}
# As this platform writes it, with its drive: a test may be in another folder when it uses it.
$ModulePath = [System.IO.Path]::GetFullPath($ModulePath)
Import-Module $ModulePath

$Group = 'myResourceGroup'
$OtherGroup = 'TestRG'
$VM = 'myVM'
$IdentityType = 'Microsoft.ManagedIdentity/userAssignedIdentities'

# Starts an emulator and connects to it.
function Connect-TestEmulator {
    Get-ArmEmulator | Stop-ArmEmulator
    $null = Start-ArmEmulator -OperationTime 0
    $null = Connect-ManagedIdentityService -Emulator
    Clear-Emulator
}

# Ends what a file of tests has started.
function Disconnect-TestEmulator {
    Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
    Get-ArmEmulator | Stop-ArmEmulator
}

# Each call of Invoke-RestMethod makes a connection of its own, which takes twice the processor time. Most tests call often.
Add-Type -AssemblyName System.Net.Http
$EmulatorClient = New-Object System.Net.Http.HttpClient (New-Object System.Net.Http.HttpClientHandler -Property @{ UseProxy = $false })

# Calls the emulator's own interface.
function Invoke-Emulator([string] $Method, [string] $Path, [hashtable] $Body) {
    $emulator = Get-ArmEmulator
    $call = New-Object System.Net.Http.HttpRequestMessage $Method.ToUpperInvariant(), "$($emulator.Endpoint)/_emulator$Path"
    $call.Headers.Add('x-emulator-key', $emulator.AdminKey)
    if ($Body) {
        $json = ConvertTo-Json $Body -Depth 5
        $call.Content = New-Object System.Net.Http.StringContent $json, ([System.Text.Encoding]::UTF8), 'application/json'
    }
    $answer = $EmulatorClient.SendAsync($call).GetAwaiter().GetResult()
    $text = $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    if (-not $answer.IsSuccessStatusCode) {
        throw "$Method ${Path}: $([int] $answer.StatusCode) $text"
    }
    if ($text) {
        # An array comes as one object.
        ConvertFrom-Json $text | ForEach-Object { $_ }
    }
}

# Back to what an emulator starts with, its log too.
function Clear-Emulator {
    Invoke-Emulator Post /reset
}

# The requests that Azure Resource Manager got: not those for a token or for the emulator itself.
function Get-ArmRequest {
    Invoke-Emulator Get /requests | Where-Object path -Match '^/(subscriptions|providers)\b'
}

# Those that change something: not the questions that are asked with POST.
function Get-ChangingRequest {
    Get-ArmRequest |
        Where-Object method -In 'PUT', 'PATCH', 'DELETE', 'POST' |
        Where-Object path -NotMatch '/Microsoft\.ResourceGraph/resources\?|/listAssociatedResources\?'
}

# Arms a fault.
function Add-Fault([hashtable] $Fault) {
    $null = Invoke-Emulator Post /faults $Fault
}

# Changes settings of the emulator.
function Edit-EmulatorSetting([hashtable] $Setting) {
    $null = Invoke-Emulator Patch /settings $Setting
}

# The errors of an action, those that end it and those that do not.
function Get-Failure([scriptblock] $Action) {
    $ErrorActionPreference = 'Continue'
    try {
        & $Action 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
    } catch {
        $_
    }
}

# The id of an error without the cmdlet's name.
function Get-ErrorCode([System.Management.Automation.ErrorRecord] $Record) {
    ($Record.FullyQualifiedErrorId -split ',')[0]
}

# Runs this PowerShell once more, whatever it was started with: what is on the PATH may be another.
function Invoke-Shell {
    & (Get-Process -Id $PID).Path -NoProfile -NonInteractive @args
}

# Waits until something is so. Between two looks the processor is free for what is waited for.
function Wait-Condition([scriptblock] $Condition, [int] $Seconds = 30) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Seconds) {
            throw "Not so after $Seconds s: $Condition"
        }
        [System.Threading.Thread]::Sleep(10)
    }
}

# A text as a SecureString.
function ConvertTo-Secure([string] $Text) {
    $secure = New-Object System.Security.SecureString
    foreach ($character in $Text.ToCharArray()) {
        $secure.AppendChar($character)
    }
    $secure
}

# What the emulator says of itself.
function Get-EmulatorFact {
    Invoke-Emulator Get ''
}

# The one credential that an emulator knows.
function Get-EmulatorCredential {
    $fact = Get-EmulatorFact
    New-Object pscredential $fact.clientId, (ConvertTo-Secure $fact.clientSecret)
}

# An access token of the emulator, as any client gets one.
function Get-EmulatorToken {
    $fact = Get-EmulatorFact
    $form = @{
        grant_type    = 'client_credentials'
        client_id     = $fact.clientId
        client_secret = $fact.clientSecret
        scope         = "$($fact.endpoint)/.default"
    }
    (Invoke-RestMethod -Method Post -Uri "$($fact.endpoint)/$($fact.tenantId)/oauth2/v2.0/token" -Body $form).access_token
}

# The id of an identity of the emulator.
function Get-IdentityId([string] $Name, [string] $In = $Group) {
    "/subscriptions/$((Get-ArmEmulator).SubscriptionId)/resourceGroups/$In/providers/$IdentityType/$Name"
}

# What the claims must match in the credentials of Add-FlexibleCredential.
$Expression = "claims['sub'] matches 'repo:contoso/web:ref:refs/heads/*'"

# A flexible credential of an identity, as the portal makes it.
function Add-FlexibleCredential([string] $IdentityName, [string] $Name) {
    $null = Invoke-ArmRequest -Method Put -ApiVersion 2025-05-31-preview `
        -Path "$(Get-IdentityId $IdentityName)/federatedIdentityCredentials/$Name" -Body @{
        properties = @{
            issuer                   = 'https://issuer.example'
            audiences                = @('api://AzureADTokenExchange')
            claimsMatchingExpression = @{ value = $Expression; languageVersion = 1 }
        }
    }
}
