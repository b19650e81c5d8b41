//! `cargo xtask package`: the module as the file that the PowerShell Gallery takes.

mod archive;
mod checksums;
mod crates;
mod manifest;
mod notices;
mod nupkg;
mod release;
mod sbom;

use std::fs;
use std::path::{Path, PathBuf};

use self::archive::{Effort, Entry};
use crate::assemble;
use crate::help;
use crate::inspect;
use crate::native;
use crate::platform::{HOST, Platform};
use crate::process::Result;
use crate::tools::Tools;
use crate::workspace::{MODULE, Workspace};

/// What `cargo xtask package` may be told.
pub struct Options {
    /// The folder to put the package in.
    pub out: PathBuf,
    /// Folders of `<rid>/` folders with libraries built elsewhere.
    pub natives: Vec<PathBuf>,
    /// The targets that libraries are built for here.
    pub targets: Vec<String>,
    /// A module to pack, in place of one that is built: its files may be signed.
    pub module: Option<PathBuf>,
    /// The tag of a release. Without one the package is a preview.
    pub release: Option<String>,
}

impl Options {
    /// Whether the libraries of a platform are there or will be built.
    fn will_have(&self, platform: &Platform) -> bool {
        let has = |folder: &PathBuf| release::has_libraries(folder, platform);
        let host = self.targets.is_empty().then_some(HOST);
        let mut targets = self.targets.iter().map(String::as_str).chain(host);
        self.natives.iter().any(has) || targets.any(|one| platform.targets.contains(&one))
    }
}

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

/// Makes the package.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, options: &Options) -> Result<()> {
    // Before the long part, too.
    tools.powershell()?;
    let tag = options.release.as_deref();
    let module = match &options.module {
        Some(module) => module.clone(),
        None => {
            if tag.is_some() {
                let will_be = |platform: &Platform| options.will_have(platform);
                refuse(release::missing(workspace, tag, will_be)?)?;
            }
            build(
                workspace,
                tools,
                &options.out,
                &options.natives,
                &options.targets,
            )?
        }
    };
    let mut lacks = release::missing(workspace, tag, |platform| {
        release::has_libraries(&module, platform)
    })?;
    let own: Vec<_> = native::own_paths(workspace)?
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    let files = archive::entries(&module)?;
    let named = release::with_paths(&files, &own);
    lacks.extend(
        named
            .iter()
            .map(|file| format!("a {file} without paths of a machine")),
    );
    println!("\n== package");
    match tag {
        Some(_) => {
            refuse(lacks)?;
            inspect::release(workspace, &module)?;
        }
        None => println!("  a preview. A release has, too: {}", lacks.join("; ")),
    }
    describe(workspace, &module, tag.is_none())?;
    pack(workspace, tools, &module, &options.out, tag, Effort::Most)?;
    Ok(())
}

/// The package of a release module, in a folder, as `run` makes it. It is a preview.
pub fn of_module(
    workspace: &Workspace,
    tools: &Tools<'_>,
    module: &Path,
    out: &Path,
) -> Result<PathBuf> {
    describe(workspace, module, true)?;
    pack(workspace, tools, module, out, None, Effort::Most)
}

/// The package of a module that was built for tests, in a folder. It is a preview.
pub fn for_tests(
    workspace: &Workspace,
    tools: &Tools<'_>,
    module: &Path,
    out: &Path,
) -> Result<PathBuf> {
    describe(workspace, module, true)?;
    pack(workspace, tools, module, out, None, Effort::Least)
}

/// Unpacks a package into a fresh `<parent>/ManagedIdentity`, as an installation does.
pub fn unpack(package: &Path, parent: &Path) -> Result<PathBuf> {
    let content = fs::read(package).map_err(|error| format!("{}: {error}", package.display()))?;
    let module = parent.join(MODULE);
    if module.exists() {
        fs::remove_dir_all(&module).map_err(|error| format!("{}: {error}", module.display()))?;
    }
    let entries = archive::unpack(&content)?;
    for entry in entries
        .iter()
        .filter(|one| !nupkg::is_description(&one.path))
    {
        write(&module.join(&entry.path), &entry.content)?;
    }
    Ok(module)
}

fn refuse(lacks: Vec<String>) -> Result<()> {
    if lacks.is_empty() {
        return Ok(());
    }
    Err(format!(
        "This is not a release. It lacks:\n  {}\nWithout --release, the package is a preview.",
        lacks.join("\n  ")
    ))
}

/// Adds to a module what only a package has: the notes of its version, the label of a preview, and
/// the notices of what is linked in. A module that has them stays as it is: it may be signed.
fn describe(workspace: &Workspace, module: &Path, preview: bool) -> Result<()> {
    let help = module.join("en-US").join(help::file_name());
    if !help.exists() {
        let help = help.display();
        return Err(format!("{help} is missing: a package has its help"));
    }
    let file = module.join(manifest::file_name());
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    if manifest::is_finished(&text) {
        return Ok(());
    }
    let text = manifest::finished(&text, &release::notes(workspace)?, preview)?;
    write(&file, text.as_bytes())?;

    let mut notices = notices::of_crates(&crates::linked(workspace)?)?;
    notices.extend(notices::of_standard_library()?);
    let page = notices::page(env!("CARGO_PKG_VERSION"), &notices);
    write(&module.join(notices::FILE), page.as_bytes())
}

/// Packs a module into a folder, with a zip file, its bill of materials and the checksums of all
/// beside it, and returns the package.
fn pack(
    workspace: &Workspace,
    tools: &Tools<'_>,
    module: &Path,
    out: &Path,
    tag: Option<&str>,
    effort: Effort,
) -> Result<PathBuf> {
    let manifest = manifest::read(tools.powershell()?, &module.join(manifest::file_name()))?;
    let preview = manifest.version != env!("CARGO_PKG_VERSION");
    if preview == tag.is_some() {
        return Err(format!(
            "the module in {} is one of {}: package it as that",
            module.display(),
            manifest.version
        ));
    }
    let bill = bill(workspace, module, &manifest.version)?;
    write(&module.join(sbom::FILE), bill.as_bytes())?;

    let files = archive::entries(module)?;
    let in_folder = |file: &Entry| Entry {
        path: format!("{MODULE}/{}", file.path),
        content: file.content.clone(),
    };
    let zip: Vec<Entry> = files.iter().map(in_folder).collect();
    let entries = nupkg::entries(&manifest, files)?;
    remove_older(out)?;
    let file = |name: String| out.join(name);
    let package = file(nupkg::file_name(&manifest.version));
    let zipped = file(format!("{MODULE}-{}.zip", manifest.version));
    let listed = file(format!("{MODULE}-{}.cdx.json", manifest.version));
    write(&package, &archive::pack(&entries, effort)?)?;
    write(&zipped, &archive::pack(&zip, effort)?)?;
    write(&listed, bill.as_bytes())?;
    let files = [package, zipped, listed];
    write(
        &out.join(checksums::FILE),
        checksums::lines(&files)?.as_bytes(),
    )?;
    for file in &files {
        println!("  {}", file.display());
    }
    let [package, ..] = files;
    Ok(package)
}

/// The bill of materials of a module as it is now.
fn bill(workspace: &Workspace, module: &Path, version: &str) -> Result<String> {
    let crates = crates::linked(workspace)?;
    let [standard_library, ..] = &notices::of_standard_library()?[..] else {
        return Err("Rust's standard library has no notices".to_owned());
    };
    let files = archive::entries(module)?;
    Ok(sbom::of(version, &files, &crates, standard_library))
}

/// Removes the packages of other versions: the folder is what is published.
fn remove_older(out: &Path) -> Result<()> {
    if !out.exists() {
        return Ok(());
    }
    for file in assemble::files(out)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let ours = [".nupkg", ".zip", ".cdx.json"]
            .iter()
            .any(|end| name.ends_with(end));
        if name.starts_with(MODULE) && ours {
            fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    let failed = |error| format!("{}: {error}", file.display());
    fs::create_dir_all(file.parent().unwrap_or(file)).map_err(failed)?;
    fs::write(file, content).map_err(failed)
}
