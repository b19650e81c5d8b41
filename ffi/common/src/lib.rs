//! What the C ABIs of both native libraries share: `src/ffi` and `emulator/library`.

#![allow(unsafe_code)]

pub mod abi;
pub mod input;
mod pin;

pub use pin::keep_loaded;
