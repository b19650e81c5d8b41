//! Cloud Shell, where a user is signed in already, and Azure Machine Learning.
//!
//! Their forms are those of the Azure SDKs, which are all there is to go by.

use serde_json::json;

use super::host::HostKind;
use super::imds::{body, refused};
use super::token::{Selector, has_header, has_metadata_header, token_for};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::state::World;
use crate::tokens::audience::check_resource;
use crate::tokens::claims::Claims;
use crate::tokens::store::{self as tokens, Subject, TokenRequest};

/// The client that Cloud Shell signs its user in with: the Azure CLI's.
const CLOUD_SHELL_CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

fn problem(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": { "code": code, "message": message } }),
    )
}

/// The user's token. `resource` is in a form.
pub(super) fn cloud_shell(world: &mut World, request: &Request, now: Millis) -> Reply {
    if !has_metadata_header(request) {
        return problem(
            400,
            "invalid_request",
            "Required metadata header not specified",
        );
    }
    let form = request.form();
    let resource = form
        .iter()
        .find(|(name, value)| name == "resource" && !value.is_empty())
        .map(|(_, value)| value.clone());
    let Some(resource) = resource else {
        return problem(
            400,
            "invalid_request",
            "Required audience parameter not specified",
        );
    };
    if let Err(refusal) = check_resource(world, &resource) {
        return problem(400, "AudienceNotSupported", &refusal.text());
    }
    let subject = Subject::seeded_user(CLOUD_SHELL_CLIENT);
    let request = TokenRequest {
        subject: &subject,
        grant: HostKind::CloudShell.grant(),
        audience: &resource,
        version: 1,
        claims: Claims::default(),
    };
    let issued = tokens::make(world, request, now);
    let mut body = body(&issued, &subject, &resource);
    body["refresh_token"] = json!("");
    Reply::json(200, &body)
}

/// App Service's older form: the header is called `secret`, and the identity `clientid`.
pub(super) fn machine_learning(world: &mut World, request: &Request, now: Millis) -> Reply {
    if !has_header(world, HostKind::MachineLearning, request, "secret") {
        return problem(401, "Unauthorized", "The header secret is missing or wrong");
    }
    if request.parameter("api-version").as_deref() != Some("2017-09-01") {
        return problem(
            400,
            "BadRequest",
            "The api-version is missing or not supported",
        );
    }
    let selector = Selector::of(request);
    let resource = request.parameter("resource");
    match token_for(world, HostKind::MachineLearning, &selector, resource, now) {
        Ok((issued, subject, resource)) => Reply::json(
            200,
            &json!({
                "access_token": issued.token,
                "client_id": subject.client_id,
                "expires_on": issued.expires_on,
                "resource": resource,
                "token_type": "Bearer",
            }),
        ),
        Err(failure) => refused(&failure),
    }
}
