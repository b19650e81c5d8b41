//! How an emulator is to run, and why one did not start.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::admin_key::AdminKey;

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
    /// Faults that requests meet from the start, each as its name in the catalogue, with a number of
    /// times and a method where it is not for all: `Throttled`, `Throttled:2`, `Conflict:1@PUT`.
    pub faults: Vec<String>,
    /// A file that the resources are loaded from, if it is there, and written to after changes.
    pub state_path: Option<PathBuf>,
    /// A state file that the emulator starts with, and goes back to on a reset; it is never written.
    /// What is in the file of `state_path` already comes before it.
    pub seed_path: Option<PathBuf>,
    /// The folder that the host `arc` puts its keys in, a whole path; without it, the host has a new
    /// folder that only this user can read.
    pub arc_folder: Option<PathBuf>,
    /// The key for `/_emulator`; a random one if it is not given.
    pub admin_key: Option<AdminKey>,
    /// What connections may take.
    pub limits: Limits,
    /// Serve https, with a certificate that is made at the start.
    #[cfg(feature = "tls")]
    pub tls: bool,
    /// What connections offer beyond plain HTTP/1.1.
    #[cfg(feature = "cli")]
    pub offers: Offers,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            latency: Duration::ZERO,
            operation_time: Duration::from_secs(1),
            page_size: 50,
            token_lifetime: Duration::from_secs(3_600),
            faults: Vec::new(),
            state_path: None,
            seed_path: None,
            arc_folder: None,
            admin_key: None,
            limits: Limits::default(),
            #[cfg(feature = "tls")]
            tls: false,
            #[cfg(feature = "cli")]
            offers: Offers::default(),
        }
    }
}

/// What connections offer beyond plain HTTP/1.1. A client has to ask for each.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, Copy, Default)]
pub struct Offers {
    /// HTTP/2, over https.
    #[cfg(feature = "tls")]
    pub http2: bool,
    /// Bodies compressed by gzip.
    pub gzip: bool,
}

/// What connections may take. Every program on the machine can open them, so what one program takes
/// must be little. Beside these, a request's line and headers have at most 64 KiB and 100 headers
/// (431), and its body 4 MiB (413), which are Azure's.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How many connections are open at once: twice what a command of the module opens at most.
    /// A further one is accepted and closed at once, without an answer, so that its client does not
    /// wait.
    pub connections: usize,
    /// How long the headers of a request, or the start of TLS, may take; for as long a connection
    /// may wait for its next request. It is closed then, without an answer.
    pub header_time: Duration,
    /// How long the body of a request may take. The answer is 408 then, and the connection closes.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 512,
            header_time: Duration::from_secs(30),
            body_time: Duration::from_secs(30),
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
    /// A fault has no such name, or what follows it is not a number of times or a method.
    #[error("the fault '{fault}': {rule}")]
    Fault {
        /// What was given.
        fault: String,
        /// What is wrong with it.
        rule: String,
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
        "the state file {} is damaged or not a state file ({reason}); it was not changed: move \
         it, or specify another path",
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
