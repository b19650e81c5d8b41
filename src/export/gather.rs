//! Reads all that goes into a template.

use super::bicep;
use super::model::{ExportedIdentity, ExportedRole, Group, RoleTarget};
use super::request::{Export, Format};
use crate::access::{self, Find, Principal, Role, RoleAssignment, RoleScope};
use crate::arm::{Client, Target};
use crate::base::{Error, ResourceId, Result, ScopeId, same_name};
use crate::identity::federated::{self, FederatedCredential};
use crate::identity::{USER_ASSIGNED_IDENTITY, UserAssignedIdentity, read};

pub(super) async fn gather(client: &Client, wanted: &Export) -> Result<Group> {
    let ids = wanted
        .identities
        .iter()
        .map(|id| ResourceId::parse(USER_ASSIGNED_IDENTITY, "ResourceId", id))
        .collect::<Result<Vec<_>>>()?;
    let group = group_of(&ids)?;
    let mut identities = Vec::new();
    for id in &ids {
        identities.push(member(client, wanted, &group, id).await?);
    }
    Ok(Group {
        id: group.to_lowercase(),
        identities,
    })
}

/// The id of the group that all are in.
fn group_of(ids: &[ResourceId]) -> Result<String> {
    let group = |id: &ResourceId| {
        format!(
            "/subscriptions/{}/resourceGroups/{}",
            id.subscription(),
            id.group()
        )
    };
    let Some(first) = ids.first().map(group) else {
        return Err(Error::missing("Name", "specify the identities to export."));
    };
    match ids.iter().find(|id| !same_name(&group(id), &first)) {
        None => Ok(first),
        Some(other) => Err(Error::invalid(
            "InvalidExport",
            "ResourceGroupName",
            other.group(),
            "a template is deployed to one resource group: export each group separately.",
        )),
    }
}

async fn member(
    client: &Client,
    wanted: &Export,
    group: &str,
    id: &ResourceId,
) -> Result<ExportedIdentity> {
    let identity = read(client, id).await?;
    let mut credentials = federated::all(client, id).await?;
    credentials.retain(|credential| is_complete(client, credential));
    credentials.sort_by_cached_key(|credential| credential.name.to_lowercase());
    let roles = match wanted.roles {
        true => roles(client, wanted.format, group, &identity).await?,
        false => Vec::new(),
    };
    Ok(ExportedIdentity {
        identity,
        credentials,
        roles,
    })
}

/// A credential of which neither subject nor expression is known can't be made again.
fn is_complete(client: &Client, credential: &FederatedCredential) -> bool {
    let is_whole = credential.is_whole();
    if !is_whole {
        client.observer().warning(format!(
            "The template omits the federated credential '{}': its claims matching expression \
             can't be read.",
            credential.id
        ));
    }
    is_whole
}

async fn roles(
    client: &Client,
    format: Format,
    group: &str,
    identity: &UserAssignedIdentity,
) -> Result<Vec<ExportedRole>> {
    let asked = Find {
        principal: Principal {
            principal_id: Some(identity.properties.principal_id.clone()),
            principal_type: None,
            identity: Target::default(),
        },
        scope: RoleScope {
            scope: Some(
                ScopeId::subscription(group.split('/').nth(2).unwrap_or_default()).to_string(),
            ),
            ..RoleScope::default()
        },
        role: Role::default(),
        through_groups: false,
    };
    let mut given = Vec::new();
    for found in access::find(client, &asked).await? {
        match role_target(group, &found.properties.scope).filter(|target| can_name(format, target))
        {
            Some(target) => given.push(role(found, target)),
            None => client.observer().warning(format!(
                "The template omits the role '{}' of '{}' on '{}': a template that is deployed to \
                 resource group '{group}' can't assign a role on that scope.",
                found.role_name, identity.name, found.properties.scope
            )),
        }
    }
    given.sort_by_cached_key(|one| one.name.clone());
    Ok(given)
}

fn role(found: RoleAssignment, target: RoleTarget) -> ExportedRole {
    let id = &found.properties.role_definition_id;
    ExportedRole {
        role: id.rsplit('/').next().unwrap_or_default().to_owned(),
        name: found.name,
        target,
        description: found.properties.description,
        condition: found.properties.condition,
        condition_version: found.properties.condition_version,
    }
}

/// Where in the group a scope lies.
fn role_target(group: &str, scope: &str) -> Option<RoleTarget> {
    let mut parts = scope.trim_end_matches('/').splitn(6, '/');
    let own: Vec<_> = parts.by_ref().take(5).collect();
    if !same_name(&own.join("/"), group) {
        return None;
    }
    let Some(rest) = parts.next() else {
        return Some(RoleTarget::Group);
    };
    let (providers, resource) = rest.split_once('/')?;
    same_name(providers, "providers").then(|| RoleTarget::Resource(resource.to_owned()))
}

/// Bicep names a resource by its type's version, which is known here for a few alone.
fn can_name(format: Format, target: &RoleTarget) -> bool {
    match (format, target) {
        (Format::Bicep, RoleTarget::Resource(resource)) => bicep::version_of(resource).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_group() {
        let group = "/subscriptions/s/resourceGroups/rg";
        assert!(
            role_target(group, "/subscriptions/S/resourcegroups/RG") == Some(RoleTarget::Group)
        );
        let vm = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.Compute/virtualMachines/v";
        let target = RoleTarget::Resource("Microsoft.Compute/virtualMachines/v".to_owned());
        assert!(role_target(group, vm) == Some(target));
        for other in [
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/rg2",
            "/subscriptions/s/resourceGroups/é",
            "/",
        ] {
            assert!(role_target(group, other).is_none(), "{other}");
        }
    }
}
