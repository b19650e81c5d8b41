//! Whether the token of a request is good for what it is sent to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::error::ArmError;
use crate::base::clock::{Millis, us_time};
use crate::base::http::Request;
use crate::state::World;
use crate::tokens::audience::{ARM_AUDIENCES, GRAPH_AUDIENCES, tenant_id};
use crate::tokens::claims::values;
use crate::tokens::store::{AccessToken, Tokens};

/// What services say of a token that was revoked; as in
/// https://github.com/Azure/azure-cli/issues/26504.
pub(crate) const REVOKED: &str = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";

/// The bearer token of a request, without the word `Bearer`.
fn bearer(request: &Request) -> Result<&str, ArmError> {
    let Some(header) = request.headers.get("authorization") else {
        return Err(ArmError::new(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ));
    };
    header
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| {
            ArmError::new(
                401,
                "AuthenticationFailedInvalidHeader",
                "Authentication failed. The 'Authorization' header is provided in an invalid format.",
            )
        })
}

/// Whether the request has a token that is good for Azure Resource Manager.
pub(crate) fn authenticate(world: &World, request: &Request, now: Millis) -> Result<(), ArmError> {
    check(world, request, now, &ARM_AUDIENCES).map_err(|error| {
        let challenge = format!(
            "Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\", error_description=\"{}\"",
            world.site.endpoint,
            tenant_id(),
            error.body.message.replace('"', "'")
        );
        error.header("WWW-Authenticate", challenge).gateway()
    })
}

/// Whether the request has a token that is good for Microsoft Graph; the error is Resource
/// Manager's.
pub(crate) fn authenticate_graph(
    world: &World,
    request: &Request,
    now: Millis,
) -> Result<(), ArmError> {
    check(world, request, now, &GRAPH_AUDIENCES)
}

/// Whether the token is one that was given out for one of the audiences, or for the endpoint,
/// where all that the emulator serves is.
fn check(
    world: &World,
    request: &Request,
    now: Millis,
    audiences: &[&str],
) -> Result<(), ArmError> {
    let token = bearer(request)?;
    let Some(issued) = world.session.part::<Tokens>().find(token) else {
        return Err(ArmError::new(
            401,
            "InvalidAuthenticationToken",
            "The access token is invalid.",
        ));
    };
    if issued.revoked {
        return Err(ArmError::new(401, "InvalidAuthenticationToken", REVOKED));
    }
    if issued.expires <= now {
        return Err(ArmError::new(
            401,
            "ExpiredAuthenticationToken",
            format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                us_time(issued.expires),
                us_time(now)
            ),
        ));
    }
    let own = [world.site.endpoint.as_str()];
    let mut right = audiences.iter().chain(&own);
    let audience = issued.audience.trim_end_matches('/');
    if !right.any(|right| right.eq_ignore_ascii_case(audience)) {
        let allowed: Vec<String> = audiences
            .iter()
            .flat_map(|a| [format!("'{a}/'"), format!("'{a}'")])
            .chain([format!("'{}'", world.site.endpoint)])
            .collect();
        return Err(ArmError::new(
            401,
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{}'. It should exactly match with one of the allowed audiences {}.",
                issued.audience,
                allowed.join(",")
            ),
        ));
    }
    Ok(())
}

/// Whether the request has a token that was given out and is still good, whatever it is for.
pub(crate) fn is_authenticated(world: &World, request: &Request, now: Millis) -> bool {
    bearer(request)
        .ok()
        .and_then(|token| world.session.part::<Tokens>().find(token))
        .is_some_and(|issued| issued.is_good(now))
}

/// The object id of the user that the token of the request speaks for, if it is a user.
pub(crate) fn user_of(world: &World, request: &Request) -> Option<String> {
    let token = bearer(request).ok()?;
    let subject = &world.session.part::<Tokens>().find(token)?.subject;
    subject.is_user().then(|| subject.object_id.clone())
}

/// Whether a token meets what the setting `requireClaims` demands.
fn meets(issued: &AccessToken, required: &Map<String, Value>) -> bool {
    let Some(Value::Object(members)) = required.get("access_token") else {
        return true;
    };
    members.iter().all(|(name, demand)| {
        let demanded = values(demand);
        if name == "nbf" {
            // Of no use is a token from before that time, whatever it was asked for with.
            return demanded
                .iter()
                .filter_map(|seconds| seconds.parse::<u64>().ok())
                .all(|seconds| issued.issued / 1_000 >= seconds);
        }
        let given = issued.claims.get(name);
        given.is_some_and(|given| demanded.iter().all(|one| given.contains(one)))
    })
}

/// Refuses the write of a user whose token lacks the demanded claims, and says in the challenge
/// which they are.
pub(crate) fn check_claims(world: &World, request: &Request) -> Result<(), ArmError> {
    let Some(required) = &world.session.settings.require_claims else {
        return Ok(());
    };
    let issued = bearer(request)
        .ok()
        .and_then(|token| world.session.part::<Tokens>().find(token));
    if !issued.is_some_and(|issued| issued.subject.is_user() && !meets(issued, required)) {
        return Ok(());
    }
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{}\"",
        world.site.endpoint,
        STANDARD.encode(Value::Object(required.clone()).to_string())
    );
    let name = request
        .segments
        .last()
        .map(String::as_str)
        .unwrap_or_default();
    Err(ArmError::new(
        401,
        "RequestDisallowedByPolicy",
        format!(
            "Resource '{name}' was disallowed by policy. Reasons: 'Users must authenticate with multi-factor authentication to create, change or delete resources.'. See error details for policy resource IDs."
        ),
    )
    .header("WWW-Authenticate", challenge)
    .gateway())
}
