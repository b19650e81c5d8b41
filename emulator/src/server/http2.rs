//! Connections of HTTP/2, where https offers it.

use hyper::server::conn::http2::Builder;
use hyper_util::rt::TokioExecutor;

use super::time::RealTime;

/// Its name when a connection begins.
pub(crate) const NAME: &[u8] = b"h2";

/// How many requests a connection has at once: the number that servers usually take.
const STREAMS: u32 = 100;

/// What serves a connection, whose headers are no longer than this.
pub(super) fn builder(max_header: u32) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.timer(RealTime)
        .max_header_list_size(max_header)
        .max_concurrent_streams(STREAMS);
    http
}
