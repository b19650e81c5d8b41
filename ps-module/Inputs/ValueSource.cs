namespace ManagedIdentity.Inputs;

/// <summary>Where the value of a parameter comes from.</summary>
internal enum ValueSource
{
    /// <summary>The parameter has no value.</summary>
    None,

    /// <summary>The command line names it.</summary>
    CommandLine,

    /// <summary><c>$PSDefaultParameterValues</c> has it.</summary>
    Default,

    /// <summary>A property of an object of the pipeline, or a script block that was applied to the object.</summary>
    Pipeline,
}
