# Scale sets on the emulator, made as any other client makes them. To be dot-sourced after Common.ps1.

function Get-ScaleSetUri([string] $Name, [string] $Tail = '') {
    $emulator = Get-ArmEmulator
    "$($emulator.Endpoint)/subscriptions/$($emulator.SubscriptionId)/resourceGroups/$Group/providers/" +
    "Microsoft.Compute/virtualMachineScaleSets/$Name$($Tail)?api-version=2025-04-01"
}

# Makes a scale set of three instances.
function Add-ScaleSet([string] $Name, [string] $Mode) {
    $body = @{
        location   = 'eastus'
        sku        = @{ name = 'Standard_D2s_v5'; tier = 'Standard'; capacity = 3 }
        properties = @{ upgradePolicy = @{ mode = $Mode } }
    }
    $call = @{
        Method      = 'Put'
        Uri         = Get-ScaleSetUri $Name
        Headers     = @{ Authorization = "Bearer $(Get-EmulatorToken)" }
        ContentType = 'application/json'
        Body        = ConvertTo-Json $body -Depth 5
    }
    $null = Invoke-RestMethod @call
}

# For each instance, whether it has the set's model.
function Get-InstanceState([string] $Name) {
    $headers = @{ Authorization = "Bearer $(Get-EmulatorToken)" }
    (Invoke-RestMethod -Uri (Get-ScaleSetUri $Name /virtualMachines) -Headers $headers).value.properties.latestModelApplied
}
