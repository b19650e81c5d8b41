//! Keys of the maps in the state: resource ids in lower case.

pub(crate) fn group(subscription: &str, group: &str) -> String {
    format!("/subscriptions/{subscription}/resourcegroups/{group}").to_lowercase()
}

/// `kind` is the namespace and type, `Microsoft.Compute/virtualMachines`.
pub(crate) fn resource(subscription: &str, group: &str, kind: &str, name: &str) -> String {
    format!(
        "{}/providers/{kind}/{name}",
        self::group(subscription, group)
    )
    .to_lowercase()
}

/// What the ids of everything in a group, and of nothing else, begin with.
pub(crate) fn in_group(subscription: &str, group: &str) -> String {
    format!("{}/", self::group(subscription, group))
}

/// What the ids of everything in a subscription begin with.
pub(crate) fn in_subscription(subscription: &str) -> String {
    format!("/subscriptions/{subscription}/").to_lowercase()
}

/// What the keys of the federated credentials of an identity begin with.
pub(crate) fn credentials(identity: &str) -> String {
    format!("{identity}/federatedidentitycredentials/").to_lowercase()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_group_does_not_hold_what_is_in_a_group_with_a_longer_name() {
        assert!(!super::group("S", "rg2").starts_with(&super::in_group("s", "RG")));
        assert!(super::resource("S", "Rg", "A/b", "c").starts_with(&super::in_group("s", "RG")));
    }
}
