<#
.SYNOPSIS
How long after Azure is done Update-VmIdentity returns, how often it looks at the operation in the
first minute, and `az vm identity assign` beside it.

.DESCRIPTION
Both change a machine of their own at the same time, with operations of several lengths. The emulator's
log tells when it answered the write; the operation that this began is over its known time later, and
what passes from then until the command returns is what the user waits in vain. For the Azure CLI that
includes the end of its process.
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
    # A Python with the Azure CLI.
    [string] $AzureCli,
    [int] $Round = 3,
    # How long operations take, in seconds. Each round adds 0.3 seconds, so that the end is not at the
    # same time after a look in all of them.
    [int[]] $OperationTime = @(5, 20, 75),
    # Fewer of everything, to try.
    [switch] $Quick
)

$given = @{
    ModulePath      = $ModulePath
    Endpoint        = $Endpoint
    CertificateFile = $CertificateFile
    AzureCli        = $AzureCli
}
. "$PSScriptRoot/common.ps1" -Given $given
if ($Quick) {
    $OperationTime = @(5)
    $Round = 1
}

# How late a command was, and its looks at the operation in the first minute.
function Get-Lateness($Log, [string] $Machine, [DateTimeOffset] $Returned, [int] $Milliseconds) {
    $write = @($Log | Where-Object { $_.method -eq 'PATCH' -and $_.path -like "*/virtualMachines/$Machine`?*" })
    if ($write.Count -ne 1) {
        throw "$($write.Count) writes of $Machine, expected 1"
    }
    $answered = ([DateTimeOffset] $write[0].time).AddMilliseconds($write[0].durationMs)
    # What a client looks at: the operation, or the machine after its write. The look at what came of it
    # is no look at the operation.
    $agent = $write[0].userAgent
    $looks = @($Log | Where-Object {
            $_.userAgent -eq $agent -and $_.path -like '*/operations/*' -and
            [DateTimeOffset] $_.time -le $answered.AddSeconds(60)
        })
    [pscustomobject]@{
        Late  = ($Returned - $answered).TotalSeconds - $Milliseconds / 1000
        Looks = $looks.Count
    }
}

try {
    Connect-Module
    $series = @(Get-Series 'module', 'az')
    $machines = @{ 'module' = 'ours-00001'; 'az' = 'theirs-00001' }
    foreach ($prefix in 'ours-', 'theirs-') {
        $null = Invoke-EmulatorAdmin Post '/resources' @{
            types         = @('Microsoft.Compute/virtualMachines')
            count         = 1
            prefix        = $prefix
            resourceGroup = $group
        }
    }
    $null = New-UserAssignedIdentity -ResourceGroupName $group -Name warmup -Location eastus
    # What happens once in a session is not the waiting's time.
    $null = Invoke-EmulatorAdmin Patch '/settings' @{ operationMs = 0 }
    $null = Update-VmIdentity -ResourceGroupName $group -Name $machines['module'] -AddIdentityId warmup
    if ($series -contains 'az') {
        Connect-AzureCli
    }

    foreach ($number in 1..$Round) {
        foreach ($seconds in $OperationTime) {
            $identity = "late-$number-$seconds"
            $null = New-UserAssignedIdentity -ResourceGroupName $group -Name $identity -Location eastus
            $milliseconds = 1000 * $seconds + 300 * ($number - 1)
            $null = Invoke-EmulatorAdmin Patch '/settings' @{ operationMs = $milliseconds }
            Clear-EmulatorRequest
            $theirs = if ($series -contains 'az') {
                $words = 'vm', 'identity', 'assign', '--resource-group', $group, '--name', $machines['az'], '--identities', $identity
                $start = @{
                    FilePath     = $AzureCli
                    ArgumentList = @('-m', 'azure.cli') + $words + @('--output', 'none')
                    PassThru     = $true
                }
                Start-Process @start
            }
            $null = Update-VmIdentity -ResourceGroupName $group -Name $machines['module'] -AddIdentityId $identity
            $returned = @{ 'module' = [DateTimeOffset]::UtcNow }
            if ($theirs) {
                $theirs.WaitForExit()
                $returned['az'] = [DateTimeOffset] $theirs.ExitTime
                if ($theirs.ExitCode) {
                    throw 'az vm identity assign failed'
                }
            }
            $log = @(Get-EmulatorRequest)
            foreach ($one in $series) {
                $measured = Get-Lateness $log $machines[$one] $returned[$one] $milliseconds
                Write-Sample update-late $one $number $measured.Late s $seconds
                Write-Sample update-polls $one $number $measured.Looks requests $seconds
            }
        }
    }
} catch {
    $_ | Out-String
    exit 1
} finally {
    Disconnect-AzureCli
}
