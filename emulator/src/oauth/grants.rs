//! The grants of the token endpoint: client credentials, authorization codes, device codes, refresh
//! tokens.

use serde_json::{Value, json};

use super::applications::{self, Client};
use super::assertion;
use super::authorization_code::AuthorizationCodes;
use super::device_code::{DeviceCodes, DeviceSignIn};
use super::protocol::{Version, check_tenant, is_any_tenant};
use crate::base::admin_key;
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::model::application::{self, SecretCheck};
use crate::state::World;
use crate::tokens::audience::{GRAPH_AUDIENCES, check_resource};
use crate::tokens::claims::Claims;
use crate::tokens::refusal::{Refusal, bad_client, missing, refuse};
use crate::tokens::store::{
    self as tokens, Grant, SignIn, Subject, SubjectKind, TokenRequest, Tokens,
};

/// Scopes that are about the sign-in and not about a resource.
const OPENID_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// How long a refresh token is good that nobody uses.
const REFRESH_TOKEN_LIFE: Millis = 90 * 86_400_000;

/// The fields of a form.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| missing(name))
    }
}

pub(super) fn token(
    world: &mut World,
    request: &Request,
    now: Millis,
    version: Version,
) -> Result<Value, Refusal> {
    let form = Form(request.form());
    let tenant = &request.segments[0];
    if !is_any_tenant(tenant) {
        check_tenant(tenant)?;
    }
    match form.need("grant_type")? {
        "client_credentials" => client_credentials(world, tenant, &form, now, version),
        "authorization_code" => redeem_code(world, &form, now, version),
        "refresh_token" => refresh_token(world, &form, now, version),
        // The name with the namespace is RFC 8628's, the short one is version 1's.
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => {
            redeem_device_code(world, &form, now, version)
        }
        other => Err(refuse(
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

fn client_credentials(
    world: &mut World,
    tenant: &str,
    form: &Form,
    now: Millis,
    version: Version,
) -> Result<Value, Refusal> {
    if is_any_tenant(tenant) {
        return Err(refuse(
            400,
            "invalid_request",
            50_059,
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        ));
    }
    let client = find_client(world, form.need("client_id")?)?;
    let grant = authenticate_client(world, &client, form, now)?.ok_or_else(|| {
        bad_client(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        )
    })?;
    let subject = subject_of(&client);
    let resource = application_resource(form, version)?;
    check_resource(world, &resource)?;
    let request = TokenRequest {
        subject: &subject,
        grant,
        audience: &resource,
        version: version.number(),
        claims: Claims::parse(form.get("claims"))?,
    };
    let issued = tokens::make(world, request, now);
    Ok(token_body(&issued, &resource, version))
}

pub(super) fn find_client<'a>(world: &'a World, client_id: &str) -> Result<Client<'a>, Refusal> {
    applications::find(&world.state, client_id).ok_or_else(|| {
        refuse(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client_id}' was not found in the directory 'Emulator'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        )
    })
}

/// Checks the credential that the client sent; none when it sent none.
fn authenticate_client(
    world: &World,
    client: &Client<'_>,
    form: &Form,
    now: Millis,
) -> Result<Option<Grant>, Refusal> {
    if let Some(secret) = form.get("client_secret") {
        check_secret(client, secret, now)?;
        return Ok(Some(Grant::Secret));
    }
    form.get("client_assertion")
        .map(|text| {
            let kind = form.get("client_assertion_type");
            assertion::check(world, client, kind, text, now)
        })
        .transpose()
}

fn check_secret(client: &Client<'_>, secret: &str, now: Millis) -> Result<(), Refusal> {
    let outcome = match client {
        Client::Application(application) => application.check(secret, now),
        Client::Identity(_) => SecretCheck::Invalid,
    };
    let id = client.id();
    match outcome {
        SecretCheck::Valid => Ok(()),
        SecretCheck::Expired => Err(bad_client(
            7_000_222,
            format!(
                "The provided client secret keys for app '{id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            ),
        )),
        SecretCheck::Invalid => Err(bad_client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{id}'."
            ),
        )),
    }
}

fn subject_of(client: &Client<'_>) -> Subject {
    match client {
        Client::Application(application) => Subject {
            client_id: application.client_id.clone(),
            object_id: application.principal_id.clone(),
            kind: SubjectKind::Application,
        },
        Client::Identity(identity) => Subject {
            client_id: identity.client_id.clone(),
            object_id: identity.principal_id.clone(),
            kind: SubjectKind::Identity(identity.id()),
        },
    }
}

/// What an application asks a token for.
fn application_resource(form: &Form, version: Version) -> Result<String, Refusal> {
    let wanted = form.need(version.parameter())?;
    if version == Version::V1 {
        return Ok(wanted.to_owned());
    }
    // MSAL adds `openid profile offline_access` in some flows; the resource's is the one with the
    // suffix.
    wanted
        .split(' ')
        .find_map(|one| one.strip_suffix("/.default"))
        .map(str::to_owned)
        .ok_or_else(|| {
            refuse(
                400,
                "invalid_scope",
                1_002_012,
                format!(
                    "The provided value for scope {wanted} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
                ),
            )
        })
}

/// The one resource that a user's scopes are of.
pub(super) fn user_resource(wanted: &str, version: Version) -> Result<String, Refusal> {
    if version == Version::V1 {
        return Ok(wanted.to_owned());
    }
    let invalid = |one: &str| {
        refuse(
            400,
            "invalid_scope",
            70_011,
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {one} is not valid."
            ),
        )
    };
    let mut resource: Option<String> = None;
    for one in resource_scopes(wanted) {
        let of = match one.rsplit_once('/') {
            // A scope of Microsoft Graph.
            None => GRAPH_AUDIENCES[0],
            Some((resource, name)) if !name.is_empty() && !resource.ends_with(":/") => resource,
            Some(_) => return Err(invalid(one)),
        };
        match &resource {
            Some(known)
                if !known
                    .trim_end_matches('/')
                    .eq_ignore_ascii_case(of.trim_end_matches('/')) =>
            {
                return Err(refuse(
                    400,
                    "invalid_request",
                    28_000,
                    "Provided value for the input parameter scope is not valid because it contains more than one resource.",
                ));
            }
            Some(_) => {}
            None => resource = Some(of.to_owned()),
        }
    }
    Ok(resource.unwrap_or_else(|| GRAPH_AUDIENCES[0].to_owned()))
}

/// The scopes that are about a resource.
fn resource_scopes(wanted: &str) -> impl Iterator<Item = &str> {
    wanted
        .split_whitespace()
        .filter(|one| !OPENID_SCOPES.contains(one))
}

/// The body of an answer with an access token.
fn token_body(issued: &tokens::IssuedToken, resource: &str, version: Version) -> Value {
    match version {
        Version::V2 => {
            let mut body = json!({
                "token_type": "Bearer",
                "expires_in": issued.lifetime,
                "ext_expires_in": issued.lifetime,
                "access_token": issued.token,
            });
            if let Some(refresh_in) = issued.refresh_in {
                body["refresh_in"] = json!(refresh_in);
            }
            body
        }
        // The older version writes numbers as strings.
        Version::V1 => {
            let mut body = json!({
                "token_type": "Bearer",
                "expires_in": issued.lifetime.to_string(),
                "ext_expires_in": issued.lifetime.to_string(),
                "expires_on": issued.expires_on.to_string(),
                "not_before": issued.not_before.to_string(),
                "resource": resource,
                "access_token": issued.token,
            });
            if let Some(refresh_in) = issued.refresh_in {
                body["refresh_in"] = json!(refresh_in.to_string());
            }
            body
        }
    }
}

/// The client in whose name a user signs in: a public one, or one that proves who it is.
fn user_client(world: &World, form: &Form, now: Millis) -> Result<String, Refusal> {
    let client = find_client(world, form.need("client_id")?)?;
    if authenticate_client(world, &client, form, now)?.is_some() {
        return Ok(client.id().to_owned());
    }
    match client {
        Client::Application(application) if application.public_client => {
            Ok(application.client_id.clone())
        }
        _ => Err(bad_client(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )),
    }
}

/// Begins a sign-in with a device code.
pub(super) fn device_code(
    world: &mut World,
    request: &Request,
    now: Millis,
    version: Version,
) -> Result<Value, Refusal> {
    let tenant = &request.segments[0];
    if !is_any_tenant(tenant) {
        check_tenant(tenant)?;
    }
    let form = Form(request.form());
    // Whether the client can prove who it is counts only when it asks for the token.
    let client_id = find_client(world, form.need("client_id")?)?.id().to_owned();
    let wanted = form.need(version.parameter())?.to_owned();
    check_resource(world, &user_resource(&wanted, version)?)?;
    let claims = Claims::parse(form.get("claims"))?;
    let settings = &world.session.settings;
    let (lifetime, interval) = (
        settings.device_code_lifetime_seconds,
        settings.device_code_interval_seconds,
    );
    let begun = DeviceSignIn {
        client_id,
        wanted,
        claims,
    };
    let codes = world
        .session
        .part_mut::<DeviceCodes>()
        .begin(begun, lifetime, interval, now);
    let page = format!("{}/devicelogin", world.site.endpoint);
    let message = format!(
        "To sign in, use a web browser to open the page {page} and enter the code {} to authenticate.",
        codes.user_code
    );
    Ok(match version {
        Version::V2 => json!({
            "user_code": codes.user_code,
            "device_code": codes.device_code,
            "verification_uri": page,
            "expires_in": lifetime,
            "interval": interval,
            "message": message,
        }),
        Version::V1 => json!({
            "user_code": codes.user_code,
            "device_code": codes.device_code,
            "verification_url": page,
            "expires_in": lifetime.to_string(),
            "interval": interval.to_string(),
            "message": message,
        }),
    })
}

/// For people who open the page that the message names.
pub(super) fn device_login(world: &World) -> Reply {
    Reply::raw(
        200,
        "text/plain; charset=utf-8",
        format!(
            "This is the emulator. It has no sign-in page: complete the code with\n\nPOST \
             {}/_emulator/devicecodes/CODE\n{}: KEY\n\n{{\"approve\": true}}\n",
            world.site.endpoint,
            admin_key::HEADER
        ),
    )
}

fn redeem_code(
    world: &mut World,
    form: &Form,
    now: Millis,
    version: Version,
) -> Result<Value, Refusal> {
    let client_id = user_client(world, form, now)?;
    let allowed = world.session.part_mut::<AuthorizationCodes>().redeem(
        form.need("code")?,
        &client_id,
        form.get("redirect_uri"),
        form.get("code_verifier"),
        now,
    )?;
    let nonce = allowed.nonce.clone();
    let sign_in = SignIn {
        subject: allowed.subject.clone(),
        scope: allowed.wanted.clone(),
        // The user was there: whatever was asked of them is proven.
        claims: allowed.claims.clone(),
        issued: now,
        revoked: None,
    };
    signed_in(
        world,
        form,
        (sign_in, nonce, Grant::AuthorizationCode),
        version,
    )
}

fn redeem_device_code(
    world: &mut World,
    form: &Form,
    now: Millis,
    version: Version,
) -> Result<Value, Refusal> {
    let client_id = user_client(world, form, now)?;
    let asked = Claims::parse(form.get("claims"))?;
    // Version 1 calls it `code`.
    let code = form
        .get("device_code")
        .or_else(|| form.get("code"))
        .ok_or_else(|| missing("device_code"))?;
    let (subject, begun) = world
        .session
        .part_mut::<DeviceCodes>()
        .poll(code, &client_id, now)?;
    // The user was there: whatever was asked of them is proven.
    let sign_in = SignIn {
        subject,
        scope: begun.wanted.clone(),
        claims: begun.claims.clone().and(asked),
        issued: now,
        revoked: None,
    };
    let resource = user_resource(&sign_in.scope, version)?;
    let claims = sign_in.claims.clone();
    let asked_for = UserTokenRequest {
        sign_in,
        resource,
        claims,
        client_info: form.get("client_info").is_some(),
        nonce: None,
        grant: Grant::DeviceCode,
    };
    Ok(user_tokens(world, asked_for, now, version))
}

fn refresh_token(
    world: &mut World,
    form: &Form,
    now: Millis,
    version: Version,
) -> Result<Value, Refusal> {
    let client_id = user_client(world, form, now)?;
    let token = form.need("refresh_token")?;
    let invalid = |code, message: String| refuse(400, "invalid_grant", code, message);
    let malformed = || {
        invalid(
            9_002_313,
            "Invalid request. Request is malformed or invalid.".to_owned(),
        )
    };
    let known = world
        .session
        .part::<Tokens>()
        .sign_in(token)
        .ok_or_else(malformed)?;
    let same = known.subject.client_id.eq_ignore_ascii_case(&client_id)
        || (application::is_family(&known.subject.client_id) && application::is_family(&client_id));
    if !same {
        return Err(invalid(
            70_000,
            "Provided grant is invalid or malformed. The refresh token was issued to another client.".to_owned(),
        ));
    }
    if let Some(revoked) = known.revoked {
        return Err(invalid(
            50_173,
            format!(
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{}'.",
                crate::base::clock::iso_time(known.issued),
                crate::base::clock::iso_time(revoked)
            ),
        ));
    }
    if known.issued.saturating_add(REFRESH_TOKEN_LIFE) <= now {
        return Err(invalid(
            700_082,
            format!(
                "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.",
                crate::base::clock::iso_time(known.issued)
            ),
        ));
    }
    let mut sign_in = known.clone();
    sign_in.issued = now;
    sign_in.subject.client_id = client_id;
    signed_in(world, form, (sign_in, None, Grant::RefreshToken), version)
}

/// The tokens of a user who has signed in, for what the form asks for, or else for what the sign-in did.
fn signed_in(
    world: &mut World,
    form: &Form,
    (mut sign_in, nonce, grant): (SignIn, Option<String>, Grant),
    version: Version,
) -> Result<Value, Refusal> {
    let now = sign_in.issued;
    if let Some(wanted) = form.get(version.parameter()) {
        sign_in.scope = wanted.to_owned();
    }
    let resource = user_resource(&sign_in.scope, version)?;
    check_resource(world, &resource)?;
    let asked = Claims::parse(form.get("claims"))?;
    asked.check_proven(&sign_in.claims, &resource)?;
    let asked_for = UserTokenRequest {
        claims: sign_in.claims.clone().and(asked),
        sign_in,
        resource,
        client_info: form.get("client_info").is_some(),
        nonce,
        grant,
    };
    Ok(user_tokens(world, asked_for, now, version))
}

/// What a user's client is to get.
struct UserTokenRequest {
    sign_in: SignIn,
    resource: String,
    claims: Claims,
    client_info: bool,
    /// What the id token is to contain.
    nonce: Option<String>,
    grant: Grant,
}

/// An access token and a new refresh token. The one before stays good, as with Entra.
fn user_tokens(world: &mut World, asked: UserTokenRequest, now: Millis, version: Version) -> Value {
    let UserTokenRequest {
        sign_in, resource, ..
    } = asked;
    let request = TokenRequest {
        subject: &sign_in.subject,
        grant: asked.grant,
        audience: &resource,
        version: version.number(),
        claims: asked.claims,
    };
    let issued = tokens::make(world, request, now);
    let mut body = token_body(&issued, &resource, version);
    let mut scope: Vec<String> = vec![format!("{resource}/user_impersonation")];
    scope.extend(resource_scopes(&sign_in.scope).map(str::to_owned));
    body["scope"] = match version {
        Version::V1 => json!("user_impersonation"),
        Version::V2 => json!(scope.join(" ")),
    };
    let nonce = asked.nonce.as_deref();
    if let Some(id_token) = tokens::id_token(world, &sign_in.subject, nonce) {
        body["id_token"] = json!(id_token);
    }
    if asked.client_info {
        body["client_info"] = json!(tokens::client_info(&sign_in.subject));
    }
    if application::is_family(&sign_in.subject.client_id) {
        body["foci"] = json!("1");
    }
    body["refresh_token"] = json!(
        world
            .session
            .part_mut::<Tokens>()
            .add_refresh_token(sign_in)
    );
    body
}
