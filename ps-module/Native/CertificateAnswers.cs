using System;
using System.IO;
using System.Security;
using System.Security.Cryptography;
using ManagedIdentity.Certificates;

namespace ManagedIdentity.Native;

/// <summary>Answers what the library asks about certificates.</summary>
internal static class CertificateAnswers
{
    /// <summary>Opens the certificate that is asked for, or says why it can't be opened.</summary>
    public static HostAnswer Open(HostQuestion question, SecureString? password, out SigningCertificate? opened)
    {
        opened = null;
        try
        {
            opened = question.Path is { } path
                ? SigningCertificate.FromFile(path, password)
                : SigningCertificate.FromStore(question.Thumbprint!);
        }
        catch (CryptographicException error) when (error.HResult == SigningCertificate.InvalidPassword)
        {
            return new HostAnswer { Outcome = AnswerOutcome.WrongPassword };
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return Failed(error.Message);
        }

        return opened is null
            ? new HostAnswer { Outcome = AnswerOutcome.NotFound }
            : new HostAnswer
            {
                Outcome = AnswerOutcome.Certificate,
                Certificate = opened.Der,
                Algorithm = Algorithm(opened.Padding),
            };
    }

    /// <summary>Signs with the connection's certificate, or says why not.</summary>
    public static HostAnswer Sign(HostQuestion question, SigningCertificate? certificate)
    {
        if (certificate is null)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Missing };
        }

        var padding = question.Algorithm == SignatureAlgorithm.Rs256
            ? RSASignaturePadding.Pkcs1
            : RSASignaturePadding.Pss;
        try
        {
            return new HostAnswer
            {
                Outcome = AnswerOutcome.Signature,
                Signature = certificate.Sign(question.Text!, padding),
            };
        }
        catch (ObjectDisposedException)
        {
            return new HostAnswer { Outcome = AnswerOutcome.Missing };
        }
        catch (CryptographicException error)
        {
            return Failed(error.Message);
        }
    }

    private static SignatureAlgorithm Algorithm(RSASignaturePadding? padding) =>
        padding is null ? SignatureAlgorithm.None
        : padding == RSASignaturePadding.Pss ? SignatureAlgorithm.Ps256
        : SignatureAlgorithm.Rs256;

    private static HostAnswer Failed(string message) =>
        new() { Outcome = AnswerOutcome.Failed, Message = message };
}
