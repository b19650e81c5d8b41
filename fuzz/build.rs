//! Generates the calls of the C ABI that the target `abi` makes.

use std::path::PathBuf;
use std::{env, fs};

use ffi_generator::Declarations;

const SOURCES: [&str; 3] = [
    "../ffi/common/src/abi.rs",
    "../src/ffi/types.rs",
    "../src/ffi/exports.rs",
];

fn main() {
    let texts = SOURCES.map(|file| {
        println!("cargo::rerun-if-changed={file}");
        (file, fs::read_to_string(file).expect("is there"))
    });
    let files = texts.iter().map(|(file, text)| (*file, text.as_str()));
    let declarations = Declarations::read(files).unwrap_or_else(|error| panic!("{error}"));
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(folder.join("hostile.rs"), declarations.hostile()).expect("OUT_DIR can be written");
}
