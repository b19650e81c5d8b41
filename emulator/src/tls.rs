//! https: a certificate authority made at the start, and a certificate of it for the loopback
//! address. The keys never leave the process; the authority's certificate is a file, for clients
//! to trust.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::base::clock::{Millis, date};
use crate::base::options::StartError;
use crate::base::private;

/// The authority's certificate on disk; the file goes when this does.
#[derive(Debug)]
pub(crate) struct CaFile {
    _folder: TempDir,
    path: PathBuf,
}

impl CaFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn write(pem: &str) -> Result<Self, StartError> {
        let create = || {
            let folder = private::folder()?;
            let path = folder.path().join("ca.pem");
            private::create(&path, pem.as_bytes())?;
            Ok(CaFile {
                _folder: folder,
                path,
            })
        };
        create().map_err(|source: io::Error| StartError::Certificate {
            reason: format!("cannot write it to a temporary folder: {source}"),
        })
    }
}

/// Makes the certificates, for connections that offer these protocols.
pub(crate) fn prepare(
    now: Millis,
    protocols: &[&[u8]],
) -> Result<(TlsAcceptor, CaFile), StartError> {
    let (ca_pem, chain, key) = certificates(now).map_err(|error| StartError::Certificate {
        reason: error.to_string(),
    })?;
    let bad = |error: tokio_rustls::rustls::Error| StartError::Certificate {
        reason: error.to_string(),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(bad)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(bad)?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok((TlsAcceptor::from(Arc::new(config)), CaFile::write(&ca_pem)?))
}

type Made = (String, Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// From yesterday, for clocks that differ, for a year: some systems trust no certificate that is
/// good for much longer.
fn set_validity(certificate: &mut CertificateParams, now: Millis) {
    const DAY: Millis = 86_400_000;
    let midnight = |time| {
        let (year, month, day) = date(time);
        date_time_ymd(year, month, day)
    };
    certificate.not_before = midnight(now.saturating_sub(DAY));
    certificate.not_after = midnight(now + 365 * DAY);
}

fn certificates(now: Millis) -> Result<Made, rcgen::Error> {
    let mut ca = CertificateParams::default();
    set_validity(&mut ca, now);
    ca.distinguished_name
        .push(DnType::CommonName, "ARM emulator, made for one run");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let ca_certificate = ca.self_signed(&ca_key)?;
    let issuer = Issuer::new(ca, ca_key);

    let mut leaf = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])?;
    set_validity(&mut leaf, now);
    leaf.distinguished_name
        .push(DnType::CommonName, "127.0.0.1");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let leaf_key = KeyPair::generate()?;
    let leaf_certificate = leaf.signed_by(&leaf_key, &issuer)?;
    Ok((
        ca_certificate.pem(),
        vec![leaf_certificate.der().clone()],
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der())),
    ))
}
