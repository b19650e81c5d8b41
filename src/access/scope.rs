use std::fmt;

use crate::arm::{Error, Result};

/// What a role is given on: a subscription, a resource group or a resource. Scopes that differ
/// only in casing are equal.
#[derive(Clone, Debug)]
pub struct AccessScope(String);

impl AccessScope {
    /// Reads the id of a scope as a user gave it.
    ///
    /// # Errors
    /// `InvalidScope`, which names the rule.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().trim_end_matches('/');
        let parts: Vec<&str> = text.split('/').collect();
        let is_id = parts.len() >= 3
            && parts[0].is_empty()
            && parts[1].eq_ignore_ascii_case("subscriptions")
            && parts.len() % 2 == 1
            && !parts[2..]
                .iter()
                .any(|part| matches!(*part, "" | "." | ".."))
            && !text.contains(['?', '#', '%', '\\'])
            && !text.contains(char::is_whitespace);
        match is_id {
            true => Ok(Self(text.to_owned())),
            false => Err(Error::invalid(
                "InvalidScope",
                "Scope",
                text,
                "it is the id of a subscription, a resource group or a resource, which begins \
                 with /subscriptions/.",
            )),
        }
    }

    /// A whole subscription.
    pub fn subscription(id: &str) -> Self {
        Self(format!("/subscriptions/{id}"))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` lies in this scope, or is the same.
    pub fn holds(&self, other: &str) -> bool {
        let (own, other) = (self.0.to_lowercase(), other.to_lowercase());
        other
            .strip_prefix(&own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl PartialEq for AccessScope {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for AccessScope {}

impl fmt::Display for AccessScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_ids() {
        for good in [
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/g/",
            "/Subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm",
        ] {
            assert!(AccessScope::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/",
            "s",
            "/subscriptions",
            "/subscriptions/",
            "/subscriptions/s/resourceGroups",
            "/subscriptions/s/resourceGroups/..",
            "/subscriptions/s?x=1",
            "/providers/x/y",
        ] {
            assert!(AccessScope::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_scope_holds_what_is_below_it() {
        let group = AccessScope::parse("/subscriptions/s/resourceGroups/rg").unwrap();
        assert!(group.holds("/subscriptions/S/resourcegroups/RG"));
        assert!(group.holds("/subscriptions/s/resourceGroups/rg/providers/x/y/z"));
        assert!(!group.holds("/subscriptions/s/resourceGroups/rg2"));
        assert!(!group.holds("/subscriptions/s"));
    }
}
