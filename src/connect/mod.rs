//! Requests to sign in, and the client that becomes of each.

mod chain;
mod connection;
mod registered;
mod sign_in;

pub use connection::{Connection, Request, SignIn, connect};
