//! A service principal's secret: the client-credentials grant of the OAuth 2.0 token endpoint.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::{AccessToken, Audience, Caller, Secret};
use crate::arm::{Category, Error, Result, Url, causes, read_body};

/// A service principal and its secret.
pub struct ClientSecret {
    /// Where tokens are issued.
    pub authority: Url,
    /// The tenant's id or domain.
    pub tenant: String,
    /// The application's id.
    pub client_id: String,
    /// Its secret.
    pub secret: Secret,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    expires_in: u64,
}

/// The form of the token endpoint's errors.
#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl ClientSecret {
    /// A token for `audience`. The endpoint is on another host than Azure's, so this does not go
    /// through the client for Azure.
    ///
    /// # Errors
    /// The endpoint's error, such as `invalid_client`; `AuthorityUnreachable`.
    pub(super) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        let mut url = self.authority.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/token", self.tenant));
        let answer = caller
            .http
            .toward(&url)?
            .post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(audience))
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        let body = read_body(answer)
            .await
            .map_err(|error| self.unreachable(&error))?;
        if status != 200 {
            return Err(self.refused(status, &body));
        }
        let issued: Issued = serde_json::from_slice(&body)
            .map_err(|_| self.error(Category::InvalidResult, "UnexpectedContent", NOT_A_TOKEN))?;
        Ok(AccessToken::issued(
            issued.access_token.into(),
            Duration::from_secs(issued.expires_in),
        ))
    }

    fn form(&self, audience: &Audience) -> String {
        let mut form = Url::parse("form:").expect("is a URL");
        form.query_pairs_mut()
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.secret.expose_secret())
            .append_pair("scope", &audience.scope());
        form.query().unwrap_or_default().to_owned()
    }

    fn refused(&self, status: u16, body: &[u8]) -> Error {
        let (code, message) = match serde_json::from_slice::<Refused>(body) {
            // Trace and correlation ids follow on lines of their own.
            Ok(refused) => {
                let first = refused.error_description.lines().next().unwrap_or_default();
                (refused.error, first.trim().to_owned())
            }
            Err(_) => (format!("HttpStatus{status}"), NOT_A_TOKEN.to_owned()),
        };
        self.error(Category::AuthenticationError, &code, &message)
            .with_status(status)
            .advise("Check -Tenant, the application id and the secret in -Credential.")
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        let message = format!(
            "{} can't be reached to sign in: {}",
            self.authority.host_str().unwrap_or_default(),
            causes(error)
        );
        self.error(Category::ConnectionError, "AuthorityUnreachable", &message)
            .advise("Check -Environment, the network and the proxy.")
    }

    fn error(&self, category: Category, code: &str, message: &str) -> Error {
        Error::new(category, code, &self.client_id, message)
    }
}

const NOT_A_TOKEN: &str = "The sign-in answered with something that is not a token";
