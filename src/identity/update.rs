//! Changes to an identity that exists.

use std::collections::BTreeMap;

use super::change::{Change, Wishes};
use super::list::read;
use super::model::{USER_ASSIGNED_IDENTITY, UserAssignedIdentity};
use super::tags;
use crate::arm::{Client, Plan, Target};
use crate::base::{Error, Result};

/// What to change about an identity.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Which identity.
    pub target: Target,
    /// The tags that replace those it has; none given leaves them.
    pub tags: Option<BTreeMap<String, String>>,
    /// `None` or `Regional`; not given leaves it.
    pub isolation_scope: Option<String>,
    /// The resource providers and resource types that it can be assigned to: none for all; not given
    /// leaves those it has.
    pub assignment_restriction: Option<Vec<String>>,
}

/// Changes an identity. When all is as wanted, nothing is written.
///
/// # Errors
/// What breaks a rule, before any request; `ResourceNotFound` and the like.
pub async fn update(client: &Client, wanted: &Update) -> Result<UserAssignedIdentity> {
    change(client, wanted).await?.apply(client).await
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, wanted: &Update) -> Result<Plan> {
    Ok(change(client, wanted).await?.plan())
}

async fn change(client: &Client, wanted: &Update) -> Result<Change> {
    let id = wanted.target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let wishes = Wishes::checked(
        wanted.isolation_scope.as_deref(),
        wanted.assignment_restriction.as_deref(),
    )?;
    if wanted.tags.is_none() && wishes.is_empty() {
        return Err(Error::missing(
            "Tag",
            "specify the change with -Tag, -IsolationScope or -AssignmentRestriction.",
        ));
    }
    if let Some(tags) = &wanted.tags {
        tags::check(tags)?;
    }
    let current = read(client, &id).await?;
    Ok(Change::new(&id, current, wanted.tags.clone(), wishes))
}
