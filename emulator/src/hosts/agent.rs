//! The agent of Azure Arc. Whoever wants a token proves to be somebody on the machine by reading
//! a file that only certain users may read.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

use crate::base::{private, random};

/// The largest key that clients read, in bytes.
const MAX_KEY: usize = 4_096;

/// How many keys wait for their use. Everybody may ask for a challenge, and each is a file: a newer
/// one takes the place of the oldest.
const MAX_KEYS: usize = 100;

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

/// The agent, and its keys that have not been used. The files go with it.
#[derive(Debug)]
pub(super) struct Agent {
    /// Where the files are that the agent makes outside the folder of its keys, and that folder too
    /// if the starter chose no other.
    own: TempDir,
    folder: PathBuf,
    challenge: Challenge,
    keys: VecDeque<Key>,
}

/// A key that is good for one request, and the file that has it.
struct Key {
    content: String,
    path: PathBuf,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // Left over, it is a key that opens nothing.
        let _ = fs::remove_file(&self.path);
    }
}

impl Agent {
    /// An agent with its keys in the folder that the emulator's starter chose, or in a new one that
    /// only this user can read.
    pub(super) fn new(chosen: Option<&Path>, challenge: Challenge) -> io::Result<Self> {
        let own = private::folder()?;
        let folder = match chosen {
            Some(folder) => folder.to_owned(),
            None => {
                let folder = own.path().join("tokens");
                fs::create_dir(&folder)?;
                folder
            }
        };
        Ok(Agent {
            own,
            folder,
            challenge,
            keys: VecDeque::new(),
        })
    }

    /// Where the agent puts its keys.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the next key is, as the challenge names it.
    fn path(&self) -> PathBuf {
        let name = random::guid();
        let key = format!("{name}.key");
        match self.challenge {
            Challenge::OutsideFolder => self.own.path().join(key),
            Challenge::Traversal => self.folder.join("..").join(key),
            Challenge::OtherExtension => self.folder.join(format!("{name}.txt")),
            _ => self.folder.join(key),
        }
    }

    /// Whether the challenge comes with a file. Beside a folder that the starter chose the emulator
    /// makes none: a client has to refuse such a path whether there is a file or not.
    fn has_file(&self) -> bool {
        match self.challenge {
            Challenge::MissingFile => false,
            Challenge::Traversal => self.folder.starts_with(self.own.path()),
            _ => true,
        }
    }

    /// Writes a new key; the value of `WWW-Authenticate`.
    pub(super) fn challenge(&mut self) -> io::Result<Option<String>> {
        let path = self.path();
        if self.has_file() {
            let mut content = random::opaque(48);
            if self.challenge == Challenge::TooLarge {
                content.extend(std::iter::repeat_n('0', MAX_KEY));
            }
            private::create(&path, content.as_bytes())?;
            if self.keys.len() >= MAX_KEYS {
                self.keys.pop_front();
            }
            let path = path.clone();
            self.keys.push_back(Key { content, path });
        }
        Ok(match self.challenge {
            Challenge::NoHeader => None,
            Challenge::NoRealm => Some("Basic".to_owned()),
            _ => Some(format!("Basic realm={}", path.display())),
        })
    }

    /// Whether that is a key. It is good for one request.
    pub(super) fn redeem(&mut self, key: &str) -> bool {
        let found = self.keys.iter().position(|one| one.content == key);
        found.and_then(|at| self.keys.remove(at)).is_some()
    }
}
