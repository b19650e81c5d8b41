//! Secrets that a GET does not show and a PUT of the same resource would lose.

use serde_json::Value;

use super::way::{Hidden, Way, Write};

/// The places in a resource where a GET leaves something out that a PUT needs: as
/// `properties.volumes[0].azureFile`.
pub(super) fn places(way: &Way, whole: &Value) -> Vec<String> {
    let Write::Put { hidden } = way.write else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for one in hidden {
        let steps: Vec<&str> = one.at.split('.').collect();
        walk(whole, &steps, String::new(), one, &mut found);
    }
    found
}

fn walk(value: &Value, steps: &[&str], place: String, hidden: &Hidden, found: &mut Vec<String>) {
    let Some((step, rest)) = steps.split_first() else {
        let is_shown = |member: &&str| value.get(member).is_some_and(|shown| !shown.is_null());
        let is_there = !value.is_null() || hidden.shown_by.is_empty();
        if is_there && !hidden.shown_by.iter().any(is_shown) {
            found.push(place);
        }
        return;
    };
    let below = |name: &str| match place.is_empty() {
        true => name.to_owned(),
        false => format!("{place}.{name}"),
    };
    if *step == "*" {
        for (name, member) in value.as_object().into_iter().flatten() {
            walk(member, rest, below(name), hidden, found);
        }
        return;
    }
    let name = step.trim_end_matches("[]");
    let Some(member) = value.get(name).filter(|member| !member.is_null()) else {
        return;
    };
    if name == *step {
        walk(member, rest, below(name), hidden, found);
        return;
    }
    for (index, item) in member.as_array().into_iter().flatten().enumerate() {
        let place = format!("{}[{index}]", below(name));
        walk(item, rest, place, hidden, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::ways;

    #[test]
    fn what_a_container_group_does_not_show_is_found() {
        let way = ways::of("Microsoft.ContainerInstance/containerGroups");
        let open = json!({"properties": {
            "imageRegistryCredentials": [{"server": "s", "identity": "/x"}],
            "containers": [{"properties": {"environmentVariables": [{"name": "a", "value": "b"}]}}],
            "volumes": [{"name": "v", "emptyDir": {}, "azureFile": null}],
        }});
        assert!(places(way, &open).is_empty());
        let secret = json!({"properties": {
            "imageRegistryCredentials": [{"server": "s", "username": "u"}],
            "containers": [
                {"properties": {}},
                {"properties": {"environmentVariables": [{"name": "a", "value": "b"}, {"name": "c"}]}},
            ],
            "volumes": [{"secret": {"a": null}}, {"azureFile": {"shareName": "s"}}],
            "diagnostics": {"logAnalytics": {"workspaceId": "w"}},
        }});
        assert_eq!(
            places(way, &secret),
            [
                "properties.imageRegistryCredentials[0]",
                "properties.volumes[1].azureFile",
                "properties.volumes[0].secret.a",
                "properties.containers[1].properties.environmentVariables[1]",
                "properties.diagnostics.logAnalytics",
            ]
        );
    }

    #[test]
    fn a_patch_loses_nothing() {
        let app = json!({"properties": {"configuration": {"secrets": [{"name": "s"}]}}});
        assert!(places(ways::of("Microsoft.App/containerApps"), &app).is_empty());
        assert!(places(ways::of("Microsoft.Own/things"), &app).is_empty());
    }
}
