<#
.SYNOPSIS
How long after Azure is done Update-VmIdentity returns, and `az vm identity assign` beside it.

.DESCRIPTION
Both change the same machine of the same emulator, one after the other. The emulator's log tells
when it answered the write; the operation that this began is over its known time later, and what
passes from then until the command returns is what the user waits in vain.
#>
param(
    # The release module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # An emulator with TLS, whose certificate this process trusts (SSL_CERT_FILE).
    [Parameter(Mandatory)]
    [string] $Endpoint,
    [Parameter(Mandatory)]
    [string] $CertificateFile,
    # A Python with the Azure CLI; without one, only the module is measured.
    [string] $AzureCli,
    # How long operations take, in milliseconds.
    [int] $OperationTime = 5000,
    # How often the module is measured; the worst counts.
    [int] $Round = 3,
    # How late the module may be, in milliseconds.
    [int] $Limit = 1500
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$Endpoint = $Endpoint.TrimEnd('/')
. "$PSScriptRoot/Emulator.ps1"

# The milliseconds between the end of the operation that a change begins and its return.
function Measure-Lateness([scriptblock] $Change) {
    $null = Invoke-EmulatorAdmin Delete '/requests'
    . $Change
    $returned = [DateTimeOffset]::UtcNow
    $log = @(Get-EmulatorRequest)
    $write = @($log | Where-Object method -EQ 'PATCH')
    if ($write.Count -ne 1) {
        throw "$($write.Count) writes, expected 1"
    }
    $answered = ([DateTimeOffset] $write[0].time).AddMilliseconds($write[0].durationMs)
    [pscustomobject]@{
        Late  = ($returned - $answered).TotalMilliseconds - $OperationTime
        Looks = @($log | Where-Object path -Like '*/operations/*').Count
    }
}

function Invoke-AzureCli {
    & $AzureCli -m azure.cli @args --output none
    if ($LASTEXITCODE) {
        throw "az $args failed"
    }
}

$folder = $null
try {
    Import-Module $ModulePath
    $null = Connect-ManagedIdentityService -Emulator -Endpoint $Endpoint
    $group = 'myResourceGroup'
    $machine = @{ ResourceGroupName = $group; Name = 'myVM' }
    foreach ($name in @('cli', 'warmup') + 1..$Round) {
        $null = New-UserAssignedIdentity -ResourceGroupName $group -Name "late-$name" -Location eastus
    }
    # What happens once in a session (compiling the cmdlets) is not the waiting's time.
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ operationMs = 0 }
    $null = Update-VmIdentity @machine -AddIdentityId late-warmup
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ operationMs = $OperationTime }

    $ours = foreach ($number in 1..$Round) {
        Measure-Lateness {
            $null = Update-VmIdentity @machine -AddIdentityId "late-$number"
        }
    }
    $theirs = $null
    if ($AzureCli) {
        $folder = Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid())
        $env:AZURE_CONFIG_DIR = $folder
        $env:AZURE_CORE_INSTANCE_DISCOVERY = 'false'
        $env:AZURE_CORE_COLLECT_TELEMETRY = 'false'
        $env:AZURE_CORE_ONLY_SHOW_ERRORS = 'true'
        $env:REQUESTS_CA_BUNDLE = $CertificateFile
        $env:NO_PROXY = '127.0.0.1,localhost'
        $seed = Invoke-EmulatorAdmin Get
        Invoke-AzureCli cloud register --name Emulator --endpoint-resource-manager $Endpoint
        Invoke-AzureCli cloud set --name Emulator
        Invoke-AzureCli login --service-principal --tenant $seed.tenantId --username $seed.clientId --password $seed.clientSecret
        $theirs = Measure-Lateness {
            Invoke-AzureCli vm identity assign --resource-group $group --name myVM --identities late-cli
        }
    }
    $left = @((Get-VmIdentity @machine).UserAssignedIdentity)
    $expected = 1 + $Round + [int][bool]$AzureCli
    if ($left.Count -ne $expected) {
        throw "the machine has $($left.Count) identities, expected $expected"
    }

    $worst = ($ours.Late | Measure-Object -Maximum).Maximum
    "  operations of $OperationTime ms; after the server was done:"
    '  {0,-28}{1,10:n0} ms late, {2} looks (the worst of {3})' -f 'Update-VmIdentity', $worst, $ours[0].Looks, $Round
    if ($theirs) {
        '  {0,-28}{1,10:n0} ms late, {2} looks' -f 'az vm identity assign', $theirs.Late, $theirs.Looks
    } else {
        '  az vm identity assign: the Azure CLI is not installed, so only the module was measured'
    }
    $kept = $worst -le $Limit
    Write-Verdict $kept ('Update-VmIdentity returns {0:n0} ms after the server was done (at most {1:n0} ms)' -f $worst, $Limit)
    exit [int](-not $kept)
} catch {
    $_ | Out-String
    exit 1
} finally {
    if ($folder -and (Test-Path $folder)) {
        Remove-Item $folder -Recurse -Force
    }
}
