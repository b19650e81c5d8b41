<#
.SYNOPSIS
Prints what may make another machine's figures differ, and the day, as JSON. No name of the host.
#>
$ErrorActionPreference = 'Stop'

$processor = if ($IsMacOS) {
    sysctl -n machdep.cpu.brand_string
} elseif ($IsLinux) {
    # Some processors of other makers have no name there.
    (Select-String -Path /proc/cpuinfo -Pattern '^model name\s*:\s*(.+)$' | Select-Object -First 1).Matches.Groups[1].Value
} else {
    (Get-CimInstance Win32_Processor | Select-Object -First 1).Name
}
if (-not $processor) {
    $processor = [System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture
}
@{
    date    = [datetime]::UtcNow.ToString('yyyy-MM-dd')
    machine = @{
        cores     = [Environment]::ProcessorCount
        processor = "$processor".Trim()
        memoryGb  = [math]::Round([GC]::GetGCMemoryInfo().TotalAvailableMemoryBytes / 1GB)
        os        = [System.Runtime.InteropServices.RuntimeInformation]::OSDescription
        versions  = @{ PowerShell = "$($PSVersionTable.PSVersion)" }
    }
} | ConvertTo-Json -Depth 5
