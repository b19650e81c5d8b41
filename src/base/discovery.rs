//! What a Resource Manager says of its cloud: `/metadata/endpoints`.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use serde_json::Value;

use super::audience::audience_of;
use super::category::Category;
use super::cloud::{Cloud, parse_endpoint};
use super::connect_failure::ConnectFailure;
use super::error::{Error, Result};
use super::http::{Http, NoAnswer, read_body};
use super::json::is_json;
use super::observer::Observer;
use super::wait::Wait;

/// What a Resource Manager says of its cloud. An endpoint does not choose what tokens it gets: what
/// it says counts as far as it concerns its own host, and names where to sign in within the bounds
/// of [`Cloud::may_sign_in_at`].
#[derive(Debug)]
pub(crate) struct Description {
    cloud: Cloud,
    name: Option<String>,
    sign_in: Option<Url>,
    audiences: Vec<String>,
    graph: Option<Url>,
}

/// Asks a Resource Manager where its tokens are issued and what for, and where Microsoft Graph is.
/// Newer versions answer with a list of clouds, older ones with a single object. Source: the
/// Azure Resource Manager metadata endpoint, as the Azure CLI and Az read it.
///
/// # Errors
/// `DiscoveryFailed` when it does not say.
pub(crate) async fn discover(
    cloud: &Cloud,
    http: &Http,
    observer: &Arc<dyn Observer>,
) -> Result<Description> {
    let mut url = cloud.resource_manager.clone();
    url.set_path("/metadata/endpoints");
    url.set_query(Some("api-version=2023-11-01"));
    let host = url.host_str().unwrap_or_default().to_owned();
    let failure = |why: &dyn fmt::Display| failure(cloud, why);
    http.find_way(&url, observer).await?;
    let request = http.toward(&url)?.get(url.clone());
    let answer = async { read_body(request.send().await?).await };
    let wait = Wait::new("Connecting", format!("the metadata of the cloud at {host}"));
    let most = Some(http.request_timeout());
    let body = match wait.until(&**observer, most, answer).await {
        Ok(body) => body,
        Err(NoAnswer::Broken(error)) if error.is_connect() => {
            let failure = ConnectFailure::diagnose(http, &url, &error).await;
            return Err(failure.error("DiscoveryFailed", &host));
        }
        Err(error) => return Err(failure(&error.causes())),
    };
    if !is_json(&body) {
        return Err(failure(&"its response is not the metadata of a cloud"));
    }
    Description::parse(cloud, &body).ok_or_else(|| failure(&"its metadata does not name it"))
}

impl Description {
    /// What a body says of a cloud, if it is of that cloud.
    pub(crate) fn parse(cloud: &Cloud, body: &[u8]) -> Option<Self> {
        let metadata: Value = serde_json::from_slice(body).ok()?;
        let entry = cloud_entry(&metadata, &cloud.resource_manager)?;
        Some(Self::read(cloud, entry))
    }

    fn read(cloud: &Cloud, entry: &Value) -> Self {
        let text = |value: &Value| {
            let text = value.as_str()?.trim_end_matches('/');
            (!text.is_empty()).then(|| text.to_owned())
        };
        let url = |value: &Value| parse_endpoint("Endpoint", value.as_str()?).ok();
        let authentication = &entry["authentication"];
        let audiences = authentication["audiences"].as_array();
        Self {
            cloud: cloud.clone(),
            name: text(&entry["name"]),
            sign_in: url(&authentication["loginEndpoint"]),
            audiences: audiences.into_iter().flatten().filter_map(text).collect(),
            graph: url(&entry["microsoftGraphResourceId"]),
        }
    }

    /// The cloud's name, where it says one.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where tokens are issued.
    ///
    /// # Errors
    /// `DiscoveryFailed` when it does not say; `UntrustedAuthority` for a host that is neither
    /// Azure's nor in the endpoint's own domain.
    pub(crate) fn authority(&self) -> Result<Url> {
        let named = self
            .sign_in
            .as_ref()
            .ok_or_else(|| failure(&self.cloud, &"its metadata has no usable sign-in address"))?;
        match self.cloud.may_sign_in_at(named) {
            true => Ok(named.clone()),
            false => Err(self.untrusted(
                "UntrustedAuthority",
                &format!(
                    "the sign-in address {}, which is neither Azure's nor in its own domain",
                    audience_of(named)
                ),
                "No secret was sent. If the operator of the endpoint confirms the address, set the \
                 environment variable AZURE_AUTHORITY_HOST to it.",
            )),
        }
    }

    /// What a token for the endpoint is asked for: the audience on its own host.
    ///
    /// # Errors
    /// `UntrustedAudience` when it names others only.
    pub(crate) fn audience(&self) -> Result<String> {
        let is_own = |audience: &&String| {
            Url::parse(audience).is_ok_and(|audience| self.cloud.is_own(&audience))
        };
        match (self.audiences.iter().find(is_own), self.audiences.first()) {
            (Some(own), _) => Ok(own.clone()),
            (None, None) => Ok(self.cloud.endpoint()),
            (None, Some(foreign)) => Err(self.untrusted(
                UNTRUSTED_AUDIENCE,
                &format!("the token audience {foreign}, which is not on its own host"),
                "No token was requested. If the operator of the endpoint confirms the audience, \
                 specify it with Connect-ManagedIdentityService -Endpoint -Audience.",
            )),
        }
    }

    /// Microsoft Graph, where it is on the endpoint's own host.
    pub(crate) fn graph(&self) -> Option<Url> {
        self.graph.clone().filter(|graph| self.cloud.is_own(graph))
    }

    fn untrusted(&self, code: &str, what: &str, advice: &str) -> Error {
        let host = host(&self.cloud);
        let message = format!("The metadata of {host} names {what}");
        Error::new(Category::InvalidResult, code, host, message).advise(advice)
    }
}

/// The code of the error for an endpoint that names a foreign audience.
pub(crate) const UNTRUSTED_AUDIENCE: &str = "UntrustedAudience";

fn host(cloud: &Cloud) -> &str {
    cloud.resource_manager.host_str().unwrap_or_default()
}

fn failure(cloud: &Cloud, why: &dyn fmt::Display) -> Error {
    let host = host(cloud);
    let message = format!("{host} does not describe its cloud: {why}");
    Error::new(Category::ConnectionError, "DiscoveryFailed", host, message)
        .advise("Check -Endpoint.")
}

fn cloud_entry<'a>(metadata: &'a Value, resource_manager: &Url) -> Option<&'a Value> {
    let Value::Array(clouds) = metadata else {
        return Some(metadata);
    };
    let is_ours = |cloud: &&Value| {
        cloud["resourceManager"]
            .as_str()
            .and_then(|text| Url::parse(text).ok())
            .is_some_and(|url| url.origin() == resource_manager.origin())
    };
    clouds.iter().find(is_ours)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_metadata_are_read() {
        let url = Url::parse("https://arm.local:30005").unwrap();
        let single = json!({"authentication": {"loginEndpoint": "https://login.local/"}});
        assert_eq!(cloud_entry(&single, &url), Some(&single));
        let many = json!([
            {"name": "Other", "resourceManager": "https://management.azure.com/"},
            {"name": "Ours", "resourceManager": "https://arm.local:30005/"},
        ]);
        assert_eq!(cloud_entry(&many, &url).unwrap()["name"], "Ours");
        assert_eq!(cloud_entry(&json!([]), &url), None);
    }

    fn described(endpoint: &str, entry: &Value) -> Description {
        Description::read(&Cloud::at(endpoint).unwrap(), entry)
    }

    #[test]
    fn what_is_on_the_endpoints_own_host_counts() {
        let description = described(
            "https://arm.local",
            &json!({
                "name": "Stack",
                "authentication": {
                    "loginEndpoint": "https://login.windows.net/",
                    "audiences": ["https://vault.azure.net", "https://arm.local/guid/"],
                },
                "microsoftGraphResourceId": "https://arm.local/",
            }),
        );
        assert_eq!(description.name(), Some("Stack"));
        assert_eq!(description.audience().unwrap(), "https://arm.local/guid");
        let login = description.authority().unwrap();
        assert_eq!(login.as_str(), "https://login.windows.net/");
        assert_eq!(description.graph().unwrap().as_str(), "https://arm.local/");
    }

    #[test]
    fn what_is_on_any_other_host_does_not() {
        for audience in [
            "https://management.azure.com/",
            "https://vault.azure.net",
            "https://management.contoso.onmicrosoft.com/guid",
            "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        ] {
            let description = described(
                "https://arm.local",
                &json!({
                    "authentication": {
                        "loginEndpoint": "https://login.evil.example/",
                        "audiences": [audience],
                    },
                    "microsoftGraphResourceId": "https://graph.microsoft.com/",
                }),
            );
            let error = description.audience().unwrap_err();
            assert_eq!(error.code(), "UntrustedAudience");
            assert!(error.recommendation().contains("-Audience"), "{error}");
            let error = description.authority().unwrap_err();
            assert_eq!(error.code(), "UntrustedAuthority");
            assert_eq!(description.graph(), None);
        }
    }

    #[test]
    fn an_endpoint_that_names_no_audience_is_one_itself() {
        for silent in [
            json!({"authentication": {"loginEndpoint": "http://login.local/"}}),
            json!({"authentication": {"audiences": null}}),
            json!({"authentication": {"audiences": [null, ""]}}),
            json!({}),
        ] {
            let description = described("https://arm.local", &silent);
            assert_eq!(description.audience().unwrap(), "https://arm.local");
            assert_eq!(
                description.authority().unwrap_err().code(),
                "DiscoveryFailed"
            );
        }
    }
}
