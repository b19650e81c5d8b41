# What the measuring scripts have in common, for a script to dot-source with what it was given. The key
# for the emulator's own interface is in EMULATOR_ADMIN_KEY, and SSL_CERT_FILE trusts its certificate.
param(
    # Of these, what the script has: ModulePath, Floor, Endpoint, CertificateFile, Python, AzureCli.
    [Parameter(Mandatory)]
    [hashtable] $Given
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Set-StrictMode -Version 3.0

# Where the emulator has everything at its start.
$group = 'myResourceGroup'
# The module's own.
$apiVersion = '2026-05-31'

# A sample as the frame reads it: a line of JSON. The value has a point in every culture.
function Write-Sample([string] $Measure, [string] $Series, [int] $Round, [double] $Value, [string] $Unit, $X) {
    $sample = [ordered]@{
        measure = $Measure
        series  = $Series
        round   = $Round
        value   = $Value
        unit    = $Unit
    }
    if ($null -ne $X) {
        $sample.x = $X
    }
    $sample | ConvertTo-Json -Compress
}

# The series of a round in an order of their own, so that none is always the first.
function Get-Turn([string[]] $Series, [int] $Round) {
    0..($Series.Count - 1) | ForEach-Object { $Series[($_ + $Round) % $Series.Count] }
}

function Get-Median([double[]] $Value) {
    $sorted = @($Value | Sort-Object)
    $middle = [math]::Floor($sorted.Count / 2)
    if ($sorted.Count % 2) {
        $sorted[$middle]
    } else {
        ($sorted[$middle - 1] + $sorted[$middle]) / 2
    }
}

# The seconds that a block takes. What it writes is dropped as it comes.
function Measure-Second([scriptblock] $Action) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $null = . $Action
    $clock.Elapsed.TotalSeconds
}

# The garbage of what was before is not the time of what comes next.
function Clear-Garbage {
    foreach ($time in 1..2) {
        [GC]::Collect()
        [GC]::WaitForPendingFinalizers()
    }
}

function Invoke-EmulatorAdmin([string] $Method, [string] $What, [hashtable] $Body) {
    $request = @{
        Method               = $Method
        Uri                  = "$endpoint/_emulator$What"
        Headers              = @{ 'x-emulator-key' = $env:EMULATOR_ADMIN_KEY }
        SkipCertificateCheck = $true
    }
    if ($Body) {
        $request.Body = $Body | ConvertTo-Json -Depth 5
        $request.ContentType = 'application/json'
    }
    # As the elements of the answer, and not as one array.
    Invoke-RestMethod @request | ForEach-Object { $_ }
}

# The emulator as it was at its start, with these settings.
function Clear-Emulator([hashtable] $Setting) {
    $null = Invoke-EmulatorAdmin Post '/reset'
    if ($Setting) {
        $null = Invoke-EmulatorAdmin Patch '/settings' $Setting
    }
}

# Makes identities, load-00001 and on.
function Add-Identity([int] $Count) {
    # As many as one call makes.
    $most = 50000
    for ($made = 0; $made -lt $Count; $made += $most) {
        $null = Invoke-EmulatorAdmin Post '/identities' @{
            subscriptionId = $seed.subscriptionId
            resourceGroup  = $group
            prefix         = 'load{0}-' -f ($made / $most)
            count          = [math]::Min($most, $Count - $made)
        }
    }
}

# The requests to Azure since the log was cleared, without the sign-in and the opening of connections.
# One that failed is an error, but for a look at what is not there.
function Get-EmulatorRequest {
    $log = @(Invoke-EmulatorAdmin Get '/requests' | Where-Object path -Like '/subscriptions/*')
    $bad = @($log | Where-Object { $_.status -eq 0 -or ($_.status -ge 400 -and $_.status -ne 404) })
    if ($bad) {
        throw "$($bad.Count) requests failed; the first: $($bad[0].method) $($bad[0].path -replace '\?.*') $($bad[0].status)"
    }
    $log
}

function Clear-EmulatorRequest {
    $null = Invoke-EmulatorAdmin Delete '/requests'
}

# A token for Azure Resource Manager, as the application of the emulator gets it.
function Get-ArmToken {
    $request = @{
        Method               = 'Post'
        Uri                  = "$endpoint/$($seed.tenantId)/oauth2/v2.0/token"
        SkipCertificateCheck = $true
        Body                 = @{
            grant_type    = 'client_credentials'
            client_id     = $seed.clientId
            client_secret = $seed.clientSecret
            scope         = 'https://management.azure.com/.default'
        }
    }
    (Invoke-RestMethod @request).access_token
}

# The URL of the identities in the group, or of one of them.
function Get-IdentityUri([string] $Name) {
    $list = "$endpoint/subscriptions/$($seed.subscriptionId)/resourceGroups/$group/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    $path = if ($Name) { "$list/$Name" } else { $list }
    "$path`?api-version=$apiVersion"
}

# Runs the bare client, with the options that a script has chosen for it; what it took.
function Invoke-Floor {
    $env:FLOOR_TOKEN = $armToken
    $options = @($floorOptions)
    if ($certificateFile) {
        $options += '--ca', $certificateFile
    }
    $line = & $given['Floor'] @options @args
    if ($LASTEXITCODE) {
        throw "floor $args failed"
    }
    $line | ConvertFrom-Json
}

# What a peer in Python took.
function Invoke-Peer([string] $Script) {
    $env:REQUESTS_CA_BUNDLE = $certificateFile
    $env:NO_PROXY = '127.0.0.1,localhost'
    $env:PYTHONDONTWRITEBYTECODE = '1'
    $env:AZURE_TENANT_ID = $seed.tenantId
    $env:AZURE_CLIENT_ID = $seed.clientId
    $env:AZURE_CLIENT_SECRET = $seed.clientSecret
    try {
        $line = & $given['Python'] "$PSScriptRoot/../peers/$Script" $endpoint $seed.subscriptionId $group @args
        if ($LASTEXITCODE) {
            throw "$Script $args failed"
        }
        $line | ConvertFrom-Json
    } finally {
        # The module signs in as told, and not by these.
        Remove-Item Env:AZURE_TENANT_ID, Env:AZURE_CLIENT_ID, Env:AZURE_CLIENT_SECRET
    }
}

# Which of the series can run: a peer that is missing is told and skipped.
function Get-Series([string[]] $Series) {
    foreach ($one in $Series) {
        if ($one -eq 'sdk-python' -and -not $given['Python']) {
            [Console]::Error.WriteLine('  sdk-python: there is no Python with the Azure SDK, so it is not measured')
        } elseif ($one -eq 'az' -and -not $given['AzureCli']) {
            [Console]::Error.WriteLine('  az: the Azure CLI is not installed, so it is not measured')
        } else {
            $one
        }
    }
}

# Runs a command of the Azure CLI in a new process, as users do.
function Invoke-AzureCli {
    & $given['AzureCli'] -m azure.cli @args --output none
    if ($LASTEXITCODE) {
        throw "az $args failed"
    }
}

# Signs the Azure CLI in, with its files in a folder of its own.
function Connect-AzureCli {
    $script:azureCliFolder = Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid())
    $env:AZURE_CONFIG_DIR = $azureCliFolder
    $env:AZURE_CORE_INSTANCE_DISCOVERY = 'false'
    $env:AZURE_CORE_COLLECT_TELEMETRY = 'false'
    $env:AZURE_CORE_ONLY_SHOW_ERRORS = 'true'
    $env:REQUESTS_CA_BUNDLE = $certificateFile
    $env:NO_PROXY = '127.0.0.1,localhost'
    Invoke-AzureCli cloud register --name Emulator --endpoint-resource-manager $endpoint
    Invoke-AzureCli cloud set --name Emulator
    Invoke-AzureCli login --service-principal --tenant $seed.tenantId --username $seed.clientId --password $seed.clientSecret
}

function Disconnect-AzureCli {
    if ($azureCliFolder -and (Test-Path $azureCliFolder)) {
        Remove-Item $azureCliFolder -Recurse -Force
    }
}

# Signs the module in.
function Connect-Module {
    Import-Module $given['ModulePath']
    $null = Connect-ManagedIdentityService -Emulator -Endpoint $endpoint
}

$azureCliFolder = $null
# It is in no character set that all shells read a script in.
$microseconds = "$([char] 0xB5)s"
$floorOptions = @()
$endpoint = "$($given['Endpoint'])".TrimEnd('/')
$certificateFile = $given['CertificateFile']
# A script without an endpoint starts emulators of its own.
if ($endpoint) {
    $seed = Invoke-EmulatorAdmin Get
    # Once for all rounds: the emulator's tokens are good for an hour.
    $armToken = Get-ArmToken
}
