# Own process: it installs the package for a user of its own, and Windows locks what is loaded from there.
BeforeDiscovery {
    $PackagePath = $env:MI_PACKAGE_PATH
    if (-not $PackagePath) {
        Write-Information '  skipped: the package: MI_PACKAGE_PATH does not name one' -InformationAction Continue
    }
    $OnWindows = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows
    $ResourceGet = Get-Module Microsoft.PowerShell.PSResourceGet -ListAvailable | Select-Object -First 1
    if ($PackagePath -and -not $ResourceGet) {
        Write-Information '  skipped: Install-PSResource: Microsoft.PowerShell.PSResourceGet is not installed' -InformationAction Continue
    }
}

Describe 'The package' -Skip:(-not $PackagePath) {
    BeforeAll {
        $ErrorActionPreference = 'Stop'
        $ProgressPreference = 'SilentlyContinue'
        Add-Type -AssemblyName System.IO.Compression, System.IO.Compression.FileSystem
        $Root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
        $Package = $env:MI_PACKAGE_PATH
        $Dist = Split-Path $Package
        $thisShell = [System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
        $OnWindows = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows

        # By hand, as where nothing can install a package: it is a zip file.
        $Unpacked = Join-Path $TestDrive unpacked
        $ModulePath = Join-Path $Unpacked ManagedIdentity
        [System.IO.Compression.ZipFile]::ExtractToDirectory($Package, $ModulePath)
        $Description = '^(\[Content_Types\]\.xml|_rels/.*|package/.*|.*\.nuspec)$'
        $archive = [System.IO.Compression.ZipFile]::OpenRead($Package)
        $Entries = @($archive.Entries | ForEach-Object { @{ Path = $_.FullName; Time = $_.LastWriteTime.DateTime } })
        $archive.Dispose()
        $Files = @($Entries.Path | Where-Object { $_ -notmatch $Description })
        $Manifest = Import-PowerShellDataFile (Join-Path $ModulePath ManagedIdentity.psd1)
        $Gallery = $Manifest.PrivateData.PSData
        $Version = $Manifest.ModuleVersion
        if ($Gallery.Prerelease) {
            $Version += "-$($Gallery.Prerelease)"
        }
        $Nuspec = ([xml] (Get-Content -Raw -Encoding UTF8 (Join-Path $ModulePath ManagedIdentity.nuspec))).package.metadata
        $Bill = Get-Content -Raw -Encoding UTF8 (Join-Path $ModulePath ManagedIdentity.cdx.json) | ConvertFrom-Json

        # Runs something with other environment variables.
        function Invoke-With([hashtable] $Variable, [scriptblock] $Action) {
            $before = @{}
            foreach ($name in $Variable.Keys) {
                $before[$name] = [System.Environment]::GetEnvironmentVariable($name)
                [System.Environment]::SetEnvironmentVariable($name, $Variable[$name])
            }
            try {
                & $Action
            } finally {
                foreach ($name in $before.Keys) {
                    $value = if ($null -eq $before[$name]) { [NullString]::Value } else { $before[$name] }
                    [System.Environment]::SetEnvironmentVariable($name, $value)
                }
            }
        }

        # The story in a new process, which finds this folder of modules and PowerShell's own; without a network where
        # that can be had.
        function Invoke-HelpStory([string] $Modules) {
            $run = @($thisShell, '-NoProfile', '-NonInteractive', '-File', "$PSScriptRoot/HelpStory.ps1")
            $isolated = $false
            if (-not $OnWindows -and (Get-Command unshare, ip -ErrorAction Ignore).Count -eq 2) {
                $up = 'ip link set lo up && exec "$@"'
                $null = unshare --map-root-user --net sh -c $up sh true 2>&1
                if ($LASTEXITCODE -eq 0) {
                    $isolated = $true
                    $run = @('unshare', '--map-root-user', '--net', 'sh', '-c', $up, 'sh') + $run
                }
            }
            $user = (New-Item -ItemType Directory -Force (Join-Path $TestDrive user)).FullName
            $paths = if ($PSVersionTable.PSEdition -eq 'Desktop') { "$Modules;$PSHOME\Modules" } else { $Modules }
            $said = Invoke-With @{ PSModulePath = $paths; HOME = $user } {
                & $run[0] @($run | Select-Object -Skip 1) 2>&1
            }
            $result = $said | Where-Object { "$_" -like '{*' } | Select-Object -Last 1
            $result | Should -Not -BeNullOrEmpty -Because ($said | Out-String)
            $story = $result | ConvertFrom-Json
            if ($isolated) {
                $story.Network | Should -Be lo
            }
            $story
        }

        function Assert-HelpStory($Story, [string] $Modules) {
            $Story.Modules | Should -Be ManagedIdentity
            $Story.ModuleBase.StartsWith((Get-Item $Modules).FullName) | Should -BeTrue -Because $Story.ModuleBase
            $Story.Endpoint | Should -BeLike 'http://127.0.0.1:*'
            $Story.Machine | Should -Be myVM
            $Story.Assigned | Should -Contain $Story.Identity
            $Story.Role | Should -Contain 'Virtual Machine Contributor'
            $Story.Scope | Should -Be $Story.MachineId
        }
    }

    It 'has the files of the module and what describes it' {
        @($Entries.Path | Where-Object { $_ -match $Description }).Count | Should -Be 4
        $platforms = @($Files | Where-Object { $_ -match '^(win|linux|linux-musl|osx)-(x64|arm64)/' })
        $platforms | ForEach-Object { $_ -replace '.*/' -replace '\..*' } | Sort-Object -Unique |
            Should -Be managed_identity, managed_identity_emulator
        foreach ($platform in $platforms | Group-Object { $_ -replace '/.*' }) {
            $platform.Count | Should -Be 2 -Because $platform.Name
        }
        $about = Get-ChildItem "$Root/ps-module/en-US" | ForEach-Object { "en-US/$($_.Name)" }
        $Files | Where-Object { $_ -notin $platforms } | Sort-Object | Should -Be @(
            @(
                'Az/ManagedIdentity.Az.psd1'
                'Az/en-US/ManagedIdentity.dll-Help.xml'
                'LICENSE'
                'ManagedIdentity.cdx.json'
                'ManagedIdentity.dll'
                'ManagedIdentity.psd1'
                'THIRD-PARTY-NOTICES.txt'
                'en-US/ManagedIdentity.dll-Help.xml'
            ) + $about | Sort-Object
        )
    }

    It 'depends on its files alone: they are in order and have one time' {
        $paths = [string[]] $Files
        [array]::Sort($paths, [System.StringComparer]::Ordinal)
        $Files | Should -Be $paths
        $Entries.Time | Sort-Object -Unique | Should -Be ([datetime]::new(1980, 1, 1))
    }

    It 'has no text and no assembly with a path of the machine that built it' {
        # The pages of an installed Rust and of crates name no paths.
        $texts = Get-ChildItem $ModulePath -Recurse -File | Where-Object Extension -In '.psd1', '.xml', '.txt', '.json', '.nuspec', '.dll', ''
        $texts.Count | Should -BeGreaterThan 8
        $user = [System.Environment]::GetFolderPath('UserProfile')
        # Characters for bytes, so that an assembly is searched, too. What it has of debug information is compressed.
        $latin = [System.Text.Encoding]::GetEncoding(28591)
        foreach ($file in $texts | Where-Object { $_.Directory.Name -notmatch '^(win|linux|osx)-' }) {
            $text = $latin.GetString([System.IO.File]::ReadAllBytes($file.FullName))
            foreach ($path in $Root, $user, "$user\.cargo", '/.cargo/registry') {
                $text.Contains($path) | Should -BeFalse -Because "$($file.Name) names $path"
                $text.Contains($path.Replace('\', '\\')) | Should -BeFalse -Because "$($file.Name) names $path"
            }
        }
    }

    It 'has debug information without such paths' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        $stream = [System.IO.File]::OpenRead((Join-Path $ModulePath ManagedIdentity.dll))
        $reader = [System.Reflection.PortableExecutable.PEReader]::new($stream)
        try {
            $embedded = $reader.ReadDebugDirectory() | Where-Object Type -EQ EmbeddedPortablePdb
            $symbols = $reader.ReadEmbeddedPortablePdbDebugDirectoryData($embedded)
            $found = $symbols.GetMetadataReader()
            $names = foreach ($document in $found.Documents) {
                $found.GetString($found.GetDocument($document).Name)
            }
            $names.Count | Should -BeGreaterThan 50
            $names | Where-Object { $_ -notlike '/_/*' } | Should -BeNullOrEmpty
            $symbols.Dispose()
        } finally {
            $reader.Dispose()
            $stream.Dispose()
        }
    }

    It 'has a manifest with what the gallery shows' {
        $repository = [regex]::Match((Get-Content -Raw "$Root/Cargo.toml"), '(?m)^repository = "(.+)"').Groups[1].Value
        $Gallery.ProjectUri | Should -Be $repository
        $Gallery.LicenseUri, $Gallery.IconUri | ForEach-Object { $_ | Should -BeLike "$repository/*" }
        $Gallery.Tags | Should -Contain PSEdition_Desktop
        $Manifest.HelpInfoUri | Should -BeNullOrEmpty
        $null = Test-ModuleManifest (Join-Path $ModulePath ManagedIdentity.psd1)
    }

    It 'has the notes of its version' {
        $changelog = (Get-Content -Raw -Encoding UTF8 "$Root/CHANGELOG.md").Replace("`r`n", "`n")
        $notes = $Gallery.ReleaseNotes.Replace("`r`n", "`n")
        $notes.Length | Should -BeGreaterThan 100
        $changelog.Contains($notes) | Should -BeTrue
        $before = $changelog.Substring(0, $changelog.IndexOf($notes)).TrimEnd() -split "`n" | Select-Object -Last 1
        $before | Should -Match '^## \[(Unreleased|\d+\.\d+\.\d+)\]'
    }

    It 'says the same in its manifest and to the gallery' {
        $Nuspec.id | Should -Be ManagedIdentity
        $Nuspec.version | Should -Be $Version
        $Nuspec.authors | Should -Be $Manifest.Author
        $Nuspec.description | Should -Be $Manifest.Description
        $Nuspec.projectUrl, $Nuspec.licenseUrl, $Nuspec.iconUrl | Should -Be $Gallery.ProjectUri, $Gallery.LicenseUri, $Gallery.IconUri
        $Nuspec.releaseNotes | Should -Be $Gallery.ReleaseNotes.Trim()
        $tags = $Nuspec.tags -split ' '
        $tags[0] | Should -Be PSModule
        $wanted = @($Gallery.Tags) + 'PSIncludes_Cmdlet' + ($Manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })
        $wanted | Where-Object { $_ -notin $tags } | Should -BeNullOrEmpty
        Split-Path -Leaf $Package | Should -Be "ManagedIdentity.$Version.nupkg"
    }

    It 'has a bill of materials with the hash of each of its libraries' {
        $Bill.bomFormat, $Bill.specVersion | Should -Be CycloneDX, 1.6
        $Bill.metadata.component.version | Should -Be $Version
        $listed = @($Bill.components | Where-Object type -EQ file)
        $code = @($Files | Where-Object { $_ -match '\.(dll|so|dylib)$' })
        $listed.name | Sort-Object | Should -Be ($code | Sort-Object)
        foreach ($one in $listed) {
            $one.hashes[0].content | Should -Be (Get-FileHash (Join-Path $ModulePath $one.name)).Hash -Because $one.name
        }
    }

    It 'has the licence of each crate in the bill among its notices, and its text' {
        $notices = Get-Content -Raw -Encoding UTF8 (Join-Path $ModulePath THIRD-PARTY-NOTICES.txt)
        $crates = @($Bill.components | Where-Object purl -Like 'pkg:cargo/*')
        $crates.Count | Should -BeGreaterThan 50
        # What is linked in on other systems, too.
        foreach ($name in 'ring', 'rustls', 'tokio', 'rustix', 'win32job', 'security-framework') {
            $crates.name | Should -Contain $name
        }
        # Macros and builds are not part of the libraries.
        foreach ($name in 'syn', 'serde_derive', 'cc', 'cbindgen', 'proptest') {
            $crates.name | Should -Not -Contain $name
        }
        foreach ($crate in $crates) {
            $license = $crate.licenses[0].expression
            $notices.Contains("  $($crate.name) $($crate.version)`n      $license`n") | Should -BeTrue -Because $crate.name
            $notices.Contains("`n$($crate.name) $($crate.version) (") | Should -BeTrue -Because "$($crate.name) has a text"
            $crate.hashes[0].content | Should -Match '^[0-9a-f]{64}$'
        }
        $notices | Should -Match 'The Rust standard library \d'
    }

    It 'lies beside the checksums of all that is published' {
        $sums = @{}
        foreach ($line in Get-Content (Join-Path $Dist SHA256SUMS)) {
            $sum, $name = $line -split '  '
            $sums[$name] = $sum
        }
        $sums.Keys | Sort-Object | Should -Be @(
            "ManagedIdentity-$Version.cdx.json"
            "ManagedIdentity-$Version.zip"
            "ManagedIdentity.$Version.nupkg"
        )
        foreach ($name in $sums.Keys) {
            $sums[$name] | Should -Be (Get-FileHash (Join-Path $Dist $name)).Hash -Because $name
        }
    }

    It 'is the guide from nothing to an identity with a role on a machine, unpacked by hand' {
        Assert-HelpStory (Invoke-HelpStory $Unpacked) $Unpacked
    }

    # PSResourceGet keeps repositories and modules of the user: on Windows there is no other user for a process, so that
    # only a machine of a workflow is used for it.
    Context 'With PSResourceGet' -Skip:(-not $ResourceGet -or ($OnWindows -and -not $env:CI)) {
        BeforeAll {
            # Runs a script as another user would, with the modules of this process.
            function Invoke-Gallery([string] $Script) {
                $folder = (New-Item -ItemType Directory -Force (Join-Path $TestDrive home)).FullName
                $file = Join-Path $TestDrive gallery.ps1
                Set-Content $file ('$ErrorActionPreference = "Stop"; $ProgressPreference = "SilentlyContinue"' + "`n" + $Script)
                $variables = if ($OnWindows) { @{} } else { @{ HOME = $folder; XDG_DATA_HOME = $null; XDG_CACHE_HOME = $null } }
                $said = Invoke-With $variables { & $thisShell -NoProfile -NonInteractive -File $file 2>&1 }
                $LASTEXITCODE | Should -Be 0 -Because ($said | Out-String)
                $said
            }
            $Repository = "ManagedIdentityTest$PID"
            $Here = (New-Item -ItemType Directory (Join-Path $TestDrive repository)).FullName
            Copy-Item $Package $Here
        }
        AfterAll {
            $null = Invoke-Gallery "Get-PSResourceRepository $Repository -ErrorAction Ignore | Unregister-PSResourceRepository"
        }

        It 'is found, installed, imported, and the guide to the same' {
            $said = Invoke-Gallery @"
                Register-PSResourceRepository -Name $Repository -Uri '$Here' -Trusted
                `$found = Find-PSResource -Name ManagedIdentity -Repository $Repository -Prerelease
                Install-PSResource -Name ManagedIdentity -Repository $Repository -Prerelease -Scope CurrentUser -Reinstall
                `$installed = Get-InstalledPSResource ManagedIdentity
                @{
                    Found = "`$(`$found.Name) `$(`$found.Version) `$(`$found.Prerelease)".Trim()
                    Path  = `$installed.InstalledLocation
                    Page  = "`$(`$installed.ProjectUri)"
                    Notes = `$installed.ReleaseNotes.Length
                } | ConvertTo-Json -Compress
"@
            $result = "$($said | Select-Object -Last 1)" | ConvertFrom-Json
            $result.Found | Should -Be "ManagedIdentity $($Manifest.ModuleVersion) $($Gallery.Prerelease)".Trim()
            $result.Page | Should -BeLike "$($Gallery.ProjectUri)*"
            $result.Notes | Should -BeGreaterThan 100
            # Beside other modules of a user on Windows.
            $modules = Join-Path $TestDrive installed
            $null = New-Item -ItemType Directory $modules
            Move-Item (Join-Path $result.Path ManagedIdentity) $modules
            Get-ChildItem $modules -Recurse -Filter *.nuspec | Should -BeNullOrEmpty
            Assert-HelpStory (Invoke-HelpStory $modules) $modules
        }

        It 'has the description that PSResourceGet would write' {
            $folder = Join-Path $TestDrive compressed
            $null = New-Item -ItemType Directory $folder
            $clean = Join-Path $TestDrive clean/ManagedIdentity
            $null = New-Item -ItemType Directory $clean
            foreach ($file in $Files) {
                $target = Join-Path $clean $file
                $null = New-Item -ItemType Directory -Force (Split-Path $target)
                Copy-Item (Join-Path $ModulePath $file) $target
            }
            $null = Invoke-Gallery "Compress-PSResource -Path '$clean' -DestinationPath '$folder' -SkipModuleManifestValidate"
            $theirs = Join-Path $TestDrive theirs
            [System.IO.Compression.ZipFile]::ExtractToDirectory((Get-ChildItem $folder -Filter *.nupkg).FullName, $theirs)
            $expected = ([xml] (Get-Content -Raw -Encoding UTF8 (Join-Path $theirs ManagedIdentity.nuspec))).package.metadata
            $expected.ChildNodes.Count | Should -BeGreaterThan 8
            foreach ($element in $expected.ChildNodes | Where-Object Name -NE tags) {
                $Nuspec.($element.Name) | Should -Be $element.InnerText -Because $element.Name
            }
            $tags = $Nuspec.tags -split ' '
            $expected.tags -split ' ' | Where-Object { $_ -notin $tags } | Should -BeNullOrEmpty
            $names = Get-ChildItem $theirs -Recurse -File -Name | Where-Object { $_.Replace('\', '/') -notmatch $Description }
            $names | ForEach-Object { $_.Replace('\', '/') } | Sort-Object | Should -Be ($Files | Sort-Object)
        }
    }
}
