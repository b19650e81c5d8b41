using System;

namespace ManagedIdentity.Native;

internal sealed unsafe partial class HostAnswer : IDisposable
{
    /// <summary>Gives it to the library.</summary>
    public void To(HostQuestion question)
    {
        using var memory = new NativeScope();
        var answer = Write(memory);
        // A question that nobody waits for any more takes no answer, and that is all right.
        NativeMethods.azmi_question_answer(question.Handle, &answer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Token?.Dispose();
        ProxyPassword?.Dispose();
    }
}
