//! JSON objects.

use serde_json::{Map, Value};

/// The object with these members. They are inserted one after the other: to collect them makes the
/// compiler write a sort for each kind of iterator.
pub(crate) fn object(members: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut object = Map::new();
    object.extend(members);
    object
}
