@{
    RootModule             = 'Trivial.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '4a3c1c0e-6a5e-4e0b-9a3d-0f5f1f1f6b11'
    Author                 = 'The ManagedIdentity contributors'
    CompanyName            = 'The ManagedIdentity contributors'
    Copyright              = '(c) The ManagedIdentity contributors. MIT license.'
    Description            = 'The least that a binary module has. cargo xtask bench measures the import of ManagedIdentity against it.'

    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')

    CmdletsToExport        = @('Get-Nothing')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
}
