//! `cargo xtask demo`: the module's story on the emulator, with real output, shown or recorded.

use std::fs;
use std::path::{Path, PathBuf};

use crate::assemble;
use crate::native;
use crate::powershell::PowerShell;
use crate::process::{Result, Run};
use crate::recording::{self, COLUMNS};
use crate::tools::Tools;
use crate::workspace::Workspace;

/// Builds the module and tells the story in PowerShell, or through the C ABI where there is no
/// PowerShell. A given module is not built.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, module: Option<PathBuf>) -> Result<()> {
    println!("== build");
    let powershell = match powershell(tools) {
        Ok(powershell) => powershell,
        Err(sentence) => {
            println!("  PowerShell is not available: {sentence}\n\n== demo, through the C ABI");
            return Run::cargo()
                .dir(&workspace.root)
                .args(["run", "--quiet", "--package", "examples"])
                .args(["--bin", "c_abi_story"])
                .show();
        }
    };
    let module = module.map_or_else(|| build(workspace, tools), Ok)?;
    println!("\n== demo");
    story(workspace, powershell, &module).show()
}

/// Builds the module, unless one is given, tells the story in PowerShell, and writes what it prints
/// as an SVG.
pub fn record(
    workspace: &Workspace,
    tools: &Tools<'_>,
    module: Option<PathBuf>,
    file: &Path,
) -> Result<()> {
    println!("== build");
    let powershell = powershell(tools)?;
    let module = module.map_or_else(|| build(workspace, tools), Ok)?;
    println!("\n== record");
    let outcome = story(workspace, powershell, &module)
        .args(["-Color", "-Width", &COLUMNS.to_string()])
        .run()?;
    let svg = recording::render(&outcome.output)?;
    fs::write(file, svg).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("  {}", file.display());
    Ok(())
}

/// PowerShell with what it needs to be built for.
pub fn powershell<'a>(tools: &'a Tools<'_>) -> Result<&'a PowerShell> {
    tools.dotnet().and_then(|_| tools.powershell())
}

/// The module as a debug build.
pub fn build(workspace: &Workspace, tools: &Tools<'_>) -> Result<PathBuf> {
    let native = native::debug(workspace)?;
    let managed = assemble::managed(workspace, tools)?;
    let parent = workspace.target.join("module");
    assemble::module(workspace, &parent, &managed, Some(&native), &[], None)
}

fn story(workspace: &Workspace, powershell: &PowerShell, module: &Path) -> Run {
    powershell
        .file(&workspace.root.join("xtask/demo/Story.ps1"))
        .arg("-ModulePath")
        .arg(module)
}
