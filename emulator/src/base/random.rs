//! Random GUIDs and opaque strings.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

fn fill(buffer: &mut [u8]) {
    // The system's generator fails only where nothing else would work either.
    getrandom::fill(buffer).expect("the system's random generator answers");
}

/// A random (version 4) GUID in lower case.
pub(crate) fn guid() -> String {
    let mut b = [0_u8; 16];
    fill(&mut b);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    guid_text(&b)
}

/// The bytes of a GUID in the form with hyphens, in lower case.
pub(crate) fn guid_text(bytes: &[u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            text.push('-');
        }
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut b = [0_u8; N];
    fill(&mut b);
    b
}

/// `bytes` random bytes as base64url without padding, the alphabet of signatures in URLs.
pub(crate) fn opaque(bytes: usize) -> String {
    let mut b = vec![0_u8; bytes];
    fill(&mut b);
    URL_SAFE_NO_PAD.encode(b)
}

/// Whether `text` is a GUID in the form with hyphens.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_version_4_and_differ() {
        let (a, b) = (guid(), guid());
        assert!(is_guid(&a), "{a}");
        assert_eq!(a.as_bytes()[14], b'4');
        assert_ne!(a, b);
    }

    #[test]
    fn what_is_not_a_guid() {
        for text in [
            "",
            "not-a-guid",
            "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4",
            "aaaa0a0abb1bcc2cdd3deeeeee4e4e4e----",
            "gaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
