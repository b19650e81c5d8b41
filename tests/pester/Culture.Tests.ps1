# What a command does does not depend on the culture: casing, digits, calendars, decimal commas.
Describe 'Any culture: <_>' -ForEach 'tr-TR', 'de-DE', 'ar-SA', 'th-TH', 'fa-IR' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $before = [cultureinfo]::CurrentCulture
        $beforeUI = [cultureinfo]::CurrentUICulture
        Connect-TestEmulator
        Edit-EmulatorSetting @{ federatedWriteMs = 0 }
        [cultureinfo]::CurrentCulture = $_
        [cultureinfo]::CurrentUICulture = $_
    }
    AfterAll {
        [cultureinfo]::CurrentCulture = $before
        [cultureinfo]::CurrentUICulture = $beforeUI
        Disconnect-TestEmulator
    }

    It 'finds names whatever their casing' {
        $null = 'INSIGHT', 'other' | New-UserAssignedIdentity -ResourceGroupName $Group
        (Get-UserAssignedIdentity -Name insight).Name | Should -BeExactly INSIGHT
        (Get-UserAssignedIdentity -Name in*).Name | Should -BeExactly INSIGHT
        (Get-UserAssignedIdentity -ResourceGroupName $Group -Name insight, *IGHT).Name | Should -Be INSIGHT, INSIGHT
        (Get-UserAssignedIdentity -AllSubscriptions -Name insight).Name | Should -BeExactly INSIGHT
        (Get-VmIdentity -Name 'MYV*').Name | Should -Be $VM
    }

    It 'changes a machine, and keeps what it has' {
        $null = Update-VmIdentity $Group $VM -AddIdentityId insight
        $changed = Update-VmIdentity $Group $VM -AddIdentityId OTHER
        $changed.UserAssignedIdentity.Name | Sort-Object | Should -Be INSIGHT, other
        $changed.Type | Should -Be UserAssigned
        $null = Update-VmIdentity $Group $VM -RemoveIdentityId insight, other
        (Get-VmIdentity $Group $VM).UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It 'gives a role and finds it' {
        $null = Get-UserAssignedIdentity $Group insight |
            New-IdentityRoleAssignment -RoleDefinitionName 'MANAGED IDENTITY OPERATOR' -ResourceGroupName $Group
        (Get-UserAssignedIdentity $Group INSIGHT | Get-IdentityRoleAssignment).RoleDefinitionName | Should -Be 'Managed Identity Operator'
    }

    It 'finds federated credentials' {
        $null = New-FederatedIdentityCredential $Group insight MAIN-I -Issuer https://issuer.example -Subject "$([char] 0x130)I"
        (Get-FederatedIdentityCredential $Group INSIGHT main-i).Subject | Should -BeExactly "$([char] 0x130)I"
        (Get-FederatedIdentityCredential $Group INSIGHT 'main-i*').Name | Should -BeExactly MAIN-I
    }

    It 'writes numbers and dates into tags and JSON as everywhere' {
        $made = New-UserAssignedIdentity $Group numbers -Tag @{ price = 1234.5; number = -7 }
        $made.Tag.price | Should -BeExactly '1234.5'
        $made.Tag.number | Should -BeExactly '-7'
        $changed = Invoke-ArmRequest -Method Patch -Path $made.Id -ApiVersion 2024-11-30 -Body @{
            tags = @{ 1.5 = 'x'; day = [datetimeoffset]::new(2026, 7, 15, 0, 0, 0, [timespan]::Zero) }
        }
        $changed.tags.'1.5' | Should -Be x
        $changed.tags.day | Should -BeLike '2026-07-15*'
    }

    It 'waits for operations, and deploys' {
        Edit-EmulatorSetting @{ operationMs = 20 }
        $null = Update-VmIdentity $Group $VM -AddIdentityId other
        (Export-UserAssignedIdentity -ResourceGroupName $Group -Name insight | ConvertFrom-Json).resources[0].name | Should -Be INSIGHT
        $template = "$TestDrive/export.json"
        $null = Export-UserAssignedIdentity -ResourceGroupName $Group -Name insight -Path $template -Force
        (New-ArmDeployment -ResourceGroupName $OtherGroup -TemplateFile $template).ProvisioningState | Should -Be Succeeded
        Remove-UserAssignedIdentity $Group other -Detach
        Get-UserAssignedIdentity $Group oth* | Should -BeNullOrEmpty
    }
}
