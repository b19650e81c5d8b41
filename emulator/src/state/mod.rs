//! What the emulator remembers.
//!
//! [`State`] is what Azure would keep (and what a state file holds); [`Session`] is what belongs
//! to this run: tokens, the request log, faults, settings. Both are in the one [`World`], behind one
//! lock, and every handler is a plain function over it.

pub(crate) mod directory;
pub(crate) mod faults;
pub(crate) mod file;
pub(crate) mod hierarchy;
pub(crate) mod history;
pub(crate) mod key;
pub(crate) mod log;
mod session;
mod settings;
mod store;
pub(crate) mod throttle;
mod world;

pub(crate) use session::{Part, Parts, Registration};
pub(crate) use settings::UnknownMap;
pub(crate) use store::{State, within, within_after};
pub(crate) use world::World;
