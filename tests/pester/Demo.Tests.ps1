# The recording of the demo that README.md shows.

Describe 'The recording of the demo' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        . "$PSScriptRoot/Readme.ps1"
        $Root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
        $File = "$Root/docs/demo.svg"
        $Svg = New-Object System.Xml.XmlDocument
        $Svg.PreserveWhitespace = $true
        $Svg.LoadXml([System.IO.File]::ReadAllText($File))

        # Lines without what differs from run to run.
        function ConvertTo-Session([string[]] $Line) {
            $Line = $Line -replace '127\.0\.0\.1:\d+', '127.0.0.1:PORT' -replace '\d\d/\d\d/\d{4} \d\d:\d\d:\d\d', 'TIME'
            ConvertTo-Comparable $Line @{}
        }
    }
    AfterAll { Disconnect-TestEmulator }

    It 'has the text that the demo prints' -Skip:($PSVersionTable.PSEdition -eq 'Desktop') {
        # It is one of PowerShell 7, whose lists are wrapped at other places than those of Windows PowerShell.
        $story = ConvertTo-Literal "$Root/xtask/demo/Story.ps1"
        Push-Location $TestDrive
        try {
            $printed = Invoke-Script "& $story -ModulePath $(ConvertTo-Literal $ModulePath) -Width 110"
        } finally {
            Pop-Location
        }
        $shown = $Svg.SelectNodes("//*[@class='scroll']/*[local-name()='text']") | ForEach-Object { $_.InnerText }
        $shown.Count | Should -BeGreaterThan 80
        (ConvertTo-Session $shown) -join "`n" | Should -BeExactly ((ConvertTo-Session $printed) -join "`n") -Because (
            'otherwise it is out of date: run cargo xtask demo --record docs/demo.svg')
    }

    It 'is small, and fetches nothing' {
        (Get-Item $File).Length | Should -BeLessThan 100KB
        $Svg.SelectNodes("//*[local-name()='image' or local-name()='script' or local-name()='a']").Count | Should -Be 0
        $Svg.SelectSingleNode("//*[local-name()='style']").InnerText | Should -Not -Match 'url\(|@import'
    }

    It 'is in README.md' {
        [System.IO.File]::ReadAllText($Readme) | Should -Match '(?m)^!\[.{20,}\]\(docs/demo\.svg\)$'
    }
}
