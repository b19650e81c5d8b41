<#
.SYNOPSIS
A list of many identities, and its first object: the module, the bare client, and what people use
today.
#>
param(
    # The release module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # The bare client.
    [Parameter(Mandatory)]
    [string] $Floor,
    # An emulator with TLS in a process of its own.
    [Parameter(Mandatory)]
    [string] $Endpoint,
    [Parameter(Mandatory)]
    [string] $CertificateFile,
    # A Python with the Azure SDK.
    [string] $Python,
    # A Python with the Azure CLI.
    [string] $AzureCli,
    [int] $Round = 7,
    [int] $Count = 10000,
    # Fewer of everything, to try.
    [switch] $Quick
)

$given = @{
    ModulePath      = $ModulePath
    Floor           = $Floor
    Endpoint        = $Endpoint
    CertificateFile = $CertificateFile
    Python          = $Python
    AzureCli        = $AzureCli
}
. "$PSScriptRoot/common.ps1" -Given $given
if ($Quick) {
    $Count = 1000
    $Round = [math]::Min($Round, 2)
}

function Assert-Count([int] $Found) {
    if ($Found -ne $Count) {
        throw "$Found identities, expected $Count"
    }
}

# As people write it: page by page, each object into the pipeline.
function Get-ByRestMethod {
    $next = Get-IdentityUri
    while ($next) {
        $page = Invoke-RestMethod -Uri $next -Headers $headers
        $page.value
        # The last page has no such member, which is no error where people write this.
        $next = if ($page.PSObject.Properties['nextLink']) { $page.nextLink }
    }
}

# The seconds of a list that a variable takes, and those to the first object of another one, which ends
# with it.
function Measure-List([scriptblock] $List) {
    Clear-Garbage
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $all = @(. $List)
    $seconds = $clock.Elapsed.TotalSeconds
    Assert-Count $all.Count
    $all = $null
    Clear-Garbage
    $clock.Restart()
    $null = . $List | Select-Object -First 1
    [pscustomobject]@{ seconds = $seconds; firstSeconds = $clock.Elapsed.TotalSeconds }
}

function Measure-AzureCli {
    $seconds = Measure-Second { Invoke-AzureCli identity list --resource-group $group }
    [pscustomobject]@{ seconds = $seconds; firstSeconds = $null }
}

try {
    $headers = @{ Authorization = "Bearer $armToken" }
    Add-Identity $Count
    "  $Count identities"
    Connect-Module
    $series = @(Get-Series 'module', 'floor', 'invoke-restmethod', 'sdk-python', 'az')
    if ($series -contains 'az') {
        Connect-AzureCli
    }
    # What happens once in a session.
    Assert-Count @(Get-UserAssignedIdentity -ResourceGroupName $group).Count
    $null = Get-ByRestMethod | Select-Object -First 100

    foreach ($number in 1..$Round) {
        foreach ($one in Get-Turn $series $number) {
            # It takes the longest by far, and always as long.
            if ($one -eq 'az' -and $number -gt 2) {
                continue
            }
            $took = switch ($one) {
                'module' { Measure-List { Get-UserAssignedIdentity -ResourceGroupName $group } }
                'floor' { Invoke-Floor list (Get-IdentityUri) }
                'invoke-restmethod' { Measure-List { Get-ByRestMethod } }
                'sdk-python' { Invoke-Peer sdk.py list }
                'az' { Measure-AzureCli }
            }
            if ($one -in 'floor', 'sdk-python') {
                Assert-Count $took.count
            }
            Write-Sample list-10000 $one $number $took.seconds s
            if ($null -ne $took.firstSeconds) {
                Write-Sample list-10000-first $one $number ($took.firstSeconds * 1000) ms
            }
        }
    }
} catch {
    $_ | Out-String
    exit 1
} finally {
    Disconnect-AzureCli
}
