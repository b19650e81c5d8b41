//! A person who signs in with a browser, on this machine or any other: the device authorization
//! grant (RFC 8628).

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::caller::Caller;
use super::person::{Account, Person, scope};
use super::token::{AccessToken, Secret, lifetime};
use super::token_endpoint::{Issued, Refusal};
use crate::base::{Audience, Category, Error, Result, Wait};

/// What the person is to do.
#[derive(Deserialize)]
struct Code {
    device_code: Secret,
    message: String,
    #[serde(deserialize_with = "lifetime")]
    expires_in: Duration,
    #[serde(default = "usual_interval")]
    interval: u64,
}

/// RFC 8628, 3.2.
fn usual_interval() -> u64 {
    5
}

/// Tells the person what to do, as a warning, and waits until it is done.
///
/// # Errors
/// `DeviceCodeExpired`; `authorization_declined`; the endpoint's others.
pub(crate) async fn sign_in(
    person: &Person,
    caller: &Caller<'_>,
    audience: &Audience,
) -> Result<(AccessToken, Account)> {
    let form = person.form().with("scope", &scope(audience));
    let code: Code = person
        .endpoint
        .post(caller, "devicecode", &form, &person.client_id)
        .await
        .map_err(|refusal| refused(refusal.error))?;
    caller.observer.warning(code.message.clone());
    let issued = Wait::new("Signing in with a device code", "the sign-in with the code")
        .until(
            &**caller.observer,
            Some(code.expires_in),
            wait(person, caller, &code),
        )
        .await?;
    Ok(person.signed_in(issued).await)
}

async fn wait(person: &Person, caller: &Caller<'_>, code: &Code) -> Result<Issued> {
    let form = person
        .form()
        .with("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
        .with_secret("device_code", &code.device_code);
    let until = Instant::now() + code.expires_in;
    // Tests, which are quicker in all waits, are quicker in this one.
    let unit = caller.retry.first_poll;
    let mut interval = unit * u32::try_from(code.interval.max(1)).unwrap_or(u32::MAX);
    while Instant::now() < until {
        sleep(interval.min(until.saturating_duration_since(Instant::now()))).await;
        let answer = person
            .endpoint
            .token(caller, &form, &person.client_id)
            .await;
        let Err(Refusal { error, .. }) = answer else {
            return answer.map_err(|refusal| refusal.error);
        };
        match error.code() {
            "authorization_pending" => {}
            // RFC 8628, 3.5.
            "slow_down" => interval += 5 * unit,
            "expired_token" | "code_expired" => break,
            _ => return Err(refused(error)),
        }
    }
    Err(Error::new(
        Category::OperationTimeout,
        "DeviceCodeExpired",
        &person.client_id,
        "The device code expired before it was used",
    )
    .advise("Run Connect-ManagedIdentityService -UseDeviceAuthentication again."))
}

fn refused(error: Error) -> Error {
    error.advise("Check -Tenant, and whether the tenant allows the device code flow.")
}
