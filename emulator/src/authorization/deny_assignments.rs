//! Deny assignments, which are settings of the emulator: here they can be read.

use crate::arm::error::ArmError;
use crate::arm::filter::{Clause, clauses};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::arm::scope::{Scope, bad_filter};
use crate::base::http::Reply;
use crate::model::deny_assignment::DenyAssignment;
use crate::state::World;

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?.key();
    let name = call.param("name");
    let all = &world.session.settings.deny_assignments;
    let found = all
        .iter()
        .find(|one| one.id.eq_ignore_ascii_case(name) && one.holds_at(&scope));
    match found {
        Some(one) => Ok(Reply::json(200, &one.body())),
        None => Err(ArmError::new(
            404,
            "DenyAssignmentNotFound",
            format!("The deny assignment '{name}' is not found."),
        )),
    }
}

/// Those at, above and below the scope; with `atScope()` not those below.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let scope = Scope::of(world, call, false)?.key();
    let filter = call.request.parameter("$filter").unwrap_or_default();
    let mut below = true;
    let mut wanted: Option<String> = None;
    if !filter.trim().is_empty() {
        let refused = || bad_filter(&filter, "'atScope()' and 'denyAssignmentName eq '{value}''");
        for clause in clauses(&filter).ok_or_else(refused)? {
            match clause {
                Clause::Call(name, None) if name.eq_ignore_ascii_case("atScope") => below = false,
                Clause::Equal(name, value) if name.eq_ignore_ascii_case("denyAssignmentName") => {
                    wanted = Some(value);
                }
                _ => return Err(refused()),
            }
        }
    }
    let listed = |one: &&DenyAssignment| {
        (one.holds_at(&scope) || (below && one.is_below(&scope)))
            && wanted
                .as_ref()
                .is_none_or(|name| one.name.eq_ignore_ascii_case(name))
    };
    let mut items: Vec<_> = world
        .session
        .settings
        .deny_assignments
        .iter()
        .filter(listed)
        .map(|one| (one.id.to_lowercase(), one.body()))
        .collect();
    items.sort_by(|one, other| one.0.cmp(&other.0));
    let size = world.session.settings.page_size;
    paging::page(&world.site.endpoint, call, size, items.into_iter())
}
