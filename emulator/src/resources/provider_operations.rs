//! `GET /providers/{namespace}/operations`: what can be done with the types of a provider, as roles
//! name it. The names follow from the routes; the texts of Microsoft.ManagedIdentity are Azure's.

use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::base::http::Reply;
use crate::state::World;

pub(crate) const ROUTES: &[Route] = &[route(
    "GET",
    "/providers/{namespace}/operations",
    list,
    Versions::Dated,
)];

/// An operation and what people are told of it.
struct Described {
    name: &'static str,
    resource: &'static str,
    operation: &'static str,
    description: &'static str,
}

const fn described(
    name: &'static str,
    resource: &'static str,
    operation: &'static str,
    description: &'static str,
) -> Described {
    Described {
        name,
        resource,
        operation,
        description,
    }
}

const USER_ASSIGNED: &str = "User Assigned Identities";
const FEDERATED: &str = "Federated Identity Credentials";

/// Microsoft.ManagedIdentity's, as recorded; `revokeTokens` is newer, and its texts are a guess.
const MANAGED_IDENTITY: &[Described] = &[
    described(
        "Microsoft.ManagedIdentity/identities/read",
        "System Assigned Identities",
        "Get System Assigned Identity",
        "Gets an existing system assigned identity",
    ),
    described(
        "Microsoft.ManagedIdentity/operations/read",
        "Managed Identity operations",
        "List Managed Identity operations",
        "Lists operations available on Microsoft.ManagedIdentity resource provider",
    ),
    described(
        "Microsoft.ManagedIdentity/register/action",
        "Managed Identity Resource Provider",
        "Registers the Managed Identity Resource Provider",
        "Registers the subscription for the managed identity resource provider",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        USER_ASSIGNED,
        "Assign User Assigned Identity",
        "RBAC action for assigning an existing user assigned identity to a resource",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
        USER_ASSIGNED,
        "Delete User Assigned Identity",
        "Deletes an existing user assigned identity",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read",
        FEDERATED,
        "Get or list Federated Identity Credentials",
        "Get or list Federated Identity Credentials",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
        FEDERATED,
        "Add or update Federated Identity Credential",
        "Add or update a Federated Identity Credential",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete",
        FEDERATED,
        "Delete Federated Identity Credential",
        "Delete a Federated Identity Credential",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/listAssociatedResources/action",
        USER_ASSIGNED,
        "List associated resources for User Assigned Identity",
        "Lists all associated resources for an existing user assigned identity",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/read",
        USER_ASSIGNED,
        "Get User Assigned Identity",
        "Gets an existing user assigned identity",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/revokeTokens/action",
        USER_ASSIGNED,
        "Revoke tokens of User Assigned Identity",
        "Revokes all the existing tokens of a user assigned identity",
    ),
    described(
        "Microsoft.ManagedIdentity/userAssignedIdentities/write",
        USER_ASSIGNED,
        "Create/Update User Assigned Identity",
        "Creates a new user assigned identity or updates the tags associated with an existing user assigned identity",
    ),
];

/// Those of Microsoft.Resources whose paths do not name the provider.
const RESOURCES: [&str; 5] = [
    "Microsoft.Resources/subscriptions/read",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/subscriptions/resourceGroups/delete",
    "Microsoft.Resources/subscriptions/resources/read",
];

fn shown(name: &str, display: (&str, &str, &str, &str)) -> Value {
    let (provider, resource, operation, description) = display;
    json!({
        "name": name,
        "display": {
            "provider": provider,
            "resource": resource,
            "operation": operation,
            "description": description,
        },
    })
}

/// Texts for an operation that has none of its own.
fn plain(namespace: &str, name: &str) -> Value {
    let behind = name.get(namespace.len() + 1..).unwrap_or_default();
    let (rest, verb) = behind.rsplit_once('/').unwrap_or(("", behind));
    let (kind, does) = match verb {
        "read" => (rest, "Get"),
        "write" => (rest, "Create or update"),
        "delete" => (rest, "Delete"),
        _ => rest.rsplit_once('/').unwrap_or(("", rest)),
    };
    let title = format!("{does} {kind}");
    let title = title.trim_end();
    shown(name, (namespace, kind, title, title))
}

fn list(_: &mut World, call: &Call<'_>) -> Handled {
    let given = call.param("namespace");
    let known = call
        .registry
        .namespaces()
        .find(|known| known.eq_ignore_ascii_case(given));
    let namespace = known.ok_or_else(|| {
        ArmError::new(
            404,
            "InvalidResourceNamespace",
            format!("The resource namespace '{given}' is invalid."),
        )
        .gateway()
    })?;
    let value: Vec<Value> = if namespace == "Microsoft.ManagedIdentity" {
        MANAGED_IDENTITY
            .iter()
            .map(|one| {
                let display = (
                    "Microsoft Managed Identity",
                    one.resource,
                    one.operation,
                    one.description,
                );
                shown(one.name, display)
            })
            .collect()
    } else {
        let mut names = call.registry.actions(namespace);
        names.push(format!("{namespace}/register/action"));
        names.push(format!("{namespace}/operations/read"));
        if namespace == "Microsoft.Resources" {
            names.extend(RESOURCES.map(str::to_owned));
        }
        names.sort();
        names.dedup();
        names.iter().map(|name| plain(namespace, name)).collect()
    };
    Ok(Reply::json(200, &json!({ "value": value })))
}
