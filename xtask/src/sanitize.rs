//! `cargo xtask sanitize`: the C ABIs under AddressSanitizer, and the C programs that use them under
//! valgrind. On Linux alone, where both are.

use std::time::Duration;

use crate::platform::Platform;
use crate::process::{Result, Run};
use crate::workspace::Workspace;

/// All that is lost is an error, and so is every read or write that is not allowed. What is "possibly
/// lost" are the threads of the runtime, which never end.
const VALGRIND: &str = "valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite";

/// The tests that cross the ABIs: what each package has, and which of it.
const TESTS: [&[&str]; 4] = [
    &["--package", "ffi-common"],
    &["--package", "managed-identity-emulator", "--lib"],
    &["--package", "fuzz", "--test", "panics"],
    &["--package", "fuzz", "--test", "corpus", "abi"],
];

/// Under both a test takes many times as long.
const TIMEOUT: Duration = Duration::from_secs(90 * 60);

/// Runs all, and returns whether nothing was found.
pub fn run(workspace: &Workspace) -> Result<bool> {
    if !cfg!(target_os = "linux") {
        return Err("AddressSanitizer and valgrind are run on Linux".to_owned());
    }
    let mut is_good = true;
    let programs = Run::cargo()
        .args([
            "test",
            "--package",
            "managed-identity",
            "--test",
            "suite",
            "c_abi::",
        ])
        .env("MI_C_RUNNER", VALGRIND);
    is_good &= report("valgrind", programs.dir(&workspace.root))?;
    let target = Platform::host()?.targets[0];
    for test in TESTS {
        let run = Run::cargo()
            .dir(&workspace.root)
            // With a target, build scripts and macros are not instrumented.
            .args(["test", "--target", target])
            .args(test)
            // The sanitizer is stable in LLVM; only the option is not in rustc.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Zsanitizer=address")
            .env("CARGO_TARGET_DIR", workspace.target.join("sanitize"))
            .env("MI_BINDINGS", "check");
        is_good &= report(&format!("AddressSanitizer: {}", test.join(" ")), run)?;
    }
    Ok(is_good)
}

fn report(what: &str, run: Run) -> Result<bool> {
    let outcome = run.timeout(TIMEOUT).capture()?;
    match outcome.ok() {
        true => println!("ok      {what}"),
        false => println!("FAILED  {what}\n{}", outcome.output),
    }
    Ok(outcome.ok())
}
