//! X.509 certificates, as far as client assertions need them: the RSA key, the validity and the
//! thumbprints. What signed a certificate does not matter: Entra trusts those that are registered.

use crate::base::clock::Millis;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, ObjectIdentifier, UintRef, UtcTime};
use der::{Choice, Decode, Sequence};
use ring::digest;
use ring::signature::{self, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// A certificate with an RSA key. Stored as base64 of its DER form.
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

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// `Certificate` of RFC 5280.
#[derive(Sequence)]
struct Signed<'a> {
    content: Content<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: BitStringRef<'a>,
}

/// `TBSCertificate`.
#[derive(Sequence)]
struct Content<'a> {
    #[asn1(context_specific = "0", default = "Default::default")]
    version: u8,
    serial: AnyRef<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    issuer: AnyRef<'a>,
    validity: Validity,
    subject: AnyRef<'a>,
    key: SubjectPublicKeyInfoRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    issuer_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    subject_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct Validity {
    not_before: Time,
    not_after: Time,
}

#[derive(Clone, Copy, Choice)]
enum Time {
    #[asn1(type = "UTCTime")]
    Utc(UtcTime),
    #[asn1(type = "GeneralizedTime")]
    Generalized(GeneralizedTime),
}

impl Time {
    fn millis(self) -> Option<Millis> {
        let since = match self {
            Time::Utc(time) => time.to_unix_duration(),
            Time::Generalized(time) => time.to_unix_duration(),
        };
        Millis::try_from(since.as_millis()).ok()
    }
}

/// `RSAPublicKey` of PKCS #1.
#[derive(Sequence)]
struct RsaKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

impl Certificate {
    /// The first certificate in a PEM text; other blocks, such as a private key, are skipped
    /// and not stored.
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
        let problem = "it is not an X.509 certificate with an RSA key";
        let signed = Signed::from_der(der).map_err(|_| problem.to_owned())?;
        let Content { validity, key, .. } = signed.content;
        let bits = key.subject_public_key.as_bytes().unwrap_or_default();
        if key.algorithm.oid != RSA || RsaKey::from_der(bits).is_err() {
            return Err(problem.to_owned());
        }
        let (Some(not_before), Some(not_after)) =
            (validity.not_before.millis(), validity.not_after.millis())
        else {
            return Err(problem.to_owned());
        };
        Ok(Certificate {
            key: bits.to_vec(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = include_str!("../../tests/suite/certificates/good.pem");

    fn der() -> Vec<u8> {
        Certificate::from_pem(GOOD).unwrap().der
    }

    #[test]
    fn a_certificate_is_stored_as_base64() {
        let one = Certificate::from_pem(GOOD).unwrap();
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Certificate>(&text).unwrap(), one);
        serde_json::from_str::<Certificate>("\"AAAA\"").unwrap_err();
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
