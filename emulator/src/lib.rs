//! A local Azure Resource Manager to rehearse managed identities on: subscriptions and resource
//! groups, user-assigned identities, the identities of virtual machines and scale sets, and the
//! token endpoint in front of them, with Azure's status codes, headers, casing, errors, paging,
//! long-running operations and throttling, and with faults on demand.
//!
//! ```no_run
//! # async fn run() -> Result<(), emulator::StartError> {
//! let emulator = emulator::Emulator::start(emulator::Options::default()).await?;
//! println!("{}", emulator.endpoint());
//! emulator.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//!
//! A request goes through `server` (connections, faults, latency, the log) to `oauth` (tokens and
//! discovery), `hosts` (where managed identities get their tokens), `msgraph` (Microsoft Graph),
//! `admin` (`/_emulator`) or `arm::router`, which finds the function that answers it in the tables
//! of `arm::resources`, `identity`, `federated`, `compute`, `kept`, `deployment`, `authorization`, `graph` and
//! `operations`. Those functions are synchronous and work on the one `state::World`, which is
//! locked meanwhile.

mod admin;
mod arm;
mod authorization;
mod base;
mod compute;
mod deployment;
mod generic;
mod graph;
mod hosts;
mod identity;
mod model;
mod msgraph;
mod oauth;
mod resources;
mod server;
mod state;
mod storage;
#[cfg(feature = "tls")]
mod tls;
mod tokens;

pub use base::seed;

use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use base::clock::Clock;
use server::{Shared, Transport};
use state::{State, World};
use storage::Storage;

/// How an emulator is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Added to every request.
    pub latency: Duration,
    /// How long a long-running operation takes.
    pub operation_time: Duration,
    /// How many items a page of a list has at most; at least 1.
    pub page_size: usize,
    /// How long an access token of an application or a user is good for.
    pub token_lifetime: Duration,
    /// A file that the resources are loaded from, if it is there, and written to after changes.
    pub state_path: Option<PathBuf>,
    /// Serve https, with a certificate that is made at the start.
    #[cfg(feature = "tls")]
    pub tls: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            latency: Duration::ZERO,
            operation_time: Duration::from_secs(1),
            page_size: 50,
            token_lifetime: Duration::from_secs(3_600),
            state_path: None,
            #[cfg(feature = "tls")]
            tls: false,
        }
    }
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An option has a value that makes no sense.
    #[error("{option} is {value}: {rule}")]
    Option {
        /// The name of the member of [`Options`].
        option: &'static str,
        /// The value it had.
        value: String,
        /// What its values are.
        rule: &'static str,
    },
    /// The port is taken, or may not be used.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The state file is there and cannot be read, or its folder is not there.
    #[error("cannot read the state file {}: {source}", path.display())]
    ReadState {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state file holds something else than a state. It is left as it is.
    #[error(
        "the state file {} is damaged or not a state file ({reason}); it is left as it is: move it away, or name another",
        path.display()
    )]
    DamagedState {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No certificate for https.
    #[error("cannot make a certificate for https: {reason}")]
    Certificate {
        /// What went wrong.
        reason: String,
    },
}

/// A running emulator. Dropped, it stops at once; [`Emulator::stop`] also sees to it that the last
/// changes are in the state file.
#[derive(Debug)]
pub struct Emulator {
    endpoint: String,
    port: u16,
    server: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
    storage: Option<Storage>,
    #[cfg(feature = "tls")]
    ca: Option<tls::CaFile>,
}

impl Emulator {
    /// Starts listening. The emulator serves on the tokio runtime that this is called in, which
    /// needs its I/O and time drivers.
    pub async fn start(options: Options) -> Result<Emulator, StartError> {
        if options.page_size == 0 {
            return Err(StartError::Option {
                option: "page_size",
                value: "0".to_owned(),
                rule: "a page has at least one item",
            });
        }
        let clock = Clock::start();
        let state = match &options.state_path {
            Some(path) => storage::load(path)?,
            None => None,
        };
        let mut state = state.unwrap_or_else(|| State::seeded(clock.now()));
        deployment::interrupted(&mut state);

        #[cfg(feature = "tls")]
        let (scheme, transport, ca) = if options.tls {
            let (acceptor, ca) = tls::prepare(clock.now())?;
            ("https", Transport::Tls(acceptor), Some(ca))
        } else {
            ("http", Transport::Plain, None)
        };
        #[cfg(not(feature = "tls"))]
        let (scheme, transport) = ("http", Transport::Plain);

        let listen = |source| StartError::Listen {
            port: options.port,
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .await
            .map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let endpoint = format!("{scheme}://127.0.0.1:{port}");

        let shared = Arc::new(Shared::new(World::new(
            endpoint.clone(),
            clock,
            &options,
            state,
        )));
        let storage = options
            .state_path
            .map(|path| Storage::start(path, Arc::clone(&shared)));
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server::run(listener, transport, shared, stopped));
        Ok(Emulator {
            endpoint,
            port,
            server,
            stop: Some(stop),
            storage,
            #[cfg(feature = "tls")]
            ca,
        })
    }

    /// `http://127.0.0.1:PORT`, or https; without a slash at the end.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate (PEM) for clients to trust, while it serves https; the file goes with the
    /// emulator.
    pub fn ca_certificate(&self) -> Option<&Path> {
        #[cfg(feature = "tls")]
        return self.ca.as_ref().map(tls::CaFile::path);
        #[cfg(not(feature = "tls"))]
        None
    }

    /// Stops listening, drops all connections, and writes the state file, if there is one.
    pub async fn stop(mut self) {
        // Nobody receives it if the server has ended by itself, which is as well.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = (&mut self.server).await;
        if let Some(storage) = self.storage.take() {
            storage.finish().await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}
