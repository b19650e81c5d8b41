#Requires -Version 5.1
#Requires -Modules ManagedIdentity

<#
.SYNOPSIS
Creates the identities that a table lists, with their federated credentials and roles, and reports the changes.

.DESCRIPTION
A script for a workflow of GitHub Actions. It signs in with the token of the workflow, without a secret. Each row of a
CSV file is an identity that deployments of a repository sign in as. For each row, the script

- creates the user-assigned identity, if it does not exist,
- trusts the subject of the row with a federated credential, and
- assigns the role to the identity, on its resource group.

What already matches does not change, so the script can run again. A failed row does not stop the others: the report
has its error, and after the report the script ends with an error, so that the step fails. In a workflow, the script
also writes the report to the summary of the job.

The application or the identity that signs in must trust the workflow (New-FederatedIdentityCredential). It needs the
roles Managed Identity Contributor and Role Based Access Control Administrator on the resource groups. For -WhatIf, the
role Reader is sufficient.

.PARAMETER Path
The CSV file. Its columns are ResourceGroupName, Name, Credential (the name of the federated credential), Subject and
RoleDefinitionName. Rows can have the same identity: it then has several credentials and roles.

.PARAMETER ApplicationId
The client id of the application or the identity that signs in.

.PARAMETER Tenant
The tenant to sign in to: its id or one of its domains.

.PARAMETER SubscriptionId
The id of the subscription of the resource groups. Without it, the first one that the sign-in can read.

.OUTPUTS
A row for each row of the file: Name, ResourceGroupName, ClientId, Result (Changed, Unchanged, Planned or Failed),
Change, Error. Planned is a change that -WhatIf shows or that the answer to -Confirm declines.

.EXAMPLE
./Set-DeployIdentity.ps1 -Path identities.csv -WhatIf

Shows the changes, as for a pull request. The ids are those of the environment variables.

.EXAMPLE
./Set-DeployIdentity.ps1 -Path identities.csv | Where-Object Result -EQ Changed

Makes the changes and shows the identities that changed.

.EXAMPLE
$signIn = @{ ApplicationId = $id; Tenant = 'contoso.com'; SubscriptionId = $subscription }
./Set-DeployIdentity.ps1 -Path identities.csv @signIn

Names what signs in, and the subscription.

.NOTES
The script deletes nothing: an identity stays when its row is removed. Remove-UserAssignedIdentity -Detach deletes it
with its assignments.
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([pscustomobject])]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string] $Path,

    [ValidateNotNullOrEmpty()]
    [string] $ApplicationId = $env:AZURE_CLIENT_ID,

    [ValidateNotNullOrEmpty()]
    [string] $Tenant = $env:AZURE_TENANT_ID,

    [string] $SubscriptionId = $env:AZURE_SUBSCRIPTION_ID
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$Issuer = 'https://token.actions.githubusercontent.com'
$Columns = 'ResourceGroupName', 'Name', 'Credential', 'Subject', 'RoleDefinitionName'

# The rows of the file. What is wrong with them is an error before any request.
function Read-Table([string] $Path) {
    $rows = @(Import-Csv -LiteralPath $Path)
    if (-not $rows) {
        throw "'$Path' has no rows."
    }
    $missing = @($Columns | Where-Object { $_ -notin $rows[0].PSObject.Properties.Name })
    if ($missing) {
        throw "'$Path' must have the columns $($Columns -join ', '). It does not have $($missing -join ', ')."
    }
    $line = 1
    foreach ($row in $rows) {
        $line++
        foreach ($column in $Columns) {
            if (-not $row.$column) {
                throw "'$Path', line ${line}: $column must have a value."
            }
        }
    }
    $rows
}

# The identity of a row, if it exists.
function Find-Identity([hashtable] $Name) {
    try {
        Get-UserAssignedIdentity @Name
    } catch [ManagedIdentity.Errors.ManagedIdentityException] {
        if ($_.Exception.Code -ne 'ResourceNotFound') {
            throw
        }
    }
}

# What the identity of a row lacks. Text is empty if it lacks nothing.
function Get-Change($Wanted) {
    $group = @{ ResourceGroupName = $Wanted.ResourceGroupName }
    $identity = Find-Identity @{ ResourceGroupName = $Wanted.ResourceGroupName; Name = $Wanted.Name }
    if ($identity) {
        $credential = $identity | Get-FederatedIdentityCredential | Where-Object Name -EQ $Wanted.Credential
        $roles = ($identity | Get-IdentityRoleAssignment @group).RoleDefinitionName
    }
    $isTrusted = $credential.Subject -ceq $Wanted.Subject -and $credential.Issuer -ceq $Issuer
    $hasRole = $Wanted.RoleDefinitionName -in $roles
    $texts = @(
        if (-not $identity) { 'create the identity' }
        if (-not $isTrusted) { "trust '$($Wanted.Subject)'" }
        if (-not $hasRole) { "assign the role '$($Wanted.RoleDefinitionName)'" }
    )
    [pscustomobject]@{
        Group     = $group
        Identity  = $identity
        IsTrusted = $isTrusted
        HasRole   = $hasRole
        Text      = $texts -join '; '
    }
}

# Makes what the identity of a row lacks. Returns the identity. The script has asked already where -Confirm is given.
function Complete-Identity($Wanted, $Change) {
    $group = $Change.Group
    $identity = $Change.Identity
    if (-not $identity) {
        $identity = New-UserAssignedIdentity @group -Name $Wanted.Name -Confirm:$false
    }
    if (-not $Change.IsTrusted) {
        $trust = @{ Name = $Wanted.Credential; Issuer = $Issuer; Subject = $Wanted.Subject }
        $null = $identity | New-FederatedIdentityCredential @trust -Confirm:$false
    }
    if (-not $Change.HasRole) {
        # It waits until the new principal exists.
        $role = @{ RoleDefinitionName = $Wanted.RoleDefinitionName }
        $null = $identity | New-IdentityRoleAssignment @group @role -Confirm:$false
    }
    $identity
}

# Adds the report to the summary of the job, where GitHub Actions has one.
function Write-Summary([object[]] $Report) {
    if (-not $env:GITHUB_STEP_SUMMARY) {
        return
    }
    $lines = @(
        '### Identities'
        ''
        '| Identity | Resource group | Client id | Result | Change |'
        '| --- | --- | --- | --- | --- |'
        foreach ($row in $Report) {
            $last = if ($row.Error) { $row.Error } else { $row.Change }
            $cells = $row.Name, $row.ResourceGroupName, $row.ClientId, $row.Result, $last
            $cells = $cells | ForEach-Object { "$_" -replace '\s+', ' ' -replace '\|', '\|' }
            "| $($cells -join ' | ') |"
        }
        ''
    )
    # UTF-8 without a mark, as the other lines of the summary are.
    [System.IO.File]::AppendAllText($env:GITHUB_STEP_SUMMARY, ($lines -join "`n") + "`n")
}

$table = @(Read-Table $Path)
$signIn = @{ UseWorkflowToken = $true; ApplicationId = $ApplicationId; Tenant = $Tenant }
if ($SubscriptionId) {
    $signIn.SubscriptionId = $SubscriptionId
}
$connection = Connect-ManagedIdentityService @signIn
try {
    $report = @(
        foreach ($wanted in $table) {
            $row = [pscustomobject]@{
                Name              = $wanted.Name
                ResourceGroupName = $wanted.ResourceGroupName
                ClientId          = $null
                Result            = 'Unchanged'
                Change            = ''
                Error             = ''
            }
            try {
                $change = Get-Change $wanted
                $row.ClientId = $change.Identity.ClientId
                $row.Change = $change.Text
                $plan = "Identity '$($wanted.Name)' in '$($wanted.ResourceGroupName)': $($change.Text)"
                if ($change.Text -and $PSCmdlet.ShouldProcess($plan, "${plan}?", 'Confirm')) {
                    $row.ClientId = (Complete-Identity $wanted $change).ClientId
                    $row.Result = 'Changed'
                } elseif ($change.Text) {
                    $row.Result = 'Planned'
                }
            } catch {
                $row.Result = 'Failed'
                $row.Error = $_.Exception.Message
                Write-Verbose "Identity '$($row.Name)': $($row.Error)"
            }
            $row
        }
    )
} finally {
    Disconnect-ManagedIdentityService -Connection $connection
}

Write-Summary $report
$report
$failed = @($report | Where-Object Result -EQ Failed)
if ($failed) {
    throw "$($failed.Count) of $($report.Count) rows failed: $(($failed.Name | Select-Object -Unique) -join ', '). " +
    'The report has the error of each. Run the script again to continue.'
}
