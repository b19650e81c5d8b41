//! A certificate and its key in a PEM file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::{PemObject, SectionKind};
use secrecy::ExposeSecret;

use super::certificate_error::{CertificateError, NOT_RSA, check};
use super::encrypted_key;
use super::token::Secret;

/// The RSA key of a PEM file, which signs with PS256.
pub(super) struct PemKey(Box<RsaKeyPair>);

const MARK: &[u8] = b"-----BEGIN ";

/// The header of a key that is encrypted as before PKCS #8 (RFC 1421), with a weak hash.
const OLD_ENCRYPTION: &[u8] = b"Proc-Type: 4,ENCRYPTED";

fn contains(content: &[u8], mark: &[u8]) -> bool {
    content.windows(mark.len()).any(|window| window == mark)
}

type Result<T> = std::result::Result<T, CertificateError>;

impl PemKey {
    /// Whether a file is PEM.
    pub(super) fn is_in(content: &[u8]) -> bool {
        contains(content, MARK)
    }

    /// The key, which `password` may decrypt, and its certificate in DER.
    pub(super) fn read(content: &[u8], password: Option<&Secret>) -> Result<(Vec<u8>, Self)> {
        if contains(content, OLD_ENCRYPTION) {
            return Err(encrypted_key::unsupported());
        }
        let mut key = None;
        let mut certificates = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(content) {
            let (kind, der) =
                section.map_err(|_| CertificateError::invalid("its PEM is damaged"))?;
            match kind {
                SectionKind::Certificate => certificates.push(der),
                SectionKind::PrivateKey => key = Some(PrivateKeyDer::Pkcs8(der.into())),
                SectionKind::RsaPrivateKey => key = Some(PrivateKeyDer::Pkcs1(der.into())),
                SectionKind::EcPrivateKey => return Err(CertificateError::invalid(NOT_RSA)),
                _ => {}
            }
        }
        let key = match key {
            Some(plain) => plain,
            None => decrypted(content, password)?,
        };
        let key = rsa_key(&key)?;
        // The key's public half stands in its certificate as it is.
        let public = key.public_key().as_ref();
        let is_of_key = |der: &Vec<u8>| der.windows(public.len()).any(|window| window == public);
        let is_alone = certificates.is_empty();
        let certificate = certificates.into_iter().find(is_of_key);
        let certificate = certificate.ok_or(CertificateError::invalid(match is_alone {
            true => "it has a key and no certificate",
            false => "its key and its certificate do not match",
        }))?;
        check(&certificate)?;
        Ok((certificate, Self(Box::new(key))))
    }

    /// Signs a text, or says why it can't.
    pub(super) fn sign(&self, text: &str) -> std::result::Result<Vec<u8>, String> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(&RSA_PSS_SHA256, &random, text.as_bytes(), &mut signature)
            .map_err(|_| "the operating system returned no random numbers".to_owned())?;
        Ok(signature)
    }
}

/// The key of a file that has none in clear.
fn decrypted(content: &[u8], password: Option<&Secret>) -> Result<PrivateKeyDer<'static>> {
    match (encrypted(content), password) {
        (Some(der), Some(password)) => {
            let key = encrypted_key::decrypt(&der, password)?;
            Ok(PrivateKeyDer::Pkcs8(key.expose_secret().to_vec().into()))
        }
        (Some(_), None) => Err(CertificateError::NoPassword),
        (None, _) => Err(CertificateError::invalid("it has no private key")),
    }
}

/// The DER of the first encrypted key, which is of no kind that the reader of sections knows.
fn encrypted(content: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(content);
    let (_, begun) = text.split_once("-----BEGIN ENCRYPTED PRIVATE KEY-----")?;
    let (body, _) = begun.split_once("-----END ENCRYPTED PRIVATE KEY-----")?;
    let body: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(body).ok()
}

fn rsa_key(key: &PrivateKeyDer<'_>) -> Result<RsaKeyPair> {
    let key = match key {
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err(CertificateError::invalid(NOT_RSA)),
    };
    key.map_err(|error| {
        CertificateError::invalid(match error.to_string().as_str() {
            "WrongAlgorithm" => NOT_RSA,
            "TooSmall" => "its key is shorter than 2048 bits",
            "TooLarge" => "its key is longer than 4096 bits",
            _ => "its key is damaged",
        })
    })
}
