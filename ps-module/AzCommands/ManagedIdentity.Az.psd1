# The names of Azure PowerShell. Enable-AzIdentityAlias imports this module, so that ManagedIdentity does not show them.
@{
    NestedModules          = @('../ManagedIdentity.dll')
    ModuleVersion          = '0.1.0'
    GUID                   = '6d696b46-2b0f-4e6d-9a51-0d7c9a3e4c1f'
    Author                 = 'The ManagedIdentity contributors'
    CompanyName            = 'The ManagedIdentity contributors'
    Copyright              = '(c) The ManagedIdentity contributors. MIT license.'
    Description            = 'The cmdlets of ManagedIdentity under the names of Azure PowerShell. Enable-AzIdentityAlias imports it.'

    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')

    CmdletsToExport        = @(
        'Get-AzFederatedIdentityCredential'
        'Get-AzSystemAssignedIdentity'
        'Get-AzUserAssignedIdentity'
        'Get-AzVM'
        'Get-AzVmss'
        'New-AzFederatedIdentityCredential'
        'New-AzUserAssignedIdentity'
        'Remove-AzFederatedIdentityCredential'
        'Remove-AzUserAssignedIdentity'
        'Update-AzFederatedIdentityCredential'
        'Update-AzUserAssignedIdentity'
        'Update-AzVM'
        'Update-AzVmss'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
}
