Describe 'Filling an emulator' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
        $first = (Get-ArmEmulator).SubscriptionId
    }
    BeforeEach {
        Clear-Emulator
        Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
        $null = Connect-ManagedIdentityService -Emulator -SubscriptionId $first
    }
    AfterAll { Disconnect-TestEmulator }

    It 'takes five lines for fifty machines in three subscriptions, dead references and a scale set' {
        $help = Get-Help Add-ArmEmulatorVirtualMachine -Full
        $example = $help.examples.example | Where-Object title -Match 'fifty machines'
        $lines = $example.code.Trim() -split '\r?\n'
        $lines.Count | Should -Be 5
        # The same lines are in the about topic.
        . "$PSScriptRoot/About.ps1"
        (Read-About about_ManagedIdentity_Emulator).Code -join "`n" |
            Should -BeLike "*$([WildcardPattern]::Escape($lines -join "`n"))*"
        $added = . ([scriptblock]::Create($example.code))
        $added.Count | Should -Be 51

        $found = Get-VmIdentity -AllSubscriptions -Check
        $made = @($found | Where-Object Name -NE $VM)
        $made.Count | Should -Be 50
        ($made.SubscriptionId | Select-Object -Unique).Count | Should -Be 3
        $made.SubscriptionId | Should -Not -Contain $first
        @($made | Where-Object { $_.UserAssignedIdentity.Exists -contains $false }).Count | Should -Be 15
        @($made | Where-Object PrincipalId).Count | Should -Be 30
        @($made | Where-Object ProvisioningState -EQ Failed).Name | Sort-Object | Should -Be bad01, bad02, bad03, bad04, bad05
        (Get-VmssIdentity -Check).UserAssignedIdentity.Exists | Should -Be $true
    }

    It 'adds what the cmdlet that reads it returns: <Command>' -ForEach @(
        @{ Command = 'Add-ArmEmulatorVirtualMachine'; Read = 'Get-VmIdentity'; Given = @{} }
        @{ Command = 'Add-ArmEmulatorScaleSet'; Read = 'Get-VmssIdentity'; Given = @{ Capacity = 1; UpgradePolicyMode = 'Automatic' } }
        @{ Command = 'Add-ArmEmulatorResource'; Read = 'Get-ResourceIdentity'; Given = @{ ResourceType = 'Microsoft.ContainerRegistry/registries' } }
    ) {
        $all = @{
            Name = 'one'; ResourceGroupName = 'made'; Location = 'West Europe'; Tag = 'a=b'; EnableSystemAssigned = $true
            IdentityId = 'app-id'; CreateIdentity = $true; DeletedIdentityId = 'gone-id'
        }
        $added = & $Command @all @Given
        $read = $added | & $Read -Check
        $read | Should -BeOfType $added.GetType()
        foreach ($property in $read.PSObject.Properties.Name | Where-Object { $_ -notin 'UserAssignedIdentity', 'Tag' }) {
            "$property $($added.$property)" | Should -Be "$property $($read.$property)"
        }
        $added.Tag.a | Should -Be b
        $read.Tag.a | Should -Be b
        foreach ($property in 'Id', 'Name', 'PrincipalId', 'ClientId', 'Exists') {
            $added.UserAssignedIdentity.$property | Should -Be $read.UserAssignedIdentity.$property
        }
        $added.UserAssignedIdentity.Exists | Should -Be $true, $false
        $added.Location | Should -Be westeurope
        (Get-UserAssignedIdentity -ResourceGroupName made).Name | Should -Be app-id
    }

    It 'numbers names' {
        (Add-ArmEmulatorVirtualMachine a, b -Count 2).Name | Should -Be a01, a02, b01, b02
        $many = Add-ArmEmulatorResource s Microsoft.Web/sites -Count 120
        $many[0, 119].Name | Should -Be s001, s120
        (Add-ArmEmulatorSubscription -Name shop -Count 2).SubscriptionName | Should -Be shop01, shop02
        (Add-ArmEmulatorResourceGroup g -Count 1).ResourceGroupName | Should -Be g01
    }

    It 'takes identities by name, id and object, and from the pipeline' {
        $id1 = New-UserAssignedIdentity $OtherGroup id1
        $id2 = New-UserAssignedIdentity $Group id2
        $added = Add-ArmEmulatorVirtualMachine one -IdentityId $id1, id2
        $added.UserAssignedIdentity.ClientId | Sort-Object | Should -Be ($id1.ClientId, $id2.ClientId | Sort-Object)
        $piped = $id1 | Add-ArmEmulatorVirtualMachine -Name two
        $piped.UserAssignedIdentity.ClientId | Should -Be $id1.ClientId
        $piped.ResourceGroupName | Should -Be $OtherGroup
    }

    It 'works on with its objects in the pipeline' {
        $added = Add-ArmEmulatorSubscription -Count 2 | Add-ArmEmulatorResourceGroup -Name fleet -Location westus |
            Add-ArmEmulatorVirtualMachine -Name web -Count 2
        $added.Count | Should -Be 4
        $added.Location | Select-Object -Unique | Should -Be westus
        $added | Update-VmIdentity -EnableSystemAssigned | ForEach-Object PrincipalId | Should -Not -BeNullOrEmpty
        $row = [pscustomobject] @{ Name = 'csv'; ResourceGroupName = 'fleet'; SubscriptionId = $added[0].SubscriptionId; Tag = 'a=b' }
        ($row | Add-ArmEmulatorVirtualMachine).Tag.a | Should -Be b
    }

    It 'makes a dead reference that behaves as one' {
        $added = Add-ArmEmulatorVirtualMachine old -DeletedIdentityId gone-id
        Get-ErrorCode (Get-Failure { $added | Update-VmIdentity -EnableSystemAssigned }) | Should -Not -BeNullOrEmpty
        $mended = $added | Update-VmIdentity -RemoveIdentityId gone-id -EnableSystemAssigned
        $mended.Type | Should -Be SystemAssigned
    }

    It 'gives a scale set instances without its model' {
        $set = Add-ArmEmulatorScaleSet set1 -Capacity 3 -OutdatedCount 2
        $list = Invoke-ArmRequest -Path "$($set.Id)/virtualMachines" -ApiVersion 2025-04-01
        $list.value.properties.latestModelApplied | Should -Be $false, $false, $true
    }

    It 'reports each input that fails, and goes on: <Code>' -ForEach @(
        @{ Code = 'AlreadyExists'; Category = 'ResourceExists'; Message = "-Name: the resource '*/myVM' already exists."; Add = { Add-ArmEmulatorVirtualMachine myVM } }
        @{ Code = 'InvalidContent'; Category = 'InvalidArgument'; Message = "-Location: 'moon' is not a region of Azure."; Add = { Add-ArmEmulatorVirtualMachine a -Location moon } }
        @{ Code = 'InvalidContent'; Category = 'InvalidArgument'; Message = "-Name: 'a b' is not a name of a resource: *"; Add = { Add-ArmEmulatorVirtualMachine 'a b' } }
        @{ Code = 'InvalidContent'; Category = 'InvalidArgument'; Message = "-ResourceType: *'Microsoft.No/such'*"; Add = { Add-ArmEmulatorResource a Microsoft.No/such } }
        @{ Code = 'InvalidContent'; Category = 'InvalidArgument'; Message = '-OutdatedCount: it is 2; *'; Add = { Add-ArmEmulatorScaleSet a -OutdatedCount 2 } }
        @{ Code = 'InvalidContent'; Category = 'InvalidArgument'; Message = "-SubscriptionId: 'x' is not a GUID."; Add = { Add-ArmEmulatorSubscription -SubscriptionId x } }
        @{ Code = 'InvalidContent'; Category = 'InvalidArgument'; Message = "-Name: 'a.' is not a name of a resource group."; Add = { Add-ArmEmulatorResourceGroup a. } }
        @{ Code = 'NotFound'; Category = 'ObjectNotFound'; Message = "-IdentityId: there is no identity '*/no-id'."; Add = { Add-ArmEmulatorVirtualMachine a -IdentityId no-id } }
        @{ Code = 'NotFound'; Category = 'ObjectNotFound'; Message = "-SubscriptionId: there is no subscription 'x'."; Add = { Add-ArmEmulatorVirtualMachine a -SubscriptionId x } }
        @{ Code = 'InvalidTag'; Category = 'InvalidArgument'; Message = "-Tag 'a' is not valid: *"; Add = { Add-ArmEmulatorVirtualMachine a -Tag a } }
        @{ Code = 'InvalidTag'; Category = 'InvalidArgument'; Message = "-Tag 'a' is not valid: *"; Add = { Add-ArmEmulatorResourceGroup a -Tag a } }
    ) {
        $failure = Get-Failure $Add
        @($failure).Count | Should -Be 1
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.Exception.Message | Should -BeLike $Message
        $failure.TargetObject | Should -Not -BeNullOrEmpty
    }

    It 'goes on with the next input' {
        $rows = 'myVM', 'new' | ForEach-Object { [pscustomobject] @{ Name = $_ } }
        $added = $rows | Add-ArmEmulatorVirtualMachine -ErrorAction SilentlyContinue -ErrorVariable failed
        $added.Name | Should -Be new
        @($failed).Count | Should -Be 1
    }

    It 'adds nothing with -WhatIf' {
        Add-ArmEmulatorSubscription -WhatIf
        Add-ArmEmulatorResourceGroup fleet -WhatIf
        Add-ArmEmulatorVirtualMachine web -ResourceGroupName fleet -WhatIf
        Add-ArmEmulatorScaleSet web -WhatIf
        Add-ArmEmulatorResource web Microsoft.Web/sites -WhatIf
        (Get-VmIdentity -AllSubscriptions).Name | Should -Be $VM
        (Get-VmssIdentity).Name | Should -BeNullOrEmpty
    }
}

Describe 'Without an emulator' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Disconnect-TestEmulator
    }

    It 'a cmdlet that fills or steers one says how to get one: <_>' -ForEach @(
        'Add-ArmEmulatorVirtualMachine a', 'Add-ArmEmulatorSubscription', 'Get-ArmEmulatorRequest'
        'Set-ArmEmulatorFault Throttled', 'Set-ArmEmulatorSetting', 'Reset-ArmEmulator'
    ) {
        $failure = Get-Failure ([scriptblock]::Create($_))
        Get-ErrorCode $failure | Should -Be EmulatorNotRunning
        $failure.Exception.Message | Should -BeLike '*Start-ArmEmulator*-Emulator*'
    }
}
