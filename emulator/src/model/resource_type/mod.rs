//! The resource types that can have identities, as data: a row a type, in the ways in which they
//! differ.

mod paths;
mod row;
mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use paths::{visit, visit_mut};
pub(crate) use row::{
    Answer, By, Etag, Follow, Level, Named, Own, Patch, Place, Provisioning, ResourceType, Rule,
    Secret, Shows, Takes, Unnamed,
};
pub(crate) use table::TYPES;

/// The row of a type, in any casing.
pub(crate) fn find(kind: &str) -> Option<&'static ResourceType> {
    static ROWS: LazyLock<HashMap<String, &'static ResourceType>> = LazyLock::new(|| {
        TYPES
            .iter()
            .map(|row| (row.kind.to_lowercase(), row))
            .collect()
    });
    ROWS.get(&kind.to_lowercase()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order() {
        for row in TYPES {
            let date = |version: &str| version.get(..10).unwrap_or_default().to_owned();
            assert!(
                row.versions.is_sorted_by_key(|version| date(version)),
                "{}: {:?}",
                row.kind,
                row.versions
            );
            let named = row
                .default_version
                .into_iter()
                .chain(row.identity_since)
                .chain(row.patch_since)
                .chain(row.takes_since.map(|(since, _)| since));
            for version in named {
                assert!(row.versions.contains(&version), "{}: {version}", row.kind);
            }
            assert_eq!(find(&row.kind.to_uppercase()), Some(row), "listed once");
            if let Some(parent) = row.parent() {
                assert!(find(parent).is_some(), "{parent}");
            }
        }
    }

    #[test]
    fn what_a_type_takes() {
        assert_eq!(Takes::USER.some().names(), "UserAssigned");
        assert_eq!(
            Takes::EITHER_ONE.names(),
            "None', 'SystemAssigned', 'UserAssigned"
        );
        assert_eq!(
            Takes::SYSTEM_OR_ALL.some().names(),
            "SystemAssigned', 'SystemAssigned, UserAssigned"
        );
        assert_eq!(Takes::SYSTEM.names(), "None', 'SystemAssigned");
    }
}
