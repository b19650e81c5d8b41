//! What it takes to build and to test a checkout.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Sink, minutes, sample};
use crate::Result;
use crate::command::{self, Usage};
use crate::tools::Tools;

/// Takes `demo-cpu` and `demo-wall`: `cargo xtask demo` in a clone of the last commit, with no
/// registry, no target folder and the toolchains that are installed.
pub fn demo(tools: &Tools, sink: Sink<'_>) -> Result<()> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let clone = folder.path().join("clone");
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"]).arg(&tools.root).arg(&clone);
    command::measure(&mut git)?;
    let home = folder.path().join("cargo");
    cargo_home(&home)?;
    let mut demo = cargo(&clone, "demo");
    // Where the toolchains are found is not to depend on the empty home.
    demo.env("CARGO_HOME", &home);
    if let Some(toolchains) = toolchains() {
        demo.env("RUSTUP_HOME", toolchains);
    }
    taken("demo", &command::measure(&mut demo)?, sink);
    Ok(())
}

/// Takes `test-wall` and `test-cpu`: `cargo xtask test` in this checkout, when all is built.
pub fn test(tools: &Tools, sink: Sink<'_>) -> Result<()> {
    // Whatever is out of date is built here, and the tools are fetched.
    command::measure(&mut cargo(&tools.root, "test"))?;
    taken(
        "test",
        &command::measure(&mut cargo(&tools.root, "test"))?,
        sink,
    );
    Ok(())
}

fn taken(measure: &str, usage: &Usage, sink: Sink<'_>) {
    for (kind, time) in [("cpu", usage.cpu), ("wall", usage.wall)] {
        let name = format!("{measure}-{kind}");
        sink(sample(&name, "module", 1, minutes(time), "min"));
    }
}

/// `cargo xtask <command>` in a checkout, without what cargo told this program of its own.
fn cargo(checkout: &Path, command: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let own = env::vars_os().map(|(name, _)| name).filter(is_of_this_run);
    for name in own {
        cargo.env_remove(name);
    }
    cargo
        .current_dir(checkout)
        .stdin(Stdio::null())
        .args(["xtask", command]);
    cargo
}

/// Whether a variable is one that cargo sets for a program that it runs, or that moves the target
/// folder.
fn is_of_this_run(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name == "CARGO_TARGET_DIR"
        || name == "CARGO_MANIFEST_DIR"
        || name == "CARGO_MANIFEST_PATH"
        || name.starts_with("CARGO_PKG_")
        || name.starts_with("MI_")
}

/// An empty home of cargo, with the user's settings: they may say where the registry is.
fn cargo_home(home: &Path) -> Result<()> {
    fs::create_dir_all(home).map_err(|error| format!("{}: {error}", home.display()))?;
    let own = env::var_os("CARGO_HOME").map(PathBuf::from);
    let own = own.or_else(|| Some(env::home_dir()?.join(".cargo")));
    for name in ["config.toml", "config"] {
        if let Some(file) = own
            .as_ref()
            .map(|own| own.join(name))
            .filter(|file| file.is_file())
        {
            fs::copy(&file, home.join(name))
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

/// Where rustup has its toolchains.
fn toolchains() -> Option<PathBuf> {
    let named = env::var_os("RUSTUP_HOME").map(PathBuf::from);
    named.or_else(|| Some(env::home_dir()?.join(".rustup")))
}
