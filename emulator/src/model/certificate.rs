//! X.509 certificates, as far as client assertions need them: the RSA key, the validity and the
//! thumbprints. What signed a certificate does not matter: Entra trusts those that are registered.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest;
use ring::signature::{self, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::base::clock::{Millis, instant};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// 1.2.840.113549.1.1.1, rsaEncryption.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_ID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const EXPLICIT_0: u8 = 0xa0;

/// A certificate with an RSA key. Kept as base64 of its DER form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Certificate {
    der: Vec<u8>,
    /// PKCS#1 `RSAPublicKey`.
    key: Vec<u8>,
    pub(crate) not_before: Millis,
    pub(crate) not_after: Millis,
}

impl TryFrom<String> for Certificate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let der = STANDARD.decode(text).map_err(|e| e.to_string())?;
        Certificate::from_der(&der)
    }
}

impl From<Certificate> for String {
    fn from(certificate: Certificate) -> Self {
        STANDARD.encode(certificate.der)
    }
}

/// The algorithms that Entra takes for a client assertion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Algorithm {
    Rs256,
    Ps256,
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Algorithm::Rs256),
            "PS256" => Some(Algorithm::Ps256),
            _ => None,
        }
    }

    pub(crate) fn verifies(self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn signature::VerificationAlgorithm = match self {
            Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, key)
            .verify(message, signature)
            .is_ok()
    }
}

impl Certificate {
    /// The first certificate in a PEM text; other blocks, such as a private key, are passed over
    /// and not kept.
    pub(crate) fn from_pem(text: &str) -> Result<Self, String> {
        let body = text
            .split_once(BEGIN)
            .and_then(|(_, behind)| behind.split_once(END))
            .map(|(body, _)| body)
            .ok_or_else(|| format!("there is no '{BEGIN}' … '{END}' in it"))?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD
            .decode(body)
            .map_err(|e| format!("what is between the lines is not base64: {e}"))?;
        Certificate::from_der(&der)
    }

    fn from_der(der: &[u8]) -> Result<Self, String> {
        let (key, not_before, not_after) =
            parts(der).ok_or("it is not an X.509 certificate with an RSA key")?;
        Ok(Certificate {
            key: key.to_vec(),
            not_before,
            not_after,
            der: der.to_vec(),
        })
    }

    /// The SHA-1 of the whole certificate: what Entra's portal and messages call its thumbprint.
    pub(crate) fn sha1(&self) -> Vec<u8> {
        // An identifier, not a protection.
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der)
            .as_ref()
            .to_vec()
    }

    pub(crate) fn sha256(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.der).as_ref().to_vec()
    }

    pub(crate) fn signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        algorithm.verifies(&self.key, message, signature)
    }
}

/// `bytes` in upper-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// base64url, with or without padding.
pub(crate) fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// The public key in PKCS#1 form, and the validity.
fn parts(der: &[u8]) -> Option<(&[u8], Millis, Millis)> {
    let mut outer = Der(der);
    let mut certificate = Der(outer.take(SEQUENCE)?);
    let mut tbs = Der(certificate.take(SEQUENCE)?);
    if tbs.peek() == Some(EXPLICIT_0) {
        tbs.take(EXPLICIT_0)?;
    }
    tbs.take(INTEGER)?; // serial number
    tbs.take(SEQUENCE)?; // signature algorithm
    tbs.take(SEQUENCE)?; // issuer
    let mut validity = Der(tbs.take(SEQUENCE)?);
    let (not_before, not_after) = (validity.time()?, validity.time()?);
    tbs.take(SEQUENCE)?; // subject
    let mut key_info = Der(tbs.take(SEQUENCE)?);
    let mut algorithm = Der(key_info.take(SEQUENCE)?);
    if algorithm.take(OBJECT_ID)? != RSA {
        return None;
    }
    // The first byte counts the unused bits at the end: there are none in a key.
    let key = key_info.take(BIT_STRING)?.strip_prefix(&[0])?;
    let mut numbers = Der(Der(key).take(SEQUENCE)?);
    numbers.take(INTEGER)?;
    numbers.take(INTEGER)?;
    Some((key, not_before, not_after))
}

/// A reader of DER: one element after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next element, which has to have that tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content) = self.next()?;
        (found == tag).then_some(content)
    }

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            // Four bytes are 4 GB already; none stands for an indefinite length, which DER has not.
            if count == 0 || count > 4 || rest.len() < count {
                return None;
            }
            let (bytes, rest) = rest.split_at(count);
            let length = bytes
                .iter()
                .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, rest)
        };
        if rest.len() < length {
            return None;
        }
        let (content, rest) = rest.split_at(length);
        self.0 = rest;
        Some((tag, content))
    }

    /// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
    fn time(&mut self) -> Option<Millis> {
        let (tag, content) = self.next()?;
        let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = match (tag, text.len()) {
            (UTC_TIME, 12) => {
                let (year, rest) = text.split_at(2);
                let year: u64 = year.parse().ok()?;
                // RFC 5280: two digits are the years 1950 to 2049.
                (
                    if year < 50 {
                        2_000 + year
                    } else {
                        1_900 + year
                    },
                    rest,
                )
            }
            (GENERALIZED_TIME, 14) => {
                let (year, rest) = text.split_at(4);
                (year.parse().ok()?, rest)
            }
            _ => return None,
        };
        let number = |at: usize| rest[at..at + 2].parse::<u64>().ok();
        instant(
            year,
            number(0)?,
            number(2)?,
            number(4)?,
            number(6)?,
            number(8)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = include_str!("../../tests/suite/certificates/good.pem");

    fn der() -> Vec<u8> {
        Certificate::from_pem(GOOD).unwrap().der
    }

    #[test]
    fn a_certificate_is_kept_as_base64() {
        let one = Certificate::from_pem(GOOD).unwrap();
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Certificate>(&text).unwrap(), one);
        serde_json::from_str::<Certificate>("\"AAAA\"").unwrap_err();
    }

    #[test]
    fn times_are_of_both_kinds() {
        let time = |tag: u8, text: &str| {
            let mut der = vec![tag, u8::try_from(text.len()).unwrap()];
            der.extend_from_slice(text.as_bytes());
            Der(&der).time()
        };
        assert_eq!(time(UTC_TIME, "700101000001Z"), Some(1_000));
        assert_eq!(
            time(UTC_TIME, "491231235959Z"),
            instant(2049, 12, 31, 23, 59, 59)
        );
        assert_eq!(
            time(GENERALIZED_TIME, "20500101000000Z"),
            instant(2050, 1, 1, 0, 0, 0)
        );
        for (tag, text) in [
            (UTC_TIME, "500101000000Z"),
            (UTC_TIME, "20500101000000Z"),
            (GENERALIZED_TIME, "20501301000000Z"),
            (GENERALIZED_TIME, "2050010100000\u{e9}"),
            (GENERALIZED_TIME, "20500101000000"),
            (INTEGER, "20500101000000Z"),
        ] {
            assert_eq!(time(tag, text), None, "{text}");
        }
    }

    #[test]
    fn every_part_of_a_certificate_is_missed() {
        let whole = der();
        for length in 0..whole.len() {
            assert!(Certificate::from_der(&whole[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Certificate::from_der(&bytes).is_err());
        }

        /// Whatever is changed in a certificate: it is read or refused, and a signature of
        /// anything else never fits its key.
        #[test]
        fn a_changed_certificate_is_read_or_refused(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
        ) {
            let mut bytes = der();
            for (index, byte) in changes {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            if let Ok(one) = Certificate::from_der(&bytes) {
                prop_assert!(!one.signed(Algorithm::Rs256, b"text", &[1; 256]));
                prop_assert!(!one.signed(Algorithm::Ps256, b"text", &[1; 256]));
            }
        }

        #[test]
        fn any_text_is_pem_or_refused(text in "(-----BEGIN CERTIFICATE-----)?[A-Za-z0-9+/=\n]{0,80}(-----END CERTIFICATE-----)?") {
            prop_assert!(Certificate::from_pem(&text).is_err());
        }
    }
}
