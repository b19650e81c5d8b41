<#
.SYNOPSIS
Many identities created at a latency: the module, the bare client with the module's own requests, and
what people use today.

.DESCRIPTION
The emulator's log has the requests of the module's last run. The bare client sends these again, as many
at a time, to an emulator in the same state, and the log afterwards shows that they are the same. The
others do what their users write: a PUT for each.
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
    [int] $Count = 1000,
    [int] $ThrottleLimit = 32,
    # What the emulator adds to the time of every answer, in milliseconds.
    [int] $Latency = 50,
    # How many of them the Azure CLI makes, for the time of each.
    [int] $AzureCliCount = 3,
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
. "$PSScriptRoot/replay.ps1"
if ($Quick) {
    $Count = 200
    $Round = [math]::Min($Round, 2)
    $AzureCliCount = 1
}

$body = '{"location":"eastus","tags":{}}'

# Creates them with the module; the seconds it takes, and the requests that it sends.
function Measure-Module {
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ latencyMs = $Latency }
    # As many connections as it uses.
    $null = 1..$ThrottleLimit | ForEach-Object { 'warm' } |
        Get-UserAssignedIdentity -ResourceGroupName $group -ErrorAction Ignore
    Clear-EmulatorRequest
    Clear-Garbage
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $made = @($inputs | New-UserAssignedIdentity -Location eastus -ThrottleLimit $ThrottleLimit)
    $seconds = $clock.Elapsed.TotalSeconds
    if ($made.Count -ne $Count) {
        throw "$($made.Count) identities, expected $Count"
    }
    $script:recorded = @(Get-EmulatorRequest)
    $seconds
}

function Measure-RestMethod {
    $uris = foreach ($one in $inputs) { Get-IdentityUri $one.Name }
    $token = $armToken
    Measure-Second {
        $uris | ForEach-Object -ThrottleLimit $ThrottleLimit -Parallel {
            $request = @{
                Method      = 'Put'
                Uri         = $_
                Headers     = @{ Authorization = "Bearer $using:token" }
                Body        = $using:body
                ContentType = 'application/json'
            }
            Invoke-RestMethod @request
        }
    }
}

# The seconds for all of them, if each takes what some of them take.
function Measure-AzureCli {
    $names = @($inputs[0..($AzureCliCount - 1)].Name)
    $seconds = Measure-Second {
        foreach ($name in $names) {
            Invoke-AzureCli identity create --resource-group $group --name $name --location eastus
        }
    }
    $seconds / $AzureCliCount * $Count
}

try {
    $inputs = foreach ($number in 1..$Count) {
        [pscustomobject]@{ ResourceGroupName = $group; Name = "bench-$number" }
    }
    $series = @(Get-Series 'module', 'floor', 'invoke-restmethod', 'sdk-python', 'az')
    "  $Count creates, $ThrottleLimit at a time, $Latency ms an answer"
    Connect-Module
    if ($series -contains 'az') {
        Connect-AzureCli
        "  az: $AzureCliCount creates, the time of one of them as often as there are creates"
    }
    # What happens once in a session is not the pipeline's time; and the bare client may be the first.
    $recorded = $null
    $null = Measure-Module

    foreach ($number in 1..$Round) {
        foreach ($one in Get-Turn $series $number) {
            Clear-Emulator @{ latencyMs = $Latency }
            $value = switch ($one) {
                'module' { Measure-Module }
                'floor' { (Invoke-Replay $recorded $body).seconds }
                'invoke-restmethod' { Measure-RestMethod }
                'sdk-python' { (Invoke-Peer sdk.py create --prefix bench- --count $Count --threads $ThrottleLimit).seconds }
                'az' { Measure-AzureCli }
            }
            Write-Sample create-1000 $one $number $value s
            if ($one -eq 'module') {
                Write-Sample create-requests $one $number ($recorded.Count / $Count) requests
            }
        }
    }
} catch {
    $_ | Out-String
    exit 1
} finally {
    Disconnect-AzureCli
}
