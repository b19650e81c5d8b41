//! The token endpoint, the documents that clients discover it by, and the check of the tokens that
//! it gave out.

use std::collections::{HashMap, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Method;
use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::clock::{Millis, login_time, us_time};
use crate::http::{Reply, Request};
use crate::random;
use crate::seed;
use crate::state::World;

/// How many tokens are remembered; older ones are forgotten first.
const REMEMBERED: usize = 10_000;

/// What Azure Resource Manager calls itself.
const ARM_AUDIENCES: [&str; 2] = [
    "https://management.azure.com",
    "https://management.core.windows.net",
];

/// What Microsoft Graph calls itself.
const GRAPH_AUDIENCES: [&str; 2] = [
    "https://graph.microsoft.com",
    "00000003-0000-0000-c000-000000000000",
];

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, Issued>,
    order: VecDeque<String>,
}

#[derive(Debug, Clone)]
struct Issued {
    audience: String,
    expires: Millis,
}

impl Tokens {
    fn remember(&mut self, token: String, issued: Issued) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.issued.remove(&oldest);
        }
        self.order.push_back(token.clone());
        self.issued.insert(token, issued);
    }
}

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
            seed::TENANT_ID,
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
    let Some(issued) = world.session.tokens.issued.get(token) else {
        return Err(ArmError::new(
            401,
            "InvalidAuthenticationToken",
            "The access token is invalid.",
        ));
    };
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
        .and_then(|token| world.session.tokens.issued.get(token))
        .is_some_and(|issued| issued.expires > now)
}

fn is_for_arm(world: &World, audience: &str) -> bool {
    let bare = audience.trim_end_matches('/');
    ARM_AUDIENCES.iter().any(|a| a.eq_ignore_ascii_case(bare))
        || bare.eq_ignore_ascii_case(&world.site.endpoint)
}

fn is_known_resource(world: &World, resource: &str) -> bool {
    is_for_arm(world, resource)
        || GRAPH_AUDIENCES
            .iter()
            .any(|a| a.eq_ignore_ascii_case(resource.trim_end_matches('/')))
}

/// Answers the paths of the sign-in service and of the cloud's metadata; none when the path is
/// neither.
pub(crate) fn answer(world: &mut World, request: &Request, now: Millis) -> Option<Reply> {
    let path: Vec<String> = request.segments.iter().map(|s| s.to_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let (method, reply): (_, fn(&mut World, &Request, Millis) -> Reply) = match path[..] {
        [_, "oauth2", "v2.0", "token"] => (Method::POST, |w, r, n| token(w, r, n, Version::V2)),
        [_, "oauth2", "token"] => (Method::POST, |w, r, n| token(w, r, n, Version::V1)),
        [_, "v2.0", ".well-known", "openid-configuration"] => {
            (Method::GET, |w, r, _| configuration(w, r, Version::V2))
        }
        [_, ".well-known", "openid-configuration"] => {
            (Method::GET, |w, r, _| configuration(w, r, Version::V1))
        }
        [_, "discovery", "instance"] => (Method::GET, |w, _, _| discovery(w)),
        [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => (Method::GET, |_, _, _| {
            Reply::json(200, &json!({ "keys": [] }))
        }),
        ["metadata", "endpoints"] => (Method::GET, |w, r, _| metadata(w, r)),
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

/// The two versions of the sign-in protocol: by `resource`, and by `scope`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Version {
    V1,
    V2,
}

/// A refusal of the sign-in service.
struct Refusal {
    status: u16,
    error: &'static str,
    code: u32,
    message: String,
}

fn refuse(status: u16, error: &'static str, code: u32, message: impl Into<String>) -> Refusal {
    Refusal {
        status,
        error,
        code,
        message: message.into(),
    }
}

impl Refusal {
    fn reply(self, endpoint: &str, request: &Request, now: Millis) -> Reply {
        let trace = random::guid();
        let correlation = request
            .header("client-request-id")
            .filter(|id| random::is_guid(id))
            .map_or_else(random::guid, str::to_owned);
        let timestamp = login_time(now);
        let code = self.code;
        Reply::json(
            self.status,
            &json!({
                "error": self.error,
                "error_description": format!(
                    "AADSTS{code}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
                    self.message
                ),
                "error_codes": [code],
                "timestamp": timestamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": format!("{endpoint}/error?code={code}"),
            }),
        )
        .header("Cache-Control", "no-store, no-cache")
    }
}

fn token(world: &mut World, request: &Request, now: Millis, version: Version) -> Reply {
    match grant(world, request, now, version) {
        Ok(reply) => reply,
        Err(refusal) => refusal.reply(&world.site.endpoint, request, now),
    }
}

fn grant(
    world: &mut World,
    request: &Request,
    now: Millis,
    version: Version,
) -> Result<Reply, Refusal> {
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let need = |name: &str| {
        field(name).ok_or_else(|| {
            refuse(
                400,
                "invalid_request",
                900_144,
                format!("The request body must contain the following parameter: '{name}'."),
            )
        })
    };

    check_tenant(&request.segments[0])?;
    let grant_type = need("grant_type")?;
    if grant_type != "client_credentials" {
        return Err(refuse(
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{grant_type}'."),
        ));
    }
    let client = need("client_id")?;
    if !client.eq_ignore_ascii_case(seed::CLIENT_ID) {
        return Err(refuse(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client}' was not found in the directory 'Emulator'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        ));
    }
    match (field("client_secret"), field("client_assertion")) {
        (Some(secret), _) => check_secret(secret)?,
        (None, Some(assertion)) => {
            need("client_assertion_type")?;
            check_assertion(assertion, &world.site.endpoint, now)?;
        }
        (None, None) => {
            return Err(refuse(
                401,
                "invalid_client",
                7_000_216,
                "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
            ));
        }
    }
    let resource = match version {
        Version::V1 => need("resource")?.to_owned(),
        Version::V2 => {
            let scope = need("scope")?;
            // MSAL adds `openid profile offline_access` in some flows; the resource's is the one
            // with the suffix.
            scope
                .split(' ')
                .find_map(|one| one.strip_suffix("/.default"))
                .ok_or_else(|| {
                    refuse(
                        400,
                        "invalid_scope",
                        1_002_012,
                        format!(
                            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
                        ),
                    )
                })?
                .to_owned()
        }
    };
    if !is_known_resource(world, &resource) {
        return Err(refuse(
            400,
            "invalid_resource",
            500_011,
            format!(
                "The resource principal named {resource} was not found in the tenant named Emulator. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
            ),
        ));
    }
    Ok(issue(world, &resource, now, version))
}

fn check_tenant(tenant: &str) -> Result<(), Refusal> {
    if tenant.eq_ignore_ascii_case(seed::TENANT_ID) {
        return Ok(());
    }
    Err(refuse(
        400,
        "invalid_request",
        90_002,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    ))
}

fn check_secret(secret: &str) -> Result<(), Refusal> {
    if secret == seed::CLIENT_SECRET {
        return Ok(());
    }
    Err(refuse(
        401,
        "invalid_client",
        7_000_215,
        format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.",
            seed::CLIENT_ID
        ),
    ))
}

/// A certificate's assertion: everything of it but the signature, since the emulator knows no
/// certificate to check that with.
fn check_assertion(assertion: &str, endpoint: &str, now: Millis) -> Result<(), Refusal> {
    let bad = |code, message: &str| Err(refuse(401, "invalid_client", code, message));
    let part = |index: usize| -> Option<Value> {
        let text = assertion.split('.').nth(index)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    };
    let (Some(header), Some(claims), 3) = (part(0), part(1), assertion.split('.').count()) else {
        return bad(50_027, "JWT token is invalid or malformed.");
    };
    let text = |value: &Value, name: &str| -> String {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (issuer, subject) = (text(&claims, "iss"), text(&claims, "sub"));
    if issuer != subject {
        return bad(
            70_021,
            &format!(
                "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'."
            ),
        );
    }
    if !issuer.eq_ignore_ascii_case(seed::CLIENT_ID) {
        return bad(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        );
    }
    let signed = ["RS256", "PS256"].contains(&text(&header, "alg").as_str());
    let named = ["x5t", "x5t#S256"]
        .iter()
        .any(|name| header.get(name).is_some());
    if !signed || !named || assertion.ends_with('.') {
        return bad(
            700_027,
            "Client assertion failed signature validation: the header names no algorithm and certificate that could have signed it.",
        );
    }
    if !text(&claims, "aud").starts_with(&format!("{endpoint}/{}/", seed::TENANT_ID)) {
        return bad(
            700_023,
            "Client assertion audience claim does not match Realm issuer.",
        );
    }
    let expires = claims.get("exp").and_then(Value::as_u64).unwrap_or(0);
    if expires * 1_000 <= now {
        return bad(
            700_024,
            "Client assertion is not within its valid time range.",
        );
    }
    Ok(())
}

fn issue(world: &mut World, resource: &str, now: Millis, version: Version) -> Reply {
    let lifetime = world.session.settings.token_lifetime_seconds;
    let issued_at = now / 1_000;
    // Claims are in whole seconds; what is remembered is exact.
    let expires = now + lifetime * 1_000;
    let endpoint = &world.site.endpoint;
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "emulator" });
    let claims = json!({
        "aud": resource,
        "iss": match version {
            Version::V1 => format!("{endpoint}/{}/", seed::TENANT_ID),
            Version::V2 => format!("{endpoint}/{}/v2.0", seed::TENANT_ID),
        },
        "iat": issued_at,
        "nbf": issued_at,
        "exp": expires / 1_000,
        "appid": seed::CLIENT_ID,
        "idtyp": "app",
        "oid": seed::PRINCIPAL_ID,
        "sub": seed::PRINCIPAL_ID,
        "tid": seed::TENANT_ID,
        "uti": random::opaque(16),
        "ver": match version { Version::V1 => "1.0", Version::V2 => "2.0" },
    });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!(
        "{}.{}.{}",
        encode(&header),
        encode(&claims),
        random::opaque(256)
    );
    world.session.tokens.remember(
        token.clone(),
        Issued {
            audience: resource.to_owned(),
            expires,
        },
    );
    let body = match version {
        Version::V2 => json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": token,
        }),
        // The older version writes numbers as strings.
        Version::V1 => json!({
            "token_type": "Bearer",
            "expires_in": lifetime.to_string(),
            "ext_expires_in": lifetime.to_string(),
            "expires_on": (expires / 1_000).to_string(),
            "not_before": issued_at.to_string(),
            "resource": resource,
            "access_token": token,
        }),
    };
    Reply::json(200, &body)
        .header("Cache-Control", "no-store, no-cache")
        .header("Pragma", "no-cache")
}

fn configuration(world: &World, request: &Request, version: Version) -> Reply {
    let endpoint = &world.site.endpoint;
    let given = &request.segments[0];
    // The tenants that stand for any tenant have a placeholder in the issuer.
    let any = ["common", "organizations", "consumers"]
        .iter()
        .any(|t| t.eq_ignore_ascii_case(given));
    if !any && let Err(refusal) = check_tenant(given) {
        return refusal.reply(endpoint, request, world.site.clock.now());
    }
    let tenant = if any { "{tenantid}" } else { seed::TENANT_ID };
    let base = format!("{endpoint}/{given}/oauth2");
    let (issuer, tokens) = match version {
        Version::V1 => (format!("{endpoint}/{tenant}/"), base),
        Version::V2 => (format!("{endpoint}/{tenant}/v2.0"), format!("{base}/v2.0")),
    };
    Reply::json(
        200,
        &json!({
            "issuer": issuer,
            "token_endpoint": format!("{tokens}/token"),
            "authorization_endpoint": format!("{tokens}/authorize"),
            "device_authorization_endpoint": format!("{tokens}/devicecode"),
            "end_session_endpoint": format!("{tokens}/logout"),
            "jwks_uri": format!("{endpoint}/{given}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "id_token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
            "tenant_region_scope": Value::Null,
            "cloud_instance_name": host(endpoint),
            "cloud_graph_host_name": host(endpoint),
            "msgraph_host": host(endpoint),
        }),
    )
}

fn host(endpoint: &str) -> &str {
    endpoint.split_once("//").map_or(endpoint, |(_, host)| host)
}

/// Instance discovery: the emulator is an authority, and the only one it knows.
fn discovery(world: &World) -> Reply {
    let endpoint = &world.site.endpoint;
    Reply::json(
        200,
        &json!({
            "tenant_discovery_endpoint": format!(
                "{endpoint}/{}/v2.0/.well-known/openid-configuration",
                seed::TENANT_ID
            ),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": host(endpoint),
                "preferred_cache": host(endpoint),
                "aliases": [host(endpoint)],
            }],
        }),
    )
}

/// The description of the cloud. Versions differ in the form: a short object in 2015-01-01, one
/// cloud in 2022-09-01, an array of clouds in the others. Every endpoint in it is the emulator's
/// own, so that nothing a client does leaves the machine.
fn metadata(world: &World, request: &Request) -> Reply {
    let endpoint = format!("{}/", world.site.endpoint);
    let version = match request.parameter("api-version") {
        Some(version) if !version.is_empty() => version,
        _ => {
            return ArmError::new(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
            .gateway()
            .into_reply();
        }
    };
    let authentication = json!({
        "loginEndpoint": world.site.endpoint,
        "audiences": [endpoint, "https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    });
    if version.as_str() < "2019-05-01" {
        return Reply::json(
            200,
            &json!({
                "galleryEndpoint": endpoint,
                "graphEndpoint": endpoint,
                "portalEndpoint": endpoint,
                "graphAudience": endpoint,
                "authentication": authentication,
            }),
        );
    }
    let cloud = json!({
            "name": "Emulator",
            "portal": endpoint,
            "authentication": authentication,
            "media": endpoint,
            "graph": endpoint,
            "graphAudience": endpoint,
            "microsoftGraphResourceId": endpoint,
            "batch": endpoint,
            "gallery": endpoint,
            "resourceManager": endpoint,
            "sqlManagement": endpoint,
            "activeDirectoryDataLake": endpoint,
            "logAnalyticsResourceId": endpoint,
            "appInsightsResourceId": endpoint,
            "synapseAnalyticsResourceId": endpoint,
            "ossrdbmsResourceId": endpoint,
            "attestationResourceId": endpoint,
            "vmImageAliasDoc": format!("{endpoint}aliases.json"),
            "suffixes": {
                "storage": "core.emulator.invalid",
                "keyVaultDns": "vault.emulator.invalid",
                "sqlServerHostname": "database.emulator.invalid",
                "acrLoginServer": "azurecr.emulator.invalid",
                "azureDataLakeStoreFileSystem": "azuredatalakestore.emulator.invalid",
                "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.emulator.invalid",
                "mysqlServerEndpoint": "mysql.emulator.invalid",
                "postgresqlServerEndpoint": "postgres.emulator.invalid",
                "mariadbServerEndpoint": "mariadb.emulator.invalid",
                "synapseAnalytics": "azuresynapse.emulator.invalid",
                "attestationEndpoint": "attest.emulator.invalid",
                "mhsmDns": "managedhsm.emulator.invalid",
            },
    });
    let one = version == "2022-09-01";
    Reply::json(200, &if one { cloud } else { json!([cloud]) })
}
