@{
    RootModule             = 'ManagedIdentity.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '6d696b46-12ec-468c-a3ab-5da48252f9d4'
    Author                 = 'The ManagedIdentity contributors'
    CompanyName            = 'The ManagedIdentity contributors'
    Copyright              = '(c) The ManagedIdentity contributors. MIT license.'
    Description            = 'Manages Azure managed identities: user-assigned identities, federated credentials, the identities of virtual machines and scale sets, role assignments, application permissions and group memberships. Includes a local emulator.'

    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')

    CmdletsToExport        = @(
        'Add-ArmEmulatorResource'
        'Add-ArmEmulatorResourceGroup'
        'Add-ArmEmulatorScaleSet'
        'Add-ArmEmulatorSubscription'
        'Add-ArmEmulatorVirtualMachine'
        'Add-IdentityGroupMember'
        'Connect-ManagedIdentityService'
        'Disable-AzIdentityAlias'
        'Disconnect-ManagedIdentityService'
        'Enable-AzIdentityAlias'
        'Export-UserAssignedIdentity'
        'Get-ArmEmulator'
        'Get-ArmEmulatorRequest'
        'Get-FederatedIdentityCredential'
        'Get-IdentityAppRoleAssignment'
        'Get-IdentityAssociatedResource'
        'Get-IdentityGroupMember'
        'Get-IdentityRoleAssignment'
        'Get-ManagedIdentityConnection'
        'Get-ResourceIdentity'
        'Get-SystemAssignedIdentity'
        'Get-UserAssignedIdentity'
        'Get-VmIdentity'
        'Get-VmssIdentity'
        'Invoke-ArmRequest'
        'New-ArmDeployment'
        'New-FederatedIdentityCredential'
        'New-IdentityAppRoleAssignment'
        'New-IdentityRoleAssignment'
        'New-UserAssignedIdentity'
        'Remove-FederatedIdentityCredential'
        'Remove-IdentityAppRoleAssignment'
        'Remove-IdentityGroupMember'
        'Remove-IdentityRoleAssignment'
        'Remove-UserAssignedIdentity'
        'Reset-ArmEmulator'
        'Revoke-UserAssignedIdentityToken'
        'Set-ArmEmulatorFault'
        'Set-ArmEmulatorSetting'
        'Start-ArmEmulator'
        'Stop-ArmEmulator'
        'Update-FederatedIdentityCredential'
        'Update-ResourceIdentity'
        'Update-UserAssignedIdentity'
        'Update-VmIdentity'
        'Update-VmssIdentity'
        'Wait-ResourceIdentity'
        'Wait-VmIdentity'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()

    PrivateData            = @{
        # `cargo xtask package` adds ReleaseNotes, and to a preview Prerelease.
        PSData = @{
            ProjectUri = 'https://github.com/managed-identity/ManagedIdentity'
            LicenseUri = 'https://github.com/managed-identity/ManagedIdentity/blob/main/LICENSE'
            IconUri    = 'https://github.com/managed-identity/ManagedIdentity/raw/main/docs/icon.png'
            Tags       = @(
                'Azure'
                'ManagedIdentity'
                'Identity'
                'RBAC'
                'PSEdition_Core'
                'PSEdition_Desktop'
                'Windows'
                'Linux'
                'MacOS'
            )
        }
    }
}
