//! The types of resources that can have identities, as Azure writes them.

use crate::resource::known_types;

/// Those that are known.
pub(super) fn known() -> impl Iterator<Item = &'static str> {
    known_types().map(|known| known.resource_type)
}

/// A type in the casing in which its provider writes it: Resource Graph has it in lower case.
pub(super) fn cased(found: &str) -> &str {
    known()
        .find(|known| known.eq_ignore_ascii_case(found))
        .unwrap_or(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_in_any_casing() {
        assert_eq!(cased("microsoft.web/SITES"), "Microsoft.Web/sites");
        assert_eq!(cased("contoso.x/y"), "contoso.x/y");
    }
}
