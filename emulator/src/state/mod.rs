//! What the emulator remembers.

pub(crate) mod directory;
pub(crate) mod faults;
pub(crate) mod history;
pub(crate) mod log;
mod store;

pub(crate) use store::*;
