//! Recorded requests, sent again.

use std::fs;
use std::path::Path;

use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use reqwest::{Method, Url};

use crate::Result;
use crate::client::Bare;
use crate::outcome::{Clock, Outcome};
use crate::plan::{Chain, Plan, Recorded};
use crate::sockets;

/// What opens a connection and is no request of the record. It needs no token and is no part of a
/// subscription.
const OPENING: &str = "/metadata/endpoints?api-version=2022-09-01";

/// Sends what was recorded, `concurrency` resources at a time. Before the clock starts, it opens as
/// many connections, as a session has them.
pub(crate) async fn run(
    client: &Bare,
    endpoint: &Url,
    requests: &Path,
    concurrency: usize,
    body: String,
) -> Result<Outcome> {
    let log = fs::read(requests).map_err(|error| format!("{}: {error}", requests.display()))?;
    let log: Vec<Recorded> = serde_json::from_slice(&log)?;
    let count = log.len();
    let plan = Plan::of(log);
    let sender = Sender {
        client,
        endpoint,
        body,
    };

    let opening = (0..concurrency).map(|_| async {
        let url = endpoint.join(OPENING)?;
        client.get(url).await
    });
    future::try_join_all(opening).await?;

    let clock = Clock::start();
    let mut bytes = 0;
    for chain in plan.before {
        bytes += sender.send_all(chain).await?;
    }
    bytes += stream::iter(plan.each)
        .map(|chain| sender.send_all(chain))
        .buffer_unordered(concurrency)
        .try_fold(0, |sum, bytes| future::ok(sum + bytes))
        .await?;
    Ok(Outcome {
        count,
        requests: count,
        seconds: clock.seconds(),
        first_seconds: None,
        median_seconds: None,
        cpu_seconds: clock.cpu_seconds(),
        bytes,
        sockets: sockets::open_to(endpoint),
    })
}

struct Sender<'a> {
    client: &'a Bare,
    endpoint: &'a Url,
    body: String,
}

impl Sender<'_> {
    /// Sends requests one after the other, and returns the bytes of the answers.
    async fn send_all(&self, chain: Chain) -> Result<usize> {
        let mut bytes = 0;
        for request in chain {
            bytes += self.send(request).await?;
        }
        Ok(bytes)
    }

    async fn send(&self, request: Recorded) -> Result<usize> {
        let method: Method = request.method.parse()?;
        let body = [Method::PUT, Method::PATCH, Method::POST]
            .contains(&method)
            .then(|| self.body.clone());
        let answer = self
            .client
            .send(method, self.endpoint.join(&request.path)?, body)
            .await?;
        let status = answer.status().as_u16();
        if status != request.status {
            let Recorded {
                method,
                path,
                status: recorded,
            } = request;
            return Err(format!("{method} {path}: {status}, recorded is {recorded}").into());
        }
        let body = answer.bytes().await?;
        // What the module reads, too, whatever it is.
        if !body.is_empty() {
            let _: serde_json::Value = serde_json::from_slice(&body)?;
        }
        Ok(body.len())
    }
}
