//! Values that many resource types share: locations, tags, names of groups.

use serde_json::{Map, Value};

use super::error::ArmError;
use crate::model::resource::Tags;

/// The regions that resources can be in.
pub(crate) const LOCATIONS: &[(&str, &str)] = &[
    ("australiacentral", "Australia Central"),
    ("australiaeast", "Australia East"),
    ("australiasoutheast", "Australia Southeast"),
    ("austriaeast", "Austria East"),
    ("belgiumcentral", "Belgium Central"),
    ("brazilsouth", "Brazil South"),
    ("canadacentral", "Canada Central"),
    ("canadaeast", "Canada East"),
    ("centralindia", "Central India"),
    ("centralus", "Central US"),
    ("chilecentral", "Chile Central"),
    ("denmarkeast", "Denmark East"),
    ("eastasia", "East Asia"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("francecentral", "France Central"),
    ("germanynorth", "Germany North"),
    ("germanywestcentral", "Germany West Central"),
    ("indonesiacentral", "Indonesia Central"),
    ("israelcentral", "Israel Central"),
    ("italynorth", "Italy North"),
    ("japaneast", "Japan East"),
    ("japanwest", "Japan West"),
    ("koreacentral", "Korea Central"),
    ("koreasouth", "Korea South"),
    ("malaysiawest", "Malaysia West"),
    ("mexicocentral", "Mexico Central"),
    ("newzealandnorth", "New Zealand North"),
    ("northcentralus", "North Central US"),
    ("northeurope", "North Europe"),
    ("norwayeast", "Norway East"),
    ("norwaywest", "Norway West"),
    ("polandcentral", "Poland Central"),
    ("qatarcentral", "Qatar Central"),
    ("southafricanorth", "South Africa North"),
    ("southafricawest", "South Africa West"),
    ("southcentralus", "South Central US"),
    ("southeastasia", "Southeast Asia"),
    ("southindia", "South India"),
    ("spaincentral", "Spain Central"),
    ("swedencentral", "Sweden Central"),
    ("switzerlandnorth", "Switzerland North"),
    ("switzerlandwest", "Switzerland West"),
    ("uaecentral", "UAE Central"),
    ("uaenorth", "UAE North"),
    ("uksouth", "UK South"),
    ("ukwest", "UK West"),
    ("westcentralus", "West Central US"),
    ("westeurope", "West Europe"),
    ("westindia", "West India"),
    ("westus", "West US"),
    ("westus2", "West US 2"),
    ("westus3", "West US 3"),
];

/// "Central US" and "centralus" are one location; the latter is what comes back.
pub(crate) fn normalised(location: &str) -> String {
    location
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

/// The location in a body, normalised. It has to be there and one that exists.
pub(crate) fn location(body: &Map<String, Value>, kind: &str) -> Result<String, ArmError> {
    let given = match body.get("location") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(not_a("location", "string")),
    };
    if given.is_empty() {
        return Err(ArmError::new(
            400,
            "LocationRequired",
            "The location property is required for this definition.",
        )
        .gateway());
    }
    let location = normalised(given);
    if LOCATIONS.iter().any(|(name, _)| *name == location) {
        return Ok(location);
    }
    let known: Vec<&str> = LOCATIONS.iter().map(|(name, _)| *name).collect();
    Err(ArmError::new(
        400,
        "LocationNotAvailableForResourceType",
        format!(
            "The provided location '{given}' is not available for resource type '{kind}'. List of available regions for the resource type is '{}'.",
            known.join(",")
        ),
    )
    .gateway())
}

/// The tags in a body: none when there is no such member or it is null, else the whole new map.
pub(crate) fn tags(body: &Map<String, Value>) -> Result<Option<Tags>, ArmError> {
    let tags = match body.get("tags") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(tags)) => tags,
        Some(_) => return Err(not_a("tags", "JSON object")),
    };
    if tags.len() > 50 {
        return Err(ArmError::new(
            400,
            "TooManyTags",
            format!(
                "Too many tags specified. Provided tag count - '{}'. Maximum allowed - '50'.",
                tags.len()
            ),
        )
        .gateway());
    }
    for (name, value) in tags {
        let Value::String(text) = value else {
            return Err(not_a(&format!("tags.{name}"), "string"));
        };
        let reserved = |c: char| "<>%&\\?/".contains(c) || c.is_control();
        if name.is_empty() || name.chars().any(reserved) {
            return Err(ArmError::new(
                400,
                "InvalidTagNameCharacters",
                format!(
                    "The tag names '{name}' have reserved characters '<,>,%,&,\\,?,/' or control characters."
                ),
            )
            .gateway());
        }
        if name.chars().count() > 512 || text.chars().count() > 256 {
            return Err(ArmError::new(
                400,
                "InvalidTag",
                format!(
                    "The tag '{name}' is too long: a tag name has at most 512 characters and its value 256."
                ),
            )
            .gateway());
        }
    }
    Ok(Some(tags.clone()))
}

/// JSON merge patch (RFC 7396): null removes a member, and objects are merged at every depth.
pub(crate) fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match value {
            Value::Null => {
                into.remove(&name);
            }
            Value::Object(value) => {
                let there = into.entry(name).or_insert(Value::Null);
                if !there.is_object() {
                    *there = Value::Object(Map::new());
                }
                if let Value::Object(there) = there {
                    merge(there, value);
                }
            }
            value => {
                into.insert(name, value);
            }
        }
    }
}

/// 400 for a member of the wrong JSON type.
pub(crate) fn not_a(member: &str, kind: &str) -> ArmError {
    ArmError::new(
        400,
        "InvalidRequestContent",
        format!(
            "The request content was invalid and could not be deserialized: 'The value of '{member}' is not a {kind}.'."
        ),
    )
}

/// The name of a resource, as most types have them: 1 to 80 characters that paths do not trip over.
pub(crate) fn check_resource_name(name: &str) -> Result<(), ArmError> {
    let valid = (1..=80).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.()".contains(c));
    if valid {
        return Ok(());
    }
    Err(ArmError::new(
        400,
        "InvalidResourceName",
        format!(
            "Resource name {name} is invalid. It has 1 to 80 letters, digits, '-', '_', '.', '(' and ')'."
        ),
    ))
}

/// 1 to 90 letters, digits and `-_.()`, not ending in a period.
pub(crate) fn group_name_is_valid(name: &str) -> bool {
    (1..=90).contains(&name.chars().count())
        && !name.ends_with('.')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn locations() {
        let of = |value| location(&object(value), "A/b");
        assert_eq!(of(json!({"location": "Central US"})).unwrap(), "centralus");
        for (body, code) in [
            (json!({}), "LocationRequired"),
            (json!({"location": null}), "LocationRequired"),
            (json!({"location": " "}), "LocationRequired"),
            (json!({"location": 1}), "InvalidRequestContent"),
            (
                json!({"location": "moon"}),
                "LocationNotAvailableForResourceType",
            ),
        ] {
            assert_eq!(of(body).unwrap_err().body.code, code);
        }
    }

    #[test]
    fn tags_are_strings_with_decent_names() {
        let of = |value| tags(&object(json!({ "tags": value })));
        assert_eq!(of(json!(null)).unwrap(), None);
        assert_eq!(of(json!({})).unwrap(), Some(Map::new()));
        assert_eq!(of(json!({"a": "b"})).unwrap().unwrap()["a"], "b");
        let many: Map<String, Value> = (0..51).map(|i| (i.to_string(), json!(""))).collect();
        for (value, code) in [
            (json!([]), "InvalidRequestContent"),
            (json!({"a": 1}), "InvalidRequestContent"),
            (json!({"a/b": ""}), "InvalidTagNameCharacters"),
            (json!({"": ""}), "InvalidTagNameCharacters"),
            (json!({"a": "x".repeat(257)}), "InvalidTag"),
            (Value::Object(many), "TooManyTags"),
        ] {
            assert_eq!(of(value).unwrap_err().body.code, code);
        }
    }

    #[test]
    fn merges_go_deep() {
        let mut there =
            object(json!({"sku": {"name": "a", "capacity": 2}, "zones": ["1"], "plan": 1}));
        merge(
            &mut there,
            object(
                json!({"sku": {"capacity": 3, "tier": null}, "zones": ["2"], "plan": null, "x": {"y": null}}),
            ),
        );
        assert_eq!(
            Value::Object(there),
            json!({"sku": {"name": "a", "capacity": 3}, "zones": ["2"], "x": {}})
        );
    }

    #[test]
    fn names_of_resources() {
        check_resource_name("My-App_(1).x").unwrap();
        for name in ["", "a b", "a/b", &"x".repeat(81)] {
            assert!(check_resource_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn group_names() {
        assert!(group_name_is_valid("My-Group_(1).x"));
        for name in ["", "ends.", "a b", "a/b", &"x".repeat(91)] {
            assert!(!group_name_is_valid(name), "{name}");
        }
    }
}
