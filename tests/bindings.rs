//! The generated bindings are the committed ones, and cover what the library exports.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use object::Object;

fn committed(file: &str) -> String {
    read(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("bindings")
            .join(file),
    )
}

fn read(path: &Path) -> String {
    // A checkout on Windows may have other line ends.
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .replace("\r\n", "\n")
}

fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let name = format!(
        "{}managed_identity{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    // A test's own build of the library lies beside the test.
    test.parent().unwrap().join(name)
}

/// The words of `text` that follow `before`, up to a character that no name has.
fn names_after(text: &str, before: &str) -> BTreeSet<String> {
    text.match_indices(before)
        .map(|(at, _)| {
            text[at + before.len()..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn the_committed_bindings_are_what_the_build_generates() {
    for file in ["managed_identity.h", "NativeMethods.g.cs"] {
        let generated = read(&Path::new(env!("MI_GENERATED_BINDINGS")).join(file));
        assert!(
            committed(file) == generated,
            "bindings/{file} is out of date: run cargo build and commit it"
        );
    }
}

#[test]
fn every_export_is_imported_and_the_other_way_round() {
    let bytes = fs::read(library()).unwrap();
    let library = object::File::parse(&*bytes).unwrap();
    let exported: BTreeSet<String> = library
        .exports()
        .unwrap()
        .iter()
        .map(|export| String::from_utf8_lossy(export.name()).into_owned())
        // Mach-O puts an underscore before C names.
        .map(|name| name.trim_start_matches('_').to_owned())
        .filter(|name| name.starts_with("mi_"))
        .collect();
    assert!(exported.len() >= 16, "{exported:?}");

    let imported: BTreeSet<String> =
        names_after(&committed("NativeMethods.g.cs"), "EntryPoint = \"");
    assert_eq!(imported, exported);

    let header = committed("managed_identity.h");
    let declared: BTreeSet<String> = exported
        .iter()
        .filter(|name| header.contains(&format!("{name}(")))
        .cloned()
        .collect();
    assert_eq!(declared, exported);
}

#[test]
fn every_constant_and_record_is_in_both_bindings() {
    let types = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi/types.rs"));
    let (header, imports) = (
        committed("managed_identity.h"),
        committed("NativeMethods.g.cs"),
    );
    let constants = names_after(&types, "pub const ");
    let records = names_after(&types, "pub struct ");
    assert!(constants.len() > 40 && records.len() > 15);
    for name in &constants {
        assert!(header.contains(&format!("#define {name} ")), "{name}");
        assert!(imports.contains(&format!(" {name} = ")), "{name}");
    }
    for name in &records {
        assert!(
            header.contains(&format!("typedef struct {name} ")),
            "{name}"
        );
        assert!(
            imports.contains(&format!("partial struct {name}\n")),
            "{name}"
        );
    }
}
