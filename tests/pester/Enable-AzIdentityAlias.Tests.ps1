Describe 'Enable-AzIdentityAlias' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $Names = @(
            'New', 'Get', 'Update', 'Remove' | ForEach-Object { "$_-AzUserAssignedIdentity"; "$_-AzFederatedIdentityCredential"; "$_-AzFederatedIdentityCredentials" }
            'Get-AzSystemAssignedIdentity', 'Get-AzVM', 'Update-AzVM', 'Get-AzVmss', 'Update-AzVmss'
        )

        # What is loaded under these names. To be asked by name, Get-Command searches the disk.
        function Get-KnownCommand {
            Get-Command -CommandType Alias, Function, Cmdlet -ListImported | Where-Object Name -In $Names
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }
    AfterEach { Disable-AzIdentityAlias }

    It 'is never on by itself' {
        Get-KnownCommand | Should -BeNullOrEmpty
    }

    It 'sets an alias for each, and says so with -PassThru' {
        Enable-AzIdentityAlias | Should -BeNullOrEmpty
        $set = Enable-AzIdentityAlias -PassThru
        $set.Name | Sort-Object | Should -Be ($Names | Sort-Object)
        foreach ($alias in $set) {
            $alias.ResolvedCommand.ModuleName | Should -Be ManagedIdentity -Because $alias.Name
        }
    }

    It 'sets them for the session, whoever asks' {
        & { & { Enable-AzIdentityAlias } }
        New-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1 -Location eastus | Should -Not -BeNullOrEmpty
    }

    It 'lets scripts of Azure PowerShell run' {
        Enable-AzIdentityAlias
        $identity = New-AzUserAssignedIdentity -ResourceGroup $Group -Name id1 -Location eastus -Tag @{ env = 'prod' }
        $identity = Update-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1 -Tag @{ env = 'test' }
        $identity.Tag.env | Should -Be test
        (Get-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1).ClientId | Should -Be $identity.ClientId
        $credential = New-AzFederatedIdentityCredential -ResourceGroupName $Group -IdentityName id1 -Name main -Issuer https://issuer.example -Subject s1
        $credential.Audience | Should -Be api://AzureADTokenExchange
        (Get-AzFederatedIdentityCredentials -ResourceGroupName $Group -IdentityName id1 | Update-AzFederatedIdentityCredential -Subject s2).Subject | Should -Be s2
        Remove-AzFederatedIdentityCredential -ResourceGroupName $Group -IdentityName id1 -Name main
        $machine = Get-AzVM -ResourceGroupName $Group -Name $VM
        $null = Update-AzVM -ResourceGroupName $Group -VM $machine -IdentityType SystemAssignedUserAssigned -IdentityId $identity.Id
        $machine = Get-AzVM -ResourceGroupName $Group -Name $VM
        (Get-AzSystemAssignedIdentity -Scope $machine.Id).PrincipalId | Should -Be $machine.Identity.PrincipalId
        $null = Update-AzVM $Group -VM $machine -IdentityType None
        Remove-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'does not go over an Az module that is loaded, without being told' {
        $az = New-Module -Name Az.Compute -ScriptBlock { function Get-AzVM { 'the real one' } } | Import-Module -PassThru
        try {
            $failure = Get-Failure { Enable-AzIdentityAlias }
            Get-ErrorCode $failure | Should -Be AzCommandsLoaded
            $failure.CategoryInfo.Category | Should -Be ResourceExists
            $failure.Exception.Message | Should -BeLike '*Get-AzVM (Az.Compute)*-Force*'
            Get-KnownCommand | Where-Object CommandType -EQ Alias | Should -BeNullOrEmpty
            Get-AzVM | Should -Be 'the real one'

            Enable-AzIdentityAlias -Force
            (Get-AzVM -ResourceGroupName $Group).Name | Should -Be myVM
            Disable-AzIdentityAlias
            Get-AzVM | Should -Be 'the real one'
        } finally {
            Remove-Module $az
        }
    }

    It 'does not go over an alias of the user' {
        Set-Alias Get-AzVmss Get-Date -Scope Global
        try {
            Get-ErrorCode (Get-Failure { Enable-AzIdentityAlias }) | Should -Be AzCommandsLoaded
        } finally {
            Remove-Item Alias:Get-AzVmss
        }
    }

    It 'says of a parameter that it does not have: <Line>' -ForEach @(
        @{ Line = 'Update-AzVM -ResourceGroupName myResourceGroup -VM $vm -Tag @{ a = 1 }' }
        @{ Line = 'Update-AzVM -ResourceGroupName myResourceGroup -VM $vm -IdentityType SystemAssigned -EncryptionAtHost $true' }
        @{ Line = 'Update-AzVM -ResourceGroupName myResourceGroup -VM $vm' }
        @{ Line = 'Get-AzVM -ResourceGroupName myResourceGroup -Name myVM -Status' }
        @{ Line = 'New-AzUserAssignedIdentity -ResourceGroupName myResourceGroup -Name id1 -JsonString "{}"' }
        @{ Line = 'Update-AzVmss -ResourceGroupName myResourceGroup -VMScaleSetName web -SkuCapacity 3 -IdentityType SystemAssigned' }
        @{ Line = 'Get-AzVmss -ResourceGroupName myResourceGroup -InstanceView' }
    ) {
        Enable-AzIdentityAlias
        $vm = Get-AzVM -ResourceGroupName $Group -Name myVM
        Invoke-Emulator Delete /requests
        $failure = Get-Failure ([scriptblock]::Create($Line))
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It '-WhatIf sets none' {
        Enable-AzIdentityAlias -WhatIf
        Get-KnownCommand | Should -BeNullOrEmpty
    }

    It 'can be asked for under $WhatIfPreference' {
        $WhatIfPreference = $true
        Enable-AzIdentityAlias -WhatIf:$false
        $WhatIfPreference = $false
        (Get-AzVM).Name | Should -Be myVM
    }
}
