//! A private key that is encrypted with a password: PKCS #8's `EncryptedPrivateKeyInfo` (RFC 5958)
//! with PBES2 of PKCS #5 (RFC 8018), as OpenSSL writes it: AES-CBC with a key that PBKDF2 makes of
//! the password.

use std::num::NonZeroU32;

use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use ring::pbkdf2::{
    Algorithm, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512, derive,
};
use secrecy::{ExposeSecret, SecretSlice};
use x509_parser::der_parser::ber::BerObject;
use x509_parser::der_parser::der::parse_der;

use super::certificate_error::CertificateError;
use super::token::Secret;

/// No tool makes a key of a password in more rounds: it would take seconds.
const MOST_ROUNDS: u32 = 10_000_000;

/// The object identifiers of RFC 8018, appendix C, and of NIST.
const PBES2: &str = "1.2.840.113549.1.5.13";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const AES_128_CBC: &str = "2.16.840.1.101.3.4.1.2";
const AES_192_CBC: &str = "2.16.840.1.101.3.4.1.22";
const AES_256_CBC: &str = "2.16.840.1.101.3.4.1.42";
const HMAC_SHA1: &str = "1.2.840.113549.2.7";
const HMAC_SHA256: &str = "1.2.840.113549.2.9";
const HMAC_SHA384: &str = "1.2.840.113549.2.10";
const HMAC_SHA512: &str = "1.2.840.113549.2.11";

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
        let (_, whole) = parse_der(der).map_err(|_| damaged())?;
        let whole = items(&whole).ok_or_else(damaged)?;
        let [scheme, data] = whole else {
            return Err(damaged());
        };
        let (scheme, parameters) = algorithm(scheme).ok_or_else(damaged)?;
        if scheme != PBES2 {
            return Err(unsupported());
        }
        let parameters = parameters.and_then(items).ok_or_else(damaged)?;
        let [derivation, encryption] = parameters else {
            return Err(damaged());
        };
        let (derivation, parameters) = algorithm(derivation).ok_or_else(damaged)?;
        if derivation != PBKDF2 {
            return Err(unsupported());
        }
        let [salt, rounds, more @ ..] = parameters.and_then(items).ok_or_else(damaged)? else {
            return Err(damaged());
        };
        // The length of the key may stand before the function, which is SHA-1's when not given.
        let function = match more.last().and_then(algorithm) {
            Some((name, _)) => function(&name)?,
            None => PBKDF2_HMAC_SHA1,
        };
        let rounds = rounds.as_u32().ok().filter(|rounds| *rounds <= MOST_ROUNDS);
        let (cipher, iv) = algorithm(encryption).ok_or_else(damaged)?;
        Ok(Self {
            function,
            rounds: rounds.and_then(NonZeroU32::new).ok_or_else(damaged)?,
            salt: salt.as_slice().map_err(|_| damaged())?.to_vec(),
            cipher: Cipher::named(&cipher)?,
            iv: iv
                .and_then(|iv| iv.as_slice().ok())
                .ok_or_else(damaged)?
                .to_vec(),
            data: data.as_slice().map_err(|_| damaged())?.to_vec(),
        })
    }
}

fn items<'a>(object: &'a BerObject<'_>) -> Option<&'a [BerObject<'a>]> {
    object.as_sequence().ok().map(Vec::as_slice)
}

/// The name of an `AlgorithmIdentifier`, and its parameters.
fn algorithm<'a>(object: &'a BerObject<'_>) -> Option<(String, Option<&'a BerObject<'a>>)> {
    let (name, parameters) = items(object)?.split_first()?;
    Some((name.as_oid().ok()?.to_id_string(), parameters.first()))
}

fn function(name: &str) -> Result<Algorithm, CertificateError> {
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
    fn named(name: &str) -> Result<Self, CertificateError> {
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
