# Sends the module's requests again with the bare client.

# What a request is, to compare two logs by. Links to further pages are the emulator's own.
function Get-RequestKey($Log) {
    @($Log | ForEach-Object { '{0} {1} {2}' -f $_.method, $_.path, $_.status } | Sort-Object)
}

# Sends recorded requests, and makes sure by the emulator's log that they are the same.
function Invoke-Replay($Recorded, [string] $Body, [switch] $Unchecked) {
    $file = [System.IO.Path]::GetTempFileName()
    try {
        # One array, also of a single request.
        ConvertTo-Json -InputObject @($Recorded | Select-Object method, path, status) -Compress | Set-Content $file
        Clear-EmulatorRequest
        $took = Invoke-Floor replay $Endpoint --requests $file --concurrency $ThrottleLimit --body $Body
        if (-not $Unchecked) {
            $sent = Get-RequestKey @(Get-EmulatorRequest)
            if (Compare-Object (Get-RequestKey $Recorded) $sent) {
                throw "the bare client sent other requests than the module: $($sent.Count), recorded are $(@($Recorded).Count)"
            }
        }
        $took
    } finally {
        Remove-Item $file
    }
}
