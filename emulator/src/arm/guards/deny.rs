//! Deny assignments, which no role overrides.

use super::deed::Deed;
use crate::arm::error::ArmError;
use crate::base::http::Request;
use crate::base::{random, seed};
use crate::model::deny_assignment::DenyAssignment;
use crate::state::World;
use crate::tokens::store::Tokens;

/// Who sent a request.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The user's name, or the application.
    client: String,
    object_id: String,
}

impl Caller {
    pub(crate) fn of(world: &World, request: &Request) -> Option<Self> {
        let token = request.header("authorization")?.trim().split_once(' ')?.1;
        let subject = &world.session.part::<Tokens>().find(token.trim())?.subject;
        Some(Caller {
            client: subject.user_name().unwrap_or(&subject.client_id).to_owned(),
            object_id: subject.object_id.clone(),
        })
    }

    /// The value of the header by which Azure finds an operation again.
    pub(crate) fn operation_identifier(&self) -> String {
        format!(
            "tenantId={},objectId={}/{}/{}",
            seed::TENANT_ID,
            self.object_id,
            seed::LOCATION,
            random::guid()
        )
    }
}

/// 403 for what a deny assignment denies the caller.
pub(super) fn check(world: &World, deed: &Deed, caller: &Caller) -> Result<(), ArmError> {
    let all = &world.session.settings.deny_assignments;
    if all.is_empty() {
        return Ok(());
    }
    let action = deed.action();
    let scope = deed.scope.to_lowercase();
    let denies = |one: &&DenyAssignment| {
        one.holds_at(&scope) && one.denies(&action) && !one.excludes(&caller.object_id)
    };
    match all.iter().find(denies) {
        None => Ok(()),
        Some(one) => Err(ArmError::new(
            403,
            "DenyAssignmentAuthorizationFailed",
            format!(
                "The client '{}' with object id '{}' has permission to perform action '{action}' on scope '{}'; however, the access is denied because of the deny assignment with name '{}' and Id '{}' at scope '{}'.",
                caller.client,
                caller.object_id,
                deed.scope,
                one.name,
                one.id.replace('-', ""),
                one.scope
            ),
        )
        .gateway()),
    }
}
