//! A C program, compiled against the committed header, uses the library.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A test's own build of the library lies beside the test.
fn folder_of_the_library() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().to_owned()
}

/// Compiles `tests/c/<name>.c` and links it to the library.
fn compile(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("tests/c").join(format!("{name}.c"));
    let libraries = folder_of_the_library();
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
            .arg(libraries.join("managed_identity.dll.lib"))
            .arg(format!("/Fe:{}", program.display()));
    } else {
        command
            .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"])
            .arg("-I")
            .arg(bindings)
            .arg(&source)
            .arg("-L")
            .arg(&libraries)
            .arg("-lmanaged_identity")
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
    let mut path = vec![folder_of_the_library()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let output = Command::new(compile(name))
        .env("PATH", env::join_paths(path).unwrap())
        // Cargo puts folders in front that may hold the library of an earlier build.
        .env("LD_LIBRARY_PATH", folder_of_the_library())
        .env("DYLD_LIBRARY_PATH", folder_of_the_library())
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
