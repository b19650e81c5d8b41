//! The managed identities that Azure Resource Manager has named in this process, by the object ids
//! of their principals: they exist, whether the directory knows them yet or not.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use memchr::memmem;
use once_cell::sync::Lazy;
use uuid::Uuid;

/// How answers name the principal of an identity, user-assigned or system-assigned.
const MEMBER: &[u8] = b"\"principalId\"";

/// Paths whose answers name principals that need not exist any more: role assignments.
const OTHERS: [&str; 2] = ["/microsoft.authorization/", "/microsoft.resourcegraph/"];

fn named() -> MutexGuard<'static, HashSet<Uuid>> {
    static NAMED: Lazy<Mutex<HashSet<Uuid>>> = Lazy::new(Mutex::default);
    NAMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes the principals that an answer of Resource Manager names.
pub(super) fn record(path: &str, answer: &[u8]) {
    let after = |at: usize| value(&answer[at + MEMBER.len()..]);
    let mut found = memmem::find_iter(answer, MEMBER)
        .filter_map(after)
        .peekable();
    if found.peek().is_none() {
        return;
    }
    let path = path.to_ascii_lowercase();
    if !OTHERS.iter().any(|other| path.contains(other)) {
        named().extend(found);
    }
}

/// Whether Resource Manager has named an identity with that principal.
pub(crate) fn is_known_principal(id: &str) -> bool {
    Uuid::try_parse(id).is_ok_and(|id| named().contains(&id))
}

/// Forgets the principals that were named so far.
pub(crate) fn forget_principals() {
    named().clear();
}

/// The GUID that comes after the name of a member.
fn value(rest: &[u8]) -> Option<Uuid> {
    let value = rest.trim_ascii_start().strip_prefix(b":")?;
    let text = value.trim_ascii_start().strip_prefix(b"\"")?;
    Uuid::try_parse_ascii(text.get(..36)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_name_principals() {
        let [first, second, third] = [(); 3].map(|()| Uuid::new_v4().to_string());
        let answer = format!(
            r#"{{"a":{{"principalId": "{first}","clientId":"{third}"}},"principalId":null,
                "b":{{"principalId":"{}"}}}}"#,
            second.to_uppercase()
        );
        let roles = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments";
        record(roles, answer.as_bytes());
        assert!(!is_known_principal(&first));
        record("/subscriptions/s/resourceGroups/g", answer.as_bytes());
        assert!(is_known_principal(&first.to_uppercase()) && is_known_principal(&second));
        assert!(!is_known_principal(&third) && !is_known_principal("id1"));
        for cut in [
            "\"principalId\"",
            "\"principalId\":\"",
            "\"principalId\":\"é",
        ] {
            record("/", cut.as_bytes());
        }
    }
}
