Describe 'New-UserAssignedIdentity' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Connect-TestEmulator
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach { Clear-Emulator }

    It 'creates an identity in the region of its group' {
        $identity = New-UserAssignedIdentity -ResourceGroupName $Group -Name id1
        $identity.Name | Should -BeExactly id1
        $identity.ResourceGroupName | Should -Be $Group
        $identity.Location | Should -Be eastus
        $identity.SubscriptionId | Should -Be (Get-ArmEmulator).SubscriptionId
        $identity.TenantId | Should -Be (Get-ArmEmulator).TenantId
        $identity.Type | Should -Be $IdentityType
        { [guid] $identity.PrincipalId } | Should -Not -Throw
        { [guid] $identity.ClientId } | Should -Not -Throw
        $identity.Id | Should -Be (Get-IdentityId id1)
        "$identity" | Should -Be $identity.Id
    }

    It 'takes region, tags and isolation scope' {
        $identity = New-UserAssignedIdentity $Group id1 -Location 'West US' -Tag @{ env = 'prod'; cost = 7 } -IsolationScope Regional
        $identity.Location | Should -Be westus
        $identity.IsolationScope | Should -Be Regional
        $identity.Tag.Count | Should -Be 2
        $identity.Tag['env'] | Should -Be prod
        $identity.Tag.ENV | Should -Be prod
        $identity.Tag.cost | Should -Be '7'
    }

    It 'has a table of tags that is empty and not null' {
        $identity = New-UserAssignedIdentity $Group id1
        $null -ne $identity.Tag | Should -BeTrue
        $identity.Tag.Count | Should -Be 0
        ($identity.Tag + @{ a = 'b' }).a | Should -Be b
    }

    It 'does not wipe the tags of one that exists' {
        $first = New-UserAssignedIdentity $Group id1 -Tag @{ env = 'prod' }
        $second = New-UserAssignedIdentity $Group id1 -Tag @{ owner = 'ann' }
        $second.Tag.env | Should -Be prod
        $second.Tag.owner | Should -Be ann
        $second.ClientId | Should -Be $first.ClientId
    }

    It 'sends no write for one that is so already' {
        $null = New-UserAssignedIdentity $Group id1 -Tag @{ env = 'prod' }
        Invoke-Emulator Delete /requests
        (New-UserAssignedIdentity $Group id1).Tag.env | Should -Be prod
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It 'takes names from the pipeline' {
        $identities = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group
        $identities.Name | Should -Be 'id1', 'id2'
    }

    It 'takes the rows of a table' {
        $rows = "ResourceGroupName,Name,Location,IsolationScope", "$Group,id1,westus,Regional", "$OtherGroup,id2,eastus,None" | ConvertFrom-Csv
        $identities = $rows | New-UserAssignedIdentity
        $identities.Name | Should -Be 'id1', 'id2'
        $identities.ResourceGroupName | Should -Be $Group, $OtherGroup
        $identities.Location | Should -Be westus, eastus
        $identities.IsolationScope | Should -Be Regional, None
    }

    It 'takes an empty cell of a table for none' {
        $rows = "ResourceGroupName,Name,Location,IsolationScope", "$Group,id1,," | ConvertFrom-Csv
        ($rows | New-UserAssignedIdentity).Location | Should -Be eastus
    }

    It 'takes what is selected of identities to make the same elsewhere' {
        $null = New-UserAssignedIdentity $Group id1 -Tag @{ env = 'prod' }
        $copy = Get-UserAssignedIdentity -Name id1 | Select-Object Name, Location, Tag |
            New-UserAssignedIdentity -ResourceGroupName $OtherGroup
        $copy.ResourceGroupName | Should -Be $OtherGroup
        $copy.Tag.env | Should -Be prod
    }

    It 'names the other region of one that exists' {
        $null = New-UserAssignedIdentity $Group id1
        $failure = Get-Failure { New-UserAssignedIdentity $Group id1 -Location westus }
        $failure.FullyQualifiedErrorId | Should -Be 'InvalidResourceLocation,ManagedIdentity.Commands.NewUserAssignedIdentityCommand'
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        $failure.Exception.Message | Should -Match 'eastus.*westus'
    }

    It 'sets a wrong <Parameter> right: <Value>' -ForEach @(
        @{ Parameter = 'IsolationScope'; Value = 'Global'; Code = 'InvalidIsolationScope'; Rule = 'None or Regional' }
        @{ Parameter = 'AssignmentRestriction'; Value = 'Microsoft.Storage/*'; Code = 'InvalidAssignmentRestriction'; Rule = 'as Microsoft.Storage' }
        @{ Parameter = 'AssignmentRestriction'; Value = 'Compute'; Code = 'InvalidAssignmentRestriction'; Rule = 'such as Microsoft.Compute' }
        @{ Parameter = 'Location'; Value = ' '; Code = 'InvalidLocation'; Rule = 'region' }
        @{ Parameter = 'Tag'; Value = @{ 'a<b' = 'c' }; Code = 'InvalidTag'; Rule = 'none of <' }
    ) {
        $named = @{ $Parameter = $Value }
        $failure = Get-Failure { New-UserAssignedIdentity $Group id1 @named }
        Get-ErrorCode $failure | Should -Be $Code
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.Exception.Message | Should -BeLike "-$Parameter '*"
        $failure.Exception.Message | Should -BeLike "*$Rule*"
        Get-ArmRequest | Should -BeNullOrEmpty
    }

    It 'completes the isolation scopes' {
        $text = 'New-UserAssignedIdentity -IsolationScope R'
        $found = [System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null)
        $found.CompletionMatches.CompletionText | Should -Be Regional
    }

    It 'restricts to what an identity can be assigned' {
        $made = New-UserAssignedIdentity $Group id1 -AssignmentRestriction Microsoft.Compute/virtualMachines, Microsoft.Web
        $made.AssignmentRestriction | Should -Be Microsoft.Compute/virtualMachines, Microsoft.Web
        (Get-UserAssignedIdentity $Group id1).AssignmentRestriction | Should -Be $made.AssignmentRestriction
        (New-UserAssignedIdentity $Group id2 -AssignmentRestriction Microsoft.Web).AssignmentRestriction | Should -Be Microsoft.Web
        @((New-UserAssignedIdentity $Group id3 -AssignmentRestriction @()).AssignmentRestriction).Count | Should -Be 0

        (Update-VmIdentity $Group $VM -AddIdentityId id1).UserAssignedIdentity.Name | Should -Be id1
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id2 }
        Get-ErrorCode $failure | Should -Be FailedIdentityOperation
        $failure.Exception.Message | Should -BeLike '*assignment restrictions*id2*'
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id2 -WhatIf }
        Get-ErrorCode $failure | Should -Be FailedIdentityOperation
        $failure.Exception.Message | Should -BeLike "Azure refuses to assign *id2' to virtual machine '$VM'*: its assignment restriction allows Microsoft.Web only.*"

        # What is not named stays, and what is so already is not written.
        Invoke-Emulator Delete /requests
        $null = New-UserAssignedIdentity $Group id1
        $null = New-UserAssignedIdentity $Group id1 -AssignmentRestriction microsoft.web, Microsoft.Compute/VirtualMachines
        Get-ChangingRequest | Should -BeNullOrEmpty
        @((New-UserAssignedIdentity $Group id1 -AssignmentRestriction @()).AssignmentRestriction).Count | Should -Be 0
    }

    It 'reads restrictions of a table, in which an empty cell says nothing' {
        $null = New-UserAssignedIdentity $Group id2 -AssignmentRestriction Microsoft.App
        $rows = 'ResourceGroupName,Name,AssignmentRestriction', "$Group,id1,Microsoft.Compute; Microsoft.Web", "$Group,id2," | ConvertFrom-Csv
        $made = $rows | New-UserAssignedIdentity
        $made[0].AssignmentRestriction | Should -Be Microsoft.Compute, Microsoft.Web
        $made[1].AssignmentRestriction | Should -Be Microsoft.App
        # An identity brings its own along.
        $copy = $made[0] | Select-Object Name, AssignmentRestriction | New-UserAssignedIdentity -ResourceGroupName $OtherGroup
        $copy.AssignmentRestriction | Should -Be Microsoft.Compute, Microsoft.Web
    }

    It 'keeps an identity with isolation scope Regional in its region' {
        $null = New-UserAssignedIdentity $Group id1 -Location westus -IsolationScope Regional
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id1 }
        Get-ErrorCode $failure | Should -Be FailedIdentityOperation
        $failure.Exception.Message | Should -BeLike '*westus*eastus*'
        $failure = Get-Failure { Update-VmIdentity $Group $VM -AddIdentityId id1 -WhatIf }
        $failure.Exception.Message | Should -BeLike '*its isolation scope is Regional, and it is in westus*'
    }

    It 'tells each request with -Verbose' {
        $lines = New-UserAssignedIdentity $Group id1 -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        $put = $lines | Where-Object Message -Like 'PUT *'
        $put.Message | Should -Match '^PUT /subscriptions/\S+/id1 201 in \d+ ms, request id [0-9a-f-]{36}$'
    }
}
