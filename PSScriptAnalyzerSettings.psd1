@{
    Severity     = @('Error', 'Warning')

    IncludeDefaultRules = $true

    Rules        = @{
        # The module runs in Windows PowerShell 5.1 as well.
        PSUseCompatibleSyntax      = @{
            Enable         = $true
            TargetVersions = @('5.1', '7.4')
        }
        PSUseCompatibleCmdlets     = @{
            compatibility = @('desktop-5.1.14393.206-windows')
        }
        PSUseConsistentIndentation = @{
            Enable          = $true
            Kind            = 'space'
            IndentationSize = 4
        }
        PSPlaceOpenBrace           = @{
            Enable     = $true
            OnSameLine = $true
        }
    }

    ExcludeRules = @(
        # The emulator's published secrets have to become secure strings somehow.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        # Pester's blocks set variables in one scope and use them in another, which this rule
        # takes for unused.
        'PSUseDeclaredVarsMoreThanAssignments'
    )
}
