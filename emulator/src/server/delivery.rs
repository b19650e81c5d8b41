//! How an answer gets to the client, where a fault has it arrive late, in part, or not at all.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use crate::state::faults::{Delivery, Ending};

/// Why a connection ends without an answer, or in the middle of one.
#[derive(Debug, thiserror::Error)]
#[error("closed by a fault")]
pub(super) struct ConnectionClosed;

/// A connection's stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// Has the system reset the connection when the stream is dropped, and not close it.
    fn reset(&self);
}

impl Stream for TcpStream {
    fn reset(&self) {
        // Where that is refused the connection is closed.
        let _ = self.set_zero_linger();
    }
}

#[cfg(feature = "tls")]
impl Stream for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.reset();
    }
}

/// How a connection ends after an exchange that failed by a fault.
#[derive(Debug, Clone, Copy, Default)]
enum Farewell {
    #[default]
    Close,
    Reset,
    Garbage,
}

/// What the exchanges of a connection leave for its end.
#[derive(Debug, Clone, Default)]
pub(super) struct End(Arc<Mutex<Farewell>>);

impl End {
    fn set(&self, farewell: Farewell) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = farewell;
    }

    /// Ends the connection.
    pub(super) async fn carry_out(&self, mut stream: impl Stream) {
        let farewell = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The client may be gone already.
        match farewell {
            Farewell::Reset => stream.reset(),
            Farewell::Garbage => {
                let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await;
                let _ = stream.shutdown().await;
            }
            Farewell::Close => {
                let _ = stream.shutdown().await;
            }
        }
    }
}

/// Delivers a body as the fault has it.
///
/// # Errors
/// The connection is to be ended without an answer.
pub(super) async fn deliver(
    body: Bytes,
    delivery: Delivery,
    end: &End,
) -> Result<Delivered, ConnectionClosed> {
    let pace = match delivery {
        Delivery::Closed => return Err(ConnectionClosed),
        Delivery::Reset => {
            end.set(Farewell::Reset);
            return Err(ConnectionClosed);
        }
        Delivery::Garbage => {
            end.set(Farewell::Garbage);
            return Err(ConnectionClosed);
        }
        // The future is dropped when the client goes away, or the server ends the connection.
        Delivery::Silent | Delivery::Refused(_) => match pending::<Infallible>().await {},
        Delivery::Half(_) if body.is_empty() => Pace::Whole,
        Delivery::Half(ending) => {
            if ending == Ending::Reset {
                end.set(Farewell::Reset);
            }
            Pace::Half(ending, Stage::First)
        }
        Delivery::Slow(every) => Pace::Slow {
            every: Duration::from_millis(every),
            waiting: None,
        },
        Delivery::Endless => Pace::Endless,
        Delivery::Late(wait) => {
            sleep(Duration::from_millis(wait)).await;
            Pace::Whole
        }
        Delivery::Whole => Pace::Whole,
    };
    Ok(Delivered { rest: body, pace })
}

/// A body on its way.
pub(super) struct Delivered {
    rest: Bytes,
    pace: Pace,
}

impl Delivered {
    /// All of it at once.
    pub(super) fn whole(rest: Bytes) -> Self {
        Delivered {
            rest,
            pace: Pace::Whole,
        }
    }
}

enum Pace {
    Whole,
    Half(Ending, Stage),
    Slow {
        every: Duration,
        waiting: Option<Pin<Box<Sleep>>>,
    },
    Endless,
}

/// How far half of a body has come.
enum Stage {
    First,
    /// Written, and to be sent before what comes then.
    Written,
    Sent,
}

/// What is sent at once of a body without an end.
static SPACES: [u8; 64 << 10] = [b' '; 64 << 10];

type Polled = Poll<Option<Result<Frame<Bytes>, ConnectionClosed>>>;

fn frame(data: Bytes) -> Polled {
    Poll::Ready(Some(Ok(Frame::data(data))))
}

impl Body for Delivered {
    type Data = Bytes;
    type Error = ConnectionClosed;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let Delivered { rest, pace } = &mut *self;
        match pace {
            Pace::Endless => frame(Bytes::from_static(&SPACES)),
            Pace::Half(ending, stage) => half(rest, *ending, stage, context),
            _ if rest.is_empty() => Poll::Ready(None),
            Pace::Whole => frame(std::mem::take(rest)),
            Pace::Slow { every, waiting } => {
                let timer = waiting.get_or_insert_with(|| Box::pin(sleep(*every)));
                ready!(timer.as_mut().poll(context));
                *waiting = None;
                frame(rest.split_to(1))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.pace {
            Pace::Endless => SizeHint::default(),
            _ => SizeHint::with_exact(self.rest.remaining() as u64),
        }
    }
}

fn half(rest: &mut Bytes, ending: Ending, stage: &mut Stage, context: &Context<'_>) -> Polled {
    match stage {
        Stage::First => {
            *stage = Stage::Written;
            frame(rest.split_to(rest.len().div_ceil(2)))
        }
        // What is written is sent when there is nothing more to write for now.
        Stage::Written => {
            *stage = Stage::Sent;
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Stage::Sent => match ending {
            Ending::Silent => Poll::Pending,
            Ending::Closed | Ending::Reset => Poll::Ready(Some(Err(ConnectionClosed))),
        },
    }
}
