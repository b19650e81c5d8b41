<#
.SYNOPSIS
Many identities created, listed and removed through the pipeline, over the time that latency and
concurrency alone take.

.DESCRIPTION
The ideal comes from the emulator's log of requests. With T at a time, N inputs that take R requests
each cannot be done sooner than in ceil(N / T) rounds of R answers; requests beyond R for each (the pages
of a list, a look at the resource group) come one after the other.
#>
param(
    # The release module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # An emulator with TLS in a process of its own.
    [Parameter(Mandatory)]
    [string] $Endpoint,
    [Parameter(Mandatory)]
    [string] $CertificateFile,
    [int] $Round = 5,
    [int] $Count = 200,
    [int] $ThrottleLimit = 32,
    # What the emulator adds to the time of every answer, in milliseconds.
    [int] $Latency = 50,
    # Fewer of everything, to try.
    [switch] $Quick
)

$given = @{
    ModulePath      = $ModulePath
    Endpoint        = $Endpoint
    CertificateFile = $CertificateFile
}
. "$PSScriptRoot/common.ps1" -Given $given
if ($Quick) {
    $Count = [math]::Min($Count, 64)
    $Round = [math]::Min($Round, 2)
}
# How often as many as run at a time begin.
$turns = [math]::Ceiling($Count / $ThrottleLimit)

# The seconds that a phase takes, and those that it can't do without.
function Measure-Phase([string] $Name, [scriptblock] $Action) {
    Clear-EmulatorRequest
    Clear-Garbage
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $result = @(. $Action)
    $clock.Stop()
    if ($result.Count -ne $Count) {
        throw "${Name}: $($result.Count) results, expected $Count"
    }
    $log = @(Get-EmulatorRequest)
    # A list has no inputs: its pages come one after the other.
    $each = if ($Name -eq 'list') { 0 } else { [math]::Floor($log.Count / $Count) }
    $further = $log.Count - $each * $Count
    [pscustomobject]@{
        Name  = $Name
        Taken = $clock.Elapsed.TotalSeconds
        Ideal = ($turns * $each + $further) * $Latency / 1000
    }
}

try {
    Clear-Emulator @{ latencyMs = $Latency }
    Connect-Module
    # What happens once in a session is not the pipeline's time.
    New-UserAssignedIdentity -ResourceGroupName $group -Name warmup -Location eastus |
        Remove-UserAssignedIdentity -Confirm:$false

    foreach ($number in 1..$Round) {
        $names = 1..$Count | ForEach-Object {
            [pscustomobject]@{ ResourceGroupName = $group; Name = "pipeline-$number-$_" }
        }
        $phases = @(
            Measure-Phase 'create' {
                $names | New-UserAssignedIdentity -Location eastus -ThrottleLimit $ThrottleLimit
            }
            Measure-Phase 'list' {
                Get-UserAssignedIdentity -ResourceGroupName $group
            }
            Measure-Phase 'remove' {
                $names | Remove-UserAssignedIdentity -ThrottleLimit $ThrottleLimit -PassThru -Confirm:$false
            }
        )
        foreach ($phase in $phases) {
            Write-Sample "pipeline-$($phase.Name)" module $number ($phase.Taken / $phase.Ideal) times
        }
        $taken = ($phases.Taken | Measure-Object -Sum).Sum
        $ideal = ($phases.Ideal | Measure-Object -Sum).Sum
        Write-Sample pipeline module $number ($taken / $ideal) times
    }
} catch {
    $_ | Out-String
    exit 1
}
