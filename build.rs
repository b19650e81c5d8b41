//! Generates the C headers and the C# imports from the C ABIs of both native libraries: this one's
//! in `src/ffi`, and the emulator's in `emulator/library`. From the records of this one's it also
//! generates what is mechanical on both sides: see `ffi/generator`.
//!
//! They land in `OUT_DIR`, where a test compares them with the committed ones in `bindings/`.
//! Unless `MI_BINDINGS=check` is set, `bindings/` is brought up to date as well.
//!
//! The headers and the imports need the feature `bindings`, which is a default. A build that only
//! wants the libraries goes without: it has the committed ones, and is spared two generators.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ffi_generator::Declarations;

/// A native library, and what is generated from its C ABI.
struct Library {
    /// The name that it is loaded by.
    name: &'static str,
    /// The files that hold its C ABI. csbindgen does not follow `mod`, so each is named here.
    sources: &'static [&'static str],
    /// The header that has what its ABI shares with another.
    #[cfg_attr(
        not(feature = "bindings"),
        expect(dead_code, reason = "for the generators")
    )]
    includes: &'static [&'static str],
    /// The C# class of its imports, which names their file too.
    class: &'static str,
}

const LIBRARIES: [Library; 2] = [
    Library {
        name: "managed_identity",
        sources: &[
            "ffi/common/src/abi.rs",
            "src/ffi/types.rs",
            "src/ffi/exports.rs",
        ],
        includes: &[],
        class: "NativeMethods",
    },
    Library {
        name: "managed_identity_emulator",
        sources: &["emulator/library/src/abi.rs"],
        includes: &["managed_identity.h"],
        class: "EmulatorMethods",
    },
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=bindings");
    println!("cargo::rerun-if-env-changed=MI_BINDINGS");

    let generated = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!(
        "cargo::rustc-env=MI_GENERATED_BINDINGS={}",
        generated.display()
    );
    println!(
        "cargo::rustc-env=MI_TARGET={}",
        env::var("TARGET").expect("cargo sets TARGET")
    );
    #[cfg_attr(
        not(feature = "bindings"),
        expect(unused_mut, reason = "the records are all")
    )]
    let mut bindings = vec![records(&LIBRARIES[0], &generated)];
    let imports = format!("bindings/{}.g.cs", LIBRARIES[0].class);
    ffi_link::library(LIBRARIES[0].name, Path::new(&imports));
    for library in LIBRARIES {
        for file in library.sources {
            println!("cargo::rerun-if-changed={file}");
        }
        #[cfg(feature = "bindings")]
        bindings.extend([library.header(&generated), library.imports(&generated)]);
    }
    if env::var_os("MI_BINDINGS").is_none_or(|value| value != "check") {
        for file in bindings {
            update(&generated.join(&file), &Path::new("bindings").join(&file));
        }
    }
}

#[cfg(feature = "bindings")]
impl Library {
    /// Generates the C header in a folder and returns its name.
    fn header(&self, folder: &Path) -> String {
        let from = Path::new(self.sources[self.sources.len() - 1])
            .parent()
            .expect("has a folder");
        let config = cbindgen::Config {
            language: cbindgen::Language::C,
            include_guard: Some(format!("{}_H", self.name.to_uppercase())),
            autogen_warning: Some(format!(
                "/* Generated from {} by build.rs. Do not edit. */",
                from.display()
            )),
            cpp_compat: true,
            documentation_style: cbindgen::DocumentationStyle::C99,
            usize_is_size_t: true,
            no_includes: true,
            sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
            includes: self.includes.iter().map(|&file| file.to_owned()).collect(),
            ..Default::default()
        };
        let mut builder = cbindgen::Builder::new().with_config(config);
        for file in self.sources {
            builder = builder.with_src(file);
        }
        let file = format!("{}.h", self.name);
        builder
            .generate()
            .expect("cbindgen reads the C ABI")
            .write_to_file(folder.join(&file));
        file
    }

    /// Generates the C# imports in a folder and returns their file's name.
    fn imports(&self, folder: &Path) -> String {
        let mut builder = csbindgen::Builder::default();
        for file in self.sources {
            builder = builder.input_extern_file(file);
        }
        let file = format!("{}.g.cs", self.class);
        builder
            .csharp_namespace("ManagedIdentity.Native")
            .csharp_class_name(self.class)
            .csharp_dll_name(self.name)
            .csharp_use_function_pointer(false)
            .csharp_generate_const_filter(|name| name.starts_with("AZMI_"))
            .generate_csharp_file(folder.join(&file))
            .expect("csbindgen reads the C ABI");
        file
    }
}

/// Generates in a folder the Rust and the C# of a library's records, and returns the name of the
/// file in C#.
fn records(library: &Library, folder: &Path) -> String {
    let texts: Vec<_> = library
        .sources
        .iter()
        .map(|file| (*file, fs::read_to_string(file).expect("is there")))
        .collect();
    let files = texts.iter().map(|(file, text)| (*file, text.as_str()));
    let generate = || {
        let declarations = Declarations::read(files)?;
        Ok((declarations.rust()?, declarations.csharp("src/ffi")?))
    };
    let (rust, csharp) = generate().unwrap_or_else(|error: String| panic!("{error}"));
    fs::write(folder.join("records.rs"), rust).expect("OUT_DIR can be written");
    let file = "Records.g.cs".to_owned();
    fs::write(folder.join(&file), csharp).expect("OUT_DIR can be written");
    file
}

/// Writes only what differs, so that nothing that depends on the file's time is built again.
fn update(from: &Path, to: &Path) {
    let wanted = fs::read(from).expect("was just generated");
    if fs::read(to).ok().as_ref() != Some(&wanted) {
        fs::create_dir_all(to.parent().expect("has a folder")).expect("bindings/ can be made");
        fs::write(to, wanted).expect("bindings/ can be written");
    }
}
