Describe 'Disable-AzIdentityAlias' {
    BeforeAll { . "$PSScriptRoot/Common.ps1" }
    AfterEach { Disable-AzIdentityAlias }

    It 'takes away what was set, and nothing else' {
        Set-Alias Get-AzOther Get-Date -Scope Global
        Enable-AzIdentityAlias
        @(Get-Command -Module ManagedIdentity.Az).Count | Should -BeGreaterThan 10
        @(Get-Alias *-Az* | Where-Object Definition -Like 'ManagedIdentity.Az\*').Count | Should -BeGreaterThan 3
        & { Disable-AzIdentityAlias }
        Get-Alias *-Az* | Should -Be (Get-Alias Get-AzOther)
        Get-Module ManagedIdentity.Az | Should -BeNullOrEmpty
        Remove-Item Alias:Get-AzOther
    }

    It 'does nothing where nothing is set' {
        Disable-AzIdentityAlias | Should -BeNullOrEmpty
    }

    It 'leaves an alias that the user has made of one of the names' {
        Enable-AzIdentityAlias
        Set-Alias Get-AzVM Get-Date -Scope Global
        Disable-AzIdentityAlias
        (Get-Alias Get-AzVM).Definition | Should -Be Get-Date
        Remove-Item Alias:Get-AzVM
    }

    It '-WhatIf takes none away' {
        Enable-AzIdentityAlias
        Disable-AzIdentityAlias -WhatIf
        (Get-Command Get-AzVM).ModuleName | Should -Be ManagedIdentity.Az
    }
}
