# The commands of README.md, as a reader types them. With MI_BLESS=1 the outputs on the page become what they print.

BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Readme.ps1"
    $blocks = @(Read-ReadmeBlock)
    $sections = $blocks | Where-Object Info -EQ powershell | Select-Object -ExpandProperty Section -Unique |
        ForEach-Object { @{ Section = $_ } }
}

Describe 'README.md' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        . "$PSScriptRoot/Readme.ps1"
        . "$PSScriptRoot/Example.ps1"
        $Blocks = @(Read-ReadmeBlock)
        $Version = (Get-Module ManagedIdentity).Version

        . ([scriptblock]::Create($ExpandArchive))

        # A new folder for blocks, with the release package where they expect it.
        function Enter-ReadmeFolder($Block) {
            $folder = Join-Path $TestDrive ([guid]::NewGuid())
            $null = New-Item -ItemType Directory "$folder/tools", "$folder/modules"
            Push-Location $folder
            if (-not ($Block.Text -like '*.zip*')) {
                return
            }
            $package = "$folder/ManagedIdentity-$Version.zip"
            Add-Type -AssemblyName System.IO.Compression.FileSystem
            [System.IO.Compression.ZipFile]::CreateFromDirectory($ModulePath, $package, 'NoCompression', $true)
            Copy-Item $package "$folder/tools"
        }
    }
    AfterAll { Disconnect-TestEmulator }

    It 'has only blocks of known kinds' {
        $Blocks | Where-Object Info -NotMatch $ReadmeFence | ForEach-Object { "$($_.Line): $($_.Info)" } | Should -BeNullOrEmpty
        @($Blocks | Where-Object Info -EQ output).Count | Should -BeGreaterThan 10
    }

    It 'names only commands and parameters that exist' {
        foreach ($block in $Blocks | Where-Object Info -Match '^powershell( norun)?$') {
            Get-UnknownCommand $block.Text | Should -BeNullOrEmpty -Because "README.md:$($block.Line)"
        }
    }

    It 'has a row of the table of permissions for every cmdlet' {
        $table = ([System.IO.File]::ReadAllText($Readme) -split '(?m)^## ' | Where-Object { $_ -like 'Cmdlets and permissions*' }) -split "`n"
        $names = foreach ($row in $table | Where-Object { $_ -match '^\| \w+-' }) {
            # "Get-, Update-VmIdentity -Check" are two.
            $cell = ($row -split ' \| ')[0] -replace '^\| ' -replace ' -\w+$'
            $noun = ($cell -split '-')[-1]
            foreach ($name in $cell -split ', ') {
                if ($name.EndsWith('-')) { "$name$noun" } else { $name }
            }
        }
        ($names | Sort-Object -Unique) -join ' ' | Should -Be (((Get-Module ManagedIdentity).ExportedCmdlets.Keys | Sort-Object) -join ' ')
    }

    It 'prints what it shows, from its beginning to its end in one session' {
        Enter-ReadmeFolder $Blocks
        try {
            $printed = Invoke-ReadmeSession $Blocks
        } finally {
            Pop-Location
        }
        if ($env:MI_BLESS -eq '1') {
            Write-ReadmeOutput $Blocks $printed
            $Blocks = @(Read-ReadmeBlock)
        }
        Compare-Readme $Blocks $printed | Should -BeNullOrEmpty
    }

    It 'prints what it shows when a session begins with the section <Section>' -ForEach $sections {
        $own = @($Blocks | Where-Object Section -EQ $Section)
        Enter-ReadmeFolder $own
        try {
            $printed = Invoke-ReadmeSession $own
        } finally {
            Pop-Location
        }
        Compare-Readme $own $printed | Should -BeNullOrEmpty
    }

    It 'has a workflow whose tests pass' {
        $files = @($Blocks | Where-Object Info -Match ' file=')
        Enter-ReadmeFolder $files
        try {
            $null = Invoke-Script (ConvertTo-Session $files)
            $workflow = [System.IO.File]::ReadAllText("$(Get-Location)/.github/workflows/identities.yml")
            $job = [regex]::Match($workflow, '(?ms)^  test:\n(.+?)^  deploy:\n').Groups[1].Value
            $steps = @([regex]::Matches($job, '(?m)^        shell: pwsh\n        run: (.+)$') | ForEach-Object { $_.Groups[1].Value })
            $steps.Count | Should -Be 2
            foreach ($step in $steps) {
                # As a runner does it.
                $setup = "`$ErrorActionPreference = 'Stop'", "`$ProgressPreference = 'SilentlyContinue'",
                "`$env:PSModulePath = '$(Get-Location)/modules$([System.IO.Path]::PathSeparator)' + `$env:PSModulePath"
                $printed = Invoke-Script ($setup + $ExpandArchive + $step)
                $LASTEXITCODE | Should -Be 0 -Because "'$step' printed: $($printed -join "`n")"
            }
            "$(Get-Location)/modules/ManagedIdentity/ManagedIdentity.psd1" | Should -Exist
            $results = [xml] [System.IO.File]::ReadAllText("$(Get-Location)/testResults.xml")
            $results.'test-results'.total | Should -Be 3
            $results.'test-results'.failures | Should -Be 0
        } finally {
            Pop-Location
        }
    }
}
