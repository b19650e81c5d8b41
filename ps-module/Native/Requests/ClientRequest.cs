namespace ManagedIdentity.Native.Requests;

/// <summary>An operation of a connection.</summary>
internal abstract class ClientRequest(ulong client) : Request
{
    protected ulong Client { get; } = client;
}
