//! `cargo xtask package`: the release module as one file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::assemble;
use crate::help;
use crate::inspect;
use crate::native;
use crate::platform::Platform;
use crate::process::Result;
use crate::tools::Tools;
use crate::workspace::{MODULE, Workspace};

/// Builds the release module in a folder and returns the module's own folder. `natives` are
/// folders of `<rid>/` folders with libraries built elsewhere. The libraries of `targets` are built
/// here; without any, this host's are unless one of `natives` has those.
pub fn build(
    workspace: &Workspace,
    tools: &Tools<'_>,
    parent: &Path,
    natives: &[PathBuf],
    targets: &[String],
) -> Result<PathBuf> {
    println!("== build");
    // Before the long part, so that a missing tool is known at once.
    tools.dotnet()?;
    let rid = Platform::host()?.rid;
    let mut natives = natives.to_vec();
    for folder in &natives {
        inspect::folders(workspace, folder)?;
    }
    if !targets.is_empty() || !natives.iter().any(|folder| folder.join(rid).is_dir()) {
        let built = workspace.target.join("native-release");
        assemble::remove(&built)?;
        native::release(workspace, targets, &built)?;
        natives.push(built);
    }
    let managed = assemble::managed(workspace, tools)?;
    let help = help::of(workspace, tools, &managed)?;
    let module = assemble::module(workspace, parent, &managed, None, &natives, help.as_deref())?;
    println!("  {}", module.display());
    Ok(module)
}

/// Packs a module's folder into `<parent>/ManagedIdentity-<version>.zip`.
pub fn zip(tools: &Tools<'_>, module: &Path) -> Result<PathBuf> {
    println!("\n== package");
    let powershell = tools.powershell()?;
    let help = module.join("en-US").join(help::file_name());
    if !help.exists() {
        return Err(format!(
            "{} is missing: a package has its help",
            help.display()
        ));
    }
    let name = format!("{MODULE}-{}.zip", env!("CARGO_PKG_VERSION"));
    let file = module.with_file_name(name);
    if file.exists() {
        fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "''"));
    powershell
        .command(&format!(
            "$ErrorActionPreference = 'Stop'; \
             [System.IO.Compression.ZipFile]::CreateFromDirectory({}, {}, 'Optimal', $true)",
            quoted(module),
            quoted(&file)
        ))
        .run()?;
    println!("  {}", file.display());
    Ok(file)
}
