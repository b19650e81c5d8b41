//! Reads built native libraries, and compares them with what those of a platform must be: its
//! format and architecture, no exports but the ABI's, nothing needed that the system does not have,
//! the floor, and on Windows a version resource.

mod library;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::assemble;
use crate::platform::{self, Floor, Platform, System};
use crate::process::Result;
use crate::workspace::{LIBRARIES, Library, Workspace};

use library::Facts;

/// Checks the libraries in the folder of a platform, `<rid>`, and prints a line for each.
///
/// # Errors
/// What is wrong with each, one a line. With `floor`, one that needs a later system than the
/// platform's floor is wrong, too.
pub fn folder(
    workspace: &Workspace,
    platform: &Platform,
    folder: &Path,
    floor: bool,
) -> Result<()> {
    let mut wrong = Vec::new();
    for library in LIBRARIES {
        let name = format!("{}/{}", platform.rid, library.shipped(platform.system));
        let file = folder.join(library.shipped(platform.system));
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let exports = exports(workspace, library)?;
        match Facts::read(&bytes) {
            Ok(facts) => {
                println!("  {name}: {}", facts.summary(bytes.len()));
                let faults = faults(&facts, platform, &exports, floor);
                wrong.extend(faults.into_iter().map(|fault| format!("{name} {fault}")));
            }
            Err(error) => wrong.push(format!("{name} is not a library: {error}")),
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// Checks the libraries of every platform in a folder of `<rid>/` folders, as those of a release.
///
/// # Errors
/// What is wrong with each, and a folder that is no platform's, one a line.
pub fn folders(workspace: &Workspace, parent: &Path) -> Result<()> {
    let entries = assemble::files(parent)?;
    all(entries.iter().filter(|one| one.is_dir()).map(|entry| {
        let rid = entry.file_name().unwrap_or_default();
        match platform::ALL.iter().find(|one| rid == one.rid) {
            Some(platform) => folder(workspace, platform, entry, true),
            None => Err(format!("{} is no platform of the module", entry.display())),
        }
    }))
}

/// Checks a module as that of a release: the libraries of every platform, with its floor.
///
/// # Errors
/// What is wrong with each, one a line.
pub fn release(workspace: &Workspace, module: &Path) -> Result<()> {
    let of = |one: &Platform| folder(workspace, one, &module.join(one.rid), true);
    all(platform::ALL.iter().map(of))
}

/// The errors of all, one a line.
fn all(results: impl Iterator<Item = Result<()>>) -> Result<()> {
    let wrong: Vec<_> = results.filter_map(Result::err).collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// The names of a library's ABI: what the generated imports bind to.
fn exports(workspace: &Workspace, library: Library) -> Result<BTreeSet<String>> {
    let file = workspace.root.join("bindings").join(library.imports);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text
        .split("EntryPoint = \"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect())
}

/// What is wrong with a library for a platform.
fn faults(facts: &Facts, platform: &Platform, abi: &BTreeSet<String>, floor: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let wanted = (platform.system, platform.architecture());
    if facts.made_for() != wanted {
        let (system, architecture) = facts.made_for();
        faults.push(format!("is made for {system:?} on {architecture}"));
        // All else would follow from that.
        return faults;
    }
    let beyond: Vec<_> = facts.exports.difference(abi).cloned().collect();
    if !beyond.is_empty() {
        let some: Vec<_> = beyond.iter().take(5).map(String::as_str).collect();
        faults.push(format!(
            "exports {} names that are not the ABI's, such as {}",
            beyond.len(),
            some.join(", ")
        ));
    }
    let missing: Vec<_> = abi.difference(&facts.exports).map(String::as_str).collect();
    if !missing.is_empty() {
        faults.push(format!("does not export {}", missing.join(", ")));
    }
    let foreign: Vec<_> = facts
        .needs
        .iter()
        .filter(|name| !is_of_system(platform, name))
        .map(String::as_str)
        .collect();
    if !foreign.is_empty() {
        faults.push(format!(
            "needs {}, which the platform does not have",
            foreign.join(", ")
        ));
    }
    if let (Floor::Glibc(major, minor) | Floor::MacOs(major, minor), Some(found)) =
        (platform.floor, facts.system_version)
        && floor
        && found > (major, minor)
    {
        faults.push(format!(
            "needs version {}.{} of the system, and the floor is {}: build it with --target {}",
            found.0, found.1, platform.floor, platform.targets[0]
        ));
    }
    let version = env!("CARGO_PKG_VERSION");
    if platform.system == System::Windows && facts.product_version.as_deref() != Some(version) {
        faults.push(format!(
            "has {} in its version resource in place of {version}",
            facts.product_version.as_deref().unwrap_or("no version")
        ));
    }
    faults
}

/// Whether every machine of a platform has a library that one of the module's needs. The Visual
/// C++ runtime and the libraries of GCC are not among those of Windows.
fn is_of_system(platform: &Platform, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let one_of = |names: &[&str]| names.contains(&lower.as_str());
    match (platform.system, platform.floor) {
        (System::Windows, _) => {
            lower.starts_with("api-ms-win-")
                || one_of(&[
                    "advapi32.dll",
                    "bcrypt.dll",
                    "bcryptprimitives.dll",
                    "crypt32.dll",
                    "kernel32.dll",
                    "ktmw32.dll",
                    "msvcrt.dll",
                    "ntdll.dll",
                    "oleaut32.dll",
                    "psapi.dll",
                    "secur32.dll",
                    "ucrtbase.dll",
                    "userenv.dll",
                    "ws2_32.dll",
                ])
        }
        (System::MacOs, _) => {
            lower.starts_with("/usr/lib/") || lower.starts_with("/system/library/")
        }
        // PowerShell itself needs libgcc_s there.
        (System::Linux, Floor::Musl(_)) => {
            one_of(&["libc.so", "libc.musl-x86_64.so.1", "libgcc_s.so.1"])
        }
        (System::Linux, _) => {
            lower.starts_with("ld-linux-")
                || one_of(&[
                    "libc.so.6",
                    "libdl.so.2",
                    "libgcc_s.so.1",
                    "libm.so.6",
                    "libpthread.so.0",
                    "librt.so.1",
                ])
        }
    }
}

#[cfg(test)]
mod tests;
