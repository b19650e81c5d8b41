using System;
using System.IO;
using System.Security;
using System.Security.Cryptography;
using ManagedIdentity.Native;

namespace ManagedIdentity.Certificates;

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
            return new HostAnswer { Outcome = NativeMethods.AZMI_ANSWER_WRONG_PASSWORD };
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return Failed(error.Message);
        }

        return opened is null
            ? new HostAnswer { Outcome = NativeMethods.AZMI_ANSWER_NOT_FOUND }
            : new HostAnswer
            {
                Outcome = NativeMethods.AZMI_ANSWER_CERTIFICATE,
                Certificate = opened.Der,
                Algorithm = Algorithm(opened.Padding),
            };
    }

    /// <summary>Signs with the connection's certificate, or says why not.</summary>
    public static HostAnswer Sign(HostQuestion question, SigningCertificate? certificate)
    {
        if (certificate is null)
        {
            return new HostAnswer { Outcome = NativeMethods.AZMI_ANSWER_MISSING };
        }

        var padding = question.Algorithm == NativeMethods.AZMI_SIGNATURE_RS256
            ? RSASignaturePadding.Pkcs1
            : RSASignaturePadding.Pss;
        try
        {
            return new HostAnswer
            {
                Outcome = NativeMethods.AZMI_ANSWER_SIGNATURE,
                Signature = certificate.Sign(question.Text!, padding),
            };
        }
        catch (ObjectDisposedException)
        {
            return new HostAnswer { Outcome = NativeMethods.AZMI_ANSWER_MISSING };
        }
        catch (CryptographicException error)
        {
            return Failed(error.Message);
        }
    }

    private static uint Algorithm(RSASignaturePadding? padding) =>
        padding is null ? NativeMethods.AZMI_SIGNATURE_NONE
        : padding == RSASignaturePadding.Pss ? NativeMethods.AZMI_SIGNATURE_PS256
        : NativeMethods.AZMI_SIGNATURE_RS256;

    private static HostAnswer Failed(string message) =>
        new() { Outcome = NativeMethods.AZMI_ANSWER_FAILED, Message = message };
}
