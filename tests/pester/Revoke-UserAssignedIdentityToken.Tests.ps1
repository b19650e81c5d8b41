Describe 'Revoke-UserAssignedIdentityToken' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator

        # A token that a machine's programs get for an identity.
        function Get-IdentityToken($Identity) {
            $resource = [uri]::EscapeDataString('https://management.azure.com/')
            $uri = "$((Get-ArmEmulator).Endpoint)/metadata/identity/oauth2/token?api-version=2018-02-01&resource=$resource&client_id=$($Identity.ClientId)"
            (Invoke-RestMethod $uri -Headers @{ Metadata = 'true' }).access_token
        }

        # What Resource Manager says of a token: that it is good, or the code of its error.
        function Test-IdentityToken([string] $Token) {
            $emulator = Get-ArmEmulator
            $call = @{
                Uri     = "$($emulator.Endpoint)/subscriptions/$($emulator.SubscriptionId)?api-version=2022-12-01"
                Headers = @{ Authorization = "Bearer $Token" }
            }
            try {
                $null = Invoke-RestMethod @call
                'good'
            } catch {
                (ConvertFrom-Json $_.ErrorDetails.Message).error.code
            }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = Invoke-Emulator Put /hosts/imds
        $identities = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $tokens = $identities | ForEach-Object { Get-IdentityToken $_ }
        Invoke-Emulator Delete /requests
    }

    It 'makes the tokens of an identity useless, and no others' {
        $tokens | ForEach-Object { Test-IdentityToken $_ } | Should -Be good, good
        Revoke-UserAssignedIdentityToken $Group id1 | Should -BeNullOrEmpty
        Test-IdentityToken $tokens[0] | Should -Be InvalidAuthenticationToken
        Test-IdentityToken $tokens[1] | Should -Be good
        Test-IdentityToken (Get-IdentityToken $identities[0]) | Should -Be good
        (Get-UserAssignedIdentity $Group id1).PrincipalId | Should -Be $identities[0].PrincipalId
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'names'; Given = { Revoke-UserAssignedIdentityToken $Group id1, id2 -PassThru } }
        @{ Kind = 'names from the pipeline'; Given = { 'id1', 'id2' | Revoke-UserAssignedIdentityToken -ResourceGroupName $Group -PassThru } }
        @{ Kind = 'identities'; Given = { Get-UserAssignedIdentity | Revoke-UserAssignedIdentityToken -PassThru } }
        @{ Kind = 'ids'; Given = { Revoke-UserAssignedIdentityToken -ResourceId (Get-UserAssignedIdentity).Id -PassThru } }
        @{ Kind = 'rows'; Given = { Get-UserAssignedIdentity | Select-Object ResourceGroupName, Name | Revoke-UserAssignedIdentityToken -PassThru } }
    ) {
        & $Given | Should -Be $true, $true
        $tokens | ForEach-Object { Test-IdentityToken $_ } | Should -Be InvalidAuthenticationToken, InvalidAuthenticationToken
        @(Get-ChangingRequest).path | Should -BeLike '*/revokeTokens[?]api-version=2023-07-31-preview'
    }

    It 'revokes nothing with -WhatIf' {
        Get-UserAssignedIdentity | Revoke-UserAssignedIdentityToken -PassThru -WhatIf | Should -BeNullOrEmpty
        Get-ChangingRequest | Should -BeNullOrEmpty
        $tokens | ForEach-Object { Test-IdentityToken $_ } | Should -Be good, good
    }

    It 'says that one does not exist, and goes on with the others' {
        $done = 'missing', 'id2' | Revoke-UserAssignedIdentityToken -ResourceGroupName $Group -PassThru -ErrorVariable failed -ErrorAction SilentlyContinue
        $done | Should -Be $true
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.RevokeUserAssignedIdentityTokenCommand'
        $failed[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failed[0].TargetObject | Should -Be missing
        Test-IdentityToken $tokens[1] | Should -Be InvalidAuthenticationToken
    }

    It 'sends it again after a failure in passing' {
        Add-Fault @{ method = 'POST'; pathContains = 'revokeTokens'; action = @{ status = 500 } }
        Revoke-UserAssignedIdentityToken $Group id1 -PassThru | Should -BeTrue
        @(Get-ChangingRequest).Count | Should -Be 2
    }

    It 'names the api-version that a cloud does not have' {
        Add-Fault @{
            method = 'POST'; pathContains = 'revokeTokens'
            action = @{ status = 400; code = 'NoRegisteredProviderFound'; message = "The supported api-versions are '2024-11-30'." }
        }
        $failure = Get-Failure { Revoke-UserAssignedIdentityToken $Group id1 }
        Get-ErrorCode $failure | Should -Be NoRegisteredProviderFound
        $failure.Exception.Message | Should -BeLike '*needs 2023-07-31-preview*'
    }
}
