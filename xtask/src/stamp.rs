//! What a check has passed with: while that stays, the check would pass again and need not run.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::process::Result;
use crate::workspace::Workspace;

/// Folders of what is built from the files beside them.
const BUILT: [&str; 2] = ["bin", "obj"];

/// The inputs of a check, as one number, and where it is kept once the check has passed.
#[derive(PartialEq, Eq)]
pub struct Stamp {
    file: PathBuf,
    inputs: String,
}

impl Stamp {
    /// That of a check with a name. Its inputs are all files below the folders, those of the checkout's
    /// root (the settings of many tools), and `tools`: the command, with the versions of what it runs.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn of(workspace: &Workspace, name: &str, tools: &[&str], folders: &[&str]) -> Result<Self> {
        let root = &workspace.root;
        let mut files = Vec::new();
        list(root, Depth::Files, &mut files)?;
        for folder in folders {
            list(&root.join(folder), Depth::All, &mut files)?;
        }
        files.sort();
        let mut hash = Sha256::new();
        // The length before each: no two lists are the same bytes.
        let mut add = |bytes: &[u8]| {
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        };
        tools.iter().for_each(|tool| add(tool.as_bytes()));
        for file in files {
            let content = fs::read(&file).map_err(|error| failed(&file, error))?;
            let name = file.strip_prefix(root).unwrap_or(&file);
            add(name.to_string_lossy().as_bytes());
            add(&content);
        }
        let digest = hash.finalize();
        Ok(Self {
            file: workspace.target.join("passed").join(name),
            inputs: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// Whether the check has passed with these inputs.
    pub fn is_set(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|inputs| inputs == self.inputs)
    }

    /// Notes that it has.
    ///
    /// # Errors
    /// The note can't be written.
    pub fn set(&self) -> Result<()> {
        let folder = self.file.parent().unwrap_or(&self.file);
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        fs::write(&self.file, &self.inputs).map_err(|error| failed(&self.file, error))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Files,
    All,
}

fn list(folder: &Path, depth: Depth, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        if !path.is_dir() {
            files.push(path);
        } else if depth == Depth::All && !BUILT.iter().any(|built| path.ends_with(built)) {
            list(&path, depth, files)?;
        }
    }
    Ok(())
}

fn failed(path: &Path, error: std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_has_passed_until_one_of_its_inputs_changes() {
        let folder = tempfile::tempdir().expect("can be made");
        let at = |path: &str| folder.path().join(path);
        for made in ["checkout/source/obj", "checkout/other"] {
            fs::create_dir_all(at(made)).expect("can be made");
        }
        let write = |path: &str, text: &str| fs::write(at(path), text).expect("can be written");
        write("checkout/settings", "a");
        write("checkout/source/code", "a");
        let workspace = Workspace {
            root: at("checkout"),
            target: at("target"),
        };
        let stamp = |tool| Stamp::of(&workspace, "check", &[tool], &["source"]).expect("is read");

        assert!(!stamp("1").is_set());
        stamp("1").set().expect("can be written");
        assert!(stamp("1").is_set());
        assert!(!stamp("2").is_set(), "another version of the tool");
        write("checkout/source/obj/built", "a");
        write("checkout/other/file", "a");
        assert!(stamp("1").is_set(), "what is built is no input");

        let changes = [
            ("checkout/source/code", "b"),
            ("checkout/settings", "b"),
            ("checkout/source/new", ""),
        ];
        for (path, text) in changes {
            stamp("1").set().expect("can be written");
            write(path, text);
            assert!(!stamp("1").is_set(), "{path}");
        }
        stamp("1").set().expect("can be written");
        fs::rename(at("checkout/source/new"), at("checkout/source/newer")).expect("can be renamed");
        assert!(!stamp("1").is_set(), "another name");
    }
}
