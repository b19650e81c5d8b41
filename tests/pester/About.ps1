# The about topics. To be dot-sourced.
#
# What the indentation of a paragraph says, which is that of its first line:
#   4           text, or a table
#   8           PowerShell that runs on the emulator, in a scope of its section, with the identities id1 and id2
#   10          anything else: what needs Azure, another shell, a file, a table
#   12          the output of the code before it
# Sections have their titles at 0 or 2.

$AboutFolder = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../ps-module/en-US")

function Get-AboutName {
    Get-ChildItem $AboutFolder -Filter about_*.help.txt | ForEach-Object { $_.Name -replace '\.help\.txt$' } | Sort-Object
}

function Get-AboutPath([string] $Name) {
    Join-Path $AboutFolder "$Name.help.txt"
}

# The sections of a topic: Title, Text, the Code that runs, its Output, and the blocks of Other code.
function Read-About([string] $Name) {
    $sections = New-Object System.Collections.ArrayList
    $paragraph = @()
    foreach ($line in [System.IO.File]::ReadAllLines((Get-AboutPath $Name)) + '') {
        if ($line -match '^( {2})?\S') {
            if ($paragraph) {
                throw "${Name}: '$line' needs an empty line before it."
            }
            $null = $sections.Add(@{ Title = $line.Trim(); Text = @(); Code = @(); Output = @(); Other = @() })
        } elseif ($line) {
            $paragraph += $line
        } elseif ($paragraph) {
            Add-AboutParagraph $sections[-1] $paragraph
            $paragraph = @()
        }
    }
    foreach ($section in $sections) {
        $section.Code = $section.Code -join "`n`n"
        [pscustomobject] $section
    }
}

function Add-AboutParagraph([hashtable] $Section, [string[]] $Line) {
    $indent = $Line[0].Length - $Line[0].TrimStart().Length
    switch ($indent) {
        4 { $Section.Text += $Line }
        8 { $Section.Code += ($Line -replace '^ {8}') -join "`n" }
        10 { $Section.Other += ($Line -replace '^ {10}') -join "`n" }
        12 { $Section.Output += $Line -replace '^ {12}' }
        default { throw "'$($Line[0])' is indented by $indent spaces and not by 4, 8, 10 or 12." }
    }
}
