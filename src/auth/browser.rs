//! A person who signs in with the browser of this machine: the authorization code grant for programs
//! (RFC 8252), with proof of possession of what began it (PKCE, RFC 7636). The browser brings the
//! code to a port of this machine, which is open for as long as the sign-in takes.

use std::net::Ipv4Addr;
use std::pin::pin;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::{Either, select};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::browser_page::{Returned, serve};
use super::caller::Caller;
use super::person::{Account, Person, scope};
use super::token::{AccessToken, Secret};
use super::token_endpoint::{Issued, refusal_of};
use crate::base::{
    Audience, Category, Error, HostAnswer, QuestionKind, Questions, Result, Url, Wait,
    with_full_stop,
};

/// How long the person may take, in the units of a wait for an operation: ten minutes, after which
/// Entra's page has expired, too.
const PATIENCE: u32 = 600;

/// Opens Entra's page in the browser, and waits until the person has signed in there.
///
/// # Errors
/// `BrowserSignInTimeout`; `access_denied` and the endpoint's others; `LoopbackUnavailable`.
pub(crate) async fn sign_in(
    person: &Person,
    caller: &Caller<'_>,
    audience: &Audience,
    account: Option<&str>,
) -> Result<(AccessToken, Account)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let (listener, port) = listener
        .and_then(|listener| {
            let port = listener.local_addr()?.port();
            Ok((listener, port))
        })
        .map_err(|error| unavailable(&error.to_string()))?;
    let request = AuthorizationRequest::new(port)?;
    let page = request.page(person, audience, account);
    open(caller, &page).await;
    let code = wait(caller, listener, &request.state).await?;
    let issued = request.redeem(person, caller, audience, &code).await?;
    Ok(person.signed_in(issued).await)
}

/// What ties the code that comes back to the request for it.
struct AuthorizationRequest {
    redirect: String,
    state: String,
    verifier: Secret,
}

impl AuthorizationRequest {
    fn new(port: u16) -> Result<Self> {
        Ok(Self {
            // Entra allows any port of this name, and not of 127.0.0.1, for programs.
            redirect: format!("http://localhost:{port}"),
            state: random()?,
            verifier: random()?.into(),
        })
    }

    /// The page where the person signs in. Source: Microsoft identity platform, "Request an
    /// authorization code".
    fn page(&self, person: &Person, audience: &Audience, account: Option<&str>) -> Url {
        let challenge = digest(&SHA256, self.verifier.expose_secret().as_bytes());
        let mut page = person.endpoint.url("authorize");
        let mut query = page.query_pairs_mut();
        query
            .append_pair("client_id", &person.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", &scope(audience))
            .append_pair("state", &self.state)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
            .append_pair("code_challenge_method", "S256");
        match account {
            Some(name) => query.append_pair("login_hint", name),
            // Another user may be signed in to the browser.
            None => query.append_pair("prompt", "select_account"),
        };
        if let Some(claims) = &person.claims {
            query.append_pair("claims", claims);
        }
        drop(query);
        page
    }

    async fn redeem(
        &self,
        person: &Person,
        caller: &Caller<'_>,
        audience: &Audience,
        code: &Secret,
    ) -> Result<Issued> {
        let form = person
            .form()
            .with("grant_type", "authorization_code")
            .with_secret("code", code)
            .with("redirect_uri", &self.redirect)
            .with_secret("code_verifier", &self.verifier)
            .with("scope", &scope(audience));
        let issued = person.endpoint.token(caller, &form, &person.client_id);
        issued.await.map_err(|refusal| refused(refusal.error))
    }
}

/// 256 bits, as text.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        let message = "The operating system returned no random numbers";
        Error::new(Category::NotSpecified, "NoRandomNumbers", "random", message)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Has the host open the page, or tells the person to.
async fn open(caller: &Caller<'_>, page: &Url) {
    let questions = Questions::default();
    let kind = QuestionKind::Browser {
        url: page.to_string(),
    };
    let why = match questions.ask(caller.observer, kind).await {
        Some(HostAnswer::Opened) => {
            if caller.observer.wants_verbose() {
                let line = format!("The browser was started to sign in at {page}");
                caller.observer.verbose(line);
            }
            return;
        }
        Some(HostAnswer::Failed(why)) => format!("No browser could be started: {why}"),
        _ => "No browser can be started here".to_owned(),
    };
    caller.observer.warning(format!(
        "{} To sign in, open this page in a browser on this machine: {page}",
        with_full_stop(&why)
    ));
}

/// Waits for the code that the browser brings.
async fn wait(caller: &Caller<'_>, listener: TcpListener, state: &str) -> Result<Secret> {
    // Tests, which are quicker in all waits, are quicker in this one.
    let unit = caller.retry.first_poll;
    let patience = unit * PATIENCE;
    let returned = timeout(patience, receive(listener, state));
    let returned = Wait::new("Signing in with a browser", "the sign-in in the browser")
        .until(&**caller.observer, Some(patience), returned)
        .await;
    match returned {
        Ok(Returned::Code(code)) => Ok(code),
        Ok(Returned::Refusal { code, description }) => {
            let message = refusal_of(&code, description.as_deref());
            let category = Category::AuthenticationError;
            Err(refused(Error::new(category, &code, "sign-in", message)))
        }
        Err(_) => Err(too_late()),
    }
}

/// What the browser brings. Browsers open connections that they never use, so that none may block
/// another.
async fn receive(listener: TcpListener, state: &str) -> Returned {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut pages = JoinSet::new();
    loop {
        let accepted = match select(pin!(receiver.recv()), pin!(listener.accept())).await {
            Either::Left((Some(returned), _)) => return returned,
            Either::Left((None, _)) => unreachable!("this function holds a sender"),
            Either::Right((accepted, _)) => accepted,
        };
        if let Ok((stream, _)) = accepted {
            let (state, sender) = (state.to_owned(), sender.clone());
            pages.spawn(async move {
                if let Some(returned) = serve(stream, &state).await {
                    // Only the first counts.
                    let _ = sender.try_send(returned);
                }
            });
        }
    }
}

const ANOTHER_WAY: &str = "Run Connect-ManagedIdentityService -Interactive again. If this machine \
                           has no browser, use -UseDeviceAuthentication.";

fn too_late() -> Error {
    Error::new(
        Category::OperationTimeout,
        "BrowserSignInTimeout",
        "sign-in",
        "The sign-in in the browser was not completed in 10 minutes",
    )
    .advise(ANOTHER_WAY)
}

fn unavailable(why: &str) -> Error {
    Error::new(
        Category::ConnectionError,
        "LoopbackUnavailable",
        "127.0.0.1",
        format!("No port of this machine can be opened for the browser: {why}"),
    )
    .advise("Use -UseDeviceAuthentication.")
}

fn refused(error: Error) -> Error {
    match error.recommendation().is_empty() {
        true => error.advise("Check -Tenant and -ApplicationId, and sign in again."),
        false => error,
    }
}
