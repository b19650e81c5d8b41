//! The waits of an operation. Each tells the user what is waited for, why, and for how long.

use std::convert::Infallible;
use std::fmt;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, sleep};

use super::error::Result;
use super::observer::{Observer, Progress};

/// A longer wait shows progress. Azure answers nearly every request in less.
const SHOWN: Duration = Duration::from_secs(3);

/// How often the progress is renewed.
const RENEWAL: Duration = Duration::from_secs(1);

/// A wait.
#[derive(Clone, Debug)]
pub(crate) struct Wait {
    /// What the operation does, as the activity of the progress.
    activity: String,
    /// What is waited for, as a noun phrase.
    what: String,
    /// Why, where it is known; empty where it is not.
    reason: String,
    /// When the wait that this is a part of began.
    began: Instant,
    /// Whether it shows progress.
    is_shown: bool,
}

impl Wait {
    /// A wait that begins now. `what` follows "waiting for".
    pub(crate) fn new(activity: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            activity: activity.into(),
            what: what.into(),
            reason: String::new(),
            began: Instant::now(),
            is_shown: true,
        }
    }

    /// The same, with its reason.
    pub(crate) fn because(self, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            ..self
        }
    }

    /// The same, as a part of one that began earlier.
    pub(crate) fn since(self, began: Instant) -> Self {
        Self { began, ..self }
    }

    /// The same without progress, for a caller that shows its own.
    pub(crate) fn unshown(self) -> Self {
        Self {
            is_shown: false,
            ..self
        }
    }

    /// Waits for a known time.
    pub(crate) async fn pause(&self, observer: &dyn Observer, length: Duration) {
        self.log(observer, || {
            format!("Waiting {} for {self}", seconds(length))
        });
        let _waiting = observer.deadline().waits_for(&self.what);
        match length > SHOWN {
            true => self.sleep_shown(observer, length, Some(length)).await,
            false => sleep(length).await,
        }
    }

    /// Waits for a known time, as far as the operation has it.
    ///
    /// # Errors
    /// `OperationTimeout`.
    pub(crate) async fn pause_within_deadline(
        &self,
        observer: &dyn Observer,
        target: &str,
        length: Duration,
    ) -> Result<()> {
        let pause = async {
            self.pause(observer, length).await;
            Ok(())
        };
        observer.deadline().bound(target, pause).await
    }

    /// Waits until the next look at something. The progress shows each look, and the verbose output
    /// the first of them.
    pub(crate) async fn look(&self, observer: &dyn Observer, length: Duration, is_first: bool) {
        if is_first {
            let line = || format!("Waiting for {self}: next look in {}", seconds(length));
            self.log(observer, line);
        }
        let left = Some(length).filter(|length| *length > SHOWN);
        let _waiting = observer.deadline().waits_for(&self.what);
        self.sleep_shown(observer, length, left).await;
    }

    /// Sleeps, and shows it now and every second. `left` is how long the wait has, where it is told.
    async fn sleep_shown(&self, observer: &dyn Observer, length: Duration, left: Option<Duration>) {
        let shown = self.show(observer, Instant::now(), left);
        select(pin!(sleep(length)), pin!(shown)).await;
    }

    /// Waits for something that takes as long as it takes, or `most`.
    pub(crate) async fn until<T>(
        &self,
        observer: &dyn Observer,
        most: Option<Duration>,
        work: impl Future<Output = T>,
    ) -> T {
        let _waiting = observer.deadline().waits_for(&self.what);
        // Boxed, since each layer around it would double its place.
        let work = Box::pin(work);
        match select(work, pin!(self.tell(observer, most))).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => match never {},
        }
    }

    /// Logs a wait of at most `most` when it is no short one, and shows it from then on.
    async fn tell(&self, observer: &dyn Observer, most: Option<Duration>) -> Infallible {
        let began = Instant::now();
        sleep(SHOWN).await;
        self.log(observer, || match most {
            Some(most) => format!("Waiting for {self}, at most {}", seconds(most)),
            None => format!("Waiting for {self}"),
        });
        self.show(observer, began, most).await
    }

    /// Shows the wait now and every second. `length` is that of the whole wait.
    async fn show(
        &self,
        observer: &dyn Observer,
        began: Instant,
        length: Option<Duration>,
    ) -> Infallible {
        loop {
            if self.is_shown {
                observer
                    .progress(self.progress(length.map(|all| all.saturating_sub(began.elapsed()))));
            }
            sleep(RENEWAL).await;
        }
    }

    fn progress(&self, left: Option<Duration>) -> Progress {
        Progress {
            activity: self.activity.clone(),
            status: format!("Waiting for {self}"),
            percent: None,
            seconds_elapsed: whole(self.began.elapsed()),
            // Begun seconds count: a wait of 4 s begins with 4.
            seconds_left: left.map(|left| whole(left + Duration::from_millis(999))),
        }
    }

    fn log(&self, observer: &dyn Observer, line: impl FnOnce() -> String) {
        if observer.wants_verbose() {
            observer.verbose(line());
        }
    }
}

/// What is waited for, and why.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match self.reason.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", self.reason),
        }
    }
}

/// A time as messages have it.
pub(crate) fn seconds(length: Duration) -> String {
    match length.subsec_millis() {
        0 => format!("{} s", length.as_secs()),
        _ => format!("{:.1} s", length.as_secs_f64()),
    }
}

/// Whole seconds, as progress has them.
fn whole(length: Duration) -> u32 {
    u32::try_from(length.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A host that keeps what it is told.
    #[derive(Default)]
    struct Host {
        verbose: Mutex<Vec<String>>,
        progress: Mutex<Vec<Progress>>,
    }

    impl Observer for Host {
        fn wants_verbose(&self) -> bool {
            true
        }
        fn verbose(&self, line: String) {
            self.verbose.lock().unwrap().push(line);
        }
        fn warning(&self, _: String) {}
        fn progress(&self, progress: Progress) {
            self.progress.lock().unwrap().push(progress);
        }
    }

    fn wait() -> Wait {
        Wait::new("Reading vm1", "the next attempt at GET /x").because("HTTP 429 TooManyRequests")
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_told_once_and_shown_with_what_is_left() {
        let host = Host::default();
        wait().pause(&host, Duration::from_secs(12)).await;
        assert_eq!(
            *host.verbose.lock().unwrap(),
            ["Waiting 12 s for the next attempt at GET /x (HTTP 429 TooManyRequests)"]
        );
        let progress = host.progress.lock().unwrap();
        assert_eq!(progress.len(), 12);
        assert_eq!(
            progress[4],
            Progress {
                activity: "Reading vm1".to_owned(),
                status: "Waiting for the next attempt at GET /x (HTTP 429 TooManyRequests)"
                    .to_owned(),
                percent: None,
                seconds_elapsed: 4,
                seconds_left: Some(8),
            }
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_pause_is_told_and_not_shown() {
        let host = Host::default();
        wait().pause(&host, Duration::from_millis(800)).await;
        assert_eq!(host.verbose.lock().unwrap().len(), 1);
        assert_eq!(host.progress.lock().unwrap().len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_soon_is_not_told_and_what_does_not_is() {
        let host = Host::default();
        let response = Wait::new("Reading vm1", "a response to GET /x");
        let most = Some(Duration::from_secs(100));
        for length in [2, 9] {
            let answer = async {
                sleep(Duration::from_secs(length)).await;
                length
            };
            assert_eq!(response.until(&host, most, answer).await, length);
        }
        let line = "Waiting for a response to GET /x, at most 100 s";
        assert_eq!(*host.verbose.lock().unwrap(), [line]);
        let progress = host.progress.lock().unwrap();
        let left: Vec<_> = progress.iter().map(|one| one.seconds_left).collect();
        assert_eq!(left, [97, 96, 95, 94, 93, 92].map(Some));
    }

    #[tokio::test(start_paused = true)]
    async fn looks_are_one_wait() {
        let host = Host::default();
        let operation = Wait::new("Updating vm1", "the end of the operation");
        for look in 0..3 {
            let length = Duration::from_secs(2);
            operation.look(&host, length, look == 0).await;
        }
        let line = "Waiting for the end of the operation: next look in 2 s";
        assert_eq!(*host.verbose.lock().unwrap(), [line]);
        let progress = host.progress.lock().unwrap();
        let elapsed: Vec<_> = progress.iter().map(|one| one.seconds_elapsed).collect();
        assert_eq!(elapsed, [0, 1, 2, 3, 4, 5]);
        assert!(progress.iter().all(|one| one.seconds_left.is_none()));
    }
}
