//! The key for `/_emulator`. The starter of an emulator has it, and other programs of the machine
//! do not.

use std::fmt;

use ring::hmac;

use super::random;

/// The header that carries the key.
pub const HEADER: &str = "x-emulator-key";

/// The environment variable that gives the program `emulator` its key.
pub const VARIABLE: &str = "EMULATOR_ADMIN_KEY";

/// The fewest characters of a chosen key.
const SHORTEST: usize = 16;

/// A text that can't be a key. The error does not contain it.
#[derive(Debug, thiserror::Error)]
#[error("the key is {found}; it must have at least 16 characters, all of them visible ASCII")]
pub struct AdminKeyError {
    found: String,
}

/// The key that calls of `/_emulator` need in the header [`HEADER`]. `Debug` does not print it.
#[derive(Clone)]
pub struct AdminKey {
    text: String,
    /// The comparison takes the same time for every wrong key: it compares codes under this random
    /// key, and not the texts.
    check: hmac::Key,
    code: hmac::Tag,
}

impl AdminKey {
    /// A random key of 256 bits.
    pub fn random() -> Self {
        AdminKey::of(random::opaque(32))
    }

    /// A key of the starter's choice: 16 or more visible ASCII characters.
    pub fn chosen(text: impl Into<String>) -> Result<Self, AdminKeyError> {
        let text = text.into();
        let found = if !text.bytes().all(|b| b.is_ascii_graphic()) {
            "a text with other characters".to_owned()
        } else if text.len() < SHORTEST {
            format!("{} characters long", text.len())
        } else {
            return Ok(AdminKey::of(text));
        };
        Err(AdminKeyError { found })
    }

    fn of(text: String) -> Self {
        let check = hmac::Key::new(hmac::HMAC_SHA256, &random::bytes::<32>());
        let code = hmac::sign(&check, text.as_bytes());
        AdminKey { text, check, code }
    }

    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a request presents this key.
    pub(crate) fn is(&self, presented: &[u8]) -> bool {
        hmac::verify(&self.check, presented, self.code.as_ref()).is_ok()
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_itself_and_no_other_text() {
        let key = AdminKey::random();
        assert!(key.is(key.as_str().as_bytes()));
        assert_eq!(key.as_str().len(), 43, "256 bits");
        let mut longer = key.as_str().to_owned();
        longer.push('A');
        for wrong in ["", &key.as_str()[1..], &longer, AdminKey::random().as_str()] {
            assert!(!key.is(wrong.as_bytes()), "{wrong}");
        }
        assert!(!format!("{key:?}").contains(key.as_str()));
    }

    #[test]
    fn a_chosen_key_is_long_and_fits_a_header() {
        let good = "0123456789abcdef";
        assert_eq!(AdminKey::chosen(good).unwrap().as_str(), good);
        for (bad, part) in [
            ("", "0 characters"),
            ("secret-of-mine", "14 characters"),
            ("0123456789 abcdef", "other characters"),
            ("0123456789abcdefé", "other characters"),
        ] {
            let error = AdminKey::chosen(bad).unwrap_err().to_string();
            assert!(error.starts_with("the key is "), "{error}");
            assert!(
                error.contains(part) && error.contains("at least 16"),
                "{error}"
            );
            assert!(bad.is_empty() || !error.contains(bad), "{error}");
        }
    }
}
