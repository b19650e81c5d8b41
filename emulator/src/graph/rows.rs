//! The tables of Resource Graph, made of what there is.

use serde_json::{Map, Value, json};

use super::kql::{Column, ColumnType, Row};
use crate::base::seed;
use crate::model::builtin_roles::ROLES;
use crate::state::State;

/// All tables have these columns.
const COLUMNS: [(&str, ColumnType); 16] = [
    ("id", ColumnType::Text),
    ("name", ColumnType::Text),
    ("type", ColumnType::Text),
    ("tenantId", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("location", ColumnType::Text),
    ("resourceGroup", ColumnType::Text),
    ("subscriptionId", ColumnType::Text),
    ("managedBy", ColumnType::Text),
    ("sku", ColumnType::Dynamic),
    ("plan", ColumnType::Dynamic),
    ("properties", ColumnType::Dynamic),
    ("tags", ColumnType::Dynamic),
    ("identity", ColumnType::Dynamic),
    ("zones", ColumnType::Dynamic),
    ("extendedLocation", ColumnType::Dynamic),
];

/// The columns of a table; none when there is no such table.
pub(super) fn columns(table: &str) -> Option<Vec<Column>> {
    const TABLES: [&str; 4] = [
        "resources",
        "resourcecontainers",
        "authorizationresources",
        "policyresources",
    ];
    TABLES.contains(&table).then(|| {
        COLUMNS
            .iter()
            .map(|(name, kind)| Column {
                name: (*name).to_owned(),
                kind: *kind,
            })
            .collect()
    })
}

/// The rows of a table, of those subscriptions or of all.
pub(super) fn rows(state: &State, table: &str, subscriptions: Option<&[String]>) -> Vec<Row> {
    let wanted = |subscription: &str| {
        subscriptions.is_none_or(|ids| ids.iter().any(|id| id.eq_ignore_ascii_case(subscription)))
    };
    match table {
        "resources" => {
            let resources = state.resources().map(|(_, resource)| resource);
            resources
                .filter(|resource| wanted(resource.subscription()))
                .map(|resource| {
                    row(
                        resource.to_json(),
                        resource.group(),
                        resource.subscription(),
                    )
                })
                .collect()
        }
        "policyresources" => state
            .extensions()
            .map(|(_, extension)| extension)
            .filter(|extension| wanted(extension.subscription()))
            .map(|extension| {
                row(
                    extension.to_json(),
                    extension.group(),
                    extension.subscription(),
                )
            })
            .collect(),
        "resourcecontainers" => {
            let subscriptions = state
                .subscriptions
                .values()
                .filter(|subscription| wanted(&subscription.id))
                .map(|subscription| {
                    let body = json!({
                        "id": format!("/subscriptions/{}", subscription.id),
                        "name": subscription.name,
                        "type": "microsoft.resources/subscriptions",
                        "properties": {
                            "state": "Enabled",
                            "managementGroupAncestorsChain": [
                                { "name": seed::TENANT_ID, "displayName": "Tenant Root Group" },
                            ],
                        },
                    });
                    row(body, "", &subscription.id)
                });
            let groups = state
                .groups
                .values()
                .filter(|group| wanted(&group.subscription))
                .map(|group| {
                    let mut body = group.body();
                    body["type"] = json!("microsoft.resources/subscriptions/resourcegroups");
                    row(body, &group.name, &group.subscription)
                });
            subscriptions.chain(groups).collect()
        }
        "authorizationresources" => {
            let role_id =
                |role: &str| format!("/providers/Microsoft.Authorization/RoleDefinitions/{role}");
            let assignments = state
                .assignments
                .values()
                .filter(|assignment| wanted(&assignment.subscription))
                .map(|assignment| {
                    let body = json!({
                        "id": assignment.id(),
                        "name": assignment.name,
                        "type": "microsoft.authorization/roleassignments",
                        "properties": assignment.properties(&role_id(&assignment.role)),
                    });
                    let group = assignment.scope.split('/').nth(4).unwrap_or_default();
                    let group = match assignment.scope.split('/').nth(3) {
                        Some(word) if word.eq_ignore_ascii_case("resourceGroups") => group,
                        _ => "",
                    };
                    row(body, group, &assignment.subscription)
                });
            let definitions = ROLES.iter().map(|role| {
                let body = json!({
                    "id": role_id(role.id),
                    "name": role.id,
                    "type": "microsoft.authorization/roledefinitions",
                    "properties": role.properties(),
                });
                row(body, "", "")
            });
            assignments.chain(definitions).collect()
        }
        _ => Vec::new(),
    }
}

/// A row of a resource's body. The type and the group are in lower case here, as in no other
/// provider.
fn row(mut body: Value, group: &str, subscription: &str) -> Row {
    let mut nothing = Map::new();
    let body = body.as_object_mut().unwrap_or(&mut nothing);
    COLUMNS
        .iter()
        .map(|(name, kind)| {
            let value = match *name {
                "resourceGroup" => json!(group.to_lowercase()),
                "subscriptionId" => json!(subscription.to_lowercase()),
                "tenantId" => json!(seed::TENANT_ID),
                name => body.remove(name).unwrap_or(Value::Null),
            };
            match (kind, *name, value) {
                (_, "type", Value::String(text)) => json!(text.to_lowercase()),
                // A column of strings has no null.
                (ColumnType::Text, _, Value::String(text)) => json!(text),
                (ColumnType::Text, ..) => json!(""),
                (_, _, value) => value,
            }
        })
        .collect()
}
