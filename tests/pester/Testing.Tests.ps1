# The page about tests of one's own scripts, and the tests that there are to copy.

Describe 'Tests of one''s own scripts' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Example.ps1"
        $Root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
        $Page = [System.IO.File]::ReadAllText("$Root/docs/testing-your-scripts.md").Replace("`r`n", "`n")

        # Runs the tests of a folder in a PowerShell of its own, which finds the module as an installed one.
        function Invoke-Copied([string] $Folder) {
            $result = Join-Path $TestDrive "$([guid]::NewGuid()).json"
            $run = "`$ProgressPreference = 'SilentlyContinue'
                `$env:PSModulePath = '$(Split-Path $ModulePath)' + [System.IO.Path]::PathSeparator + `$env:PSModulePath
                `$done = Invoke-Pester '$Folder' -PassThru -Output None
                @{
                    Passed = @(`$done.Passed.Name)
                    Failed = @(`$done.Failed | ForEach-Object { `$_.Name })
                    Errors = @(`$done.Failed | ForEach-Object { `"`$(`$_.ErrorRecord)`" })
                } | ConvertTo-Json | Set-Content '$result'"
            $null = Invoke-Shell -EncodedCommand ([Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes($run)))
            Get-Content $result -Raw | ConvertFrom-Json
        }

        # The fences of the page: their words, and what is in them.
        $Fence = [regex]::Matches($Page, '(?ms)^```(\w+)( norun)?\n(.*?)^```$') | ForEach-Object {
            [pscustomobject] @{ Kind = $_.Groups[1].Value; Runs = -not $_.Groups[2].Value; Text = $_.Groups[3].Value.TrimEnd() }
        }
    }
    AfterAll { Disconnect-TestEmulator }

    It 'pass as they are' {
        $done = Invoke-Copied "$Root/examples/testing"
        $done.Errors -join "`n" | Should -BeNullOrEmpty
        $done.Passed.Count | Should -Be 11
    }

    It 'fail where the script is wrong' {
        # It ignores the tag, takes living references for dead ones, handles no error, and keeps the connection to itself.
        $wrong = @{
            ' -Tag $Tag -Check' = ' -Check'
            '-eq $false'        = '-eq $true'
            '} catch {'         = '} catch [System.IO.IOException] {'
            '@change @with'     = '@change'
        }
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        Copy-Item "$Root/examples/testing" $folder -Recurse
        $file = Join-Path $folder Set-WebIdentity.ps1
        $text = [System.IO.File]::ReadAllText($file)
        foreach ($one in $wrong.Keys) {
            $text | Should -BeLike "*$([WildcardPattern]::Escape($one))*"
            $text = $text.Replace($one, $wrong[$one])
        }
        [System.IO.File]::WriteAllText($file, $text)
        $failed = (Invoke-Copied $folder).Failed
        $failed | Should -Contain 'gives the machines with the tag the identity, and no other machine'
        $failed | Should -Contain 'removes the references that are dead, and no other'
        $failed | Should -Contain 'reports a machine that it may not change, and changes the others'
        $failed | Should -Contain 'hands on the connection'
        $failed | Should -Not -Contain 'assigns the role to the identity'
    }

    It 'have workflows whose steps are commands that exist: <_>' -ForEach 'testing/test-scripts.yml', 'azure-pipelines/azure-pipelines.yml' {
        $lines = [System.IO.File]::ReadAllLines("$Root/examples/$_")
        $steps = @()
        for ($at = 0; $at -lt $lines.Count; $at++) {
            if ($lines[$at] -match '^( *)(?:- )?(?:run|pwsh): (.+)$' -and $Matches[2] -ne 'true') {
                $indent = $Matches[1].Length
                $step = $Matches[2]
                if ($step -eq '|') {
                    $step = while ($lines[$at + 1] -match "^ {$($indent + 1),}\S" -and $lines[$at + 1] -notmatch '^ +\w+: ') { $lines[++$at].Trim() }
                    $step = $step -join "`n"
                }
                $steps += $step
            }
        }
        $steps.Count | Should -BeGreaterThan 1
        $steps -join "`n" | Should -Match 'Invoke-Pester'
        foreach ($step in $steps) {
            Get-UnknownCommand $step | Should -BeNullOrEmpty -Because $step
        }
    }

    It 'have a page whose code runs, and prints what the page says' {
        Connect-TestEmulator
        $count = 0
        for ($at = 0; $at -lt $Fence.Count; $at++) {
            $one = $Fence[$at]
            if ($one.Kind -ne 'powershell') { continue }
            Get-UnknownCommand $one.Text | Where-Object { $_ -notin 'BeforeAll', 'BeforeEach', 'AfterAll', 'Mock', 'Should' } | Should -BeNullOrEmpty
            if (-not $one.Runs) { continue }
            $count++
            $printed = @(. ([scriptblock]::Create($one.Text)) | ForEach-Object { "$_" }) -join "`n"
            $expected = if ($Fence[$at + 1].Kind -eq 'output') { $Fence[$at + 1].Text } else { '' }
            $printed | Should -BeExactly $expected -Because $one.Text
        }
        $count | Should -BeGreaterThan 3
    }

    It 'have a page that leads to files that exist' {
        $links = [regex]::Matches($Page, '\]\(([^)#]+)\)') | ForEach-Object { $_.Groups[1].Value }
        $links.Count | Should -BeGreaterThan 5
        foreach ($link in $links) { "$Root/docs/$link" | Should -Exist }
    }
}

Describe 'A test double' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $Types = [ManagedIdentity.Models.VmIdentity].Assembly.GetExportedTypes() | Where-Object {
            $_.Namespace -eq 'ManagedIdentity.Models' -and $_.IsClass -and -not $_.ContainsGenericParameters -and
            -not [ManagedIdentity.Models.TextTable].IsAssignableFrom($_)
        }
    }

    It 'can be made of every type, and is shown' {
        $Types.Count | Should -BeGreaterThan 12
        foreach ($type in $Types) {
            $double = New-MockObject -Type $type -Properties @{ Name = 'made' }
            $double | Should -BeOfType $type
            "$double" | Should -BeOfType string
            $double.Name | Should -Be made
            { $double | Format-Table | Out-String } | Should -Not -Throw
            { $double | Format-List | Out-String } | Should -Not -Throw
        }
    }

    It 'is a connection to a mock of each cmdlet that takes one' {
        $connection = New-MockObject -Type ManagedIdentity.Models.ManagedIdentityConnection -Properties @{ SubscriptionId = 's1' }
        Mock Get-UserAssignedIdentity { 'mocked' }
        Get-UserAssignedIdentity -Connection $connection | Should -Be mocked
        Should -Invoke Get-UserAssignedIdentity -ParameterFilter { $Connection.SubscriptionId -eq 's1' }
        Mock Get-VmIdentity { 'mocked' } -RemoveParameterType Connection
        Get-VmIdentity -Connection 'any object' | Should -Be mocked
    }

    It 'is a connection that no real cmdlet uses' {
        $connection = New-MockObject -Type ManagedIdentity.Models.ManagedIdentityConnection -Properties @{ SubscriptionId = 's1' }
        foreach ($use in { Get-VmIdentity -Connection $connection }, { New-UserAssignedIdentity a b -Connection $connection }) {
            $failure = Get-Failure $use
            Get-ErrorCode $failure | Should -Be ConnectionWithoutSignIn
            $failure.CategoryInfo.Category | Should -Be AuthenticationError
            $failure.Exception.Message | Should -BeLike '*-Emulator*'
        }
    }

    It 'is piped as the object that it stands for' {
        Connect-TestEmulator
        try {
            $real = New-UserAssignedIdentity $Group id1
            $properties = @{}
            foreach ($name in 'Id', 'Name', 'ResourceGroupName', 'SubscriptionId') { $properties[$name] = $real.$name }
            $double = New-MockObject -Type ManagedIdentity.Models.UserAssignedIdentity -Properties $properties
            ($double | Get-UserAssignedIdentity).ClientId | Should -Be $real.ClientId
        } finally {
            Disconnect-TestEmulator
        }
    }
}
