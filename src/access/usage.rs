//! All that an identity is used for: the resources that refer to it, its roles, and what may sign
//! in as it from outside.

use futures_util::future::{try_join, try_join3, try_join4};

use super::assignment::{RoleAssignment, described, held_by, name_all};
use super::references::{Reference, ReferenceKind, find};
use crate::arm::kql::quoted;
use crate::arm::resource_graph::Rows;
use crate::arm::{Client, Pages, Scope};
use crate::base::{
    Category, Error, ResourceId, ResourceLabel, Result, ScopeId, is_guid, same_name,
};
use crate::compute::{self, SCALE_SET, VIRTUAL_MACHINE};
use crate::identity::{self, UserAssignedIdentity, federated};
use crate::resource::{ResourceIdentity, is_changeable};

/// What an identity is used for.
pub(super) struct Usage {
    /// Its id.
    pub id: ResourceId,
    /// The identity; none when it does not exist, and what is left of it may still be there.
    pub identity: Option<UserAssignedIdentity>,
    /// The resources that have it.
    pub holders: Vec<ResourceId>,
    /// Resources whose settings name it, although they do not have it, and those whose identity Azure
    /// can't change.
    pub others: Vec<Reference>,
    /// The roles that it holds.
    pub roles: Vec<RoleAssignment>,
    /// The names of its federated credentials.
    pub federated: Vec<String>,
}

impl Usage {
    /// Looks for all uses of an identity.
    ///
    /// Resource Graph knows all subscriptions and is late. So the resources and the roles of the
    /// identity's own subscription, where most uses are, are looked at themselves too.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn of(client: &Client, id: &ResourceId) -> Result<Self> {
        let identity = identity::find(client, id).await?;
        let principal = identity
            .as_ref()
            .map(|one| one.properties.principal_id.as_str());
        let whole = client.reading_whole_lists();
        let (referring, in_own_subscription, roles, federated) = try_join4(
            find(&whole, Some(id), &[]),
            holders_in_own_subscription(&whole, id),
            roles(client, id, principal),
            federated_names(&whole, id, identity.is_some()),
        )
        .await?;
        let mut holders = in_own_subscription;
        let mut others = Vec::new();
        for reference in referring {
            let assigned = reference.kind == ReferenceKind::Assigned;
            let holder = ResourceId::read_any(&reference.id);
            match holder.filter(|id| assigned && is_changeable(id)) {
                Some(holder) if holders.contains(&holder) => {}
                Some(holder) => holders.push(holder),
                None => others.push(reference),
            }
        }
        Ok(Self {
            id: id.clone(),
            identity,
            holders,
            others,
            roles,
            federated,
        })
    }

    /// Whether nothing uses it.
    pub fn is_empty(&self) -> bool {
        self.holders.is_empty()
            && self.others.is_empty()
            && self.roles.is_empty()
            && self.federated.is_empty()
    }

    /// Each use in words.
    pub fn descriptions(&self) -> Vec<String> {
        let holders = self.holders.iter().map(labelled);
        let others = self.others.iter().map(other);
        let roles = self.roles.iter().map(described);
        let federated = self.federated.iter();
        let federated = federated.map(|name| format!("federated credential '{name}'"));
        holders
            .chain(others)
            .chain(roles)
            .chain(federated)
            .collect()
    }
}

/// A resource that has the identity in words.
pub(super) fn labelled(holder: &ResourceId) -> String {
    let label = ResourceLabel::read(holder.as_str());
    let label = label.map_or_else(|| holder.type_name(), |one| one.label);
    format!("{label} '{holder}'")
}

/// A resource whose settings name the identity in words.
pub(super) fn other(reference: &Reference) -> String {
    format!("'{}' ({})", reference.id, reference.resource_type)
}

/// The resources of the identity's own subscription that have it: the machines as their provider lists
/// them, and all others as Resource Manager's list of resources has them, which it keeps up to date
/// with the writes that pass through it.
async fn holders_in_own_subscription(client: &Client, id: &ResourceId) -> Result<Vec<ResourceId>> {
    let scope = Scope {
        subscription_id: Some(id.subscription().to_owned()),
        resource_group: None,
    };
    let machines = |kind| {
        let pages = compute::list(client, kind, &scope);
        async move { holding(pages?, id).await }
    };
    let path = format!("{}/resources", ScopeId::subscription(id.subscription()));
    let resources = Pages::new(client, &path, RESOURCES_API_VERSION, &path);
    let (mut found, scale_sets, others) = try_join3(
        machines(VIRTUAL_MACHINE),
        machines(SCALE_SET),
        holding(resources, id),
    )
    .await?;
    for holder in scale_sets.into_iter().chain(others) {
        if !found.contains(&holder) {
            found.push(holder);
        }
    }
    Ok(found)
}

/// The version in which Resource Manager lists the resources of a subscription.
const RESOURCES_API_VERSION: &str = "2021-04-01";

/// The resources of a list that have an identity.
async fn holding(mut pages: Pages<ResourceIdentity>, id: &ResourceId) -> Result<Vec<ResourceId>> {
    let mut found = Vec::new();
    while let Some(page) = pages.next().await? {
        let having = page.into_iter().filter(|resource| {
            let mut assigned = resource.assigned.iter();
            assigned.any(|one| same_name(&one.id, id.as_str()))
        });
        let ids = having.filter_map(|resource| ResourceId::read_any(&resource.id));
        found.extend(ids.filter(is_changeable));
    }
    Ok(found)
}

/// The roles of a principal: those in the identity's own subscription as they are, those in all
/// others as Resource Graph knows them.
///
/// # Errors
/// `UnexpectedContent` for a principal that is no object id: its roles would not be found, and stay.
async fn roles(
    client: &Client,
    id: &ResourceId,
    principal_id: Option<&str>,
) -> Result<Vec<RoleAssignment>> {
    let Some(principal_id) = principal_id else {
        return Ok(Vec::new());
    };
    if !is_guid(principal_id) {
        return Err(without_principal(id));
    }
    let query = format!(
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' \
         and tostring(properties.principalId) =~ {} \
         | project id, name, properties | order by id asc",
        quoted(principal_id)
    );
    let own = ScopeId::subscription(id.subscription());
    let whole = client.reading_whole_lists();
    let everywhere = Rows::<RoleAssignment>::new(&whole, query, &[]);
    let (mut found, everywhere) =
        try_join(held_by(&whole, &own, principal_id), everywhere.all()).await?;
    for one in everywhere {
        // In its own subscription, what Resource Graph knows more is what is there no more.
        let scope = ScopeId::parse(&one.properties.scope);
        let is_own = scope.is_ok_and(|scope| scope == own || own.is_above(&scope));
        if !is_own && !found.iter().any(|known| same_name(&known.id, &one.id)) {
            found.push(one);
        }
    }
    name_all(client, &own, found).await
}

/// The names of the federated credentials of an identity that exists.
async fn federated_names(client: &Client, id: &ResourceId, exists: bool) -> Result<Vec<String>> {
    let credentials = match exists {
        true => federated::all(client, id).await?,
        false => Vec::new(),
    };
    Ok(credentials.into_iter().map(|one| one.name).collect())
}

fn without_principal(id: &ResourceId) -> Error {
    let message = format!(
        "Azure's response about identity '{}' has no principal id that can be read",
        id.name()
    );
    Error::new(
        Category::InvalidResult,
        "UnexpectedContent",
        id.as_str(),
        message,
    )
    .advise("Its role assignments can't be found, so nothing is removed. Try again.")
}
