//! `cargo xtask bench`: builds and finds what the program `bench` measures, and runs it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::assemble;
use crate::package;
use crate::platform::Platform;
use crate::process::{Result, Run};
use crate::tools::Tools;
use crate::workspace::{Profile, Workspace};

/// A whole run, on a slow machine too.
const TIMEOUT: Duration = Duration::from_secs(6 * 60 * 60);

/// The measures of the checkout itself, which need no release build.
const OF_THE_CHECKOUT: [&str; 2] = ["demo", "test"];

/// Runs `bench`: the arguments are the program's own.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, arguments: Vec<OsString>) -> Result<()> {
    Run::cargo()
        .dir(&workspace.root)
        .args(["build", "--quiet", "--package", "bench"])
        .run()?;
    let program = workspace.program(Profile::Debug, "bench");
    let is_measured = is_measured(&arguments);
    if is_measured {
        // Before the long part: a name that is no measure, or a file that is not there, is told at once.
        let check = Run::new(&program).args(&arguments).arg("--check");
        let outcome = check.capture()?;
        if !outcome.ok() {
            return Err(outcome.output);
        }
    }
    let mut bench = Run::new(&program)
        .args(&arguments)
        .arg("--root")
        .arg(&workspace.root)
        .timeout(TIMEOUT);
    if !arguments.iter().any(|one| one == "--save") {
        let results = workspace.target.join("bench/results.json");
        bench = bench.arg("--save").arg(results);
    }
    if is_measured {
        let powershell = tools.powershell()?;
        bench = powershell
            .environment(bench)
            .arg("--pwsh")
            .arg(powershell.program());
        if needs_release(&arguments) {
            for (option, path) in built(workspace, tools)? {
                bench = bench.arg(option).arg(path);
            }
        }
    }
    bench.show()
}

/// Whether anything is measured.
fn is_measured(arguments: &[OsString]) -> bool {
    let none = ["-h", "--help", "--from"];
    !arguments
        .iter()
        .any(|one| none.iter().any(|none| one == none))
}

/// Whether there is a measure of the release module among those that are named.
fn needs_release(arguments: &[OsString]) -> bool {
    let mut names = arguments
        .windows(2)
        .filter(|pair| pair[0] == "--measure")
        .map(|pair| &pair[1])
        .peekable();
    names.peek().is_none() || names.any(|name| OF_THE_CHECKOUT.iter().all(|one| name != one))
}

/// The options of `bench` for what is measured: built here, or found.
fn built(workspace: &Workspace, tools: &Tools<'_>) -> Result<Vec<(&'static str, PathBuf)>> {
    let folder = workspace.target.join("bench");
    let module = package::build(workspace, tools, &folder, &[], &[])?;
    let trivial = trivial(workspace, tools, &folder)?;
    let package = package::of_module(workspace, tools, &module, &folder.join("package"))?;
    programs(workspace)?;
    let program = |name| workspace.program(Profile::Release, name);
    let libraries = module.join(Platform::host()?.rid);
    let mut options = vec![
        ("--module", module),
        ("--trivial", trivial),
        ("--package", package),
        ("--libraries", libraries),
        ("--floor", program("floor")),
        ("--emulator", program("emulator")),
    ];
    match sdk(workspace, tools) {
        Ok(python) => options.push(("--python", python)),
        Err(sentence) => println!("  without the Azure SDK for Python: {sentence}"),
    }
    match azure_cli(workspace, tools) {
        Ok(python) => options.push(("--azure-cli", python)),
        Err(sentence) => println!("  without the Azure CLI: {sentence}"),
    }
    Ok(options)
}

/// Builds the emulator and the programs of the bare client to be quick: their time is not the module's.
fn programs(workspace: &Workspace) -> Result<()> {
    // One by one: what the bare client can try beside HTTP/1.1 and plain bodies is not to be the library's, too.
    for arguments in [
        &["--package", "emulator"][..],
        &[
            "--package",
            "floor",
            "--bin",
            "floor",
            "--features",
            "http2,gzip",
        ],
        &[
            "--package",
            "floor",
            "--bin",
            "layers",
            "--features",
            "library",
        ],
    ] {
        println!("  cargo build {}", arguments.join(" "));
        Run::cargo()
            .dir(&workspace.root)
            .args(["build", "--release"])
            .args(arguments)
            .run()?;
    }
    Ok(())
}

/// The binary module of one cmdlet that the import is measured against.
fn trivial(workspace: &Workspace, tools: &Tools<'_>, folder: &Path) -> Result<PathBuf> {
    let output = folder.join("Trivial");
    assemble::remove(&output)?;
    tools
        .dotnet()?
        .run()
        .args([
            "build",
            "--nologo",
            "--configuration",
            "Release",
            "--output",
        ])
        .arg(&output)
        .arg(workspace.root.join("bench/trivial/Trivial.csproj"))
        .run()?;
    Ok(output)
}

/// The Python of an environment with the Azure SDK, the same that the peers' tests have.
fn sdk(workspace: &Workspace, tools: &Tools<'_>) -> Result<PathBuf> {
    tools.python(&workspace.root.join("tests/peers/requirements.txt"))
}

/// The Python of an environment with the Azure CLI, the same that the peers' tests have.
fn azure_cli(workspace: &Workspace, tools: &Tools<'_>) -> Result<PathBuf> {
    let peers = workspace.root.join("tests/peers");
    let outcome = Run::new(sdk(workspace, tools)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn a_release_is_built_when_a_measure_needs_it() {
        for (line, needs) in [
            ("", true),
            ("--quick", true),
            ("--measure import", true),
            ("--measure demo --measure import", true),
            ("--measure demo", false),
            ("--measure demo --measure test --rounds 2", false),
        ] {
            assert_eq!(needs_release(&of(line)), needs, "{line}");
        }
    }

    #[test]
    fn results_that_are_there_are_not_measured() {
        assert!(is_measured(&of("--quick --page")));
        assert!(!is_measured(&of("--from target/bench/results.json --page")));
        assert!(!is_measured(&of("--help")));
    }
}
