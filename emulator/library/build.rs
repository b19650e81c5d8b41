//! Tells the linker about the emulator's native library: see `ffi/link`.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    ffi_link::library(
        "managed_identity_emulator",
        Path::new("../../bindings/EmulatorMethods.g.cs"),
    );
}
