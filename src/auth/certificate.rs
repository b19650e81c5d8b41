//! A certificate with its key, and the assertions that the key signs.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::json;

use super::certificate_error::CertificateError;
use super::files;
use super::host_key::HostKey;
use super::pem_key::PemKey;
use super::token::Secret;
use crate::base::{
    Category, CertificateSource, Error, Observer, Questions, Result, SignatureAlgorithm,
};

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
    /// Opens a certificate: PEM here, with the password that its key may be encrypted with; a PFX
    /// (PKCS #12) file and a store of the system by the host.
    ///
    /// # Errors
    /// `FileUnreadable`; `InvalidThumbprint`; `CertificateNotFound`; `InvalidCertificate`, which
    /// says what is wrong; `WrongPassword`; `CertificateUnsupported` by the host.
    pub(crate) async fn open(
        source: &CertificateSource,
        password: Option<&Secret>,
        observer: &Arc<dyn Observer>,
    ) -> Result<Self> {
        let unusable = |why: CertificateError| why.about(source);
        if let CertificateSource::File(path) = source {
            let content = files::read(path, LONGEST, "the certificate")?;
            if PemKey::is_in(&content) {
                let (certificate, key) = PemKey::read(&content, password).map_err(unusable)?;
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
            let message = format!("The key of the certificate can't sign: {why}");
            Error::new(Category::NotSpecified, "SigningFailed", client_id, message)
        })?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}
