//! An identity with the fields that the module reads, and a page of them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A user-assigned identity.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "a field is there to be filled")]
pub(crate) struct Identity {
    pub(crate) id: String,
    name: String,
    #[serde(rename = "type")]
    resource_type: String,
    location: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    properties: Properties,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "a field is there to be filled")]
struct Properties {
    tenant_id: String,
    principal_id: String,
    client_id: String,
    isolation_scope: Option<String>,
    assignment_restrictions: Option<Restrictions>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "a field is there to be filled")]
struct Restrictions {
    #[serde(default)]
    providers: Vec<String>,
}

/// A page of a list, of whatever items.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    pub(crate) next_link: Option<String>,
}
