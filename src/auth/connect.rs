//! Signing in: from what the caller has to a client that works.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AccessToken, AzureCli, ClientSecret, Credential, GivenTokens, Secret};
use crate::arm::{
    Client, Cloud, Error, Http, Observer, Proxy, Result, RetryPolicy, Settings, Url,
    choose_subscription, discover,
};

/// How to sign in.
pub enum SignIn {
    /// With a token that the caller has.
    AccessToken {
        /// The token for Azure Resource Manager.
        token: Secret,
        /// One for Microsoft Graph.
        graph: Option<Secret>,
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
    let http = Arc::new(Http::new(Proxy::named_by(request.variables.as_ref())));
    let signed_in = sign_in(&request, &mut cloud, &http).await?;
    let environment = cloud.name.clone();
    let endpoint = cloud.endpoint();
    let client = Client::new(Settings {
        cloud,
        credential: signed_in.credential,
        first: signed_in.first,
        subscription_id: None,
        http,
        retry: request.retry,
    });
    let observed = client.observed_by(observer);
    let wanted = request.subscription_id.or(signed_in.subscription);
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

/// What a sign-in gives.
struct SignedIn {
    credential: Credential,
    /// The token that came with it.
    first: Option<AccessToken>,
    /// The subscription that it works in by itself.
    subscription: Option<String>,
}

impl SignedIn {
    fn with(credential: Credential) -> Self {
        Self {
            credential,
            first: None,
            subscription: None,
        }
    }
}

async fn sign_in(request: &Request, cloud: &mut Cloud, http: &Http) -> Result<SignedIn> {
    match &request.sign_in {
        SignIn::AccessToken { token, graph, .. } => {
            let given = GivenTokens::new(token, graph.as_ref())?;
            Ok(SignedIn::with(Credential::AccessToken(given)))
        }
        SignIn::AzureCli => {
            complete(cloud, http).await?;
            let cli = AzureCli::new(
                request.tenant.clone(),
                request.subscription_id.clone(),
                request.variables.clone(),
            );
            let (token, subscription) = cli.sign_in(&cloud.resource_manager_audience()).await?;
            Ok(SignedIn {
                credential: Credential::AzureCli(cli),
                first: Some(token),
                // In another tenant than the CLI's own, its subscription is not to be seen.
                subscription: subscription.filter(|_| request.tenant.is_none()),
            })
        }
        SignIn::ClientSecret {
            client_id,
            secret,
            authority,
        } => {
            check_guid("Credential", client_id)?;
            let tenant = tenant(request.tenant.as_deref())?;
            let authority = match authority {
                Some(known) => known.clone(),
                None => complete(cloud, http).await?,
            };
            let secret = ClientSecret {
                authority,
                tenant,
                client_id: client_id.clone(),
                secret: secret.clone(),
            };
            Ok(SignedIn::with(Credential::ClientSecret(secret)))
        }
    }
}

/// Finds out what is not known of a cloud, and returns where its tokens are issued.
async fn complete(cloud: &mut Cloud, http: &Http) -> Result<Url> {
    loop {
        match &cloud.authority {
            Some(known) => return Ok(known.clone()),
            None => *cloud = discover(cloud, http).await?,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
