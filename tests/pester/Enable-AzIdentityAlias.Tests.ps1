Describe 'Enable-AzIdentityAlias' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $Names = @(
            'New', 'Get', 'Update', 'Remove' | ForEach-Object { "$_-AzUserAssignedIdentity"; "$_-AzFederatedIdentityCredential"; "$_-AzFederatedIdentityCredentials" }
            'Get-AzSystemAssignedIdentity', 'Get-AzVM', 'Update-AzVM', 'Get-AzVmss', 'Update-AzVmss'
        )

        function Get-Cmdlet($Command) {
            if ($Command -is [System.Management.Automation.AliasInfo]) { $Command.ResolvedCommand } else { $Command }
        }

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
        foreach ($one in $set) {
            $cmdlet = Get-Cmdlet $one
            $cmdlet.ModuleName | Should -Be ManagedIdentity.Az -Because $one.Name
            # The names with an s are aliases in Azure PowerShell, too.
            $cmdlet.Name | Should -Be ($one.Name -replace 'Credentials$', 'Credential')
        }
    }

    It 'sets them for the session, whoever asks' {
        & { & { Enable-AzIdentityAlias } }
        New-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1 -Location eastus | Should -Not -BeNullOrEmpty
    }

    It 'leaves the variables of the caller as they are' {
        $name, $value, $path, $module = 1..4
        Enable-AzIdentityAlias
        Disable-AzIdentityAlias
        $name, $value, $path, $module | Should -Be @(1..4)
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
            Get-KnownCommand | Where-Object CommandType -NE Function | Should -BeNullOrEmpty
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

    It 'keeps the names where a module of Azure PowerShell can be imported later' {
        $modules = (New-Item -ItemType Directory (Join-Path $TestDrive "modules/Az.Compute")).Parent.FullName
        Set-Content "$modules/Az.Compute/Az.Compute.psm1" 'function Get-AzVM { "the real one" }; function Get-AzVMSize { "a size" }'
        New-ModuleManifest "$modules/Az.Compute/Az.Compute.psd1" -RootModule Az.Compute.psm1 -ModuleVersion 10.0.0 -FunctionsToExport Get-AzVM, Get-AzVMSize
        $before = $env:PSModulePath
        $env:PSModulePath = $modules + [System.IO.Path]::PathSeparator + $before
        try {
            Enable-AzIdentityAlias
            # PowerShell imports the module by itself.
            Get-AzVMSize | Should -Be 'a size'
            Get-Module Az.Compute | Should -Not -BeNullOrEmpty
            (Get-AzVM -ResourceGroupName $Group).Name | Should -Be myVM
            (Get-Failure { Get-AzVM -ResourceGroupName $Group -Name missing }).CategoryInfo.Activity | Should -Be Get-AzVM
            Disable-AzIdentityAlias
            Get-AzVM | Should -Be 'the real one'
        } finally {
            Remove-Module Az.Compute -ErrorAction SilentlyContinue
            $env:PSModulePath = $before
        }
    }

    It 'shows the cmdlets behind the names nowhere but under the names' {
        Enable-AzIdentityAlias
        Get-Command -Module ManagedIdentity | Where-Object Noun -Like Az* | ForEach-Object Name |
            Should -Be Disable-AzIdentityAlias, Enable-AzIdentityAlias
        (Get-Command Update-AzVM).ImplementingType.Name | Should -Be UpdateAzVMCommand
        (Get-Help Update-AzVM).Name | Should -Be Update-AzVM
        (Get-Help New-AzUserAssignedIdentity).Name | Should -Be New-AzUserAssignedIdentity
        (Get-Help New-AzUserAssignedIdentity -Parameter Connection).aliases | Should -BeLike '*DefaultProfile*'
        Disable-AzIdentityAlias
        Get-Module ManagedIdentity.Az | Should -BeNullOrEmpty
        Get-KnownCommand | Should -BeNullOrEmpty
    }

    It 'gives errors the name that was typed: <Line>' -ForEach @(
        @{ Line = 'Get-AzVM -ResourceGroupName myResourceGroup -Name missing'; Name = 'Get-AzVM'; Id = 'ResourceNotFound,ManagedIdentity.AzCommands.GetAzVMCommand' }
        @{ Line = 'Update-AzVM -ResourceGroupName myResourceGroup -VM missing -IdentityType SystemAssigned'; Name = 'Update-AzVM'; Id = 'ResourceNotFound,ManagedIdentity.AzCommands.UpdateAzVMCommand' }
        @{ Line = 'Update-AzVmss -ResourceGroupName myResourceGroup -VMScaleSetName missing -IdentityType SystemAssigned'; Name = 'Update-AzVmss'; Id = 'ResourceNotFound,ManagedIdentity.AzCommands.UpdateAzVmssCommand' }
        @{ Line = 'New-AzUserAssignedIdentity -ResourceGroupName missing -Name id1'; Name = 'New-AzUserAssignedIdentity'; Id = 'ResourceGroupNotFound,ManagedIdentity.AzCommands.NewAzUserAssignedIdentityCommand' }
        @{ Line = 'Update-AzVM -ResourceGroupName myResourceGroup -VM missing -IdentityType SystemAssigned -AsJob | Receive-Job -Wait -AutoRemoveJob'; Name = 'Update-AzVM'; Id = 'ResourceNotFound,ManagedIdentity.AzCommands.UpdateAzVMCommand' }
    ) {
        Enable-AzIdentityAlias
        $failure = Get-Failure ([scriptblock]::Create($Line))
        $failure.FullyQualifiedErrorId | Should -Be $Id
        $failure.CategoryInfo.Activity | Should -Be $Name
        $failure.InvocationInfo.MyCommand.Name | Should -Be $Name
        "$failure" | Should -Not -BeLike '*AzStyle*'
    }

    It 'takes a connection by -DefaultProfile, and by its other names' {
        Enable-AzIdentityAlias
        $first = Get-ManagedIdentityConnection
        $second = '44444444-cc2c-dd3d-ee4e-ffffff5f5f5f'
        $null = Invoke-Emulator Post /subscriptions @{ id = $second; name = 'Second' }
        $other = Connect-ManagedIdentityService -Emulator -SubscriptionId $second
        try {
            Get-AzVM | Should -BeNullOrEmpty
            (Get-AzVM -DefaultProfile $first).Name | Should -Be myVM
            (Get-AzVM -AzContext $first).Name | Should -Be myVM
            (Get-AzVM -AzureRmContext $first).Name | Should -Be myVM
            $identity = New-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1 -Location eastus -AzureCredential $first
            $identity.Id | Should -BeLike "/subscriptions/$($first.SubscriptionId)/*"
        } finally {
            Disconnect-ManagedIdentityService -Connection $other
            Clear-Emulator
            $null = Connect-ManagedIdentityService -Emulator
            Disconnect-ManagedIdentityService -Connection $first
        }
    }

    It 'runs as a job under these names' {
        Enable-AzIdentityAlias
        $identity = New-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1 -Location eastus -AsJob | Receive-Job -Wait -AutoRemoveJob
        $job = Update-AzVM -ResourceGroupName $Group -VM (Get-AzVM $Group $VM) -IdentityType UserAssigned -IdentityId $identity.Id -AsJob
        $job.Command | Should -Be Update-AzVM
        ($job | Wait-Job | Receive-Job -AutoRemoveJob -Wait).IsSuccessStatusCode | Should -BeTrue
        (Get-AzVM $Group $VM).Identity.UserAssignedIdentities.Keys | Should -Be $identity.Id
        Remove-AzUserAssignedIdentity -ResourceGroupName $Group -Name id1 -PassThru -AsJob | Receive-Job -Wait -AutoRemoveJob | Should -BeTrue
    }

    It 'reads by location, and keeps the hint of a view' {
        Enable-AzIdentityAlias
        (Get-AzVM -Location 'East US').Name | Should -Be myVM
        Get-AzVM -Location westus | Should -BeNullOrEmpty
        $vm = Get-AzVM -ResourceGroupName $Group -Name myVM -DisplayHint Expand
        $vm.DisplayHint | Should -Be Expand
        (Update-AzVM -ResourceGroupName $Group -VM $vm -IdentityType SystemAssigned).IsSuccessStatusCode | Should -BeTrue
        (Get-AzVM -Status:$false).Name | Should -Be myVM
    }

    # The parameters of the cmdlets of Azure PowerShell, as the help pages in Azure/azure-powershell list them.
    It 'takes or refuses each parameter of <Name>' -ForEach @(
        @{ Name = 'Get-AzVM'; Az = 'Az.Compute'; Parameters = 'ResourceGroupName Name Status NextLink Location DisplayHint UserData ResourceId DefaultProfile' }
        @{ Name = 'Get-AzVmss'; Az = 'Az.Compute'; Parameters = 'ResourceGroupName VMScaleSetName InstanceView OSUpgradeHistory UserData ResourceId DefaultProfile' }
        @{
            Name = 'Update-AzVM'; Az = 'Az.Compute'
            Parameters = 'ResourceGroupName Id VM Tag IdentityType IdentityId OsDiskWriteAccelerator UltraSSDEnabled MaxPrice EncryptionAtHost ProximityPlacementGroupId VirtualMachineScaleSetId HostId CapacityReservationGroupId AsJob NoWait UserData HibernationEnabled vCPUCountAvailable vCPUCountPerCore SecurityType EnableVtpm EnableSecureBoot IfMatch IfNoneMatch AlignRegionalDisksToVMZone DefaultProfile WhatIf Confirm'
        }
        @{
            Name = 'Update-AzVmss'; Az = 'Az.Compute'
            Parameters = 'ResourceGroupName VMScaleSetName VirtualMachineScaleSet AutomaticOSUpgrade AutomaticRepairGracePeriod AutomaticRepairMaxInstanceRepairsPercent EnableAutomaticRepair AutomaticRepairAction BootDiagnosticsEnabled BootDiagnosticsStorageUri CustomData DisableAutoRollback DisablePasswordAuthentication EnableAutomaticUpdate IdentityId IdentityType ImageReferenceId ImageReferenceOffer ImageReferencePublisher ImageReferenceSku ImageReferenceVersion ImageUri LicenseType ManagedDiskStorageAccountType MaxBatchInstancePercent MaxPrice MaxUnhealthyInstancePercent MaxUnhealthyUpgradedInstancePercent OsDiskCaching OsDiskWriteAccelerator Overprovision ScaleInPolicyForceDeletion PauseTimeBetweenBatches PlanName PlanProduct PlanPromotionCode PlanPublisher ProvisionVMAgent ProximityPlacementGroupId ScaleInPolicy SinglePlacementGroup SkipExtensionsOnOverprovisionedVMs SkuCapacity SkuName SkuTier Tag TerminateScheduledEventNotBeforeTimeoutInMinutes TerminateScheduledEvents TimeZone UltraSSDEnabled UpgradePolicyMode VhdContainer EncryptionAtHost CapacityReservationGroupId UserData OSImageScheduledEventEnabled OSImageScheduledEventNotBeforeTimeoutInMinutes BaseRegularPriorityCount RegularPriorityPercentage SecurityType EnableVtpm EnableSecureBoot IfMatch IfNoneMatch SharedGalleryImageId SkuProfileVmSize SkuProfileAllocationStrategy EnableResilientVMCreate EnableResilientVMDelete AsJob DefaultProfile WhatIf Confirm'
        }
        @{ Name = 'New-AzUserAssignedIdentity'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name ResourceGroupName SubscriptionId Location Tag AsJob JsonFilePath JsonString DefaultProfile WhatIf Confirm Break HttpPipelineAppend HttpPipelinePrepend Proxy ProxyCredential ProxyUseDefaultCredentials' }
        @{ Name = 'Get-AzUserAssignedIdentity'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name ResourceGroupName SubscriptionId InputObject DefaultProfile Break HttpPipelineAppend HttpPipelinePrepend Proxy ProxyCredential ProxyUseDefaultCredentials' }
        @{ Name = 'Update-AzUserAssignedIdentity'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name ResourceGroupName SubscriptionId InputObject Tag JsonFilePath JsonString DefaultProfile WhatIf Confirm Break Proxy' }
        @{ Name = 'Remove-AzUserAssignedIdentity'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name ResourceGroupName SubscriptionId InputObject PassThru AsJob DefaultProfile WhatIf Confirm Break Proxy' }
        @{ Name = 'New-AzFederatedIdentityCredential'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name IdentityName ResourceGroupName SubscriptionId Audience Issuer Subject JsonFilePath JsonString DefaultProfile WhatIf Confirm Break Proxy' }
        @{ Name = 'Get-AzFederatedIdentityCredential'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name IdentityName ResourceGroupName SubscriptionId Skiptoken Top InputObject DefaultProfile Break Proxy' }
        @{ Name = 'Update-AzFederatedIdentityCredential'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name IdentityName ResourceGroupName SubscriptionId Audience Issuer Subject InputObject UserAssignedIdentityInputObject Parameter JsonFilePath JsonString DefaultProfile WhatIf Confirm Break Proxy' }
        @{ Name = 'Remove-AzFederatedIdentityCredential'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Name IdentityName ResourceGroupName SubscriptionId InputObject PassThru DefaultProfile WhatIf Confirm Break Proxy' }
        @{ Name = 'Get-AzSystemAssignedIdentity'; Az = 'Az.ManagedServiceIdentity'; Parameters = 'Scope DefaultProfile Break Proxy' }
    ) {
        Enable-AzIdentityAlias
        $command = Get-Cmdlet (Get-Command $Name)
        $has = @($command.Parameters.Values.Name) + @($command.Parameters.Values.Aliases)
        # What a parameter set must have.
        $needed = @{
            'Update-AzVM' = @{ VM = 'myVM' }; 'Update-AzVmss' = @{ VMScaleSetName = 'web' }; 'New-AzUserAssignedIdentity' = @{ ResourceGroupName = 'g'; Name = 'n' }
            'New-AzFederatedIdentityCredential' = @{ Name = 'n'; Issuer = 'i'; Subject = 's' }; 'Get-AzSystemAssignedIdentity' = @{ Scope = '/' }
        }[$Name]
        if (-not $needed -and $Name -match '^(Update|Remove)') { $needed = @{ InputObject = 'x' } }
        if (-not $needed) { $needed = @{} }
        Invoke-Emulator Delete /requests
        $wrong = foreach ($parameter in -split $Parameters | Where-Object { $_ -notin $has }) {
            $failure = Get-Failure ([scriptblock]::Create("& $Name @needed -$parameter value"))
            if (@($failure).Count -ne 1 -or (Get-ErrorCode $failure) -ne 'UnsupportedParameter' -or
                $failure.Exception.Message -notlike "$Name of this module does not support -${parameter}: *use $Az\$Name of Azure PowerShell.") {
                "-${parameter}: $failure"
            }
        }
        $wrong | Should -BeNullOrEmpty
        Get-ArmRequest | Should -BeNullOrEmpty
        Get-ErrorCode (Get-Failure { & $Name @needed -Nonsense 1 }) | Should -Be UnknownParameter
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
