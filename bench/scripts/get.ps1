<#
.SYNOPSIS
One Get in a warm session: the module, the bare client, and what people use today.

.DESCRIPTION
A round is a batch of Gets of the same identity, one after the other, in each series; its sample is the
median of the batch. The Azure CLI starts a process for each, as it does for users.
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
    [int] $Round = 9,
    # The Gets of a batch.
    [int] $Count = 300,
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
    $Count = 50
    $Round = [math]::Min($Round, 3)
}

# The median of the milliseconds that each run of a block takes.
function Measure-Batch([int] $Times, [scriptblock] $Action) {
    $clock = [System.Diagnostics.Stopwatch]::new()
    $all = [double[]]::new($Times)
    for ($number = 0; $number -lt $Times; $number++) {
        $clock.Restart()
        $null = & $Action
        $all[$number] = $clock.Elapsed.TotalMilliseconds
    }
    Get-Median $all
}

try {
    Connect-Module
    $null = New-UserAssignedIdentity -ResourceGroupName $group -Name warm -Location eastus
    $uri = Get-IdentityUri warm
    $headers = @{ Authorization = "Bearer $armToken" }
    $series = @(Get-Series 'module', 'floor', 'invoke-restmethod', 'sdk-python', 'az')
    if ($series -contains 'az') {
        Connect-AzureCli
    }
    $get = @{
        'module'            = { Get-UserAssignedIdentity -ResourceGroupName $group -Name warm }
        'invoke-restmethod' = { Invoke-RestMethod -Uri $uri -Headers $headers }
        'az'                = { Invoke-AzureCli identity show --resource-group $group --name warm }
    }
    # What happens once in a session, and what the runtime compiles again once it is much used.
    $null = Measure-Batch 200 $get['module']
    $null = Measure-Batch 50 $get['invoke-restmethod']

    foreach ($number in 1..$Round) {
        foreach ($one in Get-Turn $series $number) {
            Clear-Garbage
            $value = switch ($one) {
                'floor' { (Invoke-Floor get $uri --count $Count).medianSeconds * 1000 }
                'sdk-python' { (Invoke-Peer sdk.py get --name warm --count $Count).medianSeconds * 1000 }
                'az' { Measure-Batch 1 $get['az'] }
                default { Measure-Batch $Count $get[$one] }
            }
            Write-Sample get-warm $one $number $value ms
        }
    }
} catch {
    $_ | Out-String
    exit 1
} finally {
    Disconnect-AzureCli
}
