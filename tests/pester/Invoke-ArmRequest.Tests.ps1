Describe 'Invoke-ArmRequest' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $GroupPath = "/subscriptions/{subscriptionId}/resourceGroups/$Group"
        $IdentityPath = "$GroupPath/providers/$IdentityType"
        $Version = '2024-11-30'
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }

    It 'puts what a table says, and returns what Azure answered' {
        $made = Invoke-ArmRequest PUT "$IdentityPath/id1" -ApiVersion $Version -Body @{ location = 'eastus'; tags = @{ env = 'prod' } }
        $made.name | Should -BeExactly id1
        $made.tags.env | Should -Be prod
        $made.properties.principalId | Should -Be (Get-UserAssignedIdentity $Group id1).PrincipalId
        (Get-ChangingRequest).path | Should -BeLike "*/$((Get-ArmEmulator).SubscriptionId)/*/id1?api-version=$Version"
    }

    It 'takes JSON as a body and sends it as it is' {
        $made = Invoke-ArmRequest -Method Put -Path "${IdentityPath}/id1?api-version=$Version" -Body '{"location":"eastus","tags":{"day":"2024-05-01T10:00:00Z","many":"1"}}'
        $made.tags.day | Should -BeExactly '2024-05-01T10:00:00Z'
        $made.tags.day | Should -BeOfType string
    }

    It 'reads, and may name the host' {
        $null = New-UserAssignedIdentity $Group id1
        (Invoke-ArmRequest -Path "$IdentityPath/id1" -ApiVersion $Version).name | Should -Be id1
        $url = "$((Get-ArmEmulator).Endpoint)$IdentityPath/id1?api-version=$Version"
        (Invoke-ArmRequest -Path $url).name | Should -Be id1
    }

    It 'reads several paths from the pipeline, each failure an error of its own' {
        $null = 'id1', 'id3' | New-UserAssignedIdentity -ResourceGroupName $Group
        $found = 'id1', 'id2', 'id3' | ForEach-Object { "$IdentityPath/$_" } | Invoke-ArmRequest -ApiVersion $Version -ErrorAction SilentlyContinue -ErrorVariable failure
        $found.name | Should -Be 'id1', 'id3'
        $failure.Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -Be 'ResourceNotFound,ManagedIdentity.Commands.InvokeArmRequestCommand'
        $failure[0].TargetObject | Should -Be "$IdentityPath/id2"
    }

    It 'loses one answer to what can not be read of it, and not the pipeline' {
        $depth = 600
        Add-Fault @{
            pathContains = 'userAssignedIdentities/deep'
            action       = @{ status = 200; body = ('[' * $depth) + (']' * $depth); contentType = 'application/json' }
        }
        $null = 'id1' | New-UserAssignedIdentity -ResourceGroupName $Group
        $found = 'deep', 'id1' | ForEach-Object { "$IdentityPath/$_" } | Invoke-ArmRequest -ApiVersion $Version -ErrorAction SilentlyContinue -ErrorVariable failure
        $found.name | Should -Be 'id1'
        $failure.Count | Should -Be 1
        $failure[0].FullyQualifiedErrorId | Should -Be 'UnexpectedContent,ManagedIdentity.Commands.InvokeArmRequestCommand'
        $failure[0].TargetObject | Should -Be "$IdentityPath/deep"
        $failure[0].Exception.Message | Should -BeLike '*more than 512 deep*'
    }

    It 'returns the items of all pages with -Paginate, and a page without' {
        Edit-EmulatorSetting @{ pageSize = 2 }
        $null = 'id1', 'id2', 'id3', 'id4', 'id5' | New-UserAssignedIdentity -ResourceGroupName $Group
        (Invoke-ArmRequest -Path $IdentityPath -ApiVersion $Version -Paginate).name | Sort-Object | Should -Be 'id1', 'id2', 'id3', 'id4', 'id5'
        $page = Invoke-ArmRequest -Path $IdentityPath -ApiVersion $Version
        $page.value.Count | Should -Be 2
        $page.nextLink | Should -Not -BeNullOrEmpty
    }

    It 'waits for the end of an operation with -Wait' {
        Edit-EmulatorSetting @{ operationMs = 300 }
        $path = "$GroupPath/providers/Microsoft.Compute/virtualMachines/$VM"
        $body = @{ identity = @{ type = 'SystemAssigned' } }
        (Invoke-ArmRequest PATCH $path -ApiVersion 2025-04-01 -Body $body).properties.provisioningState | Should -Be Updating
        $null = Wait-VmIdentity $Group $VM
        $body.identity.type = 'None'
        $machine = Invoke-ArmRequest PATCH $path -ApiVersion 2025-04-01 -Body $body -Wait
        $machine.properties.provisioningState | Should -Be Succeeded
        $machine.PSObject.Properties.Name | Should -Not -Contain identity
    }

    It 'returns nothing where Azure says nothing' {
        $null = New-UserAssignedIdentity $Group id1
        Invoke-ArmRequest DELETE "$IdentityPath/id1" -ApiVersion $Version | Should -BeNullOrEmpty
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'tries again where any cmdlet does' {
        Add-Fault @{ method = 'GET'; pathContains = '/id1'; action = @{ status = 429; headers = @{ 'Retry-After' = '0' } } }
        $null = New-UserAssignedIdentity $Group id1
        (Invoke-ArmRequest -Path "$IdentityPath/id1" -ApiVersion $Version).name | Should -Be id1
    }

    It 'does not show the signed URL of a system-assigned identity' {
        $null = Update-VmIdentity $Group $VM -EnableSystemAssigned
        $path = "$((Get-VmIdentity $Group $VM).Id)/providers/Microsoft.ManagedIdentity/identities/default"
        $raw = Invoke-RestMethod "$((Get-ArmEmulator).Endpoint)$($path)?api-version=$Version" -Headers @{ Authorization = "Bearer $(Get-EmulatorToken)" }
        $raw.properties.clientSecretUrl | Should -Not -BeNullOrEmpty
        $shown = Invoke-ArmRequest -Path $path -ApiVersion $Version
        $shown.properties.principalId | Should -Be $raw.properties.principalId
        $shown.properties.PSObject.Properties.Name | Should -Not -Contain clientSecretUrl
    }

    It '-WhatIf sends nothing, and reading goes on' {
        Invoke-ArmRequest PUT "$IdentityPath/id1" -ApiVersion $Version -Body @{ location = 'eastus' } -WhatIf | Should -BeNullOrEmpty
        Get-ArmRequest | Should -BeNullOrEmpty
        (Invoke-ArmRequest -Path $GroupPath -ApiVersion 2022-09-01 -WhatIf).name | Should -Be $Group
    }

    It 'sets wrong input right: <Code>' -ForEach @(
        @{ Code = 'InvalidPath'; Named = @{ Path = 'subscriptions/x' }; Rule = 'slash' }
        @{ Code = 'InvalidPath'; Named = @{ Path = '' }; Rule = 'slash' }
        @{ Code = 'ForeignHost'; Named = @{ Path = 'https://example.com/subscriptions' }; Rule = 'token' }
        @{ Code = 'ForeignHost'; Named = @{ Path = '//example.com/subscriptions' }; Rule = 'token' }
        @{ Code = 'MissingParameter'; Named = @{ Path = '/subscriptions'; ApiVersion = $null }; Rule = '-ApiVersion' }
        @{ Code = 'InvalidApiVersion'; Named = @{ Path = '/subscriptions'; ApiVersion = '2024 11' }; Rule = 'date' }
        @{ Code = 'InvalidApiVersion'; Named = @{ Path = '/subscriptions?api-version=2020-01-01' }; Rule = '2020-01-01' }
        @{ Code = 'InvalidMethod'; Named = @{ Path = '/subscriptions'; Method = 'FETCH' }; Rule = 'PATCH' }
        @{ Code = 'InvalidMethod'; Named = @{ Path = '/subscriptions'; Method = 'POST'; Paginate = $true }; Rule = 'GET' }
        @{ Code = 'InvalidBody'; Named = @{ Path = '/subscriptions'; Body = '{}' }; Rule = 'no body' }
        @{ Code = 'InvalidBody'; Named = @{ Path = '/subscriptions'; Method = 'PUT'; Body = '{a}' }; Rule = 'JSON' }
        @{ Code = 'InvalidBody'; Named = @{ Path = '/subscriptions'; Method = 'PUT'; Body = @{ a = [double]::NaN } }; Rule = 'number' }
    ) {
        $call = @{ ApiVersion = '2024-11-30' }
        foreach ($name in $Named.Keys) {
            $call[$name] = $Named[$name]
        }
        if ($null -eq $call.ApiVersion) {
            $call.Remove('ApiVersion')
        }
        $failure = Get-Failure { Invoke-ArmRequest @call }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike "*$Rule*"
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'repeats no body in an error or a verbose line' {
        $ErrorActionPreference = 'Continue'
        $said = Invoke-ArmRequest PUT "$IdentityPath/id1" -ApiVersion $Version -Body @{ location = 'nowhere'; marked = 'marked-secret' } -Verbose *>&1 | Out-String
        $said += Get-Failure { Invoke-ArmRequest PUT "$IdentityPath/id1" -ApiVersion $Version -Body '{"marked-secret"' } | Out-String
        $said | Should -Not -BeLike '*marked-secret*'
    }

    It 'completes the methods' {
        $text = 'Invoke-ArmRequest -Method PA'
        $found = [System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null)
        $found.CompletionMatches.CompletionText | Should -Be PATCH
    }
}
