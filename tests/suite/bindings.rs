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

/// A native library, and where its C ABI is.
struct Library {
    name: &'static str,
    header: &'static str,
    imports: &'static str,
    /// The files that define its constants and records.
    sources: &'static [&'static str],
    /// How many exports, constants and records there are at least.
    least: [usize; 3],
}

const LIBRARIES: [Library; 2] = [
    Library {
        name: "managed_identity",
        header: "managed_identity.h",
        imports: "NativeMethods.g.cs",
        sources: &["ffi/common/src/abi.rs", "src/ffi/types.rs"],
        least: [16, 40, 15],
    },
    Library {
        name: "managed_identity_emulator",
        header: "managed_identity_emulator.h",
        imports: "EmulatorMethods.g.cs",
        sources: &["emulator/library/src/abi.rs"],
        least: [6, 2, 4],
    },
];

impl Library {
    fn file(&self) -> PathBuf {
        let test = std::env::current_exe().unwrap();
        let name = format!(
            "{}{}{}",
            std::env::consts::DLL_PREFIX,
            self.name,
            std::env::consts::DLL_SUFFIX
        );
        // A test's own builds of the libraries lie beside the test.
        test.parent().unwrap().join(name)
    }

    fn exports(&self) -> BTreeSet<String> {
        let bytes = fs::read(self.file()).unwrap();
        let library = object::File::parse(&*bytes).unwrap();
        library
            .exports()
            .unwrap()
            .iter()
            .map(|export| String::from_utf8_lossy(export.name()).into_owned())
            // Mach-O puts an underscore before C names.
            .map(|name| match cfg!(target_vendor = "apple") {
                true => name.trim_start_matches('_').to_owned(),
                false => name,
            })
            .collect()
    }

    fn definitions(&self, before: &str) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        self.sources
            .iter()
            .flat_map(|file| names_after(&read(&root.join(file)), before))
            .collect()
    }
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
    let of_libraries = |one: &Library| [one.header, one.imports];
    for file in LIBRARIES
        .iter()
        .flat_map(of_libraries)
        .chain(["Records.g.cs"])
    {
        let generated = read(&Path::new(env!("MI_GENERATED_BINDINGS")).join(file));
        assert!(
            committed(file) == generated,
            "bindings/{file} is out of date: run cargo build and commit it"
        );
    }
}

#[test]
fn every_export_is_imported_and_the_other_way_round() {
    for library in LIBRARIES {
        let exported = library.exports();
        assert!(exported.len() >= library.least[0], "{exported:?}");

        let imported = names_after(&committed(library.imports), "EntryPoint = \"");
        assert_eq!(imported, exported);

        let header = committed(library.header);
        let declared: BTreeSet<String> = exported
            .iter()
            .filter(|name| header.contains(&format!("{name}(")))
            .cloned()
            .collect();
        assert_eq!(declared, exported);
    }
}

#[test]
fn every_constant_and_record_is_in_both_bindings() {
    for library in LIBRARIES {
        let (header, imports) = (committed(library.header), committed(library.imports));
        let constants = library.definitions("\npub const ");
        let records = library.definitions("\npub struct ");
        assert!(constants.len() >= library.least[1], "{constants:?}");
        assert!(records.len() >= library.least[2], "{records:?}");
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
}

#[test]
fn the_library_that_is_for_azure_has_nothing_of_the_emulator() {
    let [azure, emulator] = LIBRARIES;
    let said = emulator::seed::SUBSCRIPTION_NAME.as_bytes();
    let holds = |library: Library| {
        let bytes = fs::read(library.file()).unwrap();
        bytes.windows(said.len()).any(|part| part == said)
    };
    assert!(holds(emulator));
    assert!(!holds(azure));
}
