//! Identities as a template that makes them again.

mod arm;
mod bicep;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gather;
mod model;
mod render;
mod request;

pub use render::export;
pub use request::{Export, Format};
