//! Ids of scopes: what may be named where access is managed.

use std::fmt;

use super::error::{Error, Result};
use super::resource_id::{check_group, check_subscription};
use super::text::{folded, is_command, same_name};

/// What a role is given on: a subscription, a resource group, a resource, or what is above the
/// subscriptions. Scopes that differ only in casing are equal.
#[derive(Clone, Debug)]
pub struct ScopeId(String);

impl ScopeId {
    /// Reads the id of a scope as a user gave it.
    ///
    /// # Errors
    /// `InvalidScope`, which names the rule.
    pub fn parse(text: &str) -> Result<Self> {
        let trimmed = text.trim().trim_end_matches('/');
        if text.trim() == "/" {
            return Ok(Self::root());
        }
        let parts: Vec<&str> = trimmed.split('/').collect();
        let begins = |names: &[&str]| {
            parts.len() > names.len()
                && std::iter::zip(names, &parts).all(|(name, part)| name.eq_ignore_ascii_case(part))
        };
        let is_id = begins(&["", "subscriptions"])
            && parts.len() % 2 == 1
            && !parts[1..]
                .iter()
                .any(|part| matches!(*part, "" | "." | ".."));
        let is_group = begins(&["", "providers", "Microsoft.Management", "managementGroups"])
            && parts.len() == 5
            && !matches!(parts[4], "" | "." | "..");
        let is_plain =
            !trimmed.contains(|c: char| is_command(c) || c.is_whitespace() || "?#%\\".contains(c));
        match (is_id || is_group) && is_plain {
            true => Ok(Self(trimmed.to_owned())),
            false => Err(Error::invalid(
                "InvalidScope",
                "Scope",
                text,
                "it must be the id of a subscription, a resource group or a resource, which begins \
                 with /subscriptions/, or that of a management group.",
            )),
        }
    }

    /// The whole tenant.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// A whole subscription.
    pub fn subscription(id: &str) -> Self {
        Self(format!("/subscriptions/{id}"))
    }

    /// A resource group.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub fn resource_group(subscription: &str, group: &str) -> Result<Self> {
        check_subscription(subscription)?;
        check_group(group)?;
        Ok(Self(format!(
            "/subscriptions/{subscription}/resourceGroups/{group}"
        )))
    }

    /// The id; `/` for the whole tenant.
    pub fn as_str(&self) -> &str {
        match self.0.as_str() {
            "" => "/",
            id => id,
        }
    }

    /// The path of an extension resource of this scope, by its provider, type and name.
    pub(crate) fn extension(&self, resource: &str) -> String {
        format!("{}/providers/{resource}", self.0)
    }

    /// The subscription that it is in; none above the subscriptions.
    pub fn subscription_id(&self) -> Option<&str> {
        let mut parts = self.0.split('/').skip(1);
        let first = parts.next()?;
        first
            .eq_ignore_ascii_case("subscriptions")
            .then(|| parts.next())?
    }

    /// Whether what is given on this scope counts on `other` because that lies within it.
    /// Whatever is above the subscriptions counts as above everything in one.
    pub fn is_above(&self, other: &Self) -> bool {
        let (own, other) = (folded(&self.0), folded(&other.0));
        match self.subscription_id() {
            None => own != other,
            Some(_) => other
                .strip_prefix(&own)
                .is_some_and(|rest| rest.starts_with('/')),
        }
    }
}

impl PartialEq for ScopeId {
    fn eq(&self, other: &Self) -> bool {
        same_name(&self.0, &other.0)
    }
}

impl Eq for ScopeId {}

impl fmt::Display for ScopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
            "/providers/Microsoft.Management/managementGroups/m",
            "/",
        ] {
            assert!(ScopeId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "s",
            "/subscriptions",
            "/subscriptions/",
            "/subscriptions/s/resourceGroups",
            "/subscriptions/s/resourceGroups/..",
            "/subscriptions/s?x=1",
            "/subscriptions/s\u{1b}[31m",
            "/subscriptions/s\u{202e}",
            "/providers/x/y",
            "/providers/Microsoft.Management/managementGroups/..",
        ] {
            assert!(ScopeId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_given_above_counts_below() {
        let scope = |text: &str| ScopeId::parse(text).unwrap();
        let group = scope("/subscriptions/s/resourceGroups/rg");
        assert!(group.is_above(&scope("/subscriptions/s/resourceGroups/RG/providers/x/y/z")));
        for other in [
            "/subscriptions/S/resourcegroups/RG",
            "/subscriptions/s/resourceGroups/rg2",
            "/subscriptions/s",
        ] {
            assert!(!group.is_above(&scope(other)), "{other}");
            assert!(scope("/").is_above(&scope(other)), "{other}");
        }
        let management = scope("/providers/Microsoft.Management/managementGroups/m");
        assert!(management.is_above(&group));
        assert!(!management.is_above(&management));
        assert!(!group.is_above(&management));
    }
}
