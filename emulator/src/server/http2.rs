//! Connections of HTTP/2, where https offers it.

use std::sync::Arc;

use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::delivery::{End, Stream};
use super::time::RealTime;
use super::{MAX_HEADER, Shared, serve};

/// Its name when a connection begins.
pub(crate) const NAME: &[u8] = b"h2";

/// How many requests a connection has at once: the number that servers usually take.
const STREAMS: u32 = 100;

/// Serves a connection to its end. A fault that ends an answer without a word ends the request's
/// stream, and not the connection, as the protocol has it.
pub(super) async fn connection(stream: impl Stream + Send + 'static, shared: Arc<Shared>) {
    let service =
        service_fn(move |request| Box::pin(serve(Arc::clone(&shared), End::default(), request)));
    let mut http = Builder::new(TokioExecutor::new());
    http.timer(RealTime)
        .max_header_list_size(MAX_HEADER as u32)
        .max_concurrent_streams(STREAMS);
    // Errors are the client's going away, or an answer ended by a fault.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}
