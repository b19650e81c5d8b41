//! Which resources refer to an identity.

use std::collections::HashSet;

use futures_util::future::{try_join, try_join_all};
use serde::Deserialize;
use serde_json::Value;

use crate::arm::kql::quoted;
use crate::arm::resource_graph::Rows;
use crate::arm::{Client, Pages, Parameters, Target, own_spelling_of_group};
use crate::base::{Error, ResourceId, Result, check_subscription_id, folded, same_name};
use crate::identity::{USER_ASSIGNED_IDENTITY, ids_in};

/// A resource that refers to a user-assigned identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The resource's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type, in the casing in which the source has it.
    pub resource_type: String,
    /// Its resource group.
    pub resource_group: String,
    /// Its subscription.
    pub subscription_id: String,
    /// The identity's id.
    pub identity_id: String,
    /// How it refers to it.
    pub kind: ReferenceKind,
}

/// How a resource refers to an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// The identity is assigned to it.
    Assigned,
    /// Its settings name the identity, as those of a cluster name that of its nodes.
    Mentioned,
    /// The provider of managed identities says so, and not how.
    Reported,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Azure Resource Graph.
    #[default]
    ResourceGraph,
    /// The list that the provider of managed identities keeps: older, a preview, and limited to
    /// one request a second in a tenant.
    Provider,
}

/// Which references to look for.
#[derive(Clone, Debug, Default)]
pub struct FindReferences {
    /// To which identity; to all when not given.
    pub identity: Option<Target>,
    /// In which subscription; in the identity's own, or else the connection's, when not given.
    pub subscription_id: Option<String>,
    /// In all subscriptions that the sign-in sees.
    pub all_subscriptions: bool,
    /// Who is asked.
    pub source: Source,
}

/// How the command calls the parameters that name the identity.
const PARAMETERS: Parameters = Parameters {
    resource_id: "IdentityId",
    resource_group: "ResourceGroupName",
    name: "IdentityId",
};

/// Finds the resources that refer to an identity, or to any, as far as the sign-in may read them,
/// and a little late.
///
/// # Errors
/// What breaks a rule, before any request; those of the requests.
pub async fn references(client: &Client, asked: &FindReferences) -> Result<Vec<Reference>> {
    let identity = match &asked.identity {
        Some(target) => Some(target.resolve_by(client, USER_ASSIGNED_IDENTITY, PARAMETERS)?),
        None => None,
    };
    if asked.source == Source::Provider {
        let identity = identity.ok_or_else(|| {
            let rule = "specify one identity: the resource provider lists the resources of a \
                        single identity.";
            Error::missing("IdentityId", rule)
        })?;
        return reported(client, &identity, asked.subscription_id.as_deref()).await;
    }
    let subscriptions = match asked.all_subscriptions {
        true => Vec::new(),
        false => {
            let own = identity.as_ref().map(ResourceId::subscription);
            let named = asked.subscription_id.as_deref().or(own);
            let subscription = client.subscription_or(named)?;
            check_subscription_id(&subscription)?;
            vec![subscription]
        }
    };
    find(client, identity.as_ref(), &subscriptions).await
}

/// What Resource Graph knows of the references to an identity, or to any.
pub(super) async fn find(
    client: &Client,
    identity: Option<&ResourceId>,
    subscriptions: &[String],
) -> Result<Vec<Reference>> {
    let assigned = TABLES.map(|table| {
        let query = assigned_query(table, identity);
        Rows::<AssignedRow>::new(client, query, subscriptions).all()
    });
    let mentioned = TABLES.map(|table| {
        let query = mentioned_query(table, identity);
        Rows::<MentionRow>::new(client, query, subscriptions).all()
    });
    let (assigned, mentioned) = try_join(try_join_all(assigned), try_join_all(mentioned)).await?;

    let assigned = assigned.into_iter().flatten().map(|row| {
        row.resource
            .refers_to(row.identity_id, ReferenceKind::Assigned)
    });
    let mentioned = mentioned.into_iter().flatten();
    let mentioned = mentioned.flat_map(MentionRow::references);
    let mut seen = HashSet::new();
    let mut found: Vec<Reference> = assigned.chain(mentioned).collect();
    found.retain(|one| {
        let wanted = identity.is_none_or(|id| same_name(&one.identity_id, id.as_str()));
        wanted && seen.insert((folded(&one.id), folded(&one.identity_id)))
    });
    for one in &mut found {
        one.resource_group =
            own_spelling_of_group(client, &one.subscription_id, &one.resource_group).await;
    }
    Ok(found)
}

/// The tables with resources that can have an identity. Source: the reference of Azure Resource
/// Graph's tables; policy assignments are in one of their own.
const TABLES: [&str; 2] = ["resources", "policyresources"];

fn assigned_query(table: &str, identity: Option<&ResourceId>) -> String {
    let wanted = identity.map_or_else(String::new, |id| {
        format!(" | where tostring(identityId) =~ {}", quoted(id.as_str()))
    });
    format!(
        "{table} | where isnotempty(identity.userAssignedIdentities) \
         | mv-expand identityId = bag_keys(identity.userAssignedIdentities) limit 2000{wanted} \
         | project id, name, type, resourceGroup, subscriptionId, \
         identityId = tostring(identityId) | order by id asc"
    )
}

/// Finds more than there is: an id may be the beginning of another. What comes is looked at here.
fn mentioned_query(table: &str, identity: Option<&ResourceId>) -> String {
    let wanted = match identity {
        Some(id) => id.as_str().to_owned(),
        None => format!("/providers/{USER_ASSIGNED_IDENTITY}/"),
    };
    format!(
        "{table} | where type !~ '{USER_ASSIGNED_IDENTITY}' \
         and tostring(properties) contains {} \
         | project id, name, type, resourceGroup, subscriptionId, properties | order by id asc",
        quoted(&wanted)
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: String,
    name: String,
    #[serde(rename = "type")]
    resource_type: String,
    #[serde(default)]
    resource_group: String,
    #[serde(default)]
    subscription_id: String,
}

impl Resource {
    fn refers_to(&self, identity_id: String, kind: ReferenceKind) -> Reference {
        // Resource Graph writes its column of groups in lower case, and ids as their providers do.
        let id = ResourceId::read_any(&self.id);
        let group = id.as_ref().map_or(&*self.resource_group, ResourceId::group);
        Reference {
            id: self.id.clone(),
            name: self.name.clone(),
            resource_type: self.resource_type.clone(),
            resource_group: group.to_owned(),
            subscription_id: self.subscription_id.clone(),
            identity_id,
            kind,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedRow {
    #[serde(flatten)]
    resource: Resource,
    identity_id: String,
}

#[derive(Deserialize)]
struct MentionRow {
    #[serde(flatten)]
    resource: Resource,
    #[serde(default)]
    properties: Value,
}

impl MentionRow {
    fn references(self) -> Vec<Reference> {
        let mut ids = Vec::new();
        collect(&self.properties, &mut ids);
        let ids = ids.into_iter();
        ids.map(|id| self.resource.refers_to(id, ReferenceKind::Mentioned))
            .collect()
    }
}

/// The ids of identities in all texts of a value.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(ids_in(text)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                found.extend(ids_in(name));
                collect(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What the provider of managed identities keeps. Source: the specification of
/// Microsoft.ManagedIdentity, 2022-01-31-preview, the only version that has it.
async fn reported(
    client: &Client,
    identity: &ResourceId,
    subscription: Option<&str>,
) -> Result<Vec<Reference>> {
    const API_VERSION: &str = "2022-01-31-preview";
    let target = identity.as_str();
    let path = format!("{identity}/listAssociatedResources");
    let rows = Pages::<Resource>::posted(client, &path, API_VERSION, target);
    let rows = rows.all().await?.into_iter();
    let mut found: Vec<Reference> = rows
        .map(|row| row.refers_to(target.to_owned(), ReferenceKind::Reported))
        .collect();
    found.retain(|one| {
        subscription.is_none_or(|wanted| one.subscription_id.eq_ignore_ascii_case(wanted))
    });
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "/subscriptions/s/resourceGroups/g/providers/\
                      Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    #[test]
    fn ids_are_found_wherever_they_are() {
        let settings = json!({
            "identityProfile": { "kubeletidentity": { "resourceId": ID, "n": 1 } },
            "map": { format!("{ID}2"): null }, "list": [[format!("{ID}3")], true],
        });
        let mut found = Vec::new();
        collect(&settings, &mut found);
        found.sort();
        assert_eq!(found, [ID.to_owned(), format!("{ID}2"), format!("{ID}3")]);
    }
}
