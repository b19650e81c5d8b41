//! How long an operation may take as a whole.

use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::category::Category;
use super::error::{Error, Result};
use super::resource_label::ResourceLabel;

/// The end of the time that an operation may take. Its clones share one clock, which stands still
/// while the host holds the operation up: a host that is slow to take results is no failure of
/// Azure's.
#[derive(Clone, Debug, Default)]
pub struct Deadline(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    limit: Duration,
    clock: watch::Sender<Clock>,
    /// What is waited for, and what was waited for last.
    waits: Mutex<Waits>,
}

#[derive(Debug, Default)]
struct Waits {
    open: Vec<(u64, String)>,
    last: Option<String>,
}

#[derive(Debug, Default)]
struct Clock {
    /// When the time is up; none until the clock has been started.
    ends: Option<Instant>,
    /// How many hold it, and since when.
    holders: u32,
    held_since: Option<Instant>,
}

impl Clock {
    /// What is left; none while the clock stands.
    fn left(&self) -> Option<Duration> {
        let ends = self.ends.filter(|_| self.holders == 0)?;
        Some(ends.saturating_duration_since(Instant::now()))
    }
}

impl Deadline {
    /// The code of the error of an operation whose time is up.
    pub(crate) const CODE: &'static str = "OperationTimeout";

    /// Whether an error is that of an operation whose time was up.
    pub(crate) fn ended(error: &Error) -> bool {
        error.code() == Self::CODE && error.status().is_none()
    }

    /// None: the operation takes as long as it takes.
    pub const NEVER: &'static Self = &Self(None);

    /// So long after the clock has been started.
    pub fn after(limit: Duration) -> Self {
        Self(Some(Arc::new(Shared {
            limit,
            clock: watch::Sender::default(),
            waits: Mutex::default(),
        })))
    }

    /// Starts the clock, unless it runs.
    pub fn start(&self) {
        if let Some(Shared { limit, clock, .. }) = self.0.as_deref() {
            clock.send_modify(|clock| {
                clock.ends.get_or_insert_with(|| Instant::now() + *limit);
            });
        }
    }

    /// Stops the clock for as long as the result lives.
    pub fn hold(&self) -> Held<'_> {
        self.change(|clock| {
            clock.holders += 1;
            clock.held_since.get_or_insert_with(Instant::now);
        });
        Held(self)
    }

    fn change(&self, change: impl FnOnce(&mut Clock)) {
        if let Some(shared) = &self.0 {
            shared.clock.send_modify(change);
        }
    }

    /// What is left of the time; none where there is no limit, and while the clock stands.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.0.as_ref()?.clock.borrow().left()
    }

    /// Does something for as long as there is time.
    ///
    /// # Errors
    /// `OperationTimeout` when the time is up, which says what was waited for; those of the work.
    pub(crate) async fn bound<T>(
        &self,
        target: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // What begins after the end must not even send its request.
        if self.left() == Some(Duration::ZERO) {
            return Err(self.expired(target));
        }
        match select(pin!(work), pin!(self.over())).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(self.expired(target)),
        }
    }

    /// Waits until the time is up.
    async fn over(&self) {
        let Some(shared) = &self.0 else {
            return pending().await;
        };
        let mut clock = shared.clock.subscribe();
        loop {
            let left = clock.borrow_and_update().left();
            match left {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    select(pin!(sleep(left)), pin!(clock.changed())).await;
                }
                // The sender lives as long as this does.
                None => drop(clock.changed().await),
            }
        }
    }

    /// Notes what is waited for, as a noun phrase, for as long as the result lives.
    pub(super) fn waits_for(&self, what: &str) -> Waiting<'_> {
        let mut number = 0;
        if let Some(shared) = &self.0 {
            let mut waits = shared.waits.lock().unwrap_or_else(PoisonError::into_inner);
            number = waits.open.last().map_or(0, |(last, _)| last + 1);
            waits.open.push((number, what.to_owned()));
            waits.last = Some(what.to_owned());
        }
        Waiting {
            deadline: self,
            number,
        }
    }

    fn expired(&self, target: &str) -> Error {
        let Some(shared) = &self.0 else {
            unreachable!("without a limit no time is up")
        };
        let waits = shared.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let open = waits.open.last().map(|(_, what)| what);
        let what = match open.or(waits.last.as_ref()) {
            Some(what) => format!(": it was waiting for {what}"),
            None => String::new(),
        };
        let on = match ResourceLabel::read(target) {
            Some(resource) => format!(" on {resource}"),
            None => String::new(),
        };
        let message = format!(
            "The operation{on} was not completed within {} s{what}",
            shared.limit.as_secs_f64()
        );
        Error::new(Category::OperationTimeout, Self::CODE, target, message)
            .advise("Specify a longer -TimeoutSec.")
    }
}

/// The clock stands for as long as this lives.
#[derive(Debug)]
pub struct Held<'a>(&'a Deadline);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.change(|clock| {
            clock.holders -= 1;
            if clock.holders == 0
                && let Some(since) = clock.held_since.take()
            {
                clock.ends = clock.ends.map(|ends| ends + since.elapsed());
            }
        });
    }
}

/// Something is waited for as long as this lives.
#[derive(Debug)]
pub(super) struct Waiting<'a> {
    deadline: &'a Deadline,
    number: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(shared) = &self.deadline.0 {
            let mut waits = shared.waits.lock().unwrap_or_else(PoisonError::into_inner);
            waits.open.retain(|(number, _)| *number != self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Compute/\
                      virtualMachines/vm1";

    async fn never(deadline: &Deadline) -> Error {
        let work = async {
            let _waiting = deadline.waits_for("a response to GET /x");
            pending::<Result<()>>().await
        };
        deadline.bound(VM, work).await.unwrap_err()
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_says_how_long_what_was_waited_for_and_what_changes_it() {
        let deadline = Deadline::after(Duration::from_secs(60));
        deadline.start();
        let began = Instant::now();
        let error = never(&deadline).await;
        assert_eq!(began.elapsed(), Duration::from_secs(60));
        assert_eq!(
            (error.code(), error.category()),
            ("OperationTimeout", Category::OperationTimeout)
        );
        assert_eq!(
            error.to_string(),
            "The operation on virtual machine 'vm1' in resource group 'rg1' was not completed \
             within 60 s: it was waiting for a response to GET /x. Specify a longer -TimeoutSec."
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_begins_when_the_time_is_up() {
        let deadline = Deadline::after(Duration::ZERO);
        deadline.start();
        let ended = deadline
            .bound::<()>(VM, async { panic!("it has begun") })
            .await;
        assert_eq!(ended.unwrap_err().code(), Deadline::CODE);
    }

    #[tokio::test(start_paused = true)]
    async fn the_clock_stands_until_it_is_started_and_while_it_is_held() {
        let deadline = Deadline::after(Duration::from_secs(5));
        let began = Instant::now();
        let work = async {
            sleep(Duration::from_secs(100)).await;
            deadline.start();
            sleep(Duration::from_secs(4)).await;
            let outer = deadline.hold();
            sleep(Duration::from_secs(50)).await;
            drop(deadline.hold());
            sleep(Duration::from_secs(50)).await;
            assert_eq!(deadline.left(), None);
            drop(outer);
            pending::<Result<()>>().await
        };
        let error = deadline.bound(VM, work).await.unwrap_err();
        assert_eq!(error.code(), Deadline::CODE);
        assert_eq!(began.elapsed(), Duration::from_secs(205));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_the_work_takes_what_it_takes() {
        let work = async {
            sleep(Duration::from_secs(1_000_000)).await;
            Ok(7)
        };
        assert_eq!(Deadline::NEVER.bound(VM, work).await, Ok(7));
    }
}
