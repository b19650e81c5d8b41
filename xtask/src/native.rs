//! Builds the native libraries: quickly for this host's tests, and as a release has them for any
//! target that can be built here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::assemble;
use crate::inspect;
use crate::platform::{Floor, HOST, Platform, System};
use crate::process::{Outcome, Result, Run};
use crate::workspace::{LIBRARIES, Profile, Workspace};

/// How long a release may take to build: all of it is optimised as one, for two libraries.
const BUILD: Duration = Duration::from_secs(2 * 60 * 60);

/// The C compiler and linker that builds for Windows elsewhere.
const MINGW: &str = "x86_64-w64-mingw32-gcc";

/// Libraries of a release that were built for a target.
pub struct Built {
    platform: &'static Platform,
    folder: PathBuf,
    /// Whether they were built to run on the oldest system of their platform.
    floor: bool,
}

/// What builds for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Builder {
    /// Cargo with the linker that it finds.
    Cargo,
    /// cargo-zigbuild, which has the headers and libraries of other systems, and of old ones.
    Zigbuild,
}

/// Builds this host's libraries quickly, and nothing else: no tests, and no bindings, which are
/// committed. Returns the folder that they are in.
pub fn debug(workspace: &Workspace) -> Result<PathBuf> {
    println!("  cargo build");
    Run::cargo()
        .dir(&workspace.root)
        .args(["build", "--lib", "--no-default-features"])
        .args(LIBRARIES.iter().flat_map(|one| ["--package", one.package]))
        .run()?;
    Ok(workspace.profile(Profile::Debug))
}

/// Builds the libraries of a release for targets, this host's when there are none, and puts them
/// into `<folder>/<rid>/`.
pub fn release(workspace: &Workspace, targets: &[String], folder: &Path) -> Result<()> {
    // All tools before the first build, which takes minutes.
    let builders: Vec<_> = if targets.is_empty() {
        vec![(HOST, Builder::of_host()?)]
    } else {
        targets
            .iter()
            .map(|target| Ok((target.as_str(), Builder::of(target)?)))
            .collect::<Result<_>>()?
    };
    for (target, builder) in builders {
        builder.build(workspace, target)?.place(workspace, folder)?;
    }
    Ok(())
}

impl Builder {
    /// What builds for this host: as for a release where that is to be had, and otherwise with the
    /// C library that is installed.
    fn of_host() -> Result<Self> {
        Self::of(HOST).or_else(|sentence| match Platform::host()?.floor {
            Floor::Glibc(..) => {
                println!("  for this host's C library and later ones: {sentence}");
                Ok(Self::Cargo)
            }
            _ => Err(sentence),
        })
    }

    /// What builds for a target as a release has it.
    ///
    /// # Errors
    /// A sentence with what is missing and how to get it.
    fn of(target: &str) -> Result<Self> {
        let platform = Platform::of_target(target)?;
        let elsewhere = |system: &str| {
            format!("the target {target} is built on {system}: this host has no linker for it")
        };
        match platform.system {
            System::Linux if target == HOST && matches!(platform.floor, Floor::Musl(_)) => {
                Ok(Self::Cargo)
            }
            System::Linux => Self::zigbuild(target),
            System::Windows if target.ends_with("-msvc") => match cfg!(windows) {
                true => Ok(Self::Cargo),
                false => Err(elsewhere("Windows")),
            },
            System::Windows if target.ends_with("-gnullvm") => Self::zigbuild(target),
            System::Windows => match which::which(MINGW) {
                Err(_) if target != HOST => Err(format!(
                    "the target {target} needs the program {MINGW}: run \
                     `apt-get install gcc-mingw-w64-x86-64`, or install MinGW-w64"
                )),
                _ => Ok(Self::Cargo),
            },
            System::MacOs => match cfg!(target_os = "macos") {
                true => Ok(Self::Cargo),
                false => Err(elsewhere("macOS")),
            },
        }
    }

    fn zigbuild(target: &str) -> Result<Self> {
        match which::which("cargo-zigbuild") {
            Ok(_) => Ok(Self::Zigbuild),
            Err(_) => Err(format!(
                "the target {target} needs cargo-zigbuild: run `cargo install cargo-zigbuild`, and \
                 `pip install ziglang` or install zig from https://ziglang.org/download/"
            )),
        }
    }

    /// The program whose command `rustc` builds one library. Cargo itself does not find that of
    /// cargo-zigbuild.
    fn rustc(self) -> Run {
        match self {
            Self::Cargo => Run::cargo(),
            Self::Zigbuild => Run::new("cargo-zigbuild"),
        }
    }

    fn build(self, workspace: &Workspace, target: &str) -> Result<Built> {
        let platform = Platform::of_target(target)?;
        for library in LIBRARIES {
            self.compile(workspace, library.package, platform, target)?;
        }
        Ok(Built {
            platform,
            folder: workspace.target.join(target).join("release"),
            floor: self == Self::Zigbuild || !matches!(platform.floor, Floor::Glibc(..)),
        })
    }

    /// Builds one library. Cargo optimises it as one with its dependencies only where it is a shared
    /// library and nothing else, which is why it is named: in the manifest it is a Rust library, too,
    /// for the tests.
    fn compile(
        self,
        workspace: &Workspace,
        package: &str,
        platform: &Platform,
        target: &str,
    ) -> Result<()> {
        let versioned = match (self, platform.floor) {
            (Self::Zigbuild, Floor::Glibc(major, minor)) => format!("{target}.{major}.{minor}"),
            _ => target.to_owned(),
        };
        println!("  cargo rustc --package {package} --target {versioned}");
        let mut run = self
            .rustc()
            .dir(&workspace.root)
            .args(["rustc", "--package", package, "--lib", "--release"])
            .args(["--crate-type", "cdylib", "--target", &versioned])
            .arg("--target-dir")
            .arg(&workspace.target)
            .args(["--config", &rustflags(workspace, platform, target)?])
            .env("CARGO_TERM_COLOR", "never")
            .timeout(BUILD);
        if let Floor::MacOs(major, minor) = platform.floor {
            run = run.env("MACOSX_DEPLOYMENT_TARGET", format!("{major}.{minor}"));
        }
        let outcome = run.capture()?;
        match outcome.ok() {
            true => Ok(()),
            false => Err(failure(target, &outcome)),
        }
    }
}

impl Built {
    /// Copies the libraries to `<folder>/<rid>/` under the names that they are shipped with, when
    /// they are what they should be.
    fn place(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let folder = folder.join(self.platform.rid);
        assemble::place_libraries(self.platform, &self.folder, &folder)?;
        inspect::folder(workspace, self.platform, &folder, self.floor)
    }
}

/// Cargo's setting of the compiler's flags. Cargo adds them to those of its configuration files.
fn rustflags(workspace: &Workspace, platform: &Platform, target: &str) -> Result<String> {
    // Libraries name their sources as on any machine: messages of panics contain paths.
    let mut flags: Vec<_> = own_paths(workspace)?
        .iter()
        .map(|(path, name)| format!("--remap-path-prefix={path}={name}"))
        .collect();
    if platform.system == System::Linux {
        // The tables that unwind the stack say of each function where its frame is; without this
        // register they say it anew for each push, which makes the library 3 % larger.
        flags.push("-Cforce-frame-pointers=yes".to_owned());
    }
    // TOML escapes as Rust does.
    Ok(format!("target.{target}.rustflags = {flags:?}"))
}

/// The folders of this machine that sources are in, and what the libraries call them. Where one is in
/// another, it comes later, which the compiler takes.
pub fn own_paths(workspace: &Workspace) -> Result<Vec<(String, &'static str)>> {
    let cargo = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
        .ok_or("this user has no home directory, and CARGO_HOME is not set")?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Run::new(rustc).args(["--print", "sysroot"]).run()?;
    let text = |path: &Path| path.display().to_string();
    let mut paths = vec![
        (text(&workspace.root), "/ManagedIdentity"),
        (text(&cargo), "/cargo"),
        (sysroot.last_line().to_owned(), "/rust"),
    ];
    let registries = cargo.join("registry").join("src");
    if registries.is_dir() {
        let folders = assemble::files(&registries)?;
        paths.extend(folders.iter().map(|folder| (text(folder), "/cargo")));
    }
    Ok(paths)
}

/// Why a build failed: in a sentence where something is not installed, and otherwise in all that
/// the compiler wrote.
fn failure(target: &str, outcome: &Outcome) -> String {
    let said = |text: &str| outcome.output.contains(text);
    if said("target may not be installed") {
        format!("the Rust target {target} is not installed: run `rustup target add {target}`")
    } else if said("Failed to find zig") {
        "cargo-zigbuild finds no zig: run `pip install ziglang`, or install it from \
         https://ziglang.org/download/"
            .to_owned()
    } else {
        outcome.report()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_target_that_only_another_system_builds_names_that() {
        for (target, system) in [
            ("x86_64-pc-windows-msvc", "Windows"),
            ("aarch64-apple-darwin", "macOS"),
        ] {
            let sentence = Builder::of(target).unwrap_err();
            assert!(sentence.contains(target), "{sentence}");
            assert!(
                sentence.contains(&format!("built on {system}")),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_target_that_is_not_installed_is_said_with_the_command_that_installs_it() {
        let target = "aarch64-unknown-linux-gnu";
        let outcome = Outcome::failed(
            "error[E0463]: can't find crate for `core`\n  |\n  = note: the \
             `aarch64-unknown-linux-gnu` target may not be installed\n",
        );
        let sentence = failure(target, &outcome);
        assert!(
            sentence.contains(&format!("rustup target add {target}")),
            "{sentence}"
        );
        assert_eq!(sentence.lines().count(), 1);

        let other = Outcome::failed("error[E0308]: mismatched types");
        assert!(failure(target, &other).contains("E0308"));
    }
}
