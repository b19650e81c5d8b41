namespace ManagedIdentity.Models;

public sealed partial class AssignedIdentity : INamed;
