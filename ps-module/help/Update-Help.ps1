<#
.SYNOPSIS
Makes the help that Get-Help reads out of the Markdown files of this folder and of what the module says of itself.
.DESCRIPTION
The texts are in <Cmdlet>.md, and those of parameters that many cmdlets share in Shared.md. Names, types, aliases,
positions and the rest of the syntax come from the imported module. The same input gives the same bytes.

The format of a file is strict: what is missing, unknown or not ASCII is an error, and so is a parameter that the cmdlet
does not have. A cmdlet under a name of Azure PowerShell that has no file of its own has that of the cmdlet it derives
from. Shared.md is a list of parameters; the other files have these parts, in this order:

    # <Cmdlet>
    ## Synopsis
    ## Description
    ## Parameters
    ### -<Parameter>            a text, and at its end a line "Default: <value>" where there is a default to tell
    ## Examples
    ### <Title>                 a fence "powershell", or "powershell norun" where it can't run on a plain emulator; then
                                remarks, in which a fence "output" keeps its columns
    ## Inputs, ## Outputs
    ### <Type>, or None
    ## Notes
    ## Related                  a list of names

The first link of each topic, which Get-Help -Online opens, is that of its file in the repository that Cargo.toml names.
.EXAMPLE
./Update-Help.ps1 -ModulePath ../../dist/ManagedIdentity -Path help.xml
#>
[CmdletBinding()]
[OutputType([string])]
param(
    # The module's folder.
    [Parameter(Mandatory, Position = 0)]
    [string] $ModulePath,
    # The file to write.
    [Parameter(Position = 1)]
    [string] $Path,
    # Returns what the Markdown files say, and writes nothing.
    [switch] $Read
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$Parts = 'Synopsis', 'Description', 'Parameters', 'Examples', 'Inputs', 'Outputs', 'Notes', 'Related'
$Common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + 'ProgressAction'
$Namespace = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# ---- Markdown ----

# A text as Get-Help shows it: without the marks of Markdown.
function ConvertTo-Plain([string] $Text) {
    $Text.Replace('`', '')
}

# The lines of a file.
function Read-Line([string] $File) {
    $text = [System.IO.File]::ReadAllText($File).Replace("`r`n", "`n")
    if ($text -match '[^\x0A\x20-\x7E]') {
        throw "${File}: '$($Matches[0])' is not ASCII. Windows PowerShell would not show it as it is."
    }
    $text.Split("`n")
}

# The parts under headings of one level: an ordered table of lines.
function Split-Heading([string[]] $Line, [int] $Level, [string] $File) {
    $found = [ordered]@{}
    $name = $null
    $fenced = $false
    foreach ($one in $Line) {
        if ($one.StartsWith('```')) {
            $fenced = -not $fenced
        }
        if (-not $fenced -and $one -match "^#{$Level} (.+)$") {
            $name = $Matches[1].Trim()
            if ($found.Contains($name)) {
                throw "${File}: '$name' is there twice."
            }
            $found[$name] = [System.Collections.Generic.List[string]]::new()
        } elseif ($null -ne $name) {
            $found[$name].Add($one)
        } elseif ($one.Trim()) {
            throw "${File}: '$one' is under no heading."
        }
    }
    if ($fenced) {
        throw "${File}: a fence does not end."
    }
    $found
}

# What a text consists of: paragraphs, items of lists, and fences, each with a Kind, an Info and a Text.
function Read-Block([string[]] $Line) {
    $words = [System.Collections.Generic.List[string]]::new()
    $kind = 'Text'
    $fence = $null
    $info = ''
    # An empty line at the end ends the last paragraph.
    foreach ($one in @($Line) + '') {
        if ($null -ne $fence) {
            if ($one -eq '```') {
                [pscustomobject]@{ Kind = 'Fence'; Info = $info; Text = $fence -join "`n" }
                $fence = $null
            } else {
                $fence.Add($one)
            }
            continue
        }
        $isFence = $one.StartsWith('```')
        if ($words.Count -gt 0 -and ($isFence -or -not $one.Trim() -or $one.StartsWith('- '))) {
            [pscustomobject]@{ Kind = $kind; Info = ''; Text = ConvertTo-Plain ($words -join ' ') }
            $words.Clear()
        }
        if ($isFence) {
            $info = $one.Substring(3)
            $fence = [System.Collections.Generic.List[string]]::new()
        } elseif ($one.Trim()) {
            if ($words.Count -eq 0) {
                $kind = if ($one.StartsWith('- ')) { 'Item' } else { 'Text' }
            }
            $words.Add($one.Trim())
        }
    }
}

# Blocks, of which there is at least one.
function Read-Text([string[]] $Line, [string] $Where) {
    $blocks = @(Read-Block $Line)
    if ($blocks.Count -eq 0) {
        throw "${Where}: there is no text."
    }
    $blocks
}

# The parameters: by name, the text and the default.
function Read-Parameter([string[]] $Line, [string] $File) {
    $parameters = [ordered]@{}
    $sections = Split-Heading $Line 3 $File
    foreach ($heading in $sections.Keys) {
        if ($heading -notmatch '^-(\w+)$') {
            throw "${File}: '$heading' is not a parameter, such as -Name."
        }
        $name = $Matches[1]
        $blocks = @(Read-Text $sections[$heading] "$File, $heading")
        $default = $null
        if ($blocks[-1].Text -match '^Default: (.+)$') {
            $default = $Matches[1]
            $blocks = @($blocks | Select-Object -SkipLast 1)
            if ($blocks.Count -eq 0) {
                throw "$File, ${heading}: there is no text."
            }
        }
        $parameters[$name] = [pscustomobject]@{ Name = $name; Text = $blocks; Default = $default }
    }
    $parameters
}

function Read-Example([string[]] $Line, [string] $File) {
    $sections = Split-Heading $Line 3 $File
    foreach ($title in $sections.Keys) {
        $blocks = @(Read-Text $sections[$title] "$File, $title")
        if ($blocks[0].Info -notin 'powershell', 'powershell norun') {
            throw "$File, ${title}: an example begins with a fence powershell or powershell norun."
        }
        if ($blocks.Count -lt 2) {
            throw "$File, ${title}: there is no remark."
        }
        if ($blocks[0].Text -match '(?m)^.{101,}$') {
            throw "$File, ${title}: '$($Matches[0])' is too long for a window."
        }
        $bad = $blocks | Select-Object -Skip 1 | Where-Object { $_.Kind -eq 'Fence' -and $_.Info -ne 'output' }
        if ($bad) {
            throw "$File, ${title}: a fence of a remark is an output."
        }
        [pscustomobject]@{
            Title  = $title
            Code   = $blocks[0].Text
            Runs   = $blocks[0].Info -eq 'powershell'
            Remark = @($blocks | Select-Object -Skip 1)
        }
    }
}

function Read-Type([string[]] $Line, [string] $File) {
    $sections = Split-Heading $Line 3 $File
    foreach ($name in $sections.Keys) {
        [pscustomobject]@{ Name = $name; Text = @(Read-Text $sections[$name] "$File, $name") }
    }
}

# Where the files of this folder are online.
function Get-OnlineFolder {
    $file = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../Cargo.toml")
    if ([System.IO.File]::ReadAllText($file) -notmatch '(?m)^repository = "(https://[^"\s]+?)/?"$') {
        throw "${file}: there is no repository."
    }
    "$($Matches[1])/blob/main/ps-module/help"
}

# What the file of a cmdlet says.
function Read-Topic([string] $Name, [System.Collections.IDictionary] $Shared) {
    $file = Join-Path $PSScriptRoot "$Name.md"
    $lines = @(Read-Line $file)
    if ($lines[0] -cne "# $Name") {
        throw "${file}: the first line is '# $Name'."
    }
    $sections = Split-Heading $lines[1..($lines.Count - 1)] 2 $file
    if ("$($sections.Keys)" -cne "$Parts") {
        throw "${file}: the parts are $($Parts -join ', ')."
    }
    $text = @(Read-Text $sections.Synopsis "$file, Synopsis")
    if ($text.Count -ne 1) {
        throw "${file}: the synopsis is one paragraph."
    }
    $parameters = Read-Parameter $sections.Parameters $file
    $command = $Commands[$Name]
    foreach ($own in @($parameters.Keys)) {
        if (-not $command.Parameters.ContainsKey($own)) {
            throw "${file}: $Name has no parameter -$own."
        }
    }
    $described = [ordered]@{}
    foreach ($has in $command.Parameters.Keys | Where-Object { $_ -notin $Common } | Sort-Object -Culture '') {
        $described[$has] = if ($parameters.Contains($has)) {
            $parameters[$has]
        } elseif ($Shared.Contains($has)) {
            $Shared[$has]
        } else {
            throw "${file}: -$has is not described."
        }
    }
    $related = @(Read-Text $sections.Related "$file, Related" | ForEach-Object {
            if ($_.Text -notmatch '^- (\S+)$') {
                throw "${file}: '$($_.Text)' is not the item of a list of names."
            }
            $Matches[1]
        })
    [pscustomobject]@{
        Name        = $Name
        File        = "$Name.md"
        Command     = $command
        Synopsis    = $text[0].Text
        Description = @(Read-Text $sections.Description "$file, Description")
        Parameter   = $described
        Example     = @(Read-Example $sections.Examples $file)
        Input       = @(Read-Type $sections.Inputs $file)
        Output      = @(Read-Type $sections.Outputs $file)
        Note        = @(Read-Text $sections.Notes "$file, Notes")
        Related     = $related
    }
}

# What the file of the cmdlet says that one under a name of Azure PowerShell derives from.
function Read-AzTopic([string] $Name, [System.Collections.IDictionary] $Shared) {
    $own = $Name.Replace('-Az', '-')
    $Commands[$own] = $Commands[$Name]
    $topic = Read-Topic $own $Shared
    $first = "Azure PowerShell's name for $own, with that cmdlet's parameters and results. Enable-AzIdentityAlias sets it."
    $topic.Name = $Name
    $topic.Description = @([pscustomobject]@{ Kind = 'Text'; Info = ''; Text = $first }) + $topic.Description
    foreach ($example in $topic.Example) {
        $example.Code = $example.Code -creplace "\b$own\b", $Name
    }
    $topic.Related = @($own, 'Enable-AzIdentityAlias') + $topic.Related
    $topic
}

# ---- MAML ----

# An element with a text, or with what a script block writes. The names are its own, so that the block, which sees them,
# finds those of the function around it under theirs.
function Write-Element([string] $XmlName, $XmlContent, [System.Collections.IDictionary] $XmlAttribute = @{}) {
    $xmlPrefix, $xmlLocal = $XmlName.Split(':')
    $Writer.WriteStartElement($xmlPrefix, $xmlLocal, $Namespace[$xmlPrefix])
    foreach ($xmlKey in $XmlAttribute.Keys) {
        $Writer.WriteAttributeString($xmlKey, $XmlAttribute[$xmlKey])
    }
    if ($XmlContent -is [scriptblock]) {
        & $XmlContent
    } elseif ($XmlContent) {
        $Writer.WriteString([string] $XmlContent)
    }
    $Writer.WriteEndElement()
}

function Write-Block([object[]] $Block) {
    foreach ($one in $Block) {
        Write-Element maml:para $one.Text
    }
}

# The traits of a parameter, from one of its parameter sets; how the pipeline gives it, from all of those given.
function Get-Trait($Parameter, [object[]] $InSet, [string[]] $Alias) {
    $ways = @(
        if ($InSet.ValueFromPipelineByPropertyName -contains $true) { 'ByPropertyName' }
        if ($InSet.ValueFromPipeline -contains $true) { 'ByValue' }
    )
    [ordered]@{
        required       = "$($Parameter.IsMandatory)".ToLowerInvariant()
        variableLength = 'true'
        globbing       = "$(Test-Wildcard $Parameter)".ToLowerInvariant()
        pipelineInput  = if ($ways) { "True ($($ways -join ', '))" } else { 'False' }
        position       = if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }
        aliases        = if ($Alias) { $Alias -join ', ' } else { 'none' }
    }
}

function Test-Wildcard($Parameter) {
    foreach ($one in $Parameter.Attributes) {
        if ($one -is [System.Management.Automation.SupportsWildcardsAttribute]) {
            return $true
        }
    }
    $false
}

# The values that a parameter takes, where they can be counted.
function Get-Value($Parameter) {
    if ($Parameter.ParameterType.IsEnum) {
        return [Enum]::GetNames($Parameter.ParameterType)
    }
    foreach ($one in $Parameter.Attributes) {
        if ($one -is [System.Management.Automation.ValidateSetAttribute]) {
            $one.ValidValues
        }
    }
}

# The help has thousands of parameters: here the writer is called itself, since a function and a block for each element
# take many times as long.
function Write-Parameter($Parameter, [object[]] $InSet, $Described, [bool] $InSyntax) {
    $type = $Parameter.ParameterType
    $isSwitch = $type -eq [switch]
    $maml, $command, $dev = $Namespace.maml, $Namespace.command, $Namespace.dev
    $Writer.WriteStartElement('command', 'parameter', $command)
    $aliases = @($Parameter.Aliases)
    if ($aliases.Count -gt 1) {
        $aliases = @($aliases | Sort-Object -Culture '')
    }
    $traits = Get-Trait $Parameter $InSet $aliases
    foreach ($trait in $traits.Keys) {
        $Writer.WriteAttributeString($trait, $traits[$trait])
    }
    $Writer.WriteElementString('maml', 'name', $maml, $Parameter.Name)
    $Writer.WriteStartElement('maml', 'description', $maml)
    foreach ($block in $Described.Text) {
        $Writer.WriteElementString('maml', 'para', $maml, $block.Text)
    }
    $Writer.WriteEndElement()
    $values = @(Get-Value $Parameter)
    if ($InSyntax -and $values) {
        $Writer.WriteStartElement('command', 'parameterValueGroup', $command)
        foreach ($value in $values) {
            Write-Element command:parameterValue $value @{ required = 'false' }
        }
        $Writer.WriteEndElement()
    }
    if (-not ($InSyntax -and $isSwitch)) {
        Write-Element command:parameterValue $type.Name @{ required = "$(-not $isSwitch)".ToLowerInvariant() }
    }
    $Writer.WriteStartElement('dev', 'type', $dev)
    $Writer.WriteElementString('maml', 'name', $maml, $type.Name)
    $Writer.WriteElementString('maml', 'uri', $maml, '')
    $Writer.WriteEndElement()
    $default = $Described.Default
    if (-not $default) {
        $default = if ($isSwitch) { 'False' } else { 'None' }
    }
    $Writer.WriteElementString('dev', 'defaultValue', $dev, $default)
    $Writer.WriteEndElement()
}

# The parameters of a set in the order in which they are typed: by position, then those that must be given.
function Get-TypedOrder($Set) {
    @(foreach ($one in $Set.Parameters) { if ($one.Name -notin $Common) { $one } }) |
        Sort-Object -Culture '' @(
            @{ Expression = { if ($_.Position -ge 0) { $_.Position } else { [int]::MaxValue } } }
            @{ Expression = { -not $_.IsMandatory } }
            @{ Expression = { $_.Name -in 'WhatIf', 'Confirm' } }
            'Name'
        )
}

# Each parameter, by name, as it is in each of the sets that have it.
function Get-InEachSet($Command) {
    $found = @{}
    foreach ($set in $Command.ParameterSets | Sort-Object -Culture '' Name) {
        foreach ($parameter in $set.Parameters) {
            if (-not $found.ContainsKey($parameter.Name)) {
                $found[$parameter.Name] = [System.Collections.Generic.List[object]]::new()
            }
            $found[$parameter.Name].Add($parameter)
        }
    }
    $found
}

function Write-Type([string] $Around, [string] $Element, [object[]] $Type) {
    Write-Element $Around {
        foreach ($one in $Type) {
            Write-Element $Element {
                Write-Element dev:type {
                    Write-Element maml:name $one.Name
                    Write-Element maml:uri ''
                }
                Write-Element maml:description { Write-Block $one.Text }
            }
        }
    }
}

function Write-Link([string] $Text, [string] $Uri) {
    Write-Element maml:navigationLink {
        Write-Element maml:linkText $Text
        Write-Element maml:uri $Uri
    }
}

function Write-Topic($Topic) {
    $verb, $noun = $Topic.Name.Split('-')
    Write-Element command:command {
        Write-Element command:details {
            Write-Element command:name $Topic.Name
            Write-Element command:verb $verb
            Write-Element command:noun $noun
            Write-Element maml:description { Write-Element maml:para $Topic.Synopsis }
        }
        Write-Element maml:description { Write-Block $Topic.Description }
        Write-Element command:syntax {
            # What is typed most comes first: the sets with the most positions.
            $sets = $Topic.Command.ParameterSets | Sort-Object -Culture '' @(
                @{ Expression = { @($_.Parameters | Where-Object Position -GE 0).Count }; Descending = $true }
                'Name'
            )
            foreach ($set in $sets) {
                Write-Element command:syntaxItem {
                    Write-Element maml:name $Topic.Name
                    foreach ($parameter in Get-TypedOrder $set) {
                        Write-Parameter $parameter @($parameter) $Topic.Parameter[$parameter.Name] $true
                    }
                }
            }
        }
        Write-Element command:parameters {
            $inEachSet = Get-InEachSet $Topic.Command
            foreach ($name in $Topic.Parameter.Keys) {
                $inSet = $inEachSet[$name]
                # It is described by a set in which it must be given, where there is such a one.
                $typical = @($inSet | Where-Object IsMandatory) + $inSet | Select-Object -First 1
                Write-Parameter $typical $inSet $Topic.Parameter[$name] $false
            }
        }
        Write-Type command:inputTypes command:inputType $Topic.Input
        Write-Type command:returnValues command:returnValue $Topic.Output
        Write-Element maml:alertSet { Write-Element maml:alert { Write-Block $Topic.Note } }
        Write-Element command:examples {
            $number = 0
            foreach ($example in $Topic.Example) {
                $number++
                Write-Element command:example {
                    Write-Element maml:title "--- Example ${number}: $($example.Title) ---"
                    Write-Element dev:code $example.Code
                    Write-Element dev:remarks {
                        Write-Block $example.Remark
                        # Get-Help prints the next title right below.
                        Write-Element maml:para ''
                    }
                }
            }
        }
        Write-Element maml:relatedLinks {
            Write-Link 'Online version:' "$OnlineFolder/$($Topic.File)"
            foreach ($link in $Topic.Related) {
                Write-Link $link ''
            }
        }
    }
}

# ---- all together ----

$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ModulePath)
$module = Import-Module $folder -PassThru
# The cmdlets under the names of Azure PowerShell.
$azModule = Import-Module (Join-Path $folder Az/ManagedIdentity.Az.psd1) -PassThru
$Commands = @{}
foreach ($command in @($module.ExportedCmdlets.Values) + @($azModule.ExportedCmdlets.Values)) {
    $null = $command.ParameterSets
    $Commands[$command.Name] = $command
}
Remove-Module $azModule
$files = @(Get-ChildItem -Path $PSScriptRoot -Filter *.md | ForEach-Object { $_.BaseName })
$derived = @($azModule.ExportedCmdlets.Keys | Where-Object { $_ -notin $files } | Sort-Object -Culture '')
$names = @($Commands.Keys | Where-Object { $_ -notin $derived } | Sort-Object -Culture '')
$odd = @(Compare-Object $names @($files | Where-Object { $_ -ne 'Shared' }))
if ($odd) {
    throw "Each cmdlet has a file of help, and each file a cmdlet: $($odd.InputObject -join ', ')."
}

$sharedFile = Join-Path $PSScriptRoot 'Shared.md'
$shared = Read-Parameter (Read-Line $sharedFile) $sharedFile
$topics = @($names | ForEach-Object { Read-Topic $_ $shared }) + @($derived | ForEach-Object { Read-AzTopic $_ $shared })
$used = $topics.Command.Parameters.Keys
$unused = @($shared.Keys | Where-Object { $_ -notin $used })
if ($unused) {
    throw "${sharedFile}: no cmdlet has these parameters: $($unused -join ', ')."
}
if ($Read) {
    return $topics
}
if (-not $Path) {
    throw 'Name the file to write: -Path.'
}
$OnlineFolder = Get-OnlineFolder

$settings = New-Object System.Xml.XmlWriterSettings
$settings.Encoding = New-Object System.Text.UTF8Encoding $false
$settings.Indent = $true
# Lines for people who search the file. What comes before each would be a fifth of what is packed.
$settings.IndentChars = ''
$settings.NewLineChars = "`n"
$full = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
$null = [System.IO.Directory]::CreateDirectory((Split-Path $full))
$Writer = [System.Xml.XmlWriter]::Create($full, $settings)
try {
    $Writer.WriteStartElement('helpItems', 'http://msh')
    $Writer.WriteAttributeString('schema', 'maml')
    foreach ($prefix in 'maml', 'command', 'dev') {
        $Writer.WriteAttributeString('xmlns', $prefix, $null, $Namespace[$prefix])
    }
    foreach ($topic in $topics) {
        Write-Topic $topic
    }
    $Writer.WriteEndElement()
    $Writer.WriteWhitespace("`n")
} finally {
    $Writer.Dispose()
}
"$full, $($topics.Count) cmdlets"
