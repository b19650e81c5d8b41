//! C programs, compiled against the committed headers, use the libraries.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const LIBRARIES: [&str; 2] = ["managed_identity", "managed_identity_emulator"];

/// A test's own builds of the libraries lie beside the test.
fn folder_of_the_libraries() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().to_owned()
}

/// Compiles `tests/c/<name>.c` and links it to the libraries.
fn compile(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("tests/c").join(format!("{name}.c"));
    let libraries = folder_of_the_libraries();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = out.join(name).with_extension(env::consts::EXE_EXTENSION);
    let target = env!("MI_TARGET");
    let compiler = cc::Build::new()
        .target(target)
        .host(target)
        .opt_level(0)
        .cargo_metadata(false)
        .try_get_compiler()
        .expect("a C compiler is needed: install gcc, clang or Visual Studio's build tools");
    let mut command: Command = compiler.to_command();
    command.current_dir(out);
    let bindings = root.join("bindings");
    if compiler.is_like_msvc() {
        command
            .arg(format!("/I{}", bindings.display()))
            .arg(&source)
            .args(LIBRARIES.map(|name| libraries.join(format!("{name}.dll.lib"))))
            .arg(format!("/Fe:{}", program.display()));
    } else {
        command
            .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"])
            .arg("-I")
            .arg(bindings)
            .arg(&source)
            .arg("-L")
            .arg(&libraries)
            .args(LIBRARIES.map(|name| format!("-l{name}")))
            .arg(format!("-Wl,-rpath,{}", libraries.display()))
            .arg("-o")
            .arg(&program);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    program
}

fn run(name: &str) -> String {
    let mut path = vec![folder_of_the_libraries()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    // A program that runs it, such as valgrind, with its arguments.
    let runner = env::var("MI_C_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace();
    let program = compile(name);
    let mut command = match words.next() {
        Some(runner) => Command::new(runner),
        None => Command::new(&program),
    };
    if !runner.is_empty() {
        command.args(words).arg(&program);
    }
    let output = command
        .env("PATH", env::join_paths(path).unwrap())
        // Cargo puts folders in front that may hold the libraries of an earlier build.
        .env("LD_LIBRARY_PATH", folder_of_the_libraries())
        .env("DYLD_LIBRARY_PATH", folder_of_the_libraries())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    assert!(
        output.status.success(),
        "{:?}\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn a_c_program_lists_identities() {
    let text = run("list_identities");
    assert_eq!(text, "id1 eastus\nid2 eastus\nid3 eastus\n");
}

#[test]
fn misuse_ends_in_an_error_and_not_in_a_crash() {
    assert_eq!(run("misuse"), "ok\n");
}
