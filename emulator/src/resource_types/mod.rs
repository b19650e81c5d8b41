//! The resource types that can have identities, each as its row of the table
//! (`model::resource_type`) has it. Their other properties are stored as they were sent.

mod calls;
mod content;
mod named;
mod secrets;
mod target;
mod write;

use crate::arm::route::{Ended, Provider, Route, Versions, route};
use crate::model::operation::Effect;
use crate::model::resource_type::{self, Level, Patch, ResourceType, TYPES};
use crate::state::{Parts, State};

pub(crate) const PROVIDER: Provider = Provider {
    made_routes: Some(|| TYPES.iter().flat_map(routes).collect()),
    resource_type: Some(|name| resource_type::find(name).map(|row| row.kind)),
    parts: &[Parts::add::<secrets::Secrets>],
    operation_ended: Some(operation_ended),
    ..Provider::NOTHING
};

/// The routes of a type.
fn routes(row: &'static ResourceType) -> Vec<Route> {
    let versions = Versions::Listed(row.versions);
    let (all, in_subscription) = patterns(row);
    let one: &'static str = format!("{all}/{{name}}").leak();
    let all: &'static str = all.leak();
    let mut routes = vec![
        route("PUT", one, write::put, versions),
        route("GET", one, calls::get, versions),
        route("DELETE", one, calls::delete, versions),
        route("GET", all, calls::list, versions),
    ];
    if row.patch != Patch::Refused {
        routes.push(route("PATCH", one, write::patch, versions));
    }
    for action in row.secrets.iter().filter_map(|secret| secret.action) {
        let pattern: &'static str = format!("{one}/{action}").leak();
        routes.push(route("POST", pattern, secrets::list, versions).asking());
    }
    if let Some(pattern) = in_subscription {
        routes.push(route("GET", pattern.leak(), calls::list, versions));
    }
    routes
}

/// The pattern of all resources of a type in one place, and of all in a subscription.
fn patterns(row: &ResourceType) -> (String, Option<String>) {
    let (namespace, types) = row.split();
    if row.level == Level::Scope {
        return (format!("{{scope}}/providers/{namespace}/{types}"), None);
    }
    let group = "/subscriptions/{subscription}/resourcegroups/{group}";
    match types.split_once('/') {
        Some((outer, inner)) => (
            format!("{group}/providers/{namespace}/{outer}/{{parent}}/{inner}"),
            None,
        ),
        None => (
            format!("{group}/providers/{}", row.kind),
            Some(format!(
                "/subscriptions/{{subscription}}/providers/{}",
                row.kind
            )),
        ),
    }
}

fn operation_ended(state: &mut State, ended: &Ended<'_>) {
    match ended.effect {
        Effect::ResourceWritten {
            key,
            before,
            identity,
        } => write::ended(state, ended, key, before.as_deref(), identity.as_ref()),
        Effect::ResourceDeleted { key } => state.remove(key),
        _ => {}
    }
}
