//! Azure Resource Graph: questions about all resources of a tenant at once.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::Client;
use super::items;
use super::pacing::RESOURCE_GRAPH;
use super::request::Request;
use super::trail::Trail;
use crate::base::{Category, Error, Result};

const API_VERSION: &str = "2022-10-01";

/// The most that Resource Graph gives at once.
const ROWS_A_PAGE: u32 = 1000;

/// What errors call the service.
const TARGET: &str = "Azure Resource Graph";

/// The rows of a query, read a page at a time. It sees what the sign-in may read, a little late.
pub struct Rows<T> {
    client: Client,
    query: String,
    reach: Reach,
    next: Next,
    trail: Trail,
    items: PhantomData<T>,
}

/// What a query looks through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything that the sign-in sees.
    Tenant,
    /// These subscriptions, by their ids.
    Subscriptions(Vec<String>),
    /// The subscriptions of a management group and of those below it, by its name.
    ManagementGroup(String),
}

enum Next {
    First,
    Page(String),
    None,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Page<T> {
    data: Vec<T>,
    #[serde(rename = "resultTruncated", default)]
    truncated: String,
    #[serde(rename = "$skipToken", default)]
    skip_token: Option<String>,
}

impl<T: DeserializeOwned> Rows<T> {
    /// What a query in the Kusto Query Language yields in these subscriptions; in all that the
    /// sign-in sees when none is named. Without an `id` among its columns there is only one page.
    pub fn new(client: &Client, query: impl Into<String>, subscriptions: &[String]) -> Self {
        let reach = match subscriptions {
            [] => Reach::Tenant,
            some => Reach::Subscriptions(some.to_vec()),
        };
        Self::within(client, query, reach)
    }

    /// The same, of what the query is to look through.
    pub fn within(client: &Client, query: impl Into<String>, reach: Reach) -> Self {
        Self {
            client: client.clone(),
            query: query.into(),
            reach,
            next: Next::First,
            trail: Trail::of(client.retry().most_pages),
            items: PhantomData,
        }
    }

    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the request; `ResultTruncated` when Resource Graph keeps something back and gives
    /// no way to get it; `PagingLoop` when it gives a page again, or the rows have no end.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>> {
        let token = match std::mem::replace(&mut self.next, Next::None) {
            Next::First => None,
            Next::Page(token) => Some(token),
            Next::None => return Ok(None),
        };
        let link = token.as_deref().unwrap_or_default();
        self.trail.follow(link, TARGET)?;
        let page = self.ask(token.as_deref()).await?;
        match page.skip_token.filter(|next| !next.is_empty()) {
            Some(next) => self.next = Next::Page(next),
            None if page.truncated == "true" => return Err(truncated()),
            None => {}
        }
        Ok(Some(page.data))
    }

    /// All rows.
    ///
    /// # Errors
    /// Those of [`next`](Self::next).
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    async fn ask(&self, token: Option<&str>) -> Result<Page<T>> {
        let mut body = json!({
            "query": self.query,
            "options": { "resultFormat": "objectArray", "$top": ROWS_A_PAGE },
        });
        match &self.reach {
            Reach::Tenant => {}
            Reach::Subscriptions(ids) => body["subscriptions"] = json!(ids),
            Reach::ManagementGroup(name) => body["managementGroups"] = json!([name]),
        }
        if let Some(token) = token {
            body["options"]["$skipToken"] = json!(token);
        }
        let url = self.client.url(RESOURCE_GRAPH, API_VERSION);
        let request = Request::query(url, TARGET).body(&body);
        let reply = self.client.send(request).await?;
        match reply.whole() {
            Ok(page) => Ok(page),
            Err(_) => {
                let Page {
                    data,
                    skip_token,
                    truncated,
                } = reply.json::<Page<Value>>(TARGET)?;
                let data = items::read(&self.client, data, TARGET)?;
                Ok(Page {
                    data,
                    skip_token,
                    truncated,
                })
            }
        }
    }
}

fn truncated() -> Error {
    let message = "Resource Graph truncated the result and returned no skip token";
    Error::new(Category::LimitsExceeded, "ResultTruncated", TARGET, message)
        .advise("Query one subscription at a time, with -SubscriptionId.")
}
