//! Role definitions: the built-in ones.

use crate::arm::error::ArmError;
use crate::arm::filter::{Clause, clauses};
use crate::arm::paging;
use crate::arm::route::{Call, Handled};
use crate::arm::scope::{Scope, bad_filter};
use crate::base::http::Reply;
use crate::model::builtin_roles::{ROLES, Role, find};
use crate::state::World;

pub(super) fn not_found(guid: &str, status: u16) -> ArmError {
    ArmError::new(
        status,
        "RoleDefinitionDoesNotExist",
        format!("The specified role definition with ID '{guid}' does not exist."),
    )
}

/// The subscription of the scope, as a prefix of ids; nothing at the root.
fn prefix(world: &World, call: &Call<'_>) -> Result<String, ArmError> {
    if call.param("scope").is_empty() {
        return Ok(String::new());
    }
    let scope = Scope::of(world, call, false)?;
    Ok(format!("/subscriptions/{}", scope.subscription))
}

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Handled {
    let prefix = prefix(world, call)?;
    let filter = call.request.parameter("$filter").unwrap_or_default();
    let mut wanted: Vec<&Role> = ROLES.iter().collect();
    if !filter.trim().is_empty() {
        let refused = || {
            bad_filter(
                &filter,
                "'roleName eq '{value}'', 'type eq '{value}'', 'atScope()' and 'atScopeAndBelow()'",
            )
        };
        for clause in clauses(&filter).ok_or_else(refused)? {
            match clause {
                Clause::Equal(name, value) if name.eq_ignore_ascii_case("roleName") => {
                    wanted.retain(|role| role.name.eq_ignore_ascii_case(&value));
                }
                Clause::Equal(name, value) if name.eq_ignore_ascii_case("type") => {
                    // There are no custom roles here.
                    if !value.eq_ignore_ascii_case("BuiltInRole") {
                        wanted.clear();
                    }
                }
                // Built-in roles hold everywhere.
                Clause::Call(name, None)
                    if name.eq_ignore_ascii_case("atScope")
                        || name.eq_ignore_ascii_case("atScopeAndBelow") => {}
                _ => return Err(refused()),
            }
        }
    }
    wanted.sort_by_key(|role| role.id);
    let items = wanted
        .into_iter()
        .map(|role| (role.id.to_owned(), role.body(&prefix)));
    // All on one page, as in Azure.
    paging::page(&world.site.endpoint, call, usize::MAX, items)
}

pub(super) fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let prefix = prefix(world, call)?;
    let name = call.param("name");
    let role = find(name).ok_or_else(|| not_found(name, 404))?;
    Ok(Reply::json(200, &role.body(&prefix)))
}
