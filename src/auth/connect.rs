//! Signing in: from what the caller has to a client that works.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{AzureCli, ClientSecret, Credential, Secret};
use crate::arm::{
    Category, Client, Cloud, Error, Observer, Proxy, Result, RetryPolicy, Settings, Url, causes,
    choose_subscription, http_client, read_body,
};

/// How to sign in.
pub enum SignIn {
    /// With a token that the caller has.
    AccessToken {
        /// The token.
        token: Secret,
        /// Whose it is, as far as the caller says.
        account: Option<String>,
    },
    /// As a service principal.
    ClientSecret {
        /// The application's id.
        client_id: String,
        /// Its secret.
        secret: Secret,
        /// Where tokens are issued, where it is not the cloud's.
        authority: Option<Url>,
    },
    /// As the Azure CLI is signed in.
    AzureCli,
}

/// What is needed to connect.
pub struct Request {
    /// How to sign in.
    pub sign_in: SignIn,
    /// The cloud's name; `AzureCloud` when not given.
    pub environment: Option<String>,
    /// Azure Resource Manager's URL, where it is not the cloud's.
    pub endpoint: Option<String>,
    /// The tenant's id or domain.
    pub tenant: Option<String>,
    /// The subscription to work in; the sign-in's own, or the first enabled one, when not given.
    pub subscription_id: Option<String>,
    /// The environment that names the proxy, and of programs that are run to sign in; that of the
    /// process when not given.
    pub variables: Option<BTreeMap<String, String>>,
    /// How patient the client is.
    pub retry: RetryPolicy,
}

impl Request {
    fn proxy(&self) -> Option<Proxy> {
        self.variables.as_ref().and_then(Proxy::named_by)
    }
}

/// A sign-in that has worked.
#[derive(Debug)]
pub struct Connection {
    /// The client for everything else.
    pub client: Client,
    /// Who is signed in, as far as it is known.
    pub account: String,
    /// `AccessToken`, `ServicePrincipal` or `AzureCli`.
    pub account_type: &'static str,
    /// The tenant of the subscription, or of the sign-in.
    pub tenant_id: String,
    /// The subscription to work in.
    pub subscription_id: String,
    /// Its name.
    pub subscription_name: String,
    /// The cloud's name.
    pub environment: String,
    /// Azure Resource Manager's URL, without a slash at its end.
    pub endpoint: String,
}

/// Signs in, and proves it by reading the subscription to work in.
///
/// # Errors
/// What is missing or breaks a rule; those of the sign-in; `NoSubscription`.
pub async fn connect(request: Request, observer: Arc<dyn Observer>) -> Result<Connection> {
    let mut cloud = cloud(&request)?;
    let (account, account_type) = account(&request.sign_in);
    let (credential, own_subscription) = credential(&request, &mut cloud).await?;
    let environment = cloud.name.clone();
    let endpoint = cloud
        .resource_manager
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    let proxy = request.proxy();
    let client = Client::new(Settings {
        cloud,
        credential,
        subscription_id: None,
        proxy,
        retry: request.retry,
    })?;
    let observed = client.observed_by(observer);
    let wanted = request.subscription_id.or(own_subscription);
    let subscription = choose_subscription(&observed, wanted.as_deref()).await?;
    let tenant_id = match subscription.tenant_id {
        tenant if tenant.is_empty() => request.tenant.unwrap_or_default(),
        tenant => tenant,
    };
    Ok(Connection {
        client: client.in_subscription(&subscription.id),
        account,
        account_type,
        tenant_id,
        subscription_id: subscription.id,
        subscription_name: subscription.name,
        environment,
        endpoint,
    })
}

fn cloud(request: &Request) -> Result<Cloud> {
    match (&request.endpoint, &request.environment) {
        (Some(endpoint), _) => Cloud::at(endpoint),
        (None, name) => Cloud::named(name.as_deref().unwrap_or("AzureCloud")),
    }
}

fn account(sign_in: &SignIn) -> (String, &'static str) {
    match sign_in {
        SignIn::AccessToken { account, .. } => (account.clone().unwrap_or_default(), "AccessToken"),
        SignIn::ClientSecret { client_id, .. } => (client_id.clone(), "ServicePrincipal"),
        SignIn::AzureCli => (String::new(), "AzureCli"),
    }
}

/// The credential, and the subscription that the sign-in itself works in.
async fn credential(request: &Request, cloud: &mut Cloud) -> Result<(Credential, Option<String>)> {
    match &request.sign_in {
        SignIn::AccessToken { token, .. } => Ok((Credential::AccessToken(checked(token)?), None)),
        SignIn::AzureCli => {
            let cli = AzureCli::new(
                request.tenant.clone(),
                request.subscription_id.clone(),
                request.variables.clone(),
            );
            let subscription = cli.sign_in(&cloud.audience).await?;
            // In another tenant than the CLI's own, its subscription is not to be seen.
            let subscription = subscription.filter(|_| request.tenant.is_none());
            Ok((Credential::AzureCli(cli), subscription))
        }
        SignIn::ClientSecret {
            client_id,
            secret,
            authority,
        } => {
            check_guid("Credential", client_id)?;
            let tenant = tenant(request.tenant.as_deref())?;
            let authority = match authority.clone().or_else(|| cloud.authority.clone()) {
                Some(known) => known,
                None => discover(cloud, request.proxy().as_ref()).await?,
            };
            let secret = ClientSecret {
                authority,
                tenant,
                client_id: client_id.clone(),
                secret: secret.clone(),
            };
            Ok((Credential::ClientSecret(secret), None))
        }
    }
}

/// A token goes into a header: what can't is not one. It is not repeated in the message.
fn checked(token: &Secret) -> Result<Secret> {
    use secrecy::ExposeSecret;
    let text = token.expose_secret().trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned().into());
    }
    Err(Error::invalid(
        "InvalidAccessToken",
        "AccessToken",
        "(not shown)",
        "it is one line of letters, digits and signs, without \"Bearer \".",
    ))
}

fn tenant(given: Option<&str>) -> Result<String> {
    let tenant = given.ok_or_else(|| {
        Error::missing(
            "Tenant",
            "a service principal signs in to its tenant; name it.",
        )
    })?;
    let valid = tenant
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    if valid && !tenant.is_empty() && !tenant.starts_with('.') {
        return Ok(tenant.to_owned());
    }
    Err(Error::invalid(
        "InvalidTenant",
        "Tenant",
        tenant,
        "it is the tenant's id or one of its domains.",
    ))
}

fn check_guid(parameter: &str, text: &str) -> Result<()> {
    if text.len() == 36 && uuid::Uuid::try_parse(text).is_ok() {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidApplicationId",
        parameter,
        text,
        "its user name is the application's id, a GUID.",
    ))
}

/// Asks a Resource Manager where its tokens are issued and what for. Newer versions answer with
/// a list of clouds, older ones with a single object.
async fn discover(cloud: &mut Cloud, proxy: Option<&Proxy>) -> Result<Url> {
    let mut url = cloud.resource_manager.clone();
    url.set_path("/metadata/endpoints");
    url.set_query(Some("api-version=2023-11-01"));
    let host = url.host_str().unwrap_or_default().to_owned();
    let failure = |why: &dyn fmt::Display| {
        let message = format!("{host} does not say where to sign in: {why}");
        Error::new(Category::ConnectionError, "DiscoveryFailed", &host, message)
            .advise("Check -Endpoint.")
    };
    let answer = http_client(&url, proxy)?
        .get(url)
        .send()
        .await
        .map_err(|error| failure(&causes(&error)))?;
    let body = read_body(answer)
        .await
        .map_err(|error| failure(&causes(&error)))?;
    let metadata: Value = serde_json::from_slice(&body)
        .map_err(|_| failure(&"its answer is not the metadata of a cloud"))?;
    let entry = cloud_entry(&metadata, &cloud.resource_manager)
        .ok_or_else(|| failure(&"its metadata does not name it"))?;
    let login = entry["authentication"]["loginEndpoint"]
        .as_str()
        .unwrap_or_default();
    if let Some(audience) = entry["authentication"]["audiences"][0].as_str() {
        cloud.audience = audience.trim_end_matches('/').to_owned();
    }
    if let Some(name) = entry["name"].as_str() {
        cloud.name = name.to_owned();
    }
    crate::arm::parse_endpoint("Endpoint", login)
        .map_err(|_| failure(&"its metadata has no usable sign-in address"))
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

    #[test]
    fn a_token_that_can_not_be_one_is_refused_unseen() {
        for bad in ["", "  ", "two words", "línea", "a\nb"] {
            let error = checked(&bad.to_owned().into()).unwrap_err();
            assert_eq!(error.code(), "InvalidAccessToken");
            assert!(bad.trim().is_empty() || !error.to_string().contains(bad));
        }
        assert!(checked(&"eyJ0.e30.x_-".to_owned().into()).is_ok());
    }

    #[test]
    fn a_tenant_is_an_id_or_a_domain() {
        for good in [
            "contoso.onmicrosoft.com",
            "aaaabbbb-0000-cccc-1111-dddd2222eeee",
        ] {
            assert!(tenant(Some(good)).is_ok());
        }
        for bad in ["a/b", "", "..", "a?b", "a b"] {
            assert_eq!(tenant(Some(bad)).unwrap_err().code(), "InvalidTenant");
        }
        assert_eq!(tenant(None).unwrap_err().code(), "MissingParameter");
    }
}
