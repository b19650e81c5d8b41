#Requires -Version 5.1
#Requires -Modules ManagedIdentity

<#
.SYNOPSIS
Assigns to each virtual machine with a tag an identity of its own, with roles, and reports the changes.

.DESCRIPTION
A runbook for Azure Automation. It signs in as the managed identity of the Automation account and finds the virtual
machines that have the tag, in all subscriptions that the identity can read. For each machine, it

- creates a user-assigned identity in the resource group and the location of the machine, if it does not exist,
- assigns the roles to it, on the resource group of the machine, and
- assigns it to the machine, which keeps its other identities.

A machine that has all of this does not change, so the runbook can run on a schedule. A failed machine does not stop
the others: its row of the report has the error, and after the report the runbook ends with an error, so that the job
has the status Failed.

The identity of the Automation account needs, on the subscriptions or the resource groups of the machines, the roles
Managed Identity Contributor, Managed Identity Operator, Virtual Machine Contributor and Role Based Access Control
Administrator. The module ManagedIdentity must be imported into the Automation account.

.PARAMETER TagName
The name of the tag. Names of tags are not case-sensitive.

.PARAMETER TagValue
The value of the tag. It is case-sensitive. Without it, any value.

.PARAMETER RoleDefinitionName
The roles of each identity on the resource group of its machine. In the Azure portal, a JSON array: ["Reader"].

.PARAMETER SubscriptionId
The ids or the names of the subscriptions to search. Without it, all that the identity can read.

.PARAMETER NameSuffix
What the name of an identity has after the name of its machine.

.PARAMETER AccountId
The client id of the user-assigned identity of the Automation account that signs in. Without it, the system-assigned
identity, or the only one.

.PARAMETER Environment
The cloud of the Automation account: AzureCloud, AzureUSGovernment or AzureChinaCloud. Without it, AzureCloud.

.PARAMETER ReportOnly
Shows the changes and makes none, as -WhatIf does. For a start in the Azure portal, where a runbook has only the
parameters of its own.

.OUTPUTS
A row for each machine: Machine, ResourceGroupName, SubscriptionId, Identity, PrincipalId, Result (Changed, Unchanged,
Planned or Failed), Change, Error. Planned is a change that -WhatIf shows or that the answer to -Confirm declines.

.EXAMPLE
./Add-TaggedVmIdentity.ps1 -TagName workload -TagValue web -WhatIf

Shows which machines with the tag workload=web would get an identity, and changes nothing.

.EXAMPLE
./Add-TaggedVmIdentity.ps1 -TagName workload -RoleDefinitionName 'Reader', 'Key Vault Secrets User'

Assigns an identity with both roles to each machine that has the tag workload.

.EXAMPLE
$start = @{ ResourceGroupName = 'ops-rg'; AutomationAccountName = 'ops' }
Start-AzAutomationRunbook @start -Name Add-TaggedVmIdentity -Parameters @{ TagName = 'workload' }

Starts the runbook in an Automation account.

.NOTES
The runbook deletes nothing: an identity stays when its machine loses the tag. Get-UserAssignedIdentity -Unused finds
identities that are not in use.
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([pscustomobject])]
param(
    [Parameter(Mandatory)]
    [ValidateNotNullOrEmpty()]
    [string] $TagName,

    [string] $TagValue,

    [ValidateNotNullOrEmpty()]
    [string[]] $RoleDefinitionName = 'Reader',

    [string[]] $SubscriptionId,

    [ValidateNotNullOrEmpty()]
    [string] $NameSuffix = '-id',

    [string] $AccountId,

    [string] $Environment,

    [bool] $ReportOnly
)

# An error ends what is done for one machine, and the script outside of that.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if ($ReportOnly) {
    $WhatIfPreference = $true
}

# The identity of a machine, if it exists.
function Find-Identity([hashtable] $Name) {
    try {
        Get-UserAssignedIdentity @Name
    } catch [ManagedIdentity.Errors.ManagedIdentityException] {
        if ($_.Exception.Code -ne 'ResourceNotFound') {
            throw
        }
    }
}

# What a machine lacks: its identity, roles of it, its assignment. Text is empty if it lacks nothing.
function Get-Change($Machine, [string] $IdentityName) {
    $name = @{
        SubscriptionId    = $Machine.SubscriptionId
        ResourceGroupName = $Machine.ResourceGroupName
        Name              = $IdentityName
    }
    $scope = ($Machine.Id -split '/providers/')[0]
    $identity = Find-Identity $name
    $roles = if ($identity) { ($identity | Get-IdentityRoleAssignment -Scope $scope).RoleDefinitionName }
    $missingRoles = @($RoleDefinitionName | Where-Object { $_ -notin $roles })
    $isAssigned = $identity -and $identity.Id -in $Machine.UserAssignedIdentity.Id
    $texts = @(
        if (-not $identity) { "create the identity '$IdentityName'" }
        if ($missingRoles) { "assign it the roles $($missingRoles -join ', ') on '$($Machine.ResourceGroupName)'" }
        if (-not $isAssigned) { 'assign it to the machine' }
    )
    [pscustomobject]@{
        Name        = $name
        Location    = $Machine.Location
        Scope       = $scope
        Identity    = $identity
        MissingRole = $missingRoles
        IsAssigned  = $isAssigned
        Text        = $texts -join '; '
    }
}

# Makes the identity and its roles. Returns the identity. The script has asked already where -Confirm is given.
function Complete-Identity($Change) {
    $identity = $Change.Identity
    if (-not $identity) {
        $name = $Change.Name
        $identity = New-UserAssignedIdentity @name -Location $Change.Location -Confirm:$false
    }
    if ($Change.MissingRole) {
        # It waits until the new principal exists.
        $role = @{ RoleDefinitionName = $Change.MissingRole; Scope = $Change.Scope }
        $null = $identity | New-IdentityRoleAssignment @role -Confirm:$false
    }
    $identity
}

# The row of a machine in the report, until something happens to it.
function ConvertTo-Row([string] $Name, [string] $ResourceGroupName, [string] $SubscriptionId) {
    [pscustomobject]@{
        Machine           = $Name
        ResourceGroupName = $ResourceGroupName
        SubscriptionId    = $SubscriptionId
        Identity          = $Name + $NameSuffix
        PrincipalId       = $null
        Result            = 'Unchanged'
        Change            = ''
        Error             = ''
    }
}

function Write-Failure($Row, $Failure) {
    $Row.Result = 'Failed'
    $Row.Error = $Failure.Exception.Message
    Write-Verbose "Virtual machine '$($Row.Machine)': $($Row.Error)"
}

$signIn = @{ Identity = $true }
foreach ($name in 'AccountId', 'Environment') {
    if ($PSBoundParameters[$name]) {
        $signIn[$name] = $PSBoundParameters[$name]
    }
}
# It warns of several subscriptions, of which it takes one as the default. The search below does not depend on it.
$connection = Connect-ManagedIdentityService @signIn -WarningAction SilentlyContinue
try {
    # With -Fresh, each machine is read from Azure Compute: Azure Resource Graph is late by seconds or minutes.
    $search = @{ Tag = @{ $TagName = $null }; Fresh = $true }
    if ($PSBoundParameters.ContainsKey('TagValue')) {
        $search.Tag[$TagName] = $TagValue
    }
    if ($SubscriptionId) {
        $search.SubscriptionId = $SubscriptionId
    } else {
        $search.AllSubscriptions = $true
    }
    $machines = @(Get-VmIdentity @search -ErrorAction SilentlyContinue -ErrorVariable unread)
    Write-Verbose "$($machines.Count) virtual machines have the tag '$TagName'."
    $report = @($machines | ForEach-Object { ConvertTo-Row $_.Name $_.ResourceGroupName $_.SubscriptionId })

    # The target of an error is the id of a machine that can't be read, or else the search failed.
    $unreadRows = @(
        foreach ($failure in $unread) {
            $parts = "$($failure.TargetObject)" -split '/'
            if ($parts.Count -lt 9) {
                throw $failure
            }
            $row = ConvertTo-Row $parts[-1] $parts[4] $parts[2]
            Write-Failure $row $failure
            $row
        }
    )
    $updates = @(
        for ($at = 0; $at -lt $machines.Count; $at++) {
            $machine = $machines[$at]
            $row = $report[$at]
            try {
                $change = Get-Change $machine $row.Identity
                $row.PrincipalId = $change.Identity.PrincipalId
                $row.Change = $change.Text
                if (-not $change.Text) {
                    continue
                }
                $plan = "Virtual machine '$($machine.Id)': $($change.Text)"
                if (-not $PSCmdlet.ShouldProcess($plan, "${plan}?", 'Confirm')) {
                    $row.Result = 'Planned'
                    continue
                }
                $identity = Complete-Identity $change
                $row.PrincipalId = $identity.PrincipalId
                $row.Result = 'Changed'
                if (-not $change.IsAssigned) {
                    [pscustomobject]@{ Id = $machine.Id; AddIdentityId = $identity; Row = $row }
                }
            } catch {
                Write-Failure $row $_
            }
        }
    )
    # A change of a machine takes Azure the longest: many at the same time. The target of an error is the object that was
    # piped.
    $update = @{ ThrottleLimit = 32; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures' }
    $null = $updates | Update-VmIdentity @update -Confirm:$false
    foreach ($failure in $failures) {
        Write-Failure $failure.TargetObject.Row $failure
    }
    $report += $unreadRows
} finally {
    Disconnect-ManagedIdentityService -Connection $connection
}

$report
$failed = @($report | Where-Object Result -EQ Failed)
if ($failed) {
    throw "$($failed.Count) of $($report.Count) virtual machines failed: $($failed.Machine -join ', '). " +
    'The report has the error of each. Run the runbook again to continue.'
}
