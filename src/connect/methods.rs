//! Each way to sign in: what it needs, and what it gives.

use std::path::PathBuf;

use super::cli_clouds::CliClouds;
use super::context::{AUTHORITY_HOST, SignInContext, authority_host, checked_tenant};
use super::registered;
use crate::auth::workflow::{self, Workflow};
use crate::auth::{
    AccessToken, AzureCli, AzurePowerShell, Caller, Certificate, ClockDifference, Credential,
    FederatedToken, ManagedIdentity, Person, Proof, Secret, ServicePrincipal, TokenEndpoint,
    browser, device_code,
};
use crate::base::{
    Category, CertificateSource, Cloud, ContextToken, Error, Result, RetryPolicy,
    UNTRUSTED_AUDIENCE, Url, is_guid,
};

/// What a sign-in gives.
pub(super) struct SignedIn {
    pub(super) credential: Credential,
    /// The token that came with it, for Resource Manager.
    pub(super) first: Option<AccessToken>,
    /// Who it is, as far as it is known.
    pub(super) account: String,
    pub(super) account_type: &'static str,
    /// The tenant that it is in, where it says so.
    pub(super) tenant: Option<String>,
    /// The subscription that it works in by itself.
    pub(super) subscription: Option<String>,
}

impl SignedIn {
    pub(super) fn new(credential: Credential, account: &str, account_type: &'static str) -> Self {
        Self {
            credential,
            first: None,
            account: account.to_owned(),
            account_type,
            tenant: None,
            subscription: None,
        }
    }
}

/// The variables of Azure's SDKs. Source: their documentation of `EnvironmentCredential` and
/// `WorkloadIdentityCredential`.
const TENANT_ID: &str = "AZURE_TENANT_ID";
const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const CERTIFICATE_PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
const SUBSCRIPTION_ID: &str = "AZURE_SUBSCRIPTION_ID";
/// How often a service is asked that may not be there at all.
const PROBE_ATTEMPTS: u32 = 3;

/// How a person signs in.
#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    /// With the browser of this machine, as this account, if it is known.
    Browser(Option<&'a str>),
    /// With a browser on any machine.
    DeviceCode,
}

impl Way<'_> {
    /// The parameter that asks for it.
    fn switch(self) -> &'static str {
        match self {
            Self::Browser(_) => "-Interactive",
            Self::DeviceCode => "-UseDeviceAuthentication",
        }
    }
}

impl SignInContext<'_> {
    /// As the application that the environment names.
    pub(super) async fn by_environment(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        let variables = self.variables();
        // A pipeline of Azure DevOps has names of its own for them.
        let need = |name: &str, in_pipeline: &str| {
            variables
                .get(name)
                .or_else(|| variables.get(in_pipeline))
                .ok_or_else(|| not_set_up(&format!("{name} is not set")))
        };
        let tenant = need(TENANT_ID, workflow::DEVOPS_TENANT)?;
        let client_id = need(CLIENT_ID, workflow::DEVOPS_CLIENT)?;
        let path = |name: &str| variables.get(name).map(PathBuf::from);
        let proof = if let Some(secret) = variables.get(CLIENT_SECRET) {
            Proof::Secret(secret.into())
        } else if let Some(path) = path(CERTIFICATE_PATH) {
            let source = CertificateSource::File(path);
            let password = variables.get(CERTIFICATE_PASSWORD).map(Secret::from);
            let certificate = Certificate::open(&source, password.as_ref(), self.observer).await?;
            Proof::Certificate(certificate, ClockDifference::default())
        } else if let Some(path) = path(TOKEN_FILE) {
            Proof::FederatedToken(FederatedToken::File(path))
        } else {
            Proof::FederatedToken(FederatedToken::Workflow(self.offered_workflow()?))
        };
        check_guid(CLIENT_ID, &client_id)?;
        let endpoint = match variables.get(AUTHORITY_HOST) {
            Some(host) => {
                self.complete_if_custom(cloud, None).await?;
                authority_host(&host)?
            }
            None => self.authority(cloud).await?,
        };
        let principal = ServicePrincipal {
            endpoint: TokenEndpoint::new(endpoint, &checked_tenant(TENANT_ID, &tenant)?),
            client_id: client_id.clone(),
            proof,
            advice: "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and the variables beside them.",
        };
        let caller = self.caller(&self.request.retry);
        let first = principal
            .token(&caller, &cloud.resource_manager_audience())
            .await?;
        let credential = Credential::ServicePrincipal(principal);
        Ok(SignedIn {
            first: Some(first),
            tenant: Some(tenant),
            subscription: variables.get(SUBSCRIPTION_ID),
            ..SignedIn::new(credential, &client_id, "ServicePrincipal")
        })
    }

    /// The workflow that this runs in, where nothing else proves who the application is.
    fn offered_workflow(&self) -> Result<Workflow> {
        let why = format!("none of {CLIENT_SECRET}, {CERTIFICATE_PATH}, {TOKEN_FILE} is set");
        match Workflow::find(self.variables(), None) {
            Ok(Some(workflow)) => Ok(workflow),
            Ok(None) => Err(not_set_up(&why)),
            Err(error) if error.code() == workflow::NO_TOKEN => Err(not_set_up(&format!(
                "{why}, and {}. {}",
                error.message(),
                error.recommendation()
            ))),
            Err(error) => Err(error),
        }
    }

    /// As a managed identity, if one is offered here.
    pub(super) async fn by_offered_identity(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        let variables = self.variables();
        // As in Azure's SDKs: the identity that is meant where there are several.
        let named = variables.get(CLIENT_ID);
        let identity = ManagedIdentity::find(variables, named.as_deref())
            .or_else(|_| ManagedIdentity::find(variables, None))?;
        let retry = RetryPolicy {
            attempts: PROBE_ATTEMPTS,
            connect_attempts: 1,
            ..self.request.retry
        };
        identity.probe(&self.caller(&retry)).await?;
        self.by_identity(cloud, identity, &retry).await
    }

    pub(super) async fn by_identity(
        &self,
        cloud: &mut Cloud,
        identity: ManagedIdentity,
        retry: &RetryPolicy,
    ) -> Result<SignedIn> {
        self.complete_if_custom(cloud, None).await?;
        let caller = self.caller(retry);
        let audience = cloud.resource_manager_audience();
        let first = identity.token(&caller, &audience).await?;
        self.log(|| format!("The token comes from {}.", identity.service()));
        let account = identity.account();
        let credential = Credential::ManagedIdentity(identity);
        Ok(SignedIn {
            first: Some(first),
            ..SignedIn::new(credential, &account, "ManagedService")
        })
    }

    pub(super) async fn by_service_principal(
        &self,
        cloud: &mut Cloud,
        authority: Option<Url>,
        (parameter, client_id): (&str, &str),
        proof: Proof,
        advice: &'static str,
    ) -> Result<SignedIn> {
        check_guid(parameter, client_id)?;
        let tenant = self.request.tenant.as_deref().ok_or_else(|| {
            let rule = "specify the tenant of the service principal.";
            Error::missing("Tenant", rule)
        })?;
        let tenant = checked_tenant("Tenant", tenant)?;
        let authority = match authority {
            Some(known) => known,
            None => self.authority(cloud).await?,
        };
        let principal = ServicePrincipal {
            endpoint: TokenEndpoint::new(authority, &tenant),
            client_id: client_id.to_owned(),
            proof,
            advice,
        };
        let credential = Credential::ServicePrincipal(principal);
        Ok(SignedIn {
            tenant: Some(tenant),
            ..SignedIn::new(credential, client_id, "ServicePrincipal")
        })
    }

    /// As a person.
    pub(super) async fn by_person(
        &self,
        cloud: &mut Cloud,
        way: Way<'_>,
        client_id: Option<&str>,
        claims: Option<&str>,
    ) -> Result<SignedIn> {
        if let Some(id) = client_id {
            check_guid("ApplicationId", id)?;
        }
        let tenant = self.request.tenant.as_deref().unwrap_or("organizations");
        let tenant = checked_tenant("Tenant", tenant)?;
        let endpoint = TokenEndpoint::new(self.authority(cloud).await?, &tenant);
        let person = Person::new(endpoint, client_id, claims, way.switch())?;
        let caller = self.caller(&self.request.retry);
        let audience = cloud.resource_manager_audience();
        let (first, account) = match way {
            Way::Browser(name) => browser::sign_in(&person, &caller, &audience, name).await?,
            Way::DeviceCode => device_code::sign_in(&person, &caller, &audience).await?,
        };
        Ok(SignedIn {
            first: Some(first),
            tenant: account.tenant,
            ..SignedIn::new(Credential::Person(person), &account.name, "User")
        })
    }

    /// As Azure PowerShell is signed in, in the cloud of its context unless one was named.
    pub(super) async fn by_azure_powershell(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        let az = AzurePowerShell::new(self.request.tenant.clone());
        let caller = self.caller(&self.request.retry);
        let is_named = self.request.environment.is_some() || self.named_endpoint().is_some();
        let answer = match is_named {
            true => self.ask_for_cloud(&az, &caller, cloud).await?,
            false => self.ask_for_context(&az, &caller, cloud).await?,
        };
        let ContextToken {
            token,
            lifetime,
            account,
            tenant,
            subscription_id,
            ..
        } = answer;
        let in_other_tenant = self.request.tenant.is_some();
        Ok(SignedIn {
            first: Some(AccessToken::issued(token, lifetime)),
            tenant,
            // In another tenant than its own, the context's subscription is not to be seen.
            subscription: subscription_id.filter(|_| !in_other_tenant),
            ..SignedIn::new(
                Credential::AzurePowerShell(az),
                &account.unwrap_or_default(),
                "AzurePowerShell",
            )
        })
    }

    /// Asks Azure PowerShell for a token for a cloud that was named.
    async fn ask_for_cloud(
        &self,
        az: &AzurePowerShell,
        caller: &Caller<'_>,
        cloud: &mut Cloud,
    ) -> Result<ContextToken> {
        match self.complete_if_custom(cloud, None).await {
            Ok(()) => az.ask(caller.observer, Some(&cloud.audience)).await,
            // The cloud of the context can be this one, as the user registered it.
            Err(untrusted) if untrusted.code() == UNTRUSTED_AUDIENCE => {
                let answer = az.ask(caller.observer, None).await?;
                cloud.audience =
                    registered::by_azure_powershell(&answer, cloud).ok_or(untrusted)?;
                Ok(answer)
            }
            Err(error) => Err(error),
        }
    }

    /// Asks Azure PowerShell for a token for the cloud of its context.
    async fn ask_for_context(
        &self,
        az: &AzurePowerShell,
        caller: &Caller<'_>,
        cloud: &mut Cloud,
    ) -> Result<ContextToken> {
        let answer = az.ask(caller.observer, None).await?;
        if let Some(endpoint) = &answer.endpoint {
            *cloud = Cloud::at(endpoint)?;
        }
        let registered = registered::by_azure_powershell(&answer, cloud);
        if cloud.is_known() || registered.is_some() {
            self.complete_if_custom(cloud, registered).await?;
            return Ok(answer);
        }
        // The token that came is for an audience that must not go to this endpoint.
        self.complete_if_custom(cloud, None).await?;
        az.ask(caller.observer, Some(&cloud.audience)).await
    }

    /// As the Azure CLI is signed in, in its active cloud unless one was named.
    pub(super) async fn by_azure_cli(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        let clouds = CliClouds::read(self.variables());
        if self.names_cloud() {
            clouds.check(cloud)?;
        } else if let Some(active) = clouds.active()? {
            *cloud = active;
        }
        let registered = registered::by_azure_cli(&clouds, cloud);
        self.complete_if_custom(cloud, registered).await?;
        let request = self.request;
        let cli = AzureCli::new(
            request.tenant.clone(),
            request.subscription_id.clone(),
            request.variables.clone(),
        );
        let (token, subscription) = {
            let caller = self.caller(&request.retry);
            cli.sign_in(&caller, &cloud.resource_manager_audience())
                .await?
        };
        Ok(SignedIn {
            first: Some(token),
            // In another tenant than the CLI's own, its subscription is not to be seen.
            subscription: subscription.filter(|_| request.tenant.is_none()),
            ..SignedIn::new(Credential::AzureCli(cli), "", "AzureCli")
        })
    }
}

/// It is not configured: no warning.
pub(super) const NOT_SET_UP: &str = "NotSetUp";

fn not_set_up(why: &str) -> Error {
    Error::new(
        Category::AuthenticationError,
        NOT_SET_UP,
        "environment",
        why,
    )
}

fn check_guid(parameter: &str, text: &str) -> Result<()> {
    if is_guid(text) {
        return Ok(());
    }
    let rule = match parameter {
        "Credential" => "its user name must be the application id, a GUID.",
        _ => "it must be the application id, a GUID.",
    };
    Err(Error::invalid(
        "InvalidApplicationId",
        parameter,
        text,
        rule,
    ))
}
