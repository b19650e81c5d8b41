//! `cargo xtask fuzz`: libFuzzer over the targets of `fuzz/`. The instrumentation is LLVM's, which a
//! stable compiler has, too: cargo-fuzz would need a nightly one for a sanitizer, and the code that
//! could use one is small and has `cargo xtask test --layer sanitizer`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::platform::Platform;
use crate::process::{Result, Run};
use crate::workspace::Workspace;

/// What to do.
pub struct Options {
    /// The targets; none for all.
    pub targets: Vec<String>,
    /// How long each is looked at.
    pub seconds: u64,
    /// Whether what is found becomes a part of the committed corpora.
    pub update: bool,
}

/// What libFuzzer needs to see how far an input gets.
const INSTRUMENTATION: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

/// An input that takes longer is a hang.
const HANG_SECONDS: u64 = 25;

/// A committed corpus has at most so many files, and none that is longer.
const MOST_FILES: usize = 60;
const LONGEST: u64 = 8192;

/// Looks at each target, and returns whether none of them crashed.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let known = targets(workspace)?;
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        return Err(format!(
            "there is no target '{unknown}'. There are: {}",
            known.join(", ")
        ));
    }
    let program = build(workspace)?;
    let mut is_good = true;
    println!("target              runs     runs/s   corpus   crashes");
    for name in known
        .iter()
        .filter(|name| options.targets.is_empty() || options.targets.contains(name))
    {
        is_good &= Session::of(workspace, &program, name).look(options)?;
    }
    Ok(is_good)
}

/// The names of the targets, which are those of their corpora: a test of `fuzz/` sees to it.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.root.join("fuzz/corpus");
    let failed = |error| format!("{}: {error}", folder.display());
    let mut names: Vec<String> = fs::read_dir(&folder)
        .map_err(failed)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// Builds the fuzzer in a folder of its own: all that it depends on is instrumented.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let target = Platform::host()?.targets[0];
    let folder = workspace.target.join("fuzz/build");
    let outcome = Run::cargo()
        .dir(&workspace.root)
        .args([
            "build",
            "--release",
            "--package",
            "fuzz",
            "--features",
            "libfuzzer",
            "--bin",
            "fuzz",
        ])
        // With a target, build scripts and macros are not instrumented.
        .args(["--target", target])
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none")
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "2")
        .env("RUSTFLAGS", INSTRUMENTATION)
        // The bindings are not the fuzzer's to bring up to date.
        .env("MI_BINDINGS", "check")
        .capture()?;
    if !outcome.ok() {
        return Err(outcome.output);
    }
    Ok(folder
        .join(target)
        .join("release")
        .join(format!("fuzz{}", std::env::consts::EXE_SUFFIX)))
}

/// A target that is looked at.
struct Session<'a> {
    name: &'a str,
    program: &'a Path,
    /// The committed corpus.
    committed: PathBuf,
    /// What was found, kept between runs.
    found: PathBuf,
    /// Inputs that crash.
    crashes: PathBuf,
}

impl<'a> Session<'a> {
    fn of(workspace: &Workspace, program: &'a Path, name: &'a str) -> Self {
        let place = workspace.target.join("fuzz").join(name);
        Self {
            name,
            program,
            committed: workspace.root.join("fuzz/corpus").join(name),
            found: place.join("corpus"),
            crashes: place.join("crashes"),
        }
    }

    fn look(&self, options: &Options) -> Result<bool> {
        for folder in [&self.found, &self.crashes] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let before = count(&self.crashes);
        let outcome = self
            .fuzzer()
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-timeout={HANG_SECONDS}"))
            .arg(format!("-artifact_prefix={}/", self.crashes.display()))
            .args([
                "-print_final_stats=1",
                "-rss_limit_mb=4096",
                "-max_len=8192",
                "-verbosity=0",
            ])
            .args([&self.found, &self.committed])
            .timeout(Duration::from_secs(options.seconds + 600))
            .capture()?;
        let crashes = count(&self.crashes) - before;
        println!(
            "{:<17} {:>9} {:>9} {:>8} {crashes:>9}",
            self.name,
            statistic(&outcome.output, "number_of_executed_units"),
            statistic(&outcome.output, "average_exec_per_sec"),
            count(&self.found),
        );
        if !outcome.ok() {
            println!(
                "{}\nThe input is in {}",
                tail(&outcome.output),
                self.crashes.display()
            );
            return Ok(false);
        }
        if options.update {
            self.update()?;
        }
        Ok(true)
    }

    fn fuzzer(&self) -> Run {
        Run::new(self.program)
            .env("MI_FUZZ_TARGET", self.name)
            .env("RUST_BACKTRACE", "0")
    }

    /// Adds to the committed corpus the shortest of what reaches further than it does.
    fn update(&self) -> Result<()> {
        let merged = self.found.with_file_name("merged");
        let failed = |error| format!("{}: {error}", merged.display());
        let _ = fs::remove_dir_all(&merged);
        copy(&self.committed, &merged).map_err(failed)?;
        let outcome = self
            .fuzzer()
            .args(["-merge=1", "-verbosity=0"])
            .args([&merged, &self.found])
            .capture()?;
        if !outcome.ok() {
            return Err(outcome.output);
        }
        let mut new: Vec<_> = fs::read_dir(&merged)
            .map_err(failed)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let to = self.committed.join(entry.file_name());
                let length = entry.metadata().ok()?.len();
                (!to.exists() && length <= LONGEST).then(|| (length, entry.path(), to))
            })
            .collect();
        new.sort();
        let room = MOST_FILES.saturating_sub(count(&self.committed));
        for (_, from, to) in new.into_iter().take(room) {
            fs::copy(from, to).map_err(failed)?;
        }
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// A number that libFuzzer prints at its end, `stat::name: 5`.
fn statistic<'a>(output: &'a str, name: &str) -> &'a str {
    let line = output.lines().find_map(|line| {
        let (key, value) = line.strip_prefix("stat::")?.split_once(':')?;
        (key == name).then_some(value.trim())
    });
    line.unwrap_or("?")
}

/// The last lines.
fn tail(output: &str) -> String {
    let lines: Vec<_> = output.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_run_are_read() {
        let output =
            "INFO: x\nstat::number_of_executed_units: 123\nstat::average_exec_per_sec:     45\n";
        assert_eq!(statistic(output, "number_of_executed_units"), "123");
        assert_eq!(statistic(output, "average_exec_per_sec"), "45");
        assert_eq!(statistic(output, "other"), "?");
    }

    #[test]
    fn the_end_of_an_output_is_shown() {
        let output: String = (0..50).map(|line| format!("{line}\n")).collect();
        let shown = tail(&output);
        assert!(
            shown.starts_with("10\n") && shown.ends_with("49"),
            "{shown}"
        );
    }
}
