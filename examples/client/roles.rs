//! Gives and reads roles at an emulator as New- and Get-IdentityRoleAssignment do, and prints them
//! as JSON. Other clients' tests compare it with what they see.
//!
//! `client roles http://127.0.0.1:PORT --identity id1 --give Reader`; without an identity, all in the
//! subscription.

use emulator::seed;
use managed_identity::access::{self, Assign, Find, Principal, Role, RoleAssignment, RoleScope};
use serde_json::{Value, json};

use crate::{Arguments, Result, shared};

const USAGE: &str = "roles <endpoint> [--identity NAME [--give ROLE]]";

pub async fn run(arguments: Arguments) -> Result<Value> {
    let arguments: Vec<String> = arguments.collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (endpoint, name, give) = match arguments[..] {
        [endpoint] => (endpoint, None, None),
        [endpoint, "--identity", name] => (endpoint, Some(name), None),
        [endpoint, "--identity", name, "--give", role] => (endpoint, Some(name), Some(role)),
        _ => return Err(USAGE.into()),
    };
    let client = shared::client(endpoint).await?;
    let principal = name.map_or_else(Principal::default, |name| Principal {
        identity: shared::in_the_group(name),
        ..Principal::default()
    });
    let found = match give {
        Some(role) => {
            let wanted = Assign {
                principal,
                scope: RoleScope {
                    resource_group: Some(seed::RESOURCE_GROUP.to_owned()),
                    ..RoleScope::default()
                },
                role: Role::named(role),
                ..Assign::default()
            };
            vec![access::assign(&client, &wanted).await?]
        }
        None => {
            let wanted = Find {
                principal,
                ..Find::default()
            };
            access::find(&client, &wanted).await?
        }
    };
    let found: Vec<Value> = found.iter().map(as_json).collect();
    Ok(json!({ "roleAssignments": found }))
}

fn as_json(assignment: &RoleAssignment) -> Value {
    let properties = &assignment.properties;
    json!({
        "id": assignment.id,
        "name": assignment.name,
        "roleName": assignment.role_name,
        "roleDefinitionId": properties.role_definition_id,
        "principalId": properties.principal_id,
        "principalType": properties.principal_type,
        "scope": properties.scope,
        "description": properties.description,
        "condition": properties.condition,
        "conditionVersion": properties.condition_version,
    })
}
