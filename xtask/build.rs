//! Tells xtask which target it is built for: cargo names that to build scripts alone.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("cargo sets TARGET");
    println!("cargo::rustc-env=XTASK_TARGET={target}");
}
