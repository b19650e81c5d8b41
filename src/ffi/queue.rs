//! The queue between the operations, which run on the runtime's threads, and the host, which
//! pulls on its own.
//!
//! Events come out in the order in which the operations were submitted, whatever order they end
//! in: those of a later operation wait until the earlier ones have ended. Progress comes out at
//! once, and so does what an operation waits for: questions and guarded warnings.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::AbortHandle;

use super::guard::Status;
use super::questions::Claim;
use super::show::Item;
use crate::base::{
    Category, Deadline, Error, Observer, Progress, Question, Wait, plain, without_secrets,
};
use crate::identity::Siblings;

/// Where the host says whether an operation goes on after a guarded warning.
pub(super) type GoOn = oneshot::Sender<bool>;

/// Something that happened in an operation.
#[derive(Debug)]
pub(super) enum EventPayload {
    Item(Box<dyn Item>),
    /// One result can't be had; the operation goes on with the others.
    ItemFailed(Error),
    Verbose(String),
    Warning(String),
    /// A warning of an effect that comes next. The operation waits until the host says whether to
    /// go on; without an answer it does not.
    Guard(String, Option<GoOn>),
    Progress(Progress),
    /// What the host is asked, by an operation that can't go on without the answer.
    Question(Arc<Question>),
    /// The same once this host has taken it up.
    Claimed(Arc<Question>, Option<Claim>),
    Done,
    Failed(Error),
}

impl EventPayload {
    /// The same with its messages as a console can show them: a service may have written them.
    fn plain(self) -> Self {
        match self {
            Self::Verbose(line) => Self::Verbose(told(line)),
            Self::Warning(text) => Self::Warning(told(text)),
            Self::Guard(text, go_on) => Self::Guard(told(text), go_on),
            Self::Progress(progress) => Self::Progress(Progress {
                activity: told(progress.activity),
                status: told(progress.status),
                ..progress
            }),
            Self::ItemFailed(error) => Self::ItemFailed(error.plain()),
            Self::Failed(error) => Self::Failed(error.plain()),
            other @ (Self::Item(_) | Self::Question(_) | Self::Claimed(..) | Self::Done) => other,
        }
    }
}

/// A message as a console and a log can have it.
fn told(text: String) -> String {
    plain(without_secrets(&text))
}

/// A payload, and the tag of its operation.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) tag: u64,
    pub(super) payload: EventPayload,
}

/// How many items an operation may be ahead of the host: about one page of a list.
const ITEMS_AHEAD: usize = 1000;

pub(super) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    throttle: Arc<Semaphore>,
    at_once: usize,
    /// How long each operation may take, whatever its own limit is.
    timeout: Option<Duration>,
    verbose: bool,
    /// Whether the host answers guarded warnings.
    guards: bool,
    /// The identities that its operations create.
    creations: Siblings,
}

#[derive(Default)]
struct State {
    operations: VecDeque<Entry>,
    /// The number of the first entry; the others follow without a gap.
    first: u64,
    /// What does not wait for its turn.
    urgent: VecDeque<Event>,
    canceled: bool,
    /// How many threads of the host wait for an event.
    waiting: usize,
}

/// What the queue knows of an operation.
struct Entry {
    tag: u64,
    payloads: VecDeque<EventPayload>,
    ended: bool,
    task: Option<AbortHandle>,
    room: Arc<Semaphore>,
}

impl Queue {
    pub(super) fn new(
        throttle_limit: u32,
        timeout: Option<Duration>,
        verbose: bool,
        guards: bool,
    ) -> Result<Arc<Self>, Status> {
        if throttle_limit == 0 || throttle_limit > 10_000 {
            return Err(Status::Value);
        }
        Ok(Arc::new(Self {
            state: Mutex::default(),
            ready: Condvar::new(),
            throttle: Arc::new(Semaphore::new(throttle_limit as usize)),
            at_once: throttle_limit as usize,
            timeout,
            verbose,
            guards,
            creations: Siblings::default(),
        }))
    }

    /// The identities that its operations create.
    pub(super) fn creations(&self) -> Siblings {
        self.creations.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an operation, which must then be given its task. `limit` is how long it may take where the
    /// queue does not say.
    pub(super) fn begin(
        self: &Arc<Self>,
        tag: u64,
        limit: Option<Duration>,
    ) -> Result<Operation, Status> {
        let mut state = self.state();
        if state.canceled {
            return Err(Status::Canceled);
        }
        let room = Arc::new(Semaphore::new(ITEMS_AHEAD));
        let number = state.first + state.operations.len() as u64;
        state.operations.push_back(Entry {
            tag,
            payloads: VecDeque::new(),
            ended: false,
            task: None,
            room: room.clone(),
        });
        Ok(Operation {
            queue: self.clone(),
            number,
            room,
            deadline: match self.timeout.or(limit) {
                Some(limit) => Deadline::after(limit),
                None => Deadline::NEVER.clone(),
            },
        })
    }

    /// Notes the task of an operation, to cancel it by.
    pub(super) fn attach(&self, number: u64, task: AbortHandle) {
        let mut state = self.state();
        let canceled = state.canceled;
        match state.entry(number) {
            Some(entry) if !entry.ended => entry.task = Some(task),
            _ if canceled => task.abort(),
            _ => {}
        }
    }

    /// Takes the next event; see `azmi_queue_wait` for the timeout.
    pub(super) fn wait(&self, timeout_ms: i32) -> Result<Event, Status> {
        let until = u64::try_from(timeout_ms)
            .ok()
            .map(|ms| Instant::now() + Duration::from_millis(ms));
        let mut state = self.state();
        loop {
            if let Some(event) = state.take() {
                return Ok(event);
            }
            if state.operations.is_empty() {
                return Err(Status::Drained);
            }
            state.waiting += 1;
            state = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self
                    .ready
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => {
                    state.waiting -= 1;
                    return Err(Status::Timeout);
                }
                Some(left) => {
                    self.ready
                        .wait_timeout(state, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
            state.waiting -= 1;
        }
    }

    /// The operations whose last event has not been taken.
    pub(super) fn pending(&self) -> u64 {
        self.state().operations.len() as u64
    }

    /// Drops what runs and what was not taken; each operation then ends as canceled.
    pub(super) fn cancel(&self) {
        let mut state = self.state();
        state.canceled = true;
        state.urgent.clear();
        for entry in &mut state.operations {
            if let Some(task) = entry.task.take() {
                task.abort();
            }
            if !entry.ended {
                entry.ended = true;
                entry.payloads.clear();
                entry.payloads.push_back(EventPayload::Failed(canceled()));
            }
            entry
                .payloads
                .retain(|payload| matches!(payload, EventPayload::Done | EventPayload::Failed(_)));
        }
        self.ready.notify_all();
    }

    #[cfg(feature = "fuzzing")]
    fn tag(&self, number: u64) -> u64 {
        self.state().entry(number).map_or(0, |entry| entry.tag)
    }

    fn happen(&self, number: u64, payload: EventPayload) {
        self.happen_all(number, [payload.plain()]);
    }

    /// Adds what happened in an operation. Who waits is woken once for all of it.
    fn happen_all(&self, number: u64, payloads: impl IntoIterator<Item = EventPayload>) {
        let mut state = self.state();
        for payload in payloads {
            state.happen(number, payload);
        }
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.ready.notify_all();
        }
    }
}

impl State {
    fn happen(&mut self, number: u64, payload: EventPayload) {
        let Some(entry) = self.entry(number).filter(|entry| !entry.ended) else {
            return;
        };
        if let EventPayload::Progress(_) = payload {
            let tag = entry.tag;
            // Only the newest counts: a host that does not look must not fill the memory.
            self.urgent.retain(|event| {
                event.tag != tag || !matches!(event.payload, EventPayload::Progress(_))
            });
            self.urgent.push_back(Event { tag, payload });
        } else if let EventPayload::Question(_) | EventPayload::Guard(..) = payload {
            let tag = entry.tag;
            self.urgent.push_back(Event { tag, payload });
        } else {
            entry.ended = matches!(payload, EventPayload::Done | EventPayload::Failed(_));
            entry.payloads.push_back(payload);
        }
    }

    fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        let index = number.checked_sub(self.first)?;
        self.operations.get_mut(usize::try_from(index).ok()?)
    }

    fn take(&mut self) -> Option<Event> {
        while let Some(event) = self.urgent.pop_front() {
            match event.payload {
                // Another host may have been quicker.
                EventPayload::Question(question) => {
                    let Some(claim) = Claim::on(&question) else {
                        continue;
                    };
                    let payload = EventPayload::Claimed(question, Some(claim));
                    return Some(Event { payload, ..event });
                }
                _ => return Some(event),
            }
        }
        let entry = self.operations.front_mut()?;
        let payload = entry.payloads.pop_front()?;
        let tag = entry.tag;
        match payload {
            EventPayload::Item(_) | EventPayload::ItemFailed(_) => entry.room.add_permits(1),
            EventPayload::Done | EventPayload::Failed(_) => {
                self.operations.pop_front();
                self.first += 1;
            }
            _ => {}
        }
        Some(Event { tag, payload })
    }
}

fn canceled() -> Error {
    Error::new(
        Category::OperationStopped,
        "OperationCanceled",
        "",
        "The operation was cancelled",
    )
}

/// An operation's side of the queue. Dropped without an end, it ends as canceled.
pub(super) struct Operation {
    queue: Arc<Queue>,
    number: u64,
    room: Arc<Semaphore>,
    deadline: Deadline,
}

impl Operation {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Yields a result, once the host is no more than a page behind.
    pub(super) async fn item(&self, item: impl Item) {
        self.boxed_item(Box::new(item)).await;
    }

    /// The same for a result of a kind that is not known here.
    pub(super) async fn boxed_item(&self, item: Box<dyn Item>) {
        self.in_turn(EventPayload::Item(item)).await;
    }

    /// Reports in the place of a result why it can't be had.
    pub(super) async fn item_failed(&self, error: Error) {
        self.in_turn(EventPayload::ItemFailed(error)).await;
    }

    async fn in_turn(&self, payload: EventPayload) {
        self.room(1).await;
        self.queue.happen(self.number, payload);
    }

    /// Yields results, and the errors among them, as far as the host is no more than a page behind.
    pub(super) async fn results<T: Item>(
        &self,
        results: impl ExactSizeIterator<Item = Result<T, Error>>,
    ) {
        let mut payloads = results.map(|result| match result {
            Ok(item) => EventPayload::Item(Box::new(item)),
            Err(error) => EventPayload::ItemFailed(error).plain(),
        });
        while payloads.len() > 0 {
            let room = self.room(payloads.len()).await;
            self.queue
                .happen_all(self.number, payloads.by_ref().take(room));
        }
    }

    /// Takes room for results that the host is given next, for one at least and for no more than are
    /// wanted. Returns for how many.
    async fn room(&self, wanted: usize) -> usize {
        let free = self.room.available_permits();
        // A host that is slow is not woken for each result that it has made room for.
        let count = wanted.min(if free == 0 { ITEMS_AHEAD / 8 } else { free });
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let permits = match self.room.try_acquire_many(count) {
            Ok(permits) => Ok(permits),
            Err(_) => {
                // The host takes its time.
                let _held = self.deadline.hold();
                self.room.acquire_many(count).await
            }
        };
        if let Ok(permits) = permits {
            permits.forget();
        }
        count as usize
    }

    /// How many operations run at once, which one alone may do in their place.
    pub(super) fn at_once(&self) -> usize {
        self.queue.at_once
    }

    /// Takes its place in the line of those that wait to run, at once: whoever was submitted
    /// earlier runs earlier, whenever the runtime gets to their tasks. An operation that ran
    /// before an earlier one could keep the host from the earlier one's result.
    pub(super) fn turn(&self) -> impl Future<Output = Option<OwnedSemaphorePermit>> + Send + use<> {
        let mut turn = Box::pin(self.queue.throttle.clone().acquire_owned());
        let mine = (&mut turn).now_or_never();
        let observer = self.observer();
        let what = format!("its turn: -ThrottleLimit is {}", self.queue.at_once);
        async move {
            let turn = match mine {
                Some(turn) => turn,
                None => {
                    Wait::new("Waiting", what)
                        .until(&*observer, None, turn)
                        .await
                }
            };
            // What others take does not count.
            observer.deadline().start();
            turn.ok()
        }
    }

    /// An observer that speaks through the queue.
    pub(super) fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(MessageSender {
            queue: self.queue.clone(),
            number: self.number,
            deadline: self.deadline.clone(),
        })
    }

    /// Ends the operation.
    pub(super) fn end(&self, result: Result<(), Error>) {
        let payload = match result {
            Ok(()) => EventPayload::Done,
            Err(error) => EventPayload::Failed(error),
        };
        self.queue.happen(self.number, payload);
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.end(Err(canceled()));
    }
}

struct MessageSender {
    queue: Arc<Queue>,
    number: u64,
    deadline: Deadline,
}

impl Observer for MessageSender {
    fn wants_verbose(&self) -> bool {
        self.queue.verbose
    }

    fn verbose(&self, line: String) {
        #[cfg(feature = "fuzzing")]
        super::panics::here_in_operation(
            self.queue.tag(self.number),
            super::panics::Place::Message,
        );
        self.queue.happen(self.number, EventPayload::Verbose(line));
    }

    fn warning(&self, text: String) {
        self.queue.happen(self.number, EventPayload::Warning(text));
    }

    fn guard(&self, text: String) -> BoxFuture<'_, bool> {
        if !self.queue.guards {
            self.warning(text);
            return Box::pin(ready(true));
        }
        let (go_on, answer) = oneshot::channel();
        self.queue
            .happen(self.number, EventPayload::Guard(text, Some(go_on)));
        // The user may take their time.
        let held = self.deadline.hold();
        Box::pin(answer.map(|answer| {
            drop(held);
            answer.unwrap_or(false)
        }))
    }

    fn progress(&self, progress: Progress) {
        self.queue
            .happen(self.number, EventPayload::Progress(progress));
    }

    fn ask_host(&self, question: &Arc<Question>) -> bool {
        self.queue
            .happen(self.number, EventPayload::Question(question.clone()));
        true
    }

    fn deadline(&self) -> &Deadline {
        &self.deadline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Arc<Queue> {
        Queue::new(4, None, true, true).unwrap()
    }

    /// What an operation gets to know whose guarded warning the host takes and treats like this.
    fn guarded(queue: &Arc<Queue>, host: impl FnOnce(&str, GoOn)) -> Option<bool> {
        let _first = queue.begin(1, None).unwrap();
        let second = queue.begin(2, None).unwrap();
        let observer = second.observer();
        let mut answer = observer.guard("vm1 loses id1".to_owned());
        assert!(answer.as_mut().now_or_never().is_none());
        let event = queue.wait(0).unwrap();
        let EventPayload::Guard(text, Some(go_on)) = event.payload else {
            panic!("not a guarded warning");
        };
        assert_eq!(event.tag, 2);
        host(&text, go_on);
        answer.now_or_never()
    }

    #[test]
    fn a_guarded_warning_comes_before_its_turn_and_waits_for_its_answer() {
        for wanted in [true, false] {
            let answer = guarded(&queue(), |text, go_on| {
                assert_eq!(text, "vm1 loses id1");
                go_on.send(wanted).unwrap();
            });
            assert_eq!(answer, Some(wanted));
        }
    }

    #[test]
    fn a_guarded_warning_that_is_dropped_is_refused() {
        assert_eq!(guarded(&queue(), |_, go_on| drop(go_on)), Some(false));
        let queue = queue();
        let operation = queue.begin(1, None).unwrap();
        let observer = operation.observer();
        let answer = observer.guard(String::new());
        queue.cancel();
        assert_eq!(answer.now_or_never(), Some(false));
    }

    #[test]
    fn a_host_that_answers_no_guarded_warning_gets_a_warning() {
        let queue = Queue::new(1, None, false, false).unwrap();
        let operation = queue.begin(1, None).unwrap();
        let observer = operation.observer();
        let answer = observer.guard("vm1 loses id1".to_owned());
        assert_eq!(answer.now_or_never(), Some(true));
        let payload = queue.wait(0).unwrap().payload;
        assert!(matches!(payload, EventPayload::Warning(_)));
    }

    fn tags_and_ends(queue: &Queue) -> Vec<(u64, bool)> {
        std::iter::from_fn(|| queue.wait(0).ok())
            .map(|event| (event.tag, matches!(event.payload, EventPayload::Done)))
            .collect()
    }

    #[test]
    fn events_come_in_the_order_of_submission() {
        let queue = queue();
        let first = queue.begin(1, None).unwrap();
        let second = queue.begin(2, None).unwrap();
        second.end(Ok(()));
        assert_eq!(queue.wait(0).unwrap_err(), Status::Timeout);
        first.observer().warning("w".to_owned());
        first.end(Ok(()));
        assert_eq!(tags_and_ends(&queue), [(1, false), (1, true), (2, true)]);
        assert_eq!(queue.wait(-1).unwrap_err(), Status::Drained);
    }

    #[test]
    fn no_message_has_control_characters() {
        let queue = queue();
        let operation = queue.begin(1, None).unwrap();
        let told = "a\u{1b}]0;b\u{7}\r\nc";
        let observer = operation.observer();
        observer.warning(told.to_owned());
        observer.verbose(told.to_owned());
        operation.end(Err(Error::new(Category::InvalidResult, told, told, told)
            .advise(told)
            .with_raw(told.as_bytes())));
        drop(operation);
        while let Ok(event) = queue.wait(0) {
            let shown = format!("{:?}", event.payload);
            for raw in ["\\u{1b}", "\\u{7}", "\\r"] {
                assert!(!shown.contains(raw), "{shown}");
            }
        }
    }

    #[test]
    fn progress_overtakes_and_only_the_newest_counts() {
        let queue = queue();
        let _first = queue.begin(1, None).unwrap();
        let second = queue.begin(2, None).unwrap();
        for seconds_elapsed in 0..9 {
            second.observer().progress(Progress {
                activity: String::new(),
                status: String::new(),
                percent: None,
                seconds_elapsed,
                seconds_left: None,
            });
        }
        let EventPayload::Progress(progress) = queue.wait(0).unwrap().payload else {
            panic!("not progress");
        };
        assert_eq!(progress.seconds_elapsed, 8);
        assert_eq!(queue.wait(0).unwrap_err(), Status::Timeout);
    }

    #[test]
    fn an_operation_ends_exactly_once() {
        let queue = queue();
        let operation = queue.begin(7, None).unwrap();
        operation.end(Ok(()));
        operation.end(Err(canceled()));
        drop(operation);
        assert_eq!(tags_and_ends(&queue), [(7, true)]);
        drop(queue.begin(8, None).unwrap());
        assert_eq!(tags_and_ends(&queue), [(8, false)]);
        assert_eq!(queue.pending(), 0);
    }

    #[test]
    fn cancel_wakes_a_waiter_and_refuses_what_comes_later() {
        let queue = queue();
        let operation = queue.begin(1, None).unwrap();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| queue.wait(-1));
            queue.cancel();
            let event = waiter.join().unwrap().unwrap();
            let EventPayload::Failed(error) = event.payload else {
                panic!("did not fail");
            };
            assert_eq!(error.code(), "OperationCanceled");
        });
        assert!(matches!(queue.begin(2, None), Err(Status::Canceled)));
        operation.end(Ok(()));
        assert_eq!(queue.wait(0).unwrap_err(), Status::Drained);
    }
}
