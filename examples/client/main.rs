//! The library as a program, for the tests of other people's clients: what it sees and does at an
//! emulator, as JSON.
//!
//! `cargo run --package examples --bin client -- snapshot http://127.0.0.1:PORT`

mod change;
mod cli_sign_in;
mod credentials;
mod deploy;
mod members;
mod roles;
mod shared;
mod snapshot;

use std::env;
use std::error::Error;

use serde_json::Value;

const USAGE: &str =
    "client snapshot | change | roles | credentials | members | deploy | cli_sign_in";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The rest of the command line.
type Arguments = std::iter::Skip<env::Args>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let command = env::args().nth(1);
    let arguments = env::args().skip(2);
    let answer: Value = match command.as_deref() {
        Some("snapshot") => snapshot::run(arguments).await?,
        Some("change") => change::run(arguments).await?,
        Some("roles") => roles::run(arguments).await?,
        Some("credentials") => credentials::run(arguments).await?,
        Some("members") => members::run(arguments).await?,
        Some("deploy") => deploy::run(arguments).await?,
        Some("cli_sign_in") => cli_sign_in::run(arguments).await?,
        _ => return Err(USAGE.into()),
    };
    println!("{answer:#}");
    Ok(())
}
