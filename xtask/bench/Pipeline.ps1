<#
.SYNOPSIS
Many identities created, listed and removed through the pipeline, against the time that latency
and concurrency alone take.

.DESCRIPTION
The ideal comes from the emulator's log of requests. With T at a time, N inputs that take R
requests each cannot be done sooner than in ceil(N / T) rounds of R answers; requests beyond R
for each (the pages of a list, a look at the resource group) come one after the other.
#>
param(
    # The release module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    [int] $Count = 200,
    [int] $ThrottleLimit = 32,
    # What the emulator adds to the time of every answer, in milliseconds.
    [int] $Latency = 50,
    # How often everything is measured; the median counts.
    [int] $Round = 3,
    # How many times the ideal the whole may take.
    [double] $Limit = 1.5
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Measure-Phase([string] $Name, [int] $Expected, [scriptblock] $Action) {
    $null = Invoke-RestMethod -Method Delete @requests
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $result = @(. $Action)
    $clock.Stop()
    if ($result.Count -ne $Expected) {
        throw "${Name}: $($result.Count) results, expected $Expected"
    }

    $log = @((Invoke-RestMethod @requests) | Where-Object path -NotLike '/_emulator*')
    $bad = @($log | Where-Object status -GE 400 | Where-Object status -NE 404)
    if ($bad) {
        throw "${Name}: $($bad.Count) requests failed, the first with $($bad[0].status)"
    }
    $inputs = if ($Name -eq 'list') { 0 } else { $Count }
    $each = if ($inputs) { [math]::Floor($log.Count / $inputs) } else { 0 }
    $further = $log.Count - $each * $inputs
    [pscustomobject]@{
        Phase    = $Name
        Requests = $log.Count
        Ideal    = ([math]::Ceiling($inputs / $ThrottleLimit) * $each + $further) * $Latency
        Measured = $clock.Elapsed.TotalMilliseconds
    }
}

function Get-Median([double[]] $Value) {
    ($Value | Sort-Object)[[math]::Floor($Value.Count / 2)]
}

try {
    Import-Module $ModulePath
    $emulator = Start-ArmEmulator -Latency $Latency
    $null = Connect-ManagedIdentityService -Emulator
    $requests = @{
        Uri     = "$("$($emulator.Endpoint)".TrimEnd('/'))/_emulator/requests"
        Headers = @{ 'x-emulator-key' = $emulator.AdminKey }
    }
    $group = 'myResourceGroup'

    # What happens once in a session (the token, compiling the cmdlets) is not the pipeline's time.
    New-UserAssignedIdentity -ResourceGroupName $group -Name warmup -Location eastus |
        Remove-UserAssignedIdentity -Confirm:$false

    $rounds = foreach ($number in 1..$Round) {
        $names = 1..$Count | ForEach-Object {
            [pscustomobject]@{ ResourceGroupName = $group; Name = "bench-$number-$_" }
        }
        $phases = @(
            Measure-Phase 'create' $Count {
                $names | New-UserAssignedIdentity -Location eastus -ThrottleLimit $ThrottleLimit
            }
            Measure-Phase 'list' $Count {
                Get-UserAssignedIdentity -ResourceGroupName $group
            }
            Measure-Phase 'remove' $Count {
                $names | Remove-UserAssignedIdentity -ThrottleLimit $ThrottleLimit -PassThru -Confirm:$false
            }
        )
        if (Get-UserAssignedIdentity -ResourceGroupName $group) {
            throw 'identities are left'
        }
        $phases
        [pscustomobject]@{
            Phase    = 'all'
            Requests = ($phases.Requests | Measure-Object -Sum).Sum
            Ideal    = ($phases.Ideal | Measure-Object -Sum).Sum
            Measured = ($phases.Measured | Measure-Object -Sum).Sum
        }
    }
    Stop-ArmEmulator

    "  $Count identities, -ThrottleLimit $ThrottleLimit, $Latency ms, median of $Round rounds"
    '  {0,-8}{1,10}{2,12}{3,12}{4,8}' -f 'phase', 'requests', 'ideal ms', 'taken ms', 'ratio'
    foreach ($phase in 'create', 'list', 'remove', 'all') {
        $measured = @($rounds | Where-Object Phase -EQ $phase)
        $ratio = Get-Median ($measured | ForEach-Object { $_.Measured / $_.Ideal })
        '  {0,-8}{1,10}{2,12:n0}{3,12:n0}{4,8:n2}' -f @(
            $phase
            $measured[0].Requests
            $measured[0].Ideal
            (Get-Median $measured.Measured)
            $ratio
        )
    }
    # The last one is the whole.
    $kept = $ratio -le $Limit
    "  {0}  create, list and remove take {1:n2} times the ideal (at most {2:n1})" -f @(
        $(if ($kept) { 'PASS' } else { 'FAIL' })
        $ratio
        $Limit
    )
    exit [int](-not $kept)
} catch {
    $_ | Out-String
    exit 1
}
