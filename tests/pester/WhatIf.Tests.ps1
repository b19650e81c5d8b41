Describe '-WhatIf and -Confirm' {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        . "$PSScriptRoot/Roles.ps1"
        Connect-TestEmulator

        # A host that notes what it shows, and answers questions as it is told.
        Add-Type -IgnoreWarnings -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

public class AnsweringHost : PSHost
{
    private readonly Guid id = Guid.NewGuid();
    private readonly AnsweringInterface ui = new AnsweringInterface();
    public AnsweringInterface Answering { get { return ui; } }
    public override CultureInfo CurrentCulture { get { return CultureInfo.InvariantCulture; } }
    public override CultureInfo CurrentUICulture { get { return CultureInfo.InvariantCulture; } }
    public override Guid InstanceId { get { return id; } }
    public override string Name { get { return "AnsweringHost"; } }
    public override PSHostUserInterface UI { get { return ui; } }
    public override Version Version { get { return new Version(1, 0); } }
    public override void EnterNestedPrompt() { }
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) { }
}

public class AnsweringInterface : PSHostUserInterface
{
    public List<string> Lines = new List<string>();
    public List<string> Questions = new List<string>();
    public Queue<int> Answers = new Queue<int>();
    public override PSHostRawUserInterface RawUI { get { return null; } }
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) { throw new NotSupportedException(); }
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Questions.Add(message);
        return Answers.Dequeue();
    }
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) { throw new NotSupportedException(); }
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes types, PSCredentialUIOptions options) { throw new NotSupportedException(); }
    public override string ReadLine() { throw new NotSupportedException(); }
    public override SecureString ReadLineAsSecureString() { throw new NotSupportedException(); }
    public override void Write(string value) { Lines.Add(value); }
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) { Lines.Add(value); }
    public override void WriteDebugLine(string message) { }
    public override void WriteErrorLine(string value) { Lines.Add(value); }
    public override void WriteLine(string value) { Lines.Add(value); }
    public override void WriteProgress(long sourceId, ProgressRecord record) { }
    public override void WriteVerboseLine(string message) { }
    public override void WriteWarningLine(string message) { Lines.Add(message); }
}
'@

        # Runs a script with that host. The answers: 0 yes, 1 yes to all, 2 no, 3 no to all.
        function Invoke-Answering([string] $Script, [int[]] $Answer) {
            $answeringHost = New-Object AnsweringHost
            foreach ($one in $Answer) {
                $answeringHost.Answering.Answers.Enqueue($one)
            }
            $runspace = [runspacefactory]::CreateRunspace($answeringHost)
            $runspace.Open()
            $shell = [powershell]::Create()
            $shell.Runspace = $runspace
            $output = $shell.AddScript("Import-Module '$ModulePath'; $Script").Invoke()
            [pscustomobject]@{
                Output    = $output
                Lines     = $answeringHost.Answering.Lines
                Questions = $answeringHost.Answering.Questions
                Errors    = @($shell.Streams.Error)
            }
            $shell.Dispose()
            $runspace.Dispose()
        }
    }
    AfterAll { Disconnect-TestEmulator }
    BeforeEach {
        Clear-Emulator
        $null = 'id1', 'id2' | New-UserAssignedIdentity -ResourceGroupName $Group -Tag @{ env = 'prod' }
        $null = Update-VmIdentity $Group $VM -AddIdentityId id1 -NoWait
        Invoke-Emulator Delete /requests
    }

    It '-WhatIf says what <What> would do, and sends nothing that changes' -ForEach @(
        @{ What = 'creating'; Command = 'New-UserAssignedIdentity myResourceGroup id3'; Says = "Create user-assigned identity '*/id3' in eastus" }
        @{ What = 'creating one that exists'; Command = 'New-UserAssignedIdentity myResourceGroup id1 -Tag @{ a = 1 }'; Says = "Update user-assigned identity '*/id1': * tags *" }
        @{ What = 'creating one that is so already'; Command = 'New-UserAssignedIdentity myResourceGroup id1'; Says = "No change needed: user-assigned identity '*/id1' already matches" }
        @{ What = 'updating'; Command = 'Update-UserAssignedIdentity myResourceGroup id1 -Tag @{}'; Says = "Update user-assigned identity '*/id1': remove its tags" }
        @{ What = 'updating by object'; Command = 'Get-UserAssignedIdentity -Name id1 | Update-UserAssignedIdentity -IsolationScope Regional'; Says = "*isolation scope*Regional" }
        @{ What = 'creating a restricted one'; Command = 'New-UserAssignedIdentity myResourceGroup id3 -AssignmentRestriction Microsoft.Web'; Says = "Create user-assigned identity '*/id3' in eastus, assignable to Microsoft.Web only" }
        @{ What = 'restricting'; Command = 'Update-UserAssignedIdentity myResourceGroup id1 -AssignmentRestriction Microsoft.Web'; Says = "Update user-assigned identity '*/id1': make it assignable to Microsoft.Web only" }
        @{ What = 'revoking tokens'; Command = 'Revoke-UserAssignedIdentityToken myResourceGroup id1 -PassThru'; Says = "Revoke the tokens of user-assigned identity '*/id1'" }
        @{ What = 'deleting'; Command = 'Remove-UserAssignedIdentity myResourceGroup id1 -PassThru'; Says = "Delete user-assigned identity '*/id1'" }
        @{ What = 'adding'; Command = 'Update-VmIdentity myResourceGroup myVM -AddIdentityId id2'; Says = "Update the identity of virtual machine '*/myVM': add *id2; keep *id1" }
        @{ What = 'removing'; Command = 'Update-VmIdentity myResourceGroup myVM -RemoveIdentityId id1'; Says = "*remove *id1" }
        @{ What = 'enabling'; Command = 'Get-VmIdentity | Update-VmIdentity -EnableSystemAssigned'; Says = '*enable the system-assigned identity*keep *id1' }
        @{ What = 'the exact form'; Command = 'Update-VmIdentity myResourceGroup myVM -IdentityType UserAssigned -IdentityId id2'; Says = '*add *id2; remove *id1' }
        @{ What = 'the exact form with nothing'; Command = 'Update-VmIdentity myResourceGroup myVM -IdentityType None'; Says = '*remove *id1' }
        @{ What = 'a resource of any type'; Command = 'Get-VmIdentity | Update-ResourceIdentity -AddIdentityId id2 -EnableSystemAssigned'; Says = "Update the identity of virtual machine '*/myVM': enable the system-assigned identity; add *id2; keep *id1" }
        @{ What = 'a change that is so already'; Command = 'Update-VmIdentity myResourceGroup myVM -AddIdentityId id1'; Says = "No change needed: the identity of virtual machine '*/myVM' already matches" }
    ) {
        $done = Invoke-Answering "$Command -WhatIf"
        $done.Errors | Should -BeNullOrEmpty
        $done.Output | Should -BeNullOrEmpty
        $shown = @($done.Lines | Where-Object { $_ -like 'What if: *' })
        $shown.Count | Should -Be 1
        $shown[0] | Should -BeLike "What if: $Says"
        Get-ChangingRequest | Should -BeNullOrEmpty
        Get-ArmRequest | Should -Not -BeNullOrEmpty
    }

    It '-WhatIf says it for each input' {
        $done = Invoke-Answering 'Get-UserAssignedIdentity | Remove-UserAssignedIdentity -WhatIf'
        @($done.Lines | Where-Object { $_ -like 'What if: *' }).Count | Should -Be 2
        Get-ChangingRequest | Should -BeNullOrEmpty
    }

    It '-WhatIf reports what would fail' {
        $done = Invoke-Answering "'missing' | Remove-UserAssignedIdentity -ResourceGroupName myResourceGroup -WhatIf"
        Get-ErrorCode $done.Errors[0] | Should -Be ResourceNotFound
        $done.Lines | Should -Not -BeLike 'What if: *'
        Get-ErrorCode (Invoke-Answering 'New-UserAssignedIdentity myResourceGroup x -WhatIf').Errors[0] | Should -Be InvalidName
    }

    It '$WhatIfPreference counts as well' {
        $done = Invoke-Answering '$WhatIfPreference = $true; Remove-UserAssignedIdentity myResourceGroup id1'
        $done.Lines | Should -BeLike 'What if: Delete *'
        $done = Invoke-Answering 'function Remove-It { [CmdletBinding(SupportsShouldProcess)] param() Remove-UserAssignedIdentity myResourceGroup id1 }; Remove-It -WhatIf'
        $done.Lines | Should -BeLike 'What if: Delete *'
        Get-ChangingRequest | Should -BeNullOrEmpty
        $null = Invoke-Answering '$WhatIfPreference = $true; Remove-UserAssignedIdentity myResourceGroup id1 -WhatIf:$false'
        (Get-UserAssignedIdentity).Name | Should -Be id2
    }

    It '-Confirm asks with what would be done, and does it' {
        $done = Invoke-Answering 'Remove-UserAssignedIdentity myResourceGroup id1 -PassThru -Confirm' 0
        $done.Questions.Count | Should -Be 1
        $done.Questions[0] | Should -BeLike "Delete user-assigned identity '*/id1'?"
        $done.Output | Should -Be $true
        (Get-UserAssignedIdentity).Name | Should -Be id2
    }

    It '-Confirm takes no for an answer' {
        $done = Invoke-Answering 'Get-UserAssignedIdentity | Remove-UserAssignedIdentity -PassThru -Confirm' 2, 0
        $done.Questions.Count | Should -Be 2
        $done.Output.Count | Should -Be 1
        (Get-UserAssignedIdentity).Name | Should -Be id1
    }

    It '-Confirm asks once when the answer is for all' {
        $done = Invoke-Answering 'Get-UserAssignedIdentity | Remove-UserAssignedIdentity -Confirm' 1
        $done.Questions.Count | Should -Be 1
        Get-UserAssignedIdentity | Should -BeNullOrEmpty
    }

    It '-Confirm does not ask where nothing changes' {
        $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -AddIdentityId id1 -Confirm'
        $done.Questions.Count | Should -Be 0
        $done.Output[0].UserAssignedIdentity.Name | Should -Be id1
    }

    It '$ConfirmPreference counts as well' {
        $done = Invoke-Answering '$ConfirmPreference = "Medium"; Update-VmIdentity myResourceGroup myVM -EnableSystemAssigned' 2
        $done.Questions.Count | Should -Be 1
        $done.Output | Should -BeNullOrEmpty
        (Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -AddIdentityId id2 -NoWait').Questions.Count | Should -Be 0
        (Invoke-Answering '$ConfirmPreference = "None"; Update-VmIdentity myResourceGroup myVM -RemoveIdentityId id2 -NoWait').Questions.Count | Should -Be 0
        $done = Invoke-Answering '$ConfirmPreference = "Low"; Update-VmIdentity myResourceGroup myVM -AddIdentityId id2 -NoWait -Confirm:$false'
        $done.Questions.Count | Should -Be 0
        $done.Output.Count | Should -Be 1
    }

    It '-WhatIf fails where the change would: <What>' -ForEach @(
        @{ What = 'an identity that does not exist'; Command = 'Update-VmIdentity myResourceGroup myVM -AddIdentityId nope'; Code = 'FailedIdentityOperation' }
        @{ What = 'an identity that does not exist, exactly'; Command = 'Update-VmIdentity myResourceGroup myVM -IdentityType UserAssigned -IdentityId nope -WarningAction SilentlyContinue'; Code = 'FailedIdentityOperation' }
        @{ What = 'a machine that does not exist'; Command = 'Update-VmIdentity myResourceGroup nope -AddIdentityId id1'; Code = 'ResourceNotFound' }
        @{ What = 'a group that does not exist'; Command = 'New-UserAssignedIdentity nope id3 -Location eastus'; Code = 'ResourceGroupNotFound' }
        @{ What = 'a region that does not exist'; Command = 'New-UserAssignedIdentity myResourceGroup id3 -Location nowhere'; Code = 'LocationNotAvailableForResourceType' }
        @{ What = 'an identity to change that does not exist'; Command = 'Update-UserAssignedIdentity myResourceGroup nope -Tag @{}'; Code = 'ResourceNotFound' }
        @{ What = 'a role that does not exist'; Command = "'id1' | New-IdentityRoleAssignment -RoleDefinitionId 11111111-2222-3333-4444-555555555555 -ResourceGroupName myResourceGroup"; Code = 'RoleDefinitionDoesNotExist' }
        @{ What = 'a scope that does not exist'; Command = "'id1' | New-IdentityRoleAssignment -RoleDefinitionName Reader -Scope ((Get-VmIdentity).Id + 'x')"; Code = 'ResourceNotFound' }
        @{ What = 'a group as scope that does not exist'; Command = "'id1' | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName nope"; Code = 'ResourceGroupNotFound' }
        @{ What = 'a credential under no identity'; Command = "New-FederatedIdentityCredential myResourceGroup nope cred1 -Issuer https://contoso.com -Subject s"; Code = '*NotFound' }
        @{ What = 'a credential that does not exist'; Command = "Remove-FederatedIdentityCredential myResourceGroup id1 nope"; Code = '*NotFound' }
    ) {
        $codes = foreach ($mode in '-WhatIf', '') {
            $null = Invoke-Emulator Delete /requests
            $done = Invoke-Answering "$Command $mode"
            $done.Errors.Count | Should -Be 1
            Get-ErrorCode $done.Errors[0]
            if ($mode) {
                $done.Lines | Should -Not -BeLike 'What if: *'
                Get-ChangingRequest | Should -BeNullOrEmpty
            }
        }
        $codes | Should -BeLike $Code
        $codes[1] | Should -Be $codes[0]
    }

    Context 'a resource that changes between question and answer' {
        BeforeEach {
            # What the plan reads is older than what the change reads.
            $old = Invoke-ArmRequest -Path (Get-VmIdentity).Id -ApiVersion 2025-04-01 | ConvertTo-Json -Depth 9
            $null = Update-VmIdentity myResourceGroup myVM -AddIdentityId id2 -NoWait
            Add-Fault @{ method = 'GET'; pathContains = '/myVM?'; times = 1; action = @{ status = 200; contentType = 'application/json'; body = $old } }
            Invoke-Emulator Delete /requests
        }

        It 'is asked about again' {
            $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -IdentityType None -Confirm' 0, 0
            $done.Questions.Count | Should -Be 2
            $done.Questions[0] | Should -BeLike '*: remove id1?'
            $done.Questions[1] | Should -BeLike '*: remove id1, id2?'
            $done.Errors | Should -BeNullOrEmpty
            $done.Output.Type | Should -Be None
        }

        It 'is left when the second answer is no' {
            $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -IdentityType None -Confirm' 0, 2
            $done.Questions.Count | Should -Be 2
            $done.Output | Should -BeNullOrEmpty
            $done.Errors | Should -BeNullOrEmpty
            Get-ChangingRequest | Should -BeNullOrEmpty
            (Get-VmIdentity).UserAssignedIdentity.Name | Should -Be id1, id2
        }

        It 'is not asked about again when less is lost' {
            $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -AddIdentityId id2 -RemoveIdentityId id1 -Confirm' 0
            $done.Questions.Count | Should -Be 1
            $done.Output.UserAssignedIdentity.Name | Should -Be id2
        }

        It 'is asked about although it was so already' {
            $null = Update-VmIdentity myResourceGroup myVM -RemoveIdentityId id2 -NoWait
            $now = Invoke-ArmRequest -Path (Get-VmIdentity).Id -ApiVersion 2025-04-01 | ConvertTo-Json -Depth 9
            $null = Update-VmIdentity myResourceGroup myVM -AddIdentityId id2 -NoWait
            Add-Fault @{ method = 'GET'; pathContains = '/myVM?'; times = 1; action = @{ status = 200; contentType = 'application/json'; body = $now } }
            Invoke-Emulator Delete /requests
            $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -RemoveIdentityId id2 -Confirm' 2
            $done.Questions.Count | Should -Be 1
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It 'is done as the command line says when nobody is asked' {
            $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -IdentityType None -Confirm:$false'
            $done.Questions.Count | Should -Be 0
            $done.Output.Type | Should -Be None
        }
    }

    It '-WarningAction Inquire asks before the loss' {
        { Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -IdentityType None -WarningAction Inquire' 2 } |
            Should -Throw '*stopped because the user*'
        Get-ChangingRequest | Should -BeNullOrEmpty
        $done = Invoke-Answering 'Update-VmIdentity myResourceGroup myVM -IdentityType None -WarningAction Inquire' 0
        $done.Output.Type | Should -Be None
    }

    Context 'roles, and removal without a trace' {
        BeforeEach {
            $identity = Get-UserAssignedIdentity -Name id1
            $null = $identity | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName $Group
            Add-Machine set1 -Having $identity.Id -Kind virtualMachineScaleSets
            Add-StorageAccount store1 -Having $identity.Id
            Invoke-Emulator Delete /requests
        }

        It '-WhatIf says what <What> would do, and sends nothing that changes' -ForEach @(
            @{ What = 'giving a role'; Command = "'id2' | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup"; Says = "Assign the role 'Reader' to 'id2' (*) on '/subscriptions/*/resourceGroups/myResourceGroup'" }
            @{ What = 'giving a role to a principal'; Command = "New-IdentityRoleAssignment -PrincipalId 11111111-aaaa-bbbb-cccc-222222222222 -PrincipalType User -RoleDefinitionName 'Managed Identity Operator' -Scope (Get-UserAssignedIdentity -Name id1)"; Says = "Assign the role 'Managed Identity Operator' to User 11111111-* on '*/id1'" }
            @{ What = 'giving a role that is given'; Command = "'id1' | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup"; Says = "No change needed: 'id1' (*) already has the role 'Reader' on '*'" }
            @{ What = 'taking a role'; Command = "'id1' | Remove-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup -PassThru"; Says = "Remove the role 'Reader' of ServicePrincipal * on '/subscriptions/*/resourceGroups/myResourceGroup'" }
            @{ What = 'giving an application permission'; Command = "'id2' | New-IdentityAppRoleAssignment Mail.Send"; Says = "Assign the application permission 'Mail.Send' of 'Microsoft Graph' to 'id2' (*)" }
            @{ What = 'taking what Get finds'; Command = "'id1' | Get-IdentityRoleAssignment | Remove-IdentityRoleAssignment"; Says = "Remove the role 'Reader' of ServicePrincipal * on '*'" }
            @{ What = 'detaching and deleting'; Command = 'Remove-UserAssignedIdentity myResourceGroup id1 -Detach -PassThru'; Says = "Remove user-assigned identity 'id1': remove it from virtual machine '*/myVM'; then remove it from *scale set '*/set1'; then remove it from Microsoft.Storage/storageAccounts '*/store1'; then remove the role 'Reader' of ServicePrincipal * on '*'; then delete user-assigned identity '*/id1'" }
            @{ What = 'detaching one that nothing has'; Command = 'Remove-UserAssignedIdentity myResourceGroup id2 -Detach'; Says = "Delete user-assigned identity '*/id2'" }
            @{ What = 'detaching one that is not there'; Command = 'Remove-UserAssignedIdentity myResourceGroup missing -Detach'; Says = "No change needed: there is no user-assigned identity '*/missing'*" }
            @{ What = 'deleting an unused one'; Command = 'Remove-UserAssignedIdentity myResourceGroup id2 -IfUnused'; Says = "Delete user-assigned identity '*/id2'" }
        ) {
            $done = Invoke-Answering "$Command -WhatIf"
            $done.Errors | Should -BeNullOrEmpty
            $done.Output | Should -BeNullOrEmpty
            $shown = @($done.Lines | Where-Object { $_ -like 'What if: *' })
            $shown.Count | Should -Be 1
            $shown[0] | Should -BeLike "What if: $Says"
            Get-ChangingRequest | Should -BeNullOrEmpty
            Get-ArmRequest | Should -Not -BeNullOrEmpty
        }

        It '-WhatIf says it for each role, scope and identity' {
            $done = Invoke-Answering "'id1', 'id2' | New-IdentityRoleAssignment -RoleDefinitionName Reader, Contributor -Scope (@(Get-VmIdentity) + @(Get-VmssIdentity)) -WhatIf"
            @($done.Lines | Where-Object { $_ -like 'What if: Assign *' }).Count | Should -Be 8
            Get-ChangingRequest | Should -BeNullOrEmpty
        }

        It '-WhatIf reports what would fail' {
            $done = Invoke-Answering "'id1' | New-IdentityRoleAssignment -RoleDefinitionName Emperor -ResourceGroupName myResourceGroup -WhatIf"
            Get-ErrorCode $done.Errors[0] | Should -Be RoleDefinitionDoesNotExist
            $done = Invoke-Answering "'id2' | Remove-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup -WhatIf"
            Get-ErrorCode $done.Errors[0] | Should -Be RoleAssignmentNotFound
            $done = Invoke-Answering 'Remove-UserAssignedIdentity myResourceGroup id1 -IfUnused -WhatIf'
            Get-ErrorCode $done.Errors[0] | Should -Be IdentityInUse
            $done.Lines | Should -Not -BeLike 'What if: *'
        }

        It '-Confirm asks with the whole plan, and takes no for an answer' {
            $done = Invoke-Answering 'Remove-UserAssignedIdentity myResourceGroup id1 -Detach -PassThru -Confirm' 2
            $done.Questions.Count | Should -Be 1
            $done.Questions[0] | Should -BeLike "Remove user-assigned identity 'id1': *; then delete *"
            $done.Output | Should -BeNullOrEmpty
            Get-ChangingRequest | Should -BeNullOrEmpty
            (Invoke-Answering 'Remove-UserAssignedIdentity myResourceGroup id1 -Detach -PassThru -Confirm' 0).Output | Should -Be $true
            (Get-UserAssignedIdentity).Name | Should -Be id2
        }

        It '-Confirm does not ask where a role is given already' {
            $done = Invoke-Answering "'id1' | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup -Confirm"
            $done.Questions.Count | Should -Be 0
            $done.Output[0].RoleDefinitionName | Should -Be Reader
            $done = Invoke-Answering "'id2' | New-IdentityRoleAssignment -RoleDefinitionName Reader -ResourceGroupName myResourceGroup -Confirm" 0
            $done.Questions[0] | Should -BeLike "Assign the role 'Reader' to 'id2' *?"
            $done.Output[0].RoleDefinitionName | Should -Be Reader
        }
    }
}
