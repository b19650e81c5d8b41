//! Requests for tokens to the services of this machine.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::time::Instant;

use crate::auth::ask::{Answer, send};
use crate::auth::caller::Caller;
use crate::auth::token::{AccessToken, Secret};
use crate::auth::token_endpoint::date;
use crate::base::{
    ArmError, Category, Error, NoAnswer, Result, Url, Wait, capitalized, is_loopback, retry_after,
    truncated,
};

/// A request for a token to a service of this machine.
pub(super) struct TokenRequest<'a> {
    pub(super) url: Url,
    pub(super) headers: Vec<(&'static str, Secret)>,
    /// What errors call the service.
    pub(super) service: &'a str,
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
struct ServiceError {
    code: Option<String>,
    sentence: Option<String>,
}

impl ServiceError {
    fn read(body: &[u8]) -> Self {
        let (code, sentence) = match ArmError::read(body) {
            Some(error) => (error.code.clone(), error.summary()),
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

/// Whether a retry may succeed. Source: the documentation of the instance metadata service, which
/// returns 410 while it restarts and 404 until it is ready.
fn may_change(status: u16) -> bool {
    matches!(status, 404 | 408 | 410 | 429 | 500..=599)
}

impl TokenRequest<'_> {
    /// Sends it until there is a token or it is clear that there will be none.
    pub(super) async fn token(&self, caller: &Caller<'_>) -> Result<AccessToken> {
        self.read(self.send(caller).await?)
    }

    /// Sends it until there is an answer that will not change.
    pub(super) async fn send(&self, caller: &Caller<'_>) -> Result<Answer> {
        let retry = caller.retry;
        let started = Instant::now();
        for attempt in 1.. {
            let (why, asked) = match self.attempt(caller).await {
                Ok(answer) if !may_change(answer.status) => return Ok(answer),
                Ok(answer) => {
                    let asked = retry_after(&answer.headers).ok().flatten();
                    // While it is restarted it is gone for 70 s at most.
                    let restarts = answer.status == 410
                        && retry.attempts > 1
                        && started.elapsed() < retry.identity_restart;
                    if attempt >= retry.attempts && !restarts {
                        return Ok(answer);
                    }
                    (format!("HTTP {}", answer.status), asked)
                }
                Err(error) if attempt >= retry.connect_attempts => return Err(error),
                Err(error) => (error.message().to_owned(), None),
            };
            Wait::new(
                "Signing in",
                format!("the next request to {}", self.service),
            )
            .because(why)
            .pause(&**caller.observer, retry.retry_wait(attempt, asked))
            .await;
        }
        unreachable!("the last attempt returns")
    }

    async fn attempt(&self, caller: &Caller<'_>) -> Result<Answer> {
        use secrecy::ExposeSecret;

        let most = REQUEST_TIMEOUT.min(caller.http.request_timeout());
        let mut request = caller.http.machine()?.get(self.url.clone()).timeout(most);
        for (name, value) in &self.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value.expose_secret())
                .map_err(|_| self.unavailable("the environment contains no usable header"))?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let wait = Wait::new("Signing in", format!("a response of {}", self.service));
        let answer = wait.until(&**caller.observer, Some(most), send(request));
        let answer = answer.await.map_err(|error| self.broken(&error))?;
        let secrets: Vec<_> = self.headers.iter().map(|(_, value)| value).collect();
        Ok(answer.without(&secrets))
    }

    pub(super) fn read(&self, answer: Answer) -> Result<AccessToken> {
        if answer.status != 200 {
            return Err(self.refused(&answer));
        }
        let issued: Issued = serde_json::from_slice(&answer.body)
            .map_err(|_| self.unavailable("its response is not a token"))?;
        Ok(issued.into_token(date(&answer.headers)))
    }

    fn refused(&self, answer: &Answer) -> Error {
        let status = answer.status;
        let refused = ServiceError::read(&answer.body);
        let code = refused
            .code
            .unwrap_or_else(|| format!("HttpStatus{status}"));
        let why = refused.sentence.unwrap_or_else(|| format!("HTTP {status}"));
        let message = format!("{} returned no token: {why}", self.service());
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

    fn broken(&self, error: &NoAnswer) -> Error {
        let why = match error.is_timeout() {
            true => "it did not respond in time".to_owned(),
            false => error.causes(),
        };
        self.unavailable(&why)
    }

    fn unavailable(&self, why: &str) -> Error {
        unavailable(self.service, why)
    }

    fn service(&self) -> String {
        capitalized(self.service)
    }
}

/// How long such a service may take: IMDS queues its callers.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// No service here gives tokens of a managed identity.
pub(crate) const UNAVAILABLE: &str = "ManagedIdentityUnavailable";

pub(super) fn unavailable(service: &str, why: &str) -> Error {
    Error::new(
        Category::AuthenticationError,
        UNAVAILABLE,
        "Identity",
        format!(
            "{} provides no managed identity token: {why}",
            capitalized(service)
        ),
    )
    .advise("A managed identity works in Azure, or on a machine that Azure Arc manages.")
}

/// An endpoint that the environment names: on this machine, or at an address of the link, where
/// containers of App Service have it; elsewhere it is https.
///
/// # Errors
/// `InvalidEndpoint`, which names the variable.
pub(super) fn endpoint(variable: &str, text: &str) -> Result<Url> {
    let is_near = |url: &Url| {
        is_loopback(url)
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
            let refused = ServiceError::read(body.as_bytes());
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
            let refused = ServiceError::read(empty.as_bytes());
            assert_eq!((refused.code, refused.sentence), (None, None), "{empty}");
        }
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
