//! Where the settings of a resource name one of its identities: as the identity that opens its
//! encryption key, its registry, its secrets.

use serde_json::Value;

use super::change::Patch;
use super::model::ResourceIdentity;
use crate::base::same_name;
use crate::identity::ids_in;

/// An identity that a change removes although the resource's settings name it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The user-assigned identity by its id; none for the system-assigned one.
    pub identity: Option<String>,
    /// Where it is named: `properties.encryption.identity.userAssignedIdentity`.
    pub places: Vec<String>,
}

/// The settings that name what a change removes.
pub(super) fn of(resource: &ResourceIdentity, patch: &Patch, whole: &Value) -> Vec<Use> {
    let user = patch.removed.iter().map(|id| {
        let mut ids = vec![id.as_str()];
        let known = resource.assigned.iter().find(|one| one.id == *id);
        if let Some(known) = known {
            ids.extend([known.client_id.as_str(), known.principal_id.as_str()]);
        }
        (
            Some(id.clone()),
            places(whole, &|_, text| names(&ids, text)),
        )
    });
    let system = (patch.system_assigned == Some(false)).then(|| {
        let ids = [resource.principal_id.as_str()];
        let by = |member: &str, text: &str| names(&ids, text) || is_system(member, text);
        (None, places(whole, &by))
    });
    user.chain(system)
        .filter(|(_, places)| !places.is_empty())
        .map(|(identity, places)| Use { identity, places })
        .collect()
}

fn names(ids: &[&str], text: &str) -> bool {
    let text = text.trim().trim_end_matches('/');
    let mut ids = ids.iter().filter(|id| !id.is_empty());
    ids.any(|id| match id.starts_with('/') {
        true => in_list(text, id),
        false => text.eq_ignore_ascii_case(id),
    })
}

/// Whether a text is an id, or has it in a list or in a longer text.
fn in_list(text: &str, id: &str) -> bool {
    if same_name(text, id) {
        return true;
    }
    text.len() > id.len() && ids_in(text).iter().any(|found| same_name(found, id))
}

/// How settings call the system-assigned identity. Source: the specifications of Microsoft.App
/// (`system`), Microsoft.DocumentDB (`SystemAssignedIdentity`) and others (`SystemAssigned`).
fn is_system(member: &str, text: &str) -> bool {
    const WORDS: [&str; 3] = ["system", "SystemAssigned", "SystemAssignedIdentity"];
    let words = WORDS.iter();
    member.to_ascii_lowercase().contains("identity")
        && words
            .into_iter()
            .any(|word| text.eq_ignore_ascii_case(word))
}

/// The places in a resource, besides `identity` itself, whose text fits; the first argument of
/// `fits` is the member or the parent member of the text.
fn places(whole: &Value, fits: &dyn Fn(&str, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in whole.as_object().into_iter().flatten() {
        if !["identity", "id", "name", "tags"].contains(&name.as_str()) {
            search(value, name, name.clone(), fits, &mut found);
        }
    }
    found
}

fn search(
    value: &Value,
    member: &str,
    place: String,
    fits: &dyn Fn(&str, &str) -> bool,
    found: &mut Vec<String>,
) {
    match value {
        Value::String(text) if fits(member, text) => found.push(place),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                search(item, member, format!("{place}[{index}]"), fits, found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                if fits(member, name) {
                    found.push(format!("{place}['{name}']"));
                    continue;
                }
                // `identity: { type: SystemAssigned }` names it, too.
                let member = match name.as_str() {
                    "type" | "kind" => member,
                    own => own,
                };
                search(value, member, format!("{place}.{name}"), fits, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::change::{Change, plan};

    const ID: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/rg/\
                      providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    fn uses(mut whole: Value) -> Vec<(bool, Vec<String>)> {
        whole["id"] = json!("/subscriptions/s/resourceGroups/g/providers/A.B/c/d");
        whole["identity"] = json!({
            "type": "SystemAssigned, UserAssigned", "principalId": "p0",
            "userAssignedIdentities": { ID: {"principalId": "p1", "clientId": "c1"} },
        });
        let resource: ResourceIdentity = serde_json::from_value(whole.clone()).unwrap();
        let change = Change::Exact {
            identity_type: crate::resource::change::IdentityType::None,
            identities: Vec::new(),
        };
        let patch = plan(&resource.state(), &change).unwrap();
        let found = of(&resource, &patch, &whole).into_iter();
        found
            .map(|one| (one.identity.is_some(), one.places))
            .collect()
    }

    #[test]
    fn an_identity_is_found_by_each_of_its_ids() {
        let lower = ID.to_lowercase();
        let found = uses(json!({"properties": {
            "encryption": {"identity": {"userAssignedIdentity": lower}, "other": format!("{ID}2")},
            "registries": [{"identity": "x"}, {"identity": ID}],
            "keyVaultProperties": {"identity": "C1"},
            "map": { ID: {} },
            "list": format!("a;{ID};b"),
        }}));
        let user = [
            "properties.encryption.identity.userAssignedIdentity",
            "properties.keyVaultProperties.identity",
            "properties.list",
            "properties.map['/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/rg/\
             providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1']",
            "properties.registries[1].identity",
        ];
        let mut places = found[0].1.clone();
        places.sort();
        assert_eq!(places, user);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn the_system_assigned_identity_is_found_by_word_and_by_principal() {
        let found = uses(json!({
            "tags": {"identity": "system"},
            "properties": {
                "registries": [{"identity": "system"}], "os": "system",
                "encryption": {"identity": {"type": "SystemAssigned"}},
                "owner": "P0",
            },
        }));
        let (is_user, mut places) = found[0].clone();
        places.sort();
        assert!(!is_user && found.len() == 1);
        assert_eq!(
            places,
            [
                "properties.encryption.identity.type",
                "properties.owner",
                "properties.registries[0].identity"
            ]
        );
    }

    #[test]
    fn what_is_not_named_is_no_use() {
        assert!(uses(json!({"properties": {"a": 1, "b": null, "c": [true], "d": ""}})).is_empty());
        assert!(uses(json!({})).is_empty());
    }
}
