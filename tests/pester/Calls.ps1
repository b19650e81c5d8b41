# A call of every cmdlet that works through a connection, in every way to name its resource. To be dot-sourced after
# Common.ps1.

# The arguments that a set of parameters insists on. They name what a new emulator does not have.
function Get-AnyArgument($ParameterSet) {
    $id = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myResourceGroup/providers/$IdentityType/id-any"
    $machine = $id -replace 'Microsoft.ManagedIdentity/userAssignedIdentities', 'Microsoft.Compute/virtualMachines'
    $arguments = @{}
    foreach ($parameter in $ParameterSet.Parameters | Where-Object IsMandatory) {
        $arguments[$parameter.Name] = switch -Regex ($parameter.Name) {
            '^Path$' { '/subscriptions/{subscriptionId}/any?api-version=2024-11-30'; break }
            '^(VM|Vmss|Scope)$' { $machine; break }
            '^PrincipalId$' { '11112222-bbbb-3333-cccc-4444dddd5555'; break }
            '(Id|InputObject)$' { $id; break }
            'Issuer$' { 'https://issuer.example'; break }
            '^All' { $true; break }
            default { 'id-any' }
        }
    }
    $arguments
}

# Each such call, as the name of the cmdlet and its arguments.
function Get-AnyCall {
    Get-Command -Module ManagedIdentity -CommandType Cmdlet | Where-Object { $_.Name -ne 'Disconnect-ManagedIdentityService' } |
        Where-Object { $_.Parameters.ContainsKey('Connection') } | ForEach-Object {
            foreach ($set in $_.ParameterSets) {
                $arguments = Get-AnyArgument $set
                if ($set.Name -eq 'BySubject') {
                    $arguments.Subject = 'any'
                }
                if ($_.Parameters.ContainsKey('Confirm')) {
                    $arguments.Confirm = $false
                }
                [pscustomobject] @{ Name = $_.Name; Set = $set.Name; Arguments = $arguments }
            }
        }
}
