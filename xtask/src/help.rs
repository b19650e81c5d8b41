//! `cargo xtask help`: what Get-Help reads, out of the Markdown and what the module says of itself.

use crate::assemble::{self, Bindings};
use crate::process::Result;
use crate::tools::Tools;
use crate::workspace::{Profile, Workspace};

/// Builds the module and brings `ps-module/en-US` up to date with it.
pub fn run(workspace: &Workspace, tools: &Tools<'_>) -> Result<()> {
    let powershell = tools.powershell()?;
    let native = assemble::native(workspace, Profile::Debug, Bindings::Update)?;
    let managed = assemble::managed(workspace, tools)?;
    let parent = workspace.target.join("module");
    let module = assemble::module(workspace, &parent, &managed, Some(&native), &[])?;
    powershell
        .file(&workspace.root.join("ps-module/help/Update-Help.ps1"))
        .arg("-ModulePath")
        .arg(module)
        .show()
}
