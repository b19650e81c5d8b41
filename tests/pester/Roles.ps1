# What the tests of roles share: people and further subscriptions on the emulator, and a count of assignments.
# To be dot-sourced after Common.ps1.

$AuthorizationType = 'Microsoft.Authorization/roleAssignments'
$Person = '11111111-aaaa-bbbb-cccc-222222222222'
$FarSubscription = '22222222-0000-1111-2222-333333333333'

# Somebody that roles can be given to.
function Add-Principal([string] $Id, [string] $Type) {
    $null = Invoke-Emulator Post /principals @{ id = $Id; type = $Type; displayName = "Some $Type" }
}

# A further subscription of the tenant, with a group myResourceGroup.
function Add-Subscription([string] $Id) {
    $null = Invoke-Emulator Post /subscriptions @{ id = $Id; name = "Subscription $Id" }
}

# The id of the emulator's subscription, or of a group of it.
function Get-ScopeId([string] $GroupName) {
    $id = "/subscriptions/$((Get-ArmEmulator).SubscriptionId)"
    if ($GroupName) { "$id/resourceGroups/$GroupName" } else { $id }
}

# The writes of role assignments that were answered so.
function Get-RoleWrite([int] $Status) {
    Get-ArmRequest | Where-Object { $_.method -eq 'PUT' -and $_.path -like "*/$AuthorizationType/*" -and $_.status -eq $Status }
}

# Runs a script as if it were typed, and returns the shell with what it has come to. To be disposed of.
function Invoke-Typed([string] $Script) {
    $shell = [powershell]::Create()
    $null = $shell.AddScript("Import-Module '$ModulePath'; $Script").Invoke()
    $shell
}

# Makes a machine that has an identity, or only names one in its settings, as any other client makes it.
function Add-Machine([string] $Name, [string] $Having, [string] $Naming, [string] $Kind = 'virtualMachines', [string] $In) {
    if (-not $In) { $In = (Get-ArmEmulator).SubscriptionId }
    $body = @{ location = 'eastus'; properties = @{ settings = @{ list = @("x,$Naming;") }; upgradePolicy = @{ mode = 'Automatic' } } }
    if ($Having) {
        $body.identity = @{ type = 'UserAssigned'; userAssignedIdentities = @{ $Having = @{} } }
    }
    $path = "/subscriptions/$In/resourceGroups/$Group/providers/Microsoft.Compute/$Kind/$Name"
    $null = Invoke-ArmRequest PUT $path -ApiVersion 2025-04-01 -Body $body
}

# Makes a resource of a kind that the module does not change, which has an identity.
function Add-StorageAccount([string] $Name, [string] $Having) {
    $body = @{
        location   = 'eastus'
        kind       = 'StorageV2'
        sku        = @{ name = 'Standard_LRS' }
        identity   = @{ type = 'UserAssigned'; userAssignedIdentities = @{ $Having = @{} } }
        properties = @{}
    }
    $path = "$(Get-ScopeId $Group)/providers/Microsoft.Storage/storageAccounts/$Name"
    $null = Invoke-ArmRequest PUT $path -ApiVersion 2024-01-01 -Body $body
}

# Lets a workflow sign in as an identity.
function Add-FederatedCredential([string] $IdentityId) {
    $body = @{ properties = @{ issuer = 'https://contoso.com'; subject = 'job'; audiences = @('api://AzureADTokenExchange') } }
    $null = Invoke-ArmRequest PUT "$IdentityId/federatedIdentityCredentials/job" -ApiVersion 2024-11-30 -Body $body
}
