//! Prints what the library sees at an emulator, as JSON: every user-assigned identity and every
//! virtual machine of its subscription. Other clients' tests compare themselves with it.
//!
//! `cargo run --example snapshot -- http://127.0.0.1:PORT`

use std::sync::Arc;

use emulator::seed;
use managed_identity::arm::{Client, Result, RetryPolicy, Scope, Silent};
use managed_identity::auth::{Request, SignIn, connect};
use managed_identity::compute::{self, MachineIdentity, MachineKind};
use managed_identity::identity::{self, UserAssignedIdentity};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let endpoint = std::env::args()
        .nth(1)
        .ok_or("name the emulator's endpoint, such as http://127.0.0.1:8080")?;
    let connection = connect(sign_in(&endpoint)?, Arc::new(Silent)).await?;
    let snapshot = json!({
        "identities": identities(&connection.client).await?,
        "vms": machines(&connection.client).await?,
    });
    println!("{snapshot:#}");
    Ok(())
}

fn sign_in(endpoint: &str) -> std::result::Result<Request, Box<dyn std::error::Error>> {
    Ok(Request {
        sign_in: SignIn::ClientSecret {
            client_id: seed::CLIENT_ID.to_owned(),
            secret: seed::CLIENT_SECRET.to_owned().into(),
            authority: Some(endpoint.parse()?),
        },
        environment: None,
        endpoint: Some(endpoint.to_owned()),
        tenant: Some(seed::TENANT_ID.to_owned()),
        subscription_id: None,
        retry: RetryPolicy::default(),
    })
}

async fn identities(client: &Client) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut pages = identity::list(client, &Scope::default())?;
    while let Some(page) = pages.next().await? {
        all.extend(page.iter().map(identity_as_json));
    }
    Ok(all)
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

async fn machines(client: &Client) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut pages = compute::list(client, MachineKind::VirtualMachine, &Scope::default())?;
    while let Some(page) = pages.next().await? {
        all.extend(page.iter().map(machine_as_json));
    }
    Ok(all)
}

fn machine_as_json(vm: &MachineIdentity) -> Value {
    let assigned = vm.assigned.iter().map(|identity| {
        json!({
            "id": identity.id,
            "name": identity.name(),
            "principalId": identity.principal_id,
            "clientId": identity.client_id,
        })
    });
    json!({
        "id": vm.id,
        "name": vm.name,
        "type": vm.identity_type.as_str(),
        "principalId": vm.principal_id,
        "tenantId": vm.tenant_id,
        "etag": vm.etag,
        "provisioningState": vm.provisioning_state,
        "assigned": assigned.collect::<Vec<_>>(),
    })
}
