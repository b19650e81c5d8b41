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
//! A request goes through `server` (connections, faults, latency, the log) to `app`, which hands it
//! to the first provider that answers its path, or to `arm::router`, which finds the function that
//! answers it among the routes of all providers. Those functions are synchronous and work on the
//! one `state::World`, which is locked meanwhile.
//!
//! Imports go one way, from the end of this list to its beginning: `base`, `model`, `state`,
//! `tokens`, `arm`, the providers (a folder for each), `admin`, `app`, `server` and `storage`.

mod admin;
mod app;
mod arm;
mod authorization;
mod base;
mod compute;
mod deployment;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod generic;
mod graph;
mod hosts;
mod identity;
mod model;
mod msgraph;
mod oauth;
mod resource_types;
mod resources;
mod server;
mod state;
mod storage;
#[cfg(feature = "tls")]
mod tls;
mod tokens;

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use app::Loaded;
pub use base::admin_key::{
    AdminKey, AdminKeyError, HEADER as ADMIN_KEY_HEADER, VARIABLE as ADMIN_KEY_VARIABLE,
};
use base::clock::Clock;
#[cfg(feature = "cli")]
pub use base::options::Offers;
pub use base::options::{Limits, Options, StartError};
pub use base::seed;
use server::{Shared, Transport};
use state::faults::{self, Faults};
use storage::Storage;

/// The faults that have a name, for [`Options::faults`] and the header `x-emulator-fault`: each name
/// with a sentence that says what happens.
pub fn faults() -> impl Iterator<Item = (&'static str, &'static str)> {
    faults::ALL.iter().map(|one| (one.name, one.summary))
}

/// A running emulator. Dropped, it stops at once; [`Emulator::stop`] also sees to it that the last
/// changes are in the state file.
#[derive(Debug)]
pub struct Emulator {
    endpoint: String,
    admin_key: AdminKey,
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
        if let Some(folder) = &options.arc_folder
            && !(folder.is_absolute() && folder.is_dir())
        {
            return Err(StartError::Option {
                option: "arc_folder",
                value: format!("'{}'", folder.display()),
                rule: "it must be the whole path of a folder that exists",
            });
        }
        let mut faults = Faults::default();
        for fault in &options.faults {
            faults.add_named(fault).map_err(|rule| StartError::Fault {
                fault: fault.clone(),
                rule,
            })?;
        }
        let clock = Clock::start();
        let seed = match &options.seed_path {
            Some(path) => Some(storage::load_seed(path)?),
            None => None,
        };
        let state = match &options.state_path {
            Some(path) => storage::load(path)?,
            None => None,
        };

        #[cfg(feature = "tls")]
        let (scheme, transport, ca) = if options.tls {
            let (acceptor, ca) = tls::prepare(clock.now(), protocols(&options))?;
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

        let admin_key = options.admin_key.clone().unwrap_or_else(AdminKey::random);
        let loaded = Loaded { seed, state };
        let mut world = app::world(endpoint.clone(), admin_key.clone(), clock, &options, loaded);
        world.session.faults = faults;
        let shared = Shared::new(world, options.limits.clone());
        #[cfg(feature = "cli")]
        let shared = shared.compressing(options.offers.gzip);
        let shared = Arc::new(shared);
        let storage = options
            .state_path
            .map(|path| Storage::start(path, Arc::clone(&shared)));
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server::run(listener, transport, shared, stopped));
        Ok(Emulator {
            endpoint,
            admin_key,
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

    /// The key for calls of `/_emulator`, in the header [`ADMIN_KEY_HEADER`].
    pub fn admin_key(&self) -> &str {
        self.admin_key.as_str()
    }

    /// The environment variables by which programs sign in to it as its application: Azure's
    /// clients, and this project's module, which `AZURE_RESOURCE_MANAGER_URL` leads here.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        admin::environment(&self.endpoint).into()
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

/// What https offers to a client to speak, the best first.
#[cfg(feature = "tls")]
fn protocols(options: &Options) -> &'static [&'static [u8]] {
    #[cfg(feature = "cli")]
    if options.offers.http2 {
        return &[server::HTTP2, b"http/1.1"];
    }
    let _ = options;
    &[b"http/1.1"]
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}
