//! The sign-in service: the token endpoint and the documents that clients discover it by.
//!
//! Codes and messages are Entra's, from its documentation and from recorded answers:
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

pub(crate) mod applications;
mod assertion;
mod authorization_code;
mod authorize;
mod codes;
pub(crate) mod device_code;
mod discovery;
mod expression;
mod grants;
mod jwt;
mod protocol;

use hyper::Method;
use serde_json::{Value, json};

use crate::arm::route::Provider;
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::state::{Parts, World};
use crate::tokens::refusal::Refusal;
use crate::tokens::store::Tokens;
use applications::Issuers;
use authorization_code::AuthorizationCodes;
use device_code::DeviceCodes;
use protocol::Version;

pub(crate) const PROVIDER: Provider = Provider {
    answer: Some(answer),
    parts: &[
        Parts::add::<Tokens>,
        Parts::add::<DeviceCodes>,
        Parts::add::<AuthorizationCodes>,
        Parts::add::<Issuers>,
    ],
    ..Provider::NOTHING
};

/// Answers the paths of the sign-in service and of the cloud's metadata; none when the path is
/// neither.
fn answer(world: &mut World, request: &Request, now: Millis) -> Option<Reply> {
    let path: Vec<String> = request.segments.iter().map(|s| s.to_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let (method, reply): (_, fn(&mut World, &Request, Millis) -> Reply) = match path[..] {
        [_, "oauth2", "v2.0", "token"] => (Method::POST, |w, r, n| {
            reply(grants::token(w, r, n, Version::V2), w, r)
        }),
        [_, "oauth2", "token"] => (Method::POST, |w, r, n| {
            reply(grants::token(w, r, n, Version::V1), w, r)
        }),
        [_, "oauth2", "v2.0", "authorize"] => {
            (Method::GET, |w, r, n| authorize::page(w, r, n, Version::V2))
        }
        [_, "oauth2", "authorize"] => {
            (Method::GET, |w, r, n| authorize::page(w, r, n, Version::V1))
        }
        [_, "oauth2", "v2.0", "devicecode"] => (Method::POST, |w, r, n| {
            reply(grants::device_code(w, r, n, Version::V2), w, r)
        }),
        [_, "oauth2", "devicecode"] => (Method::POST, |w, r, n| {
            reply(grants::device_code(w, r, n, Version::V1), w, r)
        }),
        ["devicelogin"] => (Method::GET, |w, _, _| grants::device_login(w)),
        [_, "v2.0", ".well-known", "openid-configuration"] => (Method::GET, |w, r, _| {
            discovery::configuration(w, r, Version::V2)
        }),
        [_, ".well-known", "openid-configuration"] => (Method::GET, |w, r, _| {
            discovery::configuration(w, r, Version::V1)
        }),
        [_, "discovery", "instance"] => (Method::GET, |w, _, _| discovery::discovery(w)),
        [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => (Method::GET, |_, _, _| {
            Reply::json(200, &json!({ "keys": [] }))
        }),
        ["metadata", "endpoints"] => (Method::GET, |w, r, _| discovery::metadata(w, r)),
        _ => return None,
    };
    Some(if request.method == method {
        reply(world, request, now)
    } else {
        Reply::json(
            405,
            &json!({ "error": {
                "code": "HttpMethodNotSupported",
                "message": format!("The HTTP method '{}' is not supported here.", request.method),
            }}),
        )
    })
}

fn reply(result: Result<Value, Refusal>, world: &World, request: &Request) -> Reply {
    match result {
        Ok(body) => Reply::json(200, &body)
            .header("Cache-Control", "no-store, no-cache")
            .header("Pragma", "no-cache"),
        Err(refusal) => refusal.reply(world, request),
    }
}
