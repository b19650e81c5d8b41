Describe 'What a service writes' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        . "$PSScriptRoot/Calls.ps1"
        . "$PSScriptRoot/Tampering.ps1"
        Connect-TestEmulator
        if (Test-Path Variable:PSStyle) {
            # Otherwise PowerShell takes sequences out of what it formats.
            $rendering = $PSStyle.OutputRendering
            $PSStyle.OutputRendering = 'Ansi'
        }
        $view = $ErrorView

        $one, $two = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group -Tag @{ team = 'shop'; env = 'prod' }
        $machine = Update-VmIdentity $Group $VM -AddIdentityId id1, id2 -EnableSystemAssigned
        $null = New-FederatedIdentityCredential $Group id1 main -Issuer https://issuer.example -Subject s
        $null = $one | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
        $team = 'bbbbbbbb-cccc-dddd-2222-333333333333'
        $null = $one | Add-IdentityGroupMember -Group $team
        $template = Join-Path $TestDrive template.json
        Set-Content $template @'
{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
  "resources": [ { "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2024-11-30", "name": "id3", "location": "eastus" } ],
  "outputs": { "first": { "type": "string", "value": "a" } } }
'@
        $proxy = New-Object TamperingProxy (Get-ArmEmulator).Endpoint, $Tampered
        $fact = Get-EmulatorFact

        # What a console would carry out. The default colour of errors is another one.
        $commands = "[\x07\u009b\u202e]|\x1b\[31m"
        # Everything that a call writes, as a console has it and as a log does.
        function Get-Shown([scriptblock] $Action) {
            $ErrorActionPreference = 'Continue'
            $global:Error.Clear()
            $said = try {
                & $Action *>&1
            } catch {
                $_
            }
            $seen.Count += @($said).Count
            foreach ($one in $said) {
                if ($one -isnot [pscustomobject]) {
                    # What each form of it prints, and what it is as a text.
                    $one | Out-String -Width 400
                    $one | Format-Table | Out-String -Width 400
                    $one | Format-List | Out-String -Width 4000
                    "$one"
                }
                if ($one -is [System.Management.Automation.InformationalRecord]) {
                    # One message is one line.
                    $one.Message | Should -Not -Match '[\r\n]'
                    $one.Message
                }
            }
            foreach ($one in $global:Error) {
                "$one" | Should -Not -Match '[\r\n]'
                $one.FullyQualifiedErrorId | Should -Not -Match '[\r\n]'
                $one.FullyQualifiedErrorId
                foreach ($ErrorView in 'NormalView', 'ConciseView', 'CategoryView') {
                    $one | Out-String -Width 400
                }
                $one | Format-List * -Force | Out-String -Width 4000
                $one.Exception | Format-List * -Force | Out-String -Width 4000
                "$($one.CategoryInfo)"
            }
        }
        function Assert-Plain([string] $Name, [scriptblock] $Action) {
            $shown = (Get-Shown $Action) -join "`n"
            if ($shown -match $commands) {
                $at = $shown.IndexOf($Matches[0])
                throw "${Name}: " + ($shown.Substring([Math]::Max(0, $at - 200), [Math]::Min(300, $shown.Length - [Math]::Max(0, $at - 200))) -replace '[^ -~\n]', '?')
            }
        }
        $seen = @{ Count = 0 }
        $ran = [System.Collections.Generic.HashSet[string]]::new()
    }
    AfterAll {
        if ($proxy) { $proxy.Dispose() }
        if (Test-Path Variable:PSStyle) { $PSStyle.OutputRendering = $rendering }
        $ErrorView = $view
        Disconnect-TestEmulator
    }

    It 'is data in objects, and plain in what is shown of them' {
        $null = Connect-ManagedIdentityService -Endpoint $proxy.Endpoint -Tenant $fact.tenantId -ServicePrincipal -Credential (Get-EmulatorCredential) -SubscriptionId $fact.subscriptionId
        $identity = Get-UserAssignedIdentity $Group id1
        # The test is one: the service does tamper, and the object has it.
        $identity.Tag.team | Should -Match '\x07'
        $all = @{ Verbose = $true; Debug = $true }
        $change = @{ Confirm = $false } + $all
        $calls = [ordered] @{
            'Get-ManagedIdentityConnection'     = { Get-ManagedIdentityConnection }
            'Get-UserAssignedIdentity'          = { Get-UserAssignedIdentity @all; Get-UserAssignedIdentity $Group id1 @all; Get-UserAssignedIdentity $Group id* @all; Get-UserAssignedIdentity -AllSubscriptions @all }
            'Get-SystemAssignedIdentity'        = { Get-VmIdentity $Group $VM | Get-SystemAssignedIdentity @all }
            'Get-VmIdentity'                    = { Get-VmIdentity @all; Get-VmIdentity $Group $VM @all }
            'Get-VmssIdentity'                  = { Get-VmssIdentity @all }
            'Get-ResourceIdentity'              = { Get-ResourceIdentity @all }
            'Get-FederatedIdentityCredential'   = { Get-FederatedIdentityCredential $Group id1 @all }
            'Get-IdentityRoleAssignment'        = { Get-IdentityRoleAssignment @all; Get-IdentityRoleAssignment -IdentityId $one.Id @all; Get-IdentityRoleAssignment -InputObject $identity @all }
            'Get-IdentityAssociatedResource'    = { Get-IdentityAssociatedResource @all }
            'Get-IdentityGroupMember'           = { Get-IdentityGroupMember -Group $team @all }
            'Invoke-ArmRequest'                 = { Invoke-ArmRequest -Path (Get-IdentityId id1) -ApiVersion 2024-11-30 @all; Invoke-ArmRequest -Path (Get-IdentityId none) -ApiVersion 2024-11-30 @all }
            'Export-UserAssignedIdentity'       = { Export-UserAssignedIdentity $Group id1 -Format Bicep -IncludeRoleAssignment @all; Export-UserAssignedIdentity $Group id1 -Format Arm @all; Export-UserAssignedIdentity $Group id1 -Path "$TestDrive/out.json" -Format Arm @all; Get-Content -Raw "$TestDrive/out.json" }
            'New-UserAssignedIdentity'          = { New-UserAssignedIdentity $Group id4 @change; New-UserAssignedIdentity $Group id1 -Location westus @change }
            'Update-UserAssignedIdentity'       = { Update-UserAssignedIdentity $Group id1 -Tag @{ a = 'b' } @change }
            'Update-VmIdentity'                 = { Update-VmIdentity $Group $VM -RemoveIdentityId id2 @change; Update-VmIdentity $Group $VM -AddIdentityId id2 @change }
            'Update-ResourceIdentity'           = { Update-ResourceIdentity -ResourceId $machine.Id -AddIdentityId id2 @change }
            'Update-VmssIdentity'               = { Update-VmssIdentity $Group none -AddIdentityId id2 @change }
            'Wait-VmIdentity'                   = { Wait-VmIdentity $Group $VM @all }
            'Wait-ResourceIdentity'             = { Wait-ResourceIdentity -ResourceId $machine.Id @all }
            'New-FederatedIdentityCredential'   = { New-FederatedIdentityCredential $Group id1 two -Issuer https://issuer.example -Subject t @change }
            'Update-FederatedIdentityCredential' = { Update-FederatedIdentityCredential $Group id1 two -Subject u @change }
            'Remove-FederatedIdentityCredential' = { Remove-FederatedIdentityCredential $Group id1 two @change }
            'New-IdentityRoleAssignment'        = { New-IdentityRoleAssignment -IdentityId $two.Id -RoleDefinitionName Reader -ResourceGroupName $Group @change; New-IdentityRoleAssignment -IdentityId $two.Id -RoleDefinitionName none -ResourceGroupName $Group @change }
            'Remove-IdentityRoleAssignment'     = { Remove-IdentityRoleAssignment -IdentityId $two.Id -RoleDefinitionName Reader -ResourceGroupName $Group @change }
            'New-IdentityAppRoleAssignment'     = { New-IdentityAppRoleAssignment Mail.Send -IdentityId $two.Id @change; New-IdentityAppRoleAssignment none -IdentityId $two.Id @change }
            'Get-IdentityAppRoleAssignment'     = { Get-IdentityAppRoleAssignment -IdentityId $one.Id, $two.Id @all; Get-IdentityAppRoleAssignment -Resource 'Microsoft Graph' @all }
            'Remove-IdentityAppRoleAssignment'  = { Remove-IdentityAppRoleAssignment Mail.Send -IdentityId $two.Id @change }
            'Add-IdentityGroupMember'           = { Add-IdentityGroupMember -Group $team -PrincipalId $two.PrincipalId -PassThru @change }
            'Remove-IdentityGroupMember'        = { Remove-IdentityGroupMember -Group $team -PrincipalId $two.PrincipalId @change }
            'New-ArmDeployment'                 = { New-ArmDeployment $Group -TemplateFile $template @change }
            'Revoke-UserAssignedIdentityToken'  = { Revoke-UserAssignedIdentityToken $Group id1 @change }
            'Remove-UserAssignedIdentity'       = { Remove-UserAssignedIdentity $Group id4 @change; Get-UserAssignedIdentity $Group id2 | Remove-UserAssignedIdentity -IfUnused @change; Get-UserAssignedIdentity $Group id1 | Remove-UserAssignedIdentity -Detach -WhatIf }
        }
        foreach ($name in $calls.Keys) {
            $seen.Count = 0
            Assert-Plain $name $calls[$name]
            $seen.Count | Should -BeGreaterThan 0 -Because $name
            $null = $ran.Add($name)
        }
    }

    It 'is plain in a plan: <_>' -ForEach @(
        'Update-UserAssignedIdentity $Group id1 -Tag @{ a = 1 }'
        'Update-VmIdentity $Group $VM -IdentityType None'
        'Remove-UserAssignedIdentity $Group id1 -Detach'
        'Get-UserAssignedIdentity $Group id1 | Remove-UserAssignedIdentity -Detach'
        'New-ArmDeployment $Group -TemplateFile $template'
        'Get-IdentityRoleAssignment -IdentityId $one.Id | Remove-IdentityRoleAssignment'
    ) {
        $file = Join-Path $TestDrive transcript
        $null = Start-Transcript $file
        try {
            . ([scriptblock]::Create("$_ -WhatIf"))
        } finally {
            $null = Stop-Transcript
        }
        $text = [System.IO.File]::ReadAllText($file)
        $text | Should -Match 'What if:'
        $text | Should -Not -Match $commands
    }

    It 'is plain in a list of completions' {
        $null = Connect-ManagedIdentityService -Endpoint $proxy.Endpoint -Tenant $fact.tenantId -ServicePrincipal -Credential (Get-EmulatorCredential) -SubscriptionId $fact.subscriptionId
        foreach ($line in 'Get-UserAssignedIdentity -Name ', 'Get-UserAssignedIdentity -ResourceGroupName ', 'New-UserAssignedIdentity -Location ', 'New-IdentityRoleAssignment -RoleDefinitionName ', 'Get-IdentityGroupMember -Group ', 'Get-UserAssignedIdentity -SubscriptionId ', 'Update-VmIdentity -AddIdentityId ') {
            $found = (TabExpansion2 $line $line.Length).CompletionMatches
            foreach ($one in $found) {
                "$($one.CompletionText)$($one.ListItemText)$($one.ToolTip)" | Should -Not -Match "$commands|[\r\n]" -Because $line
            }
        }
    }

    It 'is plain in errors of every cmdlet: <Status>' -ForEach @(
        @{ Status = 403 }
        @{ Status = 400 }
    ) {
        $null = Connect-ManagedIdentityService -Emulator
        $text = "a$Tampered"
        $body = "{ ""error"": { ""code"": ""Bad$text"", ""message"": ""$text"", ""target"": ""$text"", ""details"": [ { ""code"": ""$text"", ""message"": ""more $text"" } ], ""additionalInfo"": [ { ""type"": ""PolicyViolation"", ""info"": { ""policyAssignmentDisplayName"": ""$text"" } }, { ""type"": ""$text"", ""info"": ""$text"" } ] } }"
        Add-Fault @{ times = 100000; pathContains = '/'; action = @{ status = $Status; body = $body; headers = @{ 'x-ms-request-id' = "a`tb"; Server = "a`tb" } } }
        try {
            foreach ($call in Get-AnyCall) {
                $arguments = $call.Arguments
                Assert-Plain "$($call.Name) $($call.Set)" { & $call.Name @arguments -Verbose -Debug }
                $null = $ran.Add($call.Name)
            }
            Assert-Plain 'a sign-in' { Connect-ManagedIdentityService -Endpoint (Get-ArmEmulator).Endpoint -Tenant $fact.tenantId -ServicePrincipal -Credential (Get-EmulatorCredential) -Verbose }
            Assert-Plain 'a device code' { Connect-ManagedIdentityService -Endpoint (Get-ArmEmulator).Endpoint -Tenant $fact.tenantId -UseDeviceAuthentication -Verbose }
        } finally {
            Invoke-Emulator Delete /faults
        }
    }

    It 'was asked by every cmdlet that asks a service' {
        $those = Get-Command -Module ManagedIdentity -CommandType Cmdlet | Where-Object { $_.Parameters.ContainsKey('Connection') -and $_.Name -ne 'Disconnect-ManagedIdentityService' }
        $those.Name | Where-Object { -not $ran.Contains($_) } | Should -BeNullOrEmpty
    }

    It 'has no token of ours in it, in whatever form a service reflects it' {
        $token = Get-EmulatorToken
        $null = Connect-ManagedIdentityService -AccessToken (ConvertTo-Secure $token) -Endpoint (Get-ArmEmulator).Endpoint
        $escaped = -join ($token.ToCharArray() | ForEach-Object { '\u{0:x4}' -f [int] $_ })
        $percent = -join ($token.ToCharArray() | ForEach-Object { '%{0:X2}' -f [int] $_ })
        $base64 = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes("Bearer $token"))
        $split = $token -replace '(.{20})', '$1\r\n'
        $part = $token.Substring(30, 40)
        foreach ($form in $token, $escaped, $percent, $base64, $split) {
            $body = "{ ""error"": { ""code"": ""$form"", ""message"": ""Authorization: Bearer $form"", ""details"": [ { ""code"": ""x"", ""message"": ""$form"" } ] } }"
            Add-Fault @{ action = @{ status = 403; body = $body; headers = @{ 'x-ms-request-id' = $token; 'x-ms-correlation-request-id' = $token; Server = $token } } }
            $shown = (Get-Shown { Get-UserAssignedIdentity $Group id1 -Verbose -Debug }) -join "`n" -replace '\s'
            $shown | Should -Match '\(notshown\)'
            foreach ($trace in $part, $percent.Substring(90, 60), $base64.Substring(30, 40), $escaped.Substring(120, 60)) {
                $shown.Contains($trace) | Should -BeFalse -Because $form.Substring(0, 40)
            }
        }
    }
}
