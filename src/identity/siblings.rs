//! What the creations of one pipeline know of the resource groups that they create in: a list of a
//! group takes the place of a look at each name.
//!
//! A PUT replaces the tags of an identity that exists, so a creation has to know. A condition on the
//! PUT does not help: Resource Manager leaves `If-None-Match` to the resource providers ("the frontdoor
//! will never inspect these values", Resource Provider Contract, Addendum), and this one has no ETags
//! and declares no such header.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::list::{find, list};
use super::model::UserAssignedIdentity;
use crate::arm::{Client, Scope};
use crate::base::{ResourceId, Result, Silent};

/// How long a list may tell that an identity is not there.
const LIFETIME: Duration = Duration::from_secs(30);

/// The creations of one pipeline. Clones are the same pipeline.
#[derive(Clone, Debug, Default)]
pub struct Siblings(Arc<Mutex<Vec<Group>>>);

/// A resource group that they create in.
#[derive(Debug)]
struct Group {
    /// Who lists it: another connection may see less.
    client: Client,
    path: String,
    /// The names that were looked for, in lower case.
    asked: HashSet<String>,
    listing: Arc<Listing>,
}

/// A list of a group, which the first that needs it reads.
#[derive(Debug)]
struct Listing {
    asked: Instant,
    /// How many wait for it.
    wanted: AtomicUsize,
    /// The identities by their names in lower case; none where the list is of no use.
    found: OnceCell<Option<Mutex<HashMap<String, UserAssignedIdentity>>>>,
}

impl Siblings {
    /// Reads an identity that may not exist.
    ///
    /// The first of a group is looked for by itself, and so is a name that was looked for before:
    /// somebody may have created it since.
    pub(super) async fn find(
        &self,
        client: &Client,
        id: &ResourceId,
    ) -> Result<Option<UserAssignedIdentity>> {
        let Some(listing) = self.listing(client, id) else {
            return find(client, id).await;
        };
        let read = || listing.read(client, id);
        match listing.found.get_or_init(read).await {
            Some(found) => Ok(found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id.name().to_ascii_lowercase())),
            None => find(client, id).await,
        }
    }

    /// The list that can tell whether there is this identity.
    fn listing(&self, client: &Client, id: &ResourceId) -> Option<Arc<Listing>> {
        let path = format!("{}/{}", id.subscription(), id.group()).to_ascii_lowercase();
        let name = id.name().to_ascii_lowercase();
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |group: &&mut Group| group.path == path && group.client.is_same(client);
        let Some(group) = groups.iter_mut().find(known) else {
            groups.push(Group {
                // Not observed: the observer may hold the pipeline that holds this.
                client: client.observed_by(Arc::new(Silent)),
                path,
                asked: HashSet::from([name]),
                listing: Listing::new(),
            });
            return None;
        };
        if !group.asked.insert(name) {
            return None;
        }
        if group.listing.asked.elapsed() > LIFETIME {
            group.listing = Listing::new();
        }
        group.listing.wanted.fetch_add(1, Ordering::Relaxed);
        Some(group.listing.clone())
    }
}

impl Listing {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            asked: Instant::now(),
            wanted: AtomicUsize::new(0),
            found: OnceCell::new(),
        })
    }

    /// Lists the group, while no more pages are read than there would be looks. A list that can't be
    /// read is of no use: the look at each identity says what is wrong.
    async fn read(
        &self,
        client: &Client,
        id: &ResourceId,
    ) -> Option<Mutex<HashMap<String, UserAssignedIdentity>>> {
        let scope = Scope {
            subscription_id: Some(id.subscription().to_owned()),
            resource_group: Some(id.group().to_owned()),
        };
        let mut pages = list(&client.reading_whole_lists(), &scope).ok()?;
        let mut found = HashMap::new();
        for read in 0.. {
            if read > self.wanted.load(Ordering::Relaxed) {
                return None;
            }
            let Some(page) = pages.next().await.ok()? else {
                break;
            };
            let by_name = |one: UserAssignedIdentity| (one.name.to_ascii_lowercase(), one);
            found.extend(page.into_iter().map(by_name));
        }
        Some(Mutex::new(found))
    }
}
