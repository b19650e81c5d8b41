//! Connections: reading requests whole, faults and latency, handing over to the subjects, and the
//! log.

#[cfg(feature = "cli")]
mod compression;
mod delivery;
#[cfg(all(feature = "cli", feature = "tls"))]
mod http2;
mod time;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use delivery::{ConnectionClosed, Delivered, End, Stream, deliver};
use http_body_util::BodyExt;
#[cfg(all(feature = "cli", feature = "tls"))]
pub(crate) use http2::NAME as HTTP2;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use time::{RealTime, within};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use crate::app;
use crate::arm::authentication::is_authenticated;
use crate::arm::error::ArmError;
use crate::arm::headers::{self, Ids};
use crate::base::clock::{Millis, http_date, iso_time};
use crate::base::http::{Reply, Request};
use crate::base::options::Limits;
use crate::state::World;
use crate::state::faults::{Delivery, Exchange, Interference};
use crate::state::log::Entry;

/// The largest request line and headers together. Signed URLs and tokens have some kilobytes each.
const MAX_HEADER: usize = 64 * 1024;

/// The largest body that ARM takes.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// How much of a body that is too large is read all the same: a client that is still sending when
/// the answer comes tends to see a broken connection and not the answer.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// What connections have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    limits: Limits,
    /// Whether bodies are compressed for clients that ask for it.
    #[cfg(feature = "cli")]
    gzip: bool,
    /// Told after a change of the state.
    pub(crate) changed: Notify,
    /// Told for how many milliseconds no connection is accepted.
    refuse: watch::Sender<Millis>,
}

impl Shared {
    pub(crate) fn new(world: World, limits: Limits) -> Self {
        Shared {
            world: Mutex::new(world),
            limits,
            #[cfg(feature = "cli")]
            gzip: false,
            changed: Notify::new(),
            refuse: watch::Sender::new(0),
        }
    }

    /// The same; whether bodies are compressed for clients that ask for it.
    #[cfg(feature = "cli")]
    pub(crate) fn compressing(self, gzip: bool) -> Self {
        Shared { gzip, ..self }
    }

    /// The world. Never held across a wait. A handler that panicked has left it whole enough to go
    /// on with: handlers check first and change last.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kind of stream that connections use.
#[derive(Clone)]
pub(crate) enum Transport {
    Plain,
    #[cfg(feature = "tls")]
    Tls(tokio_rustls::TlsAcceptor),
}

/// Accepts connections until it is told to stop; then no connection is left.
pub(crate) async fn run(
    mut listener: TcpListener,
    transport: Transport,
    shared: Arc<Shared>,
    mut stop: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut refuse = shared.refuse.subscribe();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Out of file descriptors, most likely: some come back as connections end.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            // Reaps what has ended.
            Some(_) = connections.join_next() => continue,
            Ok(()) = refuse.changed() => {
                let wait = Duration::from_millis(*refuse.borrow_and_update());
                let address = listener.local_addr();
                drop(listener);
                connections.shutdown().await;
                let Some(back) = listen_again(address, wait, &mut stop).await else {
                    return;
                };
                listener = back;
                continue;
            }
            _ = &mut stop => break,
        };
        // Those that have ended do not count.
        while connections.try_join_next().is_some() {}
        if connections.len() >= shared.limits.connections {
            continue;
        }
        // Small replies should not wait for more; where that is refused they just do.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        match transport.clone() {
            Transport::Plain => {
                connections.spawn(connection(stream, shared));
            }
            #[cfg(feature = "tls")]
            Transport::Tls(acceptor) => {
                connections.spawn(async move {
                    // A client that does not trust the certificate goes away during this.
                    let accepted = acceptor.accept(stream);
                    if let Some(Ok(stream)) = within(shared.limits.header_time, accepted).await {
                        #[cfg(feature = "cli")]
                        if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
                            return connection_of_http2(stream, shared).await;
                        }
                        connection(stream, shared).await;
                    }
                });
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Listens at the same port again after a time. None when it is told to stop meanwhile, or the port
/// is somebody else's now.
async fn listen_again(
    address: io::Result<SocketAddr>,
    wait: Duration,
    stop: &mut oneshot::Receiver<()>,
) -> Option<TcpListener> {
    tokio::select! {
        () = tokio::time::sleep(wait) => TcpListener::bind(address.ok()?).await.ok(),
        _ = stop => None,
    }
}

async fn connection(stream: impl Stream, shared: Arc<Shared>) {
    let end = End::default();
    let service = service_fn(|request| Box::pin(serve(Arc::clone(&shared), end.clone(), request)));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(RealTime)
        .header_read_timeout(shared.limits.header_time)
        .max_header_size(MAX_HEADER);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    // Errors are the client's going away, or a connection ended by a fault.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let stream = connection.into_parts().io.into_inner();
    end.carry_out(stream).await;
}

/// Serves a connection of HTTP/2. A fault that ends an answer without a word ends the request's
/// stream, and not the connection, as the protocol has it.
#[cfg(feature = "cli")]
async fn connection_of_http2(stream: impl Stream + Send + 'static, shared: Arc<Shared>) {
    let service =
        service_fn(move |request| Box::pin(serve(Arc::clone(&shared), End::default(), request)));
    let http = http2::builder(MAX_HEADER as u32);
    // Errors are the client's going away, or an answer ended by a fault.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// Why the body of a request was not read.
#[derive(Debug, Clone, Copy)]
enum Unread {
    TooLarge,
    TooSlow,
}

impl Unread {
    /// The answer to the request, which is not carried out.
    fn reply(self, limits: &Limits) -> Reply {
        let error = match self {
            Unread::TooLarge => ArmError::new(
                413,
                "RequestContentTooLarge",
                format!(
                    "The request content size exceeds the maximum size of {} MB.",
                    MAX_BODY / 1024 / 1024
                ),
            ),
            Unread::TooSlow => ArmError::new(
                408,
                "RequestTimeout",
                format!(
                    "The body of the request did not arrive within {:?}.",
                    limits.body_time
                ),
            ),
        };
        error.gateway().header("Connection", "close").into_reply()
    }
}

/// The whole body.
async fn read(mut body: Incoming) -> Result<Result<Bytes, Unread>, ConnectionClosed> {
    let mut whole = BytesMut::new();
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        // The client went away.
        let frame = frame.map_err(|_| ConnectionClosed)?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        size = size.saturating_add(data.len());
        if size > MAX_DISCARDED {
            break;
        }
        if size <= MAX_BODY {
            whole.extend_from_slice(data);
        }
    }
    Ok(match size <= MAX_BODY {
        true => Ok(whole.freeze()),
        false => Err(Unread::TooLarge),
    })
}

async fn serve(
    shared: Arc<Shared>,
    end: End,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Delivered>, ConnectionClosed> {
    let (parts, body) = request.into_parts();
    let (body, unread) = match within(shared.limits.body_time, read(body)).await {
        Some(read) => match read? {
            Ok(body) => (body, None),
            Err(unread) => (Bytes::new(), Some(unread)),
        },
        None => (Bytes::new(), Some(Unread::TooSlow)),
    };
    let unread = unread.map(|why| why.reply(&shared.limits));
    let request = Request::new(
        parts.method,
        parts.uri.path(),
        parts.uri.query().unwrap_or_default(),
        parts.headers,
        body,
    );
    if app::is_admin(&request) {
        let reply = if let Some(unread) = unread {
            unread
        } else {
            let mut world = shared.world();
            let now = world.site.clock.now();
            app::settle(&mut world, now);
            let revision = world.revision;
            let reply = app::answer_admin(&mut world, &request, now);
            if app::changed_since(&mut world, revision, now) {
                shared.changed.notify_one();
            }
            reply
        };
        return Ok(response(reply).map(Delivered::whole));
    }
    let (reply, delivery) = exchange(&shared, &request, unread).await;
    if let Delivery::Refused(wait) = delivery {
        // All connections end, and this one with them. Nobody receives it if the emulator stops.
        let _ = shared.refuse.send(wait);
    }
    let answer = response(reply);
    #[cfg(feature = "cli")]
    let answer = match shared.gzip {
        true => compression::compressed(&request, answer),
        false => answer,
    };
    let (parts, body) = answer.into_parts();
    let body = deliver(body, delivery, &end).await?;
    Ok(hyper::Response::from_parts(parts, body))
}

/// One exchange with a client of the emulated cloud: the answer, and how it gets there.
async fn exchange(shared: &Shared, request: &Request, unread: Option<Reply>) -> (Reply, Delivery) {
    let ids = Ids::of(request);
    let (arrived, latency, met) = {
        let mut world = shared.world();
        let arrived = world.site.clock.now();
        let met = world.session.faults.of(request, arrived);
        (arrived, world.session.settings.latency_ms, met)
    };
    let fault = !matches!(met, Ok(None));
    let Interference {
        wait,
        carried_out,
        reply: instead,
        rewrite,
        stranger,
        delivery,
        name: fault_name,
    } = met
        .map(Option::unwrap_or_default)
        .unwrap_or_else(|why| Interference::answer(invalid_fault(why)));
    let wait = wait.saturating_add(latency);
    if wait > 0 {
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    let (mut reply, now, shown) = {
        let mut world = shared.world();
        let now = world.site.clock.now();
        let before = world.revision;
        app::settle(&mut world, now);
        let authenticated = is_authenticated(&world, request, now);
        let real =
            carried_out.then(|| unread.unwrap_or_else(|| app::answer(&mut world, request, now)));
        let service_status = real.as_ref().map(|reply| reply.status);
        let mut reply = instead.or(real).unwrap_or_else(|| Reply::empty(200));
        if let Some(rewrite) = rewrite {
            let endpoint = &world.site.endpoint;
            reply = rewrite(&Exchange { request, endpoint }, reply);
        }
        if app::changed_since(&mut world, before, now) {
            shared.changed.notify_one();
        }
        let shows_status = delivery.shows_status();
        world.session.log.add(Entry {
            sequence: 0,
            time: iso_time(arrived),
            method: request.method.to_string(),
            path: request.target(),
            status: if shows_status { reply.status } else { 0 },
            service_status,
            client_request_id: request.header("x-ms-client-request-id").map(str::to_owned),
            request_id: ids.request.clone(),
            duration_ms: now.saturating_sub(arrived).saturating_add(reply.delay),
            user_agent: request.header("user-agent").map(str::to_owned),
            if_match: request.header("if-match").map(str::to_owned),
            authenticated,
            fault,
            fault_name,
        });
        (reply, now, world.server_time())
    };
    if reply.delay > 0 {
        tokio::time::sleep(Duration::from_millis(reply.delay)).await;
    }
    if !stranger {
        reply = headers::add(request, &ids, now, reply.header("Date", http_date(shown)));
    }
    (reply, delivery)
}

fn invalid_fault(why: String) -> Reply {
    ArmError::new(400, "InvalidFault", why).into_reply()
}

fn response(reply: Reply) -> hyper::Response<Bytes> {
    let mut response = hyper::Response::new(reply.body);
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status)
        .unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        // Echoed values come from headers, and others are made of visible characters.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
