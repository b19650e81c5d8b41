//! The programs and files that are measured, and those beside them. `cargo xtask` builds or finds
//! them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// What there is. Measures that need nothing of it run without.
#[derive(Default)]
pub struct Tools {
    /// The folder of the repository.
    pub root: PathBuf,
    /// PowerShell.
    pub powershell: Option<PathBuf>,
    /// The release module.
    pub module: Option<PathBuf>,
    /// The trivial binary module.
    pub trivial: Option<PathBuf>,
    /// The package with the libraries of this platform.
    pub package: Option<PathBuf>,
    /// The folder of this platform's native libraries.
    pub libraries: Option<PathBuf>,
    /// The bare client.
    pub floor: Option<PathBuf>,
    /// The emulator.
    pub emulator: Option<PathBuf>,
    /// A Python with the Azure SDK; nothing where there is none.
    pub python: Option<PathBuf>,
    /// A Python with the Azure CLI; nothing where there is none.
    pub azure_cli: Option<PathBuf>,
}

impl Tools {
    /// PowerShell without a profile and without questions.
    ///
    /// # Errors
    /// There is none.
    pub fn powershell(&self) -> Result<Command> {
        let mut command = Command::new(needed(&self.powershell, "pwsh")?);
        command.stdin(Stdio::null()).args([
            "-NoProfile",
            "-NonInteractive",
            "-ExecutionPolicy",
            "Bypass",
        ]);
        Ok(command)
    }
}

/// A tool that a measure can't do without; `option` is the one that names it.
pub fn needed<'a>(tool: &'a Option<PathBuf>, option: &str) -> Result<&'a Path> {
    tool.as_deref()
        .ok_or_else(|| format!("--{option} is missing"))
}
