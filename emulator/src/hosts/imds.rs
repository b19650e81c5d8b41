//! The instance metadata service of virtual machines and scale sets.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
//! and <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service>.

use serde_json::{Value, json};

use super::host::{HostKind, Hosts};
use super::token::{NoIdentity, Selector, TokenError, has_metadata_header, plain, token_for};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::model::machine::Machine;
use crate::state::World;
use crate::tokens::store::{IssuedToken, Subject};

/// The oldest version that gives tokens.
const FIRST_VERSION: &str = "2018-02-01";

/// What every request to the service has to have.
fn check(request: &Request) -> Result<String, Reply> {
    if request.headers.contains_key("x-forwarded-for") {
        return Err(plain(
            400,
            "invalid_request",
            "Requests with the header X-Forwarded-For are refused",
        ));
    }
    if !has_metadata_header(request) {
        return Err(plain(
            400,
            "invalid_request",
            "Required metadata header not specified",
        ));
    }
    request
        .parameter("api-version")
        .filter(|version| !version.is_empty())
        .ok_or_else(|| {
            Reply::json(
                400,
                &json!({
                    "error": "Bad request. api-version was not specified in the request. For more information refer to aka.ms/azureimds",
                    "newest-versions": ["2021-12-13", "2021-02-01", "2020-09-01"],
                }),
            )
        })
}

pub(super) fn token(world: &mut World, request: &Request, now: Millis) -> Reply {
    let version = match check(request) {
        Ok(version) => version,
        Err(reply) => return reply,
    };
    if version.as_str() < FIRST_VERSION {
        return plain(
            400,
            "invalid_request",
            "The requested version is not supported",
        );
    }
    let resource = request.parameter("resource");
    match token_for(world, HostKind::Imds, &Selector::of(request), resource, now) {
        Ok((issued, subject, resource)) => Reply::json(200, &body(&issued, &subject, &resource)),
        Err(failure) => refused(&failure),
    }
}

/// All members are strings.
pub(super) fn body(issued: &IssuedToken, subject: &Subject, resource: &str) -> Value {
    json!({
        "access_token": issued.token,
        "client_id": subject.client_id,
        "expires_in": issued.lifetime.to_string(),
        "expires_on": issued.expires_on.to_string(),
        "ext_expires_in": issued.lifetime.to_string(),
        "not_before": issued.not_before.to_string(),
        "resource": resource,
        "token_type": "Bearer",
    })
}

pub(super) fn refused(failure: &TokenError) -> Reply {
    match failure {
        TokenError::NoResource => plain(
            400,
            "invalid_request",
            "Required audience parameter not specified",
        ),
        TokenError::Resource(text) => plain(400, "invalid_resource", text),
        TokenError::NoIdentity(NoIdentity::NotFound) => {
            plain(400, "invalid_request", "Identity not found")
        }
        TokenError::NoIdentity(NoIdentity::Several) => plain(
            400,
            "invalid_request",
            "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
        ),
    }
}

/// `/metadata/instance`, `/metadata/instance/compute` and its members.
pub(super) fn instance(world: &mut World, request: &Request, _now: Millis) -> Reply {
    if let Err(reply) = check(request) {
        return reply;
    }
    let machine = world
        .session
        .part::<Hosts>()
        .0
        .get(&HostKind::Imds)
        .and_then(|host| host.machine.clone())
        .and_then(|id| world.state.machines.get(&id.to_lowercase()));
    let missing = || plain(404, "not_found", "The requested element does not exist");
    let Some(machine) = machine else {
        return missing();
    };
    let whole = json!({ "compute": described(machine), "network": { "interface": [] } });
    let mut part = &whole;
    for segment in &request.segments[2..] {
        match part.get(segment.as_str()) {
            Some(inner) => part = inner,
            None => return missing(),
        }
    }
    let text = request
        .parameter("format")
        .is_some_and(|format| format.eq_ignore_ascii_case("text"));
    match part {
        Value::String(value) if text => Reply::raw(200, "text/plain; charset=utf-8", value.clone()),
        _ => Reply::json(200, part),
    }
}

fn described(machine: &Machine) -> Value {
    let property = |path: &str| {
        let mut value = machine.properties.get(path.split('/').next()?)?;
        for name in path.split('/').skip(1) {
            value = value.get(name)?;
        }
        value.as_str().map(str::to_owned)
    };
    json!({
        "azEnvironment": "AzurePublicCloud",
        "location": machine.location,
        "name": machine.name,
        "osType": property("storageProfile/osDisk/osType").unwrap_or_default(),
        "provider": "Microsoft.Compute",
        "resourceGroupName": machine.group,
        "resourceId": machine.id(),
        "subscriptionId": machine.subscription,
        "tags": machine
            .tags
            .iter()
            .map(|(name, value)| format!("{name}:{}", value.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(";"),
        "vmId": machine.unique_id,
        "vmSize": property("hardwareProfile/vmSize").unwrap_or_default(),
    })
}
