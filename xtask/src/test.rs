//! `cargo xtask test`: every layer of tests, each with its counts and its time.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::assemble::{self, Bindings};
use crate::counts::{self, Counts};
use crate::help;
use crate::process::{Outcome, Result, Run};
use crate::tools::{self, PowerShell, Tools};
use crate::workspace::{Profile, Workspace, rid};

/// How long the tests of one file may take in PowerShell.
const PESTER_FILE: Duration = Duration::from_secs(15 * 60);

/// The check that takes PowerShell.
const ANALYZER: &str = "PSScriptAnalyzer";

/// A layer of tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Formatting and static analysis; each tool counts as one test.
    Lint,
    /// The library, its C ABI, the emulator and xtask.
    Rust,
    /// The managed assembly without PowerShell.
    CSharp,
    /// Other people's Azure clients against the emulator.
    Peers,
    /// The module in PowerShell 7.
    Pester,
    /// The module in Windows PowerShell 5.1.
    WindowsPester,
}

impl Layer {
    /// All that this host has.
    pub const ALL: &[Self] = if cfg!(windows) {
        &[
            Self::Lint,
            Self::Rust,
            Self::CSharp,
            Self::Peers,
            Self::Pester,
            Self::WindowsPester,
        ]
    } else {
        &[
            Self::Lint,
            Self::Rust,
            Self::CSharp,
            Self::Peers,
            Self::Pester,
        ]
    };

    /// The name that `--layer` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Rust => "rust",
            Self::CSharp => "csharp",
            Self::Peers => "peers",
            Self::Pester => "pester",
            Self::WindowsPester => "pester-5.1",
        }
    }

    /// The layer of a name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|layer| layer.name() == name)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|layer| layer.name()).collect();
                format!("unknown layer {name}; the layers are: {}", names.join(", "))
            })
    }
}

/// What a run of the tests may be told.
pub struct Options {
    /// The layers to run.
    pub layers: Vec<Layer>,
    /// Whether it is a failure when the module cannot be tested in PowerShell.
    pub require_powershell: bool,
    /// The module to test in PowerShell in place of one built for the purpose.
    pub module: Option<PathBuf>,
}

/// Why a layer has no counts.
enum Stop {
    /// Something that it needs is not here: one sentence that says how to get it.
    Missing(String),
    /// Something went wrong: all there is to know about it.
    Failed(String),
}

type LayerResult = std::result::Result<Counts, Stop>;

/// Runs the layers and returns whether all went well. The last line that it prints is
/// `N passed, M failed, K skipped`.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, options: &Options) -> bool {
    let session = Session {
        workspace,
        tools,
        options,
        native: OnceCell::new(),
        module: OnceCell::new(),
    };
    let mut rows = Vec::new();
    let mut total = Counts::default();
    for &layer in &options.layers {
        println!("\n== {}", layer.name());
        let started = Instant::now();
        let result = match layer {
            Layer::Lint => session.lint(),
            Layer::Rust => session.rust(),
            Layer::CSharp => session.csharp(),
            Layer::Peers => session.peers(),
            Layer::Pester => session.pester(),
            Layer::WindowsPester => session.windows_pester(),
        };
        let counts = match result {
            // A folder that moved must not make its tests vanish in silence.
            Ok(counts) if counts == Counts::default() => {
                println!("  failed: no tests found");
                Counts::FAILED
            }
            Ok(counts) => counts,
            Err(Stop::Missing(sentence)) => {
                let powershell = matches!(layer, Layer::Pester | Layer::WindowsPester);
                session.missing(powershell, &sentence)
            }
            Err(Stop::Failed(report)) => {
                println!("{report}");
                Counts::FAILED
            }
        };
        let time = started.elapsed();
        println!("  {counts} ({})", seconds(time));
        total += counts;
        rows.push((layer, counts, time));
    }

    println!("\n== results");
    println!(
        "  {:<12}{:>8}{:>8}{:>9}{:>9}",
        "layer", "passed", "failed", "skipped", "time"
    );
    for (layer, counts, time) in rows {
        println!(
            "  {:<12}{:>8}{:>8}{:>9}{:>9}",
            layer.name(),
            counts.passed,
            counts.failed,
            counts.skipped,
            seconds(time)
        );
    }
    println!("{total}");
    total.failed == 0
}

/// One run: what the layers share.
struct Session<'a> {
    workspace: &'a Workspace,
    tools: &'a Tools<'a>,
    options: &'a Options,
    native: OnceCell<Result<PathBuf>>,
    module: OnceCell<Result<PathBuf>>,
}

impl Session<'_> {
    /// The folder of the native libraries, with the programs and examples beside them, built once.
    fn native(&self) -> std::result::Result<&Path, Stop> {
        built(&self.native, || {
            assemble::native(self.workspace, Profile::Debug, Bindings::Check)
        })
    }

    /// The module to test, put together once. It is not the one in `dist/`, which stays as the
    /// user built it.
    fn module(&self) -> std::result::Result<&Path, Stop> {
        if let Some(module) = &self.options.module {
            return Ok(module);
        }
        self.tools.dotnet().map_err(Stop::Missing)?;
        let native = self.native()?;
        built(&self.module, || {
            let managed = assemble::managed(self.workspace, self.tools)?;
            let parent = self.workspace.target.join("module");
            let help = help::of(self.workspace, self.tools, &managed)?;
            let help = help.as_deref();
            assemble::module(self.workspace, &parent, &managed, Some(native), &[], help)
        })
    }

    /// A layer, or a check of one, cannot run. That is a failure only for what takes PowerShell,
    /// and only where PowerShell is required.
    fn missing(&self, powershell: bool, sentence: &str) -> Counts {
        if powershell && self.options.require_powershell {
            println!("  failed: {sentence}");
            Counts::FAILED
        } else {
            println!("  skipped: {sentence}");
            Counts::SKIPPED
        }
    }

    fn lint(&self) -> LayerResult {
        let cargo = |arguments: &[&str]| {
            assemble::with_bindings(Run::cargo(), Bindings::Check)
                .dir(&self.workspace.root)
                .args(arguments)
        };
        let mut counts = Counts::default();
        let mut check = |name: &str, run: std::result::Result<Run, String>| {
            counts += match run.map(Run::run) {
                Ok(Ok(_)) => {
                    println!("  {name}");
                    Counts::PASSED
                }
                Ok(Err(report)) => {
                    println!("  {name}\n{report}");
                    Counts::FAILED
                }
                Err(sentence) => {
                    let powershell = name == ANALYZER;
                    self.missing(powershell, &format!("{name}: {sentence}"))
                }
            };
        };
        check("cargo fmt", Ok(cargo(&["fmt", "--all", "--check"])));
        let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--"];
        check(
            "cargo clippy",
            Ok(cargo(&[&clippy[..], &["-D", "warnings"]].concat())),
        );
        for project in self.projects() {
            let name = project.file_stem().unwrap_or_default().to_string_lossy();
            check(
                &format!("dotnet format {name}"),
                self.tools.dotnet().map(|dotnet| {
                    dotnet
                        .run()
                        .args(["format", "--verify-no-changes"])
                        .arg(&project)
                }),
            );
        }
        check(
            ANALYZER,
            self.tools.powershell().and_then(|powershell| {
                self.tools.analyzer()?;
                let script = self.workspace.root.join("xtask/lint/Invoke-Analyzer.ps1");
                Ok(powershell.file(&script).arg(&self.workspace.root))
            }),
        );
        Ok(counts)
    }

    fn rust(&self) -> LayerResult {
        if !tools::c_compiler() {
            println!(
                "  no C compiler found: the test of the C header needs gcc, clang or the Visual \
                 Studio build tools"
            );
        }
        let run = assemble::with_bindings(Run::cargo(), Bindings::Check)
            .dir(&self.workspace.root)
            .args(["test", "--workspace", "--no-fail-fast"])
            .env("CARGO_TERM_COLOR", "never");
        let outcome = captured(run)?;
        let counts = counts::cargo(&outcome.output).explain(outcome.ok());
        Ok(told(&outcome, counts))
    }

    fn csharp(&self) -> LayerResult {
        let dotnet = self.tools.dotnet().map_err(Stop::Missing)?;
        let native = self.native()?;
        let folder = self.workspace.target.join("native");
        assemble::place_native(native, &folder).map_err(Stop::Failed)?;
        let native = folder.join(rid().map_err(Stop::Failed)?);
        let results = self.results("csharp")?;
        let mut counts = Counts::default();
        for project in projects_in(&self.workspace.root.join("tests/csharp")) {
            let run = dotnet
                .run()
                .args(["test", "--nologo", "--configuration", "Release"])
                .args(["--logger", "trx", "--results-directory"])
                .arg(&results)
                .arg(&project)
                .env("MI_NATIVE_DIR", &native);
            let outcome = captured(run)?;
            let mut project_counts = Counts::default();
            // One file for each framework that the project is tested on.
            for file in with_extension(&results, "trx") {
                match fs::read_to_string(&file)
                    .ok()
                    .and_then(|text| counts::trx(&text))
                {
                    Some(found) => project_counts += found,
                    None => project_counts += Counts::FAILED,
                }
                // Counted: the next project's files are its own.
                let _ = fs::remove_file(file);
            }
            counts += told(&outcome, project_counts.explain(outcome.ok()));
        }
        Ok(counts)
    }

    fn peers(&self) -> LayerResult {
        let folder = self.workspace.root.join("tests/peers");
        let python = self
            .tools
            .python(&folder.join("requirements.txt"))
            .map_err(Stop::Missing)?;
        self.native()?;
        let results = self.results("peers")?.join("junit.xml");
        let program = |name| self.workspace.program(Profile::Debug, name);
        let run = Run::new(python)
            .dir(&folder)
            .args(["-m", "pytest", "-q", "-rs", "--tb=short"])
            .args(["-p", "no:cacheprovider"])
            .arg(format!("--junit-xml={}", results.display()))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("MI_EMULATOR", program("emulator"))
            .env("MI_SNAPSHOT", program("examples/snapshot"));
        let outcome = captured(run)?;
        // What is not run says why in a line.
        for line in outcome
            .output
            .lines()
            .filter(|line| line.starts_with("SKIPPED"))
        {
            println!("  {line}");
        }
        let counts = fs::read_to_string(results)
            .ok()
            .and_then(|text| counts::junit(&text))
            .unwrap_or_default();
        Ok(told(&outcome, counts.explain(outcome.ok())))
    }

    fn pester(&self) -> LayerResult {
        let powershell = self.tools.powershell().map_err(Stop::Missing)?;
        self.tools.pester().map_err(Stop::Missing)?;
        self.pester_in(powershell)
    }

    fn windows_pester(&self) -> LayerResult {
        let powershell = self
            .tools
            .windows_powershell()
            .ok_or_else(|| Stop::Missing("Windows PowerShell 5.1 is not installed".to_owned()))?;
        // PowerShell 7 fetches Pester for both.
        self.tools.pester().map_err(Stop::Missing)?;
        self.pester_in(&powershell)
    }

    /// Runs every file of tests in a process of its own: a crash costs that file only, and each
    /// sees the module as a new shell does.
    fn pester_in(&self, powershell: &PowerShell) -> LayerResult {
        let module = self.module()?;
        let folder = self.workspace.root.join("tests/pester");
        let runner = folder.join("Invoke-TestFile.ps1");
        let mut total = Counts::default();
        for file in with_extension(&folder, "ps1") {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if !name.ends_with(".Tests.ps1") {
                continue;
            }
            let run = powershell
                .file(&runner)
                .arg("-Path")
                .arg(&file)
                .env("MI_MODULE_PATH", module)
                .timeout(PESTER_FILE);
            let outcome = captured(run)?;
            // Without its line of counts the file did not come to its end.
            let counts = counts::line(&outcome.output)
                .unwrap_or(Counts::FAILED)
                .explain(outcome.ok());
            println!("  {name}: {counts}");
            total += told(&outcome, counts);
        }
        Ok(total)
    }

    /// The projects that are checked for their format.
    fn projects(&self) -> Vec<PathBuf> {
        let mut projects = projects_in(&self.workspace.root.join("ps-module"));
        projects.extend(projects_in(&self.workspace.root.join("tests/csharp")));
        projects
    }

    /// An empty folder for a layer's results.
    fn results(&self, layer: &str) -> std::result::Result<PathBuf, Stop> {
        let folder = self.workspace.target.join("test-results").join(layer);
        // It may not be there yet; if it cannot be emptied, making it tells.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)
            .map_err(|error| Stop::Failed(format!("{}: {error}", folder.display())))?;
        Ok(folder)
    }
}

/// What a build made, or what it said the first time that it failed.
fn built(
    cell: &OnceCell<Result<PathBuf>>,
    build: impl FnOnce() -> Result<PathBuf>,
) -> std::result::Result<&Path, Stop> {
    let again = cell.get().is_some();
    match cell.get_or_init(build) {
        Ok(path) => Ok(path),
        Err(_) if again => Err(Stop::Failed("  not run: its build failed".to_owned())),
        Err(report) => Err(Stop::Failed(report.clone())),
    }
}

fn captured(run: Run) -> std::result::Result<Outcome, Stop> {
    run.capture().map_err(Stop::Failed)
}

/// The counts, after the output of a runner that does not say that all is well.
fn told(outcome: &Outcome, counts: Counts) -> Counts {
    if counts.failed > 0 {
        println!("{}", outcome.report());
    }
    counts
}

fn projects_in(folder: &Path) -> Vec<PathBuf> {
    with_extension(folder, "csproj")
}

/// The files of a folder with an extension, in order; none when the folder is not there.
fn with_extension(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
