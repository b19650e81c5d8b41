//! Where things are: the checkout, what cargo builds, and the names that depend on the host.

use std::env;
use std::path::PathBuf;

use crate::platform::System;
use crate::process::Result;

/// The name of the module, of its manifest and of its folder.
pub const MODULE: &str = "ManagedIdentity";

/// The checkout and cargo's target folder.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever `CARGO_TARGET_DIR` or a configuration file puts it.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program runs for.
    pub fn find() -> Result<Self> {
        // What cargo says now, and not what it said when this was compiled: a checkout may have
        // moved since, or share its target folder with another.
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = package
            .parent()
            .ok_or("xtask does not run in a workspace")?
            .to_owned();
        // `cargo xtask` runs `<target>/<profile>/xtask`: its own place tells the target folder
        // without asking cargo, and holds for every way of setting it.
        let program =
            env::current_exe().map_err(|error| format!("this program's path: {error}"))?;
        let target = program
            .ancestors()
            .nth(2)
            .ok_or("this program is not in a target directory")?
            .to_owned();
        Ok(Self { root, target })
    }

    /// What xtask fetches for itself, kept between runs.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The folder of a cargo profile's output.
    pub fn profile(&self, profile: Profile) -> PathBuf {
        self.target.join(profile.folder())
    }

    /// A program that cargo built.
    pub fn program(&self, profile: Profile, name: &str) -> PathBuf {
        self.profile(profile)
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// How the native library is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build: for tests and the demo.
    Debug,
    /// What is shipped and measured.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// A native library of the module.
#[derive(Clone, Copy)]
pub struct Library {
    /// The package that it is built from.
    pub package: &'static str,
    /// The file of its imports, which `build.rs` generates from its ABI into `bindings/`.
    pub imports: &'static str,
    name: &'static str,
}

/// The library that manages identities.
pub const LIBRARY: Library = Library {
    package: "managed-identity",
    imports: "NativeMethods.g.cs",
    name: "managed_identity",
};

/// The library that is the emulator, loaded by those who rehearse.
pub const EMULATOR: Library = Library {
    package: "managed-identity-emulator",
    imports: "EmulatorMethods.g.cs",
    name: "managed_identity_emulator",
};

/// All that the module has.
pub const LIBRARIES: [Library; 2] = [LIBRARY, EMULATOR];

impl Library {
    /// Its file name as cargo writes it.
    pub fn built(self, system: System) -> String {
        format!("{}{}{}", system.prefix(), self.name, system.suffix())
    }

    /// Its file name in the module: PowerShell looks for it without the `lib` prefix.
    pub fn shipped(self, system: System) -> String {
        format!("{}{}", self.name, system.suffix())
    }
}
