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

/// How the help of one cmdlet begins and ends.
const TOPIC: [&str; 2] = ["<command:command>\n", "</command:command>\n"];

/// The help of those cmdlets alone that a manifest names.
///
/// # Errors
/// The help is not what Update-Help.ps1 writes.
pub fn of_manifest(help: &str, manifest: &str) -> Result<String> {
    let [begin, end] = TOPIC;
    let split = || {
        let (head, rest) = help.split_once(begin)?;
        let (topics, foot) = rest.rsplit_once(end)?;
        Some((head, topics, foot))
    };
    let (head, topics, foot) = split().ok_or("the help has no topics")?;
    let is_named = |topic: &&str| {
        let name = topic
            .split(['<', '>'])
            .skip_while(|&part| part != "command:name");
        let name = name.into_iter().nth(1).unwrap_or_default();
        manifest.contains(&format!("'{name}'"))
    };
    let between = format!("{end}{begin}");
    let kept: Vec<_> = topics.split(&between).filter(is_named).collect();
    Ok(format!("{head}{begin}{}{end}{foot}", kept.join(&between)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_s_cmdlets_have_their_help_and_no_others() {
        let topic = |name: &str| {
            let [begin, end] = TOPIC;
            format!("{begin}<command:name>{name}</command:name>\n{end}")
        };
        let whole = |topics: &[&str]| {
            let topics: String = topics.iter().map(|name| topic(name)).collect();
            format!("<helpItems>\n{topics}</helpItems>\n")
        };
        let help = whole(&["Get-AzVM", "Get-Thing", "Get-AzVmss"]);
        let manifest = "CmdletsToExport = @('Get-AzVM', 'Get-AzVmss')";
        let kept = of_manifest(&help, manifest);
        assert_eq!(kept, Ok(whole(&["Get-AzVM", "Get-AzVmss"])));
        assert!(of_manifest("<helpItems/>", manifest).is_err());
    }
}
