<#
.SYNOPSIS
What an input costs as inputs become many, and as more of them run at once.

.DESCRIPTION
Creates, Gets, updates and lists of the module, each followed or preceded by the bare client with the
same requests. The value of a sample is the time over the number of inputs, or of listed objects; its
place is that number, or the -ThrottleLimit. The emulator adds no latency but where the -ThrottleLimit
grows, so that a cost that grows shows.

The emulator remembers 10,000 requests: of more inputs than a record has room for, the bare client sends
the requests of as many inputs as there are, each as the record has it of one of them.
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
    [int] $Round = 3,
    # The numbers of inputs. More than 10,000 are measured in the first round alone.
    [int[]] $Count = @(10, 100, 1000, 10000, 100000),
    # The numbers of listed objects.
    [int[]] $ListCount = @(10, 100, 1000, 10000, 100000),
    [int[]] $Throttle = @(1, 2, 4, 8, 16, 32, 64, 128),
    # The -ThrottleLimit of what grows in inputs.
    [int] $ThrottleLimit = 32,
    # What the emulator adds to the time of every answer where the -ThrottleLimit grows, in milliseconds.
    [int] $Latency = 20,
    # Fewer of everything, to try.
    [switch] $Quick
)

$given = @{
    ModulePath      = $ModulePath
    Floor           = $Floor
    Endpoint        = $Endpoint
    CertificateFile = $CertificateFile
}
. "$PSScriptRoot/common.ps1" -Given $given
. "$PSScriptRoot/replay.ps1"
if ($Quick) {
    $Count = 10, 100, 1000
    $ListCount = 10, 100, 1000
    $Throttle = 1, 8, 64
    $Round = 1
}

# The most inputs of which the log has all requests, and a record is made.
$most = 4000
# The inputs for each that runs at once, where the -ThrottleLimit grows.
$each = 20

# How often something of a size is measured in a round: what takes milliseconds varies most.
function Get-Repetition([int] $Size) {
    1..[Math]::Clamp(20000 / $Size, 1, 12)
}

# The requests for more inputs than were recorded: what is no input's own, once, and the requests of one
# input for each.
function Expand-Record($Recorded, [int] $Number) {
    $one = '/{0}?' -f $inputs[0].Name
    $of = @($Recorded | Where-Object { $_.path.Contains($one) })
    $Recorded | Where-Object { $_.path -notmatch '/input-\d+\?' }
    foreach ($next in $inputs[0..($Number - 1)]) {
        foreach ($request in $of) {
            [pscustomobject]@{
                method = $request.method
                path   = $request.path.Replace($one, "/$($next.Name)?")
                status = $request.status
            }
        }
    }
}

# Times the module and the bare client for so many inputs. The state before is the same for both.
function Measure-Pair([string] $Measure, [int] $X, [int] $Size, [int] $Number, [scriptblock] $Prepare, [scriptblock] $Module, [string] $Body) {
    $some = @($inputs[0..($Size - 1)])
    # The bare client needs what the module has sent, which is the same in each round.
    $order = if ($records.ContainsKey("$Measure $X")) { Get-Turn @('module', 'floor') $Number } else { 'module', 'floor' }
    foreach ($series in $order) {
        . $Prepare
        if ($series -eq 'module') {
            Clear-EmulatorRequest
            Clear-Garbage
            $seconds = Measure-Second { $some | & $Module }
            # The number of inputs that came before.
            $smaller = ($Count | Where-Object { $_ -le $most } | Measure-Object -Maximum).Maximum
            $records["$Measure $X"] = if ($Size -le $most) {
                @(Get-EmulatorRequest)
            } else {
                @(Expand-Record $records["$Measure $smaller"] $Size)
            }
        } else {
            $unchecked = $Size -gt $most
            $seconds = (Invoke-Replay $records["$Measure $X"] $Body -Unchecked:$unchecked).seconds
        }
        Write-Sample $Measure $series $Number ($seconds / $Size * 1000) ms $X
    }
}

function Measure-Create([string] $Measure, [int] $X, [int] $Size, [int] $Number, [int] $Milliseconds) {
    $prepare = {
        Clear-Emulator @{ latencyMs = $Milliseconds }
    }
    $module = { $input | New-UserAssignedIdentity -Location eastus -ThrottleLimit $ThrottleLimit }
    Measure-Pair $Measure $X $Size $Number $prepare $module '{"location":"eastus","tags":{}}'
}

function Measure-List([int] $Objects, [int] $Number) {
    Clear-Emulator
    Add-Identity $Objects
    foreach ($series in Get-Turn @('module', 'floor') $Number) {
        Clear-Garbage
        $seconds = if ($series -eq 'module') {
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $found = 0
            Get-UserAssignedIdentity -ResourceGroupName $group | & { process { $found++ } end { $script:found = $found } }
            $clock.Elapsed.TotalSeconds
        } else {
            $took = Invoke-Floor list (Get-IdentityUri)
            $script:found = $took.count
            $took.seconds
        }
        if ($script:found -ne $Objects) {
            throw "$script:found identities, expected $Objects"
        }
        Write-Sample growth-list $series $Number ($seconds / $Objects * 1000) ms $Objects
    }
}

try {
    $records = @{}
    $largest = (@($Count) + @($Throttle | ForEach-Object { $each * $_ }) | Measure-Object -Maximum).Maximum
    $inputs = foreach ($number in 1..$largest) {
        [pscustomobject]@{ ResourceGroupName = $group; Name = "input-$number" }
    }
    Connect-Module
    # What happens once in a session, and what the runtime compiles again once it is much used.
    $null = $inputs[0..999] | New-UserAssignedIdentity -Location eastus
    $null = $inputs[0..999] | Get-UserAssignedIdentity
    $null = $inputs[0..999] | Update-UserAssignedIdentity -Tag @{ round = 'none' }
    $null = Get-UserAssignedIdentity -ResourceGroupName $group

    foreach ($number in 1..$Round) {
        $sizes = $Count | Where-Object { $number -eq 1 -or $_ -le 10000 }
        foreach ($size in $sizes) {
            foreach ($null in Get-Repetition $size) {
                Measure-Create growth-create $size $size $number 0
            }
        }
        # They are there from the largest number of creates.
        foreach ($size in $sizes) {
            foreach ($null in Get-Repetition $size) {
                Measure-Pair growth-get $size $size $number {} {
                    $input | Get-UserAssignedIdentity -ThrottleLimit $ThrottleLimit
                } '{}'
            }
        }
        foreach ($size in $sizes) {
            $turn = 0
            foreach ($null in Get-Repetition $size) {
                # A tag that is there already is no update.
                Measure-Pair growth-update $size $size $number { $turn++ } {
                    $input | Update-UserAssignedIdentity -Tag @{ size = "$number $size $turn" } -ThrottleLimit $ThrottleLimit
                } "{`"tags`":{`"bare`":`"$number $size`"}}"
            }
        }
        foreach ($size in $ListCount) {
            foreach ($null in Get-Repetition $size) {
                Measure-List $size $number
            }
        }
        foreach ($ThrottleLimit in $Throttle) {
            Measure-Create throttle-create $ThrottleLimit ($each * $ThrottleLimit) $number $Latency
        }
        $ThrottleLimit = 32
    }
} catch {
    $_ | Out-String
    exit 1
}
