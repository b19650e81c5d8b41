//! The token endpoint of Azure Arc's agent.
//!
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>.

use serde_json::json;

use super::host::{HostKind, Hosts};
use super::imds::{body, refused};
use super::token::{Selector, has_metadata_header, plain, token_for};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::state::World;

pub(super) fn token(world: &mut World, request: &Request, now: Millis) -> Reply {
    if !has_metadata_header(request) {
        return plain(
            400,
            "invalid_request",
            "Required metadata header not specified",
        );
    }
    if request
        .parameter("api-version")
        .is_none_or(|v| v.is_empty())
    {
        return plain(
            400,
            "invalid_request",
            "api-version was not specified in the request",
        );
    }
    let Some(agent) = world
        .session
        .part_mut::<Hosts>()
        .0
        .get_mut(&HostKind::Arc)
        .and_then(|host| host.arc.as_mut())
    else {
        return plain(500, "server_error", "The agent has no folder");
    };
    let key = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .map(|(_, key)| key.trim());
    if !key.is_some_and(|key| agent.redeem(key)) {
        return match agent.challenge() {
            Ok(challenge) => challenge.into_iter().fold(
                plain(
                    401,
                    "unauthorized_client",
                    "Missing or wrong Basic Authorization header",
                ),
                |reply, value| reply.header("WWW-Authenticate", value),
            ),
            Err(error) => plain(
                500,
                "server_error",
                &format!("The key cannot be written: {error}"),
            ),
        };
    }
    let selector = Selector::of(request);
    let resource = request.parameter("resource");
    match token_for(world, HostKind::Arc, &selector, resource, now) {
        Ok((issued, subject, resource)) => {
            let mut body = body(&issued, &subject, &resource);
            // Which identity it was, for clients that asked for a certain one.
            match selector {
                Selector::Principal(id) => body["object_id"] = json!(id),
                Selector::Resource(id) => body["msi_res_id"] = json!(id),
                Selector::Default | Selector::Client(_) => {}
            }
            Reply::json(200, &body)
        }
        Err(failure) => refused(&failure),
    }
}
