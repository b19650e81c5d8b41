using System;
using System.IO;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ManagedIdentity.Certificates;

/// <summary>A certificate with its key, which stays where it is: it signs, and need not be exportable.</summary>
internal sealed class SigningCertificate : IDisposable
{
    /// <summary>ERROR_INVALID_PASSWORD as an HRESULT, on every platform.</summary>
    public const int InvalidPassword = unchecked((int)0x80070056);

    /// <summary>
    /// X509KeyStorageFlags.EphemeralKeySet, which netstandard2.0 does not name: no key of a file goes to the disk.
    /// </summary>
    private const X509KeyStorageFlags InMemory = (X509KeyStorageFlags)32;

    private readonly object _lock = new();
    private readonly X509Certificate2 _certificate;
    private readonly RSA? _key;

    private SigningCertificate(X509Certificate2 certificate)
    {
        _certificate = certificate;
        Der = certificate.RawData;
        try
        {
            _key = certificate.GetRSAPrivateKey();
            Padding = _key is null ? null : PaddingOf(_key);
        }
        catch (CryptographicException error)
        {
            Dispose();
            throw new CryptographicException($"its key can't be used: {error.Message}", error);
        }
    }

    /// <summary>The certificate.</summary>
    public byte[] Der { get; }

    /// <summary>How the key signs; null when there is no RSA key.</summary>
    public RSASignaturePadding? Padding { get; }

    /// <summary>Whether it signs without asking a person: a key of a store may be on a card, or behind a question.</summary>
    public bool AsksNobody { get; private set; }

    /// <summary>Opens a PFX file.</summary>
    /// <exception cref="CryptographicException">
    /// The file is not PFX, or its key can't be used; with <see cref="InvalidPassword"/> the password is another one.
    /// </exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SigningCertificate FromFile(string path, SecureString? password)
    {
        var content = File.ReadAllBytes(path);
        try
        {
            return new SigningCertificate(Load(content, password)) { AsksNobody = true };
        }
        finally
        {
            Array.Clear(content, 0, content.Length);
        }
    }

    /// <summary>Finds a certificate in the store My of the user or of the machine: one with a key before one without.</summary>
    /// <returns>Null when neither has it.</returns>
    /// <exception cref="CryptographicException">Its key can't be used.</exception>
    public static SigningCertificate? FromStore(string thumbprint)
    {
        X509Certificate2? found = null;
        foreach (var location in new[] { StoreLocation.CurrentUser, StoreLocation.LocalMachine })
        {
            if (found is not { HasPrivateKey: true } && Find(location, thumbprint) is { } other)
            {
                found?.Dispose();
                found = other;
            }
        }

        return found is null ? null : new SigningCertificate(found);
    }

    /// <summary>Signs a text.</summary>
    /// <exception cref="CryptographicException">The key can't sign, or not in this way.</exception>
    /// <exception cref="ObjectDisposedException">The connection was closed.</exception>
    public byte[] Sign(string text, RSASignaturePadding padding)
    {
        lock (_lock)
        {
            var key = _key ?? throw new CryptographicException("it has no private RSA key");
            return key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, padding);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _key?.Dispose();
            _certificate.Dispose();
        }
    }

    private static X509Certificate2 Load(byte[] content, SecureString? password)
    {
        try
        {
            return LoadInMemory(content, password);
        }
        catch (CryptographicException error) when (error.HResult != InvalidPassword)
        {
            throw new CryptographicException("it is not a readable PEM or PFX file", error);
        }
    }

    private static X509Certificate2 LoadInMemory(byte[] content, SecureString? password)
    {
        try
        {
            return new X509Certificate2(content, password, InMemory);
        }
        catch (Exception error) when (error is PlatformNotSupportedException or ArgumentException)
        {
            // macOS, and .NET Framework before 4.7.2: a temporary key, which goes with the certificate.
            return new X509Certificate2(content, password, X509KeyStorageFlags.DefaultKeySet);
        }
    }

    /// <summary>The first of the paddings that the key signs with: providers older than CNG have no PSS.</summary>
    private static RSASignaturePadding PaddingOf(RSA key)
    {
        try
        {
            key.SignData([], HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
            return RSASignaturePadding.Pss;
        }
        catch (CryptographicException)
        {
            key.SignData([], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return RSASignaturePadding.Pkcs1;
        }
    }

    private static X509Certificate2? Find(StoreLocation location, string thumbprint)
    {
        using var store = new X509Store(StoreName.My, location);
        try
        {
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        }
        catch (CryptographicException)
        {
            // There is no such store: on Linux none of the machine, and none of the user before the first certificate.
            return null;
        }

        var found = store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false);
        return found.Count > 0 ? found[0] : null;
    }
}
