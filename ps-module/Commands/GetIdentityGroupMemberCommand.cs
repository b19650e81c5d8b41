using System;
using System.Linq;
using System.Management.Automation;
using ManagedIdentity.Errors;
using ManagedIdentity.Inputs;
using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Commands;

/// <summary>Gets the direct members of groups of the directory.</summary>
[Cmdlet(VerbsCommon.Get, "IdentityGroupMember")]
[OutputType(typeof(IdentityGroupMember))]
public sealed class GetIdentityGroupMemberCommand : SubscriptionCmdlet
{
    private const string Rule =
        "it must be the object id or the display name of a group, or an object that is one, such as a member that is a group.";

    /// <summary>The groups: their object ids, their display names, or objects that are groups.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("GroupId", "GroupName")]
    [ArgumentCompleter(typeof(DirectoryGroupCompleter))]
    [AllowEmptyString]
    [AllowNull]
    public PSObject?[]? Group { get; set; }

    private protected override void Process()
    {
        foreach (var one in Group ?? [null])
        {
            Try(() => Find(one), one);
        }
    }

    private void Find(PSObject? one)
    {
        var group = Id(one ?? throw Failures.Null(nameof(Group)));
        Submit(new GroupMemberListRequest(Client, group), new Operation(one) { OnItem = WriteObject });
    }

    /// <summary>A member of a group names that group too, and stands for itself.</summary>
    private string Id(PSObject one) => one.BaseObject switch
    {
        string text => text,
        IdentityGroupMember { PrincipalType: "Group" } member => member.PrincipalId,
        IdentityGroupMember member => throw Failures.Invalid("InvalidGroup", nameof(Group), member.DisplayName ?? member.PrincipalId, Rule),
        _ => ResourceReference.IdOrName(one) switch
        {
            null => Column(one),
            { } id when id.StartsWith("/", StringComparison.Ordinal) => throw Failures.Invalid("InvalidGroup", nameof(Group), id, Rule),
            { } id => id,
        },
    };

    private string Column(PSObject one) =>
        Given.Columns(nameof(Group)).Select(column => ResourceReference.Text(one, column)).FirstOrDefault(text => text is not null)
        ?? throw Failures.Invalid("InvalidGroup", nameof(Group), one, Rule);
}
