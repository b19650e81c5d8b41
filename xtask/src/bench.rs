//! `cargo xtask bench`: what the module promises about time and size, measured.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::platform::Platform;
use crate::powershell::PowerShell;
use crate::process::{Result, Run};
use crate::tools::Tools;
use crate::workspace::{EMULATOR, LIBRARY, Library, Profile, Workspace};

/// How many pairs of shells are started to measure the import.
const PAIRS: usize = 21;
/// What Import-Module may add to the start of a shell.
const IMPORT: Duration = Duration::from_millis(50);
/// The size that the native library which manages identities may have.
const SIZE: u64 = 6_250_000;

/// Measures the release module and returns whether it keeps every promise.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, module: &Path) -> Result<bool> {
    let powershell = tools.powershell()?;

    println!("\n== pipeline");
    let pipeline = shown(
        powershell
            .file(&workspace.root.join("xtask/bench/Pipeline.ps1"))
            .arg("-ModulePath")
            .arg(module),
    );

    let emulator = emulator_program(workspace)?;
    println!("\n== waiting");
    let wait = wait(workspace, tools, module, &emulator)?;

    println!("\n== fleet");
    let fleet = fleet(workspace, powershell, module, &emulator)?;

    println!("\n== import");
    let added = import(powershell, module)?;
    let import = verdict(
        &format!(
            "Import-Module adds {:.1} ms to a new shell (median of {PAIRS} pairs, at most {} ms)",
            added * 1000.0,
            IMPORT.as_millis()
        ),
        added <= IMPORT.as_secs_f64(),
    );

    println!("\n== size");
    let size = size(module, LIBRARY)?;
    let small = verdict(
        &format!(
            "the native library has {} (at most {})",
            megabytes(size),
            megabytes(SIZE)
        ),
        size <= SIZE,
    );
    let emulator = self::size(module, EMULATOR)?;
    println!("  the emulator's library has {}", megabytes(emulator));
    Ok(pipeline && wait && fleet && import && small)
}

/// The size of a native library of the module, in bytes.
fn size(module: &Path, library: Library) -> Result<u64> {
    let Platform { rid, system, .. } = *Platform::host()?;
    let file = module.join(rid).join(library.shipped(system));
    fs::metadata(&file)
        .map(|found| found.len())
        .map_err(|error| format!("{}: {error}", file.display()))
}

fn megabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
    let megabytes = bytes as f64 / 1e6;
    format!("{megabytes:.2} MB")
}

/// How long after an operation's end Update-VmIdentity returns, with the Azure CLI beside it where
/// that is to be had.
fn wait(workspace: &Workspace, tools: &Tools<'_>, module: &Path, emulator: &Path) -> Result<bool> {
    let mut emulator = Emulator::start(emulator, &["--tls"])?;
    let [endpoint, certificate, key] = emulator.lines()?;
    let mut run = tools
        .powershell()?
        .file(&workspace.root.join("xtask/bench/Wait.ps1"))
        .arg("-ModulePath")
        .arg(module)
        .args(["-Endpoint", &endpoint, "-CertificateFile", &certificate])
        .env("SSL_CERT_FILE", &certificate)
        .env(ADMIN_KEY, &key);
    match azure_cli(workspace, tools) {
        Ok(python) => run = run.arg("-AzureCli").arg(python),
        Err(sentence) => println!("  {sentence}"),
    }
    Ok(shown(run))
}

/// Thousands of machines through one pipeline: how long it takes, and how the process grows.
fn fleet(
    workspace: &Workspace,
    powershell: &PowerShell,
    module: &Path,
    emulator: &Path,
) -> Result<bool> {
    let mut emulator = Emulator::start(emulator, &[])?;
    let [endpoint, key] = emulator.lines()?;
    let script = || {
        powershell
            .file(&workspace.root.join("xtask/bench/Fleet.ps1"))
            .arg("-ModulePath")
            .arg(module)
            .args(["-Endpoint", &endpoint])
            .env(ADMIN_KEY, &key)
    };
    // In a process of its own: what it leaves in memory would hide what the pipeline takes on.
    Ok(shown(script().arg("-Prepare")) && shown(script()))
}

/// Runs a measurement that tells its own verdict.
fn shown(run: Run) -> bool {
    match run.show() {
        Ok(()) => true,
        Err(report) => {
            println!("  {report}");
            false
        }
    }
}

/// The Python of an environment with the Azure CLI, the same that the peers' tests have.
fn azure_cli(workspace: &Workspace, tools: &Tools<'_>) -> Result<PathBuf> {
    let peers = workspace.root.join("tests/peers");
    let outcome = Run::new(tools.python(&peers.join("requirements.txt"))?)
        .arg(peers.join("azure_cli.py"))
        .arg(workspace.tools().join("azure-cli"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .capture()?;
    if outcome.ok() {
        Ok(outcome.last_line().into())
    } else {
        Err(outcome.last_line().to_owned())
    }
}

/// The emulator as a program, built to be quick: its own time is not the module's.
fn emulator_program(workspace: &Workspace) -> Result<PathBuf> {
    println!("  cargo build");
    Run::cargo()
        .dir(&workspace.root)
        .args(["build", "--release", "--package", "emulator"])
        .run()?;
    Ok(workspace.program(Profile::Release, "emulator"))
}

/// The variable by which the scripts get the key for the emulator's own interface.
const ADMIN_KEY: &str = "EMULATOR_ADMIN_KEY";

/// An emulator in a process of its own, which ends with this value.
struct Emulator(Child);

impl Emulator {
    fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map(Self)
            .map_err(|error| format!("{}: {error}", program.display()))
    }

    /// The first lines that it prints; it prints no others.
    fn lines<const COUNT: usize>(&mut self) -> Result<[String; COUNT]> {
        let output = self.0.stdout.take();
        let lines: Vec<String> = output
            .into_iter()
            .flat_map(|output| BufReader::new(output).lines().map_while(|line| line.ok()))
            .take(COUNT)
            .collect();
        lines
            .try_into()
            .map_err(|_| "the emulator did not print its endpoint".to_owned())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if cfg!(unix) {
            // Asked to end, it takes its certificate along.
            let _ = Command::new("kill").arg(self.0.id().to_string()).status();
            let deadline = Instant::now() + Duration::from_secs(5);
            while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(20));
            }
        }
        // Both fail only when it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The seconds that importing the module adds to the start of a shell: the median of differences
/// between two shells started one right after the other, so that what else the machine does at
/// the time falls on both.
fn import(powershell: &PowerShell, module: &Path) -> Result<f64> {
    let bare = "$null";
    let importing = format!(
        "Import-Module '{}'",
        module.display().to_string().replace('\'', "''")
    );
    let time = |command: &str| -> Result<f64> {
        let run = powershell.command(command);
        let started = Instant::now();
        run.run()?;
        Ok(started.elapsed().as_secs_f64())
    };
    // The first of each reads from disk what the others find in memory.
    time(bare)?;
    time(&importing)?;
    let mut differences = Vec::with_capacity(PAIRS);
    for pair in 0..PAIRS {
        // Each is first as often as the other.
        let difference = if pair % 2 == 0 {
            let without = time(bare)?;
            time(&importing)? - without
        } else {
            time(&importing)? - time(bare)?
        };
        differences.push(difference);
    }
    differences.sort_by(f64::total_cmp);
    Ok(differences[PAIRS / 2])
}

fn verdict(what: &str, kept: bool) -> bool {
    println!("  {}  {what}", if kept { "PASS" } else { "FAIL" });
    kept
}
