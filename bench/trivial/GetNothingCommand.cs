using System.Management.Automation;

namespace Trivial;

/// <summary>The one cmdlet of the module: it returns nothing.</summary>
[Cmdlet(VerbsCommon.Get, "Nothing")]
public sealed class GetNothingCommand : PSCmdlet
{
}
