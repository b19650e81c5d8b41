//! The platforms that the module has native libraries for.

use crate::process::Result;

/// The Rust target of this host. A program is built for the C library that it runs with: this is
/// one of musl where that runs this program.
pub const HOST: &str = env!("XTASK_TARGET");

/// A platform that the module has native libraries for.
#[derive(Debug)]
pub struct Platform {
    /// Its runtime identifier: the name of the folder that its libraries are in.
    pub rid: &'static str,
    /// Who runs it.
    pub name: &'static str,
    /// What names its files.
    pub system: System,
    /// The Rust targets that its libraries can be built for, that of a release first.
    pub targets: &'static [&'static str],
    /// The oldest system that its libraries run on.
    pub floor: Floor,
    /// The machine that builds a release of it, as the workflow names that.
    pub built_on: &'static str,
    /// The programs that load its libraries.
    pub loaded_by: &'static str,
    /// The tests that the workflow runs on it.
    pub tests: &'static str,
}

/// An operating system, as far as it names files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows.
    Windows,
    /// Linux, with any C library.
    Linux,
    /// macOS.
    MacOs,
}

/// The oldest system that a library runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// What Rust's standard library needs of Windows.
    Windows(&'static str),
    /// A version of the GNU C library.
    Glibc(u16, u16),
    /// A version of the C library musl, with which the library is tested.
    Musl(&'static str),
    /// A version of macOS.
    MacOs(u16, u16),
}

/// All of them. A release has the libraries of each.
pub const ALL: [Platform; 7] = [
    Platform {
        rid: "win-x64",
        name: "Windows on x64",
        system: System::Windows,
        targets: &["x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"],
        floor: Floor::Windows("Windows 10, Windows Server 2016"),
        built_on: "windows-latest",
        loaded_by: "PowerShell 7, Windows PowerShell 5.1",
        tests: "all, Pester in both",
    },
    Platform {
        rid: "win-arm64",
        name: "Windows on Arm64",
        system: System::Windows,
        targets: &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
        floor: Floor::Windows("Windows 10"),
        built_on: "windows-11-arm",
        loaded_by: "PowerShell 7, Windows PowerShell 5.1",
        tests: "Pester in both",
    },
    Platform {
        rid: "linux-x64",
        name: "Linux on x64",
        system: System::Linux,
        targets: &["x86_64-unknown-linux-gnu"],
        floor: Floor::Glibc(2, 28),
        built_on: "ubuntu-latest",
        loaded_by: "PowerShell 7",
        tests: "all",
    },
    Platform {
        rid: "linux-arm64",
        name: "Linux on Arm64",
        system: System::Linux,
        targets: &["aarch64-unknown-linux-gnu"],
        floor: Floor::Glibc(2, 28),
        built_on: "ubuntu-24.04-arm",
        loaded_by: "PowerShell 7",
        tests: "Pester",
    },
    Platform {
        rid: "linux-musl-x64",
        name: "Alpine Linux on x64",
        system: System::Linux,
        targets: &["x86_64-unknown-linux-musl", "x86_64-alpine-linux-musl"],
        floor: Floor::Musl("1.2.3"),
        built_on: "ubuntu-latest",
        loaded_by: "PowerShell 7",
        tests: "Pester",
    },
    Platform {
        rid: "osx-x64",
        name: "macOS on Intel",
        system: System::MacOs,
        targets: &["x86_64-apple-darwin"],
        floor: Floor::MacOs(11, 0),
        built_on: "macos-15-intel",
        loaded_by: "PowerShell 7",
        tests: "Pester",
    },
    Platform {
        rid: "osx-arm64",
        name: "macOS on Apple silicon",
        system: System::MacOs,
        targets: &["aarch64-apple-darwin"],
        floor: Floor::MacOs(11, 0),
        built_on: "macos-latest",
        loaded_by: "PowerShell 7",
        tests: "all",
    },
];

impl Platform {
    /// The platform that a Rust target is built for.
    pub fn of_target(target: &str) -> Result<&'static Self> {
        ALL.iter()
            .find(|platform| platform.targets.contains(&target))
            .ok_or_else(|| {
                let known: Vec<_> = ALL.iter().flat_map(|one| one.targets).copied().collect();
                format!(
                    "the module has no native library for the target {target}: it must be one of {}",
                    known.join(", ")
                )
            })
    }

    /// Its architecture, as the runtime identifier names it.
    pub fn architecture(&self) -> &'static str {
        self.rid.rsplit('-').next().unwrap_or(self.rid)
    }

    /// The platform of this host.
    pub fn host() -> Result<&'static Self> {
        Self::of_target(HOST)
    }
}

impl System {
    /// What cargo puts before the name of a library.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Windows => "",
            Self::Linux | Self::MacOs => "lib",
        }
    }

    /// What follows the name of a library.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Windows => ".dll",
            Self::Linux => ".so",
            Self::MacOs => ".dylib",
        }
    }
}

impl std::fmt::Display for Floor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Windows(versions) => write!(formatter, "{versions}"),
            Self::Glibc(major, minor) => write!(formatter, "glibc {major}.{minor}"),
            Self::Musl(version) => write!(formatter, "musl {version}"),
            Self::MacOs(major, minor) => write!(formatter, "macOS {major}.{minor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_target_and_folder_is_of_one_platform() {
        let targets: Vec<_> = ALL.iter().flat_map(|one| one.targets).collect();
        assert_eq!(targets.iter().collect::<BTreeSet<_>>().len(), targets.len());
        let folders: BTreeSet<_> = ALL.iter().map(|one| one.rid).collect();
        assert_eq!(folders.len(), ALL.len());
    }

    #[test]
    fn files_are_named_as_this_host_names_them() {
        let system = Platform::host()
            .expect("tests run on a platform of the module")
            .system;
        assert_eq!(system.prefix(), std::env::consts::DLL_PREFIX);
        assert_eq!(system.suffix(), std::env::consts::DLL_SUFFIX);
    }

    #[test]
    fn another_target_is_refused_with_those_that_there_are() {
        let sentence = Platform::of_target("i686-pc-windows-msvc").unwrap_err();
        assert!(sentence.contains("i686-pc-windows-msvc"), "{sentence}");
        assert!(sentence.contains("x86_64-pc-windows-msvc"), "{sentence}");
    }
}
