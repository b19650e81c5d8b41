//! A PowerShell to run scripts with: the host's own, or another that the user names. That one may
//! run on another platform than this program: so it is asked what it is, and nothing is assumed.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::process::{Outcome, Result, Run};
use crate::tools::{QUESTION, version};

/// The oldest PowerShell (beside Windows PowerShell 5.1) that the module is tested with.
pub const OLDEST: (u32, u32) = (7, 4);

/// What a PowerShell says of itself begins with this: a program that is none, or does not start, may
/// print anything.
const MARK: &str = "This is PowerShell ";

/// A PowerShell to run scripts with.
pub struct PowerShell {
    program: PathBuf,
    /// Where it looks for modules; nothing where it has its own places.
    module_path: Option<OsString>,
    dotnet_root: Option<PathBuf>,
    /// Its platform, as the module names the folder of a native library; nothing for the host's.
    rid: Option<String>,
}

impl PowerShell {
    /// One of this host.
    pub fn new(program: PathBuf, module_path: OsString, dotnet_root: Option<PathBuf>) -> Self {
        Self {
            program,
            module_path: Some(module_path),
            dotnet_root,
            rid: None,
        }
    }

    /// The one that the user names, which may be a program that starts it elsewhere.
    ///
    /// # Errors
    /// It does not start, is none, or is too old.
    pub fn named(program: &Path, modules: &Path) -> Result<Self> {
        let mut found = Self {
            program: program.to_owned(),
            module_path: None,
            dotnet_root: None,
            rid: None,
        };
        let outcome = found.command(&question()).timeout(QUESTION).capture()?;
        let about = outcome
            .ok()
            .then(|| About::of(&outcome.output))
            .flatten()
            .ok_or_else(|| {
                format!(
                    "{} does not run a command as PowerShell does: {}",
                    program.display(),
                    outcome.last_line()
                )
            })?;
        if about.version < OLDEST {
            let (major, minor) = OLDEST;
            return Err(format!(
                "{} is older than PowerShell {major}.{minor}",
                program.display()
            ));
        }
        // Another system writes lists of folders in its own way.
        if about.is_of_this_host() {
            found.module_path = Some(module_path(modules));
        } else {
            found.rid = Some(about.rid);
        }
        Ok(found)
    }

    /// Its platform where that is not the host's.
    pub fn rid(&self) -> Option<&str> {
        self.rid.as_deref()
    }

    /// The program that it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// PowerShell without a profile and without questions, still without a script.
    pub fn bare(&self) -> Run {
        // Only Windows has a policy; elsewhere the parameter does nothing.
        self.environment(Run::new(&self.program)).args([
            "-NoProfile",
            "-NonInteractive",
            "-ExecutionPolicy",
            "Bypass",
        ])
    }

    /// Gives a program the environment in which it, or what it starts, is this PowerShell.
    pub fn environment(&self, run: Run) -> Run {
        let mut run = run
            .env("POWERSHELL_TELEMETRY_OPTOUT", "1")
            .env("POWERSHELL_UPDATECHECK", "Off")
            // Captured output is read by this program and in logs.
            .env("NO_COLOR", "1");
        if let Some(path) = &self.module_path {
            run = run.env("PSModulePath", path);
        }
        if let Some(root) = &self.dotnet_root {
            run = run.env("DOTNET_ROOT", root);
        }
        run
    }

    /// A script; its arguments follow.
    pub fn file(&self, script: &Path) -> Run {
        self.bare().arg("-File").arg(script)
    }

    /// A command.
    pub fn command(&self, text: &str) -> Run {
        self.bare().args(["-Command", text])
    }

    /// The version of one of this host.
    pub fn version(&self) -> Option<(u32, u32)> {
        let mut run = Run::new(&self.program).arg("--version").timeout(QUESTION);
        if let Some(root) = &self.dotnet_root {
            run = run.env("DOTNET_ROOT", root);
        }
        let outcome = run.capture().ok().filter(Outcome::ok)?;
        version(outcome.last_line().strip_prefix("PowerShell ")?)
    }
}

/// What a PowerShell says of itself.
#[derive(PartialEq, Eq, Debug)]
struct About {
    version: (u32, u32),
    rid: String,
}

impl About {
    fn of(output: &str) -> Option<Self> {
        let facts = output.lines().find_map(|line| line.strip_prefix(MARK))?;
        let (numbers, rid) = facts.trim_end().split_once(" on ")?;
        Some(Self {
            version: version(numbers)?,
            rid: rid.to_owned(),
        })
    }

    fn is_of_this_host(&self) -> bool {
        let system = match env::consts::OS {
            "windows" => "win",
            "macos" => "osx",
            other => other,
        };
        self.rid.split('-').next() == Some(system)
    }
}

/// Asks for it.
fn question() -> String {
    format!(
        "$system = if ($PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows) {{ 'win' }} \
         elseif ($IsMacOS) {{ 'osx' }} else {{ 'linux' }}; \
         $machine = [System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture; \
         '{MARK}' + $PSVersionTable.PSVersion + ' on ' + $system + '-' + \
         $machine.ToString().ToLowerInvariant()"
    )
}

/// Where a PowerShell of this host looks for modules: first where xtask puts them.
pub fn module_path(modules: &Path) -> OsString {
    let inherited = env::var_os("PSModulePath");
    let inherited = inherited.iter().flat_map(env::split_paths);
    join_paths(std::iter::once(modules.to_owned()).chain(inherited))
}

/// A list of folders as the host writes it.
pub fn join_paths(folders: impl Iterator<Item = PathBuf>) -> OsString {
    let folders: Vec<PathBuf> = folders.collect();
    // Only a folder with the separator in its name cannot be joined: leave such ones out.
    env::join_paths(&folders).unwrap_or_else(|_| {
        env::join_paths(
            folders
                .iter()
                .filter(|folder| env::join_paths([folder]).is_ok()),
        )
        .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_powershell_says_of_itself_is_read() {
        let output = "a warning\r\nThis is PowerShell 7.6.5 on win-x64\r\n";
        let about = About::of(output).expect("is there");
        assert_eq!((about.version, about.rid.as_str()), ((7, 6), "win-x64"));
        assert_eq!(about.is_of_this_host(), cfg!(windows));
        assert_eq!(About::of("This is PowerShell 7"), None);
        assert_eq!(About::of("7.6.5\n"), None);
    }

    #[test]
    fn a_program_that_is_no_powershell_is_told() {
        let cargo = env::var_os("CARGO").expect("cargo runs this");
        let Err(why) = PowerShell::named(Path::new(&cargo), Path::new("modules")) else {
            panic!("cargo is no PowerShell");
        };
        assert!(
            why.contains("does not run a command as PowerShell does"),
            "{why}"
        );
    }
}
