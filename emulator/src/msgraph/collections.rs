//! Collections: their items by id and in pages.

use serde_json::{Map, Value, json};

use super::objects::{self, Collection};
use super::query::{self, Query};
use super::request::{GraphError, GraphRequest, GraphResult};
use crate::arm::paging;
use crate::base::clock::Millis;
use crate::base::http::Reply;
use crate::base::random;
use crate::state::World;
use crate::state::directory::{self, Object};

/// Those of a collection that the directory shows by now.
pub(super) fn visible<'a>(
    world: &'a World,
    collection: Collection,
    now: Millis,
) -> impl Iterator<Item = Object<'a>> {
    let delay = world.session.settings.replication_delay_ms;
    directory::objects(&world.state)
        .filter(move |object| collection.has(object) && object.is_replicated(delay, now))
}

/// Somebody in a collection, by id; a user by principal name, too.
pub(super) fn find<'a>(
    world: &'a World,
    call: &GraphRequest<'_>,
    collection: Collection,
    id: &str,
) -> Result<Object<'a>, GraphError> {
    let is = |object: &Object<'_>| {
        object.id.eq_ignore_ascii_case(id)
            || (collection == Collection::Users
                && objects::property(&world.state, object, "userPrincipalName")
                    .as_str()
                    .is_some_and(|name| name.eq_ignore_ascii_case(id)))
    };
    if !random::is_guid(id) && collection != Collection::Users {
        return Err(GraphError::bad(format!(
            "Invalid object identifier '{id}'."
        )));
    }
    visible(world, collection, call.now)
        .find(is)
        .ok_or_else(|| GraphError::not_found(id))
}

pub(super) fn get(
    world: &World,
    call: &GraphRequest<'_>,
    collection: Collection,
    id: &str,
) -> GraphResult {
    let object = find(world, call, collection, id)?;
    let query = Query::of(call.request, world.session.settings.page_size)?;
    let own = Collection::of(object.kind);
    let selected = query.selected(own.item(), own.properties())?;
    let mut body = objects::body(&world.state, &object, &selected);
    body.insert(
        "@odata.context".to_owned(),
        json!(context(world, &format!("{}/$entity", collection.name()))),
    );
    if collection == Collection::DirectoryObjects {
        body.insert("@odata.type".to_owned(), json!(objects::type_name(&object)));
    }
    Ok(Reply::json(200, &Value::Object(body)))
}

pub(super) fn context(world: &World, what: &str) -> String {
    format!("{}/v1.0/$metadata#{what}", world.site.endpoint)
}

pub(super) fn list(world: &World, call: &GraphRequest<'_>, collection: Collection) -> GraphResult {
    page(
        world,
        call,
        collection,
        visible(world, collection, call.now).collect(),
    )
}

/// How many there are, as text.
pub(super) fn count(world: &World, call: &GraphRequest<'_>, collection: Collection) -> GraphResult {
    let query = Query::of(call.request, 1)?;
    check_filter(&query, collection)?;
    let found = visible(world, collection, call.now).filter(|object| passes(world, &query, object));
    Ok(Reply::raw(200, "text/plain", found.count().to_string()))
}

pub(super) fn check_filter(query: &Query, collection: Collection) -> Result<(), GraphError> {
    match query
        .filter
        .as_ref()
        .and_then(|f| f.unknown(collection.filterable()))
    {
        None => Ok(()),
        Some(name) => Err(GraphError::unsupported(format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of resource '{}'.",
            collection.item()
        ))),
    }
}

pub(super) fn passes(world: &World, query: &Query, object: &Object<'_>) -> bool {
    query
        .filter
        .as_ref()
        .is_none_or(|filter| filter.passes(&|name| objects::property(&world.state, object, name)))
}

/// Answers a page of `found`. In a collection of directory objects each item says its type and has
/// the properties of that.
pub(super) fn page(
    world: &World,
    call: &GraphRequest<'_>,
    collection: Collection,
    mut found: Vec<Object<'_>>,
) -> GraphResult {
    let query = Query::of(call.request, world.session.settings.page_size)?;
    check_filter(&query, collection)?;
    let mixed = collection == Collection::DirectoryObjects;
    if !mixed {
        query.selected(collection.item(), collection.properties())?;
    }
    found.retain(|object| {
        // What is on the pages before is looked at again only to be counted.
        (query.count || query.is_left(object.id)) && passes(world, &query, object)
    });
    found.sort_unstable_by_key(|object| object.id);
    let name = collection.name();
    paged(
        world,
        call,
        &query,
        name,
        found,
        |object| object.id,
        |object| {
            let own = Collection::of(object.kind);
            // Of a mixed list, each item has what it has of what was asked for.
            let selected: Vec<&str> = match query.selected(own.item(), own.properties()) {
                Ok(selected) => selected,
                Err(_) => own
                    .properties()
                    .iter()
                    .copied()
                    .filter(|name| query.asks_for(name))
                    .collect(),
            };
            let mut body = objects::body(&world.state, &object, &selected);
            if mixed {
                body.insert("@odata.type".to_owned(), json!(objects::type_name(&object)));
            }
            Ok(Value::Object(body))
        },
    )
}

/// Answers a page of what was found, which is sorted by its keys.
pub(super) fn paged<T>(
    world: &World,
    call: &GraphRequest<'_>,
    query: &Query,
    what: &str,
    found: Vec<T>,
    key: impl Fn(&T) -> &str,
    body: impl Fn(T) -> Result<Value, GraphError>,
) -> GraphResult {
    let total = found.len();
    let mut rest = found.into_iter().filter(|item| query.is_left(key(item)));
    let mut value = Vec::new();
    let mut last = String::new();
    for item in rest.by_ref().take(query.top) {
        key(&item).clone_into(&mut last);
        value.push(body(item)?);
    }
    let mut body = json!({ "@odata.context": context(world, what), "value": value });
    if query.count {
        body["@odata.count"] = json!(total);
    }
    if rest.next().is_some() {
        body["@odata.nextLink"] = json!(paging::link(&world.site.endpoint, call.request, &last));
    }
    Ok(Reply::json(200, &body))
}

/// `POST /directoryObjects/getByIds`: those of the ids that there are.
pub(super) fn get_by_ids(world: &World, call: &GraphRequest<'_>) -> GraphResult {
    let body = call.body()?;
    let ids = strings(&body, "ids", 1_000)?;
    let types = match query::member(&body, "types") {
        None => Vec::new(),
        Some(_) => strings(&body, "types", 100)?,
    };
    let found: Vec<Value> = visible(world, Collection::DirectoryObjects, call.now)
        .filter(|object| {
            let kind = Collection::of(object.kind).item();
            ids.iter().any(|id| object.id.eq_ignore_ascii_case(id))
                && (types.is_empty()
                    || types.iter().any(|one| {
                        one.eq_ignore_ascii_case(kind)
                            || one.eq_ignore_ascii_case("directoryObject")
                    }))
        })
        .map(|object| {
            let own = Collection::of(object.kind);
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
pub(super) fn strings(
    body: &Map<String, Value>,
    name: &str,
    most: usize,
) -> Result<Vec<String>, GraphError> {
    let Some(Value::Array(items)) = query::member(body, name) else {
        return Err(GraphError::bad(format!(
            "A value is required for the parameter '{name}', and it is a list."
        )));
    };
    if items.len() > most {
        return Err(GraphError::bad(format!(
            "Too many values are in '{name}': {}. At most {most} are allowed.",
            items.len()
        )));
    }
    items
        .iter()
        .map(|item| {
            item.as_str().map(str::to_owned).ok_or_else(|| {
                GraphError::bad(format!("A value in '{name}' is not a string: {item}."))
            })
        })
        .collect()
}
