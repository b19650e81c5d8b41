//! What every sign-in works with: the request, the network, and the cloud that is meant.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::request::{Request, SignIn};
use crate::auth::{Caller, Variables};
use crate::base::{
    Category, Cloud, Description, Error, Http, Observer, Result, RetryPolicy, Url,
    check_subscription_id, discover, is_guid, is_loopback, parse_endpoint,
};

/// What every sign-in has to work with.
pub(super) struct SignInContext<'a> {
    pub(super) request: &'a Request,
    pub(super) http: &'a Http,
    pub(super) observer: &'a Arc<dyn Observer>,
}

/// The variable of Azure's SDKs for the host where tokens are issued.
pub(super) const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";
/// Ours: where Resource Manager is, for every sign-in that neither an endpoint nor a cloud is named
/// for.
const RESOURCE_MANAGER_URL: &str = "AZURE_RESOURCE_MANAGER_URL";

impl<'a> SignInContext<'a> {
    pub(super) fn variables(&self) -> Variables<'a> {
        Variables::of(self.request.variables.as_ref())
    }

    pub(super) fn caller<'b>(&'b self, retry: &'b RetryPolicy) -> Caller<'b> {
        Caller {
            http: self.http,
            observer: self.observer,
            retry,
        }
    }

    pub(super) fn log(&self, line: impl FnOnce() -> String) {
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
    pub(super) fn named_endpoint(&self) -> Option<String> {
        let by_variable = || self.variables().get(RESOURCE_MANAGER_URL);
        match (&self.request.endpoint, &self.request.environment) {
            (Some(endpoint), _) => Some(endpoint.clone()),
            (None, Some(_)) => None,
            (None, None) => by_variable(),
        }
    }

    /// Whether a parameter or the environment names the cloud.
    pub(super) fn names_cloud(&self) -> bool {
        self.request.environment.is_some()
            || self.named_endpoint().is_some()
            || self.variables().get(AUTHORITY_HOST).is_some()
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
    pub(super) async fn complete(
        &self,
        cloud: &mut Cloud,
        registered: Option<String>,
    ) -> Result<Result<Description>> {
        let described = match discover(cloud, self.http, self.observer).await {
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
    pub(super) async fn complete_if_custom(
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
    pub(super) async fn authority(&self, cloud: &mut Cloud) -> Result<Url> {
        if let Some(known) = &cloud.authority {
            return Ok(known.clone());
        }
        let described = self.complete(cloud, None).await?;
        match self.variables().get(AUTHORITY_HOST) {
            Some(host) => authority_host(&host),
            None => described?.authority(),
        }
    }
}

/// What `AZURE_AUTHORITY_HOST` says, with or without a scheme.
pub(super) fn authority_host(text: &str) -> Result<Url> {
    match text.contains("://") {
        true => parse_endpoint(AUTHORITY_HOST, text),
        false => parse_endpoint(AUTHORITY_HOST, &format!("https://{text}")),
    }
}

pub(super) fn checked_tenant(parameter: &str, tenant: &str) -> Result<String> {
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
