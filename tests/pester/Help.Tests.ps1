BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/About.ps1"
    $aboutTopics = @(Get-AboutName | ForEach-Object { @{ About = $_ } })
    $aboutCode = @(
        foreach ($about in $aboutTopics.About) {
            foreach ($section in Read-About $about | Where-Object Code) {
                @{ About = $about; Section = $section.Title; Code = $section.Code }
            }
        }
    )
    $topics = & "$PSScriptRoot/../../ps-module/help/Update-Help.ps1" -ModulePath $ModulePath -Read
    $cmdlets = foreach ($topic in $topics) {
        @{ Cmdlet = $topic.Name; Topic = $topic }
    }
    $examples = foreach ($topic in $topics) {
        foreach ($example in $topic.Example) {
            $output = @($example.Remark | Where-Object Kind -EQ Fence | ForEach-Object { $_.Text })
            @{
                Cmdlet = $topic.Name
                Title  = $example.Title
                Code   = $example.Code
                Runs   = $example.Runs
                Output = $output
            }
        }
    }
}

Describe 'The help' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        . "$PSScriptRoot/Example.ps1"
        . "$PSScriptRoot/About.ps1"
        . "$PSScriptRoot/Readme.ps1"
        $Generator = "$PSScriptRoot/../../ps-module/help/Update-Help.ps1"
        $Committed = "$PSScriptRoot/../../ps-module/en-US"
        # Get-Help finds the cmdlets under the names of Azure PowerShell then.
        Enable-AzIdentityAlias
        $Exported = @{}
        foreach ($one in Get-Module ManagedIdentity, ManagedIdentity.Az | ForEach-Object { $_.ExportedCmdlets.Values }) {
            $Exported[$one.Name] = $one
        }
        $manifest = [System.IO.File]::ReadAllText("$PSScriptRoot/../../Cargo.toml")
        $Repository = [regex]::Match($manifest, '(?m)^repository = "(.+)"$').Groups[1].Value
        $Common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + 'ProgressAction'

        # The text of what help holds as paragraphs.
        function Get-Text($Paragraph) {
            ($Paragraph | ForEach-Object { $_.Text }) -join "`n"
        }

        # The state that examples begin with: an emulator, id1 and id2, myVM, and a scale set.
        function Initialize-Example([string] $Cmdlet) {
            # Those of earlier examples may be to an emulator that has stopped.
            Get-ManagedIdentityConnection | Disconnect-ManagedIdentityService
            if ($Cmdlet -eq 'Start-ArmEmulator') {
                Get-ArmEmulator | Stop-ArmEmulator
                return
            }
            if (Get-ArmEmulator) {
                Invoke-Emulator Post /reset
                Edit-EmulatorSetting @{ operationMs = 0; latencyMs = 0 }
                $null = Connect-ManagedIdentityService -Emulator
            } else {
                Connect-TestEmulator
            }
            $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
            $resources = "/subscriptions/$((Get-ArmEmulator).SubscriptionId)/resourceGroups/$Group/providers"
            $set = @{
                location   = 'eastus'
                sku        = @{ name = 'Standard_D2s_v5'; tier = 'Standard'; capacity = 2 }
                properties = @{ upgradePolicy = @{ mode = 'Manual' } }
            }
            $path = "$resources/Microsoft.Compute/virtualMachineScaleSets/myScaleSet?api-version=2025-04-01"
            $null = Invoke-ArmRequest PUT $path -Body $set
            $null = Get-VmssIdentity $Group myScaleSet | Wait-VmIdentity
        }
    }
    AfterAll {
        Disable-AzIdentityAlias
        Disconnect-TestEmulator
    }

    It 'is what the generator makes of the Markdown and the module' {
        $made = Join-Path $TestDrive help.xml
        $null = & $Generator -ModulePath $ModulePath -Path $made
        # The generator has removed the module of Azure PowerShell's names.
        Enable-AzIdentityAlias
        $shipped = [System.IO.File]::ReadAllText("$ModulePath/en-US/ManagedIdentity.dll-Help.xml")
        $shipped -ceq [System.IO.File]::ReadAllText($made) | Should -BeTrue
        # Windows PowerShell reads other characters in the code page of the machine.
        $shipped | Should -Not -Match '[^\x0A\x20-\x7E]'
    }

    It 'has a topic for each cmdlet, and no other' {
        $files = @(Get-ChildItem "$PSScriptRoot/../../ps-module/help" -Filter *.md | Where-Object BaseName -NE Shared | ForEach-Object BaseName)
        # A name of Azure PowerShell without a file has that of the cmdlet it derives from.
        $expected = $Exported.Keys | ForEach-Object { if ($_ -in $files) { $_ } else { $_.Replace('-Az', '-') } }
        ($files | Sort-Object) -join ' ' | Should -Be (($expected | Sort-Object -Unique) -join ' ')
    }

    It 'has four about topics' {
        (Get-AboutName) -join ' ' | Should -Be (
            'about_ManagedIdentity about_ManagedIdentity_CI about_ManagedIdentity_Emulator about_ManagedIdentity_FromAz')
    }

    Context '<About>' -ForEach $aboutTopics {
        It 'lies in the module as it is committed' {
            # As git may have written it.
            $shipped = [System.IO.File]::ReadAllText("$ModulePath/en-US/$About.help.txt").Replace("`r`n", "`n")
            $shipped -ceq [System.IO.File]::ReadAllText((Get-AboutPath $About)).Replace("`r`n", "`n") | Should -BeTrue
            $shipped | Should -Not -Match '[^\x0A\x20-\x7E]'
        }

        It 'is found by Get-Help, which shows a synopsis' {
            $help = Get-Help $About
            $help.Name | Should -Be $About
            $help.Synopsis | Should -BeLike '*[a-z].'
            $help | Out-String | Should -Match 'LONG DESCRIPTION'
            (Get-Help about_ManagedIdentity*).Name | Should -Contain $About
        }

        It 'fits a window' {
            $text = [System.IO.File]::ReadAllLines((Get-AboutPath $About))
            $text | Where-Object { $_.Length -gt $(if ($_ -match '^ {8}') { 100 } else { 79 }) } | Should -BeNullOrEmpty
        }

        It 'has only commands and parameters that exist' {
            foreach ($section in Read-About $About) {
                Get-UnknownCommand $section.Code | Should -BeNullOrEmpty -Because $section.Title
                foreach ($block in $section.Other | Where-Object { $_ -notmatch '(?m)^\s*(- )?\w+: |:$' }) {
                    Get-UnknownCommand $block | Should -BeNullOrEmpty -Because $block
                }
            }
        }

        It 'leads to what exists' {
            $links = (Read-About $About)[-1]
            $links.Title | Should -Be 'SEE ALSO'
            foreach ($link in $links.Text.Trim()) {
                $Exported.ContainsKey($link) -or $link -in (Get-AboutName) | Should -BeTrue -Because $link
                $link | Should -Not -Be $About
            }
        }
    }

    It 'names the properties that an error has' {
        $text = (Read-About about_ManagedIdentity | Where-Object Title -EQ Errors).Text
        $rows = @($text -match '^ {4}[A-Z]\w+ {2,}')
        $rows.Count | Should -BeGreaterThan 5
        foreach ($row in $rows) {
            [ManagedIdentity.Errors.ManagedIdentityException].GetProperty(($row.Trim() -split ' ')[0]) |
                Should -Not -BeNullOrEmpty
        }
    }

    It 'has a counterpart for every command of Az that README.md maps, and for every cmdlet' {
        $page = [System.IO.File]::ReadAllText($Readme)
        $table = [regex]::Match($page, '(?ms)^## Coming from Az$(.+?)^## ').Groups[1].Value
        $about = [System.IO.File]::ReadAllText((Get-AboutPath about_ManagedIdentity_FromAz))
        $names = [regex]::Matches($table, '(?m)\b\w+-(Az|Mg)\w+') | ForEach-Object { $_.Value } | Sort-Object -Unique
        $names.Count | Should -BeGreaterThan 15
        foreach ($name in $names) {
            $about | Should -Match "\b$name\b"
        }
        # Those without a counterpart in Az.
        foreach ($name in (Get-Module ManagedIdentity).ExportedCmdlets.Keys | Where-Object { $_ -notlike '*-ArmEmulator*' }) {
            $about | Should -Match "\b$name\b"
        }
    }

    Context '<Cmdlet>' -ForEach $cmdlets {
        BeforeAll {
            # Get-Help looks for a script of that name in all folders of the PATH, each time.
            $path = $env:PATH
            $env:PATH = ''
            $help = Get-Help $Cmdlet -Full
            $command = $Exported[$Cmdlet]
        }
        AfterAll { $env:PATH = $path }

        It 'has a synopsis and a description' {
            $help.Synopsis.Trim() | Should -BeLike '*[a-z].'
            $help.Synopsis | Should -Not -BeLike "*$Cmdlet*"
            (Get-Text $help.Description).Length | Should -BeGreaterThan 100
        }

        It 'describes every parameter, and none that is not' {
            $own = @($command.Parameters.Keys | Where-Object { $_ -notin $Common } | Sort-Object)
            $described = @($help.parameters | ForEach-Object { $_.parameter } | Where-Object { $_ })
            ($described.name | Sort-Object) -join ' ' | Should -Be ($own -join ' ')
            $described | Where-Object { (Get-Text $_.description).Length -le 20 } | ForEach-Object { $_.name } | Should -BeNullOrEmpty
        }

        # One comparison for all: Should takes longer than all else.
        It 'says of the parameters what is so' {
            $said = @()
            $so = @()
            foreach ($one in $help.parameters | ForEach-Object { $_.parameter } | Where-Object { $_ }) {
                $real = $command.Parameters[$one.name]
                $sets = $real.ParameterSets.Values
                $told = [ordered] @{
                    type                   = $one.type.name
                    required               = $one.required -eq 'true'
                    globbing               = $one.globbing -eq 'true'
                    pipelineByValue        = $one.pipelineInput -like '*ByValue*'
                    pipelineByPropertyName = $one.pipelineInput -like '*ByPropertyName*'
                }
                $is = [ordered] @{
                    type                   = $real.ParameterType.Name
                    required               = $sets.IsMandatory -contains $true
                    globbing               = $real.Attributes.TypeId.Name -contains 'SupportsWildcardsAttribute'
                    pipelineByValue        = $sets.ValueFromPipeline -contains $true
                    pipelineByPropertyName = $sets.ValueFromPipelineByPropertyName -contains $true
                }
                if ($real.ParameterType -eq [int]) {
                    $told.default = $one.defaultValue
                    $is.default = (New-Object $command.ImplementingType).($one.name)
                }
                $said += foreach ($key in $told.Keys) { "-$($one.name) ${key}: $($told[$key])" }
                $so += foreach ($key in $is.Keys) { "-$($one.name) ${key}: $($is[$key])" }
            }
            $said -join "`n" | Should -Be ($so -join "`n")
        }

        It 'shows one syntax for each parameter set' {
            @($help.syntax.syntaxItem).Count | Should -Be $command.ParameterSets.Count
        }

        It 'is found by parameter' {
            # By a pattern, all in one look at the help; and the last by its name alone.
            $own = @($command.Parameters.Keys | Where-Object { $_ -notin $Common } | Sort-Object)
            if ($own) {
                $found = @(Get-Help $Cmdlet -Parameter * | ForEach-Object { $_.name } | Sort-Object)
                $found -join ' ' | Should -Be ($own -join ' ')
                (Get-Help $Cmdlet -Parameter $own[-1]).name | Should -Be $own[-1]
            }
        }

        It 'says what it returns' {
            $real = $command.OutputType.Name | ForEach-Object { if ($_ -eq 'System.Void') { 'None' } else { $_ } }
            $told = $help.returnValues.returnValue.type.name
            ($told | Sort-Object) -join ' ' | Should -Be (($real | Sort-Object) -join ' ')
        }

        It 'has notes and links that lead somewhere' {
            (Get-Text $help.alertSet.alert).Length | Should -BeGreaterThan 20
            foreach ($link in @($help.relatedLinks.navigationLink | Where-Object { -not $_.uri }).linkText) {
                $link -in (Get-AboutName) -or $Exported.ContainsKey($link) | Should -BeTrue -Because $link
                $link | Should -Not -Be $Cmdlet
            }
        }

        It 'is online where its file is in the repository' {
            # What Get-Command says; Get-Help -Online opens the first link.
            $uri = $command.HelpUri
            @($help.relatedLinks.navigationLink.uri | Where-Object { $_ }) | Should -Be $uri
            $uri | Should -BeExactly "$Repository/blob/main/ps-module/help/$($Topic.File)"
            "$PSScriptRoot/../../ps-module/help/$($Topic.File)" | Should -Exist
        }

        It 'has three examples or more' {
            $examples = @($help.examples.example)
            $examples.Count | Should -BeGreaterOrEqual 3
            $examples.Count | Should -Be $Topic.Example.Count
            for ($at = 0; $at -lt $examples.Count; $at++) {
                $examples[$at].code.Trim() | Should -Be $Topic.Example[$at].Code.Trim()
                $examples[$at].code | Should -Match $Cmdlet
                (Get-Text $examples[$at].remarks).Trim() | Should -Not -BeNullOrEmpty
                Get-UnknownCommand $examples[$at].code | Should -BeNullOrEmpty
            }
        }
    }

    Context 'The code of an about topic' {
        It '<About>: <Section>' -ForEach $aboutCode {
            Initialize-Example ''
            Push-Location $TestDrive
            try {
                # A sign-in from outside plays no part, and variables that are set do not stay.
                Invoke-WithEnvironment @{} {
                    & {
                        $ErrorActionPreference = 'Stop'
                        $null = . ([scriptblock]::Create($Code)) 3>&1 | Out-String -Width 200
                    }
                }
            } finally {
                Pop-Location
            }
        }
    }

    Context 'The example' {
        It '<Cmdlet>: <Title>' -ForEach ($examples | Where-Object { $_.Runs }) {
            Initialize-Example $Cmdlet
            # In a scope of its own, and as if it were typed.
            Push-Location $TestDrive
            # An example may have ended with Disable-AzIdentityAlias.
            if ($Cmdlet -like '*-Az*') {
                Enable-AzIdentityAlias
            }
            try {
                $result = & {
                    $ErrorActionPreference = 'Stop'
                    & ([scriptblock]::Create($Code)) 3>&1 | Out-String -Width 200
                }
            } finally {
                Pop-Location
            }
            # What the remarks show of it is so: the head of a table, a warning. What -WhatIf says can't be caught.
            foreach ($shown in $Output) {
                $head = ($shown -split "`n")[0] -replace '^WARNING: ' -replace ' +', ' '
                if ($head -notlike 'What if:*') {
                    $result -replace ' +', ' ' | Should -BeLike "*$head*"
                }
            }
        }
    }
}
