# The blocks of README.md, and sessions that run them. To be dot-sourced after Common.ps1 and Environment.ps1.
#
# A fence says what a block is:
#   powershell              typed into the session, statement by statement
#   powershell norun        needs Azure
#   powershell file=<name>  the text of a file, as is yaml file=<name>
#   output                  what the block before it prints; a block without one prints nothing
#   sh                      for another shell

$Readme = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../README.md")
$ReadmeFence = '^(powershell( norun)?|(powershell|yaml) file=\S+|output|sh)$'

# The blocks in the order of the page: Number, Section, Info, Line (of the fence), Text.
function Read-ReadmeBlock {
    $section = ''
    $block = $null
    $at = 0
    $number = 0
    foreach ($line in [System.IO.File]::ReadAllLines($Readme)) {
        $at++
        if ($null -ne $block) {
            if ($line -eq '```') {
                $block.Text = $block.Text -join "`n"
                [pscustomobject] $block
                $block = $null
            } else {
                $block.Text += $line
            }
        } elseif ($line -match '^```(.+)$') {
            $number++
            $block = @{ Number = $number; Section = $section; Info = $Matches[1]; Line = $at; Text = @() }
        } elseif ($line -match '^## (.+)$') {
            $section = $Matches[1]
        }
    }
}

# For a PowerShell without the module Microsoft.PowerShell.Archive: the command of the page that it has.
$ExpandArchive = @'
if (-not (Get-Command Expand-Archive -ErrorAction Ignore)) {
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    function Expand-Archive([string] $Path, [string] $DestinationPath) {
        [System.IO.Compression.ZipFile]::ExtractToDirectory((Convert-Path $Path), $DestinationPath)
    }
}
'@

# A text as PowerShell writes it down.
function ConvertTo-Literal([string] $Text) {
    "'" + $Text.Replace("'", "''") + "'"
}

# The script that types blocks: each output begins with a line that has the number of its block.
function ConvertTo-Session($Block) {
    $separator = [System.IO.Path]::PathSeparator
    $folders = "$(Get-Location)/modules$separator$(Split-Path $ModulePath)$separator"
    "`$ProgressPreference = 'SilentlyContinue'"
    "if (Test-Path Variable:PSStyle) { `$PSStyle.OutputRendering = 'PlainText' }"
    "`$env:PSModulePath = $(ConvertTo-Literal $folders) + `$env:PSModulePath"
    $ExpandArchive
    foreach ($one in $Block) {
        if ($one.Info -match ' file=(\S+)$') {
            $path = ConvertTo-Literal (Join-Path (Get-Location) $Matches[1])
            "`$null = New-Item -ItemType Directory -Force (Split-Path $path)"
            "[System.IO.File]::WriteAllText($path, $(ConvertTo-Literal $one.Text))"
        } elseif ($one.Info -eq 'powershell') {
            "'=== $($one.Number)'"
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($one.Text, [ref] $null, [ref] $null)
            foreach ($statement in $ast.EndBlock.Statements.Extent.Text) {
                ". ([scriptblock]::Create($(ConvertTo-Literal $statement))) 2>&1 | Out-String -Stream -Width 200"
                if ($statement -like '*Connect-ManagedIdentityService -Emulator*') {
                    # Operations take no time.
                    "`$null = Invoke-RestMethod -Method Patch -Uri `"`$((Get-ArmEmulator).Endpoint)/_emulator/settings`" " +
                    "-Headers @{ 'x-emulator-key' = (Get-ArmEmulator).AdminKey } " +
                    "-ContentType application/json -Body '{`"operationMs`":0}'"
                }
            }
        }
    }
}

# Runs a script in a process of its own: what it prints, line by line, errors too.
function Invoke-Script([string[]] $Script) {
    $file = Join-Path (Get-Location) "$([guid]::NewGuid()).ps1"
    # With the mark of UTF-8: Windows PowerShell reads it so.
    [System.IO.File]::WriteAllLines($file, $Script, (New-Object System.Text.UTF8Encoding $true))
    $ErrorActionPreference = 'Continue'
    Invoke-WithEnvironment @{} { Invoke-Shell -Command ". '$file'" 2>&1 } | ForEach-Object { "$_" }
}

# Types blocks into one new session in the current folder: a table of what each printed, by its number.
function Invoke-ReadmeSession($Block) {
    $printed = @{}
    $number = 0
    foreach ($text in Invoke-Script (ConvertTo-Session $Block)) {
        if ($text -match '^=== (\d+)$') {
            $number = [int] $Matches[1]
        } else {
            $printed[$number] = @($printed[$number]) + $text.TrimEnd() | Where-Object { $_ }
        }
    }
    $printed
}

# Lines without what differs from run to run: GUIDs are numbers in the order of their first appearance, and columns are as
# wide as they are.
function ConvertTo-Comparable([string[]] $Line, [hashtable] $Seen) {
    foreach ($one in $Line | Where-Object { "$_".Trim() }) {
        $numbered = [regex]::Replace($one, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', {
                param($guid)
                if ($guid.Value -eq 'aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e') {
                    # The emulator's subscription.
                    return $guid.Value
                }
                if (-not $Seen.ContainsKey($guid.Value)) {
                    $Seen[$guid.Value] = $Seen.Count + 1
                }
                "<$($Seen[$guid.Value])>"
            })
        ($numbered -replace ' +', ' ' -replace '-{2,}', '--').Trim()
    }
}

# What of blocks and of what they printed does not agree.
function Compare-Readme($Block, [hashtable] $Printed) {
    $shown = @{}
    $printedSeen = @{}
    if ($Printed[0]) {
        "Before the first block: $($Printed[0] -join "`n")"
    }
    for ($at = 0; $at -lt $Block.Count; $at++) {
        $one = $Block[$at]
        if ($one.Info -ne 'powershell') {
            continue
        }
        $next = $Block[$at + 1]
        $output = if ($next -and $next.Info -eq 'output') { $next.Text -split "`n" }
        $expected = @(ConvertTo-Comparable $output $shown) -join "`n"
        $found = @(ConvertTo-Comparable $Printed[$one.Number] $printedSeen) -join "`n"
        if ($expected -cne $found) {
            "README.md:$($one.Line) shows`n$expected`nand prints`n$found`n"
        }
    }
}

# Writes what blocks printed into the page.
function Write-ReadmeOutput($Block, [hashtable] $Printed) {
    $lines = [System.Collections.Generic.List[string]] [System.IO.File]::ReadAllLines($Readme)
    for ($at = $Block.Count - 1; $at -gt 0; $at--) {
        if ($Block[$at].Info -eq 'output') {
            $first = $Block[$at].Line
            $count = $lines.IndexOf('```', $first) - $first
            $lines.RemoveRange($first, $count)
            $lines.InsertRange($first, [string[]] @($Printed[$Block[$at - 1].Number]))
        }
    }
    [System.IO.File]::WriteAllText($Readme, ($lines -join "`n") + "`n")
}
