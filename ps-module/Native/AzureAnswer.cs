using System.Security;

namespace ManagedIdentity.Native;

/// <summary>What Azure PowerShell says. As it is made, it says nothing: somebody else may answer.</summary>
internal sealed unsafe class AzureAnswer
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

    /// <summary>Why there is no token.</summary>
    public string? Message { get; set; }

    /// <summary>Gives it to the library.</summary>
    public void To(AzureQuestion question)
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
            message = scope.Text(Message),
        };
        // A question that nobody waits for any more takes no answer, and that is all right.
        NativeMethods.azmi_question_answer(question.Handle, &answer);
    }
}
