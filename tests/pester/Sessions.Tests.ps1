# Own process: it begins jobs in processes of their own, and imports a second version of the module in one of them.
Describe 'A connection in another session' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $connection = Get-ManagedIdentityConnection
        $endpoint = (Get-ArmEmulator).Endpoint

        # What an object becomes on its way to another process.
        function Copy-ThroughText($Object) {
            [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($Object))
        }
    }
    AfterAll {
        Get-Job | Remove-Job -Force
        Disconnect-TestEmulator
    }

    Context 'of another process' {
        It 'says in a job of Start-Job how to connect there, and that command works' {
            $job = Start-Job {
                Import-Module $using:ModulePath
                try {
                    Get-VmIdentity -Connection $using:connection
                } catch {
                    $command = $_.Exception.Message -replace '.*: (?=Connect-)'
                    @{ Id = $_.FullyQualifiedErrorId; Category = "$($_.CategoryInfo.Category)"; Message = $_.Exception.Message; Command = $command }
                    $null = & ([scriptblock]::Create($command))
                    (Get-VmIdentity).Name
                }
            }
            $said, $name = $job | Receive-Job -Wait -AutoRemoveJob
            $said.Id | Should -Be 'ConnectionCopied,ManagedIdentity.Commands.GetVmIdentityCommand'
            $said.Category | Should -Be AuthenticationError
            $said.Message | Should -BeLike '-Connection is of another process, or of another version of the module: its sign-in is not here. Connect in this job or session: *'
            $said.Command | Should -Be "Connect-ManagedIdentityService -Emulator -Endpoint $endpoint -SubscriptionId $($connection.SubscriptionId)"
            $name | Should -Be $VM
        }

        It 'says how, by the kind of the sign-in: <AccountType>' -ForEach @(
            @{ AccountType = 'ServicePrincipal'; Command = 'Connect-ManagedIdentityService -ServicePrincipal -Credential $using:credential -Tenant t1 -SubscriptionId s1' }
            @{ AccountType = 'ManagedService'; Command = 'Connect-ManagedIdentityService -Identity -SubscriptionId s1' }
            @{ AccountType = 'AccessToken'; Command = 'Connect-ManagedIdentityService -AccessToken $using:token -SubscriptionId s1' }
            @{ AccountType = 'AzureCli'; Command = 'Connect-ManagedIdentityService -UseAzureCli -SubscriptionId s1' }
            @{ AccountType = 'AzurePowerShell'; Command = 'Connect-ManagedIdentityService -UseAzContext -SubscriptionId s1' }
            @{ AccountType = 'User'; Command = 'Connect-ManagedIdentityService -UseDeviceAuthentication -Tenant t1 -SubscriptionId s1' }
        ) {
            $copy = [pscustomobject] @{ AccountType = $AccountType; TenantId = 't1'; SubscriptionId = 's1'; Environment = 'AzureCloud'; Endpoint = 'https://management.azure.com' }
            $copy.PSTypeNames.Insert(0, 'Deserialized.ManagedIdentity.Models.ManagedIdentityConnection')
            $failure = Get-Failure { Get-VmIdentity -Connection $copy }
            Get-ErrorCode $failure | Should -Be ConnectionCopied
            $failure.Exception.Message | Should -BeLike "*: $($Command.Replace('[', '`['))"
            $failure.TargetObject.AccountType | Should -Be $AccountType
        }

        It 'is refused by <Line>' -ForEach @(
            @{ Line = 'Update-VmIdentity $Group $VM -EnableSystemAssigned -Connection $copy' }
            @{ Line = 'Update-VmIdentity $Group $VM -EnableSystemAssigned -Connection $copy -AsJob' }
            @{ Line = 'Get-UserAssignedIdentity -DefaultProfile $copy' }
            @{ Line = 'Disconnect-ManagedIdentityService -Connection $copy' }
            @{ Line = '$copy | Disconnect-ManagedIdentityService' }
        ) {
            $copy = Copy-ThroughText $connection
            Invoke-Emulator Delete /requests
            $failures = @(Get-Failure ([scriptblock]::Create($Line)))
            $failures.Count | Should -Be 1
            Get-ErrorCode $failures[0] | Should -Be ConnectionCopied
            Get-ArmRequest | Should -BeNullOrEmpty
            $connection.IsConnected | Should -BeTrue
        }

        It 'says of anything else what is expected: <Given>' -ForEach @(
            @{ Given = '''prod'''; Kind = 'a string' }
            @{ Given = '([pscustomobject] @{ Account = 1 })'; Kind = 'an object of the type PSCustomObject' }
            @{ Given = '([uri] "https://management.azure.com")'; Kind = 'an object of the type Uri' }
        ) {
            $failure = Get-Failure ([scriptblock]::Create("Get-VmIdentity -DefaultProfile $Given"))
            @($failure).Count | Should -Be 1
            $failure.Exception.Message | Should -BeLike "*'Connection'*It is a connection*not ${Kind}: *Connect-ManagedIdentityService -UseAzContext*"
        }

        It 'passes none of its secrets to a copy' {
            $text = [System.Management.Automation.PSSerializer]::Serialize($connection, 5)
            $text | Should -Not -Match ([regex]::Escape((Get-EmulatorFact).clientSecret))
            $text | Should -Not -Match 'Client<|Certificate|Token'
        }
    }

    Context 'of this process' {
        It 'works in ForEach-Object -Parallel, with $using:' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
            $module, $one, $group, $vm = $ModulePath, $connection, $Group, $VM
            $found = 1..6 | ForEach-Object -Parallel {
                Import-Module $using:module
                (Get-VmIdentity -ResourceGroupName $using:group -Name $using:vm -Connection $using:one).Name
            } -ThrottleLimit 6
            $found | Should -Be @(1..6 | ForEach-Object { $VM })
        }

        It 'changes one machine from several runspaces, and loses nothing' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
            $null = 1..6 | ForEach-Object { "par$_" } | New-UserAssignedIdentity -ResourceGroupName $Group
            $module, $one, $group, $vm = $ModulePath, $connection, $Group, $VM
            $null = 1..6 | ForEach-Object -Parallel {
                Import-Module $using:module
                Update-VmIdentity -ResourceGroupName $using:group -Name $using:vm -AddIdentityId "par$_" -Connection $using:one
            } -ThrottleLimit 6
            (Get-VmIdentity $Group $VM).UserAssignedIdentity.Name | Sort-Object | Should -Be @(1..6 | ForEach-Object { "par$_" })
        }

        It 'works in a runspace that the caller opens' {
            $shell = [powershell]::Create()
            $null = $shell.AddScript('param($Module, $Connection) Import-Module $Module; (Get-VmIdentity -Connection $Connection).Name').AddArgument($ModulePath).AddArgument($connection)
            $shell.Invoke() | Should -Be $VM
            $shell.Dispose()
        }
    }

    Context 'and objects from there' {
        BeforeAll {
            # A machine in the shape of Azure PowerShell.
            function Get-AzStyle {
                Enable-AzIdentityAlias
                Get-AzVM -ResourceGroupName $Group -Name $VM
                Disable-AzIdentityAlias
            }
        }

        It 'stand for the same resources in the cmdlets of this process' {
            $job = Start-Job {
                Import-Module $using:ModulePath
                $null = Connect-ManagedIdentityService -Emulator -Endpoint $using:endpoint
                Get-VmIdentity -ResourceGroupName $using:Group -Name $using:VM
                Get-UserAssignedIdentity -ResourceGroupName $using:Group -Name id1
            }
            $machine, $identity = $job | Receive-Job -Wait -AutoRemoveJob
            $machine.PSTypeNames[0] | Should -Be Deserialized.ManagedIdentity.Models.VmIdentity
            $changed = $machine | Update-VmIdentity -AddIdentityId $identity -EnableSystemAssigned
            $changed.UserAssignedIdentity.Name | Should -Contain id1
            (Copy-ThroughText $changed | Get-VmIdentity).Name | Should -Be $VM
            (Copy-ThroughText $changed.UserAssignedIdentity[0] | Get-UserAssignedIdentity).Name | Should -Be $changed.UserAssignedIdentity[0].Name
            $role = Copy-ThroughText $changed | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
            $role.PrincipalId | Should -Be $changed.PrincipalId
            { Copy-ThroughText $role | Remove-IdentityRoleAssignment -Confirm:$false } | Should -Not -Throw
            $credential = New-FederatedIdentityCredential $Group id1 main -Issuer https://issuer.example -Subject s1
            (Copy-ThroughText $credential | Update-FederatedIdentityCredential -Subject s2).Subject | Should -Be s2
            Copy-ThroughText $credential | Remove-FederatedIdentityCredential -Confirm:$false
            (Copy-ThroughText (Get-AzStyle) | Update-VmIdentity -DisableSystemAssigned).PrincipalId | Should -BeNullOrEmpty
        }
    }

    Context 'of another version of the module' {
        BeforeAll {
            $first = (Get-Item $ModulePath).FullName
            $version = (Import-PowerShellDataFile (Join-Path $first ManagedIdentity.psd1)).ModuleVersion
            $otherVersion = '9' + $version.Substring(1)
            $second = Join-Path (New-Item -ItemType Directory (Join-Path $TestDrive second)).FullName ManagedIdentity
            Copy-Item $first $second -Recurse
            foreach ($manifest in 'ManagedIdentity.psd1', 'Az/ManagedIdentity.Az.psd1' | ForEach-Object { Join-Path $second $_ }) {
                (Get-Content $manifest -Raw).Replace("'$version'", "'$otherVersion'") | Set-Content $manifest
            }
            # What another version has in its assembly: its name, and the version of the product. Each is as long as before.
            $latin = [System.Text.Encoding]::GetEncoding(28591)
            $file = Join-Path $second ManagedIdentity.dll
            $text = $latin.GetString([System.IO.File]::ReadAllBytes($file))
            $text = $text.Replace("ManagedIdentity-$version", "ManagedIdentity-$otherVersion")
            $length = [char] $version.Length
            $text = $text.Replace("$([char] 1)$([char] 0)$length$version", "$([char] 1)$([char] 0)$length$otherVersion")
            [System.IO.File]::WriteAllBytes($file, $latin.GetBytes($text))
        }

        It 'says so in one sentence at the first call, whichever comes second' {
            foreach ($pair in @($first, $version, $second, $otherVersion), @($second, $otherVersion, $first, $version)) {
                $said = Invoke-Shell -Command @"
                    Import-Module '$($pair[0])'
                    Import-Module '$($pair[2])' 2>`$null
                    foreach (`$call in { Connect-ManagedIdentityService -Emulator }, { Get-VmIdentity }, { Start-ArmEmulator }) {
                        try { & `$call } catch { `$_.FullyQualifiedErrorId -replace ',.*'; `$_.Exception.Message }
                    }
"@
                $said[0, 2, 4] | Should -Be TwoModuleVersions, TwoModuleVersions, TwoModuleVersions
                foreach ($one in $said[1, 3, 5]) {
                    $one | Should -Be "This session has two versions of the module: $($pair[1]) from $($pair[0]), which runs this command, and $($pair[3]) from $($pair[2]). Start a new PowerShell and import one version."
                }
            }
        }

        # Windows PowerShell binds imports to the first library of a name.
        It 'can be imported after the first was removed, and has connections of its own' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
            $said = Invoke-Shell -Command @"
                Import-Module '$first'
                `$old = Connect-ManagedIdentityService -Emulator
                Remove-Module ManagedIdentity
                Import-Module '$second'
                (Get-Command Get-VmIdentity).Version.ToString()
                try { Get-VmIdentity -Connection `$old } catch { `$_.FullyQualifiedErrorId -replace ',.*'; `$_.Exception.Message }
                `$null = Connect-ManagedIdentityService -Emulator
                (Get-VmIdentity).GetType().Assembly.GetName().Name
"@
            $said[0] | Should -Be $otherVersion
            $said[1] | Should -Be ConnectionCopied
            $said[2] | Should -BeLike '-Connection is of another process, or of another version of the module*Connect-ManagedIdentityService -Emulator -Endpoint http*'
            $said[3] | Should -Be "ManagedIdentity-$otherVersion"
        }

        It 'is no other version where it is a copy of the same' {
            $copy = Join-Path (New-Item -ItemType Directory (Join-Path $TestDrive copy)).FullName ManagedIdentity
            Copy-Item $ModulePath $copy -Recurse
            Invoke-Shell -Command "Import-Module '$ModulePath'; Import-Module '$copy'; `$null = Connect-ManagedIdentityService -Emulator; (Get-VmIdentity).Name" |
                Should -Be $VM
        }

        It 'says so of a native library that was replaced, with where it lies' -Skip:(-not (Get-Command cc -ErrorAction Ignore)) {
            $replaced = Join-Path (New-Item -ItemType Directory (Join-Path $TestDrive replaced)).FullName ManagedIdentity
            Copy-Item $ModulePath $replaced -Recurse
            $library = Get-ChildItem $replaced -Recurse -File | Where-Object BaseName -EQ managed_identity
            $source = Join-Path $TestDrive other.c
            Set-Content $source 'unsigned int azmi_abi_version(void) { return 9999; }'
            & cc -shared -fPIC -o $library.FullName $source
            $said = Invoke-Shell -Command "Import-Module '$replaced'; try { Get-VmIdentity } catch { `$_.FullyQualifiedErrorId -replace ',.*'; `$_.Exception.Message }"
            $said[0] | Should -Be NativeLibraryMismatch
            $said[1] | Should -BeLike "The native library $($library.FullName) has interface version 9999, and version *.*.* of the module, in $replaced, needs *. Start a new PowerShell and import one version."
        }
    }
}
