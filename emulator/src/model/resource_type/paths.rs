//! Paths into JSON: members with dots between, and `[]` behind one for every item of an array.

use serde_json::Value;

/// The steps of a path: a member, and whether to go on in all its items.
fn steps(path: &str) -> impl DoubleEndedIterator<Item = (&str, bool)> {
    path.split('.').map(|step| match step.strip_suffix("[]") {
        Some(member) => (member, true),
        None => (step, false),
    })
}

/// Everything that a path leads to.
pub(crate) fn visit<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    steps(path).fold(vec![value], |found, (member, items)| {
        let next = found.into_iter().filter_map(|value| value.get(member));
        if items {
            next.filter_map(Value::as_array).flatten().collect()
        } else {
            next.collect()
        }
    })
}

/// As [`visit`], to change it.
pub(crate) fn visit_mut<'a>(value: &'a mut Value, path: &str) -> Vec<&'a mut Value> {
    steps(path).fold(vec![value], |found, (member, items)| {
        let next = found.into_iter().filter_map(|value| value.get_mut(member));
        if items {
            next.filter_map(Value::as_array_mut).flatten().collect()
        } else {
            next.collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_through_members_and_items() {
        let mut value = json!({"a": {"b": [{"c": 1}, {"c": 2}, {"d": 3}, null]}, "x": [4, 5]});
        assert_eq!(visit(&value, "a.b[].c"), [&json!(1), &json!(2)]);
        assert_eq!(visit(&value, "x[]"), [&json!(4), &json!(5)]);
        for nowhere in ["y", "a.b.c", "a[].b", "x[].c"] {
            assert!(visit(&value, nowhere).is_empty(), "{nowhere}");
        }
        for found in visit_mut(&mut value, "a.b[].c") {
            *found = json!("set");
        }
        assert_eq!(value["a"]["b"][1]["c"], "set");
    }
}
