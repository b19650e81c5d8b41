//! What files are known by.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::process::Result;

/// The file with the checksums, as `sha256sum --check` reads it.
pub const FILE: &str = "SHA256SUMS";

/// The SHA-256 of something, in hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lines for files, in order.
pub fn lines(files: &[impl AsRef<Path>]) -> Result<String> {
    let mut lines = Vec::new();
    for file in files.iter().map(AsRef::as_ref) {
        let content =
            std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        lines.push(format!("{}  {name}\n", sha256(&content)));
    }
    lines.sort_by(|one, other| one[64..].cmp(&other[64..]));
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
    }
}
