# The story that cargo xtask live runs against Azure, on the emulator with the sign-in of the environment.

Describe 'The story against Azure' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Environment.ps1"
        $Story = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../xtask/live/Story.ps1")
        Connect-TestEmulator
        $Fact = Get-EmulatorFact

        # The story in a process of its own, as xtask starts it: what it printed and how it ended.
        function Invoke-Story {
            $variables = @{}
            $Fact.environment.PSObject.Properties | ForEach-Object { $variables[$_.Name] = $_.Value }
            Invoke-WithEnvironment $variables {
                $printed = Invoke-Shell -File $Story -ModulePath $ModulePath -Endpoint $Fact.endpoint 2>&1
                @{ Printed = "$($printed | Out-String -Width 500)"; ExitCode = $LASTEXITCODE }
            }
        }

        # The groups that are left of it.
        function Get-StoryGroup {
            $groups = Invoke-ArmRequest -Path '/subscriptions/{subscriptionId}/resourcegroups' -ApiVersion 2022-09-01 -Paginate
            @($groups | Where-Object name -Like 'mi-live-*')
        }
    }
    AfterAll { Disconnect-TestEmulator }

    It 'runs to its end and leaves nothing' {
        $run = Invoke-Story
        $run.Printed | Should -Match 'The story is as README\.md tells it\.'
        $run.ExitCode | Should -Be 0
        $run.Printed | Should -Not -Match ([regex]::Escape($Fact.clientSecret))
        Get-StoryGroup | Should -BeNullOrEmpty
    }

    It 'fails where Azure does something else, and leaves nothing all the same' {
        Add-Fault @{ method = 'PATCH'; pathContains = 'virtualMachines'; times = 1000; action = @{ status = 403; code = 'AuthorizationFailed' } }
        $run = Invoke-Story
        $run.ExitCode | Should -Not -Be 0
        $run.Printed | Should -Match 'An injected fault'
        $run.Printed | Should -Not -Match 'as README\.md tells it'
        Get-StoryGroup | Should -BeNullOrEmpty
    }
}
