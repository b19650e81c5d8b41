Describe 'Update-UserAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group -Tag @{ env = 'prod' }
        Invoke-Emulator Delete /requests
    }

    It 'replaces the tags' {
        $identity = Update-UserAssignedIdentity -ResourceGroupName $Group -Name id1 -Tag @{ owner = 'ann' }
        $identity.Tag.Keys | Should -Be owner
        (Get-UserAssignedIdentity $Group id1).Tag.owner | Should -Be ann
    }

    It 'clears the tags' {
        (Update-UserAssignedIdentity $Group id1 -Tag @{}).Tag.Count | Should -Be 0
    }

    It 'leaves the tags when it changes the isolation scope' {
        $identity = Update-UserAssignedIdentity $Group id1 -IsolationScope Regional
        $identity.IsolationScope | Should -Be Regional
        $identity.Tag.env | Should -Be prod
    }

    It 'writes nothing when all is as wanted' {
        (Update-UserAssignedIdentity $Group id1 -Tag @{ env = 'prod' }).Name | Should -Be id1
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'takes an id' {
        (Update-UserAssignedIdentity -ResourceId (Get-IdentityId id1) -Tag @{ a = 'b' }).Tag.a | Should -Be b
    }

    It 'takes <Kind> from the pipeline' -ForEach @(
        @{ Kind = 'names'; Given = { 'id1', 'id2' | Update-UserAssignedIdentity -ResourceGroupName $Group -Tag @{ a = 'b' } } }
        @{ Kind = 'identities'; Given = { Get-UserAssignedIdentity | Update-UserAssignedIdentity -Tag @{ a = 'b' } } }
        @{ Kind = 'ids'; Given = { (Get-UserAssignedIdentity).Id | Update-UserAssignedIdentity -Tag @{ a = 'b' } } }
        @{ Kind = 'rows'; Given = { Get-UserAssignedIdentity | Select-Object ResourceGroupName, Name | Update-UserAssignedIdentity -Tag @{ a = 'b' } } }
    ) {
        $changed = & $Given
        $changed.Name | Should -Be 'id1', 'id2'
        $changed.Tag.a | Should -Be b, b
    }

    It 'replaces and removes the restriction of an identity, and keeps it otherwise' {
        $identity = Update-UserAssignedIdentity $Group id1 -AssignmentRestriction Microsoft.Compute, Microsoft.Web/sites
        $identity.AssignmentRestriction | Should -Be Microsoft.Compute, Microsoft.Web/sites
        $kept = $identity | Update-UserAssignedIdentity -Tag @{ a = 'b' } -IsolationScope Regional
        $kept.AssignmentRestriction | Should -Be Microsoft.Compute, Microsoft.Web/sites
        ($kept | Update-UserAssignedIdentity -AssignmentRestriction Microsoft.App).AssignmentRestriction | Should -Be Microsoft.App
        $cleared = $kept | Update-UserAssignedIdentity -AssignmentRestriction @()
        @($cleared.AssignmentRestriction).Count | Should -Be 0
        $cleared.IsolationScope | Should -Be Regional
        Invoke-Emulator Delete /requests
        $null = $kept | Update-UserAssignedIdentity -AssignmentRestriction @()
        Get-ChangingRequest | Should -BeNullOrEmpty
        Get-ErrorCode (Get-Failure { $kept | Update-UserAssignedIdentity -AssignmentRestriction '' }) | Should -Be InvalidAssignmentRestriction
    }

    It 'says that the cloud does not have restrictions' {
        Add-Fault @{
            pathContains = 'api-version=2026-05-31'; times = 100
            action = @{ status = 400; code = 'NoRegisteredProviderFound'; message = "The supported api-versions are '2023-01-31, 2024-11-30'." }
        }
        $null = Connect-ManagedIdentityService -Emulator
        (Update-UserAssignedIdentity $Group id1 -IsolationScope Regional).IsolationScope | Should -Be Regional
        $failure = Get-Failure { Update-UserAssignedIdentity $Group id1 -AssignmentRestriction Microsoft.Compute }
        Get-ErrorCode $failure | Should -Be NoRegisteredProviderFound
        $failure.Exception.Message | Should -BeLike '*-AssignmentRestriction needs 2026-05-31*'
        $null = Connect-ManagedIdentityService -Emulator
    }

    It 'says that nothing to change was named' {
        $failure = Get-Failure { Update-UserAssignedIdentity $Group id1 }
        $failure.FullyQualifiedErrorId | Should -Be 'MissingParameter,ManagedIdentity.Commands.UpdateUserAssignedIdentityCommand'
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike '*-Tag*-IsolationScope*'
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'does not take a variable that is empty for no tags' {
        $failure = Get-Failure { Update-UserAssignedIdentity $Group id1 -Tag $null -IsolationScope Regional }
        Get-ErrorCode $failure | Should -Be InvalidTag
    }

    It 'says that the identity is not there' {
        $failure = Get-Failure { Update-UserAssignedIdentity $Group missing -Tag @{ a = 'b' } }
        Get-ErrorCode $failure | Should -Be ResourceNotFound
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be missing
    }
}
