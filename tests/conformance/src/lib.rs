//! Sends one script of requests to the emulator and to another Azure Resource Manager, and shows
//! where their answers differ. `cargo xtask conformance` runs it.

pub mod compare;
pub mod known;
pub mod record;
pub mod run;
pub mod script;
pub mod service;
mod variables;

/// A result whose error is what the user reads.
pub type Result<T, E = String> = std::result::Result<T, E>;
