//! X.509 certificates (RFC 5280), as far as this module says something about them: whose they are, for
//! what names and time, and of what kind their key is. Whether they are trusted the verifier decides.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, ObjectIdentifier, OctetStringRef, UtcTime};
use der::{Choice, Decode, Reader, Sequence, SliceReader, Tag, TagNumber, Tagged};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ALTERNATIVE_NAMES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

/// The attributes of names that RFC 4514 and RFC 5280 name.
const ATTRIBUTES: [(ObjectIdentifier, &str); 10] = [
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.5"), "serialNumber"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
    (ObjectIdentifier::new_unwrap("2.5.4.7"), "L"),
    (ObjectIdentifier::new_unwrap("2.5.4.8"), "ST"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (
        ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.1"),
        "UID",
    ),
    (
        ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.25"),
        "DC",
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1"),
        "emailAddress",
    ),
];

#[derive(Sequence)]
struct Signed<'a> {
    certificate: Certificate<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: BitStringRef<'a>,
}

/// A certificate: `TBSCertificate`.
#[derive(Clone, Sequence)]
pub(crate) struct Certificate<'a> {
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

#[derive(Clone, Copy, Sequence)]
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

#[derive(Sequence)]
struct Extension<'a> {
    id: ObjectIdentifier,
    #[asn1(default = "Default::default")]
    critical: bool,
    value: &'a OctetStringRef,
}

#[derive(Sequence)]
struct Attribute<'a> {
    id: ObjectIdentifier,
    value: AnyRef<'a>,
}

impl<'a> Certificate<'a> {
    /// The certificate in this DER; none when it is damaged.
    pub(crate) fn read(der: &'a [u8]) -> Option<Self> {
        Signed::from_der(der).ok().map(|signed| signed.certificate)
    }

    /// Whether its key is RSA's.
    pub(crate) fn is_rsa(&self) -> bool {
        self.key.algorithm.oid == RSA
    }

    /// When its validity begins.
    pub(crate) fn not_before(&self) -> SystemTime {
        self.validity.not_before.at()
    }

    /// When it expires.
    pub(crate) fn not_after(&self) -> SystemTime {
        self.validity.not_after.at()
    }

    /// Whether it is its own issuer.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.is_issued_by(self)
    }

    /// Whether its issuer has the name of this one.
    pub(crate) fn is_issued_by(&self, other: &Certificate<'_>) -> bool {
        self.issuer == other.subject
    }

    /// Whose it is, such as `CN=name, O=organization`.
    pub(crate) fn subject(&self) -> String {
        shown(self.subject)
    }

    /// Who issued it.
    pub(crate) fn issuer(&self) -> String {
        shown(self.issuer)
    }

    /// The names of hosts that it is for.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.alternative_names()
            .unwrap_or_default()
            .into_iter()
            .filter(|name| name.tag() == HOST)
            .map(|name| String::from_utf8_lossy(name.value()).into_owned())
            .collect()
    }

    fn alternative_names(&self) -> der::Result<Vec<AnyRef<'a>>> {
        let extensions: Vec<Extension<'a>> = match self.extensions {
            Some(list) => all(list.value())?,
            None => Vec::new(),
        };
        match extensions.iter().find(|one| one.id == ALTERNATIVE_NAMES) {
            Some(found) => {
                let bytes: &'a [u8] = found.value.as_bytes();
                all(AnyRef::from_der(bytes)?.value())
            }
            None => Ok(Vec::new()),
        }
    }
}

/// `dNSName` among the kinds of `GeneralName`.
const HOST: Tag = Tag::ContextSpecific {
    constructed: false,
    number: TagNumber(2),
};

impl Time {
    fn at(self) -> SystemTime {
        let since: Duration = match self {
            Self::Utc(time) => time.to_unix_duration(),
            Self::Generalized(time) => time.to_unix_duration(),
        };
        UNIX_EPOCH + since
    }
}

/// The items of a sequence or a set, by what is in it.
fn all<'a, T: Decode<'a, Error = der::Error>>(content: &'a [u8]) -> der::Result<Vec<T>> {
    let mut reader = SliceReader::new(content)?;
    let mut items = Vec::new();
    while !reader.is_finished() {
        items.push(T::decode(&mut reader)?);
    }
    Ok(items)
}

/// A name as a person reads it; as much of it as can be read.
fn shown(name: AnyRef<'_>) -> String {
    let parts: Vec<AnyRef<'_>> = all(name.value()).unwrap_or_default();
    let parts = parts.into_iter().map(|part| {
        let attributes: Vec<Attribute<'_>> = all(part.value()).unwrap_or_default();
        let texts: Vec<_> = attributes.iter().map(Attribute::shown).collect();
        texts.join(" + ")
    });
    parts.collect::<Vec<_>>().join(", ")
}

impl Attribute<'_> {
    fn shown(&self) -> String {
        let known = ATTRIBUTES.iter().find(|(id, _)| *id == self.id);
        let name = known.map_or_else(|| self.id.to_string(), |(_, name)| (*name).to_owned());
        format!("{name}={}", text(self.value))
    }
}

fn text(value: AnyRef<'_>) -> String {
    match value.tag() {
        Tag::BmpString => {
            let units = value.value().chunks_exact(2);
            let units = units.map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => String::from_utf8_lossy(value.value()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCE: u8 = 0x30;
    const SET: u8 = 0x31;
    const OID: u8 = 0x06;
    const UTF8: u8 = 0x0c;

    fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        let start = match (high, low) {
            (0, ..0x80) => vec![tag, low],
            (0, _) => vec![tag, 0x81, low],
            _ => vec![tag, 0x82, high, low],
        };
        [start, content].concat()
    }

    fn attribute(id: &str, tag: u8, value: &[u8]) -> Vec<u8> {
        let id = ObjectIdentifier::new_unwrap(id);
        let id = der(OID, &[id.as_bytes()]);
        der(SEQUENCE, &[&id, &der(tag, &[value])])
    }

    /// A certificate of `subject` with extensions.
    fn certificate(subject: &[u8], extensions: &[u8]) -> Vec<u8> {
        let rsa = der(SEQUENCE, &[&der(OID, &[RSA.as_bytes()]), &[5, 0]]);
        let issuer = der(
            SEQUENCE,
            &[&der(SET, &[&attribute("2.5.4.3", UTF8, b"issuer")])],
        );
        let times = [
            der(0x17, &[b"240102030405Z"]),
            der(0x18, &[b"21240102030405Z"]),
        ];
        let signed = der(
            SEQUENCE,
            &[
                &[0xa0, 3, 2, 1, 2],
                &[2, 1, 0x80],
                &rsa,
                &issuer,
                &der(SEQUENCE, &[&times[0], &times[1]]),
                subject,
                &der(SEQUENCE, &[&rsa, &[3, 2, 0, 1]]),
                &der(0xa3, &[extensions]),
            ],
        );
        der(SEQUENCE, &[&signed, &rsa, &[3, 2, 0, 1]])
    }

    fn sample() -> Vec<u8> {
        let subject = [
            // Not in the order that DER wants.
            der(
                SET,
                &[
                    &attribute("2.5.4.10", UTF8, "Müller".as_bytes()),
                    &attribute("2.5.4.3", 0x13, b"a"),
                ],
            ),
            der(SET, &[&attribute("2.5.4.11", 0x1e, b"\0B\0M")]),
            der(SET, &[&attribute("1.2.3.4", 0x16, b"x")]),
        ];
        let subject = der(SEQUENCE, &[&subject.concat()]);
        let names = der(
            SEQUENCE,
            &[b"\x82\x05a.org", b"\x81\x05b@c.d", b"\x82\x05*.org"],
        );
        let id = der(OID, &[ALTERNATIVE_NAMES.as_bytes()]);
        // TRUE is 0xff in DER.
        let extension = der(SEQUENCE, &[&id, &[1, 1, 0xff], &der(4, &[&names])]);
        certificate(&subject, &der(SEQUENCE, &[&extension]))
    }

    #[test]
    fn a_certificate_tells_whose_it_is_for_what_and_for_how_long() {
        let bytes = sample();
        let one = Certificate::read(&bytes).unwrap();
        assert_eq!(one.subject(), "O=Müller + CN=a, OU=BM, 1.2.3.4=x");
        assert_eq!(one.issuer(), "CN=issuer");
        assert_eq!(one.hosts(), ["a.org", "*.org"]);
        assert!(one.is_rsa() && !one.is_self_issued());
        let times = [one.not_before(), one.not_after()].map(httpdate::fmt_http_date);
        assert_eq!(
            times,
            [
                "Tue, 02 Jan 2024 03:04:05 GMT",
                "Sun, 02 Jan 2124 03:04:05 GMT"
            ]
        );
    }

    #[test]
    fn names_that_cant_be_read_are_none() {
        let subject = der(SEQUENCE, &[]);
        for extensions in [&b"\x30\x03\x30\x01\xff"[..], b"\x30\x00"] {
            let bytes = certificate(&subject, extensions);
            let one = Certificate::read(&bytes).unwrap();
            assert_eq!((one.hosts(), one.subject()), (Vec::new(), String::new()));
        }
    }

    #[test]
    fn a_part_of_a_certificate_is_none() {
        let whole = sample();
        for length in 0..whole.len() {
            assert!(Certificate::read(&whole[..length]).is_none(), "{length}");
        }
    }
}
