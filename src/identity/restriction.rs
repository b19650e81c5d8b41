//! What an identity may be assigned to: resource providers and resource types.

use serde::{Deserialize, Deserializer};

use crate::base::{Error, Result, null_is_empty, same_name};

/// What the wire has: `{"providers": […]}`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Restrictions {
    #[serde(deserialize_with = "null_is_empty")]
    providers: Vec<String>,
}

/// Reads the providers of `assignmentRestrictions`; none where it is null or has none.
pub(super) fn providers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Vec<String>, D::Error> {
    let read: Option<Restrictions> = Option::deserialize(deserializer)?;
    Ok(read.unwrap_or_default().providers)
}

/// The providers and types that are given, each once. Source: Entra's documentation, "Configure
/// assignment restriction for user-assigned managed identities".
///
/// # Errors
/// `InvalidAssignmentRestriction`, which names the rule.
pub(super) fn checked(given: &[String]) -> Result<Vec<String>> {
    let mut checked: Vec<String> = Vec::new();
    for one in given {
        let one = one.trim();
        if let Some(rule) = broken_rule(one) {
            let code = "InvalidAssignmentRestriction";
            return Err(Error::invalid(code, "AssignmentRestriction", one, &rule));
        }
        if !checked.iter().any(|known| same_name(known, one)) {
            checked.push(one.to_owned());
        }
    }
    Ok(checked)
}

fn broken_rule(given: &str) -> Option<String> {
    if let Some(provider) = given.strip_suffix("/*") {
        return Some(format!(
            "specify the resource provider alone, as {provider}: Azure does not accept '/*'."
        ));
    }
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    let (namespace, types) = given.split_once('/').unwrap_or((given, "types"));
    let is_valid = namespace.contains('.') && is_name(namespace) && types.split('/').all(is_name);
    (!is_valid).then(|| {
        "it must be a resource provider, such as Microsoft.Compute, or a resource type, such as \
         Microsoft.Web/sites."
            .to_owned()
    })
}

/// Whether both allow the same. Azure compares without regard to case.
pub(super) fn same(one: &[String], other: &[String]) -> bool {
    let within = |some: &[String], all: &[String]| {
        let is_in = |wanted: &String| all.iter().any(|known| same_name(known, wanted));
        some.iter().all(is_in)
    };
    within(one, other) && within(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(given: &[&str]) -> Vec<String> {
        given.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn providers_and_types_are_taken_once() {
        let given = [
            "Microsoft.Compute",
            " microsoft.compute ",
            "Microsoft.Web/sites/slots",
        ];
        let wanted = ["Microsoft.Compute", "Microsoft.Web/sites/slots"];
        assert_eq!(checked(&texts(&given)).unwrap(), wanted);
        assert_eq!(checked(&[]).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_azure_does_not_accept_is_an_error() {
        for bad in [
            "",
            "Compute",
            "Microsoft.Web/",
            "/sites",
            "Microsoft.Web/a b",
            "*",
        ] {
            let error = checked(&texts(&[bad])).unwrap_err();
            assert_eq!(error.code(), "InvalidAssignmentRestriction", "{bad}");
        }
        let error = checked(&texts(&["Microsoft.Storage/*"])).unwrap_err();
        assert!(
            error.to_string().contains("as Microsoft.Storage:"),
            "{error}"
        );
    }

    #[test]
    fn order_and_case_do_not_matter() {
        let [one, other] = [["A.B", "C.D/e"], ["c.d/E", "a.b"]].map(|given| texts(&given));
        assert!(same(&one, &other));
        assert!(!same(&one, &texts(&["A.B"])) && !same(&texts(&["A.B"]), &one));
    }
}
