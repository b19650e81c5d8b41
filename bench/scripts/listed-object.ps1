<#
.SYNOPSIS
The processor's time for each object of a long list, from the body to the pipeline, and what each layer
has of it.

.DESCRIPTION
All are the time of a whole process, user and system, so that what other threads do is in it. The
difference of two neighbours is what a layer takes:

    read       the bare client, which finds the links alone: the network
    parsed     the bare client, which reads all fields
    library    the module's library reads them into its own types
    record     its C ABI hands them over as records
    assigned   the cmdlet makes objects of them, and writes them; a variable takes them
    pipeline   ForEach-Object takes them

`library` and `record` are those of the program `layers`, which lies beside the bare client; without it
they are not measured. What one listed object takes from the body to the pipeline is assigned less read.
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
    [int] $Round = 5,
    [int] $Count = 100000,
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
if ($Quick) {
    $Count = 10000
    $Round = [math]::Min($Round, 2)
}

$process = [System.Diagnostics.Process]::GetCurrentProcess()

function Get-ProcessorSecond {
    $process.Refresh()
    $process.TotalProcessorTime.TotalSeconds
}

# The processor's microseconds for each object that a block lists.
function Measure-Processor([scriptblock] $List) {
    Clear-Garbage
    $before = Get-ProcessorSecond
    $found = . $List
    $seconds = (Get-ProcessorSecond) - $before
    if ($found -ne $Count) {
        throw "$found identities, expected $Count"
    }
    $seconds / $Count * 1e6
}

# The same of a program that says what it took.
function Get-Microsecond($Took) {
    if ($Took.count -ne $Count) {
        throw "$($Took.count) identities, expected $Count"
    }
    $Took.cpuSeconds / $Count * 1e6
}

function Invoke-Layer([string] $Layer) {
    $env:AZURE_TENANT_ID = $seed.tenantId
    $env:AZURE_CLIENT_ID = $seed.clientId
    $env:AZURE_CLIENT_SECRET = $seed.clientSecret
    $line = & $layers $Layer $Endpoint --group $group
    if ($LASTEXITCODE) {
        throw "layers $Layer failed"
    }
    $line | ConvertFrom-Json
}

function Measure-Layer([string] $Layer) {
    switch ($Layer) {
        'read' { Get-Microsecond (Invoke-Floor list (Get-IdentityUri) --bytes) }
        'parsed' { Get-Microsecond (Invoke-Floor list (Get-IdentityUri)) }
        'assigned' {
            Measure-Processor {
                $all = @(Get-UserAssignedIdentity -ResourceGroupName $group)
                $all.Count
            }
        }
        'pipeline' {
            Measure-Processor {
                $found = 0
                Get-UserAssignedIdentity -ResourceGroupName $group | ForEach-Object { $found++ }
                $found
            }
        }
        default { Get-Microsecond (Invoke-Layer $Layer) }
    }
}

try {
    Add-Identity $Count
    "  $Count identities"
    Connect-Module
    # It is built where the bare client is, and has the ending that programs have there.
    $layers = Join-Path (Split-Path $Floor) "layers$([System.IO.Path]::GetExtension($Floor))"
    $order = 'read', 'parsed', 'library', 'record', 'assigned', 'pipeline'
    if (-not (Test-Path $layers)) {
        "  $layers is missing, so the layers of the library are not measured"
        $order = $order -notmatch 'library|record'
    }
    # What the runtime compiles again once it is much used.
    $null = Measure-Layer 'assigned'
    $null = Measure-Layer 'pipeline'

    foreach ($number in 1..$Round) {
        $took = @{}
        foreach ($layer in Get-Turn $order $number) {
            $took[$layer] = Measure-Layer $layer
        }
        Write-Sample listed-object module $number ($took['assigned'] - $took['read']) $microseconds
        foreach ($layer in $order) {
            $series = if ($layer -in 'read', 'parsed') { 'floor' } else { 'module' }
            Write-Sample "listed-object-$layer" $series $number $took[$layer] $microseconds
        }
    }
} catch {
    $_ | Out-String
    exit 1
}
