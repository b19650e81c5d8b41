//! The fuzzer: libFuzzer over the target that `MI_FUZZ_TARGET` names. `cargo xtask fuzz` builds and
//! starts it.

#![no_main]

use std::sync::LazyLock;

use fuzz::Target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("MI_FUZZ_TARGET").unwrap_or_default();
    Target::named(&name).unwrap_or_else(|| panic!("MI_FUZZ_TARGET: no target '{name}'"))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.run(data));
