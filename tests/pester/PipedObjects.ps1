# The objects that are piped, and the commands that they are piped into. To be dot-sourced after Common.ps1 and Roles.ps1,
# with an emulator that runs.

# A copy of an object with other names for its properties, as ConvertFrom-Json or another module would make it.
function ConvertTo-Named($Object, [System.Collections.IDictionary] $Name) {
    $made = [ordered] @{}
    foreach ($one in $Name.Keys) {
        $made[$one] = $Object.($Name[$one])
    }
    [pscustomobject] $made
}

# Makes what the objects stand for, in the group TestRG: the other group has none of it.
function Initialize-PipedObject {
    $null = Clear-Emulator
    $identity = New-UserAssignedIdentity $OtherGroup app -Location eastus -Tag @{ env = 'test' }
    $credential = New-FederatedIdentityCredential $OtherGroup app main -Issuer https://issuer.example -Subject s1
    foreach ($kind in 'virtualMachines', 'virtualMachineScaleSets') {
        $path = "$(Get-ScopeId $OtherGroup)/providers/Microsoft.Compute/$kind/web"
        $body = @{ location = 'eastus'; properties = @{ upgradePolicy = @{ mode = 'Automatic' } } }
        $null = Invoke-ArmRequest PUT $path -ApiVersion 2025-04-01 -Body $body
    }
    $path = "$(Get-ScopeId $OtherGroup)/providers/Microsoft.Web/sites/site?api-version=2023-12-01"
    $site = Invoke-ArmRequest PUT $path -Body @{ location = 'eastus'; properties = @{} } |
        Update-ResourceIdentity -EnableSystemAssigned
    $vm = Update-VmIdentity $OtherGroup web -AddIdentityId app -EnableSystemAssigned
    $set = Update-VmssIdentity $OtherGroup web -AddIdentityId app -EnableSystemAssigned
    $assignment = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $OtherGroup
    $permission = $identity | New-IdentityAppRoleAssignment User.Read.All
    $null = $identity | Add-IdentityGroupMember -Group myGroup
    $template = Join-Path $TestDrive empty.json
    Set-Content $template '{ "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [] }'
    $deployment = New-ArmDeployment $OtherGroup $template -Name run
    $azStyle = @{ Id = 'Id'; Name = 'Name'; ResourceGroupName = 'ResourceGroupName'; Location = 'Location'; Type = 'Type' }

    # Kind: what it is. PrincipalId: whom it stands for.
    $found = [ordered] @{
        UserAssignedIdentity              = @{ Object = $identity; Kind = 'identity' }
        AssignedIdentity                  = @{ Object = $vm.UserAssignedIdentity[0]; Kind = 'identity' }
        FederatedIdentityCredential       = @{ Object = $credential; Kind = 'credential' }
        ResourceIdentity                  = @{ Object = $site; Kind = 'resource' }
        VmIdentity                        = @{ Object = $vm; Kind = 'vm' }
        VmssIdentity                      = @{ Object = $set; Kind = 'vmss' }
        SystemAssignedIdentity            = @{ Object = $vm | Get-SystemAssignedIdentity; Kind = 'system' }
        IdentityRoleAssignment            = @{ Object = $assignment; Kind = 'assignment' }
        IdentityAppRoleAssignment         = @{ Object = $permission; Kind = 'approle' }
        IdentityAssociatedResource        = @{ Object = $identity | Get-IdentityAssociatedResource | Where-Object Id -Like '*/virtualMachines/*'; Kind = 'vm' }
        IdentityGroupMember               = @{ Object = Get-IdentityGroupMember myGroup; Kind = 'member' }
        ArmDeployment                     = @{ Object = $deployment; Kind = 'deployment' }
        ManagedIdentityConnection         = @{ Object = Get-ManagedIdentityConnection; Kind = 'connection' }
        ArmEmulator                       = @{ Object = Get-ArmEmulator; Kind = 'emulator' }
        ArmEmulatorSubscription           = @{ Object = Add-ArmEmulatorSubscription -Name piped; Kind = 'place' }
        ArmEmulatorResourceGroup          = @{ Object = Add-ArmEmulatorResourceGroup -Name piped; Kind = 'place' }
        ArmEmulatorRequest                = @{ Object = (Get-ArmEmulatorRequest)[0]; Kind = 'none' }
        ArmEmulatorFault                  = @{ Object = Set-ArmEmulatorFault Forbidden -Path /no-such-path; Kind = 'none' }
        AzureOperationResponse            = @{ Object = $vm | Update-AzVM -IdentityType SystemAssignedUserAssigned -IdentityId app; Kind = 'none' }
        'Get-AzVM of this module'         = @{ Object = Get-AzVM $OtherGroup web; Kind = 'vm' }
        'Get-AzVmss of this module'       = @{ Object = Get-AzVmss $OtherGroup web; Kind = 'vmss' }
        'Get-AzUserAssignedIdentity'      = @{
            Object = ConvertTo-Named $identity ($azStyle + @{ PrincipalId = 'PrincipalId'; ClientId = 'ClientId'; TenantId = 'TenantId' }); Kind = 'identity'
        }
        'Get-AzVM'                        = @{
            Object = [pscustomobject] @{
                ResourceGroupName = $vm.ResourceGroupName; Id = $vm.Id; VmId = [guid]::NewGuid(); Name = $vm.Name
                Type = 'Microsoft.Compute/virtualMachines'
                Identity = [pscustomobject] @{ PrincipalId = $vm.PrincipalId; Type = 'SystemAssigned'; UserAssignedIdentities = @{ $identity.Id = 1 } }
            }
            Kind   = 'vm'
        }
        'Get-AzResource'                  = @{
            Object = ConvertTo-Named $identity @{ ResourceId = 'Id'; Id = 'Id'; Name = 'Name'; ResourceGroupName = 'ResourceGroupName'; ResourceType = 'Type' }
            Kind   = 'identity'
        }
        'az identity show'                = @{
            Object = ConvertTo-Named $identity @{ id = 'Id'; name = 'Name'; resourceGroup = 'ResourceGroupName'; type = 'Type'; location = 'Location'; principalId = 'PrincipalId'; clientId = 'ClientId' }
            Kind   = 'identity'
        }
        'az vm show'                      = @{
            Object = ConvertTo-Named $vm @{ id = 'Id'; name = 'Name'; resourceGroup = 'ResourceGroupName'; location = 'Location' }; Kind = 'vm'
        }
        'a row of Resource Graph'         = @{
            Object = ConvertTo-Named $identity @{ id = 'Id'; name = 'Name'; type = 'Type'; resourceGroup = 'ResourceGroupName'; subscriptionId = 'SubscriptionId'; tenantId = 'TenantId' }
            Kind   = 'identity'
        }
        'a row of Resource Graph, no id'  = @{
            Object = ConvertTo-Named $identity @{ name = 'Name'; type = 'Type'; resourceGroup = 'ResourceGroupName'; subscriptionId = 'SubscriptionId' }
            Kind   = 'identity'; Id = $identity.Id
        }
        'a machine without an id'         = @{
            Object = [pscustomobject] @{ name = 'web'; type = 'Microsoft.Compute/virtualMachines'; resourceGroup = $OtherGroup; subscriptionId = $vm.SubscriptionId }; Kind = 'vm'; Id = $vm.Id
        }
        'a deserialized identity'         = @{
            Object = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($identity)); Kind = 'identity'
        }
    }
    foreach ($name in $found.Keys) {
        $one = $found[$name]
        $one.Name = $name
        if (-not $one.Id) { $one.Id = $one.Object.Id }
        $one.PrincipalId = if ($one.Object.PrincipalId) { $one.Object.PrincipalId } else { $one.Object.Identity.PrincipalId }
    }
    $found.Values
}

# The commands. Takes: the kinds that they act on; a principal is whoever has a PrincipalId. Part: the parameters that say
# what a resource is called. Arguments: what else they need, found out when there is an emulator. Before: what makes that there is something to do.
# NeedsId: whether names do not say enough.
function Get-PipedCommand {
    $names = @{ Group = 'ResourceGroupName'; Name = 'Name'; Subscription = 'SubscriptionId' }
    $set = @{ Group = 'ResourceGroupName'; Name = 'VMScaleSetName'; Subscription = 'SubscriptionId' }
    $owned = @{ Group = 'ResourceGroupName'; Name = 'IdentityName'; Subscription = 'SubscriptionId' }
    $held = @{ Group = 'IdentityResourceGroupName' }
    $member = @{ Subscription = 'SubscriptionId' }
    $plan = { @{ WhatIf = $true } }
    @(
        @{ Command = 'New-UserAssignedIdentity'; Takes = @('identity'); Part = $names; Arguments = $plan }
        @{ Command = 'Get-UserAssignedIdentity'; Takes = @('identity'); Part = $names }
        @{ Command = 'Update-UserAssignedIdentity'; Takes = @('identity'); Part = $names; Arguments = { @{ WhatIf = $true; Tag = @{ a = 'b' } } } }
        @{ Command = 'Remove-UserAssignedIdentity'; Takes = @('identity'); Part = $names; Arguments = $plan }
        @{ Command = 'Revoke-UserAssignedIdentityToken'; Takes = @('identity'); Part = $names; Arguments = $plan }
        @{ Command = 'Export-UserAssignedIdentity'; Takes = @('identity'); Part = $names }
        @{ Command = 'Get-IdentityAssociatedResource'; Takes = @('identity'); Part = @{ Group = 'ResourceGroupName' }; Arguments = { @{ Source = 'Provider' } } }
        @{ Command = 'New-FederatedIdentityCredential'; Takes = @('identity', 'credential'); Part = $owned; Arguments = { @{ WhatIf = $true; Name = 'main'; Issuer = 'https://issuer.example'; Subject = 's1' } } }
        @{ Command = 'Get-FederatedIdentityCredential'; Takes = @('identity', 'credential'); Part = $owned }
        @{ Command = 'Update-FederatedIdentityCredential'; Takes = @('credential'); Part = $names; Arguments = { @{ WhatIf = $true; Subject = 's2' } } }
        @{ Command = 'Remove-FederatedIdentityCredential'; Takes = @('credential'); Part = $names; Arguments = $plan }
        @{ Command = 'Get-VmIdentity'; Takes = @('vm'); Part = $names }
        @{ Command = 'Update-VmIdentity'; Takes = @('vm'); Part = $names; Arguments = { @{ WhatIf = $true; AddIdentityId = 'app' } } }
        @{ Command = 'Get-VmssIdentity'; Takes = @('vmss'); Part = $names }
        @{ Command = 'Update-VmssIdentity'; Takes = @('vmss'); Part = $names; Arguments = { @{ WhatIf = $true; AddIdentityId = 'app' } } }
        @{ Command = 'Wait-VmIdentity'; Takes = @('vm', 'vmss'); Part = $names }
        @{ Command = 'Get-ResourceIdentity'; Takes = @('vm', 'vmss', 'resource'); Part = $names }
        @{ Command = 'Update-ResourceIdentity'; Takes = @('vm', 'vmss', 'resource'); Part = $names; Arguments = { @{ WhatIf = $true; AddIdentityId = 'app' } } }
        @{ Command = 'Wait-ResourceIdentity'; Takes = @('vm', 'vmss', 'resource'); Part = $names }
        @{ Command = 'Get-AzVM'; Takes = @('vm'); Part = $names }
        @{ Command = 'Update-AzVM'; Takes = @('vm'); Part = @{ Group = 'ResourceGroupName'; Subscription = 'SubscriptionId' }; Arguments = { @{ WhatIf = $true; IdentityType = 'SystemAssigned' } } }
        @{ Command = 'Get-AzVmss'; Takes = @('vmss'); Part = $set }
        @{ Command = 'Update-AzVmss'; Takes = @('vmss'); Part = $set; Arguments = { @{ WhatIf = $true; VMScaleSetName = 'web'; IdentityType = 'SystemAssigned' } } }
        @{ Command = 'Get-SystemAssignedIdentity'; Takes = @('vm', 'vmss', 'resource', 'system'); NeedsId = $true; Part = $member }
        @{ Command = 'Invoke-ArmRequest'; Takes = @('identity', 'credential', 'vm', 'vmss', 'resource', 'system', 'assignment', 'deployment'); NeedsId = $true; Part = $member; Arguments = { @{ ApiVersion = '2024-11-30' } } }
        @{ Command = 'New-ArmDeployment'; Takes = @('deployment'); Part = $names; Arguments = { @{ WhatIf = $true; ResourceGroupName = $OtherGroup; TemplateFile = (Join-Path $TestDrive empty.json) } } }
        @{ Command = 'New-IdentityRoleAssignment'; Takes = @('principal', 'identity'); Part = $held; Arguments = { @{ RoleDefinitionName = 'Reader'; Scope = (Get-ScopeId $OtherGroup) } } }
        @{ Command = 'Get-IdentityRoleAssignment'; Takes = @('principal', 'identity'); Part = $held }
        @{ Command = 'Remove-IdentityRoleAssignment'; Takes = @('principal', 'identity'); Not = 'assignment'; Part = $held; Arguments = { @{ WhatIf = $true; RoleDefinitionName = 'Reader'; Scope = (Get-ScopeId $OtherGroup) } } }
        @{ Command = 'Remove-IdentityRoleAssignment'; Takes = @('assignment'); Part = @{}; Arguments = $plan }
        @{ Command = 'New-IdentityAppRoleAssignment'; Takes = @('principal', 'identity'); Part = $held; Arguments = { @{ Permission = 'User.Read.All' } } }
        @{ Command = 'Get-IdentityAppRoleAssignment'; Takes = @('principal', 'identity'); Part = $held }
        @{ Command = 'Remove-IdentityAppRoleAssignment'; Takes = @('principal', 'identity'); Not = 'approle'; Part = $held; Arguments = { @{ WhatIf = $true; Permission = 'User.Read.All' } } }
        @{ Command = 'Remove-IdentityAppRoleAssignment'; Takes = @('approle'); Part = @{}; Arguments = $plan }
        @{
            Command = 'Add-IdentityGroupMember'; Takes = @('principal'); Part = $member; Arguments = { @{ Group = 'myGroup' } }
            Before  = { param($Id) Remove-IdentityGroupMember -Group myGroup -PrincipalId $Id -Confirm:$false }
        }
        @{
            Command = 'Remove-IdentityGroupMember'; Takes = @('principal'); Part = $member; Arguments = { @{ Group = 'myGroup' } }
            Before  = { param($Id) Add-IdentityGroupMember -Group myGroup -PrincipalId $Id }
        }
        @{ Command = 'Get-IdentityGroupMember'; Takes = @(); Part = @{} }
        @{ Command = 'Disconnect-ManagedIdentityService'; Takes = @('connection'); Part = @{} }
        @{ Command = 'Stop-ArmEmulator'; Takes = @('emulator'); Part = @{} }
        # These send no request: what an object says to them is where things are.
        @{ Command = 'Add-ArmEmulatorSubscription'; Fills = $true }
        @{ Command = 'Add-ArmEmulatorResourceGroup'; Fills = $true }
        @{ Command = 'Add-ArmEmulatorVirtualMachine'; Fills = $true; Arguments = @{} }
        @{ Command = 'Add-ArmEmulatorScaleSet'; Fills = $true; Arguments = @{} }
        @{ Command = 'Add-ArmEmulatorResource'; Fills = $true; Arguments = @{ ResourceType = 'Microsoft.Web/sites' } }
        @{ Command = 'Set-ArmEmulatorFault'; Fills = $true }
    )
}
