//! Azure Resource Graph: questions about all resources of a tenant at once.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::Client;
use super::items;
use super::pacing::RESOURCE_GRAPH;
use super::reply::Reply;
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
    query: Query,
    items: PhantomData<T>,
}

/// What is the same for all kinds of rows.
struct Query {
    client: Client,
    text: String,
    reach: Reach,
    next: Next,
    trail: Trail,
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
        let query = Query {
            client: client.clone(),
            text: query.into(),
            reach,
            next: Next::First,
            trail: Trail::of(client.retry().most_pages),
        };
        Self {
            query,
            items: PhantomData,
        }
    }

    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the request; `ResultTruncated` when Resource Graph keeps something back and gives
    /// no way to get it; `PagingLoop` when it gives a page again, or the rows have no end.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>> {
        let Some(reply) = self.query.reply().await? else {
            return Ok(None);
        };
        let page: Page<T> = match reply.whole() {
            Ok(page) => page,
            Err(_) => self.readable(&reply)?,
        };
        self.query.follow(page.skip_token, &page.truncated)?;
        Ok(Some(page.data))
    }

    /// A page of which something can't be read as it stands.
    fn readable(&self, reply: &Reply) -> Result<Page<T>> {
        let page: Page<Value> = reply.json(TARGET)?;
        Ok(Page {
            data: items::read(&self.query.client, page.data, TARGET)?,
            skip_token: page.skip_token,
            truncated: page.truncated,
        })
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
}

impl Query {
    /// The next page, or `None` after the last.
    async fn reply(&mut self) -> Result<Option<Reply>> {
        let token = match std::mem::replace(&mut self.next, Next::None) {
            Next::First => None,
            Next::Page(token) => Some(token),
            Next::None => return Ok(None),
        };
        let link = token.as_deref().unwrap_or_default();
        self.trail.follow(link, TARGET)?;
        let mut body = json!({
            "query": self.text,
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
        self.client.send(request).await.map(Some)
    }

    /// Notes where the next page is.
    fn follow(&mut self, token: Option<String>, truncated: &str) -> Result<()> {
        match token.filter(|next| !next.is_empty()) {
            Some(next) => self.next = Next::Page(next),
            None if truncated == "true" => return Err(cut_short()),
            None => {}
        }
        Ok(())
    }
}

fn cut_short() -> Error {
    let message = "Resource Graph truncated the result and returned no skip token";
    Error::new(Category::LimitsExceeded, "ResultTruncated", TARGET, message)
        .advise("Query one subscription at a time, with -SubscriptionId.")
}
