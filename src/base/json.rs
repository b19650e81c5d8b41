//! JSON as services really send it: a member that is null is one that is not there.

use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Result, Value};

/// Reads a value. What does not fit as it stands is read again without its nulls; of a member that
/// comes twice the last counts then.
pub(crate) fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).or_else(|error| match serde_json::from_slice(body) {
        Ok(value) => from_value(value),
        Err(_) => Err(error),
    })
}

/// Reads a value without its nulls. It is read from its text: the compiler makes one reader for each
/// type then, and not another one for trees.
pub(crate) fn from_value<T: DeserializeOwned>(mut value: Value) -> Result<T> {
    if value.is_null() {
        return Err(serde_json::Error::custom("null"));
    }
    drop_nulls(&mut value);
    serde_json::from_slice(&serde_json::to_vec(&value)?)
}

/// A member that is null is as good as one that is not there.
pub(crate) fn null_is_empty<'de, D, T>(deserializer: D) -> std::result::Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The object with these members. They are inserted one after the other: to collect them makes the
/// compiler write a sort for each kind of iterator.
pub(crate) fn object(members: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut object = Map::new();
    object.extend(members);
    object
}

/// Whether a body is JSON at all.
pub(crate) fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// The map whose keys say which identities there are, whatever their values.
const IDENTITIES: &str = "userAssignedIdentities";

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            for (name, member) in members {
                if name.eq_ignore_ascii_case(IDENTITIES) {
                    keep_keys(member);
                }
                drop_nulls(member);
            }
        }
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An identity without its ids is still assigned.
fn keep_keys(identities: &mut Value) {
    for (_, value) in identities.as_object_mut().into_iter().flatten() {
        if value.is_null() {
            *value = Value::Object(Map::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Thing {
        name: String,
        tags: BTreeMap<String, String>,
        parts: Vec<String>,
        inner: Inner,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Inner {
        size: u32,
        user_assigned_identities: BTreeMap<String, Inner>,
    }

    #[test]
    fn null_is_absent_everywhere() {
        let sparse = json!({
            "name": "a", "tags": {"x": null, "y": "z"}, "parts": [null, "p"], "other": null,
            "inner": {"size": null},
        });
        let read: Thing = from_slice(sparse.to_string().as_bytes()).unwrap();
        let plain = json!({"name": "a", "tags": {"y": "z"}, "parts": ["p"], "inner": {}});
        assert_eq!(read, from_slice(plain.to_string().as_bytes()).unwrap());
        let nothing = json!({"name": null, "tags": null, "parts": null, "inner": null});
        let read: Thing = from_slice(nothing.to_string().as_bytes()).unwrap();
        assert_eq!(read, Thing::default());
        assert!(from_slice::<Thing>(b"null").is_err());
    }

    #[test]
    fn an_identity_without_ids_is_still_there() {
        let text = br#"{"inner":{"size":null,"userAssignedIdentities":{"/id1":null}}}"#;
        let read: Thing = from_slice(text).unwrap();
        assert!(read.inner.user_assigned_identities.contains_key("/id1"));
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        assert!(from_slice::<Thing>(b"<html>").is_err());
        assert!(!is_json(b"<html>") && is_json(b"{}"));
    }
}
