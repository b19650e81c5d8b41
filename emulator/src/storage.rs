//! The state file: read at the start, written after changes, each time whole and at once, for this
//! user alone. And the seed, a state file that is only read.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::base::options::StartError;
use crate::base::private;
use crate::server::Shared;
use crate::state::{State, file};

/// The state in a file that is only read. It may be shared: a link is as good as a file.
pub(crate) fn load_seed(path: &Path) -> Result<State, StartError> {
    let text = fs::read(path).map_err(|source| StartError::ReadState {
        path: path.to_owned(),
        source,
    })?;
    parse(path, &text)
}

/// The state that is written in a file.
fn parse(path: &Path, text: &[u8]) -> Result<State, StartError> {
    file::read(text).map_err(|reason| StartError::DamagedState {
        path: path.to_owned(),
        reason,
    })
}

/// The state in the file; none if there is no such file yet.
pub(crate) fn load(path: &Path) -> Result<Option<State>, StartError> {
    let read = |source| StartError::ReadState {
        path: path.to_owned(),
        source,
    };
    let content = private::open(path).and_then(|mut file| {
        let mut text = Vec::new();
        file.read_to_end(&mut text).map(|_| text)
    });
    match content {
        Ok(text) => parse(path, &text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Better now than at the first change.
            fs::read_dir(private::folder_of(path)).map_err(read)?;
            Ok(None)
        }
        Err(error) => Err(read(error)),
    }
}

/// The task that writes the file. Changes that come while it writes are in the next writing.
#[derive(Debug)]
pub(crate) struct Storage {
    task: JoinHandle<()>,
    end: Arc<Notify>,
}

impl Storage {
    pub(crate) fn start(path: PathBuf, shared: Arc<Shared>) -> Self {
        let end = Arc::new(Notify::new());
        let ending = Arc::clone(&end);
        let task = tokio::spawn(async move {
            loop {
                let last = tokio::select! {
                    () = shared.changed.notified() => false,
                    () = ending.notified() => true,
                };
                save(&path, &shared).await;
                if last {
                    break;
                }
            }
        });
        Storage { task, end }
    }

    /// Writes a last time and ends the task. Not by aborting it: a writing under way would go on
    /// beside the last one.
    pub(crate) async fn finish(mut self) {
        self.end.notify_one();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn save(path: &Path, shared: &Arc<Shared>) {
    let text = file::write(&shared.world().state);
    let path = path.to_owned();
    let result = tokio::task::spawn_blocking(move || private::replace(&path, &text)).await;
    shared.world().session.state_error = match result {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    };
}
