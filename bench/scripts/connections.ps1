<#
.SYNOPSIS
The sockets that many operations at once open, and what HTTP/2 and compressed bodies would change.

.DESCRIPTION
The sockets are those that Linux lists for the process. HTTP/2 and gzip are measured with the bare
client, which has them as options, and an emulator that offers them: Gets of many identities, 32 at once,
and a long list, at several latencies. The module has neither; this says what they would bring.
#>
param(
    # The release module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # The bare client, built with its features http2 and gzip.
    [Parameter(Mandatory)]
    [string] $Floor,
    # The emulator as a program.
    [Parameter(Mandatory)]
    [string] $EmulatorPath,
    [int] $Round = 5,
    # The Gets, and the identities of the list.
    [int] $Count = 1000,
    [int] $ThrottleLimit = 32,
    # What the emulator adds to the time of every answer, in milliseconds.
    [int[]] $Latency = @(0, 50),
    # Fewer of everything, to try.
    [switch] $Quick
)

$given = @{
    ModulePath = $ModulePath
    Floor      = $Floor
}
. "$PSScriptRoot/common.ps1" -Given $given
. "$PSScriptRoot/replay.ps1"
if ($Quick) {
    $Count = 200
    $Round = [math]::Min($Round, 2)
}

# Starts an emulator, which all that follows is about.
function Open-Emulator([string] $Program, [string[]] $Argument) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program)
    foreach ($one in $Argument) {
        $start.ArgumentList.Add($one)
    }
    $start.RedirectStandardOutput = $true
    $start.UseShellExecute = $false
    # It prints no key that it is given.
    $start.Environment['EMULATOR_ADMIN_KEY'] = $env:EMULATOR_ADMIN_KEY
    $emulator = [System.Diagnostics.Process]::Start($start)
    $script:running += $emulator
    $script:Endpoint = $emulator.StandardOutput.ReadLine()
    $script:CertificateFile = if ($Argument -contains '--tls') { $emulator.StandardOutput.ReadLine() }
    $env:SSL_CERT_FILE = $CertificateFile
    if (-not $Endpoint) {
        throw 'the emulator did not print its endpoint'
    }
}

function Close-Emulator {
    foreach ($emulator in $script:running) {
        if (-not $emulator.HasExited) {
            $emulator.Kill()
        }
        $emulator.WaitForExit()
    }
    $script:running = @()
}

# The connections of this process to the emulator.
function Get-SocketCount {
    $port = ':{0:X4}' -f ([uri] $Endpoint).Port
    $own = Get-ChildItem /proc/self/fd -ErrorAction Ignore | ForEach-Object {
        if ("$($_.LinkTarget)" -match '^.*socket:\[(\d+)\]$') { $Matches[1] }
    }
    $rows = Get-Content /proc/self/net/tcp | Select-Object -Skip 1 | ForEach-Object { , (-split $_) }
    # The columns: number, local address, remote address, state, and as the tenth the inode.
    @($rows | Where-Object { $_[2].EndsWith($port) -and $_[3] -eq '01' -and $_[9] -in $own }).Count
}

# The sockets of the module and of the bare client, for as many Gets.
function Measure-Socket([string] $Measure, [int] $Number, [int] $ThrottleLimit) {
    # Nothing else of this process talks to this emulator before the module's sockets are counted.
    Import-Module $ModulePath
    $null = Connect-ManagedIdentityService -Emulator -Endpoint $Endpoint
    $names = 1..$Count | ForEach-Object { "load0-{0:d5}" -f $_ }
    # None exists, which takes the same request.
    $null = $names | Get-UserAssignedIdentity -ResourceGroupName $group -ThrottleLimit $ThrottleLimit -ErrorAction Ignore
    Write-Sample $Measure module $Number (Get-SocketCount) sockets

    $script:seed = Invoke-EmulatorAdmin Get
    $script:armToken = Get-ArmToken
    $took = Invoke-Replay (Get-Record $names 404) '{}' -Unchecked
    Write-Sample $Measure floor $Number $took.sockets sockets
}

# A record of Gets.
function Get-Record([string[]] $Name, [int] $Status) {
    foreach ($one in $Name) {
        [pscustomobject]@{ method = 'GET'; path = (Get-IdentityUri $one).Substring($Endpoint.Length); status = $Status }
    }
}

# Gets and a list in each way, in an order that changes by round.
function Measure-Way([int] $Milliseconds, [int] $Number) {
    $ways = [ordered]@{
        'http1'      = @()
        'http1-gzip' = @('--gzip')
        'http2'      = @('--http2')
        'http2-gzip' = @('--http2', '--gzip')
    }
    $names = 1..$Count | ForEach-Object { "load0-{0:d5}" -f $_ }
    $record = Get-Record $names 200
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ latencyMs = $Milliseconds }
    foreach ($way in Get-Turn @($ways.Keys) $Number) {
        $script:floorOptions = $ways[$way]
        if ($way -notlike '*-gzip') {
            $gets = Invoke-Replay $record '{}' -Unchecked
            Write-Sample "gets-$way" floor $Number $gets.seconds s $Milliseconds
            Write-Sample "gets-$way-cpu" floor $Number ($gets.cpuSeconds * 1000) ms $Milliseconds
            Write-Sample "gets-$way-sockets" floor $Number $gets.sockets sockets $Milliseconds
        }
        $list = Invoke-Floor list (Get-IdentityUri)
        Write-Sample "list-$way" floor $Number $list.seconds s $Milliseconds
        Write-Sample "list-$way-cpu" floor $Number ($list.cpuSeconds * 1000) ms $Milliseconds
    }
    $script:floorOptions = @()
}

# What a page of the list has on the way, plain and compressed.
function Measure-Page {
    $handler = [System.Net.Http.HttpClientHandler]::new()
    # The certificate is of an emulator that this script has started.
    $handler.ServerCertificateCustomValidationCallback = [System.Net.Http.HttpClientHandler]::DangerousAcceptAnyServerCertificateValidator
    $http = [System.Net.Http.HttpClient]::new($handler)
    try {
        foreach ($encoding in 'identity', 'gzip') {
            $request = [System.Net.Http.HttpRequestMessage]::new('Get', (Get-IdentityUri))
            $request.Headers.Add('Authorization', "Bearer $armToken")
            $request.Headers.Add('Accept-Encoding', $encoding)
            $answer = $http.SendAsync($request).GetAwaiter().GetResult()
            $body = $answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()
            Write-Sample "page-$encoding" floor 1 ($body.Length / 1000) kB
        }
    } finally {
        $http.Dispose()
    }
}

$running = @()
$key = $env:EMULATOR_ADMIN_KEY
$trusted = $env:SSL_CERT_FILE
try {
    # One for all emulators that are started here.
    $env:EMULATOR_ADMIN_KEY = [guid]::NewGuid().ToString('N')
    if (Test-Path /proc/self/net/tcp) {
        foreach ($number in 1..$Round) {
            Open-Emulator $EmulatorPath '--latency-ms', '50'
            Measure-Socket connections-sockets-http $number $ThrottleLimit
            Close-Emulator
            Open-Emulator $EmulatorPath '--tls', '--latency-ms', '50'
            Measure-Socket connections-sockets $number $ThrottleLimit
            Close-Emulator
        }
    } else {
        '  this system does not list sockets in /proc, so they are not counted'
    }
    Open-Emulator $EmulatorPath '--tls', '--http2', '--gzip'
    $seed = Invoke-EmulatorAdmin Get
    $armToken = Get-ArmToken
    Add-Identity $Count
    Measure-Page
    foreach ($number in 1..$Round) {
        foreach ($milliseconds in $Latency) {
            Measure-Way $milliseconds $number
        }
    }
} catch {
    $_ | Out-String
    exit 1
} finally {
    Close-Emulator
    $env:EMULATOR_ADMIN_KEY = $key
    $env:SSL_CERT_FILE = $trusted
}
