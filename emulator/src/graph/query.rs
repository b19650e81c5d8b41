//! Queries over everything at once, late by a delay if the settings say so.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::index::Index;
use super::kql::{self, Column, ColumnType, QueryError, Row, Table};
use super::pages::Pages;
use super::rows::{self, Scope};
use crate::arm::route::{Call, Handled};
use crate::base::clock::iso_time;
use crate::base::http::Reply;
use crate::base::json::object;
use crate::base::random;
use crate::model::management_group::ManagementGroup;
use crate::state::{State, World, hierarchy};

/// The first version whose rows are objects when nothing else is asked for.
const OBJECTS_SINCE: &str = "2020-04-01";
const DEFAULT_ROWS: usize = 100;
const MAX_ROWS: usize = 1_000;

/// The longest query that is read.
const MAX_LENGTH: usize = 512 * 1024;

/// What a request asks for.
#[derive(Debug)]
struct QueryRequest {
    query: String,
    /// In lower case; none for all that the caller sees.
    subscriptions: Option<Vec<String>>,
    /// In lower case; none for all that the caller sees.
    management_groups: Option<Vec<String>>,
    /// The number of the rows that a token is for.
    evaluated: Option<u64>,
    top: usize,
    skip: usize,
    table: bool,
}

/// A detail of a refusal.
type Detail = Map<String, Value>;

fn detail(code: &str, message: &str) -> Detail {
    object(
        [("code", code), ("message", message)].map(|(name, text)| (name.to_owned(), json!(text))),
    )
}

pub(super) fn resources(world: &mut World, call: &Call<'_>) -> Handled {
    let throttling = world.session.settings.throttling;
    let quota = world
        .session
        .part_mut::<Index>()
        .count(throttling, call.now);
    let (reply, remaining, resets) = match quota {
        Ok((remaining, resets)) => (query(world, call)?, remaining, resets),
        Err(resets) => {
            const MESSAGE: &str = "Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.";
            let details = vec![detail("RateLimiting", MESSAGE)];
            (refusal(call, 429, "RateLimiting", details), 0, resets)
        }
    };
    Ok(reply
        .header("x-ms-user-quota-remaining", remaining.to_string())
        .header(
            "x-ms-user-quota-resets-after",
            format!(
                "{:02}:{:02}:{:02}",
                resets / 3_600,
                resets / 60 % 60,
                resets % 60
            ),
        ))
}

/// This provider's errors say what is wrong in their details only.
fn refusal(call: &Call<'_>, status: u16, code: &str, details: Vec<Detail>) -> Reply {
    let correlation = call
        .request
        .header("x-ms-correlation-request-id")
        .filter(|id| random::is_guid(id))
        .map_or_else(random::guid, str::to_owned);
    Reply::json(
        status,
        &json!({ "error": {
            "code": code,
            "message": format!(
                "Please provide below info when asking for support: timestamp = {}, correlationId = {correlation}.",
                iso_time(call.now)
            ),
            "details": details,
        }}),
    )
}

fn invalid_query(error: &QueryError) -> Vec<Detail> {
    let mut what = detail(error.code, &error.message);
    what.insert("line".to_owned(), json!(error.line));
    what.insert("characterPositionInLine".to_owned(), json!(error.character));
    what.insert("token".to_owned(), json!(error.token));
    vec![
        detail(
            "InvalidQuery",
            "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.",
        ),
        what,
    ]
}

fn query(world: &mut World, call: &Call<'_>) -> Handled {
    let body = call.json()?;
    let asked = match read(&body, &call.api_version) {
        Ok(asked) => asked,
        Err(detail) => return Ok(refusal(call, 400, "BadRequest", vec![detail])),
    };
    let delay = world.session.settings.graph_delay_ms;
    let view = world.session.part_mut::<Index>().view(delay, call.now);
    let state = view.as_deref().unwrap_or(&world.state);
    let scope = match scope(state, &asked) {
        Ok(scope) => scope,
        Err(detail) => return Ok(refusal(call, 400, "BadRequest", vec![detail])),
    };
    let pages = world.session.part_mut::<Pages>();
    if let Some(known) = asked.evaluated.and_then(|id| pages.find(id)) {
        let page = known.page(asked.skip, asked.top);
        let (columns, total) = (known.columns.clone(), known.len());
        return Ok(Reply::json(
            200,
            &further(pages, &asked, (&columns, page), total),
        ));
    }
    let table = kql::parse(&asked.query, rows::columns)
        .and_then(|query| query.run(|table| rows::rows(state, table, &scope)));
    Ok(match table {
        Ok(table) => {
            let pages = world.session.part_mut::<Pages>();
            Reply::json(200, &answer(pages, &asked, table))
        }
        Err(error) => refusal(call, 400, "BadRequest", invalid_query(&error)),
    })
}

/// The subscriptions and the management groups that a query looks at. A management group holds all
/// that is in it at any depth; of both, what is in both.
fn scope(state: &State, asked: &QueryRequest) -> Result<Scope, Detail> {
    if let Some(wanted) = &asked.subscriptions
        && !wanted.iter().any(|id| state.subscriptions.contains_key(id))
    {
        let message = format!(
            "There must be at least one subscription that is eligible to contain resources. Given: '{}'.",
            wanted.join(",")
        );
        return Err(detail("NoValidSubscriptionsInQueryRequest", &message));
    }
    let groups = match &asked.management_groups {
        None if asked.subscriptions.is_none() => return Ok(Scope::Everything),
        None => None,
        Some(groups) => Some(groups),
    };
    let unknown = |id: &&String| !state.management_groups.contains_key(*id);
    if let Some(id) = groups.and_then(|groups| groups.iter().find(unknown)) {
        let message = format!("There is no management group '{id}'.");
        return Err(detail("InvalidRequest", &message));
    }
    let subscriptions = state
        .subscriptions
        .iter()
        .filter(|(id, subscription)| {
            let named = asked
                .subscriptions
                .as_ref()
                .is_none_or(|ids| ids.contains(id));
            let held = groups.is_none_or(|groups| {
                let mut groups = groups.iter();
                groups.any(|group| hierarchy::holds(state, group, subscription))
            });
            named && held
        })
        .map(|(id, _)| id.clone())
        .collect();
    let within = |group: &ManagementGroup| {
        let mut wanted = groups.into_iter().flatten();
        asked.subscriptions.is_none() && wanted.any(|key| hierarchy::is_within(state, group, key))
    };
    let groups = state
        .management_groups
        .iter()
        .filter(|(_, group)| within(group))
        .map(|(key, _)| key.clone())
        .collect();
    Ok(Scope::Only(subscriptions, groups))
}

/// The first page of a table, or the one that is asked for by `$skip`. Where there are more, the
/// rows are remembered for them.
fn answer(pages: &mut Pages, asked: &QueryRequest, table: Table) -> Value {
    let Table {
        columns,
        rows,
        limited,
    } = table;
    let total = rows.len();
    let page: Vec<Row> = rows
        .iter()
        .skip(asked.skip)
        .take(asked.top)
        .cloned()
        .collect();
    let end = asked.skip.saturating_add(page.len());
    let more = end < total;
    // Without an id, or with a limit of its own, a query has no second page: then the result is
    // called truncated, which it is not as long as there is a token to go on with.
    let can = !limited && columns.iter().any(|column| column.name == "id");
    let mut body = body(asked, (&columns, page), total);
    body["resultTruncated"] = json!(if more && !can { "true" } else { "false" });
    if more && can {
        let id = pages.add(columns, rows);
        body["$skipToken"] = json!(token(&asked.query, end, id));
    }
    body
}

/// A further page of rows that are remembered; with the last one they are forgotten.
fn further(
    pages: &mut Pages,
    asked: &QueryRequest,
    (columns, page): (&[Column], Vec<Row>),
    total: usize,
) -> Value {
    let end = asked.skip.saturating_add(page.len());
    let mut body = body(asked, (columns, page), total);
    if let Some(id) = asked.evaluated {
        if end < total {
            body["$skipToken"] = json!(token(&asked.query, end, id));
        } else {
            pages.forget(id);
        }
    }
    body
}

/// A page of a table with that many rows.
fn body(asked: &QueryRequest, (columns, page): (&[Column], Vec<Row>), total: usize) -> Value {
    let count = page.len();
    let data = if asked.table {
        let columns: Vec<Value> = columns
            .iter()
            .map(|column| {
                let kind = match column.kind {
                    ColumnType::Text => "string",
                    ColumnType::Number => "integer",
                    ColumnType::Bool => "boolean",
                    ColumnType::Dynamic => "object",
                };
                json!({ "name": column.name, "type": kind })
            })
            .collect();
        json!({ "columns": columns, "rows": page })
    } else {
        page.into_iter()
            .map(|row| {
                let names = columns.iter().map(|column| column.name.clone());
                Value::Object(object(names.zip(row)))
            })
            .collect()
    };
    json!({
        "totalRecords": total,
        "count": count,
        "data": data,
        "facets": [],
        "resultTruncated": "false",
    })
}

/// Where the next page begins, for that query only, and the number of its rows.
fn token(query: &str, skip: usize, id: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{skip} {:016x} {id}", digest(query)))
}

fn read_token(query: &str, token: &str) -> Option<(usize, u64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.split(' ');
    let (skip, of, id) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = of == format!("{:016x}", digest(query));
    Some((skip.parse().ok()?, id.parse().ok()?)).filter(|_| fits)
}

/// FNV-1a: tells queries apart that were not made to be mistaken for each other.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Reads the body; what is wrong with it otherwise.
fn read(body: &Map<String, Value>, api_version: &str) -> Result<QueryRequest, Detail> {
    let bad = |message: String| detail("InvalidRequest", &message);
    let present = |map: &Map<String, Value>, name: &str| {
        map.get(name).filter(|value| !value.is_null()).cloned()
    };
    for name in body.keys() {
        if ![
            "query",
            "subscriptions",
            "managementGroups",
            "options",
            "facets",
        ]
        .contains(&name.as_str())
        {
            return Err(bad(format!("The emulator does not serve '{name}'.")));
        }
    }
    let query = match present(body, "query") {
        Some(Value::String(query)) if query.len() <= MAX_LENGTH => query,
        Some(Value::String(_)) => {
            return Err(bad(format!("'query' is longer than {MAX_LENGTH} bytes.")));
        }
        _ => return Err(bad("'query' is not a string.".to_owned())),
    };
    let strings = |name: &str| -> Result<Option<Vec<String>>, Detail> {
        let Some(value) = present(body, name) else {
            return Ok(None);
        };
        let strings: Option<Vec<String>> = value.as_array().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(str::to_lowercase))
                .collect()
        });
        match strings {
            Some(strings) if strings.is_empty() => Ok(None),
            Some(strings) => Ok(Some(strings)),
            None => Err(bad(format!("'{name}' is not an array of strings."))),
        }
    };
    let subscriptions = strings("subscriptions")?;
    if let Some(id) = subscriptions
        .iter()
        .flatten()
        .find(|id| !random::is_guid(id))
    {
        return Err(bad(format!("'{id}' is not the id of a subscription.")));
    }
    let management_groups = strings("managementGroups")?;
    if strings("facets").map_or(true, |facets| facets.is_some()) {
        return Err(bad("The emulator does not serve 'facets'.".to_owned()));
    }
    let options = match present(body, "options") {
        None => Map::new(),
        Some(Value::Object(options)) => options,
        Some(_) => return Err(bad("'options' is not an object.".to_owned())),
    };
    let mut asked = QueryRequest {
        query,
        subscriptions,
        management_groups,
        evaluated: None,
        top: DEFAULT_ROWS,
        skip: 0,
        table: api_version < OBJECTS_SINCE,
    };
    let mut go_on = None;
    for (name, value) in options {
        let wrong = || bad(format!("'{value}' is not a value of '{name}'."));
        match (name.as_str(), &value) {
            (_, Value::Null) => {}
            ("$top", _) => {
                asked.top = number(&value)
                    .filter(|top| (1..=MAX_ROWS).contains(top))
                    .ok_or_else(wrong)?;
            }
            ("$skip", _) => asked.skip = number(&value).ok_or_else(wrong)?,
            ("$skipToken", Value::String(token)) => {
                go_on = Some(read_token(&asked.query, token).ok_or_else(wrong)?);
            }
            ("resultFormat", Value::String(format)) => {
                asked.table = match format.to_lowercase().as_str() {
                    "table" => true,
                    "objectarray" => false,
                    _ => return Err(wrong()),
                };
            }
            ("allowPartialScopes", Value::Bool(_)) => {}
            // The only one that makes no difference here.
            ("authorizationScopeFilter", Value::String(filter))
                if filter.eq_ignore_ascii_case("AtScopeAndBelow") => {}
            _ => return Err(wrong()),
        }
    }
    if let Some((skip, id)) = go_on {
        asked.skip = skip;
        asked.evaluated = Some(id);
    }
    Ok(asked)
}

fn number(value: &Value) -> Option<usize> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_for_one_query() {
        let given = token("resources", 1_000, 7);
        assert_eq!(read_token("resources", &given), Some((1_000, 7)));
        assert_eq!(read_token("Resources", &given), None);
        for other in ["", "x", "é", "MTAw"] {
            assert_eq!(read_token("resources", other), None);
        }
    }
}
