//! The headers that ARM puts on every reply.

use crate::base::clock::{Millis, compact_time};
use crate::base::http::{Reply, Request};
use crate::base::random;

/// The ids that a reply is found by in Azure's own logs.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) request: String,
    correlation: String,
}

impl Ids {
    /// A new request id; the correlation id is the caller's, if it sent one.
    pub(crate) fn of(request: &Request) -> Self {
        let id = random::guid();
        let correlation = request
            .header("x-ms-correlation-request-id")
            .filter(|sent| random::is_guid(sent))
            .map_or_else(|| id.clone(), str::to_owned);
        Ids {
            request: id,
            correlation,
        }
    }
}

/// Adds the headers of every ARM reply; headers that the reply has already stay as they are.
pub(crate) fn add(request: &Request, ids: &Ids, now: Millis, mut reply: Reply) -> Reply {
    let routing = format!("EMULATOR:{}:{}", compact_time(now), random::guid());
    let mut headers = vec![
        ("Cache-Control", "no-cache".to_owned()),
        ("Pragma", "no-cache".to_owned()),
        ("Expires", "-1".to_owned()),
        ("x-ms-request-id", ids.request.clone()),
        ("x-ms-correlation-request-id", ids.correlation.clone()),
        ("x-ms-routing-request-id", routing),
        (
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains".to_owned(),
        ),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    let echo = request
        .header("x-ms-return-client-request-id")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if let (true, Some(id)) = (echo, request.header("x-ms-client-request-id")) {
        headers.push(("x-ms-client-request-id", id.to_owned()));
    }
    for (name, value) in headers {
        if !reply.has_header(name) {
            reply = reply.header(name, value);
        }
    }
    reply
}
