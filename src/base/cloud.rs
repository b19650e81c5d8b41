//! Azure's clouds and their hosts.

use reqwest::Url;

use super::audience::{Audience, Service, audience_of};
use super::error::{Error, Result};

/// A cloud: where its services are, and what their tokens are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The name that Az uses, such as `AzureCloud`.
    pub name: String,
    /// Azure Resource Manager.
    pub resource_manager: Url,
    /// Where tokens are issued; not known for an endpoint that was only named.
    pub authority: Option<Url>,
    /// What a token for Resource Manager is asked for, without `/.default`.
    pub audience: String,
    /// Microsoft Graph; not known for an endpoint that was only named. Its tokens are asked for by
    /// its URL.
    pub graph: Option<Url>,
}

/// Name, Resource Manager, sign-in, Microsoft Graph. Source: Azure's documentation of the national
/// clouds.
const CLOUDS: [(&str, &str, &str, &str); 3] = [
    (
        "AzureCloud",
        "https://management.azure.com",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
    ),
    (
        "AzureUSGovernment",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
    ),
    (
        "AzureChinaCloud",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
];

/// The hosts where Azure's clouds issue tokens. Source: the authorities that Microsoft's
/// authentication libraries (MSAL) know without asking.
const SIGN_IN_HOSTS: [&str; 6] = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
];

/// The domains of the services of Azure's public clouds, such as `vault.azure.net`. Source: Azure's
/// documentation of the endpoints of its clouds.
const AZURE_DOMAINS: [&str; 11] = [
    "azure.com",
    "azure.net",
    "windows.net",
    "microsoft.com",
    "microsoftonline.com",
    "azure.us",
    "microsoft.us",
    "usgovcloudapi.net",
    "azure.cn",
    "chinacloudapi.cn",
    "microsoftonline.cn",
];

impl Cloud {
    /// The cloud of that name, in any casing.
    ///
    /// # Errors
    /// `InvalidEnvironment` when there is none.
    pub fn named(name: &str) -> Result<Self> {
        let known = CLOUDS
            .into_iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                let known = CLOUDS.map(|(name, ..)| name).join(", ");
                Error::invalid(
                    "InvalidEnvironment",
                    "Environment",
                    name,
                    &format!("it must be one of {known}; for any other cloud use -Endpoint."),
                )
            })?;
        Self::known(known)
    }

    /// A Resource Manager at `endpoint`: that of a cloud that is known, or one of which nothing
    /// else is known.
    ///
    /// # Errors
    /// See [`parse_endpoint`].
    pub fn at(endpoint: &str) -> Result<Self> {
        Self::at_url(parse_endpoint("Endpoint", endpoint)?)
    }

    /// The same for a URL that was parsed.
    pub(crate) fn at_url(resource_manager: Url) -> Result<Self> {
        let audience = audience_of(&resource_manager);
        if let Some(known) = CLOUDS.into_iter().find(|(_, url, ..)| *url == audience) {
            return Self::known(known);
        }
        Ok(Self {
            name: "Custom".to_owned(),
            resource_manager,
            authority: None,
            audience,
            graph: None,
        })
    }

    /// The known cloud whose tokens are issued there.
    pub(crate) fn signed_in_at(authority: &Url) -> Option<Self> {
        CLOUDS
            .into_iter()
            .filter_map(|known| Self::known(known).ok())
            .find(|cloud| cloud.authority.as_ref() == Some(authority))
    }

    fn known((name, resource_manager, authority, graph): (&str, &str, &str, &str)) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            resource_manager: parse(resource_manager)?,
            authority: Some(parse(authority)?),
            audience: resource_manager.to_owned(),
            graph: Some(parse(graph)?),
        })
    }

    /// Whether this is one of Azure's clouds, of which everything is known.
    pub(crate) fn is_known(&self) -> bool {
        let endpoint = self.endpoint();
        CLOUDS.iter().any(|(_, url, ..)| *url == endpoint)
    }

    /// Whether a URL is on Resource Manager's own host.
    pub(crate) fn is_own(&self, url: &Url) -> bool {
        let own = &self.resource_manager;
        let is_here = is_loopback(own);
        let same_host = own.host() == url.host() || (is_here && is_loopback(url));
        // Another port of this machine can belong to another user.
        let same_port = own.port_or_known_default() == url.port_or_known_default();
        own.scheme() == url.scheme() && same_host && (same_port || !is_here)
    }

    /// Whether secrets may go to a sign-in address that only the endpoint's metadata names: one of
    /// Azure's, or one on the endpoint's own host or beside it in its domain, as AD FS is on Azure
    /// Stack Hub.
    pub(crate) fn may_sign_in_at(&self, authority: &Url) -> bool {
        let host = authority.host_str().unwrap_or_default();
        let own = self.resource_manager.host_str().unwrap_or_default();
        let is_beside = own.split_once('.').is_some_and(|(_, domain)| {
            self.resource_manager.domain().is_some()
                && domain.contains('.')
                && is_in_domain(host, domain)
        });
        let is_azure = SIGN_IN_HOSTS.contains(&host) && authority.port().is_none();
        self.is_own(authority) || (authority.scheme() == "https" && (is_azure || is_beside))
    }

    /// What a token for Resource Manager is for.
    pub(crate) fn resource_manager_audience(&self) -> Audience {
        Audience {
            service: Service::ResourceManager,
            resource: self.audience.clone(),
        }
    }

    /// Resource Manager's URL, without a slash at its end.
    pub fn endpoint(&self) -> String {
        audience_of(&self.resource_manager)
    }
}

/// Whether a URL is that of a service of Azure's public clouds.
pub(crate) fn is_azure_service(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    AZURE_DOMAINS
        .iter()
        .any(|domain| is_in_domain(host, domain))
}

fn is_in_domain(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn parse(url: &str) -> Result<Url> {
    parse_endpoint("Endpoint", url)
}

/// Parses the URL of a service that will be sent secrets: https, or http on this machine alone,
/// and nothing but a host and a port.
///
/// # Errors
/// `InvalidEndpoint`, which names the rule.
pub fn parse_endpoint(parameter: &str, text: &str) -> Result<Url> {
    let invalid = |rule: &str| Error::invalid("InvalidEndpoint", parameter, text, rule);
    let url = Url::parse(text.trim()).map_err(|_| {
        invalid("it must be a URL of a host, such as https://management.azure.com.")
    })?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(invalid(
                "it must begin with https://; http is allowed for this machine only (127.0.0.1, localhost).",
            ));
        }
        _ => return Err(invalid("it must begin with https://.")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(invalid("it must name a host."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("must not hold a user name or a password."));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it must be a host and a port, without a path."));
    }
    Ok(url)
}

/// Whether a URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost")
            || host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_parses() {
        for (name, ..) in CLOUDS {
            assert_eq!(Cloud::named(&name.to_lowercase()).unwrap().name, name);
        }
        assert_eq!(
            Cloud::named("AzureMoon").unwrap_err().code(),
            "InvalidEnvironment"
        );
    }

    #[test]
    fn a_known_endpoint_is_that_of_its_cloud() {
        let cloud = Cloud::at("https://MANAGEMENT.usgovcloudapi.net:443/").unwrap();
        assert_eq!(cloud, Cloud::named("AzureUSGovernment").unwrap());
        assert_eq!(cloud.graph.unwrap().as_str(), "https://graph.microsoft.us/");
        let custom = Cloud::at("https://arm.local:30005").unwrap();
        assert_eq!((custom.name.as_str(), custom.graph), ("Custom", None));
    }

    #[test]
    fn a_host_is_the_endpoints_own_or_not() {
        let own = |endpoint: &str, url: &str| {
            Cloud::at(endpoint)
                .unwrap()
                .is_own(&Url::parse(url).unwrap())
        };
        for (endpoint, url) in [
            ("https://arm.contoso.com", "https://arm.contoso.com/guid"),
            ("https://arm.contoso.com:30024", "https://ARM.contoso.com/"),
            ("http://localhost:5", "http://127.0.0.1:5/"),
        ] {
            assert!(own(endpoint, url), "{endpoint} {url}");
        }
        for (endpoint, url) in [
            ("https://arm.contoso.com", "https://vault.azure.net"),
            (
                "https://arm.contoso.com",
                "https://arm.contoso.com.evil.example",
            ),
            ("https://arm.contoso.com", "http://arm.contoso.com"),
            ("http://127.0.0.1:5", "http://127.0.0.1:6"),
            ("http://127.0.0.1:5", "https://management.azure.com"),
        ] {
            assert!(!own(endpoint, url), "{endpoint} {url}");
        }
    }

    #[test]
    fn secrets_go_to_azure_or_to_the_endpoints_own_domain() {
        let may = |endpoint: &str, url: &str| {
            Cloud::at(endpoint)
                .unwrap()
                .may_sign_in_at(&Url::parse(url).unwrap())
        };
        let stack = "https://management.local.azurestack.external";
        for (endpoint, url) in [
            (stack, "https://adfs.local.azurestack.external"),
            (stack, "https://login.windows.net/"),
            ("https://arm.contoso.com", "https://arm.contoso.com:8443"),
            ("https://arm.contoso.com", "https://login.contoso.com"),
            ("http://127.0.0.1:5", "http://localhost:5"),
        ] {
            assert!(may(endpoint, url), "{endpoint} {url}");
        }
        for (endpoint, url) in [
            (stack, "https://login.evil.example"),
            (stack, "https://notlocal.azurestack.external"),
            (stack, "https://login.microsoftonline.com:8443"),
            (
                "https://arm.contoso.com",
                "https://login.microsoftonline.com.evil.example",
            ),
            ("https://arm.com", "https://login.com"),
            ("https://10.0.0.1", "https://11.0.0.1"),
            ("https://10.1.0.1", "https://2.1.0.1"),
            ("http://127.0.0.1:5", "http://127.0.0.1:6"),
        ] {
            assert!(!may(endpoint, url), "{endpoint} {url}");
        }
    }

    #[test]
    fn services_of_azure_are_known_by_their_domains() {
        let is_azure = |url: &str| is_azure_service(&Url::parse(url).unwrap());
        for azure in [
            "https://vault.azure.net",
            "https://management.core.windows.net/",
            "https://graph.microsoft.us",
        ] {
            assert!(is_azure(azure), "{azure}");
        }
        for other in [
            "https://management.contoso.onmicrosoft.com/guid",
            "https://notazure.com",
            "http://127.0.0.1:5",
        ] {
            assert!(!is_azure(other), "{other}");
        }
    }

    #[test]
    fn http_is_for_loopback_alone() {
        for good in ["http://127.0.0.1:5", "http://localhost:1", "http://[::1]:9"] {
            assert!(parse_endpoint("Endpoint", good).is_ok(), "{good}");
        }
        for bad in [
            "http://management.azure.com",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
            "management.azure.com",
            "https://user:secret@host",
            "https://host/path",
            "https://host?x=1",
            "",
        ] {
            let error = parse_endpoint("Endpoint", bad).unwrap_err();
            assert_eq!(error.code(), "InvalidEndpoint", "{bad}");
        }
    }
}
