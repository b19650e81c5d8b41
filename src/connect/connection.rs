//! From what the caller has to a client that works.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sign_in::{Setting, SignedIn};
use crate::arm::{Client, Settings, choose_subscription};
use crate::auth::{FederatedToken, Secret};
use crate::base::{CertificateSource, ExtraRoots, Http, Observer, Proxy, Result, RetryPolicy};

/// How to sign in.
pub enum SignIn {
    /// By the first of these that works: the environment's variables, a managed identity, Azure
    /// PowerShell, the Azure CLI.
    Automatic,
    /// With a token that the caller has.
    AccessToken {
        /// The token for Azure Resource Manager.
        token: Secret,
        /// One for Microsoft Graph.
        graph: Option<Secret>,
        /// Whose it is, as far as the caller says.
        account: Option<String>,
    },
    /// As a service principal with a secret.
    ClientSecret {
        /// The application's id.
        client_id: String,
        /// Its secret.
        secret: Secret,
        /// The URL where tokens are issued, where it is not the cloud's.
        authority: Option<String>,
    },
    /// As a service principal with a certificate.
    ClientCertificate {
        /// The application's id.
        client_id: String,
        /// Where the certificate and its key are.
        certificate: CertificateSource,
    },
    /// As a service principal that trusts another issuer's tokens.
    FederatedToken {
        /// The application's id.
        client_id: String,
        /// The other issuer's token.
        token: FederatedToken,
    },
    /// As a service principal that trusts the workflow that this runs in: of GitHub Actions or of
    /// Azure DevOps, whose token is fetched whenever one is needed.
    WorkflowToken {
        /// The application's id.
        client_id: String,
        /// The id of Azure DevOps' service connection, where the pipeline does not say so.
        service_connection: Option<String>,
    },
    /// As the managed identity of the machine or the service that this runs on.
    ManagedIdentity {
        /// Its client id, object id or resource id, where there are several.
        account_id: Option<String>,
    },
    /// As a person, who signs in with a browser.
    DeviceCode {
        /// The application that asks; Azure PowerShell's when not given.
        client_id: Option<String>,
        /// What a claims challenge said, in base64.
        claims: Option<String>,
    },
    /// As Azure PowerShell is signed in.
    AzurePowerShell,
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
    /// What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
    /// endpoint's own host: a URI or an application's id.
    pub audience: Option<String>,
    /// The tenant's id or domain.
    pub tenant: Option<String>,
    /// The subscription to work in; the sign-in's own, or the first enabled one, when not given.
    pub subscription_id: Option<String>,
    /// The environment that names the proxy and the sign-in, and that of programs that are run to
    /// sign in; that of the process when not given.
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
    /// `AccessToken`, `ServicePrincipal`, `ManagedService`, `User`, `AzurePowerShell` or
    /// `AzureCli`.
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
    let variables = request.variables.as_ref();
    let http = Http::new(Proxy::named_by(variables)).trusting(ExtraRoots::named_by(variables));
    let http = Arc::new(http);
    let setting = Setting {
        request: &request,
        http: &http,
        observer: &observer,
    };
    setting.check()?;
    let mut cloud = setting.cloud()?;
    let SignedIn {
        credential,
        first,
        account,
        account_type,
        tenant,
        subscription,
    } = setting.sign_in(&mut cloud).await?;
    let environment = cloud.name.clone();
    let endpoint = cloud.endpoint();
    let client = Client::new(Settings {
        cloud,
        credential,
        first,
        subscription_id: None,
        http,
        retry: request.retry,
    });
    let observed = client.observed_by(observer);
    let wanted = request.subscription_id.or(subscription);
    let subscription = choose_subscription(&observed, wanted.as_deref()).await?;
    let tenant_id = match subscription.tenant_id {
        unknown if unknown.is_empty() => request.tenant.or(tenant).unwrap_or_default(),
        known => known,
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
