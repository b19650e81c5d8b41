//! Microsoft Graph v1.0, as far as it is asked about identities and groups: service principals,
//! groups and their members, users. It has errors and pages of its own form.

mod groups;
mod objects;
mod query;

use serde_json::{Map, Value, json};

use crate::arm::paging;
use crate::base::clock::{Millis, iso_time};
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::oauth;
use crate::state::World;
use crate::state::directory::{self, Object};
use objects::Set;
use query::Query;

/// Whether the request is for this part of the emulator.
pub(crate) fn is_ours(request: &Request) -> bool {
    request.segment_is(0, "v1.0") || request.segment_is(0, "beta")
}

/// A refusal.
#[derive(Debug)]
struct Fault {
    status: u16,
    code: &'static str,
    message: String,
}

impl Fault {
    fn bad(message: impl Into<String>) -> Self {
        Fault {
            status: 400,
            code: "Request_BadRequest",
            message: message.into(),
        }
    }

    fn unsupported(message: impl Into<String>) -> Self {
        Fault {
            status: 400,
            code: "Request_UnsupportedQuery",
            message: message.into(),
        }
    }

    fn not_found(id: &str) -> Self {
        Fault {
            status: 404,
            code: "Request_ResourceNotFound",
            message: format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            ),
        }
    }

    fn no_segment(segment: &str) -> Self {
        Fault {
            status: 400,
            code: "BadRequest",
            message: format!("Resource not found for the segment '{segment}'."),
        }
    }
}

type Handled = Result<Reply, Fault>;

/// A request to Graph.
struct Ask<'a> {
    request: &'a Request,
    now: Millis,
}

impl Ask<'_> {
    /// The body, which has to be a JSON object.
    fn body(&self) -> Result<Map<String, Value>, Fault> {
        serde_json::from_slice(&self.request.body).map_err(|_| Fault {
            status: 400,
            code: "BadRequest",
            message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.".to_owned(),
        })
    }
}

/// Answers a request to Graph.
pub(crate) fn answer(world: &mut World, request: &Request, now: Millis) -> Reply {
    let id = random::guid();
    let client = request
        .header("client-request-id")
        .filter(|sent| random::is_guid(sent))
        .map_or_else(|| id.clone(), str::to_owned);
    let reply = handle(world, &Ask { request, now }).unwrap_or_else(|fault| {
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
    reply
        .header("request-id", id)
        .header("client-request-id", client)
}

fn authenticate(world: &World, ask: &Ask<'_>) -> Result<(), Fault> {
    oauth::authenticate_graph(world, ask.request, ask.now).map_err(|error| Fault {
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
            _ => "Access token validation failure.".to_owned(),
        },
    })
}

fn handle(world: &mut World, ask: &Ask<'_>) -> Handled {
    authenticate(world, ask)?;
    if !ask.request.segment_is(0, "v1.0") {
        return Err(Fault {
            status: 400,
            code: "BadRequest",
            message: "The emulator serves v1.0 of Microsoft Graph and no other version.".to_owned(),
        });
    }
    directory::prune(&mut world.state);
    let segments: Vec<&str> = ask.request.segments[1..]
        .iter()
        .map(String::as_str)
        .collect();
    let [first, rest @ ..] = &segments[..] else {
        return Err(Fault::no_segment(""));
    };
    let method = ask.request.method.as_str();
    if first.eq_ignore_ascii_case("me") {
        if let (Some(id), "GET", []) = (oauth::user_of(world, ask.request), method, rest) {
            return get(world, ask, Set::Users, &id);
        }
        return Err(Fault {
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
    let set = Set::named(name).ok_or_else(|| Fault::no_segment(name))?;
    let (id, rest) = match (key, rest) {
        (Some(key), rest) => (Some(id_of(world, set, key)?), rest),
        (None, [id, rest @ ..]) if !id.starts_with('$') => (Some((*id).to_owned()), rest),
        (None, rest) => (None, rest),
    };
    let Some(id) = id else {
        return match (method, rest, set) {
            ("GET", [], Set::DirectoryObjects) => Err(Fault::unsupported(
                "The collection 'directoryObjects' cannot be listed.",
            )),
            ("GET", [], _) => list(world, ask, set),
            ("GET", ["$count"], _) => count(world, ask, set),
            ("POST", [], Set::Groups) => groups::create(world, ask),
            (_, [], _) => Err(not_allowed(ask)),
            (_, [segment, ..], _) => Err(Fault::no_segment(segment)),
        };
    };
    if set == Set::DirectoryObjects && id.eq_ignore_ascii_case("getByIds") && rest.is_empty() {
        return get_by_ids(world, ask);
    }
    let rest: Vec<String> = rest.iter().map(|segment| segment.to_lowercase()).collect();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (method, &rest[..], set) {
        ("GET", [], _) => get(world, ask, set, &id),
        ("DELETE", [], Set::Groups) => groups::delete(world, ask, &id),
        ("GET", ["members", ..], Set::Groups) => {
            groups::members(world, ask, &id, &rest[1..], false)
        }
        ("GET", ["transitivemembers", ..], Set::Groups) => {
            groups::members(world, ask, &id, &rest[1..], true)
        }
        ("POST", ["members", "$ref"], Set::Groups) => groups::add_member(world, ask, &id),
        ("DELETE", ["members", member, "$ref"], Set::Groups) => {
            groups::remove_member(world, ask, &id, member)
        }
        ("GET", ["memberof", ..], _) => groups::of_member(world, ask, set, &id, &rest[1..], false),
        ("GET", ["transitivememberof", ..], _) => {
            groups::of_member(world, ask, set, &id, &rest[1..], true)
        }
        ("POST", ["checkmembergroups" | "microsoft.graph.checkmembergroups"], _) => {
            groups::check(world, ask, set, &id, "groupIds")
        }
        ("POST", ["checkmemberobjects" | "microsoft.graph.checkmemberobjects"], _) => {
            groups::check(world, ask, set, &id, "ids")
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
        ) => groups::ids_of_member(world, ask, set, &id),
        (_, [], _) => Err(not_allowed(ask)),
        (_, [segment, ..], _) => Err(Fault::no_segment(segment)),
    }
}

fn not_allowed(ask: &Ask<'_>) -> Fault {
    Fault {
        status: 405,
        code: "Request_BadRequest",
        message: format!(
            "Specified HTTP method is not allowed for the request target: {}.",
            ask.request.method
        ),
    }
}

/// Those of a collection that the directory shows by now.
fn visible<'a>(world: &'a World, set: Set, now: Millis) -> impl Iterator<Item = Object<'a>> {
    let delay = world.session.settings.replication_delay_ms;
    directory::objects(&world.state)
        .filter(move |object| set.has(object) && object.is_replicated(delay, now))
}

/// What is between the parentheses of a key: `'id'`, `id='…'` or `appId='…'`.
fn id_of(world: &World, set: Set, key: &str) -> Result<String, Fault> {
    let (name, value) = key.split_once('=').unwrap_or(("id", key));
    let value = value
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .map(|text| text.replace("''", "'"))
        .unwrap_or_else(|| value.to_owned());
    match (name.to_lowercase().as_str(), set) {
        ("id", _) => Ok(value),
        ("appid", Set::ServicePrincipals) => directory::objects(&world.state)
            .find(|object| {
                object
                    .app_id
                    .is_some_and(|id| id.eq_ignore_ascii_case(&value))
            })
            .map(|object| object.id.to_owned())
            .ok_or_else(|| Fault::not_found(&value)),
        _ => Err(Fault::no_segment(key)),
    }
}

/// Somebody in a collection, by id; a user by principal name, too.
fn find<'a>(world: &'a World, ask: &Ask<'_>, set: Set, id: &str) -> Result<Object<'a>, Fault> {
    let is = |object: &Object<'_>| {
        object.id.eq_ignore_ascii_case(id)
            || (set == Set::Users
                && objects::property(&world.state, object, "userPrincipalName")
                    .as_str()
                    .is_some_and(|name| name.eq_ignore_ascii_case(id)))
    };
    if !random::is_guid(id) && set != Set::Users {
        return Err(Fault::bad(format!("Invalid object identifier '{id}'.")));
    }
    visible(world, set, ask.now)
        .find(is)
        .ok_or_else(|| Fault::not_found(id))
}

fn get(world: &World, ask: &Ask<'_>, set: Set, id: &str) -> Handled {
    let object = find(world, ask, set, id)?;
    let query = Query::of(ask.request, world.session.settings.page_size)?;
    let own = Set::of(object.kind);
    let selected = query.selected(own.item(), own.properties())?;
    let mut body = objects::body(&world.state, &object, &selected);
    body.insert(
        "@odata.context".to_owned(),
        json!(context(world, &format!("{}/$entity", set.name()))),
    );
    if set == Set::DirectoryObjects {
        body.insert("@odata.type".to_owned(), json!(objects::type_name(&object)));
    }
    Ok(Reply::json(200, &Value::Object(body)))
}

fn context(world: &World, what: &str) -> String {
    format!("{}/v1.0/$metadata#{what}", world.site.endpoint)
}

fn list(world: &World, ask: &Ask<'_>, set: Set) -> Handled {
    page(world, ask, set, visible(world, set, ask.now).collect())
}

/// How many there are, as text.
fn count(world: &World, ask: &Ask<'_>, set: Set) -> Handled {
    let query = Query::of(ask.request, 1)?;
    check_filter(&query, set)?;
    let found = visible(world, set, ask.now).filter(|object| passes(world, &query, object));
    Ok(Reply::raw(200, "text/plain", found.count().to_string()))
}

fn check_filter(query: &Query, set: Set) -> Result<(), Fault> {
    match query
        .filter
        .as_ref()
        .and_then(|f| f.unknown(set.filterable()))
    {
        None => Ok(()),
        Some(name) => Err(Fault::unsupported(format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of resource '{}'.",
            set.item()
        ))),
    }
}

fn passes(world: &World, query: &Query, object: &Object<'_>) -> bool {
    query
        .filter
        .as_ref()
        .is_none_or(|filter| filter.passes(&|name| objects::property(&world.state, object, name)))
}

/// Answers a page of `found`. In a collection of directory objects each item says its type and has
/// the properties of that.
fn page(world: &World, ask: &Ask<'_>, set: Set, mut found: Vec<Object<'_>>) -> Handled {
    let query = Query::of(ask.request, world.session.settings.page_size)?;
    check_filter(&query, set)?;
    let mixed = set == Set::DirectoryObjects;
    if !mixed {
        query.selected(set.item(), set.properties())?;
    }
    found.retain(|object| passes(world, &query, object));
    found.sort_unstable_by_key(|object| object.id);
    let total = found.len();
    let mut rest = found
        .into_iter()
        .filter(|object| query.after.as_deref().is_none_or(|after| object.id > after));
    let mut value = Vec::new();
    let mut last = "";
    for object in rest.by_ref().take(query.top) {
        last = object.id;
        let own = Set::of(object.kind);
        // Of a mixed list, each item has what it has of what was asked for.
        let selected: Vec<&str> = match query.selected(own.item(), own.properties()) {
            Ok(selected) => selected,
            Err(_) => own
                .properties()
                .iter()
                .copied()
                .filter(|name| query.selected(own.item(), &[name]).is_ok())
                .collect(),
        };
        let mut body = objects::body(&world.state, &object, &selected);
        if mixed {
            body.insert("@odata.type".to_owned(), json!(objects::type_name(&object)));
        }
        value.push(Value::Object(body));
    }
    let mut body = json!({
        "@odata.context": context(world, set.name()),
        "value": value,
    });
    if query.count {
        body["@odata.count"] = json!(total);
    }
    if rest.next().is_some() {
        body["@odata.nextLink"] = json!(paging::link(&world.site.endpoint, ask.request, last));
    }
    Ok(Reply::json(200, &body))
}

/// `POST /directoryObjects/getByIds`: those of the ids that there are.
fn get_by_ids(world: &World, ask: &Ask<'_>) -> Handled {
    let body = ask.body()?;
    let ids = strings(&body, "ids", 1_000)?;
    let types = match query::member(&body, "types") {
        None => Vec::new(),
        Some(_) => strings(&body, "types", 100)?,
    };
    let found: Vec<Value> = visible(world, Set::DirectoryObjects, ask.now)
        .filter(|object| {
            let kind = Set::of(object.kind).item();
            ids.iter().any(|id| object.id.eq_ignore_ascii_case(id))
                && (types.is_empty()
                    || types.iter().any(|one| {
                        one.eq_ignore_ascii_case(kind)
                            || one.eq_ignore_ascii_case("directoryObject")
                    }))
        })
        .map(|object| {
            let own = Set::of(object.kind);
            let mut body = objects::body(&world.state, &object, own.properties());
            body.insert("@odata.type".to_owned(), json!(objects::type_name(&object)));
            Value::Object(body)
        })
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "@odata.context": context(world, "directoryObjects"), "value": found }),
    ))
}

/// A member of a body that is a list of strings, of at most that many.
fn strings(body: &Map<String, Value>, name: &str, most: usize) -> Result<Vec<String>, Fault> {
    let Some(Value::Array(items)) = query::member(body, name) else {
        return Err(Fault::bad(format!(
            "A value is required for the parameter '{name}', and it is a list."
        )));
    };
    if items.len() > most {
        return Err(Fault::bad(format!(
            "Too many values are in '{name}': {}. At most {most} are allowed.",
            items.len()
        )));
    }
    items
        .iter()
        .map(|item| {
            item.as_str()
                .map(str::to_owned)
                .ok_or_else(|| Fault::bad(format!("A value in '{name}' is not a string: {item}.")))
        })
        .collect()
}
