//! `cargo xtask test`: every layer of tests, each with its counts and its time.
//!
//! What takes the whole machine, builds and static analysis, runs first and one after the other.
//! Then the tests of all layers run side by side, since most of them wait most of the time, those first
//! that took longest last time. A layer's output is printed as a whole when its last part has ended.

mod schedule;

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::assemble;
use crate::counts::{self, Counts};
use crate::help;
use crate::package;
use crate::platform::Platform;
use crate::powershell::PowerShell;
use crate::process::{Outcome, Result, Run};
use crate::stamp::Stamp;
use crate::tools::{self, Tools};
use crate::workspace::{Profile, Workspace};
use schedule::Times;

/// How long a process of tests in PowerShell may take, and for each of its files besides.
const PESTER: Duration = Duration::from_secs(10 * 60);
const PESTER_FILE: Duration = Duration::from_secs(60);

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
    /// The package to test, whose module is tested in PowerShell.
    pub package: Option<PathBuf>,
    /// The program to run the layer `pester` with in place of `pwsh`.
    pub powershell: Option<PathBuf>,
}

/// Why a part of a layer has no counts.
#[derive(Clone)]
enum Stop {
    /// Something that it needs is not here: one sentence that says how to get it.
    Missing(String),
    /// Something went wrong: all there is to know about it.
    Failed(String),
}

/// What was built for a layer, or why not.
type Built<T> = std::result::Result<T, Stop>;

/// Runs the layers and returns whether all went well. The last line that it prints is
/// `N passed, M failed, K skipped`.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, options: &Options) -> bool {
    let session = Session {
        workspace,
        tools,
        options,
        times: Mutex::new(Times::read(workspace.target.join("test-times"))),
    };
    let started = Instant::now();
    let mut results = Results::default();

    println!("\n== build");
    for part in session.checks() {
        println!("  {}", part.name);
        results.add(part.run(&session));
    }
    let clock = Instant::now();
    let builds = Builds::new(&session);
    let build_time = clock.elapsed();
    println!("  ({})", seconds(build_time));

    // Of those that have not run yet, the last layers take longest.
    let mut parts = Vec::new();
    for &layer in options.layers.iter().rev() {
        let mut own = session.parts(layer, &builds);
        if own.is_empty() {
            own.push(Part::new(layer, layer.name(), |_| Ok(Counts::default())));
        }
        parts.extend(own);
    }
    parts.sort_by_cached_key(|part| Reverse(session.expected(part)));
    let mut open: Vec<Layer> = parts.iter().map(|part| part.layer).collect();
    side_by_side(&session, parts.into(), |done| {
        let layer = done.layer;
        results.add(done);
        // One of each part is in here.
        if let Some(at) = open.iter().position(|&one| one == layer) {
            open.swap_remove(at);
        }
        if !open.contains(&layer) {
            results.tell(layer);
        }
    });
    session.times().write();
    results.end(&options.layers, build_time, started.elapsed())
}

/// What a part does: it gives its counts, and tells what there is to tell.
type Work<'a> = Box<dyn FnOnce(&mut Told) -> Built<Counts> + Send + 'a>;

/// A part of a layer that can run by itself.
struct Part<'a> {
    layer: Layer,
    name: String,
    /// How long it will take, where that is known otherwise than from its last run.
    time: Option<Duration>,
    work: Work<'a>,
}

/// What became of a part.
struct Done {
    layer: Layer,
    counts: Counts,
    output: String,
    time: Duration,
}

/// What a part has to say.
#[derive(Default)]
struct Told(String);

impl Told {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// The counts, after the output of a runner that does not say that all is well.
    fn outcome(&mut self, outcome: &Outcome, counts: Counts) -> Counts {
        if counts.failed > 0 {
            self.line(&outcome.report());
        }
        counts
    }
}

impl<'a> Part<'a> {
    fn new(
        layer: Layer,
        name: impl Into<String>,
        work: impl FnOnce(&mut Told) -> Built<Counts> + Send + 'a,
    ) -> Self {
        Self {
            layer,
            name: name.into(),
            time: None,
            work: Box::new(work),
        }
    }

    /// One that cannot run.
    fn stopped(layer: Layer, name: impl Into<String>, stop: Stop) -> Self {
        Self::new(layer, name, |_| Err(stop))
    }

    /// A program whose exit status is the result.
    fn check(layer: Layer, name: &str, run: std::result::Result<Run, String>) -> Self {
        let title = format!("  {name}");
        Self::new(layer, name, move |told| {
            let outcome = captured(run.map_err(Stop::Missing)?)?;
            told.line(&title);
            let counts = match outcome.ok() {
                true => Counts::PASSED,
                false => Counts::FAILED,
            };
            Ok(told.outcome(&outcome, counts))
        })
    }

    /// The same, but not run while its inputs are those that it has passed with.
    fn unless_passed(self, stamp: impl Fn() -> Built<Stamp> + Send + 'a) -> Self {
        let title = self.name.clone();
        Self::new(self.layer, self.name, move |told| {
            let before = stamp()?;
            if before.is_set() {
                told.line(&format!("  {title}: nothing has changed since it passed"));
                return Ok(Counts::PASSED);
            }
            let counts = (self.work)(told)?;
            // Somebody may have written while it ran.
            if counts == Counts::PASSED && stamp()? == before {
                before.set().map_err(Stop::Failed)?;
            }
            Ok(counts)
        })
    }

    /// By what its time is known.
    fn key(&self) -> String {
        format!("{} {}", self.layer.name(), self.name)
    }

    fn run(self, session: &Session<'_>) -> Done {
        let started = Instant::now();
        let mut told = Told::default();
        let key = self.time.is_none().then(|| self.key());
        let counts = match (self.work)(&mut told) {
            Ok(counts) => counts,
            Err(Stop::Missing(sentence)) => {
                // That is a failure only for what takes PowerShell, and only where that is required.
                let required = session.options.require_powershell
                    && (self.name == ANALYZER
                        || matches!(self.layer, Layer::Pester | Layer::WindowsPester));
                let what = if required { "failed" } else { "skipped" };
                told.line(&format!("  {what}: {}: {sentence}", self.name));
                if required {
                    Counts::FAILED
                } else {
                    Counts::SKIPPED
                }
            }
            Err(Stop::Failed(report)) => {
                told.line(&report);
                Counts::FAILED
            }
        };
        let time = started.elapsed();
        if let Some(key) = key {
            session.times().note(&key, time);
        }
        Done {
            layer: self.layer,
            counts,
            output: told.0,
            time,
        }
    }
}

/// Runs parts, as many at once as there are processors and one more: most wait most of the time.
fn side_by_side(session: &Session<'_>, parts: VecDeque<Part<'_>>, mut done: impl FnMut(Done)) {
    let workers = processors() + 1;
    let parts = Mutex::new(parts);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (parts, sender) = (&parts, sender.clone());
            scope.spawn(move || {
                let next = || {
                    let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
                    parts.pop_front()
                };
                while let Some(part) = next() {
                    // It is read to the end.
                    let _ = sender.send(part.run(session));
                }
            });
        }
        drop(sender);
        receiver.iter().for_each(&mut done);
    });
}

/// At least two, so that layers run side by side wherever they are.
fn processors() -> usize {
    thread::available_parallelism().map_or(2, |count| count.get().max(2))
}

/// What became of the parts that have ended.
#[derive(Default)]
struct Results(Vec<Done>);

impl Results {
    fn add(&mut self, done: Done) {
        self.0.push(done);
    }

    fn of(&self, layer: Layer) -> impl Iterator<Item = &Done> {
        self.0.iter().filter(move |done| done.layer == layer)
    }

    fn counts(&self, layer: Layer) -> Counts {
        let mut counts = Counts::default();
        self.of(layer).for_each(|done| counts += done.counts);
        // A folder that moved must not make its tests vanish in silence.
        if counts == Counts::default() {
            Counts::FAILED
        } else {
            counts
        }
    }

    fn time(&self, layer: Layer) -> Duration {
        self.of(layer).map(|done| done.time).sum()
    }

    /// Prints what the parts of a layer said.
    fn tell(&self, layer: Layer) {
        println!("\n== {}", layer.name());
        self.of(layer).for_each(|done| print!("{}", done.output));
        if self.of(layer).all(|done| done.counts == Counts::default()) {
            println!("  failed: no tests found");
        }
        let (counts, time) = (self.counts(layer), seconds(self.time(layer)));
        println!("  {counts} ({time})");
    }

    /// Prints the table, and returns whether all went well. The time of a layer is that of its
    /// parts together.
    fn end(&self, layers: &[Layer], build: Duration, all: Duration) -> bool {
        println!("\n== results");
        let row = |name: &str, numbers: [String; 3], time: &str| {
            let [passed, failed, skipped] = numbers;
            println!("  {name:<12}{passed:>8}{failed:>8}{skipped:>9}{time:>11}");
        };
        let none = || [const { String::new() }; 3];
        row(
            "layer",
            ["passed", "failed", "skipped"].map(str::to_owned),
            "time",
        );
        row("build", none(), &seconds(build));
        let mut total = Counts::default();
        for &layer in layers {
            let counts = self.counts(layer);
            let numbers = [counts.passed, counts.failed, counts.skipped];
            row(
                layer.name(),
                numbers.map(|number| number.to_string()),
                &seconds(self.time(layer)),
            );
            total += counts;
        }
        row("side by side", none(), &seconds(all));
        println!("{total}");
        total.failed == 0
    }
}

/// What the layers of this run need to be built.
struct Builds {
    tests: Built<Vec<TestProgram>>,
    native: Built<PathBuf>,
    module: Built<PathBuf>,
    /// None where a module is tested that comes without one.
    package: Option<Built<PathBuf>>,
}

/// A program of tests in Rust.
struct TestProgram {
    name: String,
    path: PathBuf,
}

impl Builds {
    fn new(session: &Session<'_>) -> Self {
        let any = |layers: &[Layer]| {
            let wanted = &session.options.layers;
            layers.iter().any(|layer| wanted.contains(layer))
        };
        let pester = any(&[Layer::Pester, Layer::WindowsPester]);
        let Options {
            module, package, ..
        } = session.options;
        let own_module = pester && module.is_none() && package.is_none();
        let native = match own_module || any(&[Layer::CSharp, Layer::Peers]) {
            true => once(session.native(any(&[Layer::Rust]))),
            false => not_needed(),
        };
        let tests = match any(&[Layer::Rust]) {
            true => once(session.test_programs()),
            false => not_needed(),
        };
        let module = match (module, package) {
            (Some(module), _) => Ok(module.clone()),
            (None, Some(package)) if pester => once(session.unpacked(package)),
            (None, None) if pester => native
                .clone()
                .and_then(|native| once(session.module(&native))),
            _ => not_needed(),
        };
        let package = match package {
            Some(package) => Some(Ok(package.clone())),
            None if own_module => module.as_ref().ok().map(|module| session.package(module)),
            None => None,
        };
        Self {
            tests,
            native,
            module,
            package,
        }
    }
}

/// For a build that no layer of this run asks for.
fn not_needed<T>() -> Built<T> {
    Err(Stop::Failed("  not built".to_owned()))
}

/// A build's result. How it failed is printed here, and not for each layer that needs it.
fn once<T>(built: Built<T>) -> Built<T> {
    built.map_err(|stop| match stop {
        Stop::Failed(report) => {
            println!("{report}");
            Stop::Failed("  not run: its build failed".to_owned())
        }
        missing => missing,
    })
}

/// One run: what the layers share.
struct Session<'a> {
    workspace: &'a Workspace,
    tools: &'a Tools<'a>,
    options: &'a Options,
    times: Mutex<Times>,
}

impl Session<'_> {
    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a part will take: as long as last time. What has not run yet may take long.
    fn expected(&self, part: &Part<'_>) -> Duration {
        let last = || self.times().of(&part.key());
        part.time.or_else(last).unwrap_or(Duration::MAX)
    }

    /// Cargo, which leaves `bindings/` as it is, so that a test can tell when it has drifted.
    fn cargo(&self, arguments: &[&str]) -> Run {
        Run::cargo()
            .dir(&self.workspace.root)
            .args(arguments)
            .env("MI_BINDINGS", "check")
            .env("CARGO_TERM_COLOR", "never")
    }

    /// The folder of the native libraries, with the programs that tests run beside them. Where the
    /// tests in Rust are built too, both need the same features of the dependencies: otherwise
    /// cargo would compile those twice.
    fn native(&self, with_tests: bool) -> Built<PathBuf> {
        println!("  cargo build");
        // Without xtask: it is running, and Windows does not let a running program be replaced.
        let mut build = vec!["build", "--workspace", "--exclude", "xtask"];
        build.extend(["--lib", "--bins"]);
        if with_tests {
            build.push("--tests");
        }
        self.cargo(&build).run().map_err(Stop::Failed)?;
        Ok(self.workspace.profile(Profile::Debug))
    }

    /// The programs of tests in Rust. They are run without cargo, which would wait for its other runs.
    fn test_programs(&self) -> Built<Vec<TestProgram>> {
        println!("  cargo test --no-run");
        let run = self.cargo(&["test", "--workspace", "--no-run"]);
        let outcome = run.run().map_err(Stop::Failed)?;
        let found = outcome.output.lines().filter_map(counts::test_program);
        Ok(found
            .map(|(name, path)| TestProgram {
                name: name.to_owned(),
                path: self.workspace.root.join(path),
            })
            .collect())
    }

    /// The module to test. It is not the one in `dist/`, which stays as the user built it.
    fn module(&self, native: &Path) -> Built<PathBuf> {
        self.tools.dotnet().map_err(Stop::Missing)?;
        let build = || {
            let managed = assemble::managed(self.workspace, self.tools)?;
            let help = help::of(self.workspace, self.tools, &managed)?;
            let parent = self.workspace.target.join("module");
            let (native, help) = (Some(native), help.as_deref());
            assemble::module(self.workspace, &parent, &managed, native, &[], help)
        };
        build().map_err(Stop::Failed)
    }

    /// The package of that module.
    fn package(&self, module: &Path) -> Built<PathBuf> {
        // It needs the help, which takes PowerShell.
        self.tools.powershell().map_err(Stop::Missing)?;
        println!("  package");
        let folder = self.workspace.target.join("package");
        package::for_tests(self.workspace, self.tools, module, &folder).map_err(Stop::Failed)
    }

    /// The module of a package.
    fn unpacked(&self, package: &Path) -> Built<PathBuf> {
        println!("  unpacking {}", package.display());
        let folder = self.workspace.target.join("unpacked");
        package::unpack(package, &folder).map_err(Stop::Failed)
    }

    /// What takes the whole machine, or cargo's lock, or the folders of a .NET build.
    fn checks(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        if self.options.layers.contains(&Layer::Lint) {
            let check = |name: &str, run| Part::check(Layer::Lint, name, run);
            let fmt = self.cargo(&["fmt", "--all", "--check"]);
            parts.push(check("cargo fmt", Ok(fmt)));
            let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--"];
            let clippy = self.cargo(&[&clippy[..], &["-D", "warnings"]].concat());
            parts.push(check("cargo clippy", Ok(clippy)));
            for project in self.projects() {
                let name = project.file_stem().unwrap_or_default().to_string_lossy();
                let format = self.tools.dotnet().map(|dotnet| {
                    let format = dotnet.run().args(["format", "--verify-no-changes"]);
                    short(format.arg(&project))
                });
                let name = format!("dotnet format {name}");
                parts.push(check(&name, format).unless_passed(self.sources(name.clone())));
            }
            let framework = self.framework();
            let sources = self.sources(framework.name.clone());
            parts.push(framework.unless_passed(sources));
        }
        if self.options.layers.contains(&Layer::Rust) {
            parts.push(Part::new(Layer::Rust, "cargo test --doc", |told| {
                let outcome = captured(self.cargo(&["test", "--workspace", "--doc"]))?;
                let counts = counts::cargo(&outcome.output).explain(outcome.ok());
                told.line(&format!("  documentation: {counts}"));
                Ok(told.outcome(&outcome, counts))
            }));
        }
        parts
    }

    /// Compiles the module against what Windows PowerShell 5.1 has at least: the assembly that is shipped
    /// is made for .NET Standard, and an API that .NET Framework lacks would be missed only there.
    fn framework(&self) -> Part<'_> {
        const NAME: &str = "dotnet build for .NET Framework 4.7.2";
        let project = self.workspace.root.join("ps-module/ManagedIdentity.csproj");
        let folder = self.workspace.target.join("framework");
        let of = |name: &str, part: &str| format!("-p:{name}={}/", folder.join(part).display());
        // Apart from the folders of the build that is shipped.
        let places = [
            of("BaseIntermediateOutputPath", "obj"),
            of("OutputPath", "bin"),
        ];
        Part::new(Layer::Lint, NAME, move |told| {
            let dotnet = self.tools.dotnet().map_err(Stop::Missing)?;
            let run = |arguments: &[&str]| {
                let run = dotnet.run().args(arguments).arg(&project).args(&places);
                captured(run.args(["--verbosity", "quiet"]))
            };
            let restored = run(&["restore", "-p:TargetFrameworks=net472"])?;
            if !restored.ok() {
                return Err(Stop::Missing(format!(
                    "its reference assemblies can't be restored: {}",
                    restored.last_line()
                )));
            }
            let outcome = run(&[
                "build",
                "--no-restore",
                "--nologo",
                "-p:TargetFramework=net472",
            ])?;
            told.line(&format!("  {NAME}"));
            let counts = match outcome.ok() {
                true => Counts::PASSED,
                false => Counts::FAILED,
            };
            Ok(told.outcome(&outcome, counts))
        })
    }

    /// The parts of a layer that run beside others.
    fn parts<'a>(&'a self, layer: Layer, builds: &'a Builds) -> Vec<Part<'a>> {
        match layer {
            Layer::Lint => vec![self.analyzer()],
            Layer::Rust => self.rust(builds),
            Layer::CSharp => vec![Part::new(layer, "C#", |told| self.csharp(builds, told))],
            Layer::Peers => vec![Part::new(layer, "peers", |told| self.peers(builds, told))],
            Layer::Pester => match self.tested_powershell() {
                Ok(powershell) => self.pester(layer, powershell, builds),
                Err(stop) => vec![Part::stopped(layer, "Pester", stop)],
            },
            // PowerShell 7 fetches Pester for both.
            Layer::WindowsPester => match (self.tools.windows_powershell(), self.tools.pester()) {
                (Some(powershell), Ok(())) => self.pester(layer, powershell, builds),
                (Some(_), Err(sentence)) => {
                    vec![Part::stopped(layer, "Pester", Stop::Missing(sentence))]
                }
                (None, _) => {
                    let sentence = "Windows PowerShell 5.1 is not installed".to_owned();
                    vec![Part::stopped(layer, "Pester", Stop::Missing(sentence))]
                }
            },
        }
    }

    fn analyzer(&self) -> Part<'_> {
        let run = self.tools.powershell().and_then(|powershell| {
            self.tools.analyzer()?;
            let script = self.workspace.root.join("xtask/lint/Invoke-Analyzer.ps1");
            Ok(short(powershell.file(&script).arg(&self.workspace.root)))
        });
        Part::check(Layer::Lint, ANALYZER, run).unless_passed(|| {
            let version = self.tools.analyzer().map_err(Stop::Missing)?;
            let folders = ["bench", "examples", "ps-module", "tests", "xtask"];
            Stamp::of(self.workspace, ANALYZER, &[&version], &folders).map_err(Stop::Failed)
        })
    }

    /// What a check of the C# sources has passed with. The versions of the packages are in the projects.
    fn sources(&self, check: String) -> impl Fn() -> Built<Stamp> + Send + '_ {
        move || {
            let dotnet = self.tools.dotnet().map_err(Stop::Missing)?;
            let version = dotnet.version().unwrap_or_default();
            let folders = ["bench/trivial", "bindings", "ps-module", "tests/csharp"];
            Stamp::of(self.workspace, &check, &[version], &folders).map_err(Stop::Failed)
        }
    }

    fn rust<'a>(&'a self, builds: &'a Builds) -> Vec<Part<'a>> {
        let programs = match &builds.tests {
            Ok(programs) => programs,
            Err(stop) => return vec![Part::stopped(Layer::Rust, "Rust", stop.clone())],
        };
        let part = |program: &'a TestProgram| {
            Part::new(Layer::Rust, &program.name, |told| {
                let started = Instant::now();
                let run = Run::new(&program.path).dir(&self.workspace.root);
                let outcome = captured(without_host_certificates(run))?;
                let counts = counts::program(&outcome.output).explain(outcome.ok());
                let time = seconds(started.elapsed());
                told.line(&format!("  {}: {counts} ({time})", program.name));
                Ok(told.outcome(&outcome, counts))
            })
        };
        let mut parts: Vec<_> = programs.iter().map(part).collect();
        if !tools::c_compiler() {
            parts.push(Part::new(Layer::Rust, "C", |told| {
                told.line(
                    "  no C compiler found: the test of the C header needs gcc, clang or the Visual \
                     Studio build tools",
                );
                Ok(Counts::default())
            }));
        }
        parts
    }

    fn csharp(&self, builds: &Builds, told: &mut Told) -> Built<Counts> {
        let dotnet = self.tools.dotnet().map_err(Stop::Missing)?;
        let native = builds.native.clone()?;
        let folder = self.workspace.target.join("native");
        assemble::place_native(&native, &folder).map_err(Stop::Failed)?;
        let native = folder.join(Platform::host().map_err(Stop::Failed)?.rid);
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
            let outcome = captured(without_host_certificates(short(run)))?;
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
            counts += told.outcome(&outcome, project_counts.explain(outcome.ok()));
        }
        Ok(counts)
    }

    fn peers(&self, builds: &Builds, told: &mut Told) -> Built<Counts> {
        let folder = self.workspace.root.join("tests/peers");
        let python = self
            .tools
            .python(&folder.join("requirements.txt"))
            .map_err(Stop::Missing)?;
        builds.native.clone()?;
        let results = self.results("peers")?.join("junit.xml");
        let program = |name| self.workspace.program(Profile::Debug, name);
        let run = Run::new(python)
            .dir(&folder)
            .args(["-m", "pytest", "-q", "-rs", "--tb=short"])
            .args(["-p", "no:cacheprovider"])
            .arg(format!("--junit-xml={}", results.display()))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("MI_EMULATOR", program("emulator"))
            .env("MI_CLIENT", program("client"));
        let outcome = captured(run)?;
        // What is not run says why in a line.
        for line in outcome
            .output
            .lines()
            .filter(|line| line.starts_with("SKIPPED"))
        {
            told.line(&format!("  {line}"));
        }
        let counts = fs::read_to_string(results)
            .ok()
            .and_then(|text| counts::junit(&text))
            .unwrap_or_default();
        Ok(told.outcome(&outcome, counts.explain(outcome.ok())))
    }

    /// The PowerShell 7 that the module is tested in: one with Pester. That one which was named can't be
    /// used is a failure.
    fn tested_powershell(&self) -> Built<&PowerShell> {
        match &self.options.powershell {
            Some(program) => {
                let found = self.tools.named_powershell(program);
                found.map_err(|sentence| Stop::Failed(format!("  MI_TEST_PWSH: {sentence}")))
            }
            None => {
                let found = self.tools.pester().and_then(|()| self.tools.powershell());
                found.map_err(Stop::Missing)
            }
        }
    }

    /// The files of tests in PowerShell: in a process of their own those that say so, and the others
    /// in a few, evenly.
    fn pester<'a>(
        &'a self,
        layer: Layer,
        powershell: &'a PowerShell,
        builds: &'a Builds,
    ) -> Vec<Part<'a>> {
        let module = match &builds.module {
            Ok(module) => module,
            Err(stop) => return vec![Part::stopped(layer, "Pester", stop.clone())],
        };
        let (package, stopped) = match &builds.package {
            Some(Ok(package)) => (Some(package.as_path()), None),
            Some(Err(stop)) => (None, Some(Part::stopped(layer, "package", stop.clone()))),
            None => (None, None),
        };
        if let Some(rid) = powershell.rid().filter(|rid| !module.join(rid).is_dir()) {
            let report = format!(
                "  {} has no library for {rid}, which MI_TEST_PWSH runs on: specify a module that \
                 has one with MI_MODULE_PATH",
                module.display()
            );
            return vec![Part::stopped(layer, "Pester", Stop::Failed(report))];
        }
        let folder = self.workspace.root.join("tests/pester");
        let files = with_extension(&folder, "ps1")
            .into_iter()
            .filter(|file| file.to_string_lossy().ends_with(".Tests.ps1"));
        let processes = schedule::processes(files, processors(), &self.times());
        let part = |process: schedule::Process| Part {
            time: Some(process.time),
            ..Part::new(layer, "Pester", move |told| {
                self.pester_process(powershell, module, package, process.files, told)
            })
        };
        processes.into_iter().map(part).chain(stopped).collect()
    }

    /// Runs files in one process. Should it end before their end, the file that ran has failed, and
    /// those after it run in another one.
    fn pester_process(
        &self,
        powershell: &PowerShell,
        module: &Path,
        package: Option<&Path>,
        mut files: Vec<PathBuf>,
        told: &mut Told,
    ) -> Built<Counts> {
        let runner = self.workspace.root.join("tests/pester/Invoke-TestFile.ps1");
        let mut total = Counts::default();
        while !files.is_empty() {
            let run = powershell
                .file(&runner)
                .args(&files)
                .env("MI_MODULE_PATH", module)
                .env("MI_PACKAGE_PATH", package.unwrap_or(Path::new("")))
                .timeout(PESTER + PESTER_FILE * files.len() as u32);
            let outcome = captured(without_host_certificates(short(run)))?;
            let sections = counts::sections(&outcome.output);
            if sections.is_empty() {
                return Err(Stop::Failed(outcome.report()));
            }
            files.drain(..sections.len().min(files.len()));
            let mut process = Counts::default();
            for section in sections {
                let counts = section.counts.unwrap_or(Counts::FAILED);
                let time = section.time.map(|time| format!(" ({})", seconds(time)));
                let time = time.unwrap_or_default();
                told.line(&format!("  {}: {counts}{time}", section.name));
                if let Some(time) = section.time {
                    self.times().note(section.name, time);
                }
                if counts.failed > 0 {
                    told.line(section.output.trim_end());
                }
                if section.counts.is_none() {
                    told.line(&format!("PowerShell {}", outcome.end));
                }
                process += counts;
            }
            // It may have crashed when all was done.
            if process.failed == 0 && !outcome.ok() {
                told.line(&format!("PowerShell {}", outcome.end));
            }
            total += process.explain(outcome.ok());
        }
        Ok(total)
    }

    /// The projects that are checked for their format.
    fn projects(&self) -> Vec<PathBuf> {
        let mut projects = projects_in(&self.workspace.root.join("ps-module"));
        for folder in ["bench/trivial", "tests/csharp"] {
            projects.extend(projects_in(&self.workspace.root.join(folder)));
        }
        projects
    }

    /// An empty folder for a layer's results.
    fn results(&self, layer: &str) -> Built<PathBuf> {
        let folder = self.workspace.target.join("test-results").join(layer);
        // It may not be there yet; if it cannot be emptied, making it tells.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)
            .map_err(|error| Stop::Failed(format!("{}: {error}", folder.display())))?;
        Ok(folder)
    }
}

fn captured(run: Run) -> Built<Outcome> {
    run.capture().map_err(Stop::Failed)
}

/// A program of .NET that ends soon: it does not measure itself to compile again what it does often, which
/// takes a quarter of the processor time of a run.
fn short(run: Run) -> Run {
    run.env("DOTNET_TieredPGO", "0")
}

/// Without the variables that cargo sets to the host's certificates. The library would read all of them for
/// each of thousands of connections, beside the system's own. Tests set what they need.
fn without_host_certificates(run: Run) -> Run {
    run.without("SSL_CERT_FILE").without("SSL_CERT_DIR")
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
