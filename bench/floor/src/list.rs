//! A list, page by page.

use reqwest::Url;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::Result;
use crate::client::Bare;
use crate::identity::{Identity, Page};
use crate::outcome::{Clock, Outcome};
use crate::sockets;

/// Reads all identities of a list.
pub(crate) async fn identities(client: &Bare, first: Url) -> Result<Outcome> {
    pages::<Identity>(client, first).await
}

/// Reads all pages of a list and no item: what the network alone takes, and to find the links.
pub(crate) async fn bytes(client: &Bare, first: Url) -> Result<Outcome> {
    pages::<IgnoredAny>(client, first).await
}

async fn pages<T: DeserializeOwned>(client: &Bare, first: Url) -> Result<Outcome> {
    let clock = Clock::start();
    let (mut count, mut requests, mut bytes) = (0, 0, 0);
    let mut first_seconds = None;
    let mut next = Some(first.clone());
    while let Some(url) = next {
        let body = client.get(url).await?;
        let page: Page<T> = serde_json::from_slice(&body)?;
        requests += 1;
        bytes += body.len();
        count += page.value.len();
        if count > 0 {
            first_seconds.get_or_insert_with(|| clock.seconds());
        }
        next = page.next_link.map(|link| link.parse()).transpose()?;
    }
    Ok(Outcome {
        count,
        requests,
        seconds: clock.seconds(),
        first_seconds,
        median_seconds: None,
        cpu_seconds: clock.cpu_seconds(),
        bytes,
        sockets: sockets::open_to(&first),
    })
}
