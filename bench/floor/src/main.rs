//! The least that the module's requests can take: a bare HTTP client, which sends the same requests at
//! the same concurrency and reads what is in them into the same fields. It checks nothing, retries
//! nothing and reports nothing.
//!
//! Each run prints one line of JSON with what it took ([`outcome::Outcome`]); the scripts in
//! `bench/scripts` make samples of it.

mod client;
mod identity;
mod list;
mod outcome;
mod plan;
mod repeat;
mod replay;
mod sockets;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use reqwest::Url;

use client::Bare;
use outcome::Outcome;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A bare client that sends requests as fast as it can, and prints as JSON what they took.
///
/// The environment variable FLOOR_TOKEN is the token that it sends.
#[derive(Debug, Parser)]
#[command(name = "floor", version)]
struct Arguments {
    #[command(flatten)]
    way: Way,
    #[command(subcommand)]
    command: Command,
}

/// How requests leave.
#[derive(Args, Debug)]
pub(crate) struct Way {
    /// A certificate (PEM) to trust
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Use HTTP/2 where the server offers it
    #[cfg(feature = "http2")]
    #[arg(long)]
    http2: bool,
    /// Ask for compressed bodies
    #[cfg(feature = "gzip")]
    #[arg(long)]
    gzip: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the same identity again and again, one request after the other
    Get {
        /// The identity's URL
        url: Url,
        /// How many times
        #[arg(long, value_name = "N", default_value_t = 1)]
        count: usize,
    },
    /// Read all pages of a list of identities
    List {
        /// The URL of the first page
        url: Url,
        /// Find the links alone and leave the items unread
        #[arg(long)]
        bytes: bool,
    },
    /// Send requests that were recorded, in the order in which they need each other
    Replay {
        /// The endpoint that they go to
        endpoint: Url,
        /// A log of requests, as GET /_emulator/requests answers
        #[arg(long, value_name = "FILE")]
        requests: PathBuf,
        /// How many resources at a time
        #[arg(long, value_name = "N", default_value_t = 32)]
        concurrency: usize,
        /// The body of all that write
        #[arg(long, value_name = "JSON", default_value = "{}")]
        body: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(outcome) => {
            println!("{}", outcome.line());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("floor: {}", client::causes(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(Arguments { way, command }: Arguments) -> Result<Outcome> {
    let client = Bare::new(&way)?;
    match command {
        Command::Get { url, count } => repeat::get(&client, url, count).await,
        Command::List { url, bytes: true } => list::bytes(&client, url).await,
        Command::List { url, bytes: false } => list::identities(&client, url).await,
        Command::Replay {
            endpoint,
            requests,
            concurrency,
            body,
        } => replay::run(&client, &endpoint, &requests, concurrency, body).await,
    }
}
