using System;
using System.IO;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ManagedIdentity.Certificates;
using ManagedIdentity.Native;
using Xunit;

namespace ManagedIdentity.Tests;

/// <summary>Certificates whose keys the module holds.</summary>
public sealed class CertificateTests : IDisposable
{
    private const string Password = "marked-password";

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())).FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

#if NET
    [Theory]
    [InlineData(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256)]
    [InlineData(Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1)]
    public void A_file_opens_whatever_Windows_wrote_it(Pkcs12ExportPbeParameters encryption)
    {
        using var made = Rsa();
        var file = Write(made.ExportPkcs12(encryption, Password));
        using var opened = SigningCertificate.FromFile(file, Secure(Password));
        Assert.Equal(made.RawData, opened.Der);
        Assert.Equal(RSASignaturePadding.Pss, opened.Padding);
    }
#endif

    [Fact]
    public void A_file_with_the_encryption_of_oldest_Windows_opens()
    {
        // openssl pkcs12 -export -legacy: RC2 with 40 bits.
        var file = Checkout.Path("tests", "csharp", "certificates", "rc2.pfx");
        using var opened = SigningCertificate.FromFile(file, Secure(Password));
        Assert.Equal(RSASignaturePadding.Pss, opened.Padding);
    }

    [Fact]
    public void A_file_without_a_password_opens()
    {
        using var made = Rsa();
        var file = Write(made.Export(X509ContentType.Pfx));
        SigningCertificate.FromFile(file, null).Dispose();
        SigningCertificate.FromFile(file, new SecureString()).Dispose();
    }

    [Fact]
    public void What_it_signs_its_certificate_verifies()
    {
        using var made = Rsa();
        using var opened = SigningCertificate.FromFile(Write(made.Export(X509ContentType.Pfx)), null);
        using var key = made.GetRSAPublicKey()!;
        foreach (var padding in new[] { RSASignaturePadding.Pss, RSASignaturePadding.Pkcs1 })
        {
            var signature = opened.Sign("a.b", padding);
            Assert.True(key.VerifyData(Encoding.UTF8.GetBytes("a.b"), signature, HashAlgorithmName.SHA256, padding));
        }
    }

    [Fact]
    public void A_question_for_a_certificate_is_answered_with_it_and_its_algorithm()
    {
        using var made = Rsa();
        using var answer = Open(made.Export(X509ContentType.Pfx, Password), Password);
        Assert.Equal(AnswerOutcome.Certificate, answer.Outcome);
        Assert.Equal(SignatureAlgorithm.Ps256, answer.Algorithm);
        Assert.Equal(made.RawData, answer.Certificate);
    }

    [Fact]
    public void What_has_no_RSA_key_says_so()
    {
        using var made = Rsa();
        using var elliptic = Elliptic();
        foreach (var content in new[] { made.Export(X509ContentType.Cert), elliptic.Export(X509ContentType.Pfx) })
        {
            using var answer = Open(content, null);
            Assert.Equal(AnswerOutcome.Certificate, answer.Outcome);
            Assert.Equal(SignatureAlgorithm.None, answer.Algorithm);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another")]
    public void Another_password_is_told_from_another_file(string? password)
    {
        using var made = Rsa();
        using var answer = Open(made.Export(X509ContentType.Pfx, Password), password);
        Assert.Equal(AnswerOutcome.WrongPassword, answer.Outcome);
        using var noise = Open(new byte[100], password);
        Assert.Equal(AnswerOutcome.Failed, noise.Outcome);
        Assert.Contains("not a readable PEM or PFX file", noise.Message);
    }

    [Fact]
    public void A_file_that_is_gone_is_named()
    {
        var path = Path.Combine(_folder, "nowhere.pfx");
        using var answer = CertificateAnswers.Open(new HostQuestion { Path = path }, null, out var opened);
        Assert.Null(opened);
        Assert.Equal(AnswerOutcome.Failed, answer.Outcome);
        Assert.Contains(path, answer.Message);
    }

    [Fact]
    public void A_thumbprint_that_no_store_has_is_not_found()
    {
        var question = new HostQuestion { Thumbprint = new string('0', 40) };
        using var answer = CertificateAnswers.Open(question, null, out var opened);
        Assert.Null(opened);
        Assert.Equal(AnswerOutcome.NotFound, answer.Outcome);
    }

    [Theory]
    [InlineData((uint)SignatureAlgorithm.Ps256)]
    [InlineData((uint)SignatureAlgorithm.Rs256)]
    public void A_question_for_a_signature_is_answered_until_the_connection_is_closed(uint algorithm)
    {
        using var made = Rsa();
        var opened = SigningCertificate.FromFile(Write(made.Export(X509ContentType.Pfx)), null);
        var question = new HostQuestion { Text = "a.b", Algorithm = (SignatureAlgorithm)algorithm };
        using var signed = CertificateAnswers.Sign(question, opened);
        Assert.Equal(AnswerOutcome.Signature, signed.Outcome);
        using var key = made.GetRSAPublicKey()!;
        var padding = (SignatureAlgorithm)algorithm == SignatureAlgorithm.Ps256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        Assert.True(key.VerifyData(Encoding.UTF8.GetBytes("a.b"), signed.Signature!, HashAlgorithmName.SHA256, padding));

        opened.Dispose();
        using var closed = CertificateAnswers.Sign(question, opened);
        using var none = CertificateAnswers.Sign(question, null);
        Assert.Equal(AnswerOutcome.Missing, closed.Outcome);
        Assert.Equal(AnswerOutcome.Missing, none.Outcome);
    }

    private static X509Certificate2 Rsa()
    {
#if NETFRAMEWORK
        // Its RSA.Create makes a key of a provider older than CNG, which is gone with the object.
        using var key = new RSACng(2048);
#else
        using var key = RSA.Create(2048);
#endif
        return Signed(new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static X509Certificate2 Elliptic()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Signed(new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256));
    }

    private static X509Certificate2 Signed(CertificateRequest request) =>
        request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

    private static SecureString? Secure(string? text) => text is null ? null : EmulatorFixture.Secure(text);

    private string Write(byte[] content)
    {
        var path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, content);
        return path;
    }

    private HostAnswer Open(byte[] content, string? password)
    {
        var answer = CertificateAnswers.Open(new HostQuestion { Path = Write(content) }, Secure(password), out var opened);
        opened?.Dispose();
        return answer;
    }
}
