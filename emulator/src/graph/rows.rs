//! The tables of Resource Graph, made of what there is.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::kql::{Column, ColumnType, Row};
use crate::base::seed;
use crate::model::management_group::ManagementGroup;
use crate::model::resource::Resource;
use crate::state::{State, hierarchy};

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

/// What a query looks at.
#[derive(Debug)]
pub(super) enum Scope {
    /// All that the caller sees.
    Everything,
    /// These subscriptions, in lower case, and these management groups, by key.
    Only(HashSet<String>, HashSet<String>),
}

impl Scope {
    fn has(&self, subscription: &str) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Only(subscriptions, _) => subscriptions.contains(&subscription.to_lowercase()),
        }
    }

    fn has_group(&self, key: &str) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Only(_, groups) => groups.contains(key),
        }
    }

    /// Whether a resource is in it; one on a management group is where that is.
    fn has_resource(&self, resource: &dyn Resource) -> bool {
        match resource.subscription() {
            "" => {
                let id = resource.id().to_lowercase();
                self.has_group(id.split('/').nth(4).unwrap_or_default())
            }
            subscription => self.has(subscription),
        }
    }
}

/// The rows of a table, made one by one as they are asked for.
pub(super) fn rows<'a>(
    state: &'a State,
    table: &str,
    scope: &'a Scope,
) -> Box<dyn Iterator<Item = Row> + 'a> {
    match table {
        "resources" => Box::new(resources(state.resources(), scope)),
        "policyresources" => Box::new(resources(state.extensions(), scope)),
        "resourcecontainers" => Box::new(containers(state, scope)),
        "authorizationresources" => Box::new(authorizations(state, scope)),
        _ => Box::new(std::iter::empty()),
    }
}

fn resources<'a>(
    all: impl Iterator<Item = (&'a String, &'a dyn Resource)> + 'a,
    scope: &'a Scope,
) -> impl Iterator<Item = Row> + 'a {
    all.map(|(_, resource)| resource)
        .filter(|resource| scope.has_resource(*resource))
        .map(|resource| {
            row(
                resource.to_json(),
                resource.group(),
                resource.subscription(),
            )
        })
}

/// The names of management groups, the nearest first.
fn chain(groups: Vec<&ManagementGroup>) -> Value {
    groups
        .into_iter()
        .map(|group| json!({ "name": group.id, "displayName": group.display_name }))
        .collect()
}

/// Management groups, subscriptions and resource groups.
fn containers<'a>(state: &'a State, scope: &'a Scope) -> impl Iterator<Item = Row> + 'a {
    let management = state
        .management_groups
        .iter()
        .filter(|(key, _)| scope.has_group(key))
        .map(|(_, group)| {
            let mut body = group.body();
            let above = hierarchy::above(state, group);
            body["properties"]["details"] = json!({
                "parent": above.first().map(|parent| json!({
                    "id": parent.resource_id(),
                    "name": parent.id,
                    "displayName": parent.display_name,
                })),
                "managementGroupAncestorsChain": chain(above),
            });
            row(body, "", "")
        });
    let subscriptions = state
        .subscriptions
        .values()
        .filter(|subscription| scope.has(&subscription.id))
        .map(|subscription| {
            let body = json!({
                "id": format!("/subscriptions/{}", subscription.id),
                "name": subscription.name,
                "type": "microsoft.resources/subscriptions",
                "tags": subscription.tags,
                "properties": {
                    "state": "Enabled",
                    "managementGroupAncestorsChain":
                        chain(hierarchy::above_subscription(state, subscription)),
                },
            });
            row(body, "", &subscription.id)
        });
    let groups = state
        .groups
        .values()
        .filter(|group| scope.has(&group.subscription))
        .map(|group| {
            let mut body = group.body();
            body["type"] = json!("microsoft.resources/subscriptions/resourcegroups");
            row(body, &group.name, &group.subscription)
        });
    management.chain(subscriptions).chain(groups)
}

/// Role assignments and role definitions.
fn authorizations<'a>(state: &'a State, scope: &'a Scope) -> impl Iterator<Item = Row> + 'a {
    let role_id = |role: &str| format!("/providers/Microsoft.Authorization/RoleDefinitions/{role}");
    let assignments = state
        .assignments
        .values()
        .filter(|assignment| scope.has(&assignment.subscription))
        .map(move |assignment| {
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
    let definitions = state.all_roles().map(move |role| {
        let body = json!({
            "id": role_id(role.id()),
            "name": role.id(),
            "type": "microsoft.authorization/roledefinitions",
            "properties": role.properties(),
        });
        row(body, "", "")
    });
    assignments.chain(definitions)
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
