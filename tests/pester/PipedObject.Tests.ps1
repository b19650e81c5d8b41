BeforeDiscovery {
    . "$PSScriptRoot/PipedObjects.ps1"
    $commands = Get-PipedCommand
}

Describe 'A piped object' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        . "$PSScriptRoot/PipedObjects.ps1"
        Connect-TestEmulator
        Enable-AzIdentityAlias
        $objects = @(Initialize-PipedObject)

        # What the other group and the other subscription would be asked for, if anybody asked.
        $decoy = @{ Group = $Group; Name = 'decoy'; Subscription = $FarSubscription }

        # What a resource is called by its own id; an identity is what a command for credentials is told by its name.
        function Get-OwnPart($Object, [string] $Part, [string] $Parameter) {
            switch ($Part) {
                Group { $OtherGroup }
                Subscription { (Get-ArmEmulator).SubscriptionId }
                Name { if ($Parameter -eq 'IdentityName') { 'app' } else { ($Object.Id -split '/')[-1] } }
            }
        }

        # The ways in which names stand beside an object: on the command line, the object's own or others', or as defaults.
        function Get-Beside($Object, $Part) {
            [pscustomobject] @{ What = 'nothing beside it'; Named = @{}; Default = @{}; Contradicts = $false }
            $defaults = @{}
            foreach ($one in $Part.Keys) {
                $parameter = $Part[$one]
                $own = Get-OwnPart $Object $one $parameter
                [pscustomobject] @{ What = "its own -$parameter"; Named = @{ $parameter = "$own".ToUpperInvariant() }; Default = @{}; Contradicts = $false }
                [pscustomobject] @{ What = "another -$parameter"; Named = @{ $parameter = $decoy[$one] }; Default = @{}; Contradicts = [bool] $Object.Id }
                [pscustomobject] @{ What = "a default -$parameter"; Named = @{}; Default = @{ "*:$parameter" = $decoy[$one] }; Contradicts = $false }
                $defaults["*:$parameter"] = $decoy[$one]
            }
            if ($Part.Count -gt 1) {
                [pscustomobject] @{ What = 'all defaults'; Named = @{}; Default = $defaults; Contradicts = $false }
            }
        }

        # Where nobody reads what -WhatIf says.
        $quiet = [runspacefactory]::CreateRunspace()
        # One thread for thousands of calls, and not one for each.
        $quiet.ThreadOptions = [System.Management.Automation.Runspaces.PSThreadOptions]::ReuseThread
        $quiet.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $quiet
        $null = $shell.AddCommand('Import-Module').AddArgument($ModulePath).AddStatement().AddCommand('Enable-AzIdentityAlias').AddStatement().AddScript({
                function Invoke-Quietly($Command, $Object, $Given, $Default) {
                    $PSDefaultParameterValues = $Default
                    try {
                        $Object | & $Command @Given 2>&1 3>$null
                    } catch {
                        $_
                    }
                }
            }).Invoke()
        $shell.Dispose()

        # Pipes an object, and returns the errors, the output, and the requests that were sent.
        function Invoke-Piped($Command, $Object, $Beside, [hashtable] $Arguments) {
            Invoke-Emulator Delete /requests
            $given = $Arguments + @{}
            foreach ($name in $Beside.Named.Keys) {
                $given[$name] = $Beside.Named[$name]
            }
            foreach ($key in $Beside.Default.Keys) {
                $given.Remove($key.Substring(2))
            }
            $shell = [powershell]::Create()
            $shell.Runspace = $quiet
            $null = $shell.AddCommand('Invoke-Quietly').AddParameters(@{ Command = $Command; Object = $Object; Given = $given; Default = $Beside.Default })
            $output = $shell.Invoke()
            $shell.Dispose()
            [pscustomobject] @{
                Errors   = @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
                Output   = @($output | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] })
                Requests = @((Invoke-Emulator Get /requests).path | Where-Object { $_ -match '^/(subscriptions|providers|v1\.0)\b' })
            }
        }

        function Test-Taken($Command, $Object) {
            ($Object.Kind -in $Command.Takes -and ($Object.Object.Id -or -not $Command.NeedsId)) -or
            ('principal' -in $Command.Takes -and $Object.PrincipalId -and $Object.Kind -ne $Command.Not)
        }

        # What is wrong with what came of an object that is taken; nothing when all is well.
        function Get-Fault($Object, $Beside, $Done, $Command) {
            if ($Beside.Contradicts) {
                if ($Done.Errors.Count -ne 1 -or (Get-ErrorCode $Done.Errors[0]) -ne 'ContradictoryName') { "errors: $($Done.Errors)" }
                if ($Done.Requests) { "requests: $($Done.Requests)" }
                return
            }
            # Azure may refuse a plain request; it got the right one.
            $errors = $Done.Errors | Where-Object { -not ($Command.Command -eq 'Invoke-ArmRequest' -and $_.Exception.HttpStatus) }
            if ($errors) { "errors: $errors" }
            $asked = $Done.Requests -join "`n"
            if ('principal' -in $Command.Takes -and $Object.PrincipalId) {
                # Where no path names who is meant, the result does.
                $named = switch ($Command.Command) {
                    New-IdentityRoleAssignment { $Done.Output.PrincipalId }
                    Add-IdentityGroupMember { (Get-IdentityGroupMember myGroup).PrincipalId }
                    default { $asked }
                }
                if (-not ($named -match $Object.PrincipalId)) { "acted on: $named" }
            } elseif ($asked -notmatch [regex]::Escape($Object.Id) -and $asked -notmatch [regex]::Escape(($Object.Id -replace '/main$'))) {
                "requests: $asked"
            }
            if ($asked -match "/resourceGroups/$Group/|/decoy\b|$FarSubscription") { "asked elsewhere: $asked" }
        }

        # What is wrong with what came of an object that is of another type.
        function Get-RefusalFault($Object, $Done) {
            if ($Done.Errors.Count -ne 1) { "errors: $($Done.Errors)" }
            if ($Done.Requests) { "requests: $($Done.Requests)" }
            $name = ($Object.Id -split '/')[-1]
            # What is missing or contradicts itself is found before the type.
            $isEarlier = $Done.Errors -and (Get-ErrorCode $Done.Errors[0]) -in 'ContradictoryName', 'MissingParameter'
            if ($Object.Id -and -not $isEarlier -and "$($Done.Errors)" -notmatch "\b$([regex]::Escape($name))\b") { "not named: $($Done.Errors)" }
            if ("$($Done.Errors)" -match '-ResourceId (must|'')') { "names a parameter that was not used: $($Done.Errors)" }
        }
    }
    AfterAll {
        $quiet.Dispose()
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }

    It 'means itself, or is refused: <Command> (<Takes>)' -ForEach ($commands | Where-Object { -not $_.Fills -and $_.Command -notin 'Disconnect-ManagedIdentityService', 'Stop-ArmEmulator' }) {
        $arguments = if ($_.Arguments) { & $_.Arguments } else { @{} }
        $cells = 0
        # A subscription or a group says where, and not what.
        $faults = foreach ($one in $objects | Where-Object Kind -NE 'place') {
            $taken = Test-Taken $_ $one
            foreach ($beside in Get-Beside $one $_.Part) {
                $cells++
                if ($taken -and $_.Before) { & $_.Before $one.PrincipalId }
                $done = Invoke-Piped $Command $one.Object $beside $arguments
                $fault = if ($taken) { Get-Fault $one $beside $done $_ } else { Get-RefusalFault $one $done }
                if ($fault) {
                    "$($one.Name) | $Command, with $($beside.What): $($fault -join '; ')"
                }
            }
        }
        $faults | Should -BeNullOrEmpty
        $cells | Should -BeGreaterOrEqual ($objects.Count - 2)
    }

    It 'says where resources are added, and is an identity of theirs if it is one: <Command>' -ForEach ($commands | Where-Object { $_.Fills -and $_.Arguments }) {
        $count = 0
        $faults = foreach ($one in $objects) {
            $count++
            $name = "piped$count"
            $added = $one.Object | & $Command -Name $name @Arguments
            if ($added.Name -ne $name) { "$($one.Name) | added: $added" }
            $properties = $one.Object.PSObject.Properties
            foreach ($property in 'ResourceGroupName', 'SubscriptionId', 'Location') {
                $said = $properties[$property].Value
                if ($said -and $said -ne $added.$property) { "$($one.Name) | ${property}: $($added.$property) and not $said" }
            }
            $identity = if ("$($one.Object.Id)" -like '*/userAssignedIdentities/*' -and $one.Object.Id -notlike '*/federatedIdentityCredentials/*') { $one.Object.Id }
            if ("$($added.UserAssignedIdentity.Name)" -ne "$(if ($identity) { 'app' })") {
                "$($one.Name) | identities: $($added.UserAssignedIdentity.Id)"
            }
        }
        $faults | Should -BeNullOrEmpty
    }

    It 'of another type is refused: <Command>' -ForEach ($commands | Where-Object Command -In 'Disconnect-ManagedIdentityService', 'Stop-ArmEmulator') {
        $nothing = [pscustomobject] @{ Named = @{}; Default = @{} }
        $faults = foreach ($one in $objects | Where-Object Kind -NotIn $Takes) {
            $done = Invoke-Piped $Command $one.Object $nothing @{}
            if ($done.Errors.Count -ne 1 -or $done.Requests) {
                "$($one.Name) | ${Command}: errors $($done.Errors), requests $($done.Requests)"
            }
        }
        $faults | Should -BeNullOrEmpty
        (Get-ArmEmulator).Endpoint | Should -Not -BeNullOrEmpty
        (Get-ManagedIdentityConnection).IsConnected | Should -BeTrue
    }

    It 'is in this matrix with every type that the module returns, and every command that takes objects' {
        $types = (Get-Command Get-VmIdentity).ImplementingType.Assembly.GetExportedTypes() |
            Where-Object { $_.Namespace -eq 'ManagedIdentity.Models' -and $_.IsClass } |
            # Lists and tables are values of properties.
            Where-Object { -not [System.Collections.IEnumerable].IsAssignableFrom($_) }
        $types.Count | Should -BeGreaterThan 10
        $types.Name | Where-Object { $_ -notin $objects.Name } | Should -BeNullOrEmpty
        foreach ($type in $types) {
            ($objects | Where-Object Name -EQ $type.Name).Object | Should -BeOfType $type
        }
        $taking = Get-Command -Module ManagedIdentity -CommandType Cmdlet | Where-Object {
            $_.Parameters.Values.Attributes | Where-Object { $_ -is [Parameter] -and ($_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName) }
        }
        $taking.Name | Where-Object { $_ -notin (Get-PipedCommand).Command } | Should -BeNullOrEmpty
    }
}
