//! What the commands have in common: the sign-in at an emulator, names, and a machine as JSON.

use std::sync::Arc;

use emulator::seed;
use managed_identity::arm::{Client, Target};
use managed_identity::base::{RetryPolicy, Silent};
use managed_identity::connect::{Network, Request, SignIn, connect};
use managed_identity::resource::ResourceIdentity;
use serde_json::{Value, json};

use crate::Result;

/// A client that is signed in at an emulator.
pub async fn client(endpoint: &str) -> Result<Client> {
    let request = Request {
        sign_in: SignIn::ClientSecret {
            client_id: seed::CLIENT_ID.to_owned(),
            secret: seed::CLIENT_SECRET.to_owned().into(),
            authority: Some(endpoint.to_owned()),
        },
        environment: None,
        endpoint: Some(endpoint.to_owned()),
        audience: None,
        tenant: Some(seed::TENANT_ID.to_owned()),
        subscription_id: None,
        variables: None,
        network: Network::default(),
        retry: RetryPolicy::default(),
    };
    Ok(connect(request, Arc::new(Silent)).await?.client)
}

/// A resource of the emulator's first group.
pub fn in_the_group(name: &str) -> Target {
    Target {
        resource_group: Some(seed::RESOURCE_GROUP.to_owned()),
        name: Some(name.to_owned()),
        ..Target::default()
    }
}

/// A machine with its identities, as the tests read it.
pub fn machine_as_json(vm: &ResourceIdentity) -> Value {
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
