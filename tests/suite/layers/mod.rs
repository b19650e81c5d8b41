//! The imports of the Rust sources run one way: from each layer to those below it, and in no circle
//! within a folder. ARCHITECTURE.md has the order as a picture.

mod imports;
mod rules;
mod tree;

use std::path::Path;

use tree::Tree;

/// Checks the sources below a folder of the repository; `order` has the layers from the ground up.
fn check(folder: &str, order: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let broken = rules::broken(&Tree::below(&root), order);
    assert!(broken.is_empty(), "in {folder}:\n{}", broken.join("\n"));
}

#[test]
fn the_library() {
    check(
        "src",
        &[
            "base",
            "auth",
            "emulator",
            "arm",
            "connect",
            "identity",
            "resource",
            "compute",
            "access",
            "deployment",
            "export",
            "completion",
            "ffi",
            "fuzzing",
        ],
    );
}

#[test]
fn the_emulator() {
    check(
        "emulator/src",
        &[
            "base",
            "model",
            "state",
            "tokens",
            "arm",
            "authorization compute deployment generic graph hosts identity msgraph oauth resource_types resources",
            "admin",
            "app",
            "server fuzzing",
            "storage tls",
        ],
    );
}
