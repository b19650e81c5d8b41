//! Microsoft.Authorization: role definitions, role assignments, deny assignments, and locks.

mod assignments;
mod definitions;
mod deny_assignments;
mod locks;

use crate::arm::route::{Call, Handled, Provider, Route, Versions, route};
use crate::arm::scope::denied;
use crate::state::World;

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[ROUTES],
    ..Provider::NOTHING
};

/// Of role assignments.
const VERSIONS: Versions = Versions::Listed(&[
    "2014-04-01-preview",
    "2014-07-01-preview",
    "2014-10-01-preview",
    "2015-05-01-preview",
    "2015-06-01",
    "2015-07-01",
    "2016-07-01",
    "2017-05-01",
    "2017-09-01",
    "2017-10-01-preview",
    "2018-01-01-preview",
    "2018-07-01",
    "2018-09-01-preview",
    "2018-12-01-preview",
    "2019-04-01-preview",
    "2020-03-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2021-04-01-preview",
    "2022-01-01-preview",
    "2022-04-01",
]);
const DEFINITION_VERSIONS: Versions = Versions::Listed(&[
    "2014-04-01-preview",
    "2014-07-01-preview",
    "2014-10-01-preview",
    "2015-05-01-preview",
    "2015-06-01",
    "2015-07-01",
    "2016-07-01",
    "2017-05-01",
    "2017-09-01",
    "2018-01-01-preview",
    "2018-07-01",
    "2022-04-01",
    "2022-05-01-preview",
    "2023-07-01-preview",
]);
const DENY_VERSIONS: Versions = Versions::Listed(&[
    "2018-07-01-preview",
    "2018-07-01",
    "2019-03-01-preview",
    "2022-04-01",
    "2024-07-01-preview",
]);

const DEFINITION: &str = "{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}";
const ROOT_DEFINITION: &str = "/providers/Microsoft.Authorization/roleDefinitions/{name}";
const ASSIGNMENTS: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments";
const ASSIGNMENT: &str = "{scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
const ROOT_ASSIGNMENTS: &str = "/providers/Microsoft.Authorization/roleAssignments";
const ROOT_ASSIGNMENT: &str = "/providers/Microsoft.Authorization/roleAssignments/{name}";

const LOCKS: &str = "{scope}/providers/Microsoft.Authorization/locks";
const LOCK: &str = "{scope}/providers/Microsoft.Authorization/locks/{name}";
const LOCK_VERSIONS: Versions = Versions::Listed(&[
    "2015-01-01",
    "2015-05-01-preview",
    "2015-06-01",
    "2016-09-01",
    "2017-04-01",
    "2020-05-01",
]);

const DENY_ASSIGNMENTS: &str = "{scope}/providers/Microsoft.Authorization/denyAssignments";
const DENY_ASSIGNMENT: &str = "{scope}/providers/Microsoft.Authorization/denyAssignments/{name}";

const ROUTES: &[Route] = &[
    route(
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleDefinitions",
        definitions::list,
        DEFINITION_VERSIONS,
    ),
    route("GET", DEFINITION, definitions::get, DEFINITION_VERSIONS),
    route(
        "GET",
        "/providers/Microsoft.Authorization/roleDefinitions",
        definitions::list,
        DEFINITION_VERSIONS,
    ),
    route(
        "GET",
        ROOT_DEFINITION,
        definitions::get,
        DEFINITION_VERSIONS,
    ),
    route("PUT", DEFINITION, definitions::put, DEFINITION_VERSIONS),
    route(
        "DELETE",
        DEFINITION,
        definitions::delete,
        DEFINITION_VERSIONS,
    ),
    route("PUT", ROOT_DEFINITION, not_at_the_root, DEFINITION_VERSIONS),
    route(
        "DELETE",
        ROOT_DEFINITION,
        not_at_the_root,
        DEFINITION_VERSIONS,
    ),
    route("GET", ASSIGNMENTS, assignments::list, VERSIONS),
    route("PUT", ASSIGNMENT, assignments::put, VERSIONS),
    route("GET", ASSIGNMENT, assignments::get, VERSIONS),
    route("DELETE", ASSIGNMENT, assignments::delete, VERSIONS),
    route("GET", LOCKS, locks::list, LOCK_VERSIONS),
    route("PUT", LOCK, locks::put, LOCK_VERSIONS),
    route("GET", LOCK, locks::get, LOCK_VERSIONS),
    route("DELETE", LOCK, locks::delete, LOCK_VERSIONS),
    route(
        "GET",
        DENY_ASSIGNMENTS,
        deny_assignments::list,
        DENY_VERSIONS,
    ),
    route("GET", DENY_ASSIGNMENT, deny_assignments::get, DENY_VERSIONS),
    route("GET", ROOT_ASSIGNMENTS, not_at_the_root, VERSIONS),
    route("PUT", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
    route("GET", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
    route("DELETE", ROOT_ASSIGNMENT, not_at_the_root, VERSIONS),
];

/// Above the subscriptions the caller has no say.
fn not_at_the_root(_: &mut World, call: &Call<'_>) -> Handled {
    Err(denied(call, "/"))
}
