//! Prints what the library sees at an emulator, as JSON: every user-assigned identity, virtual machine
//! and scale set of its subscription. Other clients' tests compare themselves with it.
//!
//! `client snapshot http://127.0.0.1:PORT`

use managed_identity::arm::{Client, Scope};
use managed_identity::base::ResourceType;
use managed_identity::compute::{self, SCALE_SET, VIRTUAL_MACHINE};
use managed_identity::identity::{self, UserAssignedIdentity};
use serde_json::{Value, json};

use crate::shared::machine_as_json;
use crate::{Arguments, Result, shared};

pub async fn run(mut arguments: Arguments) -> Result<Value> {
    let endpoint = arguments
        .next()
        .ok_or("specify the endpoint of the emulator, such as http://127.0.0.1:8080")?;
    let client = shared::client(&endpoint).await?;
    let identities = identities(&client).await?;
    Ok(json!({
        "identities": identities.iter().map(identity_as_json).collect::<Vec<_>>(),
        "restrictions": restrictions(&identities),
        "vms": machines(&client, VIRTUAL_MACHINE).await?,
        "scaleSets": machines(&client, SCALE_SET).await?,
    }))
}

async fn identities(client: &Client) -> Result<Vec<UserAssignedIdentity>> {
    Ok(identity::list(client, &Scope::default())?.all().await?)
}

/// What the identities can be assigned to that are restricted, by their ids.
fn restrictions(identities: &[UserAssignedIdentity]) -> Value {
    let providers = |one: &UserAssignedIdentity| one.properties.assignment_restriction.clone();
    let restricted = identities.iter().filter(|one| !providers(one).is_empty());
    restricted
        .map(|one| (one.id.clone(), json!(providers(one))))
        .collect()
}

fn identity_as_json(identity: &UserAssignedIdentity) -> Value {
    let id = identity.resource_id();
    json!({
        "id": identity.id,
        "name": identity.name,
        "resourceGroup": id.as_ref().map(|id| id.group()),
        "location": identity.location,
        "tenantId": identity.properties.tenant_id,
        "principalId": identity.properties.principal_id,
        "clientId": identity.properties.client_id,
        "tags": identity.tags,
    })
}

async fn machines(client: &Client, kind: ResourceType) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut pages = compute::list(client, kind, &Scope::default())?;
    while let Some(page) = pages.next().await? {
        all.extend(page.iter().map(machine_as_json));
    }
    Ok(all)
}
