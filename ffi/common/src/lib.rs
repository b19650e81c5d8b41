//! What the C ABIs of both native libraries share: `src/ffi` and `emulator/library`.

#![allow(unsafe_code)]

pub mod abi;
mod pin;

pub use pin::keep_loaded;
