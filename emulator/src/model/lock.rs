//! Management locks.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Namespace and type.
pub(crate) const KIND: &str = "Microsoft.Authorization/locks";

/// What a lock forbids.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Level {
    CanNotDelete,
    /// Deletion, too.
    ReadOnly,
}

impl Level {
    pub(crate) const ALL: [Level; 2] = [Level::CanNotDelete, Level::ReadOnly];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Level::CanNotDelete => "CanNotDelete",
            Level::ReadOnly => "ReadOnly",
        }
    }
}

/// A lock on a subscription, a resource group or a resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lock {
    pub(crate) name: String,
    /// As it was sent.
    pub(crate) scope: String,
    pub(crate) level: Level,
    pub(crate) notes: Option<String>,
    /// As they were sent: `[{applicationId}]`.
    pub(crate) owners: Option<Value>,
}

impl Lock {
    pub(crate) fn body(&self) -> Value {
        let mut properties = json!({ "level": self.level.name() });
        if let Some(notes) = &self.notes {
            properties["notes"] = json!(notes);
        }
        if let Some(owners) = &self.owners {
            properties["owners"] = owners.clone();
        }
        json!({
            "id": format!("{}/providers/{KIND}/{}", self.scope, self.name),
            "name": self.name,
            "type": KIND,
            "properties": properties,
        })
    }

    /// It holds for what has that key.
    pub(crate) fn is_at_or_above(&self, key: &str) -> bool {
        let own = self.scope.to_lowercase();
        key.strip_prefix(&own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// It is on something in what has that key.
    pub(crate) fn is_below(&self, key: &str) -> bool {
        self.scope
            .to_lowercase()
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('/'))
    }
}
