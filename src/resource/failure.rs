//! What errors about identities mean: the cause is dug out of the nested message.

use serde_json::Value;

use super::subject::Subject;
use crate::base::{Category, Error, ResourceId, ResourceLabel, one_line, with_full_stop};
use crate::identity::{Refusal, USER_ASSIGNED_IDENTITY};

/// The code of a change that failed because of one of the resource's identities.
const FAILED_IDENTITY_OPERATION: &str = "FailedIdentityOperation";

/// The same error, with the identity that it is about, what happened, and what to do.
pub(super) fn explain(error: Error, subject: &Subject) -> Error {
    if error.status() == Some(405) {
        return without_patch(error, subject);
    }
    match error.code() {
        FAILED_IDENTITY_OPERATION => failed_operation(error, subject),
        "LinkedAuthorizationFailed" => linked_authorization(error),
        _ => error,
    }
}

/// The type of the resource is none of those that are known to want a PUT.
fn without_patch(error: Error, subject: &Subject) -> Error {
    error
        .reworded(format!(
            "The type of {} supports no PATCH. The module does not write the whole resource of a \
             type that it does not know, because a GET may not return all of it",
            subject.named()
        ))
        .advise("Write the whole resource with Invoke-ArmRequest -Method PUT, or deploy it again.")
}

/// `Identity operation for resource '…' failed with error '… Response: '{"error":{…}}'.'`
fn failed_operation(error: Error, subject: &Subject) -> Error {
    let told = error.message().to_owned();
    let Some(inner) = inner_message(&told) else {
        return error;
    };
    let Some(identity) = identity_in(&inner) else {
        return error.reworded(format!(
            "The identity of {} was not changed: {inner}",
            subject.named()
        ));
    };
    if !inner.contains("not found") {
        return error.reworded(format!(
            "The identity of {} was not changed: '{identity}': {inner}",
            subject.named()
        ));
    }
    nonexistent(error, identity.as_str(), subject)
}

/// The identity that Azure did not find, where that is why a change failed.
pub(super) fn missing_identity(error: &Error) -> Option<ResourceId> {
    if error.code() != FAILED_IDENTITY_OPERATION {
        return None;
    }
    let inner = inner_message(error.message())?;
    inner.contains("not found").then(|| identity_in(&inner))?
}

/// What Azure answers, in this module's words, when an identity of a resource does not exist.
pub(super) fn does_not_exist(identity: &str, subject: &Subject) -> Error {
    let category = Category::InvalidOperation;
    let error = Error::new(category, FAILED_IDENTITY_OPERATION, subject.id.as_str(), "");
    nonexistent(error, identity, subject)
}

/// What Azure answers, in this module's words, when an identity can't be assigned to a resource of the
/// type or the region of this one.
pub(super) fn not_assignable(identity: &str, refusal: Refusal, subject: &Subject) -> Error {
    let category = Category::InvalidOperation;
    let (why, advice) = match refusal {
        Refusal::Restricted(allowed) => (
            format!(
                "its assignment restriction allows {} only",
                allowed.join(", ")
            ),
            "Use another identity, or change its restriction with Update-UserAssignedIdentity \
             -AssignmentRestriction.",
        ),
        Refusal::Elsewhere(region) => (
            format!("its isolation scope is Regional, and it is in {region}"),
            "Use an identity of the resource's region, or change the isolation scope with \
             Update-UserAssignedIdentity -IsolationScope None.",
        ),
    };
    Error::new(
        category,
        FAILED_IDENTITY_OPERATION,
        subject.id.as_str(),
        format!(
            "Azure refuses to assign '{identity}' to {}: {why}",
            subject.named()
        ),
    )
    .advise(advice)
}

fn nonexistent(error: Error, identity: &str, subject: &Subject) -> Error {
    error
        .reworded(format!(
            "There is no {}, so Azure refuses to change {}",
            ResourceLabel::read(identity)
                .map_or_else(|| identity.to_owned(), |one| one.to_string()),
            subject.named()
        ))
        .advise(
            "If the resource still refers to it, remove the reference with -RemoveMissing; if you \
             named it, check its name, group and subscription.",
        )
}

/// The same error, of a change that Azure accepted and that then failed, with what has become of
/// the identity.
pub(super) fn with_outcome(error: Error, changed: bool) -> Error {
    let told = one_line(error.message());
    let advice = match extension_in(&told) {
        Some(extension) if changed => format!(
            "Check the extension '{extension}' of the machine; the identity needs no further \
             change."
        ),
        Some(extension) => {
            format!("Check the extension '{extension}' of the machine, then try again.")
        }
        None => error.recommendation().to_owned(),
    };
    let outcome = match changed {
        true => "The identity was changed.",
        false => "The identity was not changed.",
    };
    error
        .reworded(format!("{} {outcome}", with_full_stop(&told)))
        .advise(advice)
}

/// The name of the extension that a message is about: `… processing extension 'X' …`.
fn extension_in(told: &str) -> Option<&str> {
    let (_, rest) = told.split_once("extension '")?;
    let (name, _) = rest.split_once('\'')?;
    (!name.is_empty()).then_some(name)
}

/// The message of the JSON that is nested in a message.
fn inner_message(told: &str) -> Option<String> {
    let start = told.find("Response: '")? + "Response: '".len();
    // The JSON ends where it ends, whatever quotes follow it.
    let inner: Value = serde_json::Deserializer::from_str(&told[start..])
        .into_iter()
        .next()?
        .ok()?;
    inner["error"]["message"].as_str().map(str::to_owned)
}

/// `The client … does not have authorization to perform action '…' over scope '<identity>'…`, or
/// `… the current tenant '…' is not authorized to access linked subscription '…'.`
fn linked_authorization(error: Error) -> Error {
    let told = error.message().to_owned();
    if told.contains("linked subscription") {
        return error.advise(
            "The identity belongs to another tenant. A resource can have only identities of its \
             own subscription's tenant.",
        );
    }
    match identity_in(&told) {
        Some(identity) => error.advise(format!(
            "Ask for the role Managed Identity Operator on '{identity}'; a new role assignment \
             takes a few minutes to take effect."
        )),
        None => error,
    }
}

/// The first id of a user-assigned identity in a text.
fn identity_in(text: &str) -> Option<ResourceId> {
    text.match_indices("/subscriptions/").find_map(|(at, _)| {
        let end = text[at..]
            .find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | ')' | ';'))
            .map_or(text.len(), |length| at + length);
        let candidate = text[at..end].trim_end_matches('.');
        ResourceId::read(USER_ASSIGNED_IDENTITY, candidate)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/rg/\
                      providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1";

    fn machine() -> Subject {
        Subject::known(
            "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/rg/providers/\
             Microsoft.Compute/virtualMachines/vm1",
        )
    }

    fn explained(code: &str, message: &str) -> String {
        let error = Error::new(Category::InvalidOperation, code, "vm1", message);
        explain(error, &machine()).to_string()
    }

    #[test]
    fn a_dead_reference_is_named() {
        let told = format!(
            "Identity operation for resource '{}' failed with error 'Failed to perform resource \
             identity operation. Status: 'BadRequest'. Response: '{{\"error\":{{\"code\":\
             \"BadRequest\",\"message\":\"Resource '{ID}' was not found.\"}}}}'.'.",
            machine().id
        );
        let explained = explained("FailedIdentityOperation", &told);
        assert!(
            explained.starts_with(
                "There is no user-assigned identity 'id1' in resource group 'rg', so Azure refuses \
                 to change virtual machine 'vm1'."
            ),
            "{explained}"
        );
        assert!(explained.contains("-RemoveMissing"));
        assert!(!explained.contains("Response:"));
    }

    #[test]
    fn what_can_not_be_read_stays_as_azure_said_it() {
        for told in ["something else", "Response: '{", "Response: 'x'", ""] {
            assert!(explained("FailedIdentityOperation", told).starts_with(told));
        }
    }

    #[test]
    fn a_missing_permission_names_the_identity_and_the_role() {
        let told = format!(
            "The client 'x' has permission to perform action 'y' on scope 'z'; however, it does \
             not have permission to perform action 'Microsoft.ManagedIdentity/\
             userAssignedIdentities/assign/action' on the linked scope(s) '{ID}' or the linked \
             scope(s) are invalid."
        );
        let explained = explained("LinkedAuthorizationFailed", &told);
        assert!(
            explained.contains(&format!("Managed Identity Operator on '{ID}'")),
            "{explained}"
        );
    }

    #[test]
    fn a_failed_extension_is_named_with_what_became_of_the_identity() {
        let told = "VM has reported a failure when processing extension 'Agent' (publisher 'x').\n\
                    Error message: 'Enable failed\r\n[stdout]\n\n'.";
        let code = "VMExtensionProvisioningError";
        let error = Error::new(Category::InvalidOperation, code, "vm1", told);
        let changed = with_outcome(error.clone(), true).to_string();
        let unchanged = with_outcome(error, false).to_string();
        assert!(changed.contains(". The identity was changed. "));
        assert!(unchanged.contains(". The identity was not changed. "));
        for text in [changed, unchanged] {
            assert!(text.contains("'Enable failed [stdout] '."), "{text}");
            assert!(text.contains("Check the extension 'Agent'"), "{text}");
        }
    }

    #[test]
    fn another_tenant_is_told() {
        let told = "The client has permission to perform action 'assign' on scope 'z', however \
                    the current tenant 'a' is not authorized to access linked subscription 'b'.";
        assert!(explained("LinkedAuthorizationFailed", told).contains("another tenant"));
    }
}
