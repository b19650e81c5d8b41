//! Creation, which leaves an identity that exists as it is but for what was named.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::list::find;
use super::model::{isolation_scope, normal_location};
use super::update::Change;
use super::{API_VERSION, USER_ASSIGNED_IDENTITY, UserAssignedIdentity, tags};
use crate::arm::{Client, Plan, Request, Target, Versions, presence, resource_group_location};
use crate::base::{Category, Error, Method, ResourceId, ResourceType, Result};

/// The identity to create.
#[derive(Clone, Debug, Default)]
pub struct Create {
    /// Its place and name.
    pub target: Target,
    /// Its region; the group's when not given.
    pub location: Option<String>,
    /// `None` or `Regional`; Azure's default when not given.
    pub isolation_scope: Option<String>,
    /// Its tags. One that exists keeps those it has besides.
    pub tags: BTreeMap<String, String>,
}

/// The first api-version that has `isolationScope`.
const ISOLATION_SCOPE: &str = "2024-11-30";

/// What a creation comes to.
enum Step {
    Put { location: String },
    Change(Box<Change>),
}

/// Creates an identity. One that exists is changed by what was named, its tags added to; when
/// nothing is left to change, nothing is written.
///
/// # Errors
/// What breaks a rule, before any request; `InvalidResourceLocation` when it exists in another
/// region; `ResourceGroupNotFound` and the like.
pub async fn create(client: &Client, wanted: &Create) -> Result<UserAssignedIdentity> {
    let id = check(client, wanted)?;
    match step(client, wanted, &id).await? {
        Step::Put { location } => put(client, wanted, &id, &location).await,
        Step::Change(change) => change.apply(client).await,
    }
}

/// What [`create`] would do.
///
/// # Errors
/// Those of [`create`], as far as reading finds them.
pub async fn plan_create(client: &Client, wanted: &Create) -> Result<Plan> {
    let id = check(client, wanted)?;
    match step(client, wanted, &id).await? {
        Step::Put { location } => {
            if wanted.location.is_some() {
                check_place(client, &id, &location).await?;
            }
            Ok(Plan {
                description: format!("Create user-assigned identity '{id}' in {location}"),
                effects: vec![format!("create '{id}' in {location}")],
                resource: id.to_string(),
            })
        }
        Step::Change(change) => Ok(change.plan()),
    }
}

fn check(client: &Client, wanted: &Create) -> Result<ResourceId> {
    let id = wanted.target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    tags::check(&wanted.tags)?;
    isolation_scope(wanted.isolation_scope.as_deref())?;
    if let Some(location) = wanted.location.as_deref().filter(|l| l.trim().is_empty()) {
        let rule = "it must be a region, such as eastus; omit it to use the location of the \
                    resource group.";
        return Err(Error::invalid(
            "InvalidLocation",
            "Location",
            location,
            rule,
        ));
    }
    Ok(id)
}

async fn step(client: &Client, wanted: &Create, id: &ResourceId) -> Result<Step> {
    // Only a look tells whether there are tags that a PUT would wipe.
    if let Some(held) = find(client, id).await? {
        check_location(wanted, &held)?;
        let tags = (!wanted.tags.is_empty()).then(|| tags::merged(&held.tags, &wanted.tags));
        let scope = isolation_scope(wanted.isolation_scope.as_deref())?;
        let change = Change::new(id, held, tags, scope);
        return Ok(Step::Change(Box::new(change)));
    }
    let location = match &wanted.location {
        Some(location) => location.clone(),
        None => resource_group_location(client, id.subscription(), id.group()).await?,
    };
    Ok(Step::Put { location })
}

/// Checks what Azure checks of a place that the caller named: that the group exists, and that the
/// region has identities.
async fn check_place(client: &Client, id: &ResourceId, location: &str) -> Result<()> {
    let (subscription, group) = (id.subscription(), id.group());
    let group = format!("/subscriptions/{subscription}/resourceGroups/{group}");
    presence::require(client, &group).await?;
    let ResourceType {
        namespace, name, ..
    } = USER_ASSIGNED_IDENTITY;
    let regions = presence::regions(client, subscription, namespace, name).await?;
    let is_it = |region: &String| normal_location(region) == normal_location(location);
    if regions.is_empty() || regions.iter().any(is_it) {
        return Ok(());
    }
    let message = format!("User-assigned identities are not available in the region '{location}'");
    Err(Error::new(
        Category::InvalidArgument,
        "LocationNotAvailableForResourceType",
        id.as_str(),
        message,
    )
    .advise(format!("Use one of these: {}.", regions.join(", "))))
}

fn check_location(wanted: &Create, held: &UserAssignedIdentity) -> Result<()> {
    let Some(location) = &wanted.location else {
        return Ok(());
    };
    if normal_location(location) == normal_location(&held.location) {
        return Ok(());
    }
    let message = format!(
        "The identity '{}' exists in {}, not in {location}",
        held.id, held.location
    );
    Err(Error::new(
        Category::ResourceExists,
        "InvalidResourceLocation",
        &held.id,
        message,
    )
    .advise("An identity can't change its location: omit -Location, or choose another name."))
}

async fn put(
    client: &Client,
    wanted: &Create,
    id: &ResourceId,
    location: &str,
) -> Result<UserAssignedIdentity> {
    let mut body = json!({ "location": location, "tags": wanted.tags });
    if let Some(scope) = isolation_scope(wanted.isolation_scope.as_deref())? {
        body["properties"] = json!({ "isolationScope": scope });
    }
    write(client, Method::PUT, id, &body).await
}

/// Writes an identity and reads what became of it.
pub(super) async fn write(
    client: &Client,
    method: Method,
    id: &ResourceId,
    body: &Value,
) -> Result<UserAssignedIdentity> {
    let versions = match body["properties"]["isolationScope"].is_null() {
        true => Versions::Any,
        false => Versions::Since(ISOLATION_SCOPE),
    };
    let url = client.url(id.as_str(), API_VERSION);
    let request = Request::new(method, url, id.as_str()).body(body);
    let reply = client.send(request.versions(versions)).await?;
    reply.json(id.as_str())
}
