//! Templates of Azure Resource Manager.

use serde_json::{Value, json};

use super::model::{ExportedIdentity, ExportedRole, Group, RoleTarget};
use crate::base::is_command;
use crate::base::json::object;

const IDENTITIES: &str = "Microsoft.ManagedIdentity/userAssignedIdentities";
const CREDENTIALS: &str =
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";

pub(super) fn render(group: &Group) -> String {
    let mut resources = Vec::new();
    for member in &group.identities {
        resources.push(identity(member));
        resources.extend(credentials(member));
        resources.extend(
            member
                .roles
                .iter()
                .map(|role| assignment(group, member, role)),
        );
    }
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": resources,
    });
    let mut text = escaped(&serde_json::to_string_pretty(&template).unwrap_or_default());
    text.push('\n');
    text
}

/// JSON with what a console would carry out, or show in another order, as escapes. Outside of texts
/// it has only line breaks of these, and inside of texts none that is not an escape already.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match is_command(c) && c != '\n' {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}

fn identity(member: &ExportedIdentity) -> Value {
    let identity = &member.identity;
    let tags = identity.tags.iter();
    let tags = object(tags.map(|(name, value)| (name.clone(), literal(value))));
    let mut resource = json!({
        "type": IDENTITIES,
        "apiVersion": identity.template_version(),
        "name": identity.name,
        "location": literal(&identity.location),
        "tags": tags,
    });
    let properties = &identity.properties;
    if let Some(scope) = &properties.isolation_scope {
        resource["properties"]["isolationScope"] = json!(scope);
    }
    if !properties.assignment_restriction.is_empty() {
        resource["properties"]["assignmentRestrictions"] =
            json!({ "providers": properties.assignment_restriction });
    }
    resource
}

/// Each waits for the one before: Azure takes one write at a time under an identity.
fn credentials(member: &ExportedIdentity) -> Vec<Value> {
    let name = &member.identity.name;
    let mut before = resource_id(IDENTITIES, &[name]);
    let mut resources = Vec::new();
    for credential in &member.credentials {
        let trust = &credential.properties;
        resources.push(json!({
            "type": CREDENTIALS,
            "apiVersion": trust.template_version(),
            "name": format!("{name}/{}", credential.name),
            "properties": literals(json!(trust)),
            "dependsOn": [format!("[{before}]")],
        }));
        before = resource_id(CREDENTIALS, &[name, &credential.name]);
    }
    resources
}

fn assignment(group: &Group, member: &ExportedIdentity, role: &ExportedRole) -> Value {
    let name = &member.identity.name;
    let identity = resource_id(IDENTITIES, &[name]);
    let target = match &role.target {
        RoleTarget::Group => "",
        RoleTarget::Resource(resource) => resource,
    };
    let made = format!(
        "guid(resourceGroup().id, {}, {}, {})",
        quoted(name),
        quoted(&role.role),
        quoted(target)
    );
    let mut properties = json!({
        "roleDefinitionId": format!(
            "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', {})]",
            quoted(&role.role)
        ),
        "principalId": format!(
            "[reference({identity}, '{}').principalId]",
            member.identity.template_version()
        ),
        "principalType": "ServicePrincipal",
    });
    for (member, value) in [
        ("description", &role.description),
        ("condition", &role.condition),
        ("conditionVersion", &role.condition_version),
    ] {
        if let Some(value) = value {
            properties[member] = literal(value);
        }
    }
    let mut resource = json!({
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": "2022-04-01",
        // In its own group the assignment that there is; elsewhere one of its own.
        "name": format!(
            "[if(equals(toLower(resourceGroup().id), {}), {}, {made})]",
            quoted(&group.id),
            quoted(&role.name)
        ),
        "properties": properties,
        "dependsOn": [format!("[{identity}]")],
    });
    if !target.is_empty() {
        resource["scope"] = literal(target);
    }
    resource
}

fn resource_id(kind: &str, names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    format!("resourceId('{kind}', {})", names.join(", "))
}

/// A text in an expression.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A value of which every text is one of [`literal`].
fn literals(value: Value) -> Value {
    match value {
        Value::String(text) => literal(&text),
        Value::Array(items) => items.into_iter().map(literals).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            object(members.map(|(name, value)| (name, literals(value)))).into()
        }
        other => other,
    }
}

/// A text as a value: what looks like an expression is escaped.
fn literal(text: &str) -> Value {
    match text.starts_with('[') && text.ends_with(']') {
        true => format!("[{text}").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_no_character_that_a_console_would_carry_out() {
        let value = json!({"a\u{9b}": "b\u{1b}\u{202e}\u{7f}\r\n", "c": ["é"]});
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.contains(|c| is_command(c) && c != '\n'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
