//! A certificate whose key the host holds: of a PFX file, or of a store of the system. The key
//! itself never comes here, and need not be exportable.

use std::sync::Arc;

use super::certificate_error::{CertificateError, check};
use crate::base::{
    CertificateSource, HostAnswer, Observer, QuestionKind, Questions, SignatureAlgorithm,
};

/// The RSA key of a certificate that the host has opened.
pub(super) struct HostKey {
    questions: Questions,
    algorithm: SignatureAlgorithm,
}

impl HostKey {
    /// Has the host open a certificate: it in DER, and its key.
    pub(super) async fn open(
        source: &CertificateSource,
        observer: &Arc<dyn Observer>,
    ) -> Result<(Vec<u8>, Self), CertificateError> {
        let source = match source {
            CertificateSource::Store(text) => CertificateSource::Store(thumbprint(text)?),
            file => file.clone(),
        };
        let questions = Questions::default();
        let kind = QuestionKind::Certificate(source);
        match questions.ask(observer, kind).await {
            Some(HostAnswer::Certificate { der, algorithm }) => {
                check(&der)?;
                let algorithm =
                    algorithm.ok_or(CertificateError::invalid("it has no private RSA key"))?;
                Ok((
                    der,
                    Self {
                        questions,
                        algorithm,
                    },
                ))
            }
            Some(HostAnswer::NotFound) => Err(CertificateError::NotFound),
            Some(HostAnswer::WrongPassword) => Err(CertificateError::WrongPassword),
            Some(HostAnswer::Failed(why)) => Err(CertificateError::Invalid(why)),
            _ => Err(CertificateError::Unsupported),
        }
    }

    /// What it asks the host.
    pub(super) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// How it signs.
    pub(super) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Has the host sign a text, or says why it doesn't.
    pub(super) async fn sign(
        &self,
        text: &str,
        observer: &Arc<dyn Observer>,
    ) -> Result<Vec<u8>, String> {
        let kind = QuestionKind::Signature {
            text: text.to_owned(),
            algorithm: self.algorithm,
        };
        match self.questions.ask(observer, kind).await {
            Some(HostAnswer::Signature(signature)) => Ok(signature),
            Some(HostAnswer::Failed(why)) => Err(why),
            _ => Err("the connection is closed".to_owned()),
        }
    }
}

/// A thumbprint without what dialogs put into it: spaces, and the invisible mark before the first
/// digit in Windows' own.
fn thumbprint(text: &str) -> Result<String, CertificateError> {
    const LEFT_TO_RIGHT_MARK: char = '\u{200e}';
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != LEFT_TO_RIGHT_MARK)
        .collect();
    match digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(digits.to_ascii_uppercase()),
        false => Err(CertificateError::NoThumbprint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_40_digits_however_it_is_copied() {
        let plain = "0123456789ABCDEF0123456789ABCDEF01234567";
        for good in [
            plain,
            "0123456789abcdef0123456789abcdef01234567",
            "\u{200e}01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67 ",
        ] {
            assert_eq!(thumbprint(good).as_deref(), Ok(plain), "{good}");
        }
        for bad in [
            "",
            " ",
            "0123",
            &plain[1..],
            &plain.replace('A', "G"),
            &plain.replace('A', "é"),
        ] {
            assert_eq!(
                thumbprint(bad),
                Err(CertificateError::NoThumbprint),
                "{bad}"
            );
        }
    }
}
