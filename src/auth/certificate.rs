//! A certificate with its key, and the assertions that the key signs.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::json;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;

use super::files;
use super::host::Questions;
use super::host_key::HostKey;
use super::pem_key::PemKey;
use super::token::Secret;
use crate::base::{Category, CertificateSource, Error, Observer, Result, SignatureAlgorithm};

/// A certificate and its RSA key.
pub struct Certificate {
    key: Key,
    /// The SHA-256 hash of the certificate, which Entra finds it by.
    thumbprint: String,
}

/// Where the key of a certificate is.
enum Key {
    /// In this library, from a PEM file.
    Pem(PemKey),
    /// In the host, which signs with it.
    Host(HostKey),
}

/// No file of one certificate, its key and its chain is longer.
const LONGEST: u64 = 1 << 20;

/// An assertion is used at once; Entra takes no longer than ten minutes amiss.
const LIFETIME: i64 = 10 * 60;

/// How far a clock may be behind ours without any fuss.
const LEEWAY: i64 = 5 * 60;

impl Certificate {
    /// Opens a certificate: PEM here, a PFX (PKCS #12) file and a store of the system by the host.
    ///
    /// # Errors
    /// `FileUnreadable`; `InvalidThumbprint`; `CertificateNotFound`; `InvalidCertificate`, which
    /// says what is wrong; `WrongPassword`; `CertificateUnsupported` by the host.
    pub(crate) async fn open(
        source: &CertificateSource,
        observer: &Arc<dyn Observer>,
    ) -> Result<Self> {
        let unusable = |why: Unusable| why.about(source);
        if let CertificateSource::File(path) = source {
            let content = files::read(path, LONGEST, "the certificate")?;
            if PemKey::is_in(&content) {
                let (certificate, key) = PemKey::read(&content).map_err(unusable)?;
                return Ok(Self::new(&certificate, Key::Pem(key)));
            }
        }
        let (certificate, key) = HostKey::open(source, observer).await.map_err(unusable)?;
        Ok(Self::new(&certificate, Key::Host(key)))
    }

    fn new(der: &[u8], key: Key) -> Self {
        Self {
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, der)),
            key,
        }
    }

    /// What it asks the host, if the host holds its key.
    pub(super) fn questions(&self) -> Option<&Questions> {
        match &self.key {
            Key::Pem(_) => None,
            Key::Host(key) => Some(key.questions()),
        }
    }

    /// A signed statement that its bearer is `client_id`, for a token endpoint, at a time in
    /// seconds since 1970. Source: Microsoft identity platform, application authentication
    /// certificate credentials: PS256 or RS256 with `x5t#S256`.
    ///
    /// # Errors
    /// `SigningFailed`.
    pub(super) async fn assertion(
        &self,
        client_id: &str,
        endpoint: &str,
        now: i64,
        observer: &Arc<dyn Observer>,
    ) -> Result<Secret> {
        let algorithm = match &self.key {
            Key::Pem(_) => SignatureAlgorithm::Ps256,
            Key::Host(key) => key.algorithm(),
        };
        let header = json!({"alg": algorithm.name(), "typ": "JWT", "x5t#S256": self.thumbprint});
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
        let text = format!("{}.{}", part(&header), part(&claims));
        let signature = match &self.key {
            Key::Pem(key) => key.sign(&text),
            Key::Host(key) => key.sign(&text, observer).await,
        };
        let signature = signature.map_err(|why| {
            let message = format!("The key of the certificate could not sign: {why}");
            Error::new(Category::NotSpecified, "SigningFailed", client_id, message)
        })?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}

/// Checks what Entra would refuse whoever holds the key.
pub(super) fn check(der: &[u8]) -> std::result::Result<(), Unusable> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der)
        .map_err(|_| Unusable::invalid("its certificate is damaged"))?;
    if certificate.public_key().algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
        return Err(Unusable::invalid(NOT_RSA));
    }
    let end = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or(0);
    let end = UNIX_EPOCH + Duration::from_secs(end);
    match end < SystemTime::now() {
        true => Err(Unusable::Invalid(format!(
            "it expired on {}",
            httpdate::fmt_http_date(end)
        ))),
        false => Ok(()),
    }
}

pub(super) const NOT_RSA: &str = "its key is not RSA, and Entra takes no other for this";

/// Why a certificate can't be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    Invalid(String),
    WrongPassword,
    /// The text is no thumbprint.
    NoThumbprint,
    /// No store has it.
    NotFound,
    /// The host opens no such certificates.
    Unsupported,
}

impl Unusable {
    pub(super) fn invalid(why: &str) -> Self {
        Self::Invalid(why.to_owned())
    }

    fn about(self, source: &CertificateSource) -> Error {
        let (what, shown) = match source {
            CertificateSource::File(path) => ("The certificate's file", path.display().to_string()),
            CertificateSource::Store(thumbprint) => {
                ("The certificate with the thumbprint", thumbprint.clone())
            }
        };
        let error = |code, why: &str| {
            let message = format!("{what} '{shown}' can't be used: {why}");
            Error::new(Category::InvalidArgument, code, &shown, message)
        };
        match (self, source) {
            (Self::Invalid(why), CertificateSource::File(_)) => error("InvalidCertificate", &why)
                .advise("It is a PEM or PFX file with a certificate and its RSA key."),
            (Self::Invalid(why), CertificateSource::Store(_)) => error("InvalidCertificate", &why),
            (Self::WrongPassword, _) => error("WrongPassword", "its password is another one")
                .advise("Give -CertificatePassword."),
            (Self::NoThumbprint, _) => Error::invalid(
                "InvalidThumbprint",
                "CertificateThumbprint",
                &shown,
                "it must be the SHA-1 thumbprint of a certificate, 40 hexadecimal digits.",
            ),
            (Self::NotFound, _) => Error::new(
                Category::ObjectNotFound,
                "CertificateNotFound",
                &shown,
                format!(
                    "There is no certificate with the thumbprint '{shown}' in the store My of the \
                     user or the machine"
                ),
            )
            .advise("Import it with its key into CurrentUser\\My, or give -CertificatePath."),
            (Self::Unsupported, CertificateSource::File(_)) => error(
                "CertificateUnsupported",
                "it is not PEM, and this program opens no PFX files",
            )
            .advise("Give a PEM file with the certificate and its RSA key."),
            (Self::Unsupported, CertificateSource::Store(_)) => error(
                "CertificateUnsupported",
                "this program reads no certificate stores",
            )
            .advise("Give a PEM file with the certificate and its RSA key."),
        }
    }
}
