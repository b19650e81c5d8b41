//! Work that takes the processor for long.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// From this size on, a body is read aside: it takes milliseconds.
const LARGE: usize = 256 << 10;

/// Does something with a body of that size. While it reads a large one, another thread takes over the
/// other operations of this one, which serves many.
pub(crate) fn aside<T>(size: usize, work: impl FnOnce() -> T) -> T {
    let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
    match flavor {
        Ok(RuntimeFlavor::MultiThread) if size >= LARGE => block_in_place(work),
        _ => work(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn others_go_on_while_a_large_body_is_read() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let (sender, receiver) = mpsc::channel();
        runtime.block_on(async {
            let reading = tokio::spawn(async move { aside(LARGE, move || receiver.recv()) });
            // On the one thread that the runtime has, it would never be sent.
            tokio::spawn(async move { sender.send(7) })
                .await
                .unwrap()
                .unwrap();
            assert_eq!(reading.await.unwrap(), Ok(7));
        });
    }

    #[tokio::test]
    async fn without_other_threads_it_is_done_here() {
        assert_eq!(aside(usize::MAX, || 7), 7);
    }
}
