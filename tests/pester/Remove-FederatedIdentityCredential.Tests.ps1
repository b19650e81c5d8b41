Describe 'Remove-FederatedIdentityCredential' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        Edit-EmulatorSetting @{ federatedWriteMs = 5 }
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        foreach ($name in 'main', 'stage', 'pr1') {
            $null = Get-UserAssignedIdentity | New-FederatedIdentityCredential -Name $name -Issuer https://issuer.example -Subject $name
        }
        Invoke-Emulator Delete /requests
    }

    It 'deletes by name, by id and by object' {
        Remove-FederatedIdentityCredential $Group id1 main | Should -BeNullOrEmpty
        $stage = Get-FederatedIdentityCredential $Group id1 stage
        Remove-FederatedIdentityCredential -ResourceId $stage.Id -PassThru | Should -BeTrue
        Get-FederatedIdentityCredential $Group id1 | Remove-FederatedIdentityCredential
        Get-FederatedIdentityCredential $Group id1 | Should -BeNullOrEmpty
        @(Get-FederatedIdentityCredential $Group id2).Count | Should -Be 3
    }

    It 'deletes all of all identities, one at a time under each' {
        $gone = Get-UserAssignedIdentity | Get-FederatedIdentityCredential | Remove-FederatedIdentityCredential -PassThru
        $gone.Count | Should -Be 6
        (Get-ArmRequest).status | Should -Not -Contain 409
    }

    It 'takes names and rows from the pipeline' {
        'main', 'stage' | Remove-FederatedIdentityCredential $Group id1
        'ResourceGroupName,IdentityName,Name', "$Group,id2,main" | ConvertFrom-Csv | Remove-FederatedIdentityCredential
        (Get-UserAssignedIdentity | Get-FederatedIdentityCredential).Name | Sort-Object | Should -Be pr1, pr1, stage
    }

    It 'reports one that is not there, and goes on' {
        $failure = Get-Failure { 'main', 'missing', 'stage' | Remove-FederatedIdentityCredential $Group id1 }
        Get-ErrorCode $failure | Should -Be ResourceNotFound
        $failure.TargetObject | Should -Be missing
        (Get-FederatedIdentityCredential $Group id1).Name | Should -Be pr1
    }

    It '-WhatIf deletes nothing' {
        Get-FederatedIdentityCredential $Group id1 | Remove-FederatedIdentityCredential -WhatIf
        Get-ChangingRequest | Should -BeNullOrEmpty
    }
}
