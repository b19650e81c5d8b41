//! How an operation tells what it is doing while it does it.

use std::future::ready;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::deadline::Deadline;
use super::question::Question;

/// How far a long wait has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is going on, such as "Updating the identity of myVM".
    pub activity: String,
    /// How it stands, such as "Operation in progress".
    pub status: String,
    /// 0 to 100, where it can be known.
    pub percent: Option<u8>,
    /// Whole seconds since it began.
    pub seconds_elapsed: u32,
    /// Whole seconds that are left, where it can be known.
    pub seconds_left: Option<u32>,
}

/// Receives what an operation has to say besides its result.
pub trait Observer: Send + Sync {
    /// Whether verbose lines are wanted; they are not made otherwise.
    fn wants_verbose(&self) -> bool;
    /// A line for those who want to see each request.
    fn verbose(&self, line: String);
    /// Something that the user must know although the operation goes on.
    fn warning(&self, text: String);
    /// A warning of an effect that comes next: whether to go on, once the user has the warning.
    /// Without a user who could refuse, it is a warning like any other.
    fn guard(&self, text: String) -> BoxFuture<'_, bool> {
        self.warning(text);
        Box::pin(ready(true))
    }
    /// A sign of life during a long wait.
    fn progress(&self, progress: Progress);
    /// Hands the host a question; false when there is no host that answers.
    fn ask_host(&self, _: &Arc<Question>) -> bool {
        false
    }
    /// How long the operation may take.
    fn deadline(&self) -> &Deadline {
        Deadline::NEVER
    }
}

/// An observer that hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Observer for Silent {
    fn wants_verbose(&self) -> bool {
        false
    }
    fn verbose(&self, _: String) {}
    fn warning(&self, _: String) {}
    fn progress(&self, _: Progress) {}
}
