use std::collections::BTreeMap;

use super::model::{API_VERSION, USER_ASSIGNED_IDENTITY, UserAssignedIdentity};
use crate::arm::fleet::{Fleet, Listing, Member};
use crate::arm::{Client, Pages, Parameters, Scope, Target};
use crate::base::{Category, Error, ResourceId, Result};

/// Reads an identity.
///
/// # Errors
/// `ResourceNotFound` and the like; those of the target.
pub async fn get(client: &Client, target: &Target) -> Result<UserAssignedIdentity> {
    read(client, &target.resolve(client, USER_ASSIGNED_IDENTITY)?).await
}

/// How the commands that take an identity by its name alone call their parameters.
const NAMED: Parameters = Parameters {
    resource_id: "IdentityId",
    resource_group: "IdentityResourceGroupName",
    name: "IdentityId",
};

/// Reads an identity that may be named by its name alone: it is looked for in the whole
/// subscription then.
///
/// # Errors
/// Those of [`get`]; `ResourceNotFound` or `AmbiguousName` when no identity or several have it.
pub(crate) async fn find_named(client: &Client, target: &Target) -> Result<UserAssignedIdentity> {
    let (None, None, Some(name)) = (&target.resource_id, &target.resource_group, &target.name)
    else {
        return read(
            client,
            &target.resolve_by(client, USER_ASSIGNED_IDENTITY, NAMED)?,
        )
        .await;
    };
    target.check_type(USER_ASSIGNED_IDENTITY, NAMED)?;
    if !(USER_ASSIGNED_IDENTITY.name_is_valid)(name) {
        let rule = USER_ASSIGNED_IDENTITY.name_rule;
        return Err(Error::invalid("InvalidName", "IdentityId", name, rule));
    }
    let scope = Scope {
        subscription_id: target.subscription_id.clone(),
        resource_group: None,
    };
    let mut pages = list(client, &scope)?;
    let mut found = Vec::new();
    while let Some(page) = pages.next().await? {
        found.extend(
            page.into_iter()
                .filter(|one| one.name.eq_ignore_ascii_case(name)),
        );
    }
    match (found.pop(), found.as_slice()) {
        (Some(only), []) => Ok(only),
        (Some(last), others) => Err(ambiguous(name, &last, others)),
        (None, _) => Err(nowhere(client, target, name)),
    }
}

/// The identities of a group or of a subscription.
///
/// # Errors
/// Those of the scope, before any request.
pub fn list(client: &Client, scope: &Scope) -> Result<Pages<UserAssignedIdentity>> {
    let path = scope.path(client, USER_ASSIGNED_IDENTITY)?;
    Ok(Pages::new(client, &path, API_VERSION, &path))
}

/// The identities that are wanted, of any number of subscriptions.
///
/// # Errors
/// What breaks a rule, before any request.
pub fn search(client: &Client, fleet: &Fleet) -> Result<Listing<UserAssignedIdentity>> {
    Listing::of(client, USER_ASSIGNED_IDENTITY, API_VERSION, fleet)
}

impl Member for UserAssignedIdentity {
    const COLUMNS: &'static str = "id, name, type, location, tags, properties";

    fn id(&self) -> &str {
        &self.id
    }

    fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    async fn read(client: &Client, id: &str) -> Result<Self> {
        client.get(id, API_VERSION, id).await?.json(id)
    }
}

pub(crate) async fn read(client: &Client, id: &ResourceId) -> Result<UserAssignedIdentity> {
    let reply = client.get(id.as_str(), API_VERSION, id.as_str()).await?;
    reply.json(id.as_str())
}

/// Reads an identity that may not exist. A group or a subscription that does not is an error.
pub(crate) async fn find(client: &Client, id: &ResourceId) -> Result<Option<UserAssignedIdentity>> {
    match read(client, id).await {
        Ok(identity) => Ok(Some(identity)),
        Err(error) if error.code().eq_ignore_ascii_case("ResourceNotFound") => Ok(None),
        Err(error) => Err(error),
    }
}

fn ambiguous(name: &str, last: &UserAssignedIdentity, others: &[UserAssignedIdentity]) -> Error {
    let ids: Vec<&str> = others
        .iter()
        .chain([last])
        .map(|one| one.id.as_str())
        .collect();
    let message = format!("Several identities are named '{name}': {}", ids.join(", "));
    Error::new(Category::InvalidArgument, "AmbiguousName", name, message)
        .advise("Specify one of them by its id.")
}

fn nowhere(client: &Client, target: &Target, name: &str) -> Error {
    let subscription = client.subscription_or(target.subscription_id.as_deref());
    let message = format!(
        "There is no user-assigned identity '{name}' in subscription {}",
        subscription.unwrap_or_default()
    );
    Error::new(Category::ObjectNotFound, "ResourceNotFound", name, message)
        .advise("Check the name and -SubscriptionId.")
}
