#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};

use object::Architecture;

use super::*;
use crate::platform::ALL;

/// A library as that of a platform must be, with two names in its ABI.
fn good(platform: &Platform) -> Facts {
    let architecture = match platform.architecture() {
        "x64" => Architecture::X86_64,
        _ => Architecture::Aarch64,
    };
    Facts {
        system: platform.system,
        architecture,
        exports: abi(),
        needs: BTreeSet::new(),
        system_version: None,
        product_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    }
}

fn abi() -> BTreeSet<String> {
    ["azmi_one", "azmi_two"].map(str::to_owned).into()
}

fn of(rid: &str) -> &'static Platform {
    ALL.iter()
        .find(|one| one.rid == rid)
        .expect("is in the table")
}

/// The only thing that is wrong with a library after a change.
fn fault(rid: &str, change: impl Fn(&mut Facts)) -> String {
    let mut facts = good(of(rid));
    assert_eq!(faults(&facts, of(rid), &abi(), true), Vec::<String>::new());
    change(&mut facts);
    let [fault] = <[String; 1]>::try_from(faults(&facts, of(rid), &abi(), true))
        .unwrap_or_else(|faults| panic!("{faults:?}"));
    fault
}

fn needing(name: &'static str) -> impl Fn(&mut Facts) {
    move |facts| {
        facts.needs.insert(name.to_owned());
    }
}

#[test]
fn a_library_of_another_platform_is_told_as_that_alone() {
    for platform in &ALL {
        let other = of(if platform.rid == "win-x64" {
            "osx-arm64"
        } else {
            "win-x64"
        });
        let [fault] = &faults(&good(other), platform, &BTreeSet::new(), true)[..] else {
            panic!("one fault");
        };
        assert!(fault.contains("is made for"), "{fault}");
    }
}

#[test]
fn nothing_but_the_abi_is_exported_and_all_of_it() {
    let beyond = fault("linux-x64", |facts| {
        facts.exports.insert("mi_version".to_owned());
    });
    assert!(
        beyond.contains("exports 1 names") && beyond.contains("mi_version"),
        "{beyond}"
    );
    let missing = fault("osx-x64", |facts| {
        facts.exports.remove("azmi_two");
    });
    assert!(missing.contains("does not export azmi_two"), "{missing}");
}

#[test]
fn what_the_system_does_not_have_is_not_needed() {
    for (rid, name) in [
        ("win-x64", "VCRUNTIME140.dll"),
        ("win-arm64", "MSVCP140.dll"),
        ("win-x64", "libgcc_s_seh-1.dll"),
        ("win-x64", "libwinpthread-1.dll"),
        ("linux-x64", "libssl.so.3"),
        ("linux-musl-x64", "libc.so.6"),
        ("osx-arm64", "/opt/homebrew/lib/libz.dylib"),
    ] {
        let fault = fault(rid, needing(name));
        assert!(fault.contains(name), "{fault}");
    }
}

#[test]
fn the_floor_counts_where_it_is_claimed() {
    let mut facts = good(of("linux-arm64"));
    facts.system_version = Some((2, 28));
    assert!(faults(&facts, of("linux-arm64"), &abi(), true).is_empty());
    facts.system_version = Some((2, 100));
    assert!(faults(&facts, of("linux-arm64"), &abi(), false).is_empty());

    let later = fault("linux-arm64", |facts| facts.system_version = Some((2, 100)));
    assert!(
        later.contains("2.100") && later.contains("glibc 2.28"),
        "{later}"
    );
    let later = fault("osx-x64", |facts| facts.system_version = Some((15, 0)));
    assert!(later.contains("macOS 11.0"), "{later}");
}

#[test]
fn a_library_for_windows_says_its_version() {
    let none = fault("win-arm64", |facts| facts.product_version = None);
    assert!(none.contains("no version"), "{none}");
    let other = fault("win-x64", |facts| {
        facts.product_version = Some("0.0.9".to_owned())
    });
    assert!(other.contains("0.0.9"), "{other}");
}

#[test]
fn a_version_is_read_from_a_resource() {
    let text = "ProductName\0ManagedIdentity\0\0ProductVersion\0\x000.1.0\0\u{8}";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(library::product_version(&bytes).as_deref(), Some("0.1.0"));
    assert_eq!(library::product_version(b"nothing"), None);
}

/// This very program: what every format has is read from it, on every host.
#[test]
fn a_file_of_this_host_is_read() {
    let program = std::env::current_exe().expect("a program has a path");
    let facts = Facts::read(&fs::read(program).expect("is there")).expect("is a program");
    let host = Platform::host().expect("tests run on a platform of the module");
    assert_eq!(facts.made_for(), (host.system, host.architecture()));
    assert!(!facts.needs.is_empty());
    for name in &facts.needs {
        assert!(is_of_system(host, name), "{name}");
    }
    assert_eq!(
        facts.system_version.is_some(),
        !matches!(host.floor, Floor::Windows(_) | Floor::Musl(_))
    );
}

#[test]
fn a_file_that_is_no_library_is_an_error() {
    assert!(Facts::read(b"").is_err());
    assert!(Facts::read(b"#!/bin/sh\nexit 1\n").is_err());
}

#[test]
fn each_folder_must_be_a_platform_s_with_its_libraries() {
    let workspace = Workspace::find().expect("tests run in it");
    let parent = tempfile::tempdir().expect("can be made");
    fs::create_dir(parent.path().join("linux-x86")).expect("can be made");
    fs::create_dir(parent.path().join("linux-x64")).expect("can be made");
    fs::write(parent.path().join("linux-x64/managed_identity.so"), "text").expect("can be written");
    let wrong = folders(&workspace, parent.path()).unwrap_err();
    assert!(wrong.contains("linux-x86 is no platform"), "{wrong}");
    assert!(wrong.contains("managed_identity_emulator.so"), "{wrong}");

    let wrong = release(&workspace, parent.path()).unwrap_err();
    for platform in &ALL {
        assert!(wrong.contains(platform.rid), "{wrong}");
    }
}

/// A library of C that exports a name of its own, and needs another library, of a version of the
/// C library that is not there yet.
#[test]
#[cfg(target_os = "linux")]
fn exports_needs_and_versions_are_those_of_the_file() {
    let folder = tempfile::tempdir().expect("can be made");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("versions"), "GLIBC_2.99 { global: later; };").expect("can be written");
    let script = format!("-Wl,--version-script={}", at("versions").display());
    let needed = compile(
        folder.path(),
        "libneeded.so",
        "int later(void) { return 1; }",
        &[&script],
    );
    let source = "int later(void); int azmi_one(void) { return later(); } int beyond;";
    let file = compile(
        folder.path(),
        "libone.so",
        source,
        &[needed.to_str().expect("is UTF-8")],
    );

    let facts = Facts::read(&fs::read(file).expect("is there")).expect("is a library");
    assert_eq!(
        facts.exports,
        ["azmi_one", "beyond"].map(str::to_owned).into()
    );
    assert!(facts.needs.contains("libneeded.so"), "{:?}", facts.needs);
    assert_eq!(facts.system_version, Some((2, 99)));
}

#[cfg(target_os = "linux")]
fn compile(folder: &Path, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
    let (file, input) = (folder.join(name), folder.join(name).with_extension("c"));
    fs::write(&input, source).expect("can be written");
    let target = platform::HOST;
    let output = cc::Build::new()
        .target(target)
        .host(target)
        .opt_level(0)
        .cargo_metadata(false)
        .get_compiler()
        .to_command()
        .args(["-shared", "-fPIC", &format!("-Wl,-soname,{name}"), "-o"])
        .arg(&file)
        .arg(&input)
        .args(arguments)
        .output()
        .expect("a C compiler is needed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    file
}
