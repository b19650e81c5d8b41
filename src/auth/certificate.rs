//! A certificate with its key, and the assertions that it signs.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p12_keystore::Pkcs12Archive;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::{PemObject, SectionKind};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Secret, files};
use crate::base::{Category, Error, Result};

/// A certificate and its RSA key.
pub struct Certificate {
    key: Box<RsaKeyPair>,
    /// The SHA-256 hash of the certificate, which Entra finds it by.
    thumbprint: String,
}

/// The parts of a file, each in DER.
struct Parts {
    key: PrivateKeyDer<'static>,
    certificates: Vec<Vec<u8>>,
}

/// No file of one certificate, its key and its chain is longer.
const LONGEST: u64 = 1 << 20;

/// An assertion is used at once; Entra takes no longer than ten minutes amiss.
const LIFETIME: i64 = 10 * 60;

/// How far a clock may be behind ours without any fuss.
const LEEWAY: i64 = 5 * 60;

impl Certificate {
    /// Reads a file: PEM with the certificate and its key, or PFX (PKCS #12).
    ///
    /// # Errors
    /// `FileUnreadable`; `InvalidCertificate`, which says what is wrong; `WrongPassword`.
    pub fn open(path: &Path, password: Option<&Secret>) -> Result<Self> {
        let content = files::read(path, LONGEST, "the certificate")?;
        Self::read(&content, password).map_err(|why| why.about(path))
    }

    fn read(content: &[u8], password: Option<&Secret>) -> std::result::Result<Self, Unusable> {
        let is_pem = content
            .windows(PEM_MARK.len())
            .any(|window| window == PEM_MARK);
        let parts = match is_pem {
            true => read_pem(content)?,
            false => read_pfx(content, password)?,
        };
        let key = rsa_key(&parts.key)?;
        // The key's public half stands in its certificate as it is.
        let public = key.public_key().as_ref();
        let certificate = parts
            .certificates
            .iter()
            .find(|der| der.windows(public.len()).any(|window| window == public))
            .ok_or(Unusable::Invalid(match parts.certificates.is_empty() {
                true => "it contains a key and no certificate",
                false => "its key is not that of its certificate",
            }))?;
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate)),
            key: Box::new(key),
        })
    }

    /// A signed statement that its bearer is `client_id`, for a token endpoint, at a time in
    /// seconds since 1970. Source: Microsoft identity platform, application authentication
    /// certificate credentials: PS256 with `x5t#S256`.
    ///
    /// # Errors
    /// `SigningFailed` when the system has no random numbers.
    pub(crate) fn assertion(&self, client_id: &str, endpoint: &str, now: i64) -> Result<Secret> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": endpoint,
            "iss": client_id,
            "sub": client_id,
            "jti": uuid::Uuid::new_v4().to_string(),
            "nbf": now - LEEWAY,
            "iat": now,
            "exp": now + LIFETIME,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut text = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .map_err(|_| {
                Error::new(
                    Category::NotSpecified,
                    "SigningFailed",
                    client_id,
                    "The certificate's key could not sign: the system gave no random numbers",
                )
            })?;
        text.push('.');
        text.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(text.into())
    }
}

const PEM_MARK: &[u8] = b"-----BEGIN ";

/// Why a file is no certificate that can be used.
#[derive(Debug, PartialEq, Eq)]
enum Unusable {
    Invalid(&'static str),
    WrongPassword,
}

impl Unusable {
    fn about(&self, path: &Path) -> Error {
        let shown = path.display().to_string();
        let error = |code, why: &str| {
            let message = format!("The certificate's file '{shown}' can't be used: {why}");
            Error::new(Category::InvalidArgument, code, &shown, message)
        };
        match self {
            Self::Invalid(why) => error("InvalidCertificate", why)
                .advise("It is a PEM or PFX file with a certificate and its RSA key."),
            Self::WrongPassword => error("WrongPassword", "its password is another one")
                .advise("Give -CertificatePassword."),
        }
    }
}

fn read_pem(content: &[u8]) -> std::result::Result<Parts, Unusable> {
    let mut key = None;
    let mut certificates = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(content) {
        let (kind, der) = section.map_err(|_| Unusable::Invalid("its PEM is damaged"))?;
        match kind {
            SectionKind::Certificate => certificates.push(der),
            SectionKind::PrivateKey => key = Some(PrivateKeyDer::Pkcs8(der.into())),
            SectionKind::RsaPrivateKey => key = Some(PrivateKeyDer::Pkcs1(der.into())),
            SectionKind::EcPrivateKey => return Err(Unusable::Invalid(NOT_RSA)),
            _ => {}
        }
    }
    let encrypted = String::from_utf8_lossy(content).contains("ENCRYPTED");
    let key = key.ok_or(Unusable::Invalid(match encrypted {
        true => "its key is encrypted: use a PFX file with -CertificatePassword",
        false => "it contains no private key",
    }))?;
    Ok(Parts { key, certificates })
}

fn read_pfx(content: &[u8], password: Option<&Secret>) -> std::result::Result<Parts, Unusable> {
    use p12_keystore::error::Error as Pfx;

    let password = password.map_or("", |secret| secret.expose_secret());
    let archive = Pkcs12Archive::from_pkcs12(content, password).map_err(|error| match error {
        // Without the right password what is decrypted is nothing that could be read.
        Pfx::MacError(_) | Pfx::Pkcs5Error(_) | Pfx::UnpadError => Unusable::WrongPassword,
        _ => Unusable::Invalid("it is neither PEM nor PFX that can be read"),
    })?;
    let key = archive
        .keys
        .first()
        .ok_or(Unusable::Invalid("it contains no private key"))?;
    Ok(Parts {
        key: PrivateKeyDer::Pkcs8(key.key.as_der().to_vec().into()),
        certificates: archive
            .certs
            .iter()
            .map(|bag| bag.cert.as_der().to_vec())
            .collect(),
    })
}

const NOT_RSA: &str = "its key is not RSA, which Entra requires";

fn rsa_key(key: &PrivateKeyDer<'_>) -> std::result::Result<RsaKeyPair, Unusable> {
    let key = match key {
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err(Unusable::Invalid(NOT_RSA)),
    };
    key.map_err(|error| {
        Unusable::Invalid(match error.to_string().as_str() {
            "WrongAlgorithm" => NOT_RSA,
            "TooSmall" => "its key is shorter than 2048 bits",
            "TooLarge" => "its key is longer than 4096 bits",
            _ => "its key is damaged",
        })
    })
}
