//! Client assertions: a JWT in place of a secret. One that the client signed with its certificate
//! names the client as issuer; one of another identity provider is looked up among the client's
//! federated credentials.

use super::applications::{Client, Issuers, SignatureCheck};
use super::expression;
use super::jwt::Jwt;
use crate::base::clock::{Millis, iso_time, login_time};
use crate::model::application::Application;
use crate::model::certificate::{Algorithm, Certificate, base64url, hex};
use crate::model::federated::Trust;
use crate::state::World;
use crate::tokens::audience::{EXCHANGE_AUDIENCE, tenant_id};
use crate::tokens::refusal::{Refusal, bad_client, missing, refuse};
use crate::tokens::store::{Grant, Tokens};

/// The only `client_assertion_type`.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far clocks may differ.
const TOLERANCE: u64 = 300;
const CERTIFICATE_HELP: &str = "Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .";
const FEDERATION_HELP: &str = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

/// Checks an assertion of that client; which kind it was.
pub(super) fn check(
    world: &World,
    client: &Client<'_>,
    kind: Option<&str>,
    assertion: &str,
    now: Millis,
) -> Result<Grant, Refusal> {
    match kind {
        None => return Err(missing("client_assertion_type")),
        Some(TYPE) => {}
        Some(other) => {
            return Err(bad_client(
                70_003,
                format!("The app presented an unsupported assertion type '{other}'."),
            ));
        }
    }
    let malformed = || bad_client(50_027, "JWT token is invalid or malformed.");
    let token = Jwt::parse(assertion).ok_or_else(malformed)?;
    if token.claim("iss").contains("://") {
        federated(world, client, &token, assertion, now)?;
        return Ok(Grant::Federated);
    }
    let Client::Application(application) = client else {
        // An identity has no certificates that a client could hold.
        return Err(unknown_key(&token, client.id()));
    };
    signed_with_certificate(world, application, &token)?;
    Ok(Grant::Certificate)
}

fn signed_with_certificate(
    world: &World,
    application: &Application,
    token: &Jwt<'_>,
) -> Result<(), Refusal> {
    let id = &application.client_id;
    for name in ["iss", "sub"] {
        if !token.claim(name).eq_ignore_ascii_case(id) {
            return Err(bad_client(
                700_021,
                format!(
                    "Client assertion application identifier doesn't match 'client_id' parameter. {CERTIFICATE_HELP}"
                ),
            ));
        }
    }
    let certificate = certificate_of(application, token).ok_or_else(|| unknown_key(token, id))?;
    let algorithm = Algorithm::parse(token.header("alg"));
    let right =
        algorithm.is_some_and(|a| certificate.signed(a, token.signed.as_bytes(), &token.signature));
    if !right {
        return Err(invalid_signature(
            "The provided signature value did not match the expected signature value.",
            certificate,
            id,
        ));
    }
    let shown = world.server_time();
    if !(certificate.not_before..certificate.not_after).contains(&shown) {
        return Err(invalid_signature(
            "The key used is expired.",
            certificate,
            id,
        ));
    }
    if !token.audiences().iter().any(|aud| is_ours(world, aud)) {
        return Err(bad_client(
            700_023,
            format!(
                "Client assertion audience claim does not match Realm issuer. {CERTIFICATE_HELP}"
            ),
        ));
    }
    check_time(world, token)?;
    if token.claim("jti").is_empty() {
        return Err(bad_client(50_027, "JWT token is invalid or malformed."));
    }
    Ok(())
}

/// The registered certificate that the header names by thumbprint.
fn certificate_of<'a>(application: &'a Application, token: &Jwt<'_>) -> Option<&'a Certificate> {
    let named = |name: &str| base64url(token.header(name)).filter(|print| !print.is_empty());
    let (sha256, sha1) = (named("x5t#S256"), named("x5t"));
    if sha256.is_none() && sha1.is_none() {
        return None;
    }
    application.certificates.iter().find(|one| {
        sha256.as_ref().is_none_or(|print| *print == one.sha256())
            && sha1.as_ref().is_none_or(|print| *print == one.sha1())
    })
}

fn unknown_key(token: &Jwt<'_>, id: &str) -> Refusal {
    let print = ["x5t", "x5t#S256"]
        .iter()
        .find_map(|name| base64url(token.header(name)).filter(|print| !print.is_empty()))
        .unwrap_or_default();
    bad_client(
        700_027,
        format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{id}'.]",
            hex(&print)
        ),
    )
}

fn invalid_signature(reason: &str, certificate: &Certificate, id: &str) -> Refusal {
    bad_client(
        700_027,
        format!(
            "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: '{}', Found key 'Start={}, End={}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{id}'.]",
            hex(&certificate.sha1()),
            login_time(certificate.not_before),
            login_time(certificate.not_after)
        ),
    )
}

/// The tenant's issuer or one of its token endpoints.
fn is_ours(world: &World, audience: &str) -> bool {
    let audience = audience
        .to_lowercase()
        .replace("://localhost:", "://127.0.0.1:");
    let base = format!("{}/{}", world.site.endpoint, tenant_id());
    ["/v2.0", "/oauth2/v2.0/token", "/oauth2/token", "/", ""]
        .iter()
        .any(|tail| audience == format!("{base}{tail}"))
}

fn check_time(world: &World, token: &Jwt<'_>) -> Result<(), Refusal> {
    let shown = world.server_time();
    let seconds = shown / 1_000;
    let (from, until) = (token.seconds("nbf").unwrap_or(0), token.seconds("exp"));
    let good = from <= seconds.saturating_add(TOLERANCE)
        && until.is_some_and(|until| until.saturating_add(TOLERANCE) > seconds);
    if good {
        return Ok(());
    }
    let time = |seconds: u64| iso_time(seconds.min(253_402_300_799) * 1_000);
    Err(bad_client(
        700_024,
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}. {CERTIFICATE_HELP}",
            iso_time(shown),
            time(from),
            time(until.unwrap_or(0))
        ),
    ))
}

/// Whether `issuer` is Entra itself.
fn is_entra(world: &World, issuer: &str) -> bool {
    [
        world.site.endpoint.as_str(),
        "https://login.microsoftonline.com",
        "https://sts.windows.net",
    ]
    .iter()
    .any(|known| {
        issuer
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn federated(
    world: &World,
    client: &Client<'_>,
    token: &Jwt<'_>,
    text: &str,
    now: Millis,
) -> Result<(), Refusal> {
    let (issuer, audiences) = (token.claim("iss"), token.audiences());
    // Of Entra's own tokens only those that a managed identity got for the exchange are taken.
    if is_entra(world, issuer) {
        let for_exchange = audiences.contains(&EXCHANGE_AUDIENCE);
        if !for_exchange || !world.session.part::<Tokens>().is_of_identity(text, now) {
            return Err(bad_client(
                700_222,
                "AAD-issued tokens may not be used for federated identity flows.",
            ));
        }
    }
    matches_credential(client, world, token)?;
    let failed = |reason: &str| {
        bad_client(
            50_013,
            format!("Assertion failed signature validation. [Reason - {reason}]"),
        )
    };
    match world.session.part::<Issuers>().check(issuer, token) {
        SignatureCheck::Valid => {}
        SignatureCheck::UnknownKey => return Err(failed("The key was not found.")),
        SignatureCheck::Invalid => {
            return Err(failed(
                "The provided signature value did not match the expected signature value.",
            ));
        }
    }
    check_time(world, token)
}

/// Whether a credential of the token's issuer is for its subject, or for its claims.
fn names(trust: &Trust, token: &Jwt<'_>) -> bool {
    match &trust.claims_matching_expression {
        Some(expression) => expression::matches(&expression.value, token),
        None => trust.subject.as_deref() == Some(token.claim("sub")),
    }
}

/// Says which of the three does not fit, like Entra: the issuer first, then the subject, then the
/// audience.
fn matches_credential(client: &Client<'_>, world: &World, token: &Jwt<'_>) -> Result<(), Refusal> {
    let (issuer, subject, audiences) = (token.claim("iss"), token.claim("sub"), token.audiences());
    let known = client.trusted(&world.state);
    if known.is_empty() {
        return Err(refuse(
            400,
            "invalid_request",
            70_021,
            format!(
                "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: '{}'. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
                audiences.join(",")
            ),
        ));
    }
    let no_match = |code, what: &str, value: &str| {
        bad_client(
            code,
            format!(
                "No matching federated identity record found for presented assertion {what} '{value}'. {FEDERATION_HELP}"
            ),
        )
    };
    let of_issuer: Vec<_> = known.iter().filter(|one| one.issuer == issuer).collect();
    if of_issuer.is_empty() {
        return Err(no_match(700_211, "issuer", issuer));
    }
    let of_subject: Vec<_> = of_issuer
        .into_iter()
        .filter(|one| names(one, token))
        .collect();
    if of_subject.is_empty() {
        return Err(no_match(700_213, "subject", subject));
    }
    let fits = of_subject
        .iter()
        .any(|one| audiences.contains(&one.audience.as_str()));
    if fits {
        Ok(())
    } else {
        Err(no_match(700_212, "audience", &audiences.join(",")))
    }
}
