<#
.SYNOPSIS
How far the process grows with a long list that streams through a pipeline, and with thousands of
machines that are updated.

.DESCRIPTION
Each is measured in a process of its own, once in a round: the most that the process ever had in memory
at the end, less what it had when the session was warm. What prepares the emulator runs in this process,
which would hide what the pipeline takes on.

The update of a machine is four requests, one after the other: the look, the write, the look at the
operation, and the look at what came of it. With T at a time, N machines cannot be done sooner than

    L + ceil(N / T) * (4 * L + max(1 s, O))

where L is what an answer takes and O what an operation does. The time over this is a sample, too.
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
    [int] $Round = 3,
    # The identities of the list.
    [int] $Count = 100000,
    [int] $MachineCount = 2000,
    [int] $ThrottleLimit = 64,
    # What the emulator adds to the time of every answer, in milliseconds.
    [int] $Latency = 20,
    # How long operations take, in milliseconds.
    [int] $OperationTime = 1000,
    # Fewer of everything, to try.
    [switch] $Quick,
    # Measures this one alone, in this process.
    [ValidateSet('', 'stream', 'fleet')]
    [string] $Part = '',
    # The round of that.
    [int] $Number
)

$given = @{
    ModulePath      = $ModulePath
    Endpoint        = $Endpoint
    CertificateFile = $CertificateFile
}
. "$PSScriptRoot/common.ps1" -Given $given
if ($Quick) {
    $Count = [math]::Min($Count, 10000)
    $MachineCount = [math]::Min($MachineCount, 200)
    $Round = [math]::Min($Round, 1)
}

# What a process has in memory now, and the most that it ever had, in megabytes.
function Get-Memory {
    $process.Refresh()
    [pscustomobject]@{
        Now  = $process.WorkingSet64 / 1e6
        Most = $process.PeakWorkingSet64 / 1e6
    }
}

# The megabytes that the process grows by.
function Measure-Growth([scriptblock] $Action) {
    Clear-Garbage
    $before = Get-Memory
    . $Action
    $after = Get-Memory
    [Console]::Error.WriteLine(('  {0}: {1:n1} MB before, {2:n1} MB ever before, {3:n1} MB at most, {4:n1} MB at the end' -f @(
                $Part, $before.Now, $before.Most, $after.Most, $after.Now)))
    # What the session took on and gave back before is no growth, as far as it was not taken again.
    [math]::Max(0, $after.Most - [math]::Max($before.Now, $before.Most))
}

function Measure-Stream {
    # What happens once in a session: the pages are compiled, and the connection is open.
    Get-UserAssignedIdentity -ResourceGroupName $group | Select-Object -First 500 | ForEach-Object { $null = $_ }
    $script:found = 0
    $growth = Measure-Growth {
        Get-UserAssignedIdentity -ResourceGroupName $group | ForEach-Object { $script:found++ }
    }
    if ($found -ne $Count) {
        throw "$found identities, expected $Count"
    }
    Write-Sample memory-stream module $Number $growth MB
}

function Measure-Fleet {
    # What happens once in a session.
    Get-VmIdentity -ResourceGroupName $group -Name 'fleet-0000?' | Update-VmIdentity -AddIdentityId warmup |
        Update-VmIdentity -RemoveIdentityId warmup | Out-Null
    Clear-EmulatorRequest
    $script:done = 0
    $script:without = 0
    $clock = [System.Diagnostics.Stopwatch]::new()
    $growth = Measure-Growth {
        $clock.Start()
        Get-VmIdentity -ResourceGroupName $group -Name 'fleet-*' |
            Update-VmIdentity -AddIdentityId id1 -ThrottleLimit $ThrottleLimit | ForEach-Object {
                $script:done++
                if ($_.UserAssignedIdentity.Name -notcontains 'id1') {
                    $script:without++
                }
            }
        $clock.Stop()
    }
    if ($done -ne $MachineCount -or $without) {
        throw "$done machines of $MachineCount, $without of them without the identity"
    }
    $writes = @(Get-EmulatorRequest | Where-Object method -EQ 'PATCH').Count
    if ($writes -ne $MachineCount) {
        throw "$writes writes, expected $MachineCount"
    }
    $wait = [math]::Max(1000, $OperationTime)
    $ideal = ($Latency + [math]::Ceiling($MachineCount / $ThrottleLimit) * (4 * $Latency + $wait)) / 1000
    Write-Sample memory-fleet module $Number $growth MB
    Write-Sample fleet-over-ideal module $Number ($clock.Elapsed.TotalSeconds / $ideal) times
}

# The emulator with what a part needs, each time new.
function Initialize-Part([string] $Name) {
    Clear-Emulator
    if ($Name -eq 'stream') {
        Add-Identity $Count
        return
    }
    foreach ($identity in 'id1', 'warmup') {
        $null = Invoke-RestMethod -Method Put -Uri (Get-IdentityUri $identity) -Headers @{ Authorization = "Bearer $armToken" } -Body '{"location":"eastus"}' -ContentType 'application/json'
    }
    $null = Invoke-EmulatorAdmin Post '/resources' @{
        types         = @('Microsoft.Compute/virtualMachines')
        count         = $MachineCount
        prefix        = 'fleet-'
        resourceGroup = $group
    }
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ latencyMs = $Latency; operationMs = $OperationTime }
}

try {
    if ($Part) {
        $process = [System.Diagnostics.Process]::GetCurrentProcess()
        Connect-Module
        & "Measure-$Part"
        exit 0
    }
    $shell = (Get-Process -Id $PID).Path
    $own = @(
        '-ModulePath', $ModulePath, '-Endpoint', $Endpoint, '-CertificateFile', $CertificateFile
        '-Count', $Count, '-MachineCount', $MachineCount, '-ThrottleLimit', $ThrottleLimit
        '-Latency', $Latency, '-OperationTime', $OperationTime
    )
    foreach ($number in 1..$Round) {
        foreach ($one in 'stream', 'fleet') {
            Initialize-Part $one
            & $shell -NoProfile -NonInteractive -File $PSCommandPath @own -Part $one -Number $number
            if ($LASTEXITCODE) {
                throw "$one failed"
            }
        }
    }
} catch {
    $_ | Out-String
    exit 1
}
