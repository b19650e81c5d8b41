//! Sign-ins, and the tokens that they give.

mod azure_cli;
mod client_secret;
mod connect;
mod given;
mod token;

pub use azure_cli::AzureCli;
pub use client_secret::ClientSecret;
pub use connect::{Connection, Request, SignIn, connect};
pub use given::GivenTokens;
pub use token::{AccessToken, Credential, Secret};
pub(crate) use token::{Audience, Caller, Tokens};
