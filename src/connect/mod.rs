//! Requests to sign in, the chain of sign-ins, and the client that becomes of each.

mod chain;
mod cli_clouds;
mod connection;
mod context;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod methods;
mod registered;
mod request;
mod sign_in;

pub use connection::{Connection, connect};
pub use request::{Network, Request, SignIn};
