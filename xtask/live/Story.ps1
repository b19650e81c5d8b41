<#
.SYNOPSIS
The story of README.md against Azure: in a resource group of its own, which is deleted at the end. Each step
checks what Azure did, and the script fails at the first one that is not so.
#>
param(
    # The module's folder.
    [Parameter(Mandatory)]
    [string] $ModulePath,
    # The cloud.
    [string] $Environment,
    # A Resource Manager in place of that of a cloud.
    [string] $Endpoint,
    # The tenant to sign in to.
    [string] $Tenant,
    # The subscription to work in.
    [string] $SubscriptionId,
    # Where everything is created.
    [string] $Location = 'eastus'
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module $ModulePath

# Runs a step, prints its result and time, and fails where its condition does not hold.
function Invoke-Step([string] $Name, [scriptblock] $Command, [scriptblock] $Holds) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $result = @(& $Command)
    "{0} ({1:0.0} s)" -f $Name, $clock.Elapsed.TotalSeconds
    ($result | Format-Table -AutoSize | Out-String -Width 200).Trim() -split '\r?\n' | Where-Object { $_ } | ForEach-Object { "    $_" }
    if ($Holds -and -not (& $Holds $result)) {
        throw "$Name`: Azure did something else."
    }
}

# Resource Graph is late by seconds or minutes.
function Wait-Result([scriptblock] $Command, [int] $Seconds = 600) {
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    do {
        $result = @(& $Command)
        if ($result.Count -gt 0) {
            return $result
        }
        Start-Sleep -Seconds 1
    } while ($clock.Elapsed.TotalSeconds -lt $Seconds)
    throw "Nothing was found within $Seconds s: $Command"
}

# A machine of the smallest size, without an address in the internet.
function Add-Machine([string] $Name) {
    $network = "$base/Microsoft.Network"
    $null = Invoke-ArmRequest PUT "$network/virtualNetworks/net1" -ApiVersion 2024-05-01 -Wait -Body @{
        location   = $Location
        properties = @{
            addressSpace = @{ addressPrefixes = @('10.0.0.0/24') }
            subnets      = @(@{ name = 'default'; properties = @{ addressPrefix = '10.0.0.0/24' } })
        }
    }
    $nic = Invoke-ArmRequest PUT "$network/networkInterfaces/nic1" -ApiVersion 2024-05-01 -Wait -Body @{
        location   = $Location
        properties = @{
            ipConfigurations = @(@{ name = 'ip1'; properties = @{ subnet = @{ id = "$network/virtualNetworks/net1/subnets/default" } } })
        }
    }
    $image = @{ publisher = 'Canonical'; offer = 'ubuntu-24_04-lts'; sku = 'server'; version = 'latest' }
    Invoke-ArmRequest PUT "$base/Microsoft.Compute/virtualMachines/$Name" -ApiVersion 2025-04-01 -Wait -Body @{
        location   = $Location
        properties = @{
            hardwareProfile = @{ vmSize = 'Standard_B1s' }
            storageProfile  = @{ imageReference = $image; osDisk = @{ createOption = 'FromImage'; deleteOption = 'Delete' } }
            # Nobody signs in with it.
            osProfile       = @{ computerName = $Name; adminUsername = 'tester'; adminPassword = "Aa1!$([guid]::NewGuid())" }
            networkProfile  = @{ networkInterfaces = @(@{ id = $nic.id }) }
        }
    }
}

$connect = @{}
foreach ($name in 'Environment', 'Endpoint', 'Tenant', 'SubscriptionId') {
    if ($PSBoundParameters.ContainsKey($name)) {
        $connect[$name] = $PSBoundParameters[$name]
    }
}
$connection = Connect-ManagedIdentityService @connect
$group = 'mi-live-{0}' -f [guid]::NewGuid().ToString('N').Substring(0, 8)
$path = "/subscriptions/$($connection.SubscriptionId)/resourceGroups/$group"
$base = "$path/providers"
$in = @{ ResourceGroupName = $group }
"The resource group is $group in the subscription $($connection.SubscriptionId)."

try {
    Invoke-Step 'Create a resource group' { Invoke-ArmRequest PUT $path -ApiVersion 2022-09-01 -Body @{ location = $Location } }
    Invoke-Step 'Create two identities' {
        New-UserAssignedIdentity @in -Name id1 -Tag @{ team = 'payments' }
        'id2' | New-UserAssignedIdentity @in
    } { param($made) $made.Count -eq 2 -and $made[0].Location -eq $Location -and $made[0].Tag.team -eq 'payments' }
    Invoke-Step 'Create one of them once more' { New-UserAssignedIdentity @in -Name id1 } {
        param($again) $again[0].PrincipalId -eq (Get-UserAssignedIdentity @in -Name id1).PrincipalId
    }
    Invoke-Step 'List them' { Get-UserAssignedIdentity @in } { param($listed) "$($listed.Name | Sort-Object)" -eq 'id1 id2' }
    Invoke-Step 'Trust the tokens of GitHub Actions' {
        New-FederatedIdentityCredential @in -IdentityName id1 -Name main -GitHubOrganization contoso -GitHubRepository web -GitHubBranch main
    } { param($trusted) $trusted[0].Subject -eq 'repo:contoso/web:ref:refs/heads/main' }

    Invoke-Step 'Create a virtual machine' { Add-Machine vm1 }
    Invoke-Step 'Assign both, one after the other' {
        $null = Update-VmIdentity @in -Name vm1 -AddIdentityId id1
        Update-VmIdentity @in -Name vm1 -AddIdentityId id2
    } { param($vm) "$($vm[0].UserAssignedIdentity.Name | Sort-Object)" -eq 'id1 id2' }
    Invoke-Step 'Enable the system-assigned identity' { Update-VmIdentity @in -Name vm1 -EnableSystemAssigned } {
        param($vm) $vm[0].PrincipalId -and $vm[0].UserAssignedIdentity.Count -eq 2
    }
    Invoke-Step 'Show what an exact change would remove' {
        Update-VmIdentity @in -Name vm1 -IdentityType UserAssigned -IdentityId id1 -WhatIf
        Get-VmIdentity @in -Name vm1
    } { param($vm) $vm[-1].PrincipalId -and $vm[-1].UserAssignedIdentity.Count -eq 2 }
    Invoke-Step 'Remove the first' { Update-VmIdentity @in -Name vm1 -RemoveIdentityId id1 } {
        param($vm) "$($vm[0].UserAssignedIdentity.Name)" -eq 'id2' -and $vm[0].PrincipalId
    }

    Invoke-Step 'Assign a role to a new identity, twice' {
        1..2 | ForEach-Object {
            Get-UserAssignedIdentity @in -Name id2 | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $group
        }
    } { param($roles) $roles.Count -eq 2 -and $roles[0].Id -eq $roles[1].Id }
    Invoke-Step 'Find the machine that has the second' {
        Wait-Result { Get-IdentityAssociatedResource -ResourceGroupName $group -IdentityId id2 }
    } { param($found) $found.Name -contains 'vm1' }

    Invoke-Step 'Trust no other tokens' { Remove-FederatedIdentityCredential @in -IdentityName id1 -Name main -Confirm:$false }
    Invoke-Step 'Delete the first, which is unused' { Remove-UserAssignedIdentity @in -Name id1 -IfUnused -Confirm:$false }
    Invoke-Step 'Delete the second with its assignments' { Remove-UserAssignedIdentity @in -Name id2 -Detach -Confirm:$false }
    Invoke-Step 'List what is left' {
        Get-UserAssignedIdentity @in
        Get-VmIdentity @in -Name vm1
    } { param($left) $left.Count -eq 1 -and $left[0].UserAssignedIdentity.Count -eq 0 -and $left[0].PrincipalId }
    'The story is as README.md tells it.'
} finally {
    Invoke-Step 'Delete the resource group' { Invoke-ArmRequest DELETE $path -ApiVersion 2022-09-01 -Wait -Confirm:$false }
    Disconnect-ManagedIdentityService
}
