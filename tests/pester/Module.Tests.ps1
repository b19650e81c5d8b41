Describe 'The module' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $manifest = Test-ModuleManifest (Join-Path $ModulePath ManagedIdentity.psd1)
        $commands = Get-Command -Module ManagedIdentity
        $thisShell = [System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
    }

    It 'exports its cmdlets and nothing else' {
        $commands.CommandType | Select-Object -Unique | Should -Be Cmdlet
        $commands.Name | Sort-Object | Should -Be @(
            'Add-IdentityGroupMember'
            'Connect-ManagedIdentityService'
            'Disable-AzIdentityAlias'
            'Disconnect-ManagedIdentityService'
            'Enable-AzIdentityAlias'
            'Export-UserAssignedIdentity'
            'Get-ArmEmulator'
            'Get-AzStyleVm'
            'Get-AzStyleVmss'
            'Get-FederatedIdentityCredential'
            'Get-IdentityAssociatedResource'
            'Get-IdentityGroupMember'
            'Get-IdentityRoleAssignment'
            'Get-ManagedIdentityConnection'
            'Get-SystemAssignedIdentity'
            'Get-UserAssignedIdentity'
            'Get-VmIdentity'
            'Get-VmssIdentity'
            'Invoke-ArmRequest'
            'New-ArmDeployment'
            'New-FederatedIdentityCredential'
            'New-IdentityRoleAssignment'
            'New-UserAssignedIdentity'
            'Remove-FederatedIdentityCredential'
            'Remove-IdentityGroupMember'
            'Remove-IdentityRoleAssignment'
            'Remove-UserAssignedIdentity'
            'Start-ArmEmulator'
            'Stop-ArmEmulator'
            'Update-AzStyleVm'
            'Update-AzStyleVmss'
            'Update-FederatedIdentityCredential'
            'Update-UserAssignedIdentity'
            'Update-VmIdentity'
            'Update-VmssIdentity'
            'Wait-VmIdentity'
        )
        $manifest.ExportedAliases.Count | Should -Be 0
        $manifest.ExportedVariables.Count | Should -Be 0
    }

    It 'names in its manifest each cmdlet that the assembly has, and no wildcard' {
        $data = Import-PowerShellDataFile (Join-Path $ModulePath ManagedIdentity.psd1)
        $types = [ManagedIdentity.Models.VmIdentity].Assembly.GetExportedTypes()
        $cmdlets = foreach ($type in $types) {
            $attribute = $type.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)
            if ($attribute) {
                "$($attribute[0].VerbName)-$($attribute[0].NounName)"
            }
        }
        $data.CmdletsToExport | Sort-Object | Should -Be ($cmdlets | Sort-Object)
        $data.FunctionsToExport, $data.AliasesToExport, $data.VariablesToExport | ForEach-Object { $_.Count } | Should -Be 0, 0, 0
    }

    It 'has approved verbs and singular nouns' {
        $approved = (Get-Verb).Verb
        foreach ($command in $commands) {
            $command.Verb | Should -BeIn $approved
            # An alias and a scale set are one.
            $command.Noun | Should -Not -Match '(?<!Alia|Vms)s$'
        }
    }

    It 'is for Windows PowerShell 5.1 and PowerShell 7' {
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.CompatiblePSEditions | Sort-Object | Should -Be Core, Desktop
        $manifest.RootModule | Should -Be ManagedIdentity.dll
        $manifest.Guid | Should -Not -Be ([guid]::Empty)
    }

    It 'has one version' {
        $version = [ManagedIdentity.Models.VmIdentity].Assembly.GetName().Version
        "$($version.Major).$($version.Minor).$($version.Build)" | Should -Be "$($manifest.Version)"
    }

    It 'depends on no managed assembly that PowerShell does not bring' {
        @(Get-ChildItem $ModulePath -Recurse -Filter *.dll | Where-Object BaseName -NE managed_identity).Name | Should -Be ManagedIdentity.dll
        $references = [ManagedIdentity.Models.VmIdentity].Assembly.GetReferencedAssemblies().Name
        $references | Sort-Object | Should -Be netstandard, System.Management.Automation
    }

    It 'says what each cmdlet returns' {
        foreach ($command in $commands) {
            $command.OutputType.Count | Should -BeGreaterThan 0 -Because $command.Name
        }
    }

    It 'has the parameters that all share' {
        foreach ($command in $commands | Where-Object Noun -In 'UserAssignedIdentity', 'VmIdentity', 'VmssIdentity', 'IdentityRoleAssignment', 'IdentityAssociatedResource') {
            foreach ($name in 'SubscriptionId', 'Connection', 'ThrottleLimit') {
                $command.Parameters.Keys | Should -Contain $name -Because $command.Name
            }
            $command.Parameters.SubscriptionId.Aliases | Should -Contain Subscription
        }
        foreach ($command in $commands | Where-Object Verb -In 'New', 'Update', 'Remove', 'Start', 'Stop') {
            $command.Parameters.Keys | Should -Contain WhatIf -Because $command.Name
            $command.Parameters.Keys | Should -Contain Confirm -Because $command.Name
        }
    }

    It 'shows at most five columns' {
        $views = Select-Xml -Path (Join-Path $ModulePath ManagedIdentity.format.ps1xml) -XPath '//View'
        $views.Count | Should -BeGreaterThan 3
        foreach ($view in $views.Node) {
            @($view.SelectNodes('.//TableColumnItem')).Count | Should -BeLessOrEqual 5 -Because $view.Name
            @($view.SelectNodes('.//TableColumnHeader')).Count | Should -Be @($view.SelectNodes('.//TableColumnItem')).Count
            ($view.Name -as [type]) | Should -Not -BeNullOrEmpty
        }
    }

    It 'starts nothing when it is imported' {
        # This process has imported it and done nothing else.
        $loaded = [System.Diagnostics.Process]::GetCurrentProcess().Modules.ModuleName
        $loaded | Where-Object { $_ -like '*managed_identity*' } | Should -BeNullOrEmpty
        Get-ArmEmulator | Should -BeNullOrEmpty
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        Disconnect-ManagedIdentityService -ErrorAction SilentlyContinue
        $loaded = [System.Diagnostics.Process]::GetCurrentProcess().Modules.ModuleName
        $loaded | Where-Object { $_ -like '*managed_identity*' } | Should -BeNullOrEmpty
    }

    It 'says where its native library should be' {
        $copy = Join-Path $TestDrive ManagedIdentity
        $null = New-Item -ItemType Directory $copy
        Copy-Item (Join-Path $ModulePath '*.*') $copy -Exclude '*-*'
        $script = "Import-Module '$copy'; try { Start-ArmEmulator } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }"
        $said = & $thisShell -NoProfile -NonInteractive -Command $script
        $said[0] | Should -Be 'NativeLibraryMissing,ManagedIdentity.Commands.StartArmEmulatorCommand'
        "$said" | Should -BeLike '*managed_identity.*'
        "$said".Contains($copy) | Should -BeTrue
    }

    It 'can be removed and imported again' {
        Remove-Module ManagedIdentity
        Import-Module $ModulePath
        Connect-TestEmulator
        Remove-Module ManagedIdentity
        Import-Module $ModulePath
        (Get-VmIdentity).Name | Should -Be myVM
        Disconnect-TestEmulator
    }

    It 'is clean to PSScriptAnalyzer' {
        if (-not (Get-Module PSScriptAnalyzer -ListAvailable)) {
            Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not here'
        }
        $settings = "$PSScriptRoot/../../PSScriptAnalyzerSettings.psd1"
        # Its manifest is all the PowerShell that it has.
        Invoke-ScriptAnalyzer -Path (Join-Path $ModulePath ManagedIdentity.psd1) -Settings $settings | Out-String | Should -BeNullOrEmpty
    }
}
