//! What a template would change, as Azure itself finds out.

use serde::Deserialize;
use serde_json::Value;

use super::model::API_VERSION;
use super::run::{Checked, Deploy};
use crate::arm::{Client, Operation, Plan, Request};
use crate::base::{Category, Deadline, Error, ResourceId, Result};

#[derive(Deserialize)]
struct WhatIf {
    #[serde(default)]
    status: String,
    #[serde(default)]
    properties: Option<Changes>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Changes {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    resource_id: String,
    change_type: String,
    #[serde(default)]
    delta: Option<Vec<Delta>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delta {
    path: String,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    children: Option<Vec<Delta>>,
}

/// What [`deploy`](super::deploy) would do, by Azure's own what-if.
///
/// # Errors
/// Those of [`deploy`](super::deploy), as far as Azure finds them.
pub async fn plan_deploy(client: &Client, wanted: &Deploy) -> Result<Plan> {
    let Checked { id, body } = wanted.check(client)?;
    let url = client.url(&format!("{id}/whatIf"), API_VERSION);
    let query = Request::query(url, id.as_str()).body(&body.text);
    let reply = client.send(query).await?;
    let activity = format!("Predicting the changes of {}", id.name());
    let last = Operation::begun_by(client, &reply, id.as_str(), &activity)?
        .last()
        .await
        .map_err(|error| match Deadline::ended(&error) {
            true => error.advise("Specify a longer -TimeoutSec."),
            false => error,
        })?;
    let answer: WhatIf = last.as_ref().unwrap_or(&reply).json(id.as_str())?;
    if answer.error.is_some() || answer.status.eq_ignore_ascii_case("Failed") {
        return Err(failed(&id, answer.error));
    }
    let changes = answer.properties.unwrap_or_default().changes;
    let lines = changes.iter().filter(|change| change.matters());
    Ok(Plan {
        resource: id.to_string(),
        description: format!(
            "Run deployment '{}' in resource group '{}'",
            id.name(),
            id.group()
        ),
        details: describe(&changes, &body.secrets),
        effects: lines.map(Change::effect).collect(),
    })
}

fn failed(id: &ResourceId, error: Option<Value>) -> Error {
    let body = serde_json::json!({ "error": error }).to_string();
    match error {
        Some(_) => Error::from_body(id.as_str(), 400, body.as_bytes()),
        None => Error::new(
            Category::InvalidOperation,
            "WhatIfFailed",
            id.as_str(),
            "Azure could not predict the changes of the template",
        ),
    }
}

impl Change {
    fn matters(&self) -> bool {
        !["NoChange", "Ignore", "NoEffect"]
            .iter()
            .any(|nothing| nothing.eq_ignore_ascii_case(&self.change_type))
    }

    /// The change without its values: those of a template may differ with each run, such as that of
    /// `utcNow()`.
    fn effect(&self) -> String {
        let deltas = self.delta.iter().flatten();
        let paths: Vec<&str> = deltas.map(|delta| delta.path.as_str()).collect();
        format!(
            "{} '{}' {}",
            self.change_type,
            self.resource_id,
            paths.join(", ")
        )
    }

    fn told(&self, secrets: &[String]) -> String {
        let line = format!("{} {}", self.change_type, place(&self.resource_id));
        let mut details = Vec::new();
        for delta in self.delta.iter().flatten() {
            tell("", delta, secrets, &mut details);
        }
        match details.is_empty() {
            true => line,
            false => format!("{line}: {}", details.join(", ")),
        }
    }
}

/// One line for each change, and one for all the rest.
fn describe(changes: &[Change], secrets: &[String]) -> Vec<String> {
    let matter = changes.iter().filter(|change| change.matters());
    let mut lines: Vec<String> = matter.map(|change| change.told(secrets)).collect();
    let rest = changes.iter().filter(|change| !change.matters()).count();
    lines.push(match rest {
        0 => "The group has no other resources".to_owned(),
        1 => "1 other resource does not change".to_owned(),
        many => format!("{many} other resources do not change"),
    });
    lines
}

/// Type and name: `/…/providers/{namespace}/{type}/{name}`.
fn place(id: &str) -> String {
    let lower = id.to_ascii_lowercase();
    let Some(at) = lower.rfind("/providers/") else {
        return format!("'{id}'");
    };
    let parts: Vec<&str> = id[at + "/providers/".len()..].split('/').collect();
    let (Some(namespace), pairs) = (parts.first(), parts.get(1..).unwrap_or_default()) else {
        return format!("'{id}'");
    };
    let types: Vec<_> = pairs.iter().step_by(2).copied().collect();
    let names: Vec<_> = pairs.iter().skip(1).step_by(2).copied().collect();
    format!("{namespace}/{} '{}'", types.join("/"), names.join("/"))
}

fn tell(above: &str, delta: &Delta, secrets: &[String], into: &mut Vec<String>) {
    let path = match above {
        "" => delta.path.clone(),
        above => format!("{above}.{}", delta.path),
    };
    match delta.children.as_deref().unwrap_or_default() {
        [] => into.push(format!(
            "{path} from {} to {}",
            shown(&delta.before, secrets),
            shown(&delta.after, secrets)
        )),
        children => children
            .iter()
            .for_each(|child| tell(&path, child, secrets, into)),
    }
}

/// A value, unless something secret that the caller gave is in it.
fn shown(value: &Value, secrets: &[String]) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // A secret may be written with escapes inside of JSON.
    let is_secret = secrets.iter().any(|secret| {
        let escaped = Value::from(secret.as_str()).to_string();
        text.contains(secret) || text.contains(escaped.trim_matches('"'))
    });
    match is_secret {
        true => "(not shown)".to_owned(),
        false => format!("'{text}'"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_told_with_their_values_but_for_secrets() {
        let base = "/subscriptions/s/resourceGroups/rg/providers";
        let changes: Changes = serde_json::from_value(json!({ "changes": [
            { "resourceId": format!("{base}/A.B/c/x/d/y"), "changeType": "Create" },
            { "resourceId": format!("{base}/A.B/c/z"), "changeType": "Modify", "delta": [
                { "path": "tags.env", "propertyChangeType": "Modify", "before": "a", "after": "b" },
                { "path": "properties", "propertyChangeType": "Array", "children": [
                    { "path": "key", "propertyChangeType": "Create", "after": "pre-\"marked\"" },
                ] },
            ] },
            { "resourceId": format!("{base}/A.B/c/same"), "changeType": "NoChange" },
        ] }))
        .unwrap();
        let lines = describe(&changes.changes, &["\"marked\"".to_owned()]);
        assert_eq!(
            lines,
            [
                "Create A.B/c/d 'x/y'",
                "Modify A.B/c 'z': tags.env from 'a' to 'b', properties.key from nothing to (not shown)",
                "1 other resource does not change",
            ]
        );
    }
}
