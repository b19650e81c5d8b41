//! The library as its callers use it, against the emulator and other counterparts.
//!
//! One program: what the tests need is linked once. `cargo test --test suite removal::` runs a file.

mod access;
mod app_roles;
#[cfg(unix)]
mod audience;
mod bindings;
mod bounds;
mod c_abi;
mod completion;
mod creations;
mod errors;
mod faults;
mod federated;
mod fleet;
mod histories;
mod hostile;
mod hosts;
mod identity;
mod layers;
mod recorded_calls;
mod recordings;
mod references;
mod removal;
mod replay;
mod resilience;
mod resource_identity;
mod resource_types;
mod scale_set;
mod sign_in;
mod support;
mod vm_identity;
mod wording;
mod workflows;
