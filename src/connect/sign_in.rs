//! Each way to sign in: what it needs, and what it gives.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::ExposeSecret;

use super::chain::{self, NOT_SET_UP};
use super::connection::{Request, SignIn};
use super::registered;
use crate::auth::workflow::{self, Workflow};
use crate::auth::{
    AccessToken, AzureCli, AzurePowerShell, Caller, Certificate, ClockDifference, Credential,
    DeviceCode, FederatedToken, GivenTokens, ManagedIdentity, Proof, ServicePrincipal,
    TokenEndpoint, Variables, device_code,
};
use crate::base::{
    Category, CertificateSource, Cloud, ContextToken, Description, Error, Http, Observer, Result,
    RetryPolicy, UNTRUSTED_AUDIENCE, Url, check_subscription_id, discover, is_guid, is_loopback,
    parse_endpoint,
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
    fn new(credential: Credential, account: &str, account_type: &'static str) -> Self {
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

/// What every sign-in has to work with.
pub(super) struct Setting<'a> {
    pub(super) request: &'a Request,
    pub(super) http: &'a Http,
    pub(super) observer: &'a Arc<dyn Observer>,
}

/// The variables of Azure's SDKs. Source: their documentation of `EnvironmentCredential` and
/// `WorkloadIdentityCredential`.
const TENANT_ID: &str = "AZURE_TENANT_ID";
const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";
const SUBSCRIPTION_ID: &str = "AZURE_SUBSCRIPTION_ID";
/// Ours: where Resource Manager is, for every sign-in that neither an endpoint nor a cloud is named
/// for.
const RESOURCE_MANAGER_URL: &str = "AZURE_RESOURCE_MANAGER_URL";

const TRUST_ADVICE: &str = "Check -Tenant and -ApplicationId, and that the application trusts the \
                            issuer, the subject and the audience of this token.";

/// How often a service is asked that may not be there at all.
const PASSING_ATTEMPTS: u32 = 3;

impl<'a> Setting<'a> {
    fn variables(&self) -> Variables<'a> {
        Variables::of(self.request.variables.as_ref())
    }

    fn caller<'b>(&'b self, retry: &'b RetryPolicy) -> Caller<'b> {
        Caller {
            http: self.http,
            observer: self.observer,
            retry,
        }
    }

    pub(super) fn tell(&self, line: impl FnOnce() -> String) {
        if self.observer.wants_verbose() {
            self.observer.verbose(line());
        }
    }

    /// Checks what is the same for every sign-in, before anything is sent: what is given is not
    /// blank, which would mean something else than the caller thinks.
    ///
    /// # Errors
    /// `InvalidTenant`, `InvalidSubscriptionId`, `InvalidAudience`, `InvalidCredential`;
    /// `MissingParameter` for an audience without an endpoint; `ConflictingParameters` for an
    /// endpoint of another cloud than the one that is named.
    pub(super) fn check(&self) -> Result<()> {
        let request = self.request;
        if let Some(tenant) = &request.tenant {
            checked_tenant("Tenant", tenant)?;
        }
        if let Some(id) = &request.subscription_id {
            check_subscription_id(id)?;
        }
        if let SignIn::ClientSecret { secret, .. } = &request.sign_in
            && secret.expose_secret().is_empty()
        {
            return Err(Error::invalid(
                "InvalidCredential",
                "Credential",
                "(no password)",
                "its password must be the secret of the application.",
            ));
        }
        if let (Some(endpoint), Some(name)) = (&request.endpoint, &request.environment)
            && Cloud::at(endpoint)? != Cloud::named(name)?
        {
            return Err(Error::new(
                Category::InvalidArgument,
                "ConflictingParameters",
                "Endpoint",
                format!("-Endpoint '{endpoint}' does not belong to -Environment {name}"),
            )
            .advise("Specify one of them, not both."));
        }
        match &request.audience {
            Some(audience) if self.named_endpoint().is_none() => {
                let rule = format!("-Audience '{audience}' needs -Endpoint.");
                Err(Error::missing("Endpoint", &rule))
            }
            Some(audience) => check_audience(audience),
            None => Ok(()),
        }
    }

    /// The Resource Manager that was named, by a parameter or by the environment.
    fn named_endpoint(&self) -> Option<String> {
        let by_variable = || self.variables().get(RESOURCE_MANAGER_URL);
        match (&self.request.endpoint, &self.request.environment) {
            (Some(endpoint), _) => Some(endpoint.clone()),
            (None, Some(_)) => None,
            (None, None) => by_variable(),
        }
    }

    /// The cloud that is meant. Where no parameter names it, the environment may.
    pub(super) fn cloud(&self) -> Result<Cloud> {
        if let Some(endpoint) = self.named_endpoint() {
            let parameter = match self.request.endpoint {
                Some(_) => "Endpoint",
                None => RESOURCE_MANAGER_URL,
            };
            let mut cloud = Cloud::at_url(parse_endpoint(parameter, &endpoint)?)?;
            if let Some(audience) = &self.request.audience {
                cloud.audience = audience.trim_end_matches('/').to_owned();
            }
            return Ok(cloud);
        }
        if let Some(name) = &self.request.environment {
            return Cloud::named(name);
        }
        if let Some(host) = self.variables().get(AUTHORITY_HOST) {
            let authority = authority_host(&host)?;
            if let Some(cloud) = Cloud::signed_in_at(&authority) {
                return Ok(cloud);
            }
            // Who signs in at an emulator means to work in it.
            if is_loopback(&authority) {
                return Cloud::at_url(authority);
            }
        }
        Cloud::named("AzureCloud")
    }

    /// Finds out what is not known of a cloud: its name, and what its tokens are asked for, which is
    /// the audience that the user named or has `registered`, or that of its own host. What the
    /// endpoint says of itself is returned, or why it does not say.
    ///
    /// # Errors
    /// `UntrustedAudience`; those of reaching the network.
    async fn complete(
        &self,
        cloud: &mut Cloud,
        registered: Option<String>,
    ) -> Result<Result<Description>> {
        let described = match discover(cloud, self.http).await {
            Err(error) if error.code() != "DiscoveryFailed" => return Err(error),
            described => described,
        };
        if let Some(audience) = registered.filter(|_| self.request.audience.is_none()) {
            cloud.audience = audience;
        } else if let (Ok(described), None) = (&described, &self.request.audience) {
            cloud.audience = described.audience()?;
        }
        if let Ok(described) = &described {
            cloud.graph = described.graph();
            if let Some(name) = described.name() {
                cloud.name = name.to_owned();
            }
        }
        Ok(described)
    }

    /// The same, for sign-ins that do not ask the endpoint where to sign in.
    async fn complete_if_custom(
        &self,
        cloud: &mut Cloud,
        registered: Option<String>,
    ) -> Result<()> {
        if !cloud.is_known() {
            // One that does not say anything is asked for by its URL.
            let _ = self.complete(cloud, registered).await?;
        }
        Ok(())
    }

    /// Where tokens of a cloud are issued.
    async fn authority(&self, cloud: &mut Cloud) -> Result<Url> {
        if let Some(known) = &cloud.authority {
            return Ok(known.clone());
        }
        let described = self.complete(cloud, None).await?;
        match self.variables().get(AUTHORITY_HOST) {
            Some(host) => authority_host(&host),
            None => described?.authority(),
        }
    }

    /// Signs in as the request says.
    pub(super) async fn sign_in(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        match &self.request.sign_in {
            SignIn::Automatic => chain::find(self, cloud).await,
            SignIn::AccessToken {
                token,
                graph,
                account,
            } => {
                let given = Credential::AccessToken(GivenTokens::new(token, graph.as_ref())?);
                let account = account.as_deref().unwrap_or_default();
                Ok(SignedIn::new(given, account, "AccessToken"))
            }
            SignIn::ClientSecret {
                client_id,
                secret,
                authority,
            } => {
                let proof = Proof::Secret(secret.clone());
                let advice = "Check -Tenant, the application id and the secret in -Credential.";
                let user_name = "Credential";
                let parse = |url: &String| parse_endpoint("Authority", url);
                self.by_service_principal(
                    cloud,
                    authority.as_ref().map(parse).transpose()?,
                    (user_name, client_id),
                    proof,
                    advice,
                )
                .await
            }
            SignIn::ClientCertificate {
                client_id,
                certificate,
            } => {
                let certificate = Certificate::open(certificate, self.observer).await?;
                let proof = Proof::Certificate(certificate, ClockDifference::default());
                let advice = "Check -Tenant and -ApplicationId, and that the application has this \
                              certificate.";
                let id = ("ApplicationId", client_id.as_str());
                self.by_service_principal(cloud, None, id, proof, advice)
                    .await
            }
            SignIn::FederatedToken { client_id, token } => {
                let proof = Proof::FederatedToken(token.clone());
                let id = ("ApplicationId", client_id.as_str());
                self.by_service_principal(cloud, None, id, proof, TRUST_ADVICE)
                    .await
            }
            SignIn::WorkflowToken {
                client_id,
                service_connection,
            } => {
                let workflow = Workflow::require(self.variables(), service_connection.as_deref())?;
                let proof = Proof::FederatedToken(FederatedToken::Workflow(workflow));
                let id = ("ApplicationId", client_id.as_str());
                self.by_service_principal(cloud, None, id, proof, TRUST_ADVICE)
                    .await
            }
            SignIn::ManagedIdentity { account_id } => {
                let identity = ManagedIdentity::find(self.variables(), account_id.as_deref())?;
                self.by_identity(cloud, identity, &self.request.retry).await
            }
            SignIn::DeviceCode { client_id, claims } => {
                self.by_device_code(cloud, client_id.as_deref(), claims.as_deref())
                    .await
            }
            SignIn::AzurePowerShell => self.by_azure_powershell(cloud).await,
            SignIn::AzureCli => self.by_azure_cli(cloud).await,
        }
    }

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
            let certificate = Certificate::open(&source, self.observer).await?;
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
            attempts: PASSING_ATTEMPTS,
            connect_attempts: 1,
            ..self.request.retry
        };
        identity.probe(&self.caller(&retry)).await?;
        self.by_identity(cloud, identity, &retry).await
    }

    async fn by_identity(
        &self,
        cloud: &mut Cloud,
        identity: ManagedIdentity,
        retry: &RetryPolicy,
    ) -> Result<SignedIn> {
        self.complete_if_custom(cloud, None).await?;
        let caller = self.caller(retry);
        let audience = cloud.resource_manager_audience();
        let first = identity.token(&caller, &audience).await?;
        self.tell(|| format!("The token comes from {}.", identity.place()));
        let account = identity.account();
        let credential = Credential::ManagedIdentity(identity);
        Ok(SignedIn {
            first: Some(first),
            ..SignedIn::new(credential, &account, "ManagedService")
        })
    }

    async fn by_service_principal(
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

    async fn by_device_code(
        &self,
        cloud: &mut Cloud,
        client_id: Option<&str>,
        claims: Option<&str>,
    ) -> Result<SignedIn> {
        if let Some(id) = client_id {
            check_guid("ApplicationId", id)?;
        }
        let tenant = self.request.tenant.as_deref().unwrap_or("organizations");
        let tenant = checked_tenant("Tenant", tenant)?;
        let endpoint = TokenEndpoint::new(self.authority(cloud).await?, &tenant);
        let client_id = client_id.unwrap_or(device_code::CLIENT_ID).to_owned();
        let credential = DeviceCode::new(endpoint, client_id, claims)?;
        let caller = self.caller(&self.request.retry);
        let audience = cloud.resource_manager_audience();
        let (first, person) = credential.sign_in(&caller, &audience).await?;
        let credential = Credential::DeviceCode(credential);
        Ok(SignedIn {
            first: Some(first),
            tenant: person.tenant,
            ..SignedIn::new(credential, &person.account, "User")
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

    /// As the Azure CLI is signed in.
    pub(super) async fn by_azure_cli(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        let registered = registered::by_azure_cli(self.variables(), cloud);
        self.complete_if_custom(cloud, registered).await?;
        let request = self.request;
        let cli = AzureCli::new(
            request.tenant.clone(),
            request.subscription_id.clone(),
            request.variables.clone(),
        );
        let (token, subscription) = cli.sign_in(&cloud.resource_manager_audience()).await?;
        Ok(SignedIn {
            first: Some(token),
            // In another tenant than the CLI's own, its subscription is not to be seen.
            subscription: subscription.filter(|_| request.tenant.is_none()),
            ..SignedIn::new(Credential::AzureCli(cli), "", "AzureCli")
        })
    }
}

fn not_set_up(why: &str) -> Error {
    Error::new(
        Category::AuthenticationError,
        NOT_SET_UP,
        "environment",
        why,
    )
}

/// What `AZURE_AUTHORITY_HOST` says, with or without a scheme.
fn authority_host(text: &str) -> Result<Url> {
    match text.contains("://") {
        true => parse_endpoint(AUTHORITY_HOST, text),
        false => parse_endpoint(AUTHORITY_HOST, &format!("https://{text}")),
    }
}

fn checked_tenant(parameter: &str, tenant: &str) -> Result<String> {
    let valid = tenant
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    if valid && !tenant.is_empty() && !tenant.starts_with('.') {
        return Ok(tenant.to_owned());
    }
    Err(Error::invalid(
        "InvalidTenant",
        parameter,
        tenant,
        "it must be the tenant's id or one of its domains.",
    ))
}

/// Checks what tokens can be asked for: no shell and no form reads it as anything but itself.
fn check_audience(audience: &str) -> Result<()> {
    let is_plain = audience
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._:/".contains(c));
    let names_a_service = |url: Url| match url.scheme() {
        "https" | "api" => url.has_host(),
        "http" => is_loopback(&url),
        _ => false,
    };
    if is_guid(audience) || is_plain && Url::parse(audience).is_ok_and(names_a_service) {
        return Ok(());
    }
    Err(Error::invalid(
        "InvalidAudience",
        "Audience",
        audience,
        "it must be an https:// or api:// URI, or an application id, a GUID.",
    ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_an_id_or_a_domain() {
        for good in [
            "contoso.onmicrosoft.com",
            "aaaabbbb-0000-cccc-1111-dddd2222eeee",
        ] {
            assert!(checked_tenant("Tenant", good).is_ok());
        }
        for bad in ["a/b", "", "..", "a?b", "a b"] {
            let error = checked_tenant("Tenant", bad).unwrap_err();
            assert_eq!(error.code(), "InvalidTenant");
        }
    }

    #[test]
    fn an_audience_is_a_uri_or_an_id() {
        for good in [
            "https://management.contoso.onmicrosoft.com/aaaabbbb",
            "api://aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "http://127.0.0.1:5",
        ] {
            assert!(check_audience(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            " ",
            "https://",
            "api://",
            "http://arm.contoso.com",
            "arm.contoso.com",
            "https://a b",
            "https://host/?x=1",
            "https://user@host",
            "file:///etc",
        ] {
            let error = check_audience(bad).unwrap_err();
            assert_eq!(error.code(), "InvalidAudience", "{bad}");
        }
    }

    #[test]
    fn an_authority_may_leave_its_scheme_out() {
        let host = |text| authority_host(text).map(|url| url.to_string());
        let url = "https://login.microsoftonline.us/";
        assert_eq!(host("login.microsoftonline.us").as_deref(), Ok(url));
        assert_eq!(host(url).as_deref(), Ok(url));
        assert_eq!(
            host("http://login.us").unwrap_err().code(),
            "InvalidEndpoint"
        );
    }
}
