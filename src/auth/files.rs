//! Small files that hold a secret.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use secrecy::ExposeSecret;

use super::token::Secret;
use crate::base::{Category, Error, Result};

/// Reads a whole file.
///
/// # Errors
/// `FileUnreadable` when it is not there, may not be read or is longer than `longest` bytes.
pub(super) fn read(path: &Path, longest: u64, what: &str) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| {
        // One byte more than is allowed tells that there is more.
        file.take(longest + 1).read_to_end(&mut content)
    });
    let why = match read {
        Ok(_) if content.len() as u64 > longest => format!("it is longer than {longest} bytes"),
        Ok(_) => return Ok(content),
        Err(error) => error.to_string(),
    };
    let shown = path.display().to_string();
    let message = format!("The file of {what}, '{shown}', can't be read: {why}");
    Err(Error::new(
        Category::InvalidArgument,
        "FileUnreadable",
        &shown,
        message,
    ))
}

/// Reads a file of text.
///
/// # Errors
/// `FileUnreadable`, also when it is not text.
pub(super) fn read_text(path: &Path, longest: u64, what: &str) -> Result<Secret> {
    let content = read(path, longest, what)?;
    String::from_utf8(content).map(Secret::from).map_err(|_| {
        let shown = path.display().to_string();
        let message = format!("The file of {what}, '{shown}', is not text");
        Error::new(Category::InvalidArgument, "FileUnreadable", &shown, message)
    })
}

/// A text without what surrounds it, if it is one word such as a token is.
///
/// # Errors
/// `code`, which names the parameter and does not repeat the text.
pub(super) fn one_word(text: &Secret, parameter: &str, code: &str) -> Result<Secret> {
    let word = text.expose_secret().trim();
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(word.to_owned().into());
    }
    Err(Error::invalid(
        code,
        parameter,
        "(not shown)",
        "it must be one line of letters, digits and signs, without \"Bearer \".",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_can_not_be_a_token_is_refused_unseen() {
        for bad in ["", "  ", "two words", "línea", "a\nb"] {
            let error = one_word(&bad.to_owned().into(), "AccessToken", "Bad").unwrap_err();
            assert_eq!(error.code(), "Bad");
            assert!(bad.trim().is_empty() || !error.to_string().contains(bad));
        }
        let good = one_word(&" eyJ0.e30.x_-\n".to_owned().into(), "AccessToken", "Bad").unwrap();
        assert_eq!(good.expose_secret(), "eyJ0.e30.x_-");
    }

    #[test]
    fn a_file_that_can_not_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let read = || read_text(&file, 3, "the token");
        assert!(read().unwrap_err().message().contains("the token"));
        std::fs::write(&file, "abcd").unwrap();
        assert!(read().unwrap_err().message().contains("longer than 3"));
        std::fs::write(&file, [0xff]).unwrap();
        assert!(read().unwrap_err().message().contains("is not text"));
        std::fs::write(&file, "abc").unwrap();
        assert_eq!(read().unwrap().expose_secret(), "abc");
    }
}
