//! Bicep: declarations of resources, with literals and a few functions.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::model::{ExportedIdentity, ExportedRole, Group, RoleTarget};
use crate::arm::{EARLIER_COMPUTE_VERSION, EARLIER_IDENTITY_VERSION};
use crate::base::is_command;

pub(super) fn render(group: &Group) -> String {
    let mut text = "targetScope = 'resourceGroup'\n".to_owned();
    for (number, member) in group.identities.iter().enumerate() {
        let symbol = format!("identity{}", number + 1);
        identity(&mut text, &symbol, member);
        credentials(&mut text, &symbol, member);
        for (number, role) in member.roles.iter().enumerate() {
            let own = format!("{symbol}Role{}", number + 1);
            assignment(&mut text, group, member, (&symbol, &own), role);
        }
    }
    text
}

/// The version to name a resource by that is there already; none for types not known here.
pub(super) fn version_of(resource: &str) -> Option<&'static str> {
    let parts: Vec<&str> = resource.split('/').collect();
    let [namespace, kind, _] = parts[..] else {
        return None;
    };
    match format!("{namespace}/{kind}").to_lowercase().as_str() {
        "microsoft.managedidentity/userassignedidentities" => Some(EARLIER_IDENTITY_VERSION),
        "microsoft.compute/virtualmachines" | "microsoft.compute/virtualmachinescalesets" => {
            Some(EARLIER_COMPUTE_VERSION)
        }
        "microsoft.storage/storageaccounts" => Some("2023-05-01"),
        "microsoft.keyvault/vaults" => Some("2023-07-01"),
        _ => None,
    }
}

/// Writing to a string does not fail.
macro_rules! line {
    ($text:expr, $($args:tt)*) => {
        let _ = writeln!($text, $($args)*);
    };
}

fn identity(text: &mut String, symbol: &str, member: &ExportedIdentity) {
    let identity = &member.identity;
    line!(
        text,
        "\nresource {symbol} 'Microsoft.ManagedIdentity/userAssignedIdentities@{}' = {{",
        identity.template_version()
    );
    line!(text, "  name: {}", quoted(&identity.name));
    line!(text, "  location: {}", quoted(&identity.location));
    line!(text, "  tags: {{");
    for (name, value) in &identity.tags {
        line!(text, "    {}: {}", quoted(name), quoted(value));
    }
    line!(text, "  }}");
    let given = &identity.properties;
    let mut properties = Map::new();
    if let Some(scope) = &given.isolation_scope {
        properties.insert("isolationScope".to_owned(), json!(scope));
    }
    if !given.assignment_restriction.is_empty() {
        let restrictions = json!({ "providers": given.assignment_restriction });
        properties.insert("assignmentRestrictions".to_owned(), restrictions);
    }
    if !properties.is_empty() {
        line!(text, "  properties: {}", literal(&properties.into(), 2));
    }
    line!(text, "}}");
}

/// Each waits for the one before: Azure takes one write at a time under an identity.
fn credentials(text: &mut String, symbol: &str, member: &ExportedIdentity) {
    for (number, credential) in member.credentials.iter().enumerate() {
        let trust = &credential.properties;
        line!(
            text,
            "\nresource {symbol}Credential{} 'Microsoft.ManagedIdentity/userAssignedIdentities/\
             federatedIdentityCredentials@{}' = {{",
            number + 1,
            trust.template_version()
        );
        line!(text, "  parent: {symbol}");
        line!(text, "  name: {}", quoted(&credential.name));
        line!(text, "  properties: {}", literal(&json!(trust), 2));
        if number > 0 {
            line!(text, "  dependsOn: [\n    {symbol}Credential{number}\n  ]");
        }
        line!(text, "}}");
    }
}

fn assignment(
    text: &mut String,
    group: &Group,
    member: &ExportedIdentity,
    (identity, symbol): (&str, &str),
    role: &ExportedRole,
) {
    let target = match &role.target {
        RoleTarget::Group => "",
        RoleTarget::Resource(resource) => resource,
    };
    if let Some(version) = version_of(target) {
        let (kind, name) = target.rsplit_once('/').unwrap_or((target, ""));
        line!(
            text,
            "\nresource {symbol}Scope '{kind}@{version}' existing = {{"
        );
        line!(text, "  name: {}\n}}", quoted(name));
    }
    line!(
        text,
        "\nresource {symbol} 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{"
    );
    // In its own group the assignment that there is; elsewhere one of its own.
    line!(
        text,
        "  name: toLower(resourceGroup().id) == {} ? {} : guid(resourceGroup().id, {}, {}, {})",
        quoted(&group.id),
        quoted(&role.name),
        quoted(&member.identity.name),
        quoted(&role.role),
        quoted(target)
    );
    if !target.is_empty() {
        line!(text, "  scope: {symbol}Scope");
    }
    line!(text, "  properties: {{");
    line!(
        text,
        "    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', {})",
        quoted(&role.role)
    );
    line!(text, "    principalId: {identity}.properties.principalId");
    line!(text, "    principalType: 'ServicePrincipal'");
    for (name, value) in [
        ("description", &role.description),
        ("condition", &role.condition),
        ("conditionVersion", &role.condition_version),
    ] {
        if let Some(value) = value {
            line!(text, "    {name}: {}", quoted(value));
        }
    }
    line!(text, "  }}\n}}");
}

/// A value, whose lines but the first are indented by so many steps.
fn literal(value: &Value, steps: usize) -> String {
    let lines = |open: char, inner: Vec<String>, close: char| {
        let indent = "  ".repeat(steps);
        let inner: String = inner
            .iter()
            .map(|line| format!("{indent}{line}\n"))
            .collect();
        format!("{open}\n{inner}{}{close}", "  ".repeat(steps - 1))
    };
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items = items.iter().map(|item| literal(item, steps + 1));
            lines('[', items.collect(), ']')
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{}: {}", key(name), literal(value, steps + 1)));
            lines('{', members.collect(), '}')
        }
        Value::Number(number) if !number.is_i64() => format!("json('{number}')"),
        other => other.to_string(),
    }
}

/// The name of a member: in quotes where it is no identifier.
fn key(name: &str) -> String {
    let is_identifier = !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match is_identifier {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// A text: in single quotes, without interpolation.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\\' | '\'' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' => quoted.push_str("\\$"),
            c if is_command(c) => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_never_code() {
        assert_eq!(quoted("it's ${x} \\ \n\u{1}"), r"'it\'s \${x} \\ \n\u{1}'");
        assert_eq!(quoted("\u{9b}31m\u{202e}"), r"'\u{9b}31m\u{202e}'");
    }

    #[test]
    fn values_of_every_kind() {
        let value = json!({"a": ["x", 1], "b-c": {"d": true, "e": null, "f": 1.5}});
        let expected = "{\n  a: [\n    'x'\n    1\n  ]\n  'b-c': {\n    d: true\n    e: null\n    \
                        f: json('1.5')\n  }\n}";
        assert_eq!(literal(&value, 1), expected);
    }
}
