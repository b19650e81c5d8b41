//! The emulator on its own: prints its endpoint and runs until it is interrupted.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use emulator::{ADMIN_KEY_VARIABLE, AdminKey, AdminKeyError, Emulator, Offers, Options};

/// A local emulator of Azure Resource Manager for managed identities.
///
/// The first line of the output is its endpoint; with --tls the second is the path of the
/// certificate (PEM) to trust. The last line is the key that calls of /_emulator need in the header
/// x-emulator-key; the environment variable EMULATOR_ADMIN_KEY specifies another one, which is not
/// printed. It runs until Ctrl+C.
#[derive(Debug, Parser)]
#[command(name = "emulator", version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 for any free port
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Serve https, with a certificate created at start
    #[cfg(feature = "tls")]
    #[arg(long)]
    tls: bool,
    /// Offer HTTP/2
    #[cfg(feature = "tls")]
    #[arg(long, requires = "tls")]
    http2: bool,
    /// Compress the bodies of responses for clients that ask for it
    #[arg(long)]
    gzip: bool,
    /// Milliseconds to delay every request
    #[arg(long, value_name = "N", default_value_t = 0)]
    latency_ms: u64,
    /// Milliseconds that a long-running operation takes
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    operation_ms: u64,
    /// Items on a page of a list, at least 1
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = page_size)]
    page_size: usize,
    /// The folder that the host arc puts its keys in; by default a new one that only you can read
    #[arg(long, value_name = "FOLDER")]
    arc_folder: Option<PathBuf>,
    /// A file to load the state from and save it to
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A state file to start with and to go back to on a reset; it is never written
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
}

fn page_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size) if size > 0 => Ok(size),
        _ => Err("a whole number, at least 1".to_owned()),
    }
}

impl Arguments {
    fn options(self) -> Result<Options, AdminKeyError> {
        Ok(Options {
            port: self.port,
            latency: Duration::from_millis(self.latency_ms),
            operation_time: Duration::from_millis(self.operation_ms),
            page_size: self.page_size,
            state_path: self.state,
            seed_path: self.seed,
            arc_folder: self.arc_folder,
            admin_key: given_key()?,
            #[cfg(feature = "tls")]
            tls: self.tls,
            offers: Offers {
                #[cfg(feature = "tls")]
                http2: self.http2,
                gzip: self.gzip,
            },
            ..Options::default()
        })
    }
}

/// The key in the environment. Not an argument: other users of the machine can read those.
fn given_key() -> Result<Option<AdminKey>, AdminKeyError> {
    std::env::var_os(ADMIN_KEY_VARIABLE)
        .map(|key| AdminKey::chosen(key.to_string_lossy()))
        .transpose()
}

fn main() -> ExitCode {
    let options = match Arguments::parse().options() {
        Ok(options) => options,
        Err(error) => return failed(&format!("{ADMIN_KEY_VARIABLE}: {error}")),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start threads: {error}")),
    };
    runtime.block_on(run(options))
}

fn failed(reason: &str) -> ExitCode {
    eprintln!("emulator: {reason}");
    ExitCode::FAILURE
}

async fn run(options: Options) -> ExitCode {
    // Listened for before the endpoint is printed: whoever reads it may interrupt at once.
    let interrupted = match interruption() {
        Ok(interrupted) => interrupted,
        Err(error) => return failed(&format!("cannot listen for signals: {error}")),
    };
    let key_was_given = options.admin_key.is_some();
    let emulator = match Emulator::start(options).await {
        Ok(emulator) => emulator,
        Err(error) => return failed(&error.to_string()),
    };
    let announced = announce(&emulator, key_was_given);
    if announced.is_ok() {
        interrupted.await;
    }
    emulator.stop().await;
    match announced {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("cannot print the endpoint: {error}")),
    }
}

fn announce(emulator: &Emulator, key_was_given: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", emulator.endpoint())?;
    if let Some(path) = emulator.ca_certificate() {
        writeln!(out, "{}", path.display())?;
    }
    if !key_was_given {
        writeln!(out, "{}", emulator.admin_key())?;
    }
    out.flush()
}

/// Ends with the first interruption or request to terminate.
#[cfg(unix)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with the first Ctrl+C or Ctrl+Break.
#[cfg(windows)]
fn interruption() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c};
    let mut c = ctrl_c()?;
    let mut pause = ctrl_break()?;
    Ok(async move {
        tokio::select! {
            _ = c.recv() => {}
            _ = pause.recv() => {}
        }
    })
}
