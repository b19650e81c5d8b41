//! Which certificates of servers are trusted, and what is said about one that is not.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, OtherError,
    RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::category::Category;
use super::error::{Error, Result};
use super::text::is_command;
use super::x509::Certificate;

/// Where certificates are that are trusted beside the system's.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExtraRoots {
    /// The file that the caller names.
    given: Option<PathBuf>,
    /// The file that an environment names.
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

/// What is trusted beside the system's certificates.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Trusted {
    pub(super) certificates: Arc<[CertificateDer<'static>]>,
    /// Folders with further ones. They have hundreds, so they are read where the others do not do.
    folders: Vec<PathBuf>,
}

const PARAMETER: &str = "CertificateAuthorityPath";
const FILE: &str = "SSL_CERT_FILE";
const FOLDER: &str = "SSL_CERT_DIR";

/// The system's own bundles of certificates are a fifth of it.
const LONGEST: u64 = 4 << 20;

impl ExtraRoots {
    /// What `SSL_CERT_FILE` and `SSL_CERT_DIR`, OpenSSL's variables, say in an environment; in that
    /// of the process when none is given.
    pub(crate) fn named_by(variables: Option<&BTreeMap<String, String>>) -> Self {
        let value = |name: &str| {
            let value = match variables {
                Some(given) => given.get(name).cloned(),
                None => std::env::var(name).ok(),
            };
            value.filter(|value| !value.trim().is_empty())
        };
        Self {
            given: None,
            file: value(FILE).map(PathBuf::from),
            folders: value(FOLDER)
                .map(|list| std::env::split_paths(&list).collect())
                .unwrap_or_default(),
        }
    }

    /// The same, and the certificates of a file that the caller names.
    pub(crate) fn and_of(self, given: Option<PathBuf>) -> Self {
        Self { given, ..self }
    }

    /// Reads the files, which must contain certificates. What a folder holds besides is skipped.
    ///
    /// # Errors
    /// `CertificateFileUnreadable`.
    pub(crate) fn read(self) -> Result<Trusted> {
        let mut found = Vec::new();
        if let Some(file) = &self.given {
            found.extend(read(file).map_err(|why| unusable(file, &why))?);
        }
        if let Some(file) = &self.file {
            found.extend(read(file).map_err(|why| unreadable(file, &why))?);
        }
        Ok(Trusted {
            certificates: found.into(),
            folders: self.folders,
        })
    }
}

impl Trusted {
    /// All certificates, with those of the folders.
    fn all(&self) -> Vec<CertificateDer<'static>> {
        let entries = self
            .folders
            .iter()
            .filter_map(|folder| folder.read_dir().ok());
        let others = entries.flatten().flatten();
        let others = others.filter_map(|entry| read(&entry.path()).ok());
        let named = self.certificates.iter().cloned();
        named.chain(others.flatten()).collect()
    }

    /// Those of the files, or else of the file with all certificates of the system, which most systems
    /// have each in a file of its own, too. None of the system's where the process's environment names
    /// others in their place.
    #[cfg(all(unix, not(target_vendor = "apple")))]
    fn quickly_read(&self) -> Option<Vec<CertificateDer<'static>>> {
        if !self.certificates.is_empty() {
            return Some(self.certificates.to_vec());
        }
        let is_named = |name| std::env::var_os(name).is_some();
        match is_named(FILE) || is_named(FOLDER) {
            true => None,
            false => read(&openssl_probe::probe().cert_file?).ok(),
        }
    }

    /// None: Windows and macOS decide by more than certificates.
    #[cfg(any(not(unix), target_vendor = "apple"))]
    fn quickly_read(&self) -> Option<Vec<CertificateDer<'static>>> {
        None
    }
}

/// The certificates of a file, in PEM or DER format, that are fit to be roots: the verifier refuses
/// all of them when one is not.
fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut content = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut content))
        .map_err(|error| error.to_string())?;
    let mut found = CertificateDer::pem_slice_iter(&content)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("its PEM is damaged ({error})"))?;
    if found.is_empty() {
        found.push(content.into());
    }
    found.retain(|one| RootCertStore::empty().add(one.clone()).is_ok());
    match found.is_empty() {
        true => Err("it contains no certificate in PEM or DER format".to_owned()),
        false => Ok(found),
    }
}

fn unusable(file: &Path, why: &str) -> Error {
    let rule = format!("{why}.");
    let file = file.display().to_string();
    Error::invalid("CertificateFileUnreadable", PARAMETER, &file, &rule).advise(
        "Specify a file with the certificate of the authority: PEM, with one or more, or DER.",
    )
}

fn unreadable(file: &Path, why: &str) -> Error {
    let message = format!(
        "The certificates in '{}', which {FILE} names, can't be read: {why}",
        file.display()
    );
    Error::new(
        Category::InvalidArgument,
        "CertificateFileUnreadable",
        FILE,
        message,
    )
    .advise("Correct $env:SSL_CERT_FILE, or remove it.")
}

/// TLS that trusts the system's certificates and those beside them.
pub(super) fn client_config(trusted: Trusted) -> ClientConfig {
    // Fails when one is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let provider = CryptoProvider::get_default().expect("was just installed");
    // "dangerous" is any verifier that is not rustls's own. This one decides nothing by itself.
    ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(ExplainingVerifier::new(trusted, provider)))
        .with_no_client_auth()
}

pub(super) fn unavailable(why: &str) -> Error {
    let Rejection {
        code,
        message,
        advice,
    } = Rejection::unavailable(why);
    Error::new(Category::ConnectionError, code, "TLS", message).advise(advice)
}

/// The system's verifier, whose refusals say which certificate they are about.
///
/// To read the system's certificates takes longer than to send a request, so they are read with the
/// first server that shows one, and only as many as it takes.
#[derive(Debug)]
struct ExplainingVerifier {
    /// What is trusted beside the system's certificates.
    trusted: Trusted,
    provider: Arc<CryptoProvider>,
    /// By a part of what is trusted, which is quickly read.
    quick: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    /// By all that is trusted.
    system: OnceLock<Result<Verifier, TlsError>>,
}

impl ExplainingVerifier {
    fn new(trusted: Trusted, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            trusted,
            provider: provider.clone(),
            quick: OnceLock::new(),
            system: OnceLock::new(),
        }
    }

    /// The verifier by the part of the certificates that is quickly read, where there is such a part.
    fn quick(&self) -> Option<&WebPkiServerVerifier> {
        let make = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(self.trusted.quickly_read()?);
            let roots = Arc::new(roots);
            WebPkiServerVerifier::builder_with_provider(roots, self.provider.clone())
                .build()
                .ok()
        };
        self.quick.get_or_init(make).as_deref()
    }

    fn system(&self) -> Result<&Verifier, TlsError> {
        let read = || {
            Verifier::new_with_extra_roots(self.trusted.all(), self.provider.clone())
                .map_err(|error| Rejection::unavailable(&error.to_string()).into())
        };
        self.system.get_or_init(read).as_ref().map_err(Clone::clone)
    }
}

impl ServerCertVerifier for ExplainingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if let Some(quick) = self.quick()
            && let Ok(verified) =
                quick.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        {
            return Ok(verified);
        }
        self.system()?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| match error {
                TlsError::InvalidCertificate(why) => {
                    Rejection::of(&why, end_entity, intermediates, server_name).into()
                }
                other => other,
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Why a server's certificate is not trusted, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) advice: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Rejection {}

impl From<Rejection> for TlsError {
    fn from(rejection: Rejection) -> Self {
        let other = OtherError(Arc::new(rejection));
        Self::InvalidCertificate(CertificateError::Other(other))
    }
}

/// How a root certificate comes into the system's store.
const INSTALL: &str = if cfg!(windows) {
    "as an administrator with Import-Certificate -FilePath <file> -CertStoreLocation \
     Cert:\\LocalMachine\\Root"
} else if cfg!(target_os = "macos") {
    "with sudo security add-trusted-cert -d -k /Library/Keychains/System.keychain <file>"
} else {
    "as a .crt file in /usr/local/share/ca-certificates with update-ca-certificates (Debian, \
     Ubuntu, Alpine), or in /etc/pki/ca-trust/source/anchors with update-ca-trust (Red Hat, Fedora)"
};

const CHECK_CLOCK: &str = "Check this machine's clock. If that is right, the server or the proxy \
                           in between needs a new certificate.";

impl Rejection {
    /// The system's certificates can't be used.
    fn unavailable(why: &str) -> Self {
        Self {
            code: "TlsUnavailable",
            message: format!("No secure connection can be made: {why}"),
            advice: "Check that the system's certificates are installed (ca-certificates)."
                .to_owned(),
        }
    }

    fn of(
        why: &CertificateError,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
    ) -> Self {
        let host = server_name.to_str();
        let own = Certificate::read(end_entity);
        let date = |time: fn(&Certificate<'_>) -> SystemTime| match &own {
            Some(own) => format!(" on {}", httpdate::fmt_http_date(time(own))),
            None => String::new(),
        };
        let (what, advice) = match why {
            CertificateError::UnknownIssuer => (
                format!("is not trusted{}", untrusted_end(end_entity, intermediates)),
                format!(
                    "If the issuer belongs to your organization, such as to its proxy, add its \
                     certificate to the system's store: {INSTALL}. Or connect again with \
                     -CertificateAuthorityPath or $env:SSL_CERT_FILE, a file that contains it."
                ),
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
                format!("expired{}", date(|own| own.not_after())),
                CHECK_CLOCK.to_owned(),
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                let from = date(|own| own.not_before());
                let what = format!("is not valid yet: its validity begins{from}");
                (what, CHECK_CLOCK.to_owned())
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (
                    format!(
                        "is not for that name but for {}",
                        own.as_ref().map_or_else(|| "another".to_owned(), names)
                    ),
                    "Check -Endpoint, and whether a proxy responds in place of the server."
                        .to_owned(),
                )
            }
            CertificateError::Revoked => ("has been revoked".to_owned(), String::new()),
            other => (format!("is not valid: {other}"), String::new()),
        };
        Self {
            code: "CertificateNotTrusted",
            message: format!("The certificate of {host} {what}"),
            advice,
        }
    }

    /// The one among the causes of a failed request.
    pub(super) fn within(error: &reqwest::Error) -> Option<&Self> {
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            if let Some(TlsError::InvalidCertificate(CertificateError::Other(other))) =
                error.downcast_ref()
            {
                return other.0.downcast_ref();
            }
            // An error of input and output that wraps another tells that one's source as its own.
            let wrapped = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            cause = match wrapped {
                Some(wrapped) => Some(wrapped),
                None => error.source(),
            };
        }
        None
    }
}

/// The last certificate of a chain, and its issuer, which this system does not trust.
fn untrusted_end(end_entity: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> String {
    let Some(mut last) = Certificate::read(end_entity) else {
        return String::new();
    };
    let others: Vec<_> = others
        .iter()
        .filter_map(|one| Certificate::read(one))
        .collect();
    for _ in &others {
        let issued = |one: &&Certificate<'_>| last.is_issued_by(one) && !last.is_self_issued();
        match others.iter().find(issued) {
            Some(issuer) => last = issuer.clone(),
            None => break,
        }
    }
    let subject = shown(&last.subject());
    match last.is_self_issued() {
        true => format!(": '{subject}' is self-signed, and this system does not trust it"),
        false => format!(
            ": the certificate '{subject}' is issued by '{}', and this system does not trust that \
             issuer",
            shown(&last.issuer())
        ),
    }
}

/// A name from a certificate that is not trusted, without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|&c| !is_command(c)).take(200).collect()
}

/// The names that a certificate is for.
fn names(certificate: &Certificate<'_>) -> String {
    let hosts = certificate.hosts();
    match hosts.is_empty() {
        true => format!("'{}'", shown(&certificate.subject())),
        false => {
            let named = hosts
                .iter()
                .take(5)
                .map(|host| format!("'{}'", shown(host)));
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An authority, and what a server shows that has a certificate of it.
    fn issued() -> (CertificateDer<'static>, CertificateDer<'static>) {
        use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
        let keys = [(); 2].map(|()| KeyPair::generate().unwrap());
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&keys[0]).unwrap();
        let issuer = Issuer::new(authority, &keys[0]);
        let own = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let own = own.signed_by(&keys[1], &issuer).unwrap();
        (root.der().clone(), own.der().clone())
    }

    fn verify(verifier: &ExplainingVerifier, shown: &CertificateDer<'_>) -> Result<(), TlsError> {
        let name = ServerName::try_from("localhost").unwrap();
        verifier
            .verify_server_cert(shown, &[], &name, &[], UnixTime::now())
            .map(drop)
    }

    /// What a verifier says to a server that shows something.
    fn verdict(verifier: &ExplainingVerifier) -> TlsError {
        verify(verifier, &CertificateDer::from(vec![1])).unwrap_err()
    }

    fn trusting(trusted: Trusted) -> ExplainingVerifier {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ExplainingVerifier::new(trusted, &provider)
    }

    fn verifier() -> ExplainingVerifier {
        trusting(Trusted::default())
    }

    #[test]
    fn the_systems_certificates_are_read_with_the_first_server_that_shows_one() {
        let verifier = verifier();
        assert!(!verifier.supported_verify_schemes().is_empty());
        assert!(verifier.quick.get().is_none() && verifier.system.get().is_none());
        verdict(&verifier);
        assert!(verifier.quick.get().is_some() && verifier.system.get().is_some());
    }

    #[test]
    fn all_certificates_are_read_only_where_those_that_are_named_do_not_do() {
        let (root, own) = issued();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("other"), "none").unwrap();
        let folders = vec![folder.path().to_owned(), "/nowhere".into()];
        let by_file = trusting(Trusted {
            certificates: Arc::new([root.clone()]),
            folders: folders.clone(),
        });
        verify(&by_file, &own).unwrap();
        // Where the system decides by more than certificates, it is asked at once.
        let decides = cfg!(any(windows, target_vendor = "apple"));
        assert_eq!(by_file.system.get().is_some(), decides);

        let by_folder = |certificates: &[CertificateDer<'static>]| {
            trusting(Trusted {
                certificates: certificates.into(),
                folders: folders.clone(),
            })
        };
        let (other, _) = issued();
        let others = [other];
        assert!(verify(&by_folder(&others), &own).is_err());
        std::fs::write(folder.path().join("root"), &root).unwrap();
        for others in [&others[..], &[]] {
            verify(&by_folder(others), &own).unwrap();
        }
    }

    #[test]
    fn a_system_whose_certificates_cant_be_used_is_told_from_a_server_that_is_not_trusted() {
        let verifier = verifier();
        let none = Rejection::unavailable("no certificates were found");
        verifier.system.set(Err(none.into())).unwrap();
        let TlsError::InvalidCertificate(CertificateError::Other(OtherError(why))) =
            verdict(&verifier)
        else {
            panic!("another kind of error");
        };
        let why: &Rejection = why.downcast_ref().unwrap();
        assert_eq!(why.code, "TlsUnavailable");
        assert!(why.message.ends_with("no certificates were found"));
    }
}
