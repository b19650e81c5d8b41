//! App Service and Functions, and Azure Automation, which has taken the form over.
//!
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>
//! and <https://learn.microsoft.com/azure/automation/enable-managed-identity-for-automation>.

use serde_json::{Value, json};

use super::host::HostKind;
use super::token::{NoIdentity, Selector, TokenError, has_header, has_metadata_header, token_for};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::state::World;
use crate::tokens::store::{IssuedToken, Subject};

const VERSION: &str = "2019-08-01";
const HEADER: &str = "x-identity-header";

pub(super) fn token(world: &mut World, request: &Request, now: Millis) -> Reply {
    if !has_header(world, HostKind::AppService, request, HEADER) {
        return problem(401, "The header X-IDENTITY-HEADER is missing or wrong.");
    }
    if request.parameter("api-version").as_deref() != Some(VERSION) {
        return problem(400, "The api-version is missing or not supported.");
    }
    answer(
        world,
        HostKind::AppService,
        request,
        now,
        |issued, subject, resource| {
            json!({
                "access_token": issued.token,
                "client_id": subject.client_id,
                "expires_on": issued.expires_on.to_string(),
                "resource": resource,
                "token_type": "Bearer",
            })
        },
    )
}

/// Automation wants `Metadata: true` as well, and takes a request without `api-version`, as its
/// documentation has it.
pub(super) fn automation(world: &mut World, request: &Request, now: Millis) -> Reply {
    if !has_header(world, HostKind::Automation, request, HEADER) {
        return problem(401, "The header X-IDENTITY-HEADER is missing or wrong.");
    }
    if !has_metadata_header(request) {
        return problem(400, "Required metadata header not specified.");
    }
    let version = request.parameter("api-version");
    if version.is_some_and(|version| version != VERSION) {
        return problem(400, "The api-version is not supported.");
    }
    answer(
        world,
        HostKind::Automation,
        request,
        now,
        |issued, _, resource| {
            json!({
                "access_token": issued.token,
                "expires_on": issued.expires_on.to_string(),
                "resource": resource,
                "token_type": "Bearer",
            })
        },
    )
}

fn answer(
    world: &mut World,
    kind: HostKind,
    request: &Request,
    now: Millis,
    body: fn(&IssuedToken, &Subject, &str) -> Value,
) -> Reply {
    let selector = Selector::of(request);
    let resource = request.parameter("resource");
    match token_for(world, kind, &selector, resource, now) {
        Ok((issued, subject, resource)) => Reply::json(200, &body(&issued, &subject, &resource)),
        Err(TokenError::NoResource) => problem(400, "The parameter resource is missing."),
        // What is wrong with the resource is not said.
        Err(TokenError::Resource(_)) => problem(
            500,
            "An unexpected error occured while fetching the AAD Token.",
        ),
        Err(TokenError::NoIdentity(why)) => match (why, selector) {
            (NoIdentity::NotFound, Selector::Default) | (NoIdentity::Several, _) => {
                problem(400, "Unable to load the proper Managed Identity.")
            }
            (NoIdentity::NotFound, _) => problem(
                400,
                "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
            ),
        },
    }
}

fn problem(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({
            "statusCode": status,
            "message": message,
            "correlationId": random::guid(),
        }),
    )
}
