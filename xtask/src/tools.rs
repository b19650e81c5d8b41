//! The programs that the project is built and tested with beside cargo: found where they are, or
//! fetched into the target folder. Nothing is installed outside of it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::powershell::{self, PowerShell};
use crate::process::{Outcome, Result, Run};
use crate::workspace::Workspace;

/// The oldest .NET SDK that builds the module.
const DOTNET_MAJOR: u32 = 10;
/// The PowerShell that is fetched where there is none.
const POWERSHELL_TO_FETCH: &str = "7.6.*";
/// PowerShell modules, the oldest version that will do, and the versions to fetch from.
const PESTER: Module = Module("Pester", "5.5.0", "[5.5.0,6.0.0)");
const ANALYZER: Module = Module("PSScriptAnalyzer", "1.22.0", "[1.22.0,2.0.0)");

/// How long a question to a tool may take.
pub const QUESTION: Duration = Duration::from_secs(90);
/// How long a download may take. An address that nobody answers is given up much earlier.
const DOWNLOAD: Duration = Duration::from_secs(10 * 60);

struct Module(&'static str, &'static str, &'static str);

/// The tools, each looked for when it is first asked for. What is not there and cannot be
/// fetched is told once more each time, in one sentence that says how to get it.
pub struct Tools<'a> {
    workspace: &'a Workspace,
    dotnet: OnceLock<Result<Dotnet>>,
    powershell: OnceLock<Result<PowerShell>>,
    windows_powershell: OnceLock<Option<PowerShell>>,
    named_powershell: OnceLock<Result<PowerShell>>,
    pester: OnceLock<Result<()>>,
    analyzer: OnceLock<Result<String>>,
}

impl<'a> Tools<'a> {
    /// The tools of a checkout.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            dotnet: OnceLock::new(),
            powershell: OnceLock::new(),
            windows_powershell: OnceLock::new(),
            named_powershell: OnceLock::new(),
            pester: OnceLock::new(),
            analyzer: OnceLock::new(),
        }
    }

    /// The .NET SDK.
    pub fn dotnet(&self) -> Result<&Dotnet> {
        self.dotnet
            .get_or_init(|| Dotnet::find(self.workspace))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// PowerShell 7.
    pub fn powershell(&self) -> Result<&PowerShell> {
        self.powershell
            .get_or_init(|| self.find_powershell())
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Windows PowerShell 5.1, which only Windows has.
    pub fn windows_powershell(&self) -> Option<&PowerShell> {
        self.windows_powershell
            .get_or_init(|| self.find_windows_powershell())
            .as_ref()
    }

    /// The PowerShell that the user names, which must have Pester.
    pub fn named_powershell(&self, program: &Path) -> Result<&PowerShell> {
        self.named_powershell
            .get_or_init(|| {
                let found = PowerShell::named(program, &self.modules())?;
                if module_version(&found, &PESTER).is_some() {
                    Ok(found)
                } else {
                    let Module(name, oldest, _) = PESTER;
                    Err(format!(
                        "{} has no {name} {oldest} or later: install it where that PowerShell looks \
                         for modules",
                        program.display()
                    ))
                }
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    fn find_windows_powershell(&self) -> Option<PowerShell> {
        if !cfg!(windows) {
            return None;
        }
        let program = which::which("powershell").ok()?;
        // Windows PowerShell takes a search path that it finds as it is, and one inherited from
        // PowerShell 7 leads it to modules it cannot load: so it gets its own, in full.
        let folder = |name: &str, rest: &str| env::var_os(name).map(|at| Path::new(&at).join(rest));
        let folders = [
            Some(self.modules()),
            folder("ProgramFiles", r"WindowsPowerShell\Modules"),
            folder("SystemRoot", r"System32\WindowsPowerShell\v1.0\Modules"),
        ];
        let module_path = powershell::join_paths(folders.into_iter().flatten());
        Some(PowerShell::new(program, module_path, None))
    }

    /// Makes sure that Pester can be imported.
    pub fn pester(&self) -> Result<()> {
        self.pester
            .get_or_init(|| self.ensure_module(&PESTER).map(drop))
            .clone()
    }

    /// Makes sure that PSScriptAnalyzer can be imported, and returns its version and PowerShell's.
    pub fn analyzer(&self) -> Result<String> {
        self.analyzer
            .get_or_init(|| self.ensure_module(&ANALYZER))
            .clone()
    }

    /// Where fetched PowerShell modules are.
    fn modules(&self) -> PathBuf {
        self.workspace.tools().join("modules")
    }

    fn find_powershell(&self) -> Result<PowerShell> {
        // PowerShell installed as a .NET tool runs on the SDK's runtime and has to find it.
        let dotnet_root = self.dotnet().ok().and_then(Dotnet::root);
        let at = |program: PathBuf, dotnet_root: Option<PathBuf>| {
            PowerShell::new(
                program,
                powershell::module_path(&self.modules()),
                dotnet_root,
            )
        };
        let folder = self.workspace.tools().join("pwsh");
        let fetched = folder.join(format!("pwsh{}", env::consts::EXE_SUFFIX));
        for program in [which::which("pwsh").ok(), Some(fetched.clone())] {
            let Some(program) = program.filter(|program| program.exists()) else {
                continue;
            };
            let found = at(program, dotnet_root.clone());
            if found
                .version()
                .is_some_and(|version| version >= powershell::OLDEST)
            {
                return Ok(found);
            }
        }

        let wanted = |why: &str| {
            let (major, minor) = powershell::OLDEST;
            format!(
                "PowerShell {major}.{minor} or later is not installed, and the download failed \
                 ({why}): install it from https://aka.ms/install-powershell"
            )
        };
        let dotnet = self.dotnet().map_err(|_| {
            wanted("the download needs the .NET SDK, which is not installed either")
        })?;
        println!("  fetching PowerShell …");
        let outcome = dotnet
            .run()
            .args(["tool", "update", "PowerShell", "--tool-path"])
            .arg(&folder)
            .args(["--version", POWERSHELL_TO_FETCH])
            .timeout(DOWNLOAD)
            .capture()?;
        let found = at(fetched, dotnet.root());
        if outcome.ok() && found.version().is_some() {
            Ok(found)
        } else {
            Err(wanted(error_line(&outcome.output)))
        }
    }

    fn ensure_module(&self, module: &Module) -> Result<String> {
        let Module(name, oldest, range) = module;
        let powershell = self.powershell()?;
        if let Some(version) = module_version(powershell, module) {
            return Ok(version);
        }
        println!("  fetching {name} …");
        let folder = self.modules();
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        // Save-PSResource comes with PowerShell 7.4 and later.
        let outcome = powershell
            .command(&format!(
                "$ErrorActionPreference = 'Stop'; Save-PSResource -Name {name} -Version '{range}' \
                 -Path '{}' -TrustRepository",
                folder.display().to_string().replace('\'', "''")
            ))
            .timeout(DOWNLOAD)
            .capture()?;
        let fetched = outcome.ok().then(|| module_version(powershell, module));
        fetched.flatten().ok_or_else(|| {
            format!(
                "the PowerShell module {name} {oldest} or later is not installed, and the \
                 download failed ({}): run `Install-Module {name} -Scope CurrentUser`",
                error_line(&outcome.output)
            )
        })
    }

    /// A Python environment of its own with the packages of a requirements file.
    pub fn python(&self, requirements: &Path) -> Result<PathBuf> {
        let folder = self.workspace.tools().join("peers");
        let python = if cfg!(windows) {
            folder.join("Scripts").join("python.exe")
        } else {
            folder.join("bin").join("python")
        };
        let wanted = fs::read_to_string(requirements)
            .map_err(|error| format!("{}: {error}", requirements.display()))?;
        // What the environment was made from: written last, so that one cut short is made anew.
        let made_from = folder.join("requirements.txt");
        if python.exists() && fs::read_to_string(&made_from).is_ok_and(|made| made == wanted) {
            return Ok(python);
        }

        let candidates = ["python3", "python", "py"];
        let base = candidates
            .into_iter()
            .filter_map(|name| which::which(name).ok())
            .find(|program| {
                Run::new(program)
                    .args(["-c", "import sys; sys.exit(sys.version_info < (3, 9))"])
                    .timeout(QUESTION)
                    .capture()
                    .is_ok_and(|outcome| outcome.ok())
            })
            .ok_or(
                "Python 3.9 or later is not installed: install it from https://www.python.org",
            )?;
        println!("  fetching the Python packages …");
        let outcome = Run::new(base)
            .args(["-m", "venv", "--clear"])
            .arg(&folder)
            .timeout(DOWNLOAD)
            .capture()?;
        if !outcome.ok() {
            return Err(format!(
                "Python cannot create a virtual environment ({}): on Debian and Ubuntu, \
                 `apt-get install python3-venv`",
                outcome.last_line()
            ));
        }
        let outcome = Run::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(["--disable-pip-version-check", "--timeout=15", "--retries=2"])
            .arg("-r")
            .arg(requirements)
            .timeout(DOWNLOAD)
            .capture()?;
        if !outcome.ok() {
            return Err(format!(
                "the download of the Python packages of tests/peers failed ({}): connect to PyPI, \
                 or set PIP_INDEX_URL to a mirror",
                error_line(&outcome.output)
            ));
        }
        fs::write(&made_from, wanted)
            .map_err(|error| format!("{}: {error}", made_from.display()))?;
        Ok(python)
    }
}

/// The versions of a module that a PowerShell finds and that are new enough, and its own version.
fn module_version(powershell: &PowerShell, module: &Module) -> Option<String> {
    const MARK: &str = "there: ";
    let Module(name, oldest, _) = module;
    let question = format!(
        "$found = @(Get-Module -ListAvailable {name} | Where-Object Version -ge '{oldest}'); \
         if ($found) {{ '{MARK}' + $found.Version + ' in ' + $PSVersionTable.PSVersion }}"
    );
    let run = powershell.command(&question).timeout(QUESTION);
    let outcome = run.capture().ok().filter(Outcome::ok)?;
    let mut lines = outcome.output.lines();
    let version = lines.find_map(|line| line.trim().strip_prefix(MARK))?;
    Some(format!("{name} {version}"))
}

/// The .NET SDK.
pub struct Dotnet {
    program: PathBuf,
    workspace: PathBuf,
    version: OnceLock<Option<String>>,
}

impl Dotnet {
    fn find(workspace: &Workspace) -> Result<Self> {
        let at = |program: PathBuf| Self {
            program,
            workspace: workspace.root.clone(),
            version: OnceLock::new(),
        };
        let folder = workspace.tools().join("dotnet");
        let fetched = folder.join(format!("dotnet{}", env::consts::EXE_SUFFIX));
        for program in [which::which("dotnet").ok(), Some(fetched.clone())] {
            let Some(program) = program.filter(|program| program.exists()) else {
                continue;
            };
            let found = at(program);
            if found.major().is_some_and(|major| major >= DOTNET_MAJOR) {
                return Ok(found);
            }
        }

        println!("  fetching the .NET SDK …");
        let found = at(fetched);
        fetch_dotnet(&workspace.tools(), &folder)
            .and_then(|()| found.major().ok_or_else(|| "it does not start".to_owned()))
            .map_err(|why| {
                format!(
                    "the .NET SDK {DOTNET_MAJOR} is not installed, and the download failed \
                     ({why}): install it from https://dotnet.microsoft.com/download"
                )
            })?;
        Ok(found)
    }

    /// The SDK's command, still without arguments.
    pub fn run(&self) -> Run {
        let mut run = Run::new(&self.program)
            .dir(&self.workspace)
            .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .env("DOTNET_NOLOGO", "1")
            .env("DOTNET_CLI_UI_LANGUAGE", "en")
            // Servers that outlive the command would hold the build's files, on Windows even
            // against the next build.
            .env("MSBUILDDISABLENODEREUSE", "1")
            .env("UseSharedCompilation", "false");
        if let Some(root) = self.root() {
            run = run.env("DOTNET_ROOT", root);
        }
        run
    }

    /// The SDK's folder, for programs that run on it and do not find it by themselves.
    fn root(&self) -> Option<PathBuf> {
        let program = fs::canonicalize(&self.program).ok()?;
        let folder = program.parent()?;
        folder
            .join("host")
            .is_dir()
            .then(|| without_verbatim(folder))
    }

    fn major(&self) -> Option<u32> {
        let (major, _) = version(self.version()?)?;
        Some(major)
    }

    /// What it says of itself; nothing where it does not start.
    pub fn version(&self) -> Option<&str> {
        let ask = || {
            let run = self.run().arg("--version").timeout(QUESTION);
            let outcome = run.capture().ok().filter(Outcome::ok)?;
            Some(outcome.last_line().to_owned())
        };
        self.version.get_or_init(ask).as_deref()
    }
}

/// Runs the official installer of the .NET SDK.
fn fetch_dotnet(tools: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(tools).map_err(|error| format!("{}: {error}", tools.display()))?;
    let name = if cfg!(windows) {
        "dotnet-install.ps1"
    } else {
        "dotnet-install.sh"
    };
    let script = tools.join(name);
    let download = Run::new("curl")
        .args(["-fsSL", "--connect-timeout", "15", "--max-time", "60", "-o"])
        .arg(&script)
        .arg(format!("https://dot.net/v1/{name}"))
        .timeout(QUESTION)
        .capture()?;
    if !download.ok() {
        return Err(download.last_line().to_owned());
    }
    let channel = format!("{DOTNET_MAJOR}.0");
    let install = if cfg!(windows) {
        Run::new("powershell")
            .args([
                "-NoProfile",
                "-NonInteractive",
                "-ExecutionPolicy",
                "Bypass",
            ])
            .arg("-File")
            .arg(&script)
            .args(["-Channel", &channel, "-NoPath", "-InstallDir"])
            .arg(folder)
    } else {
        Run::new("bash")
            .arg(&script)
            .args(["--channel", &channel, "--no-path", "--install-dir"])
            .arg(folder)
    };
    let outcome = install.timeout(DOWNLOAD).capture()?;
    if outcome.ok() {
        Ok(())
    } else {
        Err(error_line(&outcome.output).to_owned())
    }
}

/// Whether a C compiler is there, for the test that compiles against the header.
pub fn c_compiler() -> bool {
    env::var_os("CC").is_some()
        || ["cc", "gcc", "clang", "cl"]
            .iter()
            .any(|name| which::which(name).is_ok())
}

/// Major and minor of a version.
pub fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// The line of an output that tells what went wrong: the first that says error, or the last.
fn error_line(output: &str) -> &str {
    let lines = || {
        output
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    lines()
        .find(|line| line.to_ascii_lowercase().contains("error"))
        .or_else(|| lines().next_back())
        .unwrap_or("it returned no message")
        .trim_end_matches('.')
}

/// The path without the `\\?\` that Windows's canonical paths have and that .NET's host refuses.
fn without_verbatim(path: &Path) -> PathBuf {
    let text: &OsStr = path.as_os_str();
    match text
        .to_str()
        .and_then(|text| text.strip_prefix(r"\\?\"))
        .filter(|text| !text.starts_with("UNC"))
    {
        Some(plain) => PathBuf::from(plain),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("10.0.401"), Some((10, 0)));
        assert_eq!(version("7.10.0-preview.2"), Some((7, 10)));
        assert_eq!(version("nonsense"), None);
        assert!(version("7.10.0") > version("7.6.5"));
    }

    #[test]
    fn the_line_that_tells_is_found() {
        let output = "Resolving…\ncurl: (6) error: no such host.\nSee the log.\n";
        assert_eq!(error_line(output), "curl: (6) error: no such host");
        assert_eq!(error_line("one\ntwo\n\n"), "two");
        assert_eq!(error_line(""), "it returned no message");
    }
}
