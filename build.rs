//! Generates the C header and the C# imports from the C ABI in `src/ffi`.
//!
//! Both land in `OUT_DIR`, where a test compares them with the committed ones in `bindings/`.
//! Unless `MI_BINDINGS=check` is set, `bindings/` is brought up to date as well.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The files that hold the C ABI. csbindgen does not follow `mod`, so each is named here.
const ABI_FILES: [&str; 2] = ["src/ffi/types.rs", "src/ffi/exports.rs"];

fn main() {
    for file in ABI_FILES {
        println!("cargo::rerun-if-changed={file}");
    }
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
    generate_header(&generated.join("managed_identity.h"));
    generate_imports(&generated.join("NativeMethods.g.cs"));

    if env::var_os("MI_BINDINGS").is_none_or(|value| value != "check") {
        for file in ["managed_identity.h", "NativeMethods.g.cs"] {
            update(&generated.join(file), &Path::new("bindings").join(file));
        }
    }
}

fn generate_header(to: &Path) {
    let config = cbindgen::Config {
        language: cbindgen::Language::C,
        include_guard: Some("MANAGED_IDENTITY_H".to_owned()),
        autogen_warning: Some("/* Generated from src/ffi by build.rs. Do not edit. */".to_owned()),
        cpp_compat: true,
        documentation_style: cbindgen::DocumentationStyle::C99,
        usize_is_size_t: true,
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        ..Default::default()
    };
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in ABI_FILES {
        builder = builder.with_src(file);
    }
    builder
        .generate()
        .expect("cbindgen reads src/ffi")
        .write_to_file(to);
}

fn generate_imports(to: &Path) {
    let mut builder = csbindgen::Builder::default();
    for file in ABI_FILES {
        builder = builder.input_extern_file(file);
    }
    builder
        .csharp_namespace("ManagedIdentity.Native")
        .csharp_class_name("NativeMethods")
        .csharp_dll_name("managed_identity")
        .csharp_use_function_pointer(false)
        .csharp_generate_const_filter(|name| name.starts_with("MI_"))
        .generate_csharp_file(to)
        .expect("csbindgen reads src/ffi");
}

/// Writes only what differs, so that nothing that depends on the file's time is built again.
fn update(from: &Path, to: &Path) {
    let wanted = fs::read(from).expect("was just generated");
    if fs::read(to).ok().as_ref() != Some(&wanted) {
        fs::create_dir_all(to.parent().expect("has a folder")).expect("bindings/ can be made");
        fs::write(to, wanted).expect("bindings/ can be written");
    }
}
