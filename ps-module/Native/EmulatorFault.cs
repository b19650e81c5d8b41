namespace ManagedIdentity.Native;

/// <summary>A fault that an emulator can have.</summary>
internal sealed class EmulatorFault
{
    public EmulatorFault(string name, string summary)
    {
        Name = name;
        Summary = summary;
    }

    public string Name { get; }

    /// <summary>What happens.</summary>
    public string Summary { get; }
}
