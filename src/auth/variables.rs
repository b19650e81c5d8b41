//! The environment variables that a sign-in may look at.

use std::collections::BTreeMap;

/// The environment of the host, which keeps one of its own, or that of the process.
#[derive(Clone, Copy)]
pub(crate) struct Variables<'a>(Option<&'a BTreeMap<String, String>>);

impl<'a> Variables<'a> {
    pub(crate) fn of(given: Option<&'a BTreeMap<String, String>>) -> Self {
        Self(given)
    }

    /// A variable that is set, and not to nothing.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let value = match self.0 {
            None => std::env::var(name).ok(),
            Some(given) => given
                .get(name)
                .or_else(|| in_any_casing(given, name))
                .cloned(),
        };
        value.filter(|value| !value.trim().is_empty())
    }
}

/// Windows does not tell `Path` from `PATH`.
fn in_any_casing<'a>(given: &'a BTreeMap<String, String>, name: &str) -> Option<&'a String> {
    let mut all = given.iter().filter(|_| cfg!(windows));
    all.find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
