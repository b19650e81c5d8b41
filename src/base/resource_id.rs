//! Resource ids, which Azure compares without regard to case and returns in several casings.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::category::Category;
use super::error::{Error, Result};
use super::resource_label::{ResourceLabel, every_other, last_provider};
use super::text::{capitalized, folded, is_command, is_guid, same_name};

/// A type of resource that lives directly in a resource group, and the rule for its names.
#[derive(Clone, Copy, Debug)]
pub struct ResourceType {
    /// The resource provider's namespace, such as `Microsoft.Compute`.
    pub namespace: &'static str,
    /// The type below it, such as `virtualMachines`.
    pub name: &'static str,
    /// What people call one, such as "virtual machine".
    pub label: &'static str,
    /// The rule for names, as a sentence.
    pub name_rule: &'static str,
    /// Whether a name keeps the rule.
    pub name_is_valid: fn(&str) -> bool,
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl ResourceType {
    /// A type as a service writes it, with the casing of this one where it is this one.
    pub(crate) fn in_its_casing(&self, given: String) -> String {
        match given.split_once('/') {
            Some((namespace, name)) if (namespace, name) == (self.namespace, self.name) => given,
            Some((namespace, name))
                if namespace.eq_ignore_ascii_case(self.namespace)
                    && name.eq_ignore_ascii_case(self.name) =>
            {
                self.to_string()
            }
            _ => given,
        }
    }
}

/// The id of a resource: of a known type in a resource group, or of any type anywhere. Ids that
/// differ only in casing are equal.
#[derive(Clone, Debug)]
pub struct ResourceId {
    text: String,
    subscription: (usize, usize),
    group: (usize, usize),
    name: (usize, usize),
}

/// What the id of a resource of any type must be.
const ANY_SHAPE: &str = "it must be the id of a resource, \
                         /subscriptions/…/resourceGroups/…/providers/<namespace>/<type>/<name>.";

impl ResourceId {
    /// The id of the resource with these names, which are checked.
    ///
    /// # Errors
    /// `InvalidSubscriptionId`, `InvalidResourceGroupName` or `InvalidName`, which name the rule.
    pub fn new(kind: ResourceType, subscription: &str, group: &str, name: &str) -> Result<Self> {
        check_subscription(subscription)?;
        check_group(group)?;
        if !(kind.name_is_valid)(name) {
            return Err(Error::invalid("InvalidName", "Name", name, kind.name_rule));
        }
        Ok(Self::assemble(kind, subscription, group, name))
    }

    fn assemble(kind: ResourceType, subscription: &str, group: &str, name: &str) -> Self {
        let mut text = String::new();
        let mut push = |prefix: &str, part: &str| {
            text.push_str(prefix);
            let start = text.len();
            text.push_str(part);
            (start, text.len())
        };
        let subscription = push("/subscriptions/", subscription);
        let group = push("/resourceGroups/", group);
        let name = push(
            &format!("/providers/{}/{}/", kind.namespace, kind.name),
            name,
        );
        Self {
            text,
            subscription,
            group,
            name,
        }
    }

    /// Reads an id of that type as a user gave it under `parameter`; every part is checked.
    ///
    /// # Errors
    /// `InvalidResourceId`, or one of those of [`ResourceId::new`].
    pub fn parse(kind: ResourceType, parameter: &str, text: &str) -> Result<Self> {
        let id = Self::read(kind, text).ok_or_else(|| match ResourceLabel::read(text) {
            Some(found) => of_another_type(kind, parameter, &found.short()),
            None => {
                let rule = format!("it must be {}.", shape(kind));
                Error::invalid("InvalidResourceId", parameter, text, &rule)
            }
        })?;
        Self::new(kind, id.subscription(), id.group(), id.name())?;
        Ok(id)
    }

    /// Reads an id of that type as Azure gave it: its shape is checked, its names are not.
    pub fn read(kind: ResourceType, text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(is_end);
        let parts: Vec<&str> = text.split('/').collect();
        let [
            "",
            subscriptions,
            subscription,
            groups,
            group,
            providers,
            namespace,
            type_name,
            name,
        ] = parts[..]
        else {
            return None;
        };
        let fits = subscriptions.eq_ignore_ascii_case("subscriptions")
            && groups.eq_ignore_ascii_case("resourceGroups")
            && providers.eq_ignore_ascii_case("providers")
            && namespace.eq_ignore_ascii_case(kind.namespace)
            && type_name.eq_ignore_ascii_case(kind.name)
            && ![subscription, group, name].contains(&"");
        let span = |part: &str| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            (start, start + part.len())
        };
        fits.then(|| Self {
            text: text.to_owned(),
            subscription: span(subscription),
            group: span(group),
            name: span(name),
        })
    }

    /// Reads the id of a resource of any type and depth as a user gave it under `parameter`; every
    /// part is checked.
    ///
    /// # Errors
    /// `InvalidResourceId`, `InvalidSubscriptionId` or `InvalidResourceGroupName`.
    pub fn parse_any(parameter: &str, text: &str) -> Result<Self> {
        let invalid = || Error::invalid("InvalidResourceId", parameter, text, ANY_SHAPE);
        let id = Self::read_any(text).ok_or_else(invalid)?;
        let unfit = |c: char| is_command(c) || "?#%\\\"<>*".contains(c);
        let is_dots = |part: &str| matches!(part, "." | "..");
        if id.text.contains(unfit) || id.text.split('/').any(is_dots) {
            return Err(invalid());
        }
        if !id.subscription().is_empty() {
            check_subscription(id.subscription())?;
        }
        if !id.group().is_empty() {
            check_group(id.group())?;
        }
        Ok(id)
    }

    /// Reads the id of a resource of any type and depth as Azure gave it: its shape is checked, its
    /// names are not.
    pub fn read_any(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(is_end);
        let parts: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
        let (at, namespace, pairs) = last_provider(&parts)?;
        let is_whole = !pairs.is_empty() && pairs.len() % 2 == 0 && at % 2 == 0;
        if !is_whole || parts.contains(&"") || namespace.is_empty() {
            return None;
        }
        let span = |part: &str| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            (start, start + part.len())
        };
        let after = |index: usize, word: &str| match parts.get(index) {
            Some(found) if found.eq_ignore_ascii_case(word) && index < at => span(parts[index + 1]),
            _ => (0, 0),
        };
        Some(Self {
            subscription: after(0, "subscriptions"),
            group: after(2, "resourceGroups"),
            name: span(pairs.last()?),
            text: text.to_owned(),
        })
    }

    /// The type, with its namespace: `Microsoft.Web/sites/slots`.
    pub fn type_name(&self) -> String {
        match self.type_and_names() {
            Some((namespace, pairs)) => format!("{namespace}/{}", every_other(&pairs)),
            None => String::new(),
        }
    }

    /// The name with those of the resources that it belongs to: `app/staging`.
    pub fn full_name(&self) -> String {
        match self.type_and_names() {
            Some((_, pairs)) => every_other(&pairs[1..]),
            None => String::new(),
        }
    }

    fn type_and_names(&self) -> Option<(&str, Vec<&str>)> {
        let parts: Vec<&str> = self.text.split('/').collect();
        let (_, namespace, pairs) = last_provider(&parts)?;
        (!pairs.is_empty()).then(|| (namespace, pairs.to_vec()))
    }

    /// The whole id, in the casing that it came in.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The subscription's id; empty above the subscriptions.
    pub fn subscription(&self) -> &str {
        &self.text[self.subscription.0..self.subscription.1]
    }

    /// The resource group; empty for a resource that is in none.
    pub fn group(&self) -> &str {
        &self.text[self.group.0..self.group.1]
    }

    /// The resource's own name.
    pub fn name(&self) -> &str {
        &self.text[self.name.0..self.name.1]
    }
}

/// What is no part of the last name.
fn is_end(c: char) -> bool {
    c == '/' || c.is_whitespace()
}

/// What the id of a resource of that type looks like.
fn shape(kind: ResourceType) -> String {
    format!(
        "the id of a {}, /subscriptions/…/resourceGroups/…/providers/{kind}/<name>",
        kind.label
    )
}

/// The error of a resource that is of another type than is asked for; `found` is the resource in
/// words.
pub(crate) fn of_another_type(kind: ResourceType, parameter: &str, found: &str) -> Error {
    let message = format!(
        "{} is not a {}: -{parameter} must be {}",
        capitalized(found),
        kind.label,
        shape(kind)
    );
    Error::new(
        Category::InvalidArgument,
        "InvalidResourceId",
        parameter,
        message,
    )
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        same_name(&self.text, &other.text)
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        folded(&self.text).hash(state);
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Checks that a subscription's id is a GUID.
///
/// # Errors
/// `InvalidSubscriptionId`, which names the rule.
pub fn check_subscription(id: &str) -> Result<()> {
    if is_guid(id) {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidSubscriptionId",
        "SubscriptionId",
        id,
        "it must be a GUID, such as aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e.",
    ))
}

/// Checks a resource group's name by Azure's rule.
///
/// # Errors
/// `InvalidResourceGroupName`, which names the rule.
pub fn check_group(name: &str) -> Result<()> {
    let valid = (1..=90).contains(&name.chars().count())
        && !name.ends_with('.')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')'));
    if valid {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidResourceGroupName",
        "ResourceGroupName",
        name,
        "it must have 1 to 90 letters, digits, '-', '_', '.', '(' or ')', and must not end in '.'.",
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identity::USER_ASSIGNED_IDENTITY;

    const ID: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/rg/\
                      providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    fn parse(text: &str) -> Result<ResourceId> {
        ResourceId::parse(USER_ASSIGNED_IDENTITY, "ResourceId", text)
    }

    #[test]
    fn casings_are_equal_and_kept() {
        let given = parse(ID).unwrap();
        let azures = parse(&ID.replace("resourceGroups", "resourcegroups")).unwrap();
        assert_eq!(given, azures);
        assert_eq!(given.as_str(), ID);
        assert_eq!((given.group(), given.name()), ("rg", "id1"));
        assert_eq!(given.subscription(), "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e");
    }

    #[test]
    fn names_make_the_id() {
        let id = ResourceId::new(
            USER_ASSIGNED_IDENTITY,
            "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
            "rg",
            "id1",
        );
        assert_eq!(id.unwrap().as_str(), ID);
    }

    #[test]
    fn another_type_is_refused_by_name() {
        let vm = ID.replace(
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            "Microsoft.Compute/virtualMachines",
        );
        let error = parse(&vm).unwrap_err();
        assert_eq!(error.code(), "InvalidResourceId");
        assert!(error.to_string().contains("-ResourceId"));
        assert_eq!(
            error.to_string(),
            "Virtual machine 'id1' is not a user-assigned identity: -ResourceId must be the id of a \
             user-assigned identity, /subscriptions/…/resourceGroups/…/providers/\
             Microsoft.ManagedIdentity/userAssignedIdentities/<name>."
        );
    }

    #[test]
    fn a_resource_of_any_type_is_read() {
        let spaced = "/providers/A.B/c/d";
        for end in [" ", "/", " /", "/ / "] {
            let id = ResourceId::read_any(&format!("{spaced}{end}")).unwrap();
            assert_eq!((id.as_str(), id.name()), (spaced, "d"), "{end:?}");
        }
        const S: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        let any = |text: &str| ResourceId::parse_any("ResourceId", text);
        let slot = format!(
            "/subscriptions/{S}/resourcegroups/rg/providers/Microsoft.Web/sites/app/slots/staging"
        );
        let id = any(&slot).unwrap();
        assert_eq!((id.subscription(), id.group()), (S, "rg"));
        assert_eq!((id.name(), &*id.full_name()), ("staging", "app/staging"));
        assert_eq!(id.type_name(), "Microsoft.Web/sites/slots");

        let policy = "providers/Microsoft.Authorization/policyAssignments/p";
        let id = any(&format!("/subscriptions/{S}/{policy}")).unwrap();
        assert_eq!((id.subscription(), id.group(), id.name()), (S, "", "p"));
        let above = "/providers/Microsoft.Management/managementGroups/mg";
        let id = any(&format!("{above}/{policy}")).unwrap();
        assert_eq!((id.subscription(), id.group(), id.name()), ("", "", "p"));
        assert_eq!(id.type_name(), "Microsoft.Authorization/policyAssignments");

        for other in [
            "x",
            "",
            "/",
            &format!("/subscriptions/{S}/resourceGroups/rg"),
            &format!("/subscriptions/{S}/resourceGroups/rg/providers/Microsoft.Web/sites"),
            &slot.replace("app", ".."),
            &slot.replace("app", "a?b"),
            &slot[1..],
        ] {
            assert_eq!(
                any(other).unwrap_err().code(),
                "InvalidResourceId",
                "{other}"
            );
        }
        let error = any(&slot.replace(S, "s")).unwrap_err();
        assert_eq!(error.code(), "InvalidSubscriptionId");
    }

    proptest! {
        #[test]
        fn hostile_text_never_panics(text in "\\PC*") {
            let _ = parse(&text);
            let _ = ResourceId::parse_any("ResourceId", &text);
        }

        #[test]
        fn parts_of_any_id_are_parts_of_it(parts in prop::collection::vec("[a-zA-Z.é]{0,9}|providers|subscriptions|resourceGroups", 0..12)) {
            let text = format!("/{}", parts.join("/"));
            if let Some(id) = ResourceId::read_any(&text) {
                prop_assert!(text.contains(id.as_str()));
                prop_assert!(!id.name().is_empty());
                let _ = (id.group(), id.subscription(), id.type_name(), id.full_name());
            }
        }

        #[test]
        fn what_is_read_is_kept(parts in prop::collection::vec("[/a-zA-Z.é]{0,9}", 0..12)) {
            let text = parts.join("/");
            if let Some(id) = ResourceId::read(USER_ASSIGNED_IDENTITY, &text) {
                prop_assert!(text.contains(id.as_str()));
            }
        }
    }
}
