//! The token that a CI service gives to a workflow, for those who trust that service: GitHub Actions
//! and Azure DevOps. Source: GitHub's "OpenID Connect reference"; Azure DevOps' REST API "Oidctoken -
//! Create", as `AzurePipelinesCredential` of Azure's SDKs uses it.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::ask::{Answer, ask};
use super::caller::Caller;
use super::files;
use super::token::Secret;
use super::variables::Variables;
use crate::base::{Category, Cloud, Error, Result, Url, is_loopback, truncated};

/// A workflow that may ask for such a token.
#[derive(Clone)]
pub struct Workflow {
    service: Service,
    url: Url,
    /// What proves to the service that the workflow asks: sent to `url` alone.
    proof: Secret,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    GitHub,
    AzureDevOps,
}

const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_PROOF: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const DEVOPS_URL: &str = "SYSTEM_OIDCREQUESTURI";
const DEVOPS_PROOF: &str = "SYSTEM_ACCESSTOKEN";
/// Azure DevOps' own tasks for Azure name the service connection and its application so.
const DEVOPS_CONNECTION: &str = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";
pub(crate) const DEVOPS_TENANT: &str = "AZURESUBSCRIPTION_TENANT_ID";
pub(crate) const DEVOPS_CLIENT: &str = "AZURESUBSCRIPTION_CLIENT_ID";

const GRANT: &str = "Add this to the job or the workflow: permissions: id-token: write (and \
                     contents: read, which is then no longer the default).";
const MAP_TOKEN: &str = "Add this to the step: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken).";

/// The longest message of the service that is shown, in characters.
const LONGEST_MESSAGE: usize = 200;

impl Workflow {
    /// The workflow that the environment tells of, if it does.
    ///
    /// # Errors
    /// `NoWorkflowToken` when it is one that may not ask for a token; `InvalidEndpoint`.
    pub(crate) fn find(
        variables: Variables<'_>,
        service_connection: Option<&str>,
    ) -> Result<Option<Self>> {
        let is = |name: &str| {
            let value = variables.get(name);
            value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
        };
        if let Some(url) = variables.get(GITHUB_URL) {
            let proof = variables.get(GITHUB_PROOF);
            let proof = proof.ok_or_else(|| none(Service::GitHub, GITHUB_PROOF, GRANT))?;
            let url = endpoint(GITHUB_URL, &url)?;
            return Ok(Some(Self::new(Service::GitHub, url, proof)));
        }
        if let Some(url) = variables.get(DEVOPS_URL) {
            let connection = service_connection
                .map(str::to_owned)
                .or_else(|| variables.get(DEVOPS_CONNECTION))
                .ok_or_else(|| {
                    let advice = "Specify the service connection with -ServiceConnectionId.";
                    none(Service::AzureDevOps, DEVOPS_CONNECTION, advice)
                })?;
            let proof = variables.get(DEVOPS_PROOF);
            let proof = proof.ok_or_else(|| none(Service::AzureDevOps, DEVOPS_PROOF, MAP_TOKEN))?;
            let mut url = endpoint(DEVOPS_URL, &url)?;
            url.query_pairs_mut()
                .append_pair("api-version", "7.1")
                .append_pair("serviceConnectionId", &connection);
            return Ok(Some(Self::new(Service::AzureDevOps, url, proof)));
        }
        match is("GITHUB_ACTIONS") {
            true => Err(none(Service::GitHub, GITHUB_URL, GRANT)),
            false => Ok(None),
        }
    }

    /// The workflow that the environment must tell of.
    ///
    /// # Errors
    /// `NoWorkflowToken`, which says what is missing.
    pub(crate) fn require(
        variables: Variables<'_>,
        service_connection: Option<&str>,
    ) -> Result<Self> {
        Self::find(variables, service_connection)?.ok_or_else(|| {
            Error::new(
                Category::AuthenticationError,
                NO_TOKEN,
                "UseWorkflowToken",
                format!(
                    "This is neither a GitHub Actions workflow nor an Azure DevOps pipeline: \
                     {GITHUB_URL} and {DEVOPS_URL} are not set"
                ),
            )
            .advise("Sign in another way, such as with -FederatedTokenFile.")
        })
    }

    /// The one of GitHub Actions, at a URL.
    #[cfg(feature = "fuzzing")]
    pub(super) fn github(url: Url, proof: String) -> Self {
        Self::new(Service::GitHub, url, proof)
    }

    fn new(service: Service, url: Url, proof: String) -> Self {
        Self {
            service,
            url,
            proof: proof.into(),
        }
    }

    /// Whose token it is, in words.
    pub(crate) fn name(&self) -> &'static str {
        self.service.name()
    }

    /// A token for an exchange at the authority, made now.
    ///
    /// # Errors
    /// `WorkflowTokenRefused`, which says why; those of [`ask`].
    pub(crate) async fn token(&self, caller: &Caller<'_>, authority: &Url) -> Result<Secret> {
        let mut url = self.url.clone();
        if self.service == Service::GitHub {
            url.query_pairs_mut()
                .append_pair("audience", exchange_audience(authority));
        }
        let proof = self.proof()?;
        let secrets = [&self.proof];
        let answer = ask(caller, &url, self.name(), &secrets, |http| {
            let request = match self.service {
                Service::GitHub => http.get(url.clone()),
                Service::AzureDevOps => http
                    .post(url.clone())
                    .header(CONTENT_LENGTH, "0")
                    // Without it a refusal is a page to sign in on.
                    .header("x-tfs-fedauthredirect", "Suppress"),
            };
            request
                .header(AUTHORIZATION, proof.clone())
                .header(ACCEPT, "application/json")
        });
        self.read(&answer.await?)
    }

    fn proof(&self) -> Result<HeaderValue> {
        let text = format!("Bearer {}", self.proof.expose_secret());
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            let message = "The environment contains no usable request token";
            self.refusal(message.to_owned())
        })?;
        value.set_sensitive(true);
        Ok(value)
    }

    pub(super) fn read(&self, answer: &Answer) -> Result<Secret> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let member = match self.service {
            Service::GitHub => "value",
            Service::AzureDevOps => "oidcToken",
        };
        match (answer.status, body[member].as_str()) {
            (200, Some(token)) => files::one_word(
                &token.to_owned().into(),
                "UseWorkflowToken",
                "InvalidFederatedToken",
            ),
            (status, _) => {
                let said = match body["message"].as_str() {
                    Some(text) => format!(": {}", truncated(text, LONGEST_MESSAGE)),
                    None => String::new(),
                };
                let message = format!(
                    "{} returned no token for this workflow: HTTP {status}{said}",
                    self.name()
                );
                Err(self.refusal(message).with_status(status))
            }
        }
    }

    fn refusal(&self, message: String) -> Error {
        let advice = match self.service {
            Service::GitHub => GRANT,
            Service::AzureDevOps => {
                "Check that the pipeline may use the service connection, and that \
                 SYSTEM_ACCESSTOKEN is $(System.AccessToken)."
            }
        };
        Error::new(
            Category::AuthenticationError,
            "WorkflowTokenRefused",
            self.name(),
            message,
        )
        .advise(advice)
    }
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::AzureDevOps => "Azure DevOps",
        }
    }
}

pub(crate) const NO_TOKEN: &str = "NoWorkflowToken";

fn none(service: Service, variable: &str, advice: &str) -> Error {
    let service = service.name();
    Error::new(
        Category::AuthenticationError,
        NO_TOKEN,
        "UseWorkflowToken",
        format!("{service} provides no token for this workflow: {variable} is not set"),
    )
    .advise(advice)
}

/// What a token must be for that an authority is to exchange. Source: Entra's "Workload identity
/// federation" for the national clouds.
fn exchange_audience(authority: &Url) -> &'static str {
    let cloud = Cloud::signed_in_at(authority).map(|cloud| cloud.name);
    match cloud.as_deref() {
        Some("AzureUSGovernment") => "api://AzureADTokenExchangeUSGov",
        Some("AzureChinaCloud") => "api://AzureADTokenExchangeChina",
        _ => "api://AzureADTokenExchange",
    }
}

/// Where a token is asked for: https, since the request holds a secret.
fn endpoint(variable: &str, text: &str) -> Result<Url> {
    Url::parse(text.trim())
        .ok()
        .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
        .ok_or_else(|| {
            let message = format!("The environment variable {variable} is not an https URL");
            Error::new(
                Category::InvalidArgument,
                "InvalidEndpoint",
                variable,
                message,
            )
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn find(pairs: &[(&str, &str)], connection: Option<&str>) -> Result<Option<Workflow>> {
        let pairs = pairs.iter();
        let variables: BTreeMap<String, String> = pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Workflow::find(Variables::of(Some(&variables)), connection)
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(find(&[], None).unwrap().is_none());
        for (pairs, names, advises) in [
            (
                vec![("GITHUB_ACTIONS", "true")],
                GITHUB_URL,
                "id-token: write",
            ),
            (
                vec![(GITHUB_URL, "https://x")],
                GITHUB_PROOF,
                "id-token: write",
            ),
            (
                vec![(DEVOPS_URL, "https://x")],
                DEVOPS_CONNECTION,
                "-ServiceConnectionId",
            ),
            (
                vec![(DEVOPS_URL, "https://x"), (DEVOPS_CONNECTION, "c")],
                DEVOPS_PROOF,
                "$(System.AccessToken)",
            ),
        ] {
            let error = find(&pairs, None).err().unwrap();
            assert_eq!(error.code(), NO_TOKEN);
            assert!(error.message().contains(names), "{error}");
            assert!(error.recommendation().contains(advises), "{error}");
        }
    }

    #[test]
    fn the_secret_goes_by_https_alone() {
        for bad in ["http://example.com/token", "ftp://x", "nonsense"] {
            let error = find(&[(GITHUB_URL, bad), (GITHUB_PROOF, "marked")], None).err();
            let error = error.unwrap();
            assert_eq!(error.code(), "InvalidEndpoint", "{bad}");
            assert!(!error.to_string().contains("marked"));
        }
    }

    #[test]
    fn each_cloud_exchanges_tokens_for_itself() {
        let audience = |authority: &str| exchange_audience(&authority.parse().unwrap());
        for (authority, expected) in [
            (
                "https://login.microsoftonline.com",
                "api://AzureADTokenExchange",
            ),
            (
                "https://login.microsoftonline.us",
                "api://AzureADTokenExchangeUSGov",
            ),
            (
                "https://login.chinacloudapi.cn",
                "api://AzureADTokenExchangeChina",
            ),
            ("http://127.0.0.1:1", "api://AzureADTokenExchange"),
        ] {
            assert_eq!(audience(authority), expected);
        }
    }

    #[test]
    fn a_service_connection_is_named_by_the_caller_or_the_pipeline() {
        let url = |pairs: &[(&str, &str)], connection| {
            let all = [
                &[(DEVOPS_URL, "https://dev.azure.com/o"), (DEVOPS_PROOF, "p")],
                pairs,
            ];
            find(&all.concat(), connection)
                .unwrap()
                .unwrap()
                .url
                .to_string()
        };
        let query = "https://dev.azure.com/o?api-version=7.1&serviceConnectionId=";
        assert_eq!(
            url(&[(DEVOPS_CONNECTION, "c1")], None),
            format!("{query}c1")
        );
        assert_eq!(
            url(&[(DEVOPS_CONNECTION, "c1")], Some("c2")),
            format!("{query}c2")
        );
    }
}
