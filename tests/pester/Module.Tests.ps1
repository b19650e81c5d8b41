# Own process: it looks at what the process has loaded, and when.
Describe 'The module' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $manifest = Test-ModuleManifest (Join-Path $ModulePath ManagedIdentity.psd1)
        $commands = Get-Command -Module ManagedIdentity

        # The names of the module's native libraries that this process has loaded.
        function Get-LoadedLibrary {
            $files = [System.Diagnostics.Process]::GetCurrentProcess().Modules.FileName
            $files | Split-Path -Leaf | Where-Object { $_ -like 'managed_identity*' } |
                ForEach-Object { $_ -replace '\.[a-z]+$' } | Sort-Object -Unique
        }
    }

    It 'exports its cmdlets and nothing else' {
        $commands.CommandType | Select-Object -Unique | Should -Be Cmdlet
        $commands.Name | Sort-Object | Should -Be @(
            'Add-ArmEmulatorResource'
            'Add-ArmEmulatorResourceGroup'
            'Add-ArmEmulatorScaleSet'
            'Add-ArmEmulatorSubscription'
            'Add-ArmEmulatorVirtualMachine'
            'Add-IdentityGroupMember'
            'Connect-ManagedIdentityService'
            'Disable-AzIdentityAlias'
            'Disconnect-ManagedIdentityService'
            'Enable-AzIdentityAlias'
            'Export-UserAssignedIdentity'
            'Get-ArmEmulator'
            'Get-ArmEmulatorRequest'
            'Get-FederatedIdentityCredential'
            'Get-IdentityAppRoleAssignment'
            'Get-IdentityAssociatedResource'
            'Get-IdentityGroupMember'
            'Get-IdentityRoleAssignment'
            'Get-ManagedIdentityConnection'
            'Get-ResourceIdentity'
            'Get-SystemAssignedIdentity'
            'Get-UserAssignedIdentity'
            'Get-VmIdentity'
            'Get-VmssIdentity'
            'Invoke-ArmRequest'
            'New-ArmDeployment'
            'New-FederatedIdentityCredential'
            'New-IdentityAppRoleAssignment'
            'New-IdentityRoleAssignment'
            'New-UserAssignedIdentity'
            'Remove-FederatedIdentityCredential'
            'Remove-IdentityAppRoleAssignment'
            'Remove-IdentityGroupMember'
            'Remove-IdentityRoleAssignment'
            'Remove-UserAssignedIdentity'
            'Reset-ArmEmulator'
            'Revoke-UserAssignedIdentityToken'
            'Set-ArmEmulatorFault'
            'Set-ArmEmulatorSetting'
            'Start-ArmEmulator'
            'Stop-ArmEmulator'
            'Update-FederatedIdentityCredential'
            'Update-ResourceIdentity'
            'Update-UserAssignedIdentity'
            'Update-VmIdentity'
            'Update-VmssIdentity'
            'Wait-ResourceIdentity'
            'Wait-VmIdentity'
        )
        $manifest.ExportedAliases.Count | Should -Be 0
        $manifest.ExportedVariables.Count | Should -Be 0
    }

    It 'names in its manifests each cmdlet that the assembly has, and no wildcard' {
        $data = 'ManagedIdentity.psd1', 'Az/ManagedIdentity.Az.psd1' | ForEach-Object { Import-PowerShellDataFile (Join-Path $ModulePath $_) }
        $types = [ManagedIdentity.Models.VmIdentity].Assembly.GetExportedTypes()
        $cmdlets = foreach ($type in $types) {
            $attribute = $type.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)
            if ($attribute) {
                "$($attribute[0].VerbName)-$($attribute[0].NounName)"
            }
        }
        $data.CmdletsToExport | Sort-Object | Should -Be ($cmdlets | Sort-Object)
        foreach ($one in $data) {
            $one.FunctionsToExport, $one.AliasesToExport, $one.VariablesToExport | ForEach-Object { $_.Count } | Should -Be 0, 0, 0
        }
        $data.ModuleVersion | Select-Object -Unique | Should -Be "$($manifest.Version)"
    }

    It 'keeps the cmdlets under the names of Azure PowerShell in a module of their own, which nobody finds by chance' {
        (Import-PowerShellDataFile (Join-Path $ModulePath Az/ManagedIdentity.Az.psd1)).CmdletsToExport | Should -BeLike '*-Az*'
        Get-Command -Module ManagedIdentity -Noun Az* | Where-Object Noun -NE AzIdentityAlias | Should -BeNullOrEmpty
        Get-Module -ListAvailable $ModulePath | ForEach-Object Name | Should -Be ManagedIdentity
    }

    It 'has approved verbs and singular nouns' {
        # Through Get-Command: the analyzer does not know that Windows PowerShell has it, as a function.
        $approved = (& (Get-Command Get-Verb)).Verb
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
        $assembly = [ManagedIdentity.Models.VmIdentity].Assembly
        [System.Diagnostics.FileVersionInfo]::GetVersionInfo($assembly.Location).ProductVersion | Should -Be "$($manifest.Version)"
        # .NET would not load a second version under the same name.
        $assembly.GetName().Name | Should -Be "ManagedIdentity-$($manifest.Version)"
    }

    It 'depends on no managed assembly that PowerShell does not bring' {
        @(Get-ChildItem $ModulePath -Recurse -Filter *.dll | Where-Object BaseName -NotIn managed_identity, managed_identity_emulator).Name | Should -Be ManagedIdentity.dll
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

    It 'shows each type in a table of at most five columns' {
        $null = Get-ManagedIdentityConnection
        $views = Get-FormatData ManagedIdentity.Models.*
        $views.Count | Should -BeGreaterThan 3
        foreach ($view in $views) {
            $table, $list = $view.FormatViewDefinition.Control
            $table | Should -BeOfType System.Management.Automation.TableControl
            $list | Should -BeOfType System.Management.Automation.ListControl
            @($table.Headers).Count | Should -BeLessOrEqual 5 -Because $view.TypeName
            @($table.Rows[0].Columns).Count | Should -Be @($table.Headers).Count
            $type = $view.TypeName -as [type]
            # In a list are all properties.
            $list.Entries[0].Items.Label | Sort-Object | Should -Be ($type.GetProperties().Name | Sort-Object)
            foreach ($cell in $table.Rows[0].Columns.DisplayEntry | Where-Object ValueType -EQ Property) {
                $type.GetProperty($cell.Value) | Should -Not -BeNullOrEmpty -Because "$type has $($cell.Value)"
            }
        }
        foreach ($name in $commands.OutputType.Name | Where-Object { $_ -like 'ManagedIdentity.Models.*' } | Sort-Object -Unique) {
            # What Azure PowerShell returns is shown as it shows it.
            if ($name -notlike '*.AzureOperationResponse') {
                $views.TypeName | Should -Contain $name
            }
        }
    }

    It 'gives each session its tables, once, also after it was removed' {
        $script = @"
            Import-Module '$ModulePath'
            Get-ManagedIdentityConnection
            Remove-Module ManagedIdentity
            Import-Module '$ModulePath'
            Get-ManagedIdentityConnection
            `$type = 'ManagedIdentity.Models.VmIdentity'
            @([runspace]::DefaultRunspace.InitialSessionState.Formats.FormatData | Where-Object TypeName -EQ `$type).Count
            @(Get-FormatData `$type).Count
"@
        $sessions = 1..2 | ForEach-Object { [powershell]::Create() }
        try {
            foreach ($session in $sessions) {
                $session.AddScript($script).Invoke() | Should -Be 1, 1
                $session.HadErrors | Should -BeFalse
            }
        } finally {
            $sessions.Dispose()
        }
    }

    It 'keeps the views of a session as they are where they cannot be read again' {
        # A module whose file of views is gone since it was imported: PowerShell can read no views again.
        $other = (New-Item -ItemType Directory (Join-Path $TestDrive Other)).FullName
        Set-Content "$other/Other.format.ps1xml" '<Configuration><ViewDefinitions /></Configuration>'
        New-ModuleManifest "$other/Other.psd1" -FormatsToProcess Other.format.ps1xml
        $session = [powershell]::Create()
        try {
            $script = @"
                Import-Module '$other/Other.psd1'
                Remove-Item '$other/Other.format.ps1xml'
                Import-Module '$ModulePath'
                Get-ManagedIdentityConnection
                (Get-Command -Module ManagedIdentity).Count
                [runspace]::DefaultRunspace.InitialSessionState.Formats.FileName -like '*Other.format.ps1xml'
"@
            $found = $session.AddScript($script).Invoke()
            $found[0] | Should -Be $commands.Count
            $found[1] | Should -BeLike '*Other.format.ps1xml'
        } finally {
            $session.Dispose()
        }
    }

    It 'has no file that an execution policy judges but manifests, which Import-Module reads as data' {
        $judged = Get-ChildItem $ModulePath -Recurse -File | Where-Object Extension -In '.ps1', '.psm1', '.ps1xml', '.cdxml', '.xaml', '.psd1'
        $judged.Name | Sort-Object | Should -Be 'ManagedIdentity.Az.psd1', 'ManagedIdentity.psd1'
    }

    # Only Windows has execution policies.
    It 'is imported with its tables under the execution policy <_>' -Skip:($PSVersionTable.PSEdition -eq 'Core' -and -not $IsWindows) -ForEach @(
        'Restricted', 'AllSigned', 'RemoteSigned', 'Unrestricted', 'Bypass'
    ) {
        # Without PowerShell's own modules, which a policy may prevent from loading.
        $script = @"
            Import-Module '$ModulePath' -ErrorAction Stop
            `$env:PSExecutionPolicyPreference
            Get-ManagedIdentityConnection
            [runspace]::DefaultRunspace.InitialSessionState.Formats.FormatData.TypeName -eq 'ManagedIdentity.Models.VmIdentity'
"@
        $said = Invoke-Shell -ExecutionPolicy $_ -Command $script
        $said | Should -Be $_, 'ManagedIdentity.Models.VmIdentity'
    }

    It 'starts nothing when it is imported' {
        # This process has imported it and done nothing else.
        Get-LoadedLibrary | Should -BeNullOrEmpty
        Get-ArmEmulator | Should -BeNullOrEmpty
        Get-ManagedIdentityConnection | Should -BeNullOrEmpty
        Disconnect-ManagedIdentityService -ErrorAction SilentlyContinue
        Get-LoadedLibrary | Should -BeNullOrEmpty
    }

    # On macOS .NET does not say what a process has loaded.
    It 'loads the emulator for those who rehearse, and for nobody else' -Skip:($IsMacOS -eq $true) {
        # This process has rehearsed nothing yet. Nobody listens there: it gets as far as a request.
        $listener = New-Object System.Net.Sockets.TcpListener ([System.Net.IPAddress]::Loopback), 0
        $listener.Start()
        $endpoint = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
        $listener.Stop()
        $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure 'abc.def.ghi') -Endpoint $endpoint }
        $failure.CategoryInfo.Category | Should -Be ConnectionError
        Get-LoadedLibrary | Should -Be managed_identity
        Start-ArmEmulator -WhatIf
        Get-LoadedLibrary | Should -Be managed_identity
        try {
            $null = Start-ArmEmulator
            Get-LoadedLibrary | Should -Be managed_identity, managed_identity_emulator
        } finally {
            Get-ArmEmulator | Stop-ArmEmulator
        }
    }

    # The plants are copies of the module's own: where a library was loaded from is what tells them apart.
    It 'loads its libraries from its own folder alone, whatever lies in the current directory and on the paths' -Skip:($IsMacOS -eq $true) {
        $planted = (New-Item -ItemType Directory (Join-Path $TestDrive planted)).FullName
        Get-ChildItem $ModulePath -Recurse -File | Where-Object BaseName -In managed_identity, managed_identity_emulator | ForEach-Object {
            Copy-Item $_.FullName (Join-Path $planted $_.Name)
            Copy-Item $_.FullName (Join-Path $planted "lib$($_.Name)")
        }
        @(Get-ChildItem $planted).Count | Should -BeGreaterOrEqual 4
        $script = @"
            [System.IO.Directory]::SetCurrentDirectory('$planted')
            Set-Location '$planted'
            Import-Module '$ModulePath'
            `$null = Connect-ManagedIdentityService -Emulator
            [System.Diagnostics.Process]::GetCurrentProcess().Modules.FileName | Where-Object { `$_ -like '*managed_identity*' } | Sort-Object -Unique
"@
        $before = $env:PATH, $env:LD_LIBRARY_PATH
        try {
            $env:PATH = $planted + [System.IO.Path]::PathSeparator + $env:PATH
            $env:LD_LIBRARY_PATH = $planted
            $loaded = Invoke-Shell -Command $script
        } finally {
            $env:PATH, $env:LD_LIBRARY_PATH = $before
        }
        @($loaded).Count | Should -Be 2 -Because "$loaded"
        $own = (Get-Item $ModulePath).FullName
        foreach ($file in $loaded) {
            $file.StartsWith($own) | Should -BeTrue -Because $file
        }
    }

    It 'tells a library that is there and does not load from one that is not there' -Skip:($IsMacOS -eq $true) {
        $copy = Join-Path (New-Item -ItemType Directory (Join-Path $TestDrive broken)).FullName ManagedIdentity
        Copy-Item $ModulePath $copy -Recurse
        Get-ChildItem $copy -Recurse -File | Where-Object BaseName -EQ managed_identity | ForEach-Object {
            [System.IO.File]::WriteAllText($_.FullName, 'This is no library.')
        }
        $script = "Import-Module '$copy'; try { Connect-ManagedIdentityService -UseAzureCli } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }"
        $said = Invoke-Shell -Command $script
        $said[0] | Should -Be 'NativeLibraryUnusable,ManagedIdentity.Commands.ConnectManagedIdentityServiceCommand'
        "$said".Contains($copy) | Should -BeTrue
    }

    It 'says where <Library> should be' -ForEach @(
        @{ Library = 'managed_identity'; Command = 'Connect-ManagedIdentityService -UseAzureCli'; Class = 'ConnectManagedIdentityServiceCommand' }
        @{ Library = 'managed_identity_emulator'; Command = 'Start-ArmEmulator'; Class = 'StartArmEmulatorCommand' }
        @{ Library = 'managed_identity_emulator'; Command = 'Connect-ManagedIdentityService -Emulator'; Class = 'ConnectManagedIdentityServiceCommand' }
    ) {
        $copy = Join-Path $TestDrive ManagedIdentity
        if (-not (Test-Path $copy)) {
            $null = New-Item -ItemType Directory $copy
            Copy-Item (Join-Path $ModulePath '*.*') $copy -Exclude '*-*'
        }
        $script = "Import-Module '$copy'; try { $Command } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }"
        $said = Invoke-Shell -Command $script
        $said[0] | Should -Be "NativeLibraryMissing,ManagedIdentity.Commands.$Class"
        "$said" | Should -BeLike "*$Library.*"
        "$said".Contains($copy) | Should -BeTrue
    }

    It 'can be removed and imported again' {
        Remove-Module ManagedIdentity
        Import-Module $ModulePath
        Connect-TestEmulator
        Remove-Module ManagedIdentity
        Import-Module $ModulePath
        Connect-TestEmulator
        (Get-VmIdentity).Name | Should -Be myVM
        Disconnect-TestEmulator
    }

    It 'is clean to PSScriptAnalyzer' {
        if (-not (Get-Module PSScriptAnalyzer -ListAvailable)) {
            Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not installed'
        }
        $settings = "$PSScriptRoot/../../PSScriptAnalyzerSettings.psd1"
        # Its manifests are all the PowerShell that it has.
        Invoke-ScriptAnalyzer -Path (Join-Path $ModulePath ManagedIdentity.psd1) -Settings $settings | Out-String | Should -BeNullOrEmpty
        Invoke-ScriptAnalyzer -Path (Join-Path $ModulePath Az/ManagedIdentity.Az.psd1) -Settings $settings | Out-String | Should -BeNullOrEmpty
    }
}
