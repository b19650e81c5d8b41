//! Resources of any type, found by Azure Resource Graph.

use std::collections::BTreeMap;

use super::model::ResourceIdentity;
use super::read::read_identity;
use super::subject::Subject;
use super::ways::known_types;
use crate::arm::Client;
use crate::arm::fleet::{Fleet, Listing, Member, Types};
use crate::arm::kql::quoted;
use crate::base::{ResourceId, Result};

/// The condition that a resource has an identity, or is of a type that is known to be able to have
/// one. Of a resource without an identity some providers say `None`, others nothing.
fn may_have_identity() -> String {
    let known: Vec<_> = known_types().map(|one| quoted(one.resource_type)).collect();
    format!(
        "(isnotempty(identity.type) and identity.type !~ 'None') or type in~ ({})",
        known.join(", ")
    )
}

/// The resources of these types, or patterns of types, that are wanted; those of all types when there
/// are none. Where neither each type nor a resource is named, most can't have an identity: then those
/// alone come that have one, and those of the types that are known to be able to.
///
/// # Errors
/// What breaks a rule, before any request.
pub fn search(
    client: &Client,
    types: &[String],
    fleet: &Fleet,
) -> Result<Listing<ResourceIdentity>> {
    let is_name = |text: &String| !text.contains(['*', '?', '[']);
    let named = fleet.names.iter().any(is_name) || !types.is_empty() && types.iter().all(is_name);
    let wanted = Types {
        patterns: types.to_vec(),
        condition: (!named).then(may_have_identity),
    };
    Listing::of_types(client, &wanted, fleet)
}

impl Member for ResourceIdentity {
    const COLUMNS: &'static str = "id, name, type, location, tags, identity, \
        provisioningState = properties.provisioningState, \
        upgradeMode = properties.upgradePolicy.mode";

    fn id(&self) -> &str {
        &self.id
    }

    fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    async fn read(client: &Client, id: &str) -> Result<Self> {
        let id = ResourceId::parse_any("ResourceId", id)?;
        let subject = Subject::of(client, id, None).await?;
        read_identity(client, &subject).await
    }
}
