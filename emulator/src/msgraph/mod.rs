//! Microsoft Graph v1.0, as far as it is asked about identities and groups: service principals,
//! groups and their members, users, app roles and who has them. It has errors and pages of its own form.

mod app_roles;
mod collections;
mod groups;
mod objects;
mod query;
mod request;

use serde_json::json;

use crate::arm::authentication;
use crate::arm::route::Provider;
use crate::base::clock::{Millis, iso_time};
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::state::{World, directory};
use app_roles::Side;
use collections::{count, get, get_by_ids, list};
use objects::Collection;
use request::{GraphError, GraphRequest, GraphResult};

pub(crate) const PROVIDER: Provider = Provider {
    answer: Some(answer),
    ..Provider::NOTHING
};

/// Whether the request is for this part of the emulator.
fn is_ours(request: &Request) -> bool {
    request.segment_is(0, "v1.0") || request.segment_is(0, "beta")
}

/// Answers a request to Graph.
fn answer(world: &mut World, request: &Request, now: Millis) -> Option<Reply> {
    if !is_ours(request) {
        return None;
    }
    let id = random::guid();
    let client = request
        .header("client-request-id")
        .filter(|sent| random::is_guid(sent))
        .map_or_else(|| id.clone(), str::to_owned);
    let reply = handle(world, &GraphRequest { request, now }).unwrap_or_else(|fault| {
        // Seconds, and without a zone.
        let date = iso_time(now);
        let reply = Reply::json(
            fault.status,
            &json!({ "error": {
                "code": fault.code,
                "message": fault.message,
                "innerError": {
                    "date": date.get(..19).unwrap_or_default(),
                    "request-id": id,
                    "client-request-id": client,
                },
            }}),
        );
        if fault.status == 401 {
            reply.header("WWW-Authenticate", "Bearer realm=\"\"")
        } else {
            reply
        }
    });
    Some(
        reply
            .header("request-id", id)
            .header("client-request-id", client),
    )
}

fn authenticate(world: &World, call: &GraphRequest<'_>) -> Result<(), GraphError> {
    authentication::authenticate_graph(world, call.request, call.now).map_err(|error| GraphError {
        status: 401,
        code: "InvalidAuthenticationToken",
        message: match error.body.code.as_str() {
            "AuthenticationFailed" => "Access token is empty.".to_owned(),
            "ExpiredAuthenticationToken" => {
                "Lifetime validation failed, the token is expired.".to_owned()
            }
            "InvalidAuthenticationTokenAudience" => {
                "Access token validation failure. Invalid audience.".to_owned()
            }
            _ if error.body.message == authentication::REVOKED => error.body.message.clone(),
            _ => "Access token validation failure.".to_owned(),
        },
    })
}

fn handle(world: &mut World, call: &GraphRequest<'_>) -> GraphResult {
    authenticate(world, call)?;
    if !call.request.segment_is(0, "v1.0") {
        return Err(GraphError {
            status: 400,
            code: "BadRequest",
            message: "The emulator serves v1.0 of Microsoft Graph and no other version.".to_owned(),
        });
    }
    directory::prune(&mut world.state);
    let segments: Vec<&str> = call.request.segments[1..]
        .iter()
        .map(String::as_str)
        .collect();
    let [first, rest @ ..] = &segments[..] else {
        return Err(GraphError::no_segment(""));
    };
    let method = call.request.method.as_str();
    if first.eq_ignore_ascii_case("me") {
        if let (Some(id), "GET", []) = (authentication::user_of(world, call.request), method, rest)
        {
            return get(world, call, Collection::Users, &id);
        }
        return Err(GraphError {
            status: 400,
            code: "BadRequest",
            message: "/me request is only valid with delegated authentication flow.".to_owned(),
        });
    }
    // `groups/{id}/…` may also be written `groups('{id}')/…`, with a key of another name, too.
    let (name, key) = match first
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
    {
        Some((name, key)) => (name, Some(key)),
        None => (*first, None),
    };
    let collection = Collection::named(name).ok_or_else(|| GraphError::no_segment(name))?;
    let (id, rest) = match (key, rest) {
        (Some(key), rest) => (Some(id_of(world, collection, key)?), rest),
        (None, [id, rest @ ..]) if !id.starts_with('$') => (Some((*id).to_owned()), rest),
        (None, rest) => (None, rest),
    };
    let Some(id) = id else {
        return match (method, rest, collection) {
            ("GET", [], Collection::DirectoryObjects) => Err(GraphError::unsupported(
                "The collection 'directoryObjects' cannot be listed.",
            )),
            ("GET", [], _) => list(world, call, collection),
            ("GET", ["$count"], _) => count(world, call, collection),
            ("POST", [], Collection::Groups) => groups::create(world, call),
            (_, [], _) => Err(GraphError::not_allowed(call)),
            (_, [segment, ..], _) => Err(GraphError::no_segment(segment)),
        };
    };
    if collection == Collection::DirectoryObjects
        && id.eq_ignore_ascii_case("getByIds")
        && rest.is_empty()
    {
        return get_by_ids(world, call);
    }
    if let [name, rest @ ..] = rest
        && let Some(side) = Side::named(&name.to_lowercase(), collection)
    {
        // The ids of assignments differ in casing.
        let rest: Vec<String> = rest.iter().map(|&segment| segment.to_owned()).collect();
        return app_roles::answer(world, call, (collection, &id), side, &rest);
    }
    let rest: Vec<String> = rest.iter().map(|segment| segment.to_lowercase()).collect();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (method, &rest[..], collection) {
        ("GET", [], _) => get(world, call, collection, &id),
        ("DELETE", [], Collection::Groups) => groups::delete(world, call, &id),
        ("GET", ["members", ..], Collection::Groups) => {
            groups::members(world, call, &id, &rest[1..], false)
        }
        ("GET", ["transitivemembers", ..], Collection::Groups) => {
            groups::members(world, call, &id, &rest[1..], true)
        }
        ("POST", ["members", "$ref"], Collection::Groups) => groups::add_member(world, call, &id),
        ("DELETE", ["members", member, "$ref"], Collection::Groups) => {
            groups::remove_member(world, call, &id, member)
        }
        ("GET", ["memberof", ..], _) => {
            groups::of_member(world, call, collection, &id, &rest[1..], false)
        }
        ("GET", ["transitivememberof", ..], _) => {
            groups::of_member(world, call, collection, &id, &rest[1..], true)
        }
        ("POST", ["checkmembergroups" | "microsoft.graph.checkmembergroups"], _) => {
            groups::check(world, call, collection, &id, "groupIds")
        }
        ("POST", ["checkmemberobjects" | "microsoft.graph.checkmemberobjects"], _) => {
            groups::check(world, call, collection, &id, "ids")
        }
        (
            "POST",
            [
                "getmembergroups"
                | "getmemberobjects"
                | "microsoft.graph.getmembergroups"
                | "microsoft.graph.getmemberobjects",
            ],
            _,
        ) => groups::ids_of_member(world, call, collection, &id),
        (_, [], _) => Err(GraphError::not_allowed(call)),
        (_, [segment, ..], _) => Err(GraphError::no_segment(segment)),
    }
}

/// What is between the parentheses of a key: `'id'`, `id='…'` or `appId='…'`.
fn id_of(world: &World, collection: Collection, key: &str) -> Result<String, GraphError> {
    let (name, value) = key.split_once('=').unwrap_or(("id", key));
    let value = value
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .map(|text| text.replace("''", "'"))
        .unwrap_or_else(|| value.to_owned());
    match (name.to_lowercase().as_str(), collection) {
        ("id", _) => Ok(value),
        ("appid", Collection::ServicePrincipals) => directory::objects(&world.state)
            .find(|object| {
                object
                    .app_id
                    .is_some_and(|id| id.eq_ignore_ascii_case(&value))
            })
            .map(|object| object.id.to_owned())
            .ok_or_else(|| GraphError::not_found(&value)),
        _ => Err(GraphError::no_segment(key)),
    }
}
