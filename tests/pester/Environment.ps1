# Runs something with other environment variables, and nothing of a sign-in from outside. To be dot-sourced in BeforeAll.

# What a sign-in looks at.
$SignInVariables = @(
    'AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH'
    'AZURE_CLIENT_CERTIFICATE_PASSWORD'
    'AZURE_FEDERATED_TOKEN_FILE', 'AZURE_AUTHORITY_HOST', 'AZURE_RESOURCE_MANAGER_URL', 'AZURE_SUBSCRIPTION_ID'
    'AZURE_POD_IDENTITY_AUTHORITY_HOST', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'IMDS_ENDPOINT'
    'IDENTITY_SERVER_THUMBPRINT', 'GITHUB_ACTIONS', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'
    'SYSTEM_OIDCREQUESTURI', 'SYSTEM_ACCESSTOKEN', 'AZURESUBSCRIPTION_TENANT_ID', 'AZURESUBSCRIPTION_CLIENT_ID'
    'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID', 'SSL_CERT_FILE', 'SSL_CERT_DIR'
)

# Sets a variable, or removes it: PowerShell makes an empty text of a null.
function Use-EnvironmentVariable([string] $Name, $Value) {
    if ($null -eq $Value) {
        $Value = [NullString]::Value
    }
    [System.Environment]::SetEnvironmentVariable($Name, $Value)
}

function Invoke-WithEnvironment([System.Collections.IDictionary] $Variable, [scriptblock] $Action) {
    $before = @{}
    foreach ($name in @($SignInVariables) + @($Variable.Keys) | Select-Object -Unique) {
        $before[$name] = [System.Environment]::GetEnvironmentVariable($name)
        Use-EnvironmentVariable $name $Variable[$name]
    }
    try {
        & $Action
    } finally {
        foreach ($name in $before.Keys) {
            Use-EnvironmentVariable $name $before[$name]
        }
    }
}

# What a script gives in a new process, in which nobody has connected: as the objects that its JSON stands for.
function Invoke-NewSession([System.Collections.IDictionary] $Variable, [string] $Script) {
    $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
    Set-Content $file @"
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$ModulePath'
function Get-Code([scriptblock] `$Action) {
    try { `$said = & `$Action 2>&1 } catch { `$said = `$_ }
    `$said | Where-Object { `$_ -is [System.Management.Automation.ErrorRecord] } |
        ForEach-Object { "`$((`$_.FullyQualifiedErrorId -split ',')[0]): `$(`$_.Exception.Message)" }
}
$Script
"@
    $said = Invoke-WithEnvironment $Variable { Invoke-Shell -File $file }
    $said -join "`n" | ConvertFrom-Json
}

# The variables of an emulator's host, as a program on it finds them.
function Get-HostVariable([string] $Name, [hashtable] $Setup = @{}) {
    $answer = Invoke-Emulator Put "/hosts/$Name" $Setup
    $variables = @{}
    $answer.environment.PSObject.Properties | ForEach-Object { $variables[$_.Name] = $_.Value }
    $variables
}

# Puts a program named az first in the PATH.
function Install-AzureCli([string] $Folder, [string] $Says, [int] $ExitCode) {
    $null = New-Item -ItemType Directory -Force $Folder
    [System.IO.File]::WriteAllText("$Folder/says", $Says)
    if ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) {
        Set-Content "$Folder/az.cmd" "@type `"%~dp0says`"`r`n@exit /b $ExitCode"
    } else {
        Set-Content "$Folder/az" "#!/bin/sh`n/bin/cat '$Folder/says'`nexit $ExitCode"
        chmod +x "$Folder/az"
    }
}
