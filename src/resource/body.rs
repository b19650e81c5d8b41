//! What is sent for a change, in the way of the resource's type.

use serde_json::{Map, Value, json};

use super::change::{IdentityType, Patch};
use super::way::{Naming, Way, Write};
use crate::base::Method;
use crate::base::json::object;

/// A write: its method and its body.
#[derive(Debug, PartialEq)]
pub(super) struct Body {
    pub method: Method,
    pub value: Value,
}

/// The members of a resource that are its provider's to say.
const OWN: [&str; 4] = ["id", "name", "type", "systemData"];

/// The write that makes a change of a resource, which is as `whole` has it; none where its type
/// can't be changed.
pub(super) fn of(way: &Way, patch: &Patch, whole: &Value) -> Option<Body> {
    match way.write {
        Write::Never => None,
        Write::Patch(naming) => {
            let mut value = json!({ "identity": by_patch(way, patch, naming) });
            if let Some(location) = whole.get("location").filter(|_| way.location) {
                value["location"] = location.clone();
            }
            let method = Method::PATCH;
            Some(Body { method, value })
        }
        Write::Put { .. } => {
            let mut value = whole.clone();
            if let Some(members) = value.as_object_mut() {
                members.retain(|name, _| !OWN.contains(&name.as_str()));
            }
            if let Some(Value::Object(properties)) = value.get_mut("properties") {
                properties.remove("provisioningState");
            }
            value["identity"] = by_put(way, patch);
            let method = Method::PUT;
            Some(Body { method, value })
        }
    }
}

/// The body that gives settings back the values that they had.
pub(super) fn of_settings(settings: Map<String, Value>) -> Value {
    json!({ "properties": settings })
}

/// `type` is the one after the change. A new id has `{}`, a removed one null; ids that stay are
/// named where others might not stay. Beside a `type` without user-assigned identities there is no
/// map: it is refused with some types, and `type` alone removes them all. Source:
/// azure-rest-api-specs 17650, recordings of azure-cli.
fn by_patch(way: &Way, patch: &Patch, naming: Naming) -> Value {
    let mut identity = typed(way, patch);
    if !patch.identity_type.has_user_assigned() {
        // Recorded with machines; others may refuse a map.
        if patch.identity_type == IdentityType::None && naming == Naming::Changes {
            identity["userAssignedIdentities"] = Value::Null;
        }
        return identity;
    }
    let kept = match naming {
        Naming::All => patch.kept.as_slice(),
        Naming::Changes => &[],
    };
    let there = kept.iter().chain(&patch.added);
    let there = there.map(|id| (id.clone(), json!({})));
    let removed = patch.removed.iter().map(|id| (id.clone(), Value::Null));
    let map = object(there.chain(removed));
    if !map.is_empty() {
        identity["userAssignedIdentities"] = map.into();
    }
    identity
}

/// A PUT replaces the map; null is refused in it. Source: recordings of azure-cli,
/// ansible-collections/azure 1635.
fn by_put(way: &Way, patch: &Patch) -> Value {
    let mut identity = typed(way, patch);
    if patch.identity_type.has_user_assigned() {
        let there = patch.remaining().map(|id| (id.clone(), json!({})));
        identity["userAssignedIdentities"] = object(there).into();
    }
    identity
}

fn typed(way: &Way, patch: &Patch) -> Value {
    let kind = match patch.identity_type {
        IdentityType::SystemAndUserAssigned => way.both,
        other => other.as_str(),
    };
    json!({ "type": kind })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::ResourceId;
    use crate::identity::USER_ASSIGNED_IDENTITY;
    use crate::resource::change::{Change, State, plan};
    use crate::resource::ways;

    const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

    fn id(name: &str) -> ResourceId {
        ResourceId::new(USER_ASSIGNED_IDENTITY, SUBSCRIPTION, "rg", name).unwrap()
    }

    fn patch(
        system_assigned: bool,
        held: &[&str],
        add: &[&str],
        remove: &[&str],
        switch: Option<bool>,
    ) -> Patch {
        let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect();
        let state = State {
            system_assigned,
            user_assigned: held.iter().map(|name| id(name).to_string()).collect(),
            missing: Vec::new(),
        };
        let change = Change::Merge {
            add: ids(add),
            remove: ids(remove),
            system_assigned: switch,
            remove_missing: false,
        };
        plan(&state, &change).unwrap()
    }

    fn identity(kind: &str, patch: &Patch) -> Value {
        of(ways::of(kind), patch, &json!({})).unwrap().value["identity"].clone()
    }

    const VM: &str = "Microsoft.Compute/virtualMachines";
    const SITE: &str = "Microsoft.Web/sites";
    const GROUP: &str = "Microsoft.ContainerInstance/containerGroups";

    #[test]
    fn what_stays_is_named_where_it_might_not_stay() {
        let change = patch(false, &["id1"], &["id2"], &[], None);
        let [one, two] = ["id1", "id2"].map(|name| id(name).to_string());
        assert_eq!(
            identity(VM, &change),
            json!({"type": "UserAssigned", "userAssignedIdentities": { &two: {} }})
        );
        let both =
            json!({"type": "UserAssigned", "userAssignedIdentities": { &one: {}, &two: {} }});
        assert_eq!(identity(SITE, &change), both);
        assert_eq!(identity(GROUP, &change), both);

        let change = patch(false, &["id1", "id2"], &[], &["id1"], None);
        let removed =
            json!({"type": "UserAssigned", "userAssignedIdentities": { &one: null, &two: {} }});
        assert_eq!(identity(SITE, &change), removed);
        let rest = json!({"type": "UserAssigned", "userAssignedIdentities": { &two: {} }});
        assert_eq!(identity(GROUP, &change), rest);
    }

    #[test]
    fn there_is_no_map_without_user_assigned_identities() {
        let last = patch(true, &["id1"], &[], &["id1"], None);
        let all = patch(false, &["id1"], &[], &["id1"], None);
        for kind in [VM, SITE, GROUP] {
            assert_eq!(identity(kind, &last), json!({"type": "SystemAssigned"}));
        }
        assert_eq!(identity(SITE, &all), json!({"type": "None"}));
        let with_null = json!({"type": "None", "userAssignedIdentities": null});
        assert_eq!(identity(VM, &all), with_null);
    }

    /// No client sends an id beside a type without user-assigned identities, so what Azure makes of it
    /// is not known.
    #[test]
    fn no_id_is_sent_beside_a_type_without_user_assigned_identities() {
        let mut ways: Vec<&str> = ways::known_types()
            .map(|known| known.resource_type)
            .collect();
        ways.push("Contoso.Samples/widgets");
        for kind in ways {
            for (system, switch) in [
                (true, None),
                (false, Some(true)),
                (false, None),
                (true, Some(false)),
            ] {
                for removed in [&["id1"][..], &["id1", "id2"]] {
                    let change = patch(system, removed, &[], removed, switch);
                    assert!(!change.identity_type.has_user_assigned());
                    let Some(body) = of(ways::of(kind), &change, &json!({})) else {
                        continue;
                    };
                    let map = body.value["identity"].get("userAssignedIdentities");
                    assert!(map.is_none_or(Value::is_null), "{kind}: {}", body.value);
                    if change.identity_type == IdentityType::SystemAssigned {
                        let alone = json!({"type": "SystemAssigned"});
                        assert_eq!(body.value["identity"], alone, "{kind}");
                    }
                }
            }
        }
    }

    #[test]
    fn both_kinds_are_spelt_as_the_type_has_it() {
        let both = patch(false, &["id1"], &[], &[], Some(true));
        assert_eq!(
            identity(SITE, &both)["type"],
            "SystemAssigned, UserAssigned"
        );
        let app = identity("Microsoft.App/containerApps", &both);
        assert_eq!(app["type"], "SystemAssigned,UserAssigned");
    }

    #[test]
    fn a_put_has_everything_that_was_read_but_what_is_the_providers() {
        let whole = json!({
            "id": "/x", "name": "g", "type": GROUP, "systemData": {}, "location": "eastus",
            "sku": "Standard", "tags": null, "zones": ["1"],
            "identity": {"type": "None"},
            "properties": {"provisioningState": "Succeeded", "osType": "Linux", "n": null},
        });
        let change = patch(false, &[], &["id1"], &[], None);
        let body = of(ways::of(GROUP), &change, &whole).unwrap();
        assert_eq!(body.method, Method::PUT);
        assert_eq!(
            body.value,
            json!({
                "location": "eastus", "sku": "Standard", "tags": null, "zones": ["1"],
                "identity": {
                    "type": "UserAssigned", "userAssignedIdentities": { id("id1").as_str(): {} },
                },
                "properties": {"osType": "Linux", "n": null},
            })
        );
    }

    #[test]
    fn a_policy_assignment_names_its_location() {
        let change = patch(false, &[], &[], &[], Some(true));
        let way = ways::of("Microsoft.Authorization/policyAssignments");
        let body = of(way, &change, &json!({"location": "eastus"})).unwrap();
        let wanted = json!({"location": "eastus", "identity": {"type": "SystemAssigned"}});
        assert_eq!(body.value, wanted);
        let without = of(way, &change, &json!({})).unwrap();
        assert_eq!(
            without.value,
            json!({"identity": {"type": "SystemAssigned"}})
        );
    }

    /// What a provider makes of an `identity`, as Azure's specifications have it: with `merges`, ids
    /// that are not named stay.
    fn provider(held: &[String], identity: &Value, merges: bool) -> (bool, Vec<String>) {
        let kind = IdentityType::read(identity["type"].as_str().unwrap());
        let mut after = match (merges, identity.get("userAssignedIdentities")) {
            (true, _) | (_, None) => held.to_vec(),
            (false, Some(_)) => Vec::new(),
        };
        for (id, value) in identity["userAssignedIdentities"]
            .as_object()
            .into_iter()
            .flatten()
        {
            after.retain(|known| !known.eq_ignore_ascii_case(id));
            if !value.is_null() {
                after.push(id.clone());
            }
        }
        if !kind.has_user_assigned() {
            after.clear();
        }
        after.sort();
        (kind.has_system_assigned(), after)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn each_way_makes_the_change_and_no_other(
            system in any::<bool>(),
            held in prop::collection::btree_set("id[0-5]", 0..6),
            add in prop::collection::vec("(id|ID)[0-7]", 0..4),
            remove in prop::collection::vec("(id|ID)[0-7]", 0..4),
            switch in any::<Option<bool>>(),
        ) {
            let names = |names: &[String]| names.iter().map(|name| id(name)).collect::<Vec<_>>();
            let state = State {
                system_assigned: system,
                user_assigned: held.iter().map(|name| id(name).to_string()).collect(),
                missing: Vec::new(),
            };
            let change = Change::Merge {
                add: names(&add), remove: names(&remove), system_assigned: switch,
                remove_missing: false,
            };
            let Ok(patch) = plan(&state, &change) else { return Ok(()) };
            prop_assume!(!patch.is_empty());
            let mut wanted: Vec<String> = patch.remaining().cloned().collect();
            wanted.sort();
            let wanted = (patch.identity_type.has_system_assigned(), wanted);
            // A PATCH that names everything is right whether the others stay or go.
            for (kind, merges) in [(VM, true), (SITE, true), (SITE, false), (GROUP, false)] {
                let after = provider(&state.user_assigned, &identity(kind, &patch), merges);
                prop_assert_eq!(&after, &wanted, "{} {}", kind, merges);
            }
        }
    }
}
