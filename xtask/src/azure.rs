//! `cargo xtask conformance` and `cargo xtask live`: what needs an Azure subscription, or something
//! that stands for one.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::demo;
use crate::process::{Result, Run};
use crate::tools::Tools;
use crate::workspace::Workspace;

/// A virtual machine is created and deleted, on a slow day too.
const TIMEOUT: Duration = Duration::from_secs(3 * 60 * 60);

/// Compares the emulator with another Resource Manager: the arguments are the program's own.
pub fn conformance(workspace: &Workspace, arguments: Vec<OsString>) -> Result<()> {
    Run::cargo()
        .dir(&workspace.root)
        .args(["run", "--quiet", "--package", "conformance", "--"])
        .args(arguments)
        .timeout(TIMEOUT)
        .show()
}

/// Builds the module, unless one is given, and runs the README's story against Azure. `parameters`
/// are those of the script that have a value, such as `-Tenant`.
pub fn live(
    workspace: &Workspace,
    tools: &Tools<'_>,
    module: Option<PathBuf>,
    parameters: &[(&str, String)],
) -> Result<()> {
    println!("== build");
    let powershell = demo::powershell(tools)?;
    let module = module.map_or_else(|| demo::build(workspace, tools), Ok)?;
    println!("\n== live");
    let mut story = powershell
        .file(&workspace.root.join("xtask/live/Story.ps1"))
        .arg("-ModulePath")
        .arg(module)
        .timeout(TIMEOUT);
    for (name, value) in parameters {
        story = story.arg(name).arg(value);
    }
    story.show()
}
