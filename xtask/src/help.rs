//! What Get-Help reads, made out of the Markdown in `ps-module/help` and what the module says of
//! itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::assemble;
use crate::powershell::PowerShell;
use crate::process::Result;
use crate::tools::Tools;
use crate::workspace::{MODULE, Workspace};

/// The file's name, which PowerShell looks for.
pub fn file_name() -> String {
    format!("{MODULE}.dll-Help.xml")
}

/// Builds the managed assembly and makes the help that fits it.
pub fn run(workspace: &Workspace, tools: &Tools<'_>) -> Result<()> {
    let powershell = tools.powershell()?;
    let managed = assemble::managed(workspace, tools)?;
    let help = make(workspace, powershell, &managed)?;
    println!("  {}", help.display());
    Ok(())
}

/// The help that fits a managed assembly. Nothing, after a line that says so, where there is no
/// PowerShell to ask what the module says of itself.
///
/// # Errors
/// What the Markdown lacks, or has too much.
pub fn of(workspace: &Workspace, tools: &Tools<'_>, managed: &Path) -> Result<Option<PathBuf>> {
    match tools.powershell() {
        Ok(powershell) => make(workspace, powershell, managed).map(Some),
        Err(sentence) => {
            println!("  without help: {sentence}");
            Ok(None)
        }
    }
}

/// Makes the help, unless it is younger than all that it is made from.
fn make(workspace: &Workspace, powershell: &PowerShell, managed: &Path) -> Result<PathBuf> {
    let source = workspace.root.join("ps-module/help");
    let folder = workspace.target.join("help");
    let help = folder.join(file_name());
    let mut inputs = assemble::files(&source)?;
    let modules = workspace.root.join("ps-module");
    let manifests = [
        format!("{MODULE}.psd1"),
        format!("AzCommands/{MODULE}.Az.psd1"),
    ];
    inputs.extend(manifests.map(|manifest| modules.join(manifest)));
    // A file that is gone changes its folder.
    let repository = workspace.root.join("Cargo.toml");
    inputs.extend([source.clone(), repository, managed.to_owned()]);
    if is_younger(&help, &inputs) {
        return Ok(help);
    }
    println!("  help");
    // Importing a module loads none of its native libraries.
    let module = assemble::module(workspace, &folder, managed, None, &[], None)?;
    let fresh = help.with_extension("new");
    powershell
        .file(&source.join("Update-Help.ps1"))
        .arg("-ModulePath")
        .arg(module)
        .arg("-Path")
        .arg(&fresh)
        .run()?;
    fs::rename(&fresh, &help).map_err(|error| format!("{}: {error}", help.display()))?;
    Ok(help)
}

/// Whether a file is there and was written after all others.
fn is_younger(file: &Path, others: &[PathBuf]) -> bool {
    let written = |path: &Path| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    let Some(own) = written(file) else {
        return false;
    };
    others
        .iter()
        .all(|other| written(other).is_some_and(|other| other < own))
}
