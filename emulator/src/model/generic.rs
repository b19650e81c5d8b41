//! Resources that are stored as they were sent, but for their identities.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::assignment::{Assignment, IdentityView};
use super::resource::{Listing, Resource, Tags};
use super::resource_type::{self, Etag, Level, Place, Provisioning, ResourceType, Shows};

/// The state of a resource that nothing is under way with.
pub(crate) const SUCCEEDED: &str = "Succeeded";

/// A resource that is stored as it was sent. Its key is its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GenericResource {
    pub(crate) id: String,
    /// Namespace and type.
    pub(crate) kind: String,
    /// Empty above the subscriptions.
    pub(crate) subscription: String,
    /// Empty above the resource groups.
    pub(crate) group: String,
    /// With the names of what it is in before it.
    pub(crate) name: String,
    /// Empty where it has none of its own.
    pub(crate) location: String,
    pub(crate) tags: Option<Tags>,
    /// Members beside `properties`: `sku`, `zones`, …
    pub(crate) extra: Map<String, Value>,
    /// In place of secrets, true.
    pub(crate) properties: Map<String, Value>,
    pub(crate) etag: String,
    /// Of a type that can have identities.
    #[serde(default)]
    pub(crate) identity: Assignment,
    #[serde(default = "succeeded")]
    pub(crate) provisioning_state: String,
    /// The operation that writes it now.
    #[serde(default)]
    pub(crate) running: Option<String>,
}

fn succeeded() -> String {
    SUCCEEDED.to_owned()
}

impl GenericResource {
    /// What there is to say of its type, if it can have identities.
    pub(crate) fn row(&self) -> Option<&'static ResourceType> {
        resource_type::find(&self.kind)
    }

    /// As reads show it in the newest version.
    pub(crate) fn body(&self) -> Value {
        match self.row() {
            Some(row) => self.shown(row, row.newest()),
            None => {
                let mut body = self.members(SUCCEEDED);
                body.insert("etag".to_owned(), json!(self.etag));
                Value::Object(body)
            }
        }
    }

    /// As reads show it in that version.
    pub(crate) fn shown(&self, row: &ResourceType, version: &str) -> Value {
        self.body_with(row, version, &self.identity, &row.view)
    }

    /// As the answer to a write shows it; none for no body. `had` are the identities before it.
    pub(crate) fn answered(
        &self,
        row: &ResourceType,
        version: &str,
        had: &Assignment,
    ) -> Option<Value> {
        let view = match row.shows {
            Shows::Nothing => return None,
            Shows::New | Shows::Old => row.view,
            Shows::NoPrincipals => IdentityView {
                principals: false,
                ..row.view
            },
            Shows::NoMap => IdentityView {
                map: false,
                ..row.view
            },
        };
        let identity = match row.shows {
            Shows::Old => had,
            _ => &self.identity,
        };
        Some(self.body_with(row, version, identity, &view))
    }

    fn body_with(
        &self,
        row: &ResourceType,
        version: &str,
        identity: &Assignment,
        view: &IdentityView,
    ) -> Value {
        let state = match row.provisioning {
            Provisioning::Usual => self.provisioning_state.clone(),
            Provisioning::Lower => self.provisioning_state.to_lowercase(),
            Provisioning::InProgress => match self.provisioning_state.as_str() {
                "Creating" | "Updating" => "InProgress".to_owned(),
                ended => ended.to_owned(),
            },
            Provisioning::Settled => SUCCEEDED.to_owned(),
            Provisioning::Absent => String::new(),
        };
        let mut body = self.members(&state);
        match row.etag {
            Etag::Nowhere | Etag::Header => {}
            Etag::HeaderAndBody => {
                body.insert("etag".to_owned(), json!(self.etag));
            }
            Etag::Body(name) => {
                body.insert(name.to_owned(), json!(self.etag));
            }
        }
        if row.knows_identities(version)
            && let Some(identity) = identity.shown(view)
        {
            body.insert("identity".to_owned(), identity);
        }
        let mut body = Value::Object(body);
        for secret in row.secrets {
            for item in resource_type::visit_mut(&mut body["properties"], secret.items) {
                if let Some(item) = item.as_object_mut() {
                    item.remove(secret.member);
                }
            }
        }
        body
    }

    /// What all have. An empty state or location is none.
    fn members(&self, state: &str) -> Map<String, Value> {
        let mut body = self.extra.clone();
        let mut properties = self.properties.clone();
        if !state.is_empty() {
            properties.insert("provisioningState".to_owned(), json!(state));
        }
        for (name, value) in [
            ("name", json!(self.name)),
            ("id", json!(self.id)),
            ("type", json!(self.kind)),
            ("properties", Value::Object(properties)),
        ] {
            body.insert(name.to_owned(), value);
        }
        if !self.location.is_empty() {
            body.insert("location".to_owned(), json!(self.location));
        }
        if let Some(tags) = &self.tags {
            body.insert("tags".to_owned(), json!(tags));
        }
        body
    }
}

impl Resource for GenericResource {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn subscription(&self) -> &str {
        &self.subscription
    }

    fn group(&self) -> &str {
        &self.group
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &str {
        &self.kind
    }

    fn location(&self) -> &str {
        &self.location
    }

    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }

    fn identity(&self) -> Option<&Assignment> {
        Some(&self.identity)
    }

    fn listing(&self) -> Listing {
        match self.row() {
            Some(row) if row.level == Level::Scope => Listing::OnScope,
            Some(row) if row.place == Place::None => Listing::Inside,
            _ => Listing::Tracked,
        }
    }

    fn to_json(&self) -> Value {
        self.body()
    }
}
