//! The managed identity of the machine or the service that this runs on.

mod app_service;
mod arc;
mod imds;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use app_service::AppService;
use arc::Arc;
use imds::Imds;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::token::{AccessToken, Caller, Secret};
use super::token_endpoint::date;
use super::variables::Variables;
use crate::base::{
    ArmError, Audience, Category, Error, Result, Url, capitalized, causes, is_guid,
    random_fraction, read_body, retry_after, truncated,
};

/// A managed identity, and where its tokens come from.
pub struct ManagedIdentity {
    source: Source,
    which: Which,
}

enum Source {
    AppService(AppService),
    Arc(Arc),
    Imds(Imds),
}

/// Which of a machine's identities.
enum Which {
    /// The system-assigned one, or the only one.
    Default,
    /// One by a GUID: its client id or, which looks the same, its object id.
    Id {
        id: String,
        is_object_id: AtomicBool,
    },
    /// One by its resource id.
    ResourceId(String),
}

/// What an endpoint calls the three ways to name an identity.
struct Names {
    client_id: &'static str,
    object_id: &'static str,
    resource_id: &'static str,
}

impl Which {
    /// # Errors
    /// `InvalidAccountId`.
    fn named(account_id: Option<&str>) -> Result<Self> {
        match account_id.map(str::trim) {
            None => Ok(Self::Default),
            Some(id) if is_guid(id) => Ok(Self::Id {
                id: id.to_owned(),
                is_object_id: AtomicBool::new(false),
            }),
            Some(id) if id.to_ascii_lowercase().starts_with("/subscriptions/") => {
                Ok(Self::ResourceId(id.to_owned()))
            }
            Some(id) => Err(Error::invalid(
                "InvalidAccountId",
                "AccountId",
                id,
                "it must be the client id or object id (a GUID) of an identity, or its resource \
                 id.",
            )),
        }
    }

    fn parameter(&self, names: &Names) -> Option<(&'static str, &str)> {
        match self {
            Self::Default => None,
            Self::Id { id, is_object_id } => match is_object_id.load(Ordering::Relaxed) {
                false => Some((names.client_id, id)),
                true => Some((names.object_id, id)),
            },
            Self::ResourceId(id) => Some((names.resource_id, id)),
        }
    }

    /// Takes a GUID that is no client id for an object id; false when that was tried.
    fn try_object_id(&self) -> bool {
        match self {
            Self::Id { is_object_id, .. } => !is_object_id.swap(true, Ordering::Relaxed),
            _ => false,
        }
    }
}

impl ManagedIdentity {
    /// The identity that the environment offers, or else that of a virtual machine.
    ///
    /// # Errors
    /// `InvalidAccountId`; `InvalidEndpoint` when the environment names an endpoint that no secret
    /// may be sent to; `ManagedIdentityUnsupported`.
    pub(crate) fn find(variables: Variables<'_>, account_id: Option<&str>) -> Result<Self> {
        let which = Which::named(account_id)?;
        if variables.get(SERVICE_FABRIC).is_some() {
            return Err(service_fabric());
        }
        let source = if let Some(found) = AppService::find(variables)? {
            Source::AppService(found)
        } else if let Some(found) = Arc::find(variables)? {
            if account_id.is_some() {
                return Err(Error::invalid(
                    "InvalidAccountId",
                    "AccountId",
                    account_id.unwrap_or_default(),
                    "a machine in Azure Arc has only its system-assigned identity.",
                ));
            }
            Source::Arc(found)
        } else {
            Source::Imds(Imds::find(variables)?)
        };
        Ok(Self { source, which })
    }

    /// Where its tokens come from, in words.
    pub(crate) fn place(&self) -> &'static str {
        match &self.source {
            Source::AppService(service) => service.name(),
            Source::Arc(_) => "Azure Arc",
            Source::Imds(_) => "the instance metadata service (IMDS)",
        }
    }

    /// Who is signed in, as far as the caller said.
    pub(crate) fn account(&self) -> String {
        match &self.which {
            Which::Default => "MSI".to_owned(),
            Which::Id { id, .. } | Which::ResourceId(id) => id.clone(),
        }
    }

    /// Looks, without a long wait, whether there is a service that could give tokens at all.
    ///
    /// # Errors
    /// `ManagedIdentityUnavailable`.
    pub(crate) async fn probe(&self, caller: &Caller<'_>) -> Result<()> {
        match &self.source {
            // The environment would not name one that is not there.
            Source::AppService(_) | Source::Arc(_) => Ok(()),
            Source::Imds(imds) => imds.probe(caller).await,
        }
    }

    /// A token for `audience`.
    ///
    /// # Errors
    /// The service's own, such as `invalid_request`; `ManagedIdentityUnavailable`;
    /// `UntrustedChallenge` of Azure Arc.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        let resource = &audience.resource;
        loop {
            let answer = match &self.source {
                Source::AppService(service) => service.token(caller, resource, &self.which).await,
                Source::Arc(arc) => arc.token(caller, resource).await,
                Source::Imds(imds) => imds.token(caller, resource, &self.which).await,
            };
            match answer {
                Err(error) if error.status() == Some(400) && self.which.try_object_id() => {}
                answer => return answer,
            }
        }
    }
}

/// A request for a token to a service of this machine.
struct Call<'a> {
    url: Url,
    headers: Vec<(&'static str, Secret)>,
    /// What errors call the service.
    place: &'a str,
}

/// What such a service answers. Some write numbers as texts.
#[derive(Deserialize)]
struct Issued {
    access_token: Secret,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "seconds")]
    expires_on: Option<u64>,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Number(number) => Some(number),
        Written::Text(text) => text.trim().parse().ok(),
        Written::Other(_) => None,
    })
}

impl Issued {
    /// `now` is the service's own time, where it said so.
    fn into_token(self, now: Option<SystemTime>) -> AccessToken {
        let now = now.unwrap_or_else(SystemTime::now);
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let until = |at| Duration::from_secs(at).saturating_sub(now);
        let lifetime = match (self.expires_in, self.expires_on) {
            (Some(seconds), _) => Duration::from_secs(seconds),
            (None, Some(at)) => until(at),
            (None, None) => Duration::from_secs(60),
        };
        AccessToken::issued(self.access_token, lifetime)
    }
}

/// What such a service says when it gives no token: an error in one of Azure's forms, or a text.
struct Refused {
    code: Option<String>,
    sentence: Option<String>,
}

impl Refused {
    fn read(body: &[u8]) -> Self {
        let (code, sentence) = match ArmError::read(body) {
            Some(error) => (error.code.clone(), error.told()),
            None => (String::new(), plain_text(body)),
        };
        let first_line = sentence
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty());
        Self {
            sentence: first_line.map(|line| truncated(line, LONGEST_SENTENCE)),
            code: Some(code).filter(|code| !code.is_empty()),
        }
    }
}

/// No sentence that is shown is longer, in characters.
const LONGEST_SENTENCE: usize = 500;

/// The text that a body is, as JSON or bare; a page or any other JSON says nothing.
fn plain_text(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(Value::String(text)) => text,
        Ok(_) => String::new(),
        Err(_) => match String::from_utf8_lossy(body).trim() {
            page if page.starts_with('<') => String::new(),
            text => text.to_owned(),
        },
    }
}

/// Whether the service may answer better when it is asked again. Source: the documentation of the
/// instance metadata service, which is at times restarted (410) and not ready (404) meanwhile.
fn may_change(status: u16) -> bool {
    matches!(status, 404 | 408 | 410 | 429 | 500..=599)
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call<'_> {
    /// Sends it until there is a token or it is clear that there will be none.
    async fn token(&self, caller: &Caller<'_>) -> Result<AccessToken> {
        self.read(self.send(caller).await?)
    }

    /// Sends it until there is an answer that will not change.
    async fn send(&self, caller: &Caller<'_>) -> Result<Answer> {
        let retry = caller.retry;
        let started = Instant::now();
        for attempt in 1.. {
            let (error, asked) = match self.attempt(caller).await {
                Ok(answer) if !may_change(answer.status) => return Ok(answer),
                Ok(answer) => {
                    let asked = retry_after(&answer.headers).ok().flatten();
                    // While it is restarted it is gone for 70 s at most.
                    let restarts =
                        answer.status == 410 && started.elapsed() < retry.identity_restart;
                    if attempt >= retry.attempts && !restarts {
                        return Ok(answer);
                    }
                    (None, asked)
                }
                Err(error) => (Some(error), None),
            };
            if let Some(error) = error
                && attempt >= retry.connect_attempts
            {
                return Err(error);
            }
            sleep(asked.unwrap_or(retry.backoff(attempt, random_fraction()))).await;
        }
        unreachable!("the last attempt returns")
    }

    async fn attempt(&self, caller: &Caller<'_>) -> Result<Answer> {
        use secrecy::ExposeSecret;

        let mut request = caller
            .http
            .machine()?
            .get(self.url.clone())
            .timeout(PATIENCE);
        for (name, value) in &self.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value.expose_secret())
                .map_err(|_| self.unavailable("the environment contains no usable header"))?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let answer = request.send().await.map_err(|error| self.broken(&error))?;
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: read_body(answer)
                .await
                .map_err(|error| self.broken(&error))?,
        })
    }

    fn read(&self, answer: Answer) -> Result<AccessToken> {
        if answer.status != 200 {
            return Err(self.refused(&answer));
        }
        let issued: Issued = serde_json::from_slice(&answer.body)
            .map_err(|_| self.unavailable("its response is not a token"))?;
        Ok(issued.into_token(date(&answer.headers)))
    }

    fn refused(&self, answer: &Answer) -> Error {
        let status = answer.status;
        let refused = Refused::read(&answer.body);
        let code = refused
            .code
            .unwrap_or_else(|| format!("HttpStatus{status}"));
        let why = refused.sentence.unwrap_or_else(|| format!("HTTP {status}"));
        let message = format!("{} returned no token: {why}", self.place());
        let advice = match status {
            500.. => "Try again later.",
            _ => {
                "Check that the machine or the service has a managed identity, and that \
                 -AccountId names one of them."
            }
        };
        Error::new(Category::AuthenticationError, &code, "Identity", message)
            .with_status(status)
            .advise(advice)
    }

    fn broken(&self, error: &reqwest::Error) -> Error {
        let why = match error.is_timeout() {
            true => "it did not respond in time".to_owned(),
            false => causes(error),
        };
        self.unavailable(&why)
    }

    fn unavailable(&self, why: &str) -> Error {
        unavailable(self.place, why)
    }

    fn place(&self) -> String {
        capitalized(self.place)
    }
}

/// How long such a service may take: IMDS queues its callers.
const PATIENCE: Duration = Duration::from_secs(30);

/// No service here gives tokens of a managed identity.
pub(crate) const UNAVAILABLE: &str = "ManagedIdentityUnavailable";

/// Set for the programs of a cluster of Service Fabric, and nowhere else. Source: Service Fabric's
/// "How to leverage a Service Fabric application's managed identity".
const SERVICE_FABRIC: &str = "IDENTITY_SERVER_THUMBPRINT";

fn service_fabric() -> Error {
    Error::new(
        Category::AuthenticationError,
        "ManagedIdentityUnsupported",
        "Identity",
        "The managed identities of Azure Service Fabric are not supported",
    )
    .advise("Sign in another way, such as with a certificate: -CertificatePath.")
}

fn unavailable(place: &str, why: &str) -> Error {
    Error::new(
        Category::AuthenticationError,
        UNAVAILABLE,
        "Identity",
        format!(
            "{} provides no managed identity token: {why}",
            capitalized(place)
        ),
    )
    .advise("A managed identity works in Azure, or on a machine that Azure Arc manages.")
}

/// An endpoint that the environment names: on this machine, or at an address of the link, where
/// containers of App Service have it; elsewhere it is https.
///
/// # Errors
/// `InvalidEndpoint`, which names the variable.
fn endpoint(variable: &str, text: &str) -> Result<Url> {
    let is_near = |url: &Url| {
        crate::base::is_loopback(url)
            || url
                .host_str()
                .and_then(|host| host.parse::<std::net::Ipv4Addr>().ok())
                .is_some_and(|address| address.is_link_local())
    };
    Url::parse(text.trim())
        .ok()
        .filter(|url| url.scheme() == "http" && is_near(url))
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .ok_or_else(|| {
            Error::new(
                Category::InvalidArgument,
                "InvalidEndpoint",
                variable,
                format!("The environment variable {variable} is not an endpoint of this machine"),
            )
            .advise("It must be http at 127.0.0.1, localhost or 169.254.*.")
        })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn an_identity_is_named_in_three_ways() {
        let names = Names {
            client_id: "c",
            object_id: "o",
            resource_id: "r",
        };
        let guid = "00001111-aaaa-2222-bbbb-3333cccc4444";
        let which = Which::named(Some(guid)).unwrap();
        assert_eq!(which.parameter(&names), Some(("c", guid)));
        assert!(which.try_object_id());
        assert_eq!(which.parameter(&names), Some(("o", guid)));
        assert!(!which.try_object_id());
        let id = "/subscriptions/s/resourceGroups/g/providers/x";
        let which = Which::named(Some(id)).unwrap();
        assert_eq!(which.parameter(&names), Some(("r", id)));
        assert!(!which.try_object_id());
        assert!(Which::named(None).unwrap().parameter(&names).is_none());
        let error = Which::named(Some("bob")).err().unwrap();
        assert_eq!(error.code(), "InvalidAccountId");
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let read = |json: &str| serde_json::from_str::<Issued>(json).unwrap();
        let text = read(r#"{"access_token":"t","expires_in":"3599","expires_on":"1506484173"}"#);
        assert_eq!(
            (text.expires_in, text.expires_on),
            (Some(3599), Some(1506484173))
        );
        let number = read(r#"{"access_token":"t","expires_on":1506484173}"#);
        assert_eq!(
            (number.expires_in, number.expires_on),
            (None, Some(1506484173))
        );
        let odd = read(r#"{"access_token":"t","expires_in":null,"expires_on":"soon"}"#);
        assert_eq!((odd.expires_in, odd.expires_on), (None, None));
        assert_eq!(odd.access_token.expose_secret(), "t");
    }

    #[test]
    fn a_refusal_is_told_in_whatever_form_it_comes() {
        let says = "User assigned identity is currently not supported";
        for (body, code) in [
            (
                format!(r#"{{"error":"invalid_request","error_description":"{says}"}}"#),
                "invalid_request",
            ),
            (
                format!(r#"{{"statusCode":400,"message":"{says}","error":null}}"#),
                "",
            ),
            (format!(r#"{{"Message":"{says}"}}"#), ""),
            (
                format!(r#"{{"error":{{"code":"BadRequest","message":"{says}"}}}}"#),
                "BadRequest",
            ),
            (format!("\"{says}\""), ""),
            (format!("\r\n{says}\r\nmore"), ""),
        ] {
            let refused = Refused::read(body.as_bytes());
            assert_eq!(refused.sentence.as_deref(), Some(says), "{body}");
            assert_eq!(refused.code.unwrap_or_default(), code, "{body}");
        }
        for empty in [
            "",
            "<html>No</html>",
            "{}",
            "[1]",
            "null",
            "{\"message\":null}",
        ] {
            let refused = Refused::read(empty.as_bytes());
            assert_eq!((refused.code, refused.sentence), (None, None), "{empty}");
        }
    }

    #[test]
    fn service_fabric_is_refused_by_name() {
        let variables = [
            (
                "IDENTITY_ENDPOINT",
                "https://10.0.0.4:2377/metadata/identity/oauth2/token",
            ),
            ("IDENTITY_HEADER", "h"),
            (SERVICE_FABRIC, "00"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables = std::collections::BTreeMap::from(variables);
        let error = ManagedIdentity::find(Variables::of(Some(&variables)), None);
        let error = error.err().unwrap();
        assert!(error.message().contains("Service Fabric"), "{error}");
    }

    #[test]
    fn a_secret_goes_to_no_endpoint_far_away() {
        for good in [
            "http://127.0.0.1:41741/msi/token",
            "http://localhost:40342/metadata/identity/oauth2/token",
            "http://169.254.129.2:8081/msi/token",
        ] {
            assert!(endpoint("IDENTITY_ENDPOINT", good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com/msi/token",
            "http://10.0.0.1/",
            "http://user:pass@127.0.0.1/",
            "localhost",
            "",
        ] {
            let error = endpoint("IDENTITY_ENDPOINT", bad).unwrap_err();
            assert_eq!(error.code(), "InvalidEndpoint", "{bad}");
        }
    }
}
