//! What everything stands on: time, random values, HTTP messages, what the emulator starts with.

pub(crate) mod admin_key;
pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod json;
pub(crate) mod options;
pub(crate) mod pattern;
pub(crate) mod private;
pub(crate) mod random;
pub mod seed;
