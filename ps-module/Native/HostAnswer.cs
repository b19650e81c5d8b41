using System;
using System.Security;

namespace ManagedIdentity.Native;

/// <summary>What the host answers. As it is made, it says nothing: somebody else may answer.</summary>
internal sealed unsafe class HostAnswer : IDisposable
{
    /// <summary>One of <c>AZMI_ANSWER_*</c>.</summary>
    public uint Outcome { get; set; } = NativeMethods.AZMI_ANSWER_NONE;

    public SecureString? Token { get; set; }

    /// <summary>How many seconds from now the token is good for.</summary>
    public ulong Lifetime { get; set; }

    public string? Account { get; set; }

    public string? Tenant { get; set; }

    public string? SubscriptionId { get; set; }

    /// <summary>The URL of the Resource Manager of its context.</summary>
    public string? Endpoint { get; set; }

    /// <summary>What tokens for that Resource Manager are asked for.</summary>
    public string? Audience { get; set; }

    /// <summary>The certificate that was opened, in DER.</summary>
    public byte[]? Certificate { get; set; }

    /// <summary>How its key signs: one of <c>AZMI_SIGNATURE_*</c>.</summary>
    public uint Algorithm { get; set; }

    public byte[]? Signature { get; set; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; set; }

    /// <summary>Gives it to the library.</summary>
    public void To(HostQuestion question)
    {
        using var scope = new NativeScope();
        var answer = new AzmiAnswer
        {
            outcome = Outcome,
            token = scope.Secret(Token),
            lifetime_s = Lifetime,
            account = scope.Text(Account),
            tenant = scope.Text(Tenant),
            subscription_id = scope.Text(SubscriptionId),
            endpoint = scope.Text(Endpoint),
            audience = scope.Text(Audience),
            certificate = scope.Text(Base64(Certificate)),
            algorithm = Algorithm,
            signature = scope.Text(Base64(Signature)),
            message = scope.Text(Message),
        };
        // A question that nobody waits for any more takes no answer, and that is all right.
        NativeMethods.azmi_question_answer(question.Handle, &answer);
    }

    /// <inheritdoc/>
    public void Dispose() => Token?.Dispose();

    private static string? Base64(byte[]? bytes) => bytes is null ? null : Convert.ToBase64String(bytes);
}
