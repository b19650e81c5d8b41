using System;
using System.Collections.Generic;
using System.Diagnostics;
using ManagedIdentity.Certificates;
using ManagedIdentity.Models;
using ManagedIdentity.Native.Requests;

namespace ManagedIdentity.Native;

/// <summary>Asks the library what can complete a word, for as long as a person waits for a key.</summary>
internal static class Suggestions
{
    /// <summary>How long that is, in milliseconds.</summary>
    private const int Patience = 500;

    /// <summary>The part of it that is left for what is around the library's own wait.</summary>
    private const int Reserve = 100;

    private static volatile bool s_wereAsked;

    /// <summary>What can complete a word: nothing where it does not come in time.</summary>
    /// <param name="request">The word.</param>
    /// <param name="connection">The connection that is asked through.</param>
    /// <param name="clock">What runs since the key was pressed.</param>
    /// <exception cref="NativeException">The library refused: the connection was closed a moment ago, for instance.</exception>
    public static IReadOnlyList<Suggestion> Ask(CompleteRequest request, ManagedIdentityConnection? connection, Stopwatch clock)
    {
        s_wereAsked = true;
        using var queue = new OperationQueue(1, verbose: false);
        request.PatienceMilliseconds = (uint)Math.Max(0, Left(clock) - Reserve);
        return queue.Submit(request, 1) ? Take(queue, connection?.Certificate, clock) : [];
    }

    /// <summary>Forgets what all connections were asked, and stops what is under way.</summary>
    public static void Forget()
    {
        if (s_wereAsked)
        {
            NativeMethods.azmi_completion_forget();
        }
    }

    private static int Left(Stopwatch clock) => (int)Math.Max(0, Patience - clock.ElapsedMilliseconds);

    private static List<Suggestion> Take(OperationQueue queue, SigningCertificate? certificate, Stopwatch clock)
    {
        var found = new List<Suggestion>();
        var unanswered = new List<HostQuestion>();
        try
        {
            while (queue.Take(Left(clock), out var happened) == TakeResult.Taken)
            {
                if (happened!.Item is Suggestion suggestion)
                {
                    found.Add(suggestion);
                }
                else if (happened.Question is { } question && !Sign(question, certificate))
                {
                    unanswered.Add(question);
                }
                else if (happened.Kind is OperationEventKind.Done)
                {
                    return found;
                }
            }

            return [];
        }
        finally
        {
            // Others may answer: they would be asked in vain as long as this holds the question.
            unanswered.ForEach(static question => new HostAnswer().To(question));
        }
    }

    /// <summary>Signs, where that asks nobody for anything.</summary>
    private static bool Sign(HostQuestion question, SigningCertificate? certificate)
    {
        if (question.Kind != QuestionKind.Signature || certificate is not { AsksNobody: true })
        {
            return false;
        }

        CertificateAnswers.Sign(question, certificate).To(question);
        return true;
    }
}
