//! The ids of identities in texts.

use super::model::USER_ASSIGNED_IDENTITY;
use crate::base::ResourceId;

/// The ids of identities in a text, which may hold more than one: some settings are lists in one
/// text.
pub(crate) fn ids_in(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let kind = format!("/providers/{USER_ASSIGNED_IDENTITY}/").to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices(&kind) {
        let Some(start) = lower[..at].rfind("/subscriptions/") else {
            continue;
        };
        let name = at + kind.len();
        let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let end = lower[name..]
            .find(|c| !in_name(c))
            .map_or(lower.len(), |length| name + length);
        if let Some(id) = ResourceId::read(USER_ASSIGNED_IDENTITY, &text[start..end]) {
            found.push(id.to_string());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/s/resourceGroups/g/providers/\
                      Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    #[test]
    fn ids_are_found_in_texts() {
        assert_eq!(ids_in(ID), [ID]);
        let lower = ID.to_lowercase();
        let list = format!("{ID}0,{lower}\"; not /userAssignedIdentities/x");
        assert_eq!(ids_in(&list), [format!("{ID}0"), lower]);
        for none in ["", "/subscriptions/s", &ID[20..], &ID[..ID.len() - 3]] {
            assert!(ids_in(none).is_empty(), "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text: String, tail: String) {
            for id in ids_in(&format!("{text}{ID}{tail}")) {
                proptest::prop_assert!(ResourceId::read(USER_ASSIGNED_IDENTITY, &id).is_some());
            }
        }
    }
}
