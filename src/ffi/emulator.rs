//! The emulator in the host's process. Nothing but its address reaches the rest of the library.

use std::path::PathBuf;
use std::time::Duration;

use emulator::{Emulator, Options, seed};

use crate::arm::{Category, Error, Result};

/// What the host asks for.
pub(super) struct Wanted {
    pub(super) port: u16,
    pub(super) latency: Duration,
    pub(super) operation_time: Duration,
    pub(super) state_path: Option<PathBuf>,
}

/// An emulator that listens.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) running: Option<Running>,
    pub(super) endpoint: String,
    pub(super) port: u16,
}

/// What keeps it listening.
#[derive(Debug)]
pub(super) struct Running(Emulator);

impl Running {
    pub(super) async fn stop(self) {
        self.0.stop().await;
    }
}

pub(super) async fn start(wanted: Wanted) -> Result<Started> {
    let options = Options {
        port: wanted.port,
        latency: wanted.latency,
        operation_time: wanted.operation_time,
        state_path: wanted.state_path,
        ..Options::default()
    };
    let emulator = Emulator::start(options).await.map_err(|error| {
        Error::new(
            Category::InvalidOperation,
            "EmulatorStartFailed",
            "emulator",
            format!("The emulator did not start: {error}"),
        )
    })?;
    Ok(Started {
        endpoint: emulator.endpoint().to_owned(),
        port: emulator.port(),
        running: Some(Running(emulator)),
    })
}

/// The subscription that an emulator starts with.
pub(super) const SUBSCRIPTION_ID: &str = seed::SUBSCRIPTION_ID;
/// The tenant of an emulator.
pub(super) const TENANT_ID: &str = seed::TENANT_ID;
/// The application that may sign in to an emulator.
pub(super) const CLIENT_ID: &str = seed::CLIENT_ID;
/// Its secret, which is none: every emulator has it.
pub(super) const CLIENT_SECRET: &str = seed::CLIENT_SECRET;
