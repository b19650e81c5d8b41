<#
.SYNOPSIS
Thousands of machines updated through one pipeline: the time against what the emulator's answers
and operations take, and the memory that the process takes on.

.DESCRIPTION
The update of a machine is four requests, one after the other: the look, the write, the look at
the operation when a second has passed or the operation's time if that is longer, and the look at
what came of it. With T at a time, N machines cannot be done sooner than

    L + ceil(N / T) * (4 * L + max(1 s, O))

where L is what an answer takes and O what an operation does; the first L is the list's first page,
whose other pages come meanwhile.

The memory is that of this process: the emulator has its own, and so has the shell that creates
the machines (-Prepare).
#>
param(
    # The release module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # An emulator in a process of its own.
    [Parameter(Mandatory)]
    [string] $Endpoint,
    # Creates the machines and ends.
    [switch] $Prepare,
    [int] $Count = 2000,
    [int] $ThrottleLimit = 64,
    # What the emulator adds to the time of every answer, in milliseconds.
    [int] $Latency = 20,
    # How long operations take, in milliseconds.
    [int] $OperationTime = 1000,
    # How many times the ideal the whole may take.
    [double] $Limit = 1.3,
    # How many megabytes the process may grow by.
    [double] $MemoryLimit = 50
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$Endpoint = $Endpoint.TrimEnd('/')
. "$PSScriptRoot/Emulator.ps1"

# As many machines as there shall be, beside the emulator's own.
function Initialize-Fleet {
    $seed = Invoke-EmulatorAdmin Get
    $token = Invoke-RestMethod -Method Post -Uri "$Endpoint/$($seed.tenantId)/oauth2/v2.0/token" -Body @{
        grant_type    = 'client_credentials'
        client_id     = $seed.clientId
        client_secret = $seed.clientSecret
        scope         = 'https://management.azure.com/.default'
    }
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ latencyMs = 0; operationMs = 0 }
    $http = [System.Net.Http.HttpClient]::new()
    $http.DefaultRequestHeaders.Authorization = "Bearer $($token.access_token)"
    $machines = "$Endpoint/subscriptions/$($seed.subscriptionId)/resourceGroups/myResourceGroup/providers/Microsoft.Compute/virtualMachines"
    foreach ($number in 1..($Count - 1)) {
        $body = [System.Net.Http.StringContent]::new('{"location":"eastus"}', $null, 'application/json')
        $answer = $http.PutAsync("$machines/fleet-$number`?api-version=2025-04-01", $body).GetAwaiter().GetResult()
        $null = $answer.EnsureSuccessStatusCode()
        $answer.Dispose()
    }
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ latencyMs = $Latency; operationMs = $OperationTime }
}

# What this process holds in memory, in megabytes.
function Get-Memory {
    $process.Refresh()
    $process.WorkingSet64 / 1e6
}

function Clear-Garbage {
    foreach ($time in 1..3) {
        [GC]::Collect()
        [GC]::WaitForPendingFinalizers()
    }
}

try {
    if ($Prepare) {
        Initialize-Fleet
        exit 0
    }
    $process = [System.Diagnostics.Process]::GetCurrentProcess()
    Import-Module $ModulePath
    $null = Connect-ManagedIdentityService -Emulator -Endpoint $Endpoint
    $group = 'myResourceGroup'
    foreach ($name in 'id1', 'warmup') {
        $null = New-UserAssignedIdentity -ResourceGroupName $group -Name $name -Location eastus
    }

    # What happens once in a session is neither the pipeline's time nor its memory.
    Get-VmIdentity -ResourceGroupName $group -Name fleet-1? | Update-VmIdentity -AddIdentityId warmup |
        Update-VmIdentity -RemoveIdentityId warmup | Out-Null
    $null = Invoke-EmulatorAdmin Delete '/requests'
    Clear-Garbage
    $before = Get-Memory
    $heapBefore = [GC]::GetTotalMemory($true) / 1e6
    $collections = [GC]::CollectionCount(0)

    $done = 0
    $without = 0
    $most = $before
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    Get-VmIdentity | Update-VmIdentity -AddIdentityId id1 -ThrottleLimit $ThrottleLimit | ForEach-Object {
        $done++
        if ($_.UserAssignedIdentity.Name -notcontains 'id1') {
            $without++
        }
        if ($done % 20 -eq 0) {
            $most = [math]::Max($most, (Get-Memory))
        }
    }
    $clock.Stop()
    $most = [math]::Max($most, (Get-Memory))
    $collections = [GC]::CollectionCount(0) - $collections
    Clear-Garbage
    $after = Get-Memory
    $heapAfter = [GC]::GetTotalMemory($true) / 1e6

    if ($done -ne $Count -or $without) {
        throw "$done machines of $Count, $without of them without the identity"
    }
    $log = @(Get-EmulatorRequest)
    $lists = @($log | Where-Object { $_.path -match '/virtualMachines\?' }).Count
    $each = ($log.Count - $lists) / $Count
    $writes = @($log | Where-Object method -EQ 'PATCH').Count
    if ($writes -ne $Count) {
        throw "$writes writes, expected $Count"
    }

    $rounds = [math]::Ceiling($Count / $ThrottleLimit)
    $wait = [math]::Max(1000, $OperationTime)
    $ideal = ($Latency + $rounds * (4 * $Latency + $wait)) / 1000
    $taken = $clock.Elapsed.TotalSeconds
    $ratio = $taken / $ideal
    $growth = $most - $before
    "  $Count machines, -ThrottleLimit $ThrottleLimit, $Latency ms an answer, $OperationTime ms an operation"
    "  {0} requests: {1} pages and {2:n2} for each machine" -f $log.Count, $lists, $each
    "  ideal: $Latency ms + ceil($Count / $ThrottleLimit) x (4 x $Latency ms + $wait ms) = {0:n2} s" -f $ideal
    '  memory: {0:n1} MB before, {1:n1} MB at most, {2:n1} MB after' -f $before, $most, $after
    '  managed objects in use: {0:n1} MB before, {1:n1} MB after; collected {2} times meanwhile' -f @(
        $heapBefore, $heapAfter, $collections
    )
    $quick = $ratio -le $Limit
    $small = $growth -lt $MemoryLimit
    Write-Verdict $quick ('the pipeline takes {0:n2} s, {1:n2} times the ideal (at most {2:n1})' -f $taken, $ratio, $Limit)
    Write-Verdict $small ('the process grows by {0:n1} MB (less than {1:n0} MB)' -f $growth, $MemoryLimit)
    exit [int](-not ($quick -and $small))
} catch {
    $_ | Out-String
    exit 1
}
