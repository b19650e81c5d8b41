//! The sign-in page. There is nobody to type a password: it sends the browser back at once, with a
//! code for the user that `login_hint` names, or the initial user.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::authorization_code::{Allowed, AuthorizationCodes, Challenge};
use super::grants::{find_client, user_resource};
use super::protocol::{Version, check_tenant, is_any_tenant};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::base::seed;
use crate::model::principal::PrincipalType;
use crate::state::{World, directory};
use crate::tokens::audience::check_resource;
use crate::tokens::claims::Claims;
use crate::tokens::refusal::{Refusal, missing, refuse};
use crate::tokens::store::{Subject, SubjectKind};

/// What stays as it is in the value of a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How the browser brings the answer.
#[derive(Clone, Copy)]
enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// Where the answer goes.
struct ReturnAddress {
    redirect: String,
    mode: ResponseMode,
    state: Option<String>,
}

/// Shows the sign-in page: errors of which the program must not hear stay on it.
pub(super) fn page(world: &mut World, request: &Request, now: Millis, version: Version) -> Reply {
    let address = match return_address(world, request) {
        Ok(address) => address,
        Err(refusal) => return shown(400, &refusal.text()),
    };
    let pairs = match allow(world, request, &address, now, version) {
        Ok(code) => vec![
            ("code", code),
            ("session_state", seed::TENANT_ID.to_owned()),
        ],
        Err(refusal) => vec![
            ("error", refusal.error.to_owned()),
            ("error_description", refusal.text()),
        ],
    };
    address.answer(pairs)
}

/// The address, once the tenant, the client and the address itself are known to be good.
fn return_address(world: &World, request: &Request) -> Result<ReturnAddress, Refusal> {
    let tenant = &request.segments[0];
    if !is_any_tenant(tenant) {
        check_tenant(tenant)?;
    }
    let client_id = need(request, "client_id")?;
    find_client(world, &client_id)?;
    let redirect = need(request, "redirect_uri")?;
    if !is_of_this_machine(&redirect) {
        return Err(refuse(
            400,
            "invalid_request",
            50_011,
            format!(
                "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."
            ),
        ));
    }
    let mode = match request.parameter("response_mode").as_deref() {
        None | Some("query") => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        Some(other) => {
            return Err(refuse(
                400,
                "invalid_request",
                70_007,
                format!("'{other}' is not a supported value of 'response_mode'."),
            ));
        }
    };
    Ok(ReturnAddress {
        redirect,
        mode,
        state: request.parameter("state"),
    })
}

/// Programs may return to any port of `localhost`, and not to the address 127.0.0.1.
fn is_of_this_machine(redirect: &str) -> bool {
    let Some(rest) = redirect.strip_prefix("http://localhost") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    !redirect.contains('#')
        && (authority.is_empty()
            || authority
                .strip_prefix(':')
                .is_some_and(|port| port.parse::<u16>().is_ok()))
}

/// A code for the user, or why there is none.
fn allow(
    world: &mut World,
    request: &Request,
    address: &ReturnAddress,
    now: Millis,
    version: Version,
) -> Result<String, Refusal> {
    let kind = need(request, "response_type")?;
    if kind != "code" {
        return Err(refuse(
            400,
            "unsupported_response_type",
            70_005,
            format!("The app requested an unsupported response type '{kind}'."),
        ));
    }
    let wanted = need(request, version.parameter())?;
    check_resource(world, &user_resource(&wanted, version)?)?;
    let challenge = challenge(request)?;
    let claims = Claims::parse(request.parameter("claims").as_deref())?;
    let subject = user(world, request)?;
    if world.session.settings.decline_sign_ins {
        return Err(refuse(
            400,
            "access_denied",
            65_004,
            "User declined to consent to access the app.",
        ));
    }
    let allowed = Allowed {
        subject,
        redirect: address.redirect.clone(),
        challenge,
        wanted,
        claims,
        nonce: request.parameter("nonce"),
    };
    let codes = world.session.part_mut::<AuthorizationCodes>();
    Ok(codes.give(allowed, now))
}

fn challenge(request: &Request) -> Result<Option<Challenge>, Refusal> {
    let Some(challenge) = request.parameter("code_challenge") else {
        return Ok(None);
    };
    let method = request.parameter("code_challenge_method");
    match method.as_deref().unwrap_or("plain") {
        "S256" => Ok(Some(Challenge::Sha256(challenge))),
        "plain" => Ok(Some(Challenge::Plain(challenge))),
        other => Err(refuse(
            400,
            "invalid_request",
            501_491,
            format!("Invalid code_challenge_method '{other}'. It must be 'plain' or 'S256'."),
        )),
    }
}

/// The user with the name that the program gives, or the initial one.
fn user(world: &World, request: &Request) -> Result<Subject, Refusal> {
    let client_id = need(request, "client_id")?;
    let Some(hint) = request.parameter("login_hint").filter(|it| !it.is_empty()) else {
        return Ok(Subject::seeded_user(&client_id));
    };
    if hint.eq_ignore_ascii_case(seed::USER_NAME) {
        return Ok(Subject::seeded_user(&client_id));
    }
    let users = world.state.principals.values();
    users
        .filter(|one| one.kind == PrincipalType::User)
        .map(|one| (one, directory::user_name(&one.id, &one.display_name)))
        .find(|(_, name)| name.eq_ignore_ascii_case(&hint))
        .map(|(user, name)| Subject {
            client_id,
            object_id: user.id.clone(),
            kind: SubjectKind::User {
                name,
                display_name: user.display_name.clone(),
            },
        })
        .ok_or_else(|| {
            refuse(
                400,
                "login_required",
                50_034,
                format!("The user account {hint} does not exist in the Emulator directory. To sign into this application, the account must be added to the directory."),
            )
        })
}

fn need(request: &Request, name: &str) -> Result<String, Refusal> {
    request
        .parameter(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing(name))
}

impl ReturnAddress {
    fn answer(self, mut pairs: Vec<(&'static str, String)>) -> Reply {
        if let Some(state) = self.state {
            pairs.push(("state", state));
        }
        let encode = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
        let query: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let query = query.join("&");
        let sign = match self.mode {
            ResponseMode::FormPost => return form(&self.redirect, &pairs),
            ResponseMode::Fragment => '#',
            ResponseMode::Query if self.redirect.contains('?') => '&',
            ResponseMode::Query => '?',
        };
        Reply::empty(302).header("Location", format!("{}{sign}{query}", self.redirect))
    }
}

/// A page whose form the browser posts by itself.
fn form(redirect: &str, pairs: &[(&str, String)]) -> Reply {
    let fields: String = pairs
        .iter()
        .map(|(name, value)| {
            let value = escaped(value);
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\"/>")
        })
        .collect();
    let action = escaped(redirect);
    html(
        200,
        format!(
            "<html><body><form method=\"POST\" name=\"hiddenform\" action=\"{action}\">{fields}\
             </form><script>document.forms[0].submit();</script></body></html>"
        ),
    )
}

fn shown(status: u16, text: &str) -> Reply {
    html(
        status,
        format!("<html><body>{}</body></html>", escaped(text)),
    )
}

fn html(status: u16, page: String) -> Reply {
    Reply::raw(status, "text/html; charset=utf-8", page).header("Cache-Control", "no-store")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
