//! Microsoft.Authorization: role definitions, which are the built-in ones, and role assignments.

mod assignments;
mod definitions;
mod scope;

use crate::arm::route::{Call, Handled, Provider, Route, Versions, route};
use crate::state::World;

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[ROUTES],
    ..Provider::NOTHING
};

const VERSIONS: Versions = Versions::Listed(&[
    "2015-07-01",
    "2017-10-01-preview",
    "2018-01-01-preview",
    "2018-07-01",
    "2018-09-01-preview",
    "2020-03-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2021-04-01-preview",
    "2022-01-01-preview",
    "2022-04-01",
    "2022-05-01-preview",
]);

const ASSIGNMENTS: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments";
const ASSIGNMENT: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
const ROOT_ASSIGNMENTS: &str = "/providers/Microsoft.Authorization/roleAssignments";
const ROOT_ASSIGNMENT: &str = "/providers/Microsoft.Authorization/roleAssignments/{name}";

const ROUTES: &[Route] = &[
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions",
        definitions::list,
        VERSIONS,
    ),
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}",
        definitions::get,
        VERSIONS,
    ),
    route(
        "GET",
        "/providers/Microsoft.Authorization/roleDefinitions",
        definitions::list,
        VERSIONS,
    ),
    route(
        "GET",
        "/providers/Microsoft.Authorization/roleDefinitions/{name}",
        definitions::get,
        VERSIONS,
    ),
    route("GET", ASSIGNMENTS, assignments::list, VERSIONS),
    route("PUT", ASSIGNMENT, assignments::put, VERSIONS),
    route("GET", ASSIGNMENT, assignments::get, VERSIONS),
    route("DELETE", ASSIGNMENT, assignments::delete, VERSIONS),
    route("GET", ROOT_ASSIGNMENTS, not_at_the_root, VERSIONS),
    route("PUT", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
    route("GET", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
    route("DELETE", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
];

/// Above the subscriptions the caller has no say.
fn not_at_the_root(_: &mut World, call: &Call<'_>) -> Handled {
    Err(scope::denied(call, "/"))
}
