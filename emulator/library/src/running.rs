//! The emulators that run, and the threads that they run on.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError, mpsc};

use emulator::{Emulator, Options, StartError};
use ffi_common::input::Unreadable;
use once_cell::sync::OnceCell;
use tokio::runtime::{Builder, Runtime};

/// Why a call did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Null,
    Handle,
    Utf8,
    Panic,
    Runtime,
    Failed,
    Pointer,
}

impl From<Unreadable> for Status {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Null => Self::Null,
            Unreadable::Utf8 => Self::Utf8,
            Unreadable::Pointer => Self::Pointer,
        }
    }
}

/// An emulator that listens.
pub(crate) struct Started {
    pub(crate) handle: u64,
    pub(crate) endpoint: String,
    pub(crate) admin_key: String,
    pub(crate) port: u16,
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// Starts an emulator; the inner error says why it did not start.
pub(crate) fn start(options: Options) -> Result<Result<Started, StartError>, Status> {
    let started = wait(Emulator::start(options))?;
    Ok(started.map(keep))
}

/// Ends an emulator: its state is written, its port is free again.
pub(crate) fn stop(handle: u64) -> Result<(), Status> {
    let emulator = emulators().remove(&handle).ok_or(Status::Handle)?;
    wait(emulator.stop())
}

fn keep(emulator: Emulator) -> Started {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let started = Started {
        handle: NEXT.fetch_add(1, Ordering::Relaxed),
        endpoint: emulator.endpoint().to_owned(),
        admin_key: emulator.admin_key().to_owned(),
        port: emulator.port(),
        environment: emulator.environment(),
    };
    emulators().insert(started.handle, emulator);
    started
}

/// The host's emulators by their handles.
fn emulators() -> MutexGuard<'static, HashMap<u64, Emulator>> {
    static EMULATORS: LazyLock<Mutex<HashMap<u64, Emulator>>> = LazyLock::new(Mutex::default);
    EMULATORS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for work that runs on the library's own threads: the caller's may be of another runtime,
/// which must not be blocked on in tokio's way.
pub(crate) fn wait<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Status> {
    let (send, receive) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        // Nobody has stopped waiting: that is the next thing this function does.
        let _ = send.send(work.await);
    });
    // What panics drops its end without a word.
    receive.recv().map_err(|_| Status::Panic)
}

/// Started with the first emulator, and never stopped.
fn runtime() -> Result<&'static Runtime, Status> {
    static RUNTIME: OnceCell<Runtime> = OnceCell::new();
    RUNTIME.get_or_try_init(|| {
        ffi_common::keep_loaded();
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("emulator")
            .enable_all()
            .build()
            .map_err(|_| Status::Runtime)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_the_work_is_told() {
        assert_eq!(wait(async { 7 }), Ok(7));
        let failed: Result<(), _> = wait(async { panic!("on purpose") });
        assert_eq!(failed, Err(Status::Panic));
        assert_eq!(wait(async { 7 }), Ok(7));
    }
}
