//! Azure's clouds and their hosts.

use super::{Error, Result, Url};
use crate::auth::Audience;

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

/// One of a cloud's services that the module has tokens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
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
                    &format!("it is one of {known}; for any other cloud give -Endpoint."),
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
        let resource_manager = parse_endpoint("Endpoint", endpoint)?;
        let audience = audience(&resource_manager);
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

    /// What a token for Resource Manager is for.
    pub(crate) fn resource_manager_audience(&self) -> Audience {
        Audience {
            service: Service::ResourceManager,
            resource: self.audience.clone(),
        }
    }

    /// Resource Manager's URL, without a slash at its end.
    pub fn endpoint(&self) -> String {
        audience(&self.resource_manager)
    }
}

/// What a token for a service is asked for when it goes by its URL: that, without a slash.
pub(super) fn audience(service: &Url) -> String {
    service.as_str().trim_end_matches('/').to_owned()
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
        invalid("it is the URL of an Azure Resource Manager, such as https://management.azure.com.")
    })?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(invalid(
                "http is for this machine alone (127.0.0.1, localhost); elsewhere it is https.",
            ));
        }
        _ => return Err(invalid("it begins with https://.")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(invalid("it names a host."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("it holds no user name and no password."));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it is a host and a port, without a path."));
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
