Describe 'New-ArmDeployment' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator

        # A file with an object as JSON, or with a text as it is.
        function ConvertTo-JsonFile($Value, [string] $Name = 'main.json') {
            $file = Join-Path $TestDrive $Name
            $text = if ($Value -is [string]) { $Value } else { ConvertTo-Json $Value -Depth 30 }
            [System.IO.File]::WriteAllText($file, $text)
            $file
        }

        # A template with these resources, parameters and outputs.
        function ConvertTo-Template([object[]] $Resource, [hashtable] $Parameter = @{}, [hashtable] $Output = @{}) {
            ConvertTo-JsonFile @{
                '$schema'      = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
                contentVersion = '1.0.0.0'
                parameters     = $Parameter
                resources      = @($Resource)
                outputs        = $Output
            }
        }

        function Get-IdentityResource([string] $Name, [string] $Location = 'eastus') {
            @{ type = $IdentityType; apiVersion = '2024-11-30'; name = $Name; location = $Location }
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }

    It 'runs a template and shows its outputs' {
        $template = ConvertTo-Template (Get-IdentityResource "[parameters('name')]") @{ name = @{ type = 'string' } } @{
            name   = @{ type = 'string'; value = "[parameters('name')]" }
            number = @{ type = 'int'; value = 7 }
            list   = @{ type = 'array'; value = @('one') }
        }
        $deployment = New-ArmDeployment -ResourceGroupName $Group -Name first -TemplateFile $template -TemplateParameterObject @{ name = 'id1' }
        $deployment.DeploymentName | Should -Be first
        $deployment.ResourceGroupName | Should -Be $Group
        $deployment.ProvisioningState | Should -Be Succeeded
        $deployment.Mode | Should -Be Incremental
        $deployment.Outputs.name.Value | Should -Be id1
        $deployment.Outputs['NUMBER'].Value | Should -Be 7
        $deployment.Outputs.list.Type | Should -Be array
        $deployment.Outputs.list.Value.Count | Should -Be 1
        $deployment.OutputResource | Should -BeLike '*/id1'
        (Get-UserAssignedIdentity).Name | Should -Be id1
    }

    It 'is named as its file, and takes a file of parameters' {
        $template = ConvertTo-Template (Get-IdentityResource "[parameters('name')]") @{ name = @{ type = 'string' } }
        $file = ConvertTo-JsonFile @{ contentVersion = '1.0.0.0'; parameters = @{ name = @{ value = 'id2' } } } parameters.json
        (New-ArmDeployment $Group $template -TemplateParameterFile $file).DeploymentName | Should -Be main
        (Get-UserAssignedIdentity).Name | Should -Be id2
    }

    It 'takes comments, and paths of PowerShell' {
        $null = ConvertTo-JsonFile @'
// A template.
{
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0", /* nothing
    else */ "resources": []
}
'@
        (New-ArmDeployment $Group TestDrive:/main.json).ProvisioningState | Should -Be Succeeded
    }

    It 'makes a machine with <Kind>' -ForEach @(
        @{ Kind = 'SystemAssigned' }
        @{ Kind = 'UserAssigned' }
        @{ Kind = 'SystemAssigned, UserAssigned' }
    ) {
        $null = New-UserAssignedIdentity $Group id1
        $identity = @{ type = $Kind }
        if ($Kind -like '*UserAssigned') {
            $identity.userAssignedIdentities = @{ "[resourceId('$IdentityType', 'id1')]" = @{} }
        }
        $machine = @{
            type = 'Microsoft.Compute/virtualMachines'; apiVersion = '2025-04-01'; name = 'made'; location = 'eastus'; identity = $identity
            properties = @{
                hardwareProfile = @{ vmSize = 'Standard_D2s_v5' }
                osProfile       = @{ computerName = 'made'; adminUsername = 'azure'; adminPassword = "[parameters('password')]" }
                storageProfile  = @{
                    imageReference = @{ publisher = 'Canonical'; offer = 'ubuntu-24_04-lts'; sku = 'server'; version = 'latest' }
                    osDisk         = @{ createOption = 'FromImage' }
                }
                networkProfile  = @{ networkInterfaces = @(@{ id = "[resourceId('Microsoft.Network/networkInterfaces', 'nic1')]" }) }
            }
        }
        $template = ConvertTo-Template $machine @{ password = @{ type = 'secureString' } }
        $said = New-ArmDeployment $Group $template -TemplateParameterObject @{ password = ConvertTo-Secure 'Marked-secret-1' } -Verbose *>&1 | Out-String
        $said | Should -Not -BeLike '*Marked-secret*'
        $made = Get-VmIdentity $Group made
        $made.Type | Should -Be ($Kind -replace ', ')
        if ($Kind -like '*UserAssigned') {
            $made.UserAssignedIdentity.Name | Should -Be id1
        }
    }

    It 'says the deepest cause, with the resource' {
        $template = ConvertTo-Template (Get-IdentityResource good), (Get-IdentityResource bad nowhere)
        $failure = Get-Failure { New-ArmDeployment $Group $template }
        $failure.CategoryInfo.Category | Should -Be InvalidOperation
        Get-ErrorCode $failure | Should -Not -Be DeploymentFailed
        $failure.Exception.Message | Should -BeLike "*nowhere*"
        $failure.TargetObject | Should -Be main
    }

    It 'says the deepest cause in a deployment in a deployment' {
        $null = New-UserAssignedIdentity $Group id1
        $inner = @{
            type = "$IdentityType/federatedIdentityCredentials"; apiVersion = '2024-11-30'; name = 'id1/main'
            properties = @{ issuer = 'https://issuer.example'; subject = 's'; audiences = @('a', 'b') }
        }
        $nested = @{
            type = 'Microsoft.Resources/deployments'; apiVersion = '2022-09-01'; name = 'inner'
            properties = @{
                mode = 'Incremental'
                template = @{ '$schema' = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'; contentVersion = '1.0.0.0'; resources = @($inner) }
            }
        }
        $failure = Get-Failure { New-ArmDeployment $Group (ConvertTo-Template $nested) }
        Get-ErrorCode $failure | Should -Be BadRequest
        $failure.Exception.Message | Should -BeLike "Deployment 'main' failed at *federatedIdentityCredentials*exactly one audience*"
    }

    It 'tells what it is doing while it waits' {
        Edit-EmulatorSetting @{ operationMs = 2500 }
        $script = "`$ProgressPreference = 'Continue'; Import-Module '$ModulePath'; New-ArmDeployment $Group '$(ConvertTo-Template (Get-IdentityResource id1))'"
        $shell = [powershell]::Create()
        $null = $shell.AddScript($script).Invoke()
        $shell.Streams.Error | Should -BeNullOrEmpty
        $shell.Streams.Progress.Activity | Should -Contain 'Deploying main'
        "$($shell.Streams.Progress.StatusDescription)" | Should -BeLike '*resources done*'
        $shell.Dispose()
    }

    It '-WhatIf asks Azure, says each change, and makes none' {
        $null = New-UserAssignedIdentity $Group id1 -Tag @{ env = 'prod' }
        $null = New-UserAssignedIdentity $Group same
        $changed = (Get-IdentityResource id1) + @{ tags = @{ env = 'test'; key = "[parameters('key')]" } }
        $template = ConvertTo-Template $changed, (Get-IdentityResource new), (Get-IdentityResource same) @{ key = @{ type = 'secureString' } }
        Invoke-Emulator Delete /requests
        $shell = [powershell]::Create()
        $script = "Import-Module '$ModulePath'; New-ArmDeployment $Group '$template' -TemplateParameterObject @{ key = 'marked-secret' } -WhatIf"
        $null = $shell.AddScript($script).Invoke()
        $shell.Streams.Error | Should -BeNullOrEmpty
        $shell.Dispose()
        (Get-ChangingRequest).path | Should -BeLike '*/deployments/main/whatIf?*'
        (Get-UserAssignedIdentity $Group).Name | Sort-Object | Should -Be id1, same

        $said = & ([System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName) -NoProfile -NonInteractive -Command @"
            `$env:X = 1; Import-Module '$ModulePath'
            `$token = ConvertTo-SecureString '$(Get-EmulatorToken)' -AsPlainText -Force
            `$null = Connect-ManagedIdentityService -AccessToken `$token -Endpoint $((Get-ArmEmulator).Endpoint)
            New-ArmDeployment $Group '$template' -TemplateParameterObject @{ key = 'marked-secret' } -WhatIf
"@ | Out-String
        $said | Should -BeLike "*What if: Run deployment 'main'*"
        $said | Should -BeLike "*Create $IdentityType 'new'*"
        $said | Should -BeLike "*Modify $IdentityType 'id1': *tags.env from 'prod' to 'test'*"
        $said | Should -Not -BeLike "*'same'*"
        $said | Should -Not -BeLike '*marked-secret*'
    }

    It 'sets wrong input right: <Code>' -ForEach @(
        @{ Code = 'InvalidName'; Given = @{ Name = 'a b' } }
        @{ Code = 'InvalidResourceGroupName'; Given = @{ ResourceGroupName = 'a/b' } }
        @{ Code = 'InvalidTemplateFile'; Given = @{ TemplateFile = 'TestDrive:/missing.json' } }
        @{ Code = 'InvalidTemplateFile'; Given = @{ TemplateFile = 'main.bicep' } }
        @{ Code = 'InvalidTemplateFile'; Given = @{ TemplateFile = 'Env:/PATH' } }
        @{ Code = 'InvalidTemplateParameter'; Given = @{ TemplateParameterObject = @{ other = 1 } } }
        @{ Code = 'InvalidTemplateParameterFile'; Given = @{ TemplateParameterFile = 'TestDrive:/missing.json' } }
    ) {
        $call = @{ ResourceGroupName = $Group; TemplateFile = ConvertTo-Template @() }
        foreach ($name in $Given.Keys) {
            $call[$name] = $Given[$name]
        }
        $failure = Get-Failure { New-ArmDeployment @call }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'refuses what is no template' {
        Get-ErrorCode (Get-Failure { New-ArmDeployment $Group (ConvertTo-JsonFile 'param x string') }) | Should -Be InvalidTemplate
        Get-ArmRequest | Should -BeNullOrEmpty
        Get-ErrorCode (Get-Failure { New-ArmDeployment $Group (ConvertTo-JsonFile @{ resources = @() }) }) | Should -Be InvalidTemplate
    }
}
