Describe 'Bad input' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        # A Connect that fails leaves no connection.
        $null = Connect-ManagedIdentityService -Emulator
        Invoke-Emulator Delete /requests
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
    }
    AfterEach {
        # An error, and not an endless wait.
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
    }

    Context 'a file' {
        BeforeAll {
            $app = @{ ApplicationId = '11112222-bbbb-3333-cccc-4444dddd5555'; Tenant = '11112222-bbbb-3333-cccc-4444dddd5555'; Endpoint = 'http://127.0.0.1:1' }
            $template = (New-Item "$TestDrive/template.json" -Value '{}').FullName
            $Parameters = @{
                TemplateFile          = { New-ArmDeployment -ResourceGroupName $Group -TemplateFile $file }
                TemplateParameterFile = { New-ArmDeployment -ResourceGroupName $Group -TemplateFile $template -TemplateParameterFile $file }
                CertificatePath       = { Connect-ManagedIdentityService -ServicePrincipal @app -CertificatePath $file }
                FederatedTokenFile    = { Connect-ManagedIdentityService -ServicePrincipal @app -FederatedTokenFile $file }
                StatePath             = { Get-ArmEmulator | Stop-ArmEmulator; Start-ArmEmulator -StatePath $file }
                Path                  = { $null = New-UserAssignedIdentity $Group id-file; Export-UserAssignedIdentity -ResourceGroupName $Group -Path $file }
            }
        }
        AfterEach {
            if (-not (Get-ArmEmulator)) {
                $null = Start-ArmEmulator -OperationTime 0
            }
        }

        It 'in a drive that is none, or in another provider: -<Name>' -ForEach @(
            'TemplateFile', 'TemplateParameterFile', 'CertificatePath', 'FederatedTokenFile', 'StatePath', 'Path' | ForEach-Object { @{ Name = $_ } }
        ) {
            foreach ($file in 'nowhere:/file', 'env:file') {
                $failure = Get-Failure $Parameters[$Name]
                Get-ErrorCode $failure | Should -Be "Invalid$Name" -Because $file
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike "-$Name '$file' is not valid: *"
            }
        }

        It 'whose name can''t be: -<Name>' -ForEach @(
            'TemplateFile', 'TemplateParameterFile', 'Path' | ForEach-Object { @{ Name = $_ } }
        ) {
            # Which characters can't be is the matter of each .NET and system; no file can have this one.
            $file = Join-Path $TestDrive "a`0b"
            $failure = Get-Failure $Parameters[$Name]
            Get-ErrorCode $failure | Should -Be "Invalid$Name"
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.Exception.Message | Should -BeLike "-$Name '*b' is not valid: *"
        }
    }

    Context 'names of identities' {
        BeforeAll {
            $badNames = @(
                @{ What = 'empty'; Name = '' }
                @{ What = 'two characters'; Name = 'ab' }
                @{ What = '129 characters'; Name = 'a' * 129 }
                @{ What = 'a space'; Name = 'my identity' }
                @{ What = 'a dash first'; Name = '-id1' }
                @{ What = 'a letter with an accent'; Name = "id$([char] 0xE9)1" }
                @{ What = 'a path'; Name = 'id1/../id2' }
                @{ What = 'a question mark'; Name = 'id1?x=y' }
            )
        }

        It '<Cmdlet> says the rule, and sends nothing' -ForEach @(
            @{ Cmdlet = 'New-UserAssignedIdentity'; More = @{} }
            @{ Cmdlet = 'Update-UserAssignedIdentity'; More = @{ Tag = @{ a = 'b' } } }
            @{ Cmdlet = 'Remove-UserAssignedIdentity'; More = @{} }
            @{ Cmdlet = 'Revoke-UserAssignedIdentityToken'; More = @{} }
        ) {
            foreach ($bad in $badNames) {
                $name = $bad.Name
                $failure = @(Get-Failure { & $Cmdlet -ResourceGroupName $Group -Name $name @More })
                $failure.Count | Should -Be 1 -Because $bad.What
                Get-ErrorCode $failure[0] | Should -Be InvalidName
                $failure[0].CategoryInfo.Category | Should -Be InvalidArgument
                $failure[0].TargetObject | Should -Be $name
                $shown = $name.Substring(0, [Math]::Min(120, $name.Length))
                $failure[0].Exception.Message.StartsWith("-Name '$shown") | Should -BeTrue -Because $failure[0].Exception.Message
                $failure[0].Exception.Message | Should -BeLike "*3 to 128 letters, digits, '-' or '_'*"
                $failure[0].Exception.HttpStatus | Should -Be 0
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'Get-UserAssignedIdentity says the rule, and sends nothing' {
            foreach ($bad in $badNames | Where-Object { $_.Name -and $_.Name -notmatch '[?*[]' }) {
                $name = $bad.Name
                $failure = Get-Failure { Get-UserAssignedIdentity -ResourceGroupName $Group -Name $name }
                Get-ErrorCode $failure | Should -Be InvalidName -Because $bad.What
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'costs the others nothing' {
            $made = 'id1', 'x', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group -ErrorVariable failures -ErrorAction SilentlyContinue
            $made.Name | Should -Be 'id1', 'id2'
            $failures.Count | Should -Be 1
            $failures[0].TargetObject | Should -Be x
        }
    }

    Context 'where it is' {
        It 'is in a group that is not there' {
            $failure = Get-Failure { New-UserAssignedIdentity -ResourceGroupName nowhere -Name id1 }
            $failure.FullyQualifiedErrorId | Should -Be 'ResourceGroupNotFound,ManagedIdentity.Commands.NewUserAssignedIdentityCommand'
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
            $failure.TargetObject | Should -Be id1
            $failure.Exception.Message | Should -BeLike "*'nowhere'*-ResourceGroupName*"
            $failure.Exception.HttpStatus | Should -Be 404
            { [guid] $failure.Exception.RequestId } | Should -Not -Throw
            $failure.Exception.CorrelationId | Should -Not -BeNullOrEmpty
            $failure.Exception.Recommendation | Should -Not -BeNullOrEmpty
            Get-ChangingRequest | Should -BeNullOrEmpty
            Get-ErrorCode (Get-Failure { Get-UserAssignedIdentity nowhere }) | Should -Be ResourceGroupNotFound
        }

        It 'is in a group that can''t be: "<Name>"' -ForEach @(@{ Name = '' }, @{ Name = 'a/b' }, @{ Name = 'ends.' }, @{ Name = 'x' * 91 }) {
            foreach ($failure in @(
                    Get-Failure { New-UserAssignedIdentity $Name id1 }
                    Get-Failure { Get-UserAssignedIdentity -ResourceGroupName $Name }
                    Get-Failure { Update-VmIdentity -ResourceGroupName $Name -Name myVM -EnableSystemAssigned }
                )) {
                Get-ErrorCode $failure | Should -Be InvalidResourceGroupName
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike "-ResourceGroupName '*1 to 90*"
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is in a subscription that can''t be: "<Id>"' -ForEach @(@{ Id = '' }, @{ Id = 'my-subscription' }, @{ Id = '{aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e}' }) {
            foreach ($failure in @(
                    Get-Failure { New-UserAssignedIdentity $Group id1 -SubscriptionId $Id }
                    Get-Failure { Get-UserAssignedIdentity -Subscription $Id }
                    Get-Failure { Get-VmIdentity $Group myVM -SubscriptionId $Id }
                )) {
                Get-ErrorCode $failure | Should -Be InvalidSubscriptionId
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike "-SubscriptionId '$Id' is not valid: it must be the id or the name of a subscription*"
            }
            (Get-ArmRequest).path | Where-Object { $_ -notlike '/subscriptions?*' } | Should -BeNullOrEmpty
            $failure = Get-Failure { Connect-ManagedIdentityService -Emulator -SubscriptionId $Id }
            Get-ErrorCode $failure | Should -Be InvalidSubscriptionId
            $failure.Exception.Message | Should -BeLike "-SubscriptionId '$Id' is not valid: it must be a GUID*"
        }

        It 'is in a subscription that a row names by what is no id' {
            $failure = Get-Failure { [pscustomobject] @{ ResourceGroupName = $Group; Name = 'id1'; SubscriptionId = 'my-subscription' } | New-UserAssignedIdentity }
            Get-ErrorCode $failure | Should -Be InvalidSubscriptionId
            $failure.Exception.Message | Should -BeLike "-SubscriptionId 'my-subscription' is not valid: it must be a GUID*"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is in a subscription that is not there' {
            $failure = Get-Failure { Get-UserAssignedIdentity -SubscriptionId 00000000-1111-2222-3333-444444444444 }
            Get-ErrorCode $failure | Should -Be SubscriptionNotFound
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
            $failure.Exception.Message | Should -BeLike '*-SubscriptionId*'
        }
    }

    Context 'ids' {
        It 'is of the wrong type' {
            $id = (Get-VmIdentity).Id
            Invoke-Emulator Delete /requests
            foreach ($failure in @(
                    Get-Failure { Get-UserAssignedIdentity -ResourceId $id }
                    Get-Failure { Remove-UserAssignedIdentity -ResourceId $id }
                    Get-Failure { Update-UserAssignedIdentity -ResourceId $id -Tag @{} }
                )) {
                Get-ErrorCode $failure | Should -Be InvalidResourceId
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.TargetObject | Should -Be $id
                $failure.Exception.Message | Should -BeLike "Virtual machine 'myVM' is not a user-assigned identity: -ResourceId must be*$IdentityType*"
            }
            $failure = Get-Failure { Update-VmIdentity -ResourceId $id -AddIdentityId $id }
            $failure.Exception.Message | Should -BeLike "Virtual machine 'myVM' is not a user-assigned identity: -AddIdentityId must be*"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is no id: "<Id>"' -ForEach @(@{ Id = '' }, @{ Id = 'id1' }, @{ Id = '/' }, @{ Id = '/subscriptions/x' }, @{ Id = 'https://portal.azure.com/#resource' }) {
            $failure = Get-Failure { Get-UserAssignedIdentity -ResourceId $Id }
            Get-ErrorCode $failure | Should -Be InvalidResourceId
            $failure.TargetObject | Should -Be $Id
            Get-ArmRequest | Should -BeNullOrEmpty
        }
    }

    Context 'roles' {
        BeforeAll {
            $who = @{ PrincipalId = $Person }
            $what = @{ RoleDefinitionName = 'Reader' }
            $where = @{ ResourceGroupName = $Group }
        }

        It '<Cmdlet> is told a principal that can''t be: "<Id>"' -ForEach @(
            foreach ($cmdlet in 'New-IdentityRoleAssignment', 'Get-IdentityRoleAssignment', 'Remove-IdentityRoleAssignment') {
                foreach ($id in '', 'id1', '{11111111-aaaa-bbbb-cccc-222222222222}', 'user@contoso.com', "x' or true") {
                    @{ Cmdlet = $cmdlet; Id = $id }
                }
            }
        ) {
            $failure = @(Get-Failure { & $Cmdlet -PrincipalId $Id @what @where })
            $failure.Count | Should -Be 1
            Get-ErrorCode $failure[0] | Should -Be InvalidPrincipalId
            $failure[0].CategoryInfo.Category | Should -Be InvalidArgument
            $failure[0].TargetObject | Should -Be $Id
            $failure[0].Exception.Message | Should -BeLike "-PrincipalId '$Id' is not valid: it must be the object id*GUID*"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is a type of principal that is none: "<Type>"' -ForEach @(@{ Type = '' }, @{ Type = 'Robot' }) {
            $failure = Get-Failure { New-IdentityRoleAssignment @who -PrincipalType $Type @what @where }
            Get-ErrorCode $failure | Should -Be InvalidPrincipalType
            $failure.Exception.Message | Should -BeLike "-PrincipalType '$Type' is not valid: it must be ServicePrincipal, User*"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It '<Cmdlet> is told no role, or one in two ways' -ForEach @(
            @{ Cmdlet = 'New-IdentityRoleAssignment' }
            @{ Cmdlet = 'Remove-IdentityRoleAssignment' }
        ) {
            Get-ErrorCode (Get-Failure { & $Cmdlet @who @where }) | Should -Be MissingParameter
            $failure = Get-Failure { & $Cmdlet @who @where @what -RoleDefinitionId acdd72a7-3385-48ef-bd42-f606fba81ae7 }
            Get-ErrorCode $failure | Should -Be InvalidRoleDefinition
            $failure.Exception.Message | Should -BeLike '*either -RoleDefinitionName or -RoleDefinitionId*'
            { & $Cmdlet @who @where -RoleDefinitionName '' } | Should -Throw '*RoleDefinitionName*'
            Get-ErrorCode (Get-Failure { & $Cmdlet @who @where -RoleDefinitionName ' ' }) | Should -Be MissingParameter
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is an id of a role that is none: "<Id>"' -ForEach @(@{ Id = 'Reader' }, @{ Id = '/subscriptions/x' }) {
            foreach ($cmdlet in 'New-IdentityRoleAssignment', 'Get-IdentityRoleAssignment', 'Remove-IdentityRoleAssignment') {
                $failure = Get-Failure { & $cmdlet @who @where -RoleDefinitionId $Id }
                Get-ErrorCode $failure | Should -Be InvalidRoleDefinitionId -Because $cmdlet
                $failure.Exception.Message | Should -BeLike "-RoleDefinitionId '$Id' is not valid: it must be a GUID*"
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is a scope that can''t be: <Given>' -ForEach @(
            @{ Given = '' }
            @{ Given = 'myResourceGroup' }
            @{ Given = 5 }
            @{ Given = [pscustomobject]@{ Name = 'x' } }
            @{ Given = 'https://portal.azure.com/#resource' }
            @{ Given = '/subscriptions/x/resourceGroups/../y' }
        ) {
            foreach ($cmdlet in 'New-IdentityRoleAssignment', 'Get-IdentityRoleAssignment', 'Remove-IdentityRoleAssignment') {
                $failure = @(Get-Failure { & $cmdlet @who @what -Scope $Given })
                $failure.Count | Should -Be 1
                Get-ErrorCode $failure[0] | Should -BeIn InvalidScope, ParameterArgumentValidationError -Because $cmdlet
                $failure[0].Exception.Message | Should -BeLike "*Scope*"
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is a scope and a group' {
            foreach ($cmdlet in 'New-IdentityRoleAssignment', 'Get-IdentityRoleAssignment', 'Remove-IdentityRoleAssignment') {
                $failure = Get-Failure { & $cmdlet @who @what @where -Scope (Get-ScopeId) }
                Get-ErrorCode $failure | Should -Be InvalidScope -Because $cmdlet
                $failure.CategoryInfo.Category | Should -Be InvalidArgument
                $failure.Exception.Message | Should -BeLike '*-Scope and -ResourceGroupName*'
            }
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is a group or a subscription that can''t be' {
            foreach ($cmdlet in 'New-IdentityRoleAssignment', 'Get-IdentityRoleAssignment', 'Remove-IdentityRoleAssignment') {
                foreach ($name in '', 'a/b', 'ends.') {
                    Get-ErrorCode (Get-Failure { & $cmdlet @who @what -ResourceGroupName $name }) | Should -Be InvalidResourceGroupName -Because $cmdlet
                }
                foreach ($id in '', 'my-subscription') {
                    Get-ErrorCode (Get-Failure { & $cmdlet @who @what -SubscriptionId $id }) | Should -Be InvalidSubscriptionId -Because $cmdlet
                }
            }
            (Get-ArmRequest).path | Where-Object { $_ -notlike '/subscriptions?*' } | Should -BeNullOrEmpty
        }

        It 'is an identity that can''t be: <Given>' -ForEach @(
            @{ Given = 'x/y'; Code = 'InvalidName' }
            @{ Given = '/subscriptions/x'; Code = 'InvalidResourceId' }
            @{ Given = 5; Code = 'InvalidIdentityId' }
            @{ Given = [pscustomobject]@{ Name = 'id1' }; Code = 'InvalidIdentityId' }
            @{ Given = [pscustomobject]@{ PrincipalId = 'id1' }; Code = 'InvalidPrincipalId' }
        ) {
            $failure = Get-Failure { New-IdentityRoleAssignment -IdentityId $Given @what @where }
            Get-ErrorCode $failure | Should -Be $Code
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            "$($failure.TargetObject)" | Should -Be "$Given"
            Get-ArmRequest | Should -BeNullOrEmpty
        }

        It 'is a source of references that is none' {
            (Get-Failure { Get-IdentityAssociatedResource -Source Portal }).Exception.Message | Should -BeLike '*ResourceGraph*Provider*'
        }
    }

    Context 'endpoints' {
        It 'is one that nobody answers at' {
            $listener = New-Object System.Net.Sockets.TcpListener ([System.Net.IPAddress]::Loopback), 0
            $listener.Start()
            $port = $listener.LocalEndpoint.Port
            $listener.Stop()
            $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure abc) -Endpoint "http://127.0.0.1:$port" }
            $failure.FullyQualifiedErrorId | Should -Be 'EndpointUnreachable,ManagedIdentity.Commands.ConnectManagedIdentityServiceCommand'
            $failure.CategoryInfo.Category | Should -Be ConnectionError
            $failure.TargetObject | Should -Be "http://127.0.0.1:$port"
            $failure.Exception.Message | Should -BeLike "*127.0.0.1:$port*emulator or the service on this machine*"
        }

        It 'is no URL: "<Url>"' -ForEach @(@{ Url = 'management.azure.com' }, @{ Url = 'ftp://127.0.0.1' }, @{ Url = 'http://contoso.com' }) {
            $failure = Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure abc) -Endpoint $Url }
            Get-ErrorCode $failure | Should -BeLike '*Endpoint'
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.Exception.Message | Should -BeLike "*$Url*"
        }

        It 'answers with a page (HTTP <Status>)' -ForEach @(@{ Status = 200 }, @{ Status = 403 }) {
            Add-Fault @{ times = 100; pathContains = '/subscriptions'; action = @{ status = $Status; body = '<html><h1>Sign in to the network</h1></html>'; contentType = 'text/html' } }
            foreach ($failure in @(
                    Get-Failure { Get-UserAssignedIdentity }
                    Get-Failure { Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure (Get-EmulatorToken)) -Endpoint (Get-ArmEmulator).Endpoint }
                )) {
                Get-ErrorCode $failure | Should -Be $(if ($Status -eq 200) { 'UnexpectedContent' } else { "HttpStatus$Status" })
                $failure.Exception.HttpStatus | Should -Be $Status
                $failure.Exception.Message | Should -Match 'text/html|Sign in to the network'
            }
        }

        It 'answers with half a page' {
            Add-Fault @{ times = 100; pathContains = '/userAssignedIdentities'; action = @{ status = 200; body = '{"value":[{"id":' } }
            Get-ErrorCode (Get-Failure { Get-UserAssignedIdentity }) | Should -Be UnexpectedContent
        }
    }

    Context 'tokens' {
        It 'has expired' {
            Edit-EmulatorSetting @{ tokenLifetimeSeconds = 1 }
            $token = Get-EmulatorToken
            $connection = Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure $token) -Endpoint (Get-ArmEmulator).Endpoint
            Wait-Condition { Get-Failure { Get-UserAssignedIdentity -Connection $connection } }
            $failure = Get-Failure { Get-UserAssignedIdentity -Connection $connection }
            Get-ErrorCode $failure | Should -Be ExpiredAuthenticationToken
            $failure.CategoryInfo.Category | Should -Be AuthenticationError
            $failure.Exception.HttpStatus | Should -Be 401
            $failure.Exception.Message | Should -BeLike '*Connect-ManagedIdentityService*'
            $failure | Out-String | Should -Not -BeLike "*$token*"
        }
    }

    Context 'numbers' {
        It 'is a throttle that is none: <Limit>' -ForEach @(@{ Limit = 0 }, @{ Limit = 257 }, @{ Limit = -1 }) {
            (Get-Failure { Get-UserAssignedIdentity -ThrottleLimit $Limit }).Exception.Message | Should -BeLike '*ThrottleLimit*'
        }
    }
}
