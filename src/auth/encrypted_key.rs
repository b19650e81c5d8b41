//! A private key that is encrypted with a password: PKCS #8's `EncryptedPrivateKeyInfo` (RFC 5958)
//! with PBES2 of PKCS #5 (RFC 8018), as OpenSSL writes it: AES-CBC with a key that PBKDF2 makes of
//! the password.

use std::num::NonZeroU32;

use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{Decode, DecodeValue, FixedTag, Sequence};
use ring::pbkdf2::{
    Algorithm, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512, derive,
};
use secrecy::{ExposeSecret, SecretSlice};
use spki::AlgorithmIdentifierRef;

use super::certificate_error::CertificateError;
use super::token::Secret;

/// No tool makes a key of a password in more rounds: it would take seconds.
const MOST_ROUNDS: u32 = 10_000_000;

/// The object identifiers of RFC 8018, appendix C, and of NIST.
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const AES_128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_192_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const HMAC_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const HMAC_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.10");
const HMAC_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.11");

/// `EncryptedPrivateKeyInfo`.
#[derive(Sequence)]
struct Whole<'a> {
    scheme: AlgorithmIdentifierRef<'a>,
    data: &'a OctetStringRef,
}

/// `PBES2-params`.
#[derive(Sequence)]
struct Scheme<'a> {
    derivation: AlgorithmIdentifierRef<'a>,
    encryption: AlgorithmIdentifierRef<'a>,
}

/// `PBKDF2-params`.
#[derive(Sequence)]
struct Derivation<'a> {
    salt: &'a OctetStringRef,
    rounds: u32,
    #[asn1(optional = "true")]
    key_length: Option<u32>,
    /// SHA-1's when not given.
    #[asn1(optional = "true")]
    function: Option<AlgorithmIdentifierRef<'a>>,
}

/// The key in PKCS #8 that is encrypted in this DER.
///
/// # Errors
/// `WrongPassword`; `Invalid` when it is damaged, or encrypted in another way.
pub(super) fn decrypt(der: &[u8], password: &Secret) -> Result<SecretSlice<u8>, CertificateError> {
    let encrypted = EncryptedKey::read(der)?;
    let mut key = vec![0; encrypted.cipher.key_length()];
    derive(
        encrypted.function,
        encrypted.rounds,
        &encrypted.salt,
        password.expose_secret().as_bytes(),
        &mut key,
    );
    let plain = encrypted
        .cipher
        .decrypt(&key, &encrypted.iv, encrypted.data)?;
    // By chance another password's noise ends as a padding does, but it is no key.
    match plain.expose_secret().first() {
        Some(&SEQUENCE) => Ok(plain),
        _ => Err(CertificateError::WrongPassword),
    }
}

/// The first byte of every key.
const SEQUENCE: u8 = 0x30;

/// What the DER says.
struct EncryptedKey {
    function: Algorithm,
    rounds: NonZeroU32,
    salt: Vec<u8>,
    cipher: Cipher,
    iv: Vec<u8>,
    data: Vec<u8>,
}

impl EncryptedKey {
    fn read(der: &[u8]) -> Result<Self, CertificateError> {
        let damaged = || CertificateError::invalid("its encrypted key is damaged");
        let whole = Whole::from_der(der).map_err(|_| damaged())?;
        let scheme: Scheme<'_> = parameters(&whole.scheme, PBES2)?;
        let derivation: Derivation<'_> = parameters(&scheme.derivation, PBKDF2)?;
        let rounds = Some(derivation.rounds).filter(|rounds| *rounds <= MOST_ROUNDS);
        let iv = scheme.encryption.parameters.ok_or_else(damaged)?;
        let iv: &OctetStringRef = iv.decode_as().map_err(|_| damaged())?;
        Ok(Self {
            function: match derivation.function {
                Some(function) => function_named(function.oid)?,
                None => PBKDF2_HMAC_SHA1,
            },
            rounds: rounds.and_then(NonZeroU32::new).ok_or_else(damaged)?,
            salt: derivation.salt.as_bytes().to_vec(),
            cipher: Cipher::named(scheme.encryption.oid)?,
            iv: iv.as_bytes().to_vec(),
            data: whole.data.as_bytes().to_vec(),
        })
    }
}

/// The parameters of an algorithm, which must be this one.
fn parameters<'a, T>(
    algorithm: &AlgorithmIdentifierRef<'a>,
    wanted: ObjectIdentifier,
) -> Result<T, CertificateError>
where
    T: DecodeValue<'a, Error = der::Error> + FixedTag + 'a,
{
    if algorithm.oid != wanted {
        return Err(unsupported());
    }
    algorithm
        .parameters
        .and_then(|found| found.decode_as().ok())
        .ok_or_else(|| CertificateError::invalid("its encrypted key is damaged"))
}

fn function_named(name: ObjectIdentifier) -> Result<Algorithm, CertificateError> {
    Ok(match name {
        HMAC_SHA1 => PBKDF2_HMAC_SHA1,
        HMAC_SHA256 => PBKDF2_HMAC_SHA256,
        HMAC_SHA384 => PBKDF2_HMAC_SHA384,
        HMAC_SHA512 => PBKDF2_HMAC_SHA512,
        _ => return Err(unsupported()),
    })
}

/// AES in cipher block chaining, by the length of its key.
#[derive(Clone, Copy)]
enum Cipher {
    Aes128,
    Aes192,
    Aes256,
}

impl Cipher {
    fn named(name: ObjectIdentifier) -> Result<Self, CertificateError> {
        Ok(match name {
            AES_128_CBC => Self::Aes128,
            AES_192_CBC => Self::Aes192,
            AES_256_CBC => Self::Aes256,
            _ => return Err(unsupported()),
        })
    }

    fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    fn decrypt(
        self,
        key: &[u8],
        iv: &[u8],
        data: Vec<u8>,
    ) -> Result<SecretSlice<u8>, CertificateError> {
        match self {
            Self::Aes128 => decrypted::<Decryptor<Aes128>>(key, iv, data),
            Self::Aes192 => decrypted::<Decryptor<Aes192>>(key, iv, data),
            Self::Aes256 => decrypted::<Decryptor<Aes256>>(key, iv, data),
        }
    }
}

fn decrypted<C: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    iv: &[u8],
    mut data: Vec<u8>,
) -> Result<SecretSlice<u8>, CertificateError> {
    let cipher = C::new_from_slices(key, iv)
        .map_err(|_| CertificateError::invalid("its encrypted key is damaged"))?;
    let plain = cipher
        .decrypt_padded::<Pkcs7>(&mut data)
        .map_err(|_| CertificateError::WrongPassword)?;
    Ok(plain.to_vec().into())
}

/// The error of a key that is encrypted in a way that this does not read.
pub(super) fn unsupported() -> CertificateError {
    CertificateError::invalid(
        "its key is encrypted in a way that is not supported (supported is PBES2 with PBKDF2 and \
         AES-CBC, which openssl pkcs8 -topk8 -v2 aes-256-cbc writes)",
    )
}
