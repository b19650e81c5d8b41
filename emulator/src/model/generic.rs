//! Resources that are stored as they were sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::resource::{Resource, Tags};

/// A resource that is stored as it was sent. Its key is its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GenericResource {
    pub(crate) id: String,
    /// Namespace and type.
    pub(crate) kind: String,
    pub(crate) subscription: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Option<Tags>,
    /// Members beside `properties`: `sku`, `zones`, …
    pub(crate) extra: Map<String, Value>,
    pub(crate) properties: Map<String, Value>,
    pub(crate) etag: String,
}

impl GenericResource {
    pub(crate) fn body(&self) -> Value {
        let mut body = self.extra.clone();
        let mut properties = self.properties.clone();
        properties.insert("provisioningState".to_owned(), json!("Succeeded"));
        for (name, value) in [
            ("name", json!(self.name)),
            ("id", json!(self.id)),
            ("type", json!(self.kind)),
            ("location", json!(self.location)),
            ("etag", json!(self.etag)),
            ("properties", Value::Object(properties)),
        ] {
            body.insert(name.to_owned(), value);
        }
        if let Some(tags) = &self.tags {
            body.insert("tags".to_owned(), json!(tags));
        }
        Value::Object(body)
    }
}

impl Resource for GenericResource {
    fn subscription(&self) -> &str {
        &self.subscription
    }

    fn group(&self) -> &str {
        &self.group
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn to_json(&self) -> Value {
        self.body()
    }
}
