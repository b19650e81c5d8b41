namespace ManagedIdentity.Native;

/// <summary>What every emulator starts with, wherever it runs. Its secret is none: every emulator has it.</summary>
internal sealed class EmulatorSeed
{
    public string SubscriptionId { get; set; } = "";

    public string TenantId { get; set; } = "";

    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";
}
