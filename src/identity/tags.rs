use std::collections::BTreeMap;

use crate::base::{Error, Result, same_name};

/// Checks tags by Azure Resource Manager's documented limits.
///
/// # Errors
/// `InvalidTag`, which names the tag and the rule.
pub(super) fn check(tags: &BTreeMap<String, String>) -> Result<()> {
    let invalid = |value: &str, rule: &str| Err(Error::invalid("InvalidTag", "Tag", value, rule));
    if tags.len() > 50 {
        let count = tags.len().to_string();
        return invalid(&count, "a resource must have at most 50 tags.");
    }
    for (name, value) in tags {
        if name.trim().is_empty() || name.chars().count() > 512 {
            return invalid(name, "a tag's name must have 1 to 512 characters.");
        }
        if name.contains(['<', '>', '%', '&', '\\', '?', '/']) {
            return invalid(name, "a tag's name must have none of < > % & \\ ? /.");
        }
        if value.chars().count() > 256 {
            return invalid(value, "a tag's value must have at most 256 characters.");
        }
    }
    Ok(())
}

/// `current` with `named` added. Azure's tag names are equal in any casing; the held casing stays.
pub(super) fn merged(
    current: &BTreeMap<String, String>,
    named: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut all = current.clone();
    for (name, value) in named {
        let known = current.keys().find(|known| same_name(known, name));
        all.insert(known.unwrap_or(name).clone(), value.clone());
    }
    all
}

/// The names of tags, for people.
pub(super) fn names(tags: &BTreeMap<String, String>) -> String {
    let names: Vec<_> = tags.keys().map(String::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_not_named_stays() {
        let current = tags(&[("Env", "prod"), ("owner", "ann")]);
        let named = tags(&[("env", "test"), ("cost", "7")]);
        let all = tags(&[("Env", "test"), ("owner", "ann"), ("cost", "7")]);
        assert_eq!(merged(&current, &named), all);
    }

    #[test]
    fn limits_are_named() {
        assert!(check(&tags(&[("a", "")])).is_ok());
        for bad in [
            tags(&[("a/b", "")]),
            tags(&[("", "x")]),
            tags(&[("a", &"v".repeat(257))]),
        ] {
            assert_eq!(check(&bad).unwrap_err().code(), "InvalidTag");
        }
        let many = (0..51).map(|n| (n.to_string(), String::new())).collect();
        assert!(check(&many).unwrap_err().to_string().contains("at most 50"));
    }
}
