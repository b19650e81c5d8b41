//! `cargo xtask bench`: what the module promises about time and size, measured.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::Result;
use crate::tools::{PowerShell, Tools};
use crate::workspace::{Workspace, rid, shipped_library};

/// How many pairs of shells are started to measure the import.
const PAIRS: usize = 21;
/// What Import-Module may add to the start of a shell.
const IMPORT: Duration = Duration::from_millis(50);
/// The size that the native library may have.
const LIBRARY: u64 = 6_000_000;

/// Measures the release module and returns whether it keeps every promise.
pub fn run(workspace: &Workspace, tools: &Tools<'_>, module: &Path) -> Result<bool> {
    let powershell = tools.powershell()?;

    println!("\n== pipeline");
    let pipeline = powershell
        .file(&workspace.root.join("xtask/bench/Pipeline.ps1"))
        .arg("-ModulePath")
        .arg(module)
        .show();
    if let Err(report) = &pipeline {
        println!("  {report}");
    }

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
    let library = module.join(rid()?).join(shipped_library());
    let size = fs::metadata(&library)
        .map_err(|error| format!("{}: {error}", library.display()))?
        .len();
    #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
    let megabytes = size as f64 / 1e6;
    let small = verdict(
        &format!("the native library has {megabytes:.2} MB (at most 6 MB)"),
        size <= LIBRARY,
    );
    Ok(pipeline.is_ok() && import && small)
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
