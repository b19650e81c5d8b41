# What the measurements against an emulator in a process of its own have in common.

function Invoke-EmulatorAdmin([string] $Method, [string] $What, [hashtable] $Body) {
    $request = @{
        Method               = $Method
        Uri                  = "$endpoint/_emulator$What"
        Headers              = @{ 'x-emulator-key' = $env:EMULATOR_ADMIN_KEY }
        SkipCertificateCheck = $true
    }
    if ($Body) {
        $request.Body = $Body | ConvertTo-Json
        $request.ContentType = 'application/json'
    }
    # As the elements of the answer, and not as one array.
    Invoke-RestMethod @request | ForEach-Object { $_ }
}

# The emulator's requests to Azure; one that failed is an error.
function Get-EmulatorRequest {
    $log = @(Invoke-EmulatorAdmin Get '/requests')
    $bad = @($log | Where-Object { $_.status -eq 0 -or $_.status -ge 400 })
    if ($bad) {
        throw "$($bad.Count) requests failed; the first: $($bad[0].method) $($bad[0].path -replace '\?.*') $($bad[0].status)"
    }
    $log
}

function Write-Verdict([bool] $Kept, [string] $What) {
    "  {0}  {1}" -f $(if ($Kept) { 'PASS' } else { 'FAIL' }), $What
}
