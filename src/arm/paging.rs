//! Lists, which come in pages linked by `nextLink`.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::{Client, same_host};
use super::items;
use super::reply::Reply;
use super::request::{Request, Versions};
use super::trail::Trail;
use crate::base::{Method, Result, Url, null_is_empty};

/// The pages of a list, read one at a time.
pub struct Pages<T> {
    links: Links,
    items: PhantomData<T>,
}

/// What is the same for all kinds of items.
struct Links {
    client: Client,
    target: String,
    next: Option<Url>,
    /// Whether pages are asked for by POST.
    by_post: bool,
    versions: Versions,
    trail: Trail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct Page<T> {
    #[serde(deserialize_with = "null_is_empty")]
    value: Vec<T>,
    #[serde(alias = "@odata.nextLink")]
    next_link: Option<String>,
}

impl<T: DeserializeOwned> Pages<T> {
    /// The list at `path`; `target` is what errors call it.
    pub fn new(client: &Client, path: &str, api_version: &str, target: &str) -> Self {
        Self::at(client, client.url(path, api_version), target)
    }

    /// The list at a URL of Resource Manager or Microsoft Graph.
    pub(crate) fn at(client: &Client, url: Url, target: &str) -> Self {
        let links = Links {
            client: client.clone(),
            target: target.to_owned(),
            next: Some(url),
            by_post: false,
            versions: Versions::Any,
            trail: Trail::of(client.retry().most_pages),
        };
        Self {
            links,
            items: PhantomData,
        }
    }

    /// The list at `path`, which is asked for by POST although it only reads.
    pub(crate) fn posted(client: &Client, path: &str, api_version: &str, target: &str) -> Self {
        let mut pages = Self::new(client, path, api_version, target).exact();
        pages.links.by_post = true;
        pages
    }

    /// The same, in the api-version of its URL alone.
    pub(crate) fn exact(self) -> Self {
        self.versions(Versions::Exact)
    }

    /// The same, in the api-versions that can serve it.
    pub(crate) fn versions(mut self, versions: Versions) -> Self {
        self.links.versions = versions;
        self
    }

    /// The same, of the items that an OData filter lets through.
    pub(crate) fn filtered(
        client: &Client,
        path: &str,
        api_version: &str,
        filter: Option<&str>,
        target: &str,
    ) -> Self {
        let mut pages = Self::new(client, path, api_version, target);
        if let (Some(url), Some(filter)) = (&mut pages.links.next, filter) {
            url.query_pairs_mut().append_pair("$filter", filter);
        }
        pages
    }

    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the request; `ForeignHost` when the link leads to a host that the token is not
    /// for; `PagingLoop` when it leads to a page that was read before, or the list has no end.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>> {
        let Some((url, reply)) = self.links.reply().await? else {
            return Ok(None);
        };
        let page: Page<T> = match reply.whole() {
            Ok(page) => page,
            Err(_) => self.readable(&reply)?,
        };
        self.links.follow(&url, page.next_link)?;
        Ok(Some(page.value))
    }

    /// A page of which something can't be read as it stands.
    fn readable(&self, reply: &Reply) -> Result<Page<T>> {
        let page = self.links.values(reply)?;
        Ok(Page {
            value: items::read(&self.links.client, page.value, &self.links.target)?,
            next_link: page.next_link,
        })
    }

    /// All items of all pages.
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

impl Links {
    /// The next page and its URL, or `None` after the last.
    async fn reply(&mut self) -> Result<Option<(Url, Reply)>> {
        let Some(url) = self.next.take() else {
            return Ok(None);
        };
        self.trail.follow(url.as_str(), &self.target)?;
        let body = json!({});
        let request = match self.by_post {
            true => Request::query(url.clone(), &self.target).body(&body),
            false => Request::new(Method::GET, url.clone(), &self.target),
        };
        let reply = self.client.send(request.versions(self.versions)).await?;
        Ok(Some((url, reply)))
    }

    /// A page whose items are whatever they are.
    fn values(&self, reply: &Reply) -> Result<Page<Value>> {
        reply.whole().map_err(|_| reply.unexpected(&self.target))
    }

    /// Notes the link of the page at `url`.
    fn follow(&mut self, url: &Url, link: Option<String>) -> Result<()> {
        if let Some(link) = link.filter(|link| !link.is_empty()) {
            self.next = Some(same_host(url, &link, "next link", &self.target)?);
        }
        Ok(())
    }
}
