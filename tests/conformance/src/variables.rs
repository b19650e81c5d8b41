//! The variables of a run: what the script calls `{name}`, and back again in what comes back.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::Value;
use uuid::Uuid;

use crate::Result;

/// The variables of one run.
#[derive(Debug)]
pub struct Variables {
    values: BTreeMap<String, String>,
    /// What names are derived from, so that no other run has the same.
    run: Uuid,
}

impl Variables {
    /// Those that every run has.
    pub fn new(subscription: &str, tenant: &str, endpoint: &str, location: &str) -> Self {
        let run = Uuid::new_v4();
        let mut short = run.simple().to_string();
        short.truncate(8);
        let group = format!("mi-conformance-{short}");
        let values = [
            (
                "group",
                format!("/subscriptions/{subscription}/resourceGroups/{group}"),
            ),
            ("groupName", group),
            ("subscription", subscription.to_owned()),
            ("tenant", tenant.to_owned()),
            ("endpoint", endpoint.trim_end_matches('/').to_owned()),
            ("location", location.to_owned()),
            // Azure wants a password of three kinds of characters, and nobody signs in with it.
            ("password", format!("Aa1!{}", Uuid::new_v4().simple())),
        ];
        Self {
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
            run,
        }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Keeps a value for later steps.
    pub fn keep(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    /// A text of the script with the values in it. `{guid-NAME}` is a GUID of this run's own.
    ///
    /// # Errors
    /// A variable that there is not, since the step that keeps it had another answer.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| format!("a variable of the script has no end: {text}"))?;
            filled.push_str(before);
            match (self.get(name), name.strip_prefix("guid-")) {
                (Some(value), _) => filled.push_str(value),
                (None, Some(name)) => {
                    filled.push_str(&Uuid::new_v5(&self.run, name.as_bytes()).to_string());
                }
                (None, None) => return Err(format!("an earlier answer lacks {name}")),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// A body of the script with the values in it.
    ///
    /// # Errors
    /// See [`fill`](Self::fill).
    pub fn fill_body(&self, body: &Value) -> Result<Value> {
        Ok(match body {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(items) => {
                let items: Result<_> = items.iter().map(|item| self.fill_body(item)).collect();
                Value::Array(items?)
            }
            Value::Object(members) => {
                let mut filled = serde_json::Map::new();
                for (name, value) in members {
                    filled.insert(self.fill(name)?, self.fill_body(value)?);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        })
    }

    /// A text of an answer with names in place of what differs from run to run: the values of
    /// variables, GUIDs, times, signed queries. A value in capitals becomes a name in capitals: the
    /// casing of what Azure writes is a fact, too.
    pub fn general(&self, text: &str) -> String {
        let mut general = text.to_owned();
        // In the id of a resource, the casing of each part is a fact, which its name would hide.
        let is_named = |name: &str, value: &str| {
            value.len() > 5 && (name == "endpoint" || !value.contains('/'))
        };
        let mut known: Vec<_> = self
            .values
            .iter()
            .filter(|(name, value)| is_named(name, value))
            .collect();
        // A value may be a part of another one.
        known.sort_by_key(|(name, value)| (std::cmp::Reverse(value.len()), (*name).clone()));
        for (name, value) in known {
            general = replaced(&general, value, name);
        }
        for (pattern, name) in patterns() {
            general = pattern.replace_all(&general, *name).into_owned();
        }
        general
    }
}

/// Puts a name in place of a value, whatever the value's casing.
fn replaced(text: &str, value: &str, name: &str) -> String {
    let (lower, searched) = (text.to_ascii_lowercase(), value.to_ascii_lowercase());
    let mut general = String::new();
    let mut at = 0;
    while let Some(found) = lower[at..].find(&searched) {
        let (from, to) = (at + found, at + found + searched.len());
        general.push_str(&text[at..from]);
        let written = &text[from..to];
        let in_capitals = written != value && written == value.to_ascii_uppercase();
        match in_capitals {
            true => general.push_str(&format!("{{{}}}", name.to_ascii_uppercase())),
            false => general.push_str(&format!("{{{name}}}")),
        }
        at = to;
    }
    general.push_str(&text[at..]);
    general
}

/// What is another value each time, by its form.
fn patterns() -> &'static [(Regex, &'static str)] {
    static PATTERNS: std::sync::OnceLock<Vec<(Regex, &'static str)>> = std::sync::OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            // A query of several kilobytes with a signature, of an operation.
            (r"([?&](?:t|c|s|h)=[^&\s]+)+", "{signature}"),
            (
                r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)",
                "{time}",
            ),
            (
                r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
                "{time}",
            ),
            (
                r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",
                "{guid}",
            ),
            // A GUID without its hyphens.
            (r"\b[0-9a-fA-F]{32}\b", "{guid}"),
            // What a service writes for itself alone.
            (r"(?i)skiptoken=[^&\s]+", "skiptoken={token}"),
        ]
        .map(|(pattern, name)| (Regex::new(pattern).expect("a pattern of this file"), name))
        .into()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

    fn variables() -> Variables {
        let endpoint = "https://management.example.com";
        let mut variables = Variables::new(SUBSCRIPTION, "contoso-tenant", endpoint, "westeurope");
        variables.keep(
            "principal",
            "11111111-aaaa-2222-bbbb-3333cccc4444".to_owned(),
        );
        variables
    }

    #[test]
    fn variables_are_filled_in_everywhere() {
        let variables = variables();
        let body = variables
            .fill_body(&json!({ "{principal}": ["{location}", 1] }))
            .unwrap();
        let principal = variables.get("principal").unwrap();
        assert_eq!(body, json!({ principal: ["westeurope", 1] }));
        let guid = variables.fill("{guid-role}").unwrap();
        assert_eq!(variables.fill("{guid-role}").unwrap(), guid);
        assert_ne!(variables.fill("{guid-other}").unwrap(), guid);
        assert!(variables.fill("{etag}").unwrap_err().contains("etag"));
    }

    #[test]
    fn what_differs_from_run_to_run_has_a_name() {
        let variables = variables();
        let group = variables.get("groupName").unwrap().to_owned();
        let id = format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/{group}/providers/x");
        assert_eq!(
            variables.general(&id),
            "/subscriptions/{subscription}/resourcegroups/{groupName}/providers/x"
        );
        let id = format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/{}/x",
            group.to_uppercase()
        );
        assert_eq!(
            variables.general(&id),
            "/subscriptions/{subscription}/resourceGroups/{GROUPNAME}/x"
        );
        assert_eq!(
            variables.general("https://management.example.com/o/11111111-AAAA-2222-bbbb-3333cccc4445?api-version=1&t=2&c=3&s=4"),
            "{endpoint}/o/{guid}?api-version=1{signature}"
        );
        assert_eq!(
            variables.general("Thu, 26 Nov 2026 12:00:00 GMT 2026-11-26T12:00:00.1234567Z"),
            "{time} {time}"
        );
    }
}
