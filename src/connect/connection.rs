//! From what the caller has to a client that works.

use std::sync::Arc;

use super::context::SignInContext;
use super::methods::SignedIn;
use super::request::Request;
use crate::arm::{Client, Settings, choose_subscription};
use crate::base::{ExtraRoots, Http, Observer, Proxy, Result};

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
/// What is missing or breaks a rule; those of the sign-in; `NoSubscription`; `OperationTimeout`.
pub async fn connect(request: Request, observer: Arc<dyn Observer>) -> Result<Connection> {
    let deadline = observer.deadline().clone();
    let signed_in = Box::pin(signed_in(request, observer));
    deadline.bound("sign-in", signed_in).await
}

async fn signed_in(request: Request, observer: Arc<dyn Observer>) -> Result<Connection> {
    let http = Arc::new(http(&request)?);
    let context = SignInContext {
        request: &request,
        http: &http,
        observer: &observer,
    };
    context.check()?;
    let mut cloud = context.cloud()?;
    let SignedIn {
        credential,
        first,
        account,
        account_type,
        tenant,
        subscription,
    } = context.sign_in(&mut cloud).await?;
    // Completions, which ask the host nothing, may be the first that go there.
    if let Some(graph) = &cloud.graph {
        http.find_way(graph, &observer).await?;
    }
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

/// Where the requests of the connection leave.
fn http(request: &Request) -> Result<Http> {
    let variables = request.variables.as_ref();
    let network = &request.network;
    let credential = network.proxy_credential.clone();
    let proxy = match &network.proxy {
        Some(url) => Proxy::given(url, credential)?,
        None => Proxy::named_by(variables, credential),
    };
    let roots = ExtraRoots::named_by(variables).and_of(network.certificate_authority.clone());
    Ok(Http::new(proxy)
        .trusting(roots.read()?)
        .waiting(request.retry.request_timeout))
}
