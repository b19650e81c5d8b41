//! What can complete a word of a command line: names and ids that the service knows, through the
//! connection that is there, within the time that a person waits for a key.

mod complete;
mod found;
mod memory;
mod paths;
mod quiet;
mod request;
mod resources;
mod subject;
mod types;

pub use complete::{complete, known};
pub use found::Suggestion;
pub use memory::Memory;
pub use request::{Kind, Request};
