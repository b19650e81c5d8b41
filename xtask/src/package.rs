//! `cargo xtask package`: the release module as one file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::assemble;
use crate::help;
use crate::platform::Platform;
use crate::process::Result;
use crate::tools::Tools;
use crate::workspace::{MODULE, Profile, Workspace};

/// Builds the release module in a folder and returns the module's own folder. `natives` are
/// folders of `<rid>/` folders with libraries built elsewhere; this host's libraries are built only
/// when none of them has those.
pub fn build(
    workspace: &Workspace,
    tools: &Tools<'_>,
    parent: &Path,
    natives: &[PathBuf],
) -> Result<PathBuf> {
    println!("== build");
    // Before the long part, so that a missing tool is known at once.
    tools.dotnet()?;
    let rid = Platform::host()?.rid;
    let built = if natives.iter().any(|folder| folder.join(rid).is_dir()) {
        None
    } else {
        Some(assemble::native(workspace, Profile::Release)?)
    };
    let managed = assemble::managed(workspace, tools)?;
    let help = help::of(workspace, tools, &managed)?;
    let (built, help) = (built.as_deref(), help.as_deref());
    let module = assemble::module(workspace, parent, &managed, built, natives, help)?;
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
