//! Puts the module together: the managed assembly, its manifest and help, and the native libraries
//! of each platform.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::help;
use crate::platform::Platform;
use crate::process::Result;
use crate::tools::Tools;
use crate::workspace::{LIBRARIES, MODULE, Workspace};

/// Builds the managed assembly and returns its path. The C# imports must be there: cargo first.
pub fn managed(workspace: &Workspace, tools: &Tools<'_>) -> Result<PathBuf> {
    let project = workspace
        .root
        .join("ps-module")
        .join(format!("{MODULE}.csproj"));
    let output = workspace.target.join("managed");
    let dotnet = tools.dotnet()?;
    println!("  dotnet build");
    dotnet
        .run()
        .args([
            "build",
            "--nologo",
            "--configuration",
            "Release",
            "--output",
        ])
        .arg(&output)
        .arg(&project)
        .run()?;
    Ok(output.join(format!("{MODULE}.dll")))
}

/// Copies this host's native libraries that were built to `<folder>/<rid>/`.
pub fn place_native(built: &Path, folder: &Path) -> Result<()> {
    let platform = Platform::host()?;
    place_libraries(platform, built, &folder.join(platform.rid))
}

/// Copies native libraries that were built for a platform to a folder, under the names that they
/// are shipped with.
pub fn place_libraries(platform: &Platform, built: &Path, folder: &Path) -> Result<()> {
    LIBRARIES.iter().try_for_each(|one| {
        copy(
            &built.join(one.built(platform.system)),
            &folder.join(one.shipped(platform.system)),
        )
    })
}

/// Puts the module's files into a fresh `<parent>/ManagedIdentity`, which is replaced as a whole:
/// it never holds a half of the old and a half of the new.
///
/// `natives` are folders with `<rid>/` folders in them, and `built` is the folder that this host's own
/// libraries were built in. `help` is what Get-Help reads of the cmdlets, where it could be made.
pub fn module(
    workspace: &Workspace,
    parent: &Path,
    managed: &Path,
    built: Option<&Path>,
    natives: &[PathBuf],
    help: Option<&Path>,
) -> Result<PathBuf> {
    let fresh = parent.join(format!(".{MODULE}.new"));
    remove(&fresh)?;

    let source = workspace.root.join("ps-module");
    let manifest = source.join(format!("{MODULE}.psd1"));
    check_version(&manifest)?;
    copy(&manifest, &fresh.join(format!("{MODULE}.psd1")))?;
    copy(managed, &fresh.join(format!("{MODULE}.dll")))?;
    copy(&workspace.root.join("LICENSE"), &fresh.join("LICENSE"))?;
    copy_folder(&source.join("en-US"), &fresh.join("en-US"))?;
    // The names of Azure PowerShell are a module of their own, whose help PowerShell looks for beside its manifest.
    let az = format!("{MODULE}.Az.psd1");
    let az_manifest = source.join("AzCommands").join(&az);
    check_version(&az_manifest)?;
    copy(&az_manifest, &fresh.join("Az").join(&az))?;
    if let Some(help) = help {
        copy(help, &fresh.join("en-US").join(help::file_name()))?;
        let own = help::of_manifest(&read(help)?, &read(&az_manifest)?)?;
        write(&fresh.join("Az/en-US").join(help::file_name()), &own)?;
    }
    if let Some(built) = built {
        place_native(built, &fresh)?;
    }
    for folder in natives {
        copy_folder(folder, &fresh)?;
    }

    let module = parent.join(MODULE);
    let retired = parent.join(format!(".{MODULE}.old"));
    remove(&retired)?;
    if module.exists() {
        rename(&module, &retired)?;
    }
    rename(&fresh, &module)?;
    remove(&retired)?;
    Ok(module)
}

/// The manifest and the workspace carry the same version.
fn check_version(manifest: &Path) -> Result<()> {
    let text = read(manifest)?;
    let wanted = env!("CARGO_PKG_VERSION");
    let found = module_version(&text);
    if found == Some(wanted) {
        Ok(())
    } else {
        Err(format!(
            "{}: ModuleVersion is {}, and the workspace's version is {wanted}",
            manifest.display(),
            found.unwrap_or("missing")
        ))
    }
}

/// The `ModuleVersion` of a manifest's text.
fn module_version(manifest: &str) -> Option<&str> {
    manifest.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "ModuleVersion").then(|| value.trim().trim_matches(['\'', '"']))
    })
}

/// The files and folders of a folder, in order.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut entries = fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(failed)?;
    entries.sort();
    Ok(entries)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))
        .and_then(|()| fs::write(file, text))
        .map_err(|error| format!("{}: {error}", file.display()))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in files(from)? {
        let target = to.join(entry.file_name().unwrap_or(OsStr::new("")));
        if entry.is_dir() {
            copy_folder(&entry, &target)?;
        } else {
            copy(&entry, &target)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = |error| format!("copying {} to {}: {error}", from.display(), to.display());
    fs::create_dir_all(to.parent().unwrap_or(to)).map_err(failed)?;
    fs::copy(from, to).map_err(failed)?;
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| {
        format!(
            "{} cannot be replaced ({error}): close the PowerShell sessions that have the module \
             loaded",
            from.display()
        )
    })
}

/// Removes a folder and all that is in it.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!(
            "{} cannot be removed ({error}): close the PowerShell sessions that have the module \
             loaded",
            folder.display()
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_s_version_is_read() {
        let manifest = "@{\n    RootModule = 'x.dll'\n    ModuleVersion     = '0.1.0'\n}";
        assert_eq!(module_version(manifest), Some("0.1.0"));
        assert_eq!(module_version("@{ }"), None);
    }

    #[test]
    fn folders_are_merged() {
        let base = std::env::temp_dir().join(format!("xtask-{}", std::process::id()));
        let (one, two, both) = (base.join("one"), base.join("two"), base.join("both"));
        for (folder, file) in [(&one, "a"), (&two, "b")] {
            fs::create_dir_all(folder.join("rid")).expect("can be made");
            fs::write(folder.join("rid").join(file), file).expect("can be written");
        }
        copy_folder(&one, &both).expect("can be copied");
        copy_folder(&two, &both).expect("can be copied");
        let found = files(&both.join("rid")).expect("is there");
        assert_eq!(found, [both.join("rid/a"), both.join("rid/b")]);
        fs::remove_dir_all(base).expect("can be removed");
    }
}
