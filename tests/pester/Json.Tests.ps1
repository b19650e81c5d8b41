Describe 'Objects as JSON and back' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        $assembly = [ManagedIdentity.Models.VmIdentity].Assembly
        $flags = [System.Reflection.BindingFlags] 'Static, Public, NonPublic'
        $Reader = $assembly.GetType('ManagedIdentity.Json.JsonReader').GetMethod('Read', $flags)
        $Writer = $assembly.GetType('ManagedIdentity.Json.JsonWriter').GetMethod('Write', $flags)

        # Arguments are passed as they are: a list of one must not become its item.
        function Read-Json([string] $Text) {
            , $Reader.Invoke($null, [object[]] @($Text))
        }
        function Write-Json($Value) {
            $arguments = New-Object object[] 2
            $arguments[0] = 'Body'
            $arguments[1] = $Value
            $Writer.Invoke($null, $arguments)
        }
    }

    It 'keeps <Text>' -ForEach @(
        @{ Text = '{}' }
        @{ Text = '{"a":{"b":[{"c":null}]},"d":[[1]],"e":[]}' }
        @{ Text = '{"day":"2024-05-01T10:00:00Z","old":"\u005c/Date(1)\u005c/"}'.Replace('\u005c', '\\') }
        @{ Text = '{"big":123456789012345678901234567890,"one":[1],"real":1.10}' }
        @{ Text = '{"a":1,"A":2,"":3}' }
        @{ Text = '{"Count":5,"Length":1,"Keys":"x","psobject":"y"}' }
    ) {
        Write-Json (Read-Json $Text) | Should -BeExactly $Text
    }

    It 'makes objects with the properties that JSON has' {
        $read = Read-Json '{"name":"x","tags":{"Env":"prod"},"list":[{"id":1}]}'
        $read.name | Should -Be x
        $read.tags.env | Should -Be prod
        $read.list.Count | Should -Be 1
        $read.list[0].id | Should -BeOfType int
        ($read | Select-Object name).name | Should -Be x
    }

    It 'writes what PowerShell makes' {
        $value = [ordered] @{
            custom = [pscustomobject] @{ a = 1; nested = [pscustomobject] @{ b = @('x') } }
            text   = 'x' | ForEach-Object { $_ }
            number = 1 | ForEach-Object { $_ }
            table  = @{ a = $true } | ForEach-Object { $_ }
            one    = , 'x'
            range  = 1..3
            none   = $null
            flag   = [switch] $true
            secret = ConvertTo-Secure abc
        }
        Write-Json $value | Should -BeExactly '{"custom":{"a":1,"nested":{"b":["x"]}},"text":"x","number":1,"table":{"a":true},"one":["x"],"range":[1,2,3],"none":null,"flag":true,"secret":"abc"}'
    }

    It 'writes the same whatever the culture' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::GetCultureInfo('de-DE')
            Write-Json @(1.5, [decimal] 2.5, 1000000) | Should -BeExactly '[1.5,2.5,1000000]'
            Read-Json '1.5' | Should -Be ([decimal] 1.5)
        } finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }
}
