//! Starts operations on the one runtime that all share.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use once_cell::sync::OnceCell;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};

use super::guard::Status;
use super::queue::{Operation, Queue};
use super::registry::{clients, queues};
use super::show::Item;
use crate::arm::{Client, Pages};
use crate::base::{Category, Error, Result};

/// Started with the first operation, and never stopped: importing the module starts nothing.
fn runtime() -> std::result::Result<&'static Runtime, Status> {
    static RUNTIME: OnceCell<Runtime> = OnceCell::new();
    RUNTIME.get_or_try_init(|| {
        ffi_common::keep_loaded();
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("managed-identity")
            .enable_all()
            .build()
            .map_err(|_| Status::Runtime)
    })
}

/// What an operation does. The future is boxed, so that the task around it is compiled once and not
/// for each kind of operation.
type Work = BoxFuture<'static, Result<()>>;

/// Starts an operation: `work` runs when it is its turn, and what it returns is the end. `limit` is
/// how long it may take where the queue does not say.
pub(super) fn submit<W, F>(
    queue: u64,
    tag: u64,
    limit: Option<Duration>,
    work: W,
) -> std::result::Result<(), Status>
where
    W: FnOnce(Arc<Operation>) -> F,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let begun = Begun::new(queue, tag, limit)?;
    let work = work(begun.operation.clone()).boxed();
    begun.run_in_turn(work);
    Ok(())
}

/// Starts an operation with a client that takes its turn itself, when it is ready for it. It must
/// not yield more than a handful of items: the host may take those of earlier operations first.
pub(super) fn submit_in_own_time<W, F>(
    client: u64,
    queue: u64,
    tag: u64,
    work: W,
) -> std::result::Result<(), Status>
where
    W: FnOnce(Client, Arc<Operation>) -> F,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let client = clients().get(client)?.client;
    let begun = Begun::new(queue, tag, Some(client.retry().operation_limit))?;
    let operation = begun.operation.clone();
    let client = client.observed_by(operation.observer());
    let work = work(client, operation).boxed();
    begun.run(work);
    Ok(())
}

/// An operation that is in its queue and has no task yet.
struct Begun {
    queue: Arc<Queue>,
    runtime: &'static Runtime,
    operation: Arc<Operation>,
    #[cfg(feature = "fuzzing")]
    tag: u64,
}

impl Begun {
    fn new(queue: u64, tag: u64, limit: Option<Duration>) -> std::result::Result<Self, Status> {
        let queue = queues().get(queue)?;
        let runtime = runtime()?;
        Ok(Self {
            operation: Arc::new(queue.begin(tag, limit)?),
            queue,
            runtime,
            #[cfg(feature = "fuzzing")]
            tag,
        })
    }

    /// Runs the work when it is its turn. The place in the line is taken now.
    fn run_in_turn(self, work: Work) {
        let turn = self.operation.turn();
        self.run(Box::pin(async move {
            let _turn = turn.await;
            work.await
        }));
    }

    /// Runs the work as a task of its own; a panic in it is the operation's failure.
    fn run(self, work: Work) {
        let operation = self.operation;
        let number = operation.number();
        #[cfg(feature = "fuzzing")]
        let work = async move {
            super::panics::here_in_operation(self.tag, super::panics::Place::Begin);
            work.await
        };
        let task = self.runtime.spawn(async move {
            let result = AssertUnwindSafe(work).catch_unwind().await;
            operation.end(result.unwrap_or_else(|panic| Err(internal(&*panic))));
        });
        self.queue.attach(number, task.abort_handle());
    }
}

/// Starts an operation with a client, which the operation observes.
pub(super) fn submit_with_client<W, F>(
    client: u64,
    queue: u64,
    tag: u64,
    work: W,
) -> std::result::Result<(), Status>
where
    W: FnOnce(Client, Arc<Operation>) -> F,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let client = clients().get(client)?.client;
    let limit = Some(client.retry().operation_limit);
    submit(queue, tag, limit, |operation| {
        let client = client.observed_by(operation.observer());
        work(client, operation)
    })
}

impl Operation {
    /// Yields every item of a list.
    pub(super) async fn pages<T>(&self, mut pages: Pages<T>) -> Result<()>
    where
        T: DeserializeOwned + Item,
    {
        while let Some(page) = pages.next().await? {
            self.items(page).await;
        }
        Ok(())
    }

    /// Yields all of these.
    pub(super) async fn items<T: Item>(&self, items: Vec<T>) {
        self.results(items.into_iter().map(Ok)).await;
    }
}

fn internal(panic: &(dyn Any + Send)) -> Error {
    let what = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(
        Category::NotSpecified,
        "InternalError",
        "",
        format!("Internal error in the library: {what}"),
    )
    .advise("This is a defect of the module; please report it.")
}

#[cfg(test)]
mod tests {
    use super::super::queue::{EventPayload, Queue};
    use super::*;

    #[test]
    fn a_panic_in_an_operation_is_its_failure() {
        let queue = Queue::new(1, None, false, false).unwrap();
        let handle = queues().insert(queue.clone());
        submit(handle, 3, None, |_| async { panic!("on purpose") }).unwrap();
        let event = queue.wait(-1).unwrap();
        let EventPayload::Failed(error) = event.payload else {
            panic!("did not fail");
        };
        assert_eq!((event.tag, error.code()), (3, "InternalError"));
        assert!(error.to_string().contains("on purpose"));
        queues().remove(handle).unwrap();
    }

    #[test]
    fn operations_begin_in_the_order_of_submission() {
        use std::sync::{Arc, Mutex};

        let queue = Queue::new(1, None, false, false).unwrap();
        let handle = queues().insert(queue.clone());
        let begun = Arc::new(Mutex::new(Vec::new()));
        for tag in 0..500 {
            let begun = begun.clone();
            let work = move |_| async move {
                begun.lock().unwrap().push(tag);
                tokio::task::yield_now().await;
                Ok(())
            };
            submit(handle, tag, None, work).unwrap();
        }
        while queue.wait(-1).is_ok() {}
        assert_eq!(*begun.lock().unwrap(), (0..500).collect::<Vec<_>>());
        queues().remove(handle).unwrap();
    }

    #[test]
    fn no_more_run_at_once_than_the_limit() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicU32, Ordering};

        let queue = Queue::new(2, None, false, false).unwrap();
        let handle = queues().insert(queue.clone());
        let running = Arc::new(AtomicU32::new(0));
        let most = Arc::new(AtomicU32::new(0));
        for tag in 0..20 {
            let (running, most) = (running.clone(), most.clone());
            let work = |_| async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            };
            submit(handle, tag, None, work).unwrap();
        }
        let tags: Vec<_> = std::iter::from_fn(|| queue.wait(-1).ok())
            .map(|event| event.tag)
            .collect();
        assert_eq!(tags, (0..20).collect::<Vec<_>>());
        assert!(most.load(Ordering::SeqCst) <= 2);
        queues().remove(handle).unwrap();
    }
}
