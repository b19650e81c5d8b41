//! `cargo xtask demo`: the module's story on the emulator, with real output.

use crate::assemble;
use crate::native;
use crate::process::{Result, Run};
use crate::tools::Tools;
use crate::workspace::Workspace;

/// Builds the module and tells the story in PowerShell, or through the C ABI where there is no
/// PowerShell.
pub fn run(workspace: &Workspace, tools: &Tools<'_>) -> Result<()> {
    println!("== build");
    let powershell = match tools.dotnet().and_then(|_| tools.powershell()) {
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
    let native = native::debug(workspace)?;
    let managed = assemble::managed(workspace, tools)?;
    let parent = workspace.target.join("module");
    let module = assemble::module(workspace, &parent, &managed, Some(&native), &[], None)?;
    println!("\n== demo");
    powershell
        .file(&workspace.root.join("xtask/demo/Story.ps1"))
        .arg("-ModulePath")
        .arg(module)
        .show()
}
