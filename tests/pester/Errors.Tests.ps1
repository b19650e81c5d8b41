Describe 'Errors' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator

        # The next write of an identity is refused with this error.
        function Add-Refusal([int] $Status, [hashtable] $ErrorBody) {
            Add-Fault @{
                method       = 'PUT'
                pathContains = 'userAssignedIdentities'
                action       = @{
                    status      = $Status
                    body        = ConvertTo-Json @{ error = $ErrorBody } -Depth 9
                    contentType = 'application/json'
                }
            }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }

    It 'says what is wrong first, and keeps the request in properties' {
        $failure = Get-Failure { Get-VmIdentity -ResourceGroupName $Group -Name nope }
        $exception = $failure.Exception
        $exception.Message | Should -BeLike "There is no virtual machine 'nope' in resource group '$Group'. *"
        $exception.Message | Should -Not -Match 'HTTP|http|request id|/subscriptions/'
        $exception.Request | Should -BeLike 'GET /subscriptions/*/virtualMachines/nope'
        $exception.HttpStatus | Should -Be 404
        { [guid] $exception.RequestId } | Should -Not -Throw
        $exception.CorrelationId | Should -Not -BeNullOrEmpty
        ($exception.RawError | ConvertFrom-Json).error.code | Should -Be ResourceNotFound
    }

    It 'names the policy that denies' {
        $info = @{ policyAssignmentDisplayName = 'EU only'; policyAssignmentId = '/providers/x/eu'; policyDefinitionName = 'locations' }
        Add-Refusal 403 @{
            code           = 'RequestDisallowedByPolicy'
            message        = "Resource 'id1' was disallowed by policy."
            details        = $null
            additionalInfo = @(@{ type = 'PolicyViolation'; info = $info })
        }
        $failure = Get-Failure { New-UserAssignedIdentity $Group id1 }
        Get-ErrorCode $failure | Should -Be RequestDisallowedByPolicy
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
        $failure.Exception.Message | Should -BeLike "*'EU only' (/providers/x/eu) with policy definition 'locations'*"
        $failure.Exception.Message | Should -Not -BeLike '*Ask for a role*'
    }

    It 'shows the answer with -Debug, and as JSON' {
        Add-Refusal 400 @{ code = 'Unheard'; message = 'No.'; innererror = @{ detail = 'the cause' } }
        $DebugPreference = 'Continue'
        $streams = New-UserAssignedIdentity $Group id1 -ErrorVariable failure -ErrorAction SilentlyContinue 5>&1
        $DebugPreference = 'SilentlyContinue'
        ($streams -join "`n") | Should -BeLike 'PUT */id1 HTTP 400, request id *"the cause"*'
        $json = $failure[0].Exception | Select-Object Code, HttpStatus, Request, RawError | ConvertTo-Json | ConvertFrom-Json
        $json.Code | Should -Be Unheard
        $json.RawError | Should -BeLike '*the cause*'
    }

    It 'says that a write may have been carried out' {
        Add-Fault @{ method = 'PUT'; pathContains = 'userAssignedIdentities'; action = @{ status = 201; body = '{"id":'; contentType = 'application/json' } }
        $failure = Get-Failure { New-UserAssignedIdentity $Group id1 }
        $failure.Exception.Message | Should -BeLike '*Azure may have completed the request*'
    }
}
