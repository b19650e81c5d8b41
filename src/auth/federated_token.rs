//! A token of another issuer that an application trusts: of Kubernetes, GitHub, …

use std::path::{Path, PathBuf};

use super::{Secret, files};
use crate::arm::Result;

/// Where that token is.
#[derive(Clone)]
pub enum FederatedToken {
    /// Here.
    Text(Secret),
    /// In a file, which its issuer writes anew before the token runs out.
    File(PathBuf),
}

/// No issuer's token is longer.
const LONGEST: u64 = 64 << 10;

impl FederatedToken {
    /// The token as it is now.
    ///
    /// # Errors
    /// `FileUnreadable`, `InvalidFederatedToken`.
    pub(super) fn read(&self) -> Result<Secret> {
        let (text, source) = match self {
            Self::Text(secret) => (secret.clone(), "FederatedToken"),
            Self::File(path) => (read(path)?, "FederatedTokenFile"),
        };
        files::one_word(&text, source, "InvalidFederatedToken")
    }
}

fn read(path: &Path) -> Result<Secret> {
    files::read_text(path, LONGEST, "the federated token")
}
