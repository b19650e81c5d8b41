//! The agent of Azure Arc. Whoever wants a token proves to be somebody on the machine by reading
//! a file that only certain users may read.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::base::random;

/// The largest key that clients read, in bytes.
const MAX_KEY: usize = 4_096;

/// What the challenge is like: as it should be, or wrong in a way that clients have to notice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Challenge {
    #[default]
    Good,
    /// The file is in another folder.
    OutsideFolder,
    /// The path begins with the folder, and leads out of it.
    Traversal,
    /// The file's name does not end with `.key`.
    OtherExtension,
    /// The file is larger than clients read.
    TooLarge,
    /// There is no such file.
    MissingFile,
    /// The challenge names no file.
    NoRealm,
    /// There is no challenge.
    NoHeader,
}

/// The agent's keys that have not been used, by content. The files go with them.
pub(super) struct Agent {
    folder: PathBuf,
    challenge: Challenge,
    keys: BTreeMap<String, PathBuf>,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("folder", &self.folder)
            .field("challenge", &self.challenge)
            .finish_non_exhaustive()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        for path in self.keys.values() {
            // Left over, it is a key that opens nothing.
            let _ = fs::remove_file(path);
        }
    }
}

impl Agent {
    pub(super) fn new(folder: PathBuf, challenge: Challenge) -> Result<Self, String> {
        if !folder.is_dir() {
            return Err(format!("'{}' is not a folder", folder.display()));
        }
        if !folder.is_absolute() {
            return Err(format!("'{}' is not a whole path", folder.display()));
        }
        Ok(Agent {
            folder,
            challenge,
            keys: BTreeMap::new(),
        })
    }

    /// Where the next key is, as the challenge names it.
    fn path(&self) -> PathBuf {
        let name = random::guid();
        let key = format!("{name}.key");
        match self.challenge {
            Challenge::OutsideFolder => std::env::temp_dir().join(format!("arm-emulator-{key}")),
            Challenge::Traversal => self.folder.join("..").join(key),
            Challenge::OtherExtension => self.folder.join(format!("{name}.txt")),
            _ => self.folder.join(key),
        }
    }

    /// Writes a new key; the value of `WWW-Authenticate`.
    pub(super) fn challenge(&mut self) -> io::Result<Option<String>> {
        let path = self.path();
        if self.challenge != Challenge::MissingFile {
            let mut key = random::opaque(48);
            if self.challenge == Challenge::TooLarge {
                key.extend(std::iter::repeat_n('0', MAX_KEY));
            }
            write(&path, &key)?;
            self.keys.insert(key, path.clone());
        }
        Ok(match self.challenge {
            Challenge::NoHeader => None,
            Challenge::NoRealm => Some("Basic".to_owned()),
            _ => Some(format!("Basic realm={}", path.display())),
        })
    }

    /// Whether that is a key. It is good for one request.
    pub(super) fn redeem(&mut self, key: &str) -> bool {
        let Some(path) = self.keys.remove(key) else {
            return false;
        };
        let _ = fs::remove_file(path);
        true
    }
}

/// For the owner only, where the system can say so.
fn write(path: &Path, content: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(content.as_bytes())
}
