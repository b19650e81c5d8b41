//! The way of a request of Azure Resource Manager to the function that answers it, and the checks
//! before that one runs.

use serde_json::Value;

use super::authentication;
use super::error::{ArmError, ErrorBody, group_not_found};
use super::guards::{self, Caller, Deed};
use super::route::{Call, Found, Handled, NoRoute, Registry, Route, Versions, namespace};
use super::throttle::{self, RequestKind};
use super::values::LOCATIONS;
use super::versions;
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::base::{random, seed};
use crate::state::{World, key};

/// Answers an ARM request.
pub(crate) fn answer(
    registry: &'static Registry,
    world: &mut World,
    request: &Request,
    now: Millis,
) -> Reply {
    let mut rates = Vec::new();
    let reply = match handle(registry, world, request, now, &mut rates) {
        Ok(reply) => reply,
        Err(error) => error.into_reply(),
    };
    rates
        .into_iter()
        .fold(reply, |reply, (name, value): (String, String)| {
            if reply.has_header(&name) {
                reply
            } else {
                reply.header(&name, value)
            }
        })
}

fn handle(
    registry: &'static Registry,
    world: &mut World,
    request: &Request,
    now: Millis,
    rates: &mut Vec<(String, String)>,
) -> Handled {
    authentication::authenticate(world, request, now)?;
    dispatch(registry, world, request, now, Some(rates))
}

/// Answers a request of the emulator's own, which needs no token and counts for no limit.
pub(crate) fn inside(
    registry: &'static Registry,
    world: &mut World,
    method: hyper::Method,
    (path, api_version): (&str, &str),
    body: Option<&Value>,
    now: Millis,
) -> Handled {
    let mut headers = hyper::HeaderMap::new();
    let json = hyper::header::HeaderValue::from_static("application/json");
    headers.insert(hyper::header::CONTENT_TYPE, json);
    let body = body.map(Value::to_string).unwrap_or_default();
    let query = format!("api-version={api_version}");
    let path = percent_encoding::utf8_percent_encode(path, IN_PATHS).to_string();
    let request = Request::new(method, &path, &query, headers, body.into());
    dispatch(registry, world, &request, now, None)
}

/// What cannot be in a path as it is.
const IN_PATHS: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?');

/// Whether something answers such a request: what is wrong with its type or version.
pub(crate) fn check(
    registry: &Registry,
    method: hyper::Method,
    path: &str,
    api_version: &str,
) -> Result<(), ArmError> {
    let path = percent_encoding::utf8_percent_encode(path, IN_PATHS).to_string();
    let request = Request::new(
        method,
        &path,
        "",
        hyper::HeaderMap::new(),
        Vec::new().into(),
    );
    let (route, _) = find(registry, &request, api_version)?;
    check_version(route, api_version)
}

fn dispatch(
    registry: &'static Registry,
    world: &mut World,
    request: &Request,
    now: Millis,
    mut headers: Option<&mut Vec<(String, String)>>,
) -> Handled {
    let api_version = match request.parameter("api-version") {
        Some(version) if !version.is_empty() => version,
        _ => {
            return Err(ArmError::new(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
            .gateway());
        }
    };
    let (route, parameters) = find(registry, request, &api_version)?;
    check_version(route, &api_version)?;
    if RequestKind::of(&request.method) != RequestKind::Read && !route.asks {
        authentication::check_claims(world, request)?;
    }
    let call = Call {
        request,
        api_version,
        now,
        registry,
        parameters,
    };

    let caller = headers
        .is_some()
        .then(|| Caller::of(world, request))
        .flatten();
    let subscription = subscription_of(&call).to_owned();
    if !subscription.is_empty() {
        check_subscription(world, &subscription)?;
        check_enabled(world, &call, &subscription, route.asks)?;
        if let Some(rates) = &mut headers {
            count(world, &call, (&subscription, route.asks), rates)?;
        }
    } else if let Some(rates) = &mut headers {
        let kind = RequestKind::of(&request.method);
        let name = format!("x-ms-ratelimit-remaining-tenant-{}", kind.plural());
        rates.push((name, kind.generous().to_string()));
    }
    if let Some(namespace) = namespace(route.pattern) {
        check_registration(world, namespace, now)?;
    }
    if route.pattern.contains("/resourcegroups/{group}/") {
        check_group(world, &call)?;
    }

    if let (Some(caller), Some(headers)) = (&caller, headers)
        && (RequestKind::of(&request.method) != RequestKind::Read || is_poll(request))
    {
        headers.push((
            "x-ms-operation-identifier".to_owned(),
            caller.operation_identifier(),
        ));
    }
    let deed = Deed::of(request, route.pattern, route.asks);
    guards::check(world, &call, &deed, caller.as_ref())?;

    let reply = (route.handler)(world, &call)?;
    if RequestKind::of(&request.method) != RequestKind::Read && !route.asks {
        world.revision += 1;
    }
    Ok(reply)
}

/// Whether the request asks how far an operation is.
fn is_poll(request: &Request) -> bool {
    let word = request.segments.iter().rev().nth(1);
    word.is_some_and(|word| {
        ["operations", "operationStatuses", "operationresults"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}

/// The subscription in the path; in a scope, too.
fn subscription_of<'a>(call: &'a Call<'_>) -> &'a str {
    if call.request.segment_is(0, "subscriptions") {
        call.request.segments.get(1).map_or("", String::as_str)
    } else {
        ""
    }
}

fn find(registry: &Registry, request: &Request, api_version: &str) -> Result<Found, ArmError> {
    registry.find(request).map_err(|why| match why {
        NoRoute::OtherMethods => method_not_allowed(request),
        NoRoute::Unknown => unknown(registry, request, api_version),
    })
}

/// 405 for a path that has routes for other methods.
pub(crate) fn method_not_allowed(request: &Request) -> ArmError {
    ArmError::new(
        405,
        "HttpMethodNotSupported",
        format!(
            "The HTTP method '{}' is not supported at scope '{}'.",
            request.method, request.path
        ),
    )
    .gateway()
}

/// What ARM says of a path that nothing answers: which part of it is wrong.
fn unknown(registry: &Registry, request: &Request, api_version: &str) -> ArmError {
    let segments = &request.segments;
    let provider = segments
        .iter()
        .rposition(|s| s.eq_ignore_ascii_case("providers"));
    if let Some(at) = provider
        && let Some(given) = segments.get(at + 1)
    {
        let known = registry
            .namespaces()
            .find(|known| known.eq_ignore_ascii_case(given));
        let Some(namespace) = known else {
            return ArmError::new(
                404,
                "InvalidResourceNamespace",
                format!("The resource namespace '{given}' is invalid."),
            )
            .gateway();
        };
        // Types and names take turns behind the namespace.
        let kind: Vec<&str> = segments[at + 2..]
            .iter()
            .step_by(2)
            .map(String::as_str)
            .collect();
        return ArmError::new(
            404,
            "InvalidResourceType",
            if kind.is_empty() {
                format!(
                    "The resource type could not be found in the namespace '{namespace}' for api version '{api_version}'."
                )
            } else {
                format!(
                    "The resource type '{}' could not be found in the namespace '{namespace}' for api version '{api_version}'.",
                    kind.join("/")
                )
            },
        )
        .gateway();
    }
    ArmError::new(
        404,
        "NotFound",
        format!(
            "No HTTP resource was found that matches the request URI '{}'.",
            request.path
        ),
    )
    .gateway()
}

/// Of the form `yyyy-mm-dd` or `yyyy-mm-dd-preview`, from 2014 to 2026.
fn is_dated(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    let parts: Vec<&str> = date.split('-').collect();
    let number = |text: &str, length: usize, range: std::ops::RangeInclusive<u32>| {
        text.len() == length
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.parse().is_ok_and(|n: u32| range.contains(&n))
    };
    matches!(parts[..], [year, month, day]
        if number(year, 4, 2014..=2026) && number(month, 2, 1..=12) && number(day, 2, 1..=31))
}

fn check_version(route: Route, version: &str) -> Result<(), ArmError> {
    let lower = version.to_lowercase();
    match route.versions {
        Versions::Dated if is_dated(&lower) => Ok(()),
        Versions::Listed(list) if list.contains(&lower.as_str()) => Ok(()),
        // A version that could exist, but not of this type: the provider is looked for in vain.
        Versions::Listed(list) if is_dated(&lower) => {
            let locations: Vec<&str> = LOCATIONS.iter().map(|(name, _)| *name).collect();
            let kind = route
                .pattern
                .rsplit_once("/providers/")
                .map_or("", |(_, behind)| behind)
                .split('/')
                .skip(1)
                .step_by(2)
                .collect::<Vec<_>>()
                .join("/");
            Err(ArmError::new(
                400,
                "NoRegisteredProviderFound",
                format!(
                    "No registered resource provider found for location '{}' and API version '{version}' for type '{kind}'. The supported api-versions are '{}'. The supported locations are '{}'.",
                    seed::LOCATION,
                    list.join(", "),
                    locations.join(", ")
                ),
            )
            .gateway())
        }
        versions => {
            let list = match versions {
                Versions::Listed(list) => list,
                Versions::Dated => versions::of(&route.kind()),
            };
            Err(ArmError::new(
                400,
                "InvalidApiVersionParameter",
                format!(
                    "The api-version '{version}' is invalid. The supported versions are '{}'.",
                    list.join(",")
                ),
            )
            .gateway())
        }
    }
}

fn check_subscription(world: &World, subscription: &str) -> Result<(), ArmError> {
    if !random::is_guid(subscription) {
        return Err(ArmError::new(
            400,
            "InvalidSubscriptionId",
            format!(
                "The provided subscription identifier '{subscription}' is malformed or invalid."
            ),
        )
        .gateway());
    }
    if !world
        .state
        .subscriptions
        .contains_key(&subscription.to_lowercase())
    {
        return Err(ArmError::new(
            404,
            "SubscriptionNotFound",
            format!("The subscription '{subscription}' could not be found."),
        )
        .gateway());
    }
    Ok(())
}

/// 409 for a write in a subscription that is disabled; what is in it can be read and deleted.
fn check_enabled(
    world: &World,
    call: &Call<'_>,
    subscription: &str,
    asks: bool,
) -> Result<(), ArmError> {
    let writes = RequestKind::of(&call.request.method) == RequestKind::Write && !asks;
    if !writes || !world.session.settings.is_disabled(subscription) {
        return Ok(());
    }
    Err(ArmError::new(
        409,
        "ReadOnlyDisabledSubscription",
        format!(
            "The subscription '{subscription}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled."
        ),
    )
    .gateway())
}

/// Counts the request against the subscription's bucket and notes what is left of it.
fn count(
    world: &mut World,
    call: &Call<'_>,
    (subscription, asks): (&str, bool),
    rates: &mut Vec<(String, String)>,
) -> Result<(), ArmError> {
    // A `POST` that only asks has been seen without the header of writes.
    let kind = match asks {
        true => RequestKind::Read,
        false => RequestKind::of(&call.request.method),
    };
    let left = if world.session.settings.throttling {
        let name = format!("{}/{}", subscription.to_lowercase(), kind.plural());
        world
            .session
            .throttle
            .take(name, kind.limit(), call.now)
            .map_err(|seconds| throttle::subscription_throttled(kind, subscription, seconds))?
    } else {
        kind.generous()
    };
    let header = |scope: &str| {
        format!(
            "x-ms-ratelimit-remaining-subscription-{scope}{}",
            kind.plural()
        )
    };
    rates.push((header(""), left.to_string()));
    // All principals together have fifteen times as much.
    let global = match kind {
        RequestKind::Read => 3_749,
        RequestKind::Write | RequestKind::Delete => 2_999,
    };
    rates.push((header("global-"), global.to_string()));
    Ok(())
}

fn check_registration(world: &World, namespace: &str, now: Millis) -> Result<(), ArmError> {
    if world.registration(namespace, now) == "Registered" {
        return Ok(());
    }
    Err(ArmError::new(
        409,
        "MissingSubscriptionRegistration",
        format!(
            "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions."
        ),
    )
    .detail(ErrorBody {
        code: "MissingSubscriptionRegistration".to_owned(),
        message: format!("The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions."),
        target: Some(namespace.to_owned()),
        ..ErrorBody::new("", "")
    })
    .gateway())
}

/// The group has to be there, and not on its way out for writes.
fn check_group(world: &World, call: &Call<'_>) -> Result<(), ArmError> {
    let name = call.param("group");
    let group = world
        .state
        .groups
        .get(&key::group(call.param("subscription"), name))
        .ok_or_else(|| group_not_found(name))?;
    if group.deleting && RequestKind::of(&call.request.method) == RequestKind::Write {
        return Err(ArmError::new(
            409,
            "ResourceGroupBeingDeleted",
            format!(
                "The resource group '{name}' is in deprovisioning state and cannot perform this operation."
            ),
        )
        .gateway());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dated_versions() {
        for version in ["2015-08-31-preview", "2026-05-31", "2014-04-01"] {
            assert!(is_dated(version), "{version}");
        }
        for version in [
            "",
            "latest",
            "2024-13-01",
            "2024-1-1",
            "2027-01-01",
            "2024-11-30-beta",
            "2024-11-30-01",
            "+024-11-30",
        ] {
            assert!(!is_dated(version), "{version}");
        }
    }
}
