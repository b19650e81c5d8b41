Describe 'Completion of arguments' {
    BeforeDiscovery {
        # A word of another script, in lower case and in upper case, and its beginning.
        $cyrillic = -join [char[]] (0x433, 0x440, 0x443, 0x43f, 0x43f, 0x430)
        $upper = -join [char[]] (0x413, 0x420, 0x423, 0x41f)
        $several = "$([char] 0xc4) $cyrillic $([char] 0x540d)"
        $quote = [char] 0x2019
        $dash = [char] 0x2013
    }
    BeforeAll {
        $cyrillic = -join [char[]] (0x433, 0x440, 0x443, 0x43f, 0x43f, 0x430)
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        . "$PSScriptRoot/ScaleSet.ps1"
        # Of several subscriptions to choose from.
        $WarningPreference = 'SilentlyContinue'
        Connect-TestEmulator
        $fact = Get-EmulatorFact
        $own = "/subscriptions/$($fact.subscriptionId)"
        $otherSubscription = 'bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f'
        $team = '11112222-bbbb-3333-cccc-4444dddd5555'
        $named = '22223333-cccc-4444-dddd-5555eeee6666'

        # What completes the end of a line. PowerShell's own names of files are none of it.
        function Get-Completion([string] $Line) {
            (TabExpansion2 $Line $Line.Length).CompletionMatches | Where-Object ResultType -EQ ParameterValue
        }
        # The arguments that it puts on the line.
        function Get-CompletionText([string] $Line) {
            @((Get-Completion $Line).CompletionText)
        }
        # Begins with no answer in memory.
        function Connect-Again {
            Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
            $null = Connect-ManagedIdentityService -Emulator -SubscriptionId $fact.subscriptionId
            Invoke-Emulator Delete /requests
        }
        $query = '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01'
    }
    AfterAll { Disconnect-TestEmulator }

    It 'is there for each parameter that names something of the service' {
        $names = @(
            'SubscriptionId', 'ResourceGroupName', 'IdentityResourceGroupName', 'Name', 'VMScaleSetName', 'IdentityName'
            'ResourceId', 'Location', 'AddIdentityId', 'RemoveIdentityId', 'IdentityId', 'RoleDefinitionName', 'Scope', 'Group'
            'ResourceType', 'ManagementGroupId', 'Resource', 'Permission', 'AssignmentRestriction'
        )
        # Names of what is made; and ids of credentials, which their identity names.
        $without = @(
            'New-UserAssignedIdentity -Name', 'New-FederatedIdentityCredential -Name', 'New-ArmDeployment -Name'
            'Update-FederatedIdentityCredential -ResourceId', 'Remove-FederatedIdentityCredential -ResourceId'
        )
        $missing = foreach ($command in Get-Command -Module ManagedIdentity | Where-Object { $_.Parameters.ContainsKey('Connection') }) {
            foreach ($parameter in $command.Parameters.Values | Where-Object Name -In $names) {
                $completers = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ArgumentCompleterAttribute] }
                $name = "$($command.Name) -$($parameter.Name)"
                if (-not $completers -and $name -notin $without) { $name }
            }
        }
        $missing | Should -BeNullOrEmpty
    }

    Context 'with a connection' {
        BeforeAll {
            Enable-AzIdentityAlias
            Connect-Again
            $null = Invoke-Emulator Post /subscriptions @{ id = $otherSubscription; name = "It's [other]" }
            $null = Invoke-Emulator Post /managementgroups @{ id = 'mg-1'; displayName = 'Production'; subscriptions = @($otherSubscription) }
            $null = Invoke-Emulator Post /principals @{ id = $team; type = 'Group'; displayName = "Ann's `$team [a*]" }
            $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
            $far = (New-UserAssignedIdentity $OtherGroup far).Id
            $null = Invoke-ArmRequest -Method Put -Path "$own/resourceGroups/$cyrillic(1)" -ApiVersion 2022-09-01 -Body @{ location = 'westus' }
            $null = New-FederatedIdentityCredential $Group id1 main -Issuer https://issuer.example -Subject s
            Add-ScaleSet myScaleSet Manual
            $null = Update-VmIdentity $Group $VM -AddIdentityId id2, $far
            foreach ($site in 'app', 'app/slots/staging') {
                $null = Invoke-ArmRequest -Method Put -Path "$own/resourceGroups/$Group/providers/Microsoft.Web/sites/$site" -ApiVersion 2023-12-01 -Body @{
                    location = 'eastus'; properties = @{}
                    identity = @{ type = 'UserAssigned'; userAssignedIdentities = @{ (Get-IdentityId id1) = @{} } }
                }
            }
            $known = $Group
            $connection = Get-ManagedIdentityConnection
            $vmId = "$own/resourceGroups/$Group/providers/Microsoft.Compute/virtualMachines/$VM"
        }
        AfterAll { Disable-AzIdentityAlias }
        BeforeEach { Connect-Again }

        It 'completes <Line>' -ForEach @(
            @{ Line = 'Get-VmIdentity -ResourceGroupName my'; Found = 'myResourceGroup' }
            @{ Line = 'Update-UserAssignedIdentity -AssignmentRestriction Microsoft.DocumentDB'; Found = 'Microsoft.DocumentDB', 'Microsoft.DocumentDB/databaseAccounts' }
            @{ Line = 'Revoke-UserAssignedIdentityToken myResourceGroup id'; Found = 'id1', 'id2' }
            @{ Line = 'Get-VmIdentity -ResourceGroupName '; Found = 'myResourceGroup', 'TestRG', "'$cyrillic(1)'" }
            @{ Line = "Get-VmIdentity -ResourceGroupName $upper"; Found = "'$cyrillic(1)'" }
            @{ Line = "Get-VmIdentity -ResourceGroupName '$($cyrillic.Substring(0, 4))"; Found = "'$cyrillic(1)'" }
            @{ Line = 'Get-VmIdentity -ResourceGroupName rg'; Found = 'TestRG' }
            @{ Line = 'Get-VmIdentity m'; Found = 'myResourceGroup' }
            @{ Line = 'Get-VmIdentity myResourceGroup '; Found = 'myVM' }
            @{ Line = 'Get-VmIdentity -ResourceGroupName $known -Name MY'; Found = 'myVM' }
            @{ Line = 'Get-VmIdentity -ResourceGroupName TestRG -Name '; Found = @() }
            @{ Line = 'Get-VmIdentity -Name [m]*'; Found = @() }
            @{ Line = 'Update-VmIdentity myResourceGroup my'; Found = 'myVM' }
            @{ Line = 'Wait-VmIdentity -Name my'; Found = 'myVM' }
            @{ Line = 'Get-VmssIdentity -Name '; Found = 'myScaleSet' }
            @{ Line = 'Update-VmssIdentity myResourceGroup '; Found = 'myScaleSet' }
            @{ Line = 'Get-AzVM -Name my'; Found = 'myVM' }
            @{ Line = 'Get-AzVmss -VMScaleSetName '; Found = 'myScaleSet' }
            @{ Line = 'Update-AzVM -ResourceGroupName my'; Found = 'myResourceGroup' }
            @{ Line = 'Get-AzUserAssignedIdentity -ResourceGroupName myResourceGroup -Name 1'; Found = 'id1' }
            @{ Line = 'Get-AzFederatedIdentityCredentials -ResourceGroupName myResourceGroup -IdentityName id'; Found = 'id1', 'id2' }
            @{ Line = 'Get-AzVM -DefaultProfile $unknown -Name my'; Found = @() }
            @{ Line = 'Get-UserAssignedIdentity -ManagementGroupId prod'; Found = 'mg-1' }
            @{ Line = 'Get-UserAssignedIdentity -ManagementGroupId mg-1 -Name f'; Found = @() }
            @{ Line = 'Get-UserAssignedIdentity -SubscriptionId emu'; Found = 'aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e' }
            @{ Line = 'Get-UserAssignedIdentity -SubscriptionId bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f, emu'; Found = 'aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e' }
            @{ Line = 'Get-UserAssignedIdentity -SubscriptionId other, "Emulator subscription" -Name f'; Found = 'far' }
            @{ Line = 'Get-UserAssignedIdentity -ResourceGroupName test* -Name '; Found = 'far' }
            @{ Line = 'Get-ResourceIdentity myResourceGroup my'; Found = 'myScaleSet', 'myVM' }
            @{ Line = 'Get-ResourceIdentity myResourceGroup myVM '; Found = 'Microsoft.Compute/virtualMachines' }
            @{ Line = 'Get-ResourceIdentity -ResourceType microsoft.web'; Found = 'Microsoft.Web/sites', 'Microsoft.Web/sites/slots' }
            @{ Line = 'Wait-ResourceIdentity -ResourceType Microsoft.Web/sites/slots -Name '; Found = 'app/staging' }
            @{ Line = 'Update-ResourceIdentity myResourceGroup app/staging Microsoft.Web/sites/slots -RemoveIdentityId '; Found = 'id1' }
            @{ Line = 'Update-ResourceIdentity myResourceGroup app -AddIdentityId id'; Found = 'id1', 'id2' }
            @{ Line = 'Get-UserAssignedIdentity -Name '; Found = 'far', 'id1', 'id2' }
            @{ Line = 'Get-UserAssignedIdentity -Name 1'; Found = 'id1' }
            @{ Line = 'Get-UserAssignedIdentity myResourceGroup id1, '; Found = 'id1', 'id2' }
            @{ Line = 'Remove-UserAssignedIdentity -ResourceGroupName TestRG -Name '; Found = 'far' }
            @{ Line = 'Get-FederatedIdentityCredential myResourceGroup '; Found = 'id1', 'id2' }
            @{ Line = 'Get-FederatedIdentityCredential myResourceGroup id1 '; Found = 'main' }
            @{ Line = 'Remove-FederatedIdentityCredential -ResourceGroupName myResourceGroup -IdentityName id1 -Name m'; Found = 'main' }
            @{ Line = 'New-UserAssignedIdentity -Location eastus'; Found = 'eastus', 'eastus2' }
            @{ Line = 'New-UserAssignedIdentity -Location "West US'; Found = 'westus', 'westus2', 'westus3' }
            @{ Line = 'Get-VmIdentity -SubscriptionId emu'; Found = 'aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e' }
            @{ Line = 'Get-VmIdentity -Subscription bbbb'; Found = 'bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f' }
            @{ Line = "Get-VmIdentity -SubscriptionId 'It''s ["; Found = 'bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f' }
            @{ Line = "Get-VmIdentity -SubscriptionId bbbb0b0b-cc1c-dd2d-ee3e-ffffff5f5f5f -ResourceGroupName "; Found = 'myResourceGroup' }
            @{ Line = "Get-VmIdentity -SubscriptionId `"It's [other]`" -ResourceGroupName "; Found = 'myResourceGroup' }
            @{ Line = 'Connect-ManagedIdentityService -SubscriptionId emu'; Found = 'aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e' }
            @{ Line = 'Add-IdentityGroupMember my'; Found = 'myGroup' }
            @{ Line = 'Get-IdentityGroupMember -Group an'; Found = "'Ann''s `$team [a*]'" }
            @{ Line = 'Remove-IdentityGroupMember -Group "Ann''s `$te'; Found = "'Ann''s `$team [a*]'" }
            @{ Line = 'New-IdentityAppRoleAssignment User.Read.'; Found = 'User.Read.All' }
            @{ Line = 'Remove-IdentityAppRoleAssignment -Resource "Office 365 Exchange Online" -Permission exchange'; Found = 'Exchange.ManageAsApp' }
            @{ Line = 'Get-IdentityAppRoleAssignment -Resource "Office 365 Sh'; Found = "'Office 365 SharePoint Online'" }
            @{ Line = 'New-IdentityAppRoleAssignment -Resource azure'; Found = "'Azure Key Vault'", "'Azure Storage'" }
            @{ Line = 'New-IdentityRoleAssignment -RoleDefinitionName reade'; Found = 'Reader', "'Key Vault Reader'" }
            @{ Line = 'New-IdentityRoleAssignment -RoleDefinitionName "managed identity o'; Found = "'Managed Identity Operator'" }
            @{ Line = 'New-IdentityRoleAssignment -ResourceGroupName TestRG -RoleDefinitionName contrib'; Found = 'Contributor' }
            @{ Line = 'New-IdentityRoleAssignment -IdentityResourceGroupName TestRG -IdentityId '; Found = 'far' }
        ) {
            $errors = $global:Error.Count
            $completed = @(Get-CompletionText $Line)
            if ($Found) {
                $completed | Select-Object -First @($Found).Count | Should -Be $Found
            } else {
                $completed | Should -BeNullOrEmpty
            }
            $global:Error.Count | Should -Be $errors
        }

        It 'completes the identities to add: by name in the machine''s group, by id elsewhere' {
            $found = Get-Completion "Update-VmIdentity $Group $VM -AddIdentityId "
            $found.CompletionText | Should -Be id1, id2, $far
            $found.ListItemText | Should -Be id1, id2, far
            $found[0].ToolTip | Should -BeLike "*eastus*$(Get-IdentityId id1)"
            Get-CompletionText "Update-VmIdentity $Group $VM -AddIdentityId id2, FA" | Should -Be $far
            Get-CompletionText "Update-VmIdentity $Group $VM -IdentityType UserAssigned -IdentityId id" | Should -Be id1, id2
            Get-CompletionText "Get-IdentityAssociatedResource -ResourceGroupName $Group -IdentityId id" | Should -Be id1, id2
            Get-CompletionText 'Get-IdentityRoleAssignment -IdentityId id1' | Should -Be (Get-IdentityId id1)
            Get-CompletionText "Get-FederatedIdentityCredential -IdentityId $($far.Substring(0, $far.Length - 1))" | Should -Be $far
        }

        It 'completes the identities to remove with those that the machine has' {
            $removal = Get-CompletionText "Update-VmIdentity $Group $VM -RemoveIdentityId "
            $removal | Should -Be id2, $far
            Get-ArmRequest | ForEach-Object { "$($_.method) $($_.path)" } | Should -BeLike "GET ${vmId}?api-version=*"
            $removal = Get-CompletionText "Update-VmIdentity -ResourceId $vmId -RemoveIdentityId "
            $removal | Should -Be $far, (Get-IdentityId id2)
            Get-CompletionText "Update-VmIdentity $Group $VM -RemoveIdentityId id2, f" | Should -Be $far
            $machine = Get-VmIdentity $Group $VM
            Get-CompletionText 'Update-VmIdentity -VM $machine -RemoveIdentityId id' | Should -Be (Get-IdentityId id2)
            $machine | Should -Not -BeNullOrEmpty
            # A pipeline names the machines when it runs.
            (Get-CompletionText 'Get-VmIdentity | Update-VmIdentity -RemoveIdentityId ').Count | Should -Be 3
            Get-CompletionText "Update-VmssIdentity $Group myScaleSet -RemoveIdentityId " | Should -BeNullOrEmpty
        }

        It 'completes a scope part by part, and by name' {
            Get-CompletionText 'New-IdentityRoleAssignment -Scope /' | Should -Be $own, "/subscriptions/$otherSubscription"
            Get-CompletionText "New-IdentityRoleAssignment -Scope $own/" | Select-Object -First 1 | Should -Be "$own/resourceGroups/$Group"
            Get-CompletionText "New-IdentityRoleAssignment -Scope $own/resourceGroups/$($cyrillic.Substring(0, 4))" | Should -Be "'$own/resourceGroups/$cyrillic(1)'"
            Get-CompletionText "New-IdentityRoleAssignment -Scope $own/resourceGroups/$Group/providers/Microsoft.Compute/" | Should -Contain $vmId
            Get-CompletionText 'Get-IdentityRoleAssignment -Scope myv' | Select-Object -First 1 | Should -Be $vmId
            Get-CompletionText 'Get-SystemAssignedIdentity myv' | Select-Object -First 1 | Should -Be $vmId
            Get-CompletionText 'Get-VmIdentity -ResourceId myv' | Should -Be $vmId
        }

        It 'writes an argument so that PowerShell reads the name: <_>' -ForEach @(
            'a b', "it's", "it${quote}s", '007', '1e5', '-WhatIf', "${dash}Force", '$(Remove-Item x)', 'a;b|c&d`e"f', '@a', '#a'
            '[team]*?', $several, '{x}', '(x)', 'a,b', '<x>', '%', '~', '*'
        ) {
            $null = Invoke-Emulator Post /principals @{ id = $named; type = 'Group'; displayName = $_ }
            # PowerShell takes what begins with a hyphen for the name of a parameter, in quotes too.
            $words = if ($_[0] -eq '-') { '' } else { "'$($_ -replace "['$([char] 0x2019)]", '$0$0')'", "'$($_.Substring(0, 1))", '' }
            foreach ($word in $words) {
                Connect-Again
                $mine = Get-Completion "Add-IdentityGroupMember -Group $word" | Where-Object ToolTip -EQ $named
                $mine.ListItemText | Should -Be $_
                $line = [System.Management.Automation.Language.Parser]::ParseInput("x -Group $($mine.CompletionText)", [ref] $null, [ref] $null)
                $elements = $line.EndBlock.Statements[0].PipelineElements[0].CommandElements
                $elements.Count | Should -Be 3
                $elements[2].SafeGetValue() | Should -Be $_
                $elements[2].StaticType | Should -Be ([string])
            }
        }

        It 'throws nothing, whatever comes' {
            $completers = [ManagedIdentity.Models.VmIdentity].Assembly.GetExportedTypes() | Where-Object { $_.BaseType.Name -eq 'ServiceCompleter' }
            $completers.Count | Should -BeGreaterThan 10
            $values = $null, '', 'x', '/', '[*', 7, @('a', $null), @{}, ([pscustomobject] @{ Id = '/x' }), $true
            $words = $null, '', "'", "a$([char] 0)b", '/subscriptions/', ('x' * 100000), [string] [char] 0xd800, '*[', "`n"
            foreach ($type in $completers) {
                $completer = $type::new()
                foreach ($i in 0..($values.Count - 1)) {
                    $bound = @{ Connection = $connection }
                    'SubscriptionId', 'ResourceGroupName', 'Name', 'ResourceId', 'ResourceType', 'Scope', 'IdentityName', 'IdentityId' |
                        ForEach-Object { $bound[$_] = $values[$i] }
                    $null = $completer.CompleteArgument('Update-VmIdentity', 'x', $words[$i % $words.Count], $null, $bound)
                }
                $null = $completer.CompleteArgument($null, $null, $null, $null, $null)
            }
        }

        It 'tells subscriptions by their names' {
            $found = Get-Completion 'Get-VmIdentity -SubscriptionId other'
            $found.ListItemText | Should -Be "It's [other]"
            $found.ToolTip | Should -Be "It's [other] ($otherSubscription)"
        }

        It 'looks where the line says' {
            Get-CompletionText 'Get-UserAssignedIdentity -AllSubscriptions -Name f' | Should -Be far
            Get-CompletionText "Get-UserAssignedIdentity -SubscriptionId $otherSubscription -Name f" | Should -BeNullOrEmpty
        }

        It 'asks once, and one service for a word' {
            foreach ($word in '', 'i', 'id', 'id1', 'x') {
                $null = Get-Completion "Get-UserAssignedIdentity -Name $word"
            }
            Get-ArmRequest | ForEach-Object path | Should -Be $query
            # Another connection knows nothing of it.
            Connect-Again
            $null = Get-Completion 'Get-UserAssignedIdentity -Name '
            Get-ArmRequest | ForEach-Object path | Should -Be $query
        }

        It 'goes through the connection that the line names, and through no other' {
            $null = $elsewhere = Connect-ManagedIdentityService -Emulator -SubscriptionId $otherSubscription
            Connect-ManagedIdentityService -Emulator -SubscriptionId $fact.subscriptionId | Should -Not -BeNullOrEmpty
            Get-CompletionText 'Get-VmIdentity -Connection $elsewhere -ResourceGroupName ' | Should -Be $Group
            Invoke-Emulator Delete /requests
            foreach ($unknown in '(Get-Something)', '$nothing', '$null', 'text') {
                Get-CompletionText "Get-VmIdentity -Connection $unknown -ResourceGroupName " | Should -BeNullOrEmpty
                Get-CompletionText "Get-VmIdentity -Conn $unknown -ResourceGroupName " | Should -BeNullOrEmpty
            }
            Disconnect-ManagedIdentityService $elsewhere
            Get-CompletionText 'Get-VmIdentity -Connection $elsewhere -ResourceGroupName ' | Should -BeNullOrEmpty
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'says nothing when it is refused: <_>' -ForEach 400, 403, 404, 429, 500, 503 {
            Add-Fault @{ times = 1000; action = @{ status = $_ } }
            $errors = $global:Error.Count
            foreach ($line in 'Get-VmIdentity -ResourceGroupName ', 'Get-VmIdentity -Name ', 'Get-VmIdentity -SubscriptionId ', 'New-UserAssignedIdentity -Location ',
                'New-IdentityRoleAssignment -RoleDefinitionName ', 'New-IdentityRoleAssignment -Scope ', 'New-IdentityRoleAssignment -IdentityId ',
                "Update-VmIdentity $Group $VM -RemoveIdentityId ", "Update-VmIdentity $Group $VM -AddIdentityId ") {
                Get-CompletionText $line | Should -BeNullOrEmpty -Because $line
                Get-CompletionText $line | Should -BeNullOrEmpty -Because $line
            }
            $global:Error.Count | Should -Be $errors
            Invoke-Emulator Delete /faults
            # Each question was asked once.
            $asked = @(Get-ArmRequest | Where-Object status -GE 400 | Where-Object path -NotLike '*ResourceGraph*')
            @($asked.path | Select-Object -Unique).Count | Should -Be $asked.Count
        }

        It 'does not wait for a service that is slow, and has its answer the next time' {
            Add-Fault @{ times = 1; pathContains = 'ResourceGraph'; action = @{ delayMs = 3000 } }
            $line = 'Get-VmIdentity -ResourceGroupName my'
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            Get-CompletionText $line | Should -BeNullOrEmpty
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
            Wait-Condition { (Get-CompletionText $line) -eq $Group }
            Get-ArmRequest | ForEach-Object path | Should -Be $query
        }

        It 'stops with the connection' {
            Connect-Again
            Add-Fault @{ times = 1; pathContains = 'ResourceGraph'; action = @{ delayMs = 600000 } }
            Get-CompletionText 'Get-VmIdentity -ResourceGroupName my' | Should -BeNullOrEmpty
            Disconnect-ManagedIdentityService
            $null = Connect-ManagedIdentityService -Emulator -SubscriptionId $fact.subscriptionId
            # What was asked before is not waited for.
            Get-CompletionText 'Get-VmIdentity -ResourceGroupName my' | Should -Be $Group
        }
    }

    Context 'where a token is needed' {
        BeforeEach {
            Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
            Clear-Emulator
        }

        # Wine 8 does not return the properties of an RSA key (BCryptGetProperty), and .NET needs them.
        It 'has the certificate of the connection sign for it' -Tag NotUnderWine {
            $key = [System.Security.Cryptography.RSA]::Create(2048)
            $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
                'CN=completion', $key, 'SHA256', [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
            $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
            [System.IO.File]::WriteAllBytes("$TestDrive/completion.pfx", $certificate.Export('Pfx', 'marked-password'))
            $pem = "-----BEGIN CERTIFICATE-----`n$([Convert]::ToBase64String($certificate.RawData, 'InsertLineBreaks'))`n-----END CERTIFICATE-----`n"
            $null = Invoke-Emulator Post /applications @{ clientId = $fact.clientId; certificates = @($pem) }
            $as = @{ ApplicationId = $fact.clientId; Tenant = $fact.tenantId; Endpoint = $fact.endpoint }
            $null = Connect-ManagedIdentityService @as -CertificatePath "$TestDrive/completion.pfx" -CertificatePassword (ConvertTo-Secure 'marked-password')
            $null = Invoke-Emulator Delete /tokens
            Wait-Condition { (Get-CompletionText 'Add-IdentityGroupMember my') -eq 'myGroup' }
            (Invoke-Emulator Get /tokens).grant | Should -Be certificate
        }

        It 'asks Azure PowerShell for none, and leaves that to the cmdlets' {
            $modules = "$TestDrive/modules"
            $null = New-Item -ItemType Directory "$modules/Az.Accounts"
            Set-Content "$modules/Az.Accounts/Az.Accounts.psm1" @"
function Get-AzContext {
    [pscustomobject] @{
        Account = [pscustomobject] @{ Id = 'ann@contoso.com' }
        Tenant = [pscustomobject] @{ Id = '$($fact.tenantId)' }
        Subscription = [pscustomobject] @{ Id = '$($fact.subscriptionId)' }
        Environment = [pscustomobject] @{
            Name = 'Emulator'; ResourceManagerUrl = '$($fact.endpoint)'; ActiveDirectoryServiceEndpointResourceId = '$($fact.endpoint)/'
        }
    }
}
function Get-AzAccessToken {
    param([string] `$ResourceUrl, [string] `$TenantId, [switch] `$AsSecureString)
    Add-Content '$TestDrive/asked' x
    `$form = @{ grant_type = 'client_credentials'; client_id = '$($fact.clientId)'; client_secret = '$($fact.clientSecret)'; scope = '$($fact.endpoint)/.default' }
    `$token = (Invoke-RestMethod -Method Post '$($fact.endpoint)/$($fact.tenantId)/oauth2/v2.0/token' -Body `$form).access_token
    `$secure = New-Object securestring
    foreach (`$character in `$token.ToCharArray()) { `$secure.AppendChar(`$character) }
    [pscustomobject] @{ Token = `$secure; ExpiresOn = [DateTimeOffset]::UtcNow.AddHours(1) }
}
"@
            New-ModuleManifest "$modules/Az.Accounts/Az.Accounts.psd1" -RootModule Az.Accounts.psm1 -ModuleVersion 5.0.0
            $search = $modules + [System.IO.Path]::PathSeparator + $env:PSModulePath
            Invoke-WithEnvironment @{ PSModulePath = $search } {
                $null = Connect-ManagedIdentityService -UseAzContext
                $before = @(Get-Content "$TestDrive/asked").Count
                Get-CompletionText 'Add-IdentityGroupMember my' | Should -BeNullOrEmpty
                Get-CompletionText 'Get-VmIdentity -ResourceGroupName my' | Should -Be $Group
                @(Get-Content "$TestDrive/asked").Count | Should -Be $before
                # The cmdlet gets the token that the completion went without.
                Get-IdentityGroupMember myGroup | Should -BeNullOrEmpty
                @(Get-Content "$TestDrive/asked").Count | Should -Be ($before + 1)
                Wait-Condition { (Get-CompletionText 'Add-IdentityGroupMember my') -eq 'myGroup' }
            }
            Remove-Module Az.Accounts -Force -ErrorAction SilentlyContinue
        }

        It 'says nothing of the directory where the connection has no token for it' {
            $token = ConvertTo-Secure (Get-EmulatorToken)
            $null = Connect-ManagedIdentityService -AccessToken $token -Endpoint $fact.endpoint
            Get-CompletionText 'Add-IdentityGroupMember my' | Should -BeNullOrEmpty
            Get-CompletionText 'Get-VmIdentity -ResourceGroupName my' | Should -Be $Group
        }
    }

    Context 'without a connection' {
        It 'knows the types that can have identities' {
            Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
            Invoke-Emulator Delete /requests
            Get-CompletionText 'Get-ResourceIdentity -ResourceType sites/s' | Should -Be 'Microsoft.Web/sites/slots'
            Get-ManagedIdentityConnection | Should -BeNullOrEmpty
            Invoke-Emulator Get /requests | Where-Object path -NotLike '/_emulator*' | Should -BeNullOrEmpty
        }

        It 'asks nobody and makes none: <_>' -ForEach @(
            'Get-VmIdentity -ResourceGroupName m', 'Get-VmIdentity -Name m', 'Get-VmIdentity -SubscriptionId e'
            'New-UserAssignedIdentity -Location e', 'New-IdentityRoleAssignment -RoleDefinitionName R', 'New-IdentityRoleAssignment -Scope /'
            'Update-VmIdentity myResourceGroup myVM -AddIdentityId i', 'Update-VmIdentity myResourceGroup myVM -RemoveIdentityId i'
            'Add-IdentityGroupMember m', 'Connect-ManagedIdentityService -SubscriptionId e'
        ) {
            Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
            Invoke-Emulator Delete /requests
            Get-CompletionText $_ | Should -BeNullOrEmpty
            Get-ManagedIdentityConnection | Should -BeNullOrEmpty
            Invoke-Emulator Get /requests | Where-Object path -NotLike '/_emulator*' | Should -BeNullOrEmpty
        }

        It 'does not sign in in a process in which nobody has connected' {
            $byEnvironment = @{
                AZURE_AUTHORITY_HOST = $fact.endpoint
                AZURE_TENANT_ID      = $fact.tenantId
                AZURE_CLIENT_ID      = $fact.clientId
                AZURE_CLIENT_SECRET  = $fact.clientSecret
                PATH                 = "$TestDrive/nowhere"
            }
            $said = Invoke-NewSession $byEnvironment @'
$line = 'Get-VmIdentity -ResourceGroupName m'
$found = (TabExpansion2 $line $line.Length).CompletionMatches | Where-Object ResultType -EQ ParameterValue
$loaded = [System.Diagnostics.Process]::GetCurrentProcess().Modules.FileName | Where-Object { $_ -like '*managed_identity*' }
@{ Found = @($found).Count; Connections = @(Get-ManagedIdentityConnection).Count; Loaded = @($loaded).Count } | ConvertTo-Json
'@
            $said.Found, $said.Connections, $said.Loaded | Should -Be 0, 0, 0
        }
    }
}
