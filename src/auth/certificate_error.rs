//! Why a certificate can't be used.

use std::time::SystemTime;

use crate::base::{Category, Certificate, CertificateSource, Error};

/// Checks what Entra would refuse whoever holds the key.
pub(super) fn check(der: &[u8]) -> std::result::Result<(), CertificateError> {
    let certificate = Certificate::read(der)
        .ok_or_else(|| CertificateError::invalid("its certificate is damaged"))?;
    if !certificate.is_rsa() {
        return Err(CertificateError::invalid(NOT_RSA));
    }
    let end = certificate.not_after();
    match end < SystemTime::now() {
        true => Err(CertificateError::Invalid(format!(
            "it expired on {}",
            httpdate::fmt_http_date(end)
        ))),
        false => Ok(()),
    }
}

pub(super) const NOT_RSA: &str = "its key is not RSA, which Microsoft Entra requires";

const SPECIFY_PASSWORD: &str = "Specify the password with -CertificatePassword, or in \
                                AZURE_CLIENT_CERTIFICATE_PASSWORD for \
                                AZURE_CLIENT_CERTIFICATE_PATH.";

/// Why a certificate can't be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CertificateError {
    Invalid(String),
    WrongPassword,
    /// The key is encrypted, and there is no password.
    NoPassword,
    /// The text is no thumbprint.
    NoThumbprint,
    /// No store has it.
    NotFound,
    /// The host opens no such certificates.
    Unsupported,
}

impl CertificateError {
    pub(super) fn invalid(why: &str) -> Self {
        Self::Invalid(why.to_owned())
    }

    pub(super) fn about(self, source: &CertificateSource) -> Error {
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
                .advise("Specify a PEM or PFX file with a certificate and its RSA key."),
            (Self::Invalid(why), CertificateSource::Store(_)) => error("InvalidCertificate", &why),
            (Self::WrongPassword, _) => {
                error("WrongPassword", "the password is not correct").advise(SPECIFY_PASSWORD)
            }
            (Self::NoPassword, _) => error(
                "WrongPassword",
                "its key is encrypted, and no password is specified",
            )
            .advise(SPECIFY_PASSWORD),
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
                    "No certificate with the thumbprint '{shown}' is in the store My of the \
                     current user or the local machine"
                ),
            )
            .advise("Import it with its key into CurrentUser\\My, or specify -CertificatePath."),
            (Self::Unsupported, CertificateSource::File(_)) => error(
                "CertificateUnsupported",
                "it is not a PEM file, and this host can't open PFX files",
            )
            .advise("Specify a PEM file with the certificate and its RSA key."),
            (Self::Unsupported, CertificateSource::Store(_)) => error(
                "CertificateUnsupported",
                "this host can't open certificate stores",
            )
            .advise("Specify a PEM file with the certificate and its RSA key."),
        }
    }
}
