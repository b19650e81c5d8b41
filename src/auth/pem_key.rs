//! A certificate and its key in a PEM file.

use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::{PemObject, SectionKind};

use super::certificate_error::{CertificateError, NOT_RSA, check};

/// The RSA key of a PEM file, which signs with PS256.
pub(super) struct PemKey(Box<RsaKeyPair>);

const MARK: &[u8] = b"-----BEGIN ";

type Result<T> = std::result::Result<T, CertificateError>;

impl PemKey {
    /// Whether a file is PEM.
    pub(super) fn is_in(content: &[u8]) -> bool {
        content.windows(MARK.len()).any(|window| window == MARK)
    }

    /// The key, and its certificate in DER.
    pub(super) fn read(content: &[u8]) -> Result<(Vec<u8>, Self)> {
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
        let encrypted = String::from_utf8_lossy(content).contains("ENCRYPTED");
        let key = key.ok_or(CertificateError::invalid(match encrypted {
            true => "its key is encrypted, which is supported only in PFX files",
            false => "it has no private key",
        }))?;
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
