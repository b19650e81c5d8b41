//! The C ABI: the only unsafe code of this library, and no logic.
//!
//! | Who | owns what |
//! | --- | --- |
//! | Inputs | the host's; copied before the call returns |
//! | Queues, clients | handles, numbers that are never used twice; freed by `azmi_queue_free`, `azmi_client_free` |
//! | Events | the host's from `azmi_queue_wait` to `azmi_event_free`; all that an event points to lives as long |
//! | Texts of `azmi_version`, `azmi_status_text` | the library's, for ever |
//!
//! Nothing is pushed: the host pulls events out of a queue on the thread that it likes. A panic
//! becomes the status `AZMI_ERROR_PANIC`, or the failure of the operation that it happened in.

#![allow(unsafe_code)]

mod changes;
mod events;
mod exports;
mod guard;
mod inputs;
mod kind;
mod listing;
mod mode;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod panics;
mod questions;
mod queue;
mod read;
mod records;
mod registry;
mod resources;
mod show;
mod submit;
mod types;
mod wipe;

pub use exports::*;
pub use types::*;
