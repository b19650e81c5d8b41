//! Microsoft.Management: management groups, as far as they are read. Calls of `/_emulator` make
//! them.

use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::paging;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::base::http::Reply;
use crate::base::seed;
use crate::model::management_group::ManagementGroup;
use crate::state::{State, World, hierarchy};

const VERSIONS: Versions = Versions::Listed(&[
    "2018-03-01-preview",
    "2019-11-01",
    "2020-02-01",
    "2020-05-01",
    "2020-10-01",
    "2021-04-01",
    "2023-04-01",
]);

const ALL: &str = "/providers/Microsoft.Management/managementGroups";

pub(crate) const ROUTES: &[Route] = &[
    route("GET", ALL, list, VERSIONS),
    route(
        "GET",
        "/providers/Microsoft.Management/managementGroups/{id}",
        get,
        VERSIONS,
    ),
    route(
        "GET",
        "/providers/Microsoft.Management/managementGroups/{id}/descendants",
        descendants,
        VERSIONS,
    ),
    route(
        "GET",
        "/providers/Microsoft.Management/managementGroups/{id}/subscriptions",
        subscriptions,
        VERSIONS,
    ),
];

fn find<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a ManagementGroup, ArmError> {
    let id = call.param("id");
    let group = world.state.management_groups.get(&id.to_lowercase());
    group.ok_or_else(|| {
        ArmError::new(
            404,
            "NotFound",
            format!("The management group '{id}' could not be found."),
        )
    })
}

fn list(world: &mut World, call: &Call<'_>) -> Handled {
    paging::list(
        world,
        call,
        (&world.state.management_groups, ""),
        world.session.settings.page_size,
        |group| Some(group.body()),
    )
}

/// With `$expand=children` what is in it, with `$recurse=true` at any depth; with `$expand=path`
/// the way to it from the root.
fn get(world: &mut World, call: &Call<'_>) -> Handled {
    let state = &world.state;
    let group = find(world, call)?;
    let above = hierarchy::above(state, group);
    let mut body = group.body();
    let mut details = json!({ "version": 1 });
    if let Some(parent) = above.first() {
        details["parent"] = named(parent);
    }
    let expand = call.request.parameter("$expand").unwrap_or_default();
    let recurse = call
        .request
        .parameter("$recurse")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if expand.eq_ignore_ascii_case("path") {
        let path = above.iter().rev().map(|one| named(one));
        details["path"] = path.collect();
    } else if expand.eq_ignore_ascii_case("children") {
        body["properties"]["children"] = children(state, group, recurse);
    }
    body["properties"]["details"] = details;
    Ok(Reply::json(200, &body))
}

fn named(group: &ManagementGroup) -> Value {
    json!({
        "id": group.resource_id(),
        "name": group.id,
        "displayName": group.display_name,
    })
}

fn children(state: &State, group: &ManagementGroup, recurse: bool) -> Value {
    let groups = hierarchy::groups_in(state, group).map(|one| {
        let mut child = named(one);
        child["type"] = json!("Microsoft.Management/managementGroups");
        if recurse {
            child["children"] = children(state, one, true);
        }
        child
    });
    let subscriptions = hierarchy::subscriptions_in(state, group).map(|one| {
        json!({
            "id": format!("/subscriptions/{}", one.id),
            "type": "/subscriptions",
            "name": one.id,
            "displayName": one.name,
        })
    });
    groups.chain(subscriptions).collect()
}

/// What is in a group at any depth, groups and subscriptions.
fn descendants(world: &mut World, call: &Call<'_>) -> Handled {
    let group = find(world, call)?;
    let mut found = Vec::new();
    collect(&world.state, group, &mut found);
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    let size = paging::top(world, call)?;
    paging::page(&world.site.endpoint, call, size, found.into_iter())
}

fn collect(state: &State, group: &ManagementGroup, found: &mut Vec<(String, Value)>) {
    let parent = json!({ "id": group.resource_id() });
    let mut add = |id: String, kind: &str, name: &str, display_name: &str| {
        let body = json!({
            "id": id,
            "type": kind,
            "name": name,
            "properties": { "displayName": display_name, "parent": parent },
        });
        found.push((id.to_lowercase(), body));
    };
    for one in hierarchy::subscriptions_in(state, group) {
        let id = format!("/subscriptions/{}", one.id);
        add(id, "/subscriptions", &one.id, &one.name);
    }
    for one in hierarchy::groups_in(state, group) {
        let kind = "Microsoft.Management/managementGroups";
        add(one.resource_id(), kind, &one.id, &one.display_name);
    }
    for one in hierarchy::groups_in(state, group) {
        collect(state, one, found);
    }
}

/// The subscriptions directly in a group.
fn subscriptions(world: &mut World, call: &Call<'_>) -> Handled {
    let group = find(world, call)?;
    let items: Vec<(String, Value)> = hierarchy::subscriptions_in(&world.state, group)
        .map(|one| {
            let body = json!({
                "id": format!("{}/subscriptions/{}", group.resource_id(), one.id),
                "type": "Microsoft.Management/managementGroups/subscriptions",
                "name": one.id,
                "properties": {
                    "tenant": seed::TENANT_ID,
                    "displayName": one.name,
                    "parent": { "id": group.resource_id() },
                    "state": "Active",
                },
            });
            (one.id.clone(), body)
        })
        .collect();
    let size = world.session.settings.page_size;
    paging::page(&world.site.endpoint, call, size, items.into_iter())
}
