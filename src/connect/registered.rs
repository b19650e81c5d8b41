//! The audiences that the user has registered for a private cloud, with the Azure CLI or Azure
//! PowerShell.

use super::cli_clouds::CliClouds;
use crate::base::{Cloud, ContextToken, Url, is_azure_service, parse_endpoint};

/// A registered audience, if a token for it may go to the cloud: one on the endpoint's own host, or
/// one of an application of a tenant, as on Azure Stack Hub. Registering takes the audience from
/// the endpoint's metadata, so that of a service of Azure's public clouds does not count, nor a
/// GUID, which can be the application id of one.
fn checked(cloud: &Cloud, audience: &str) -> Option<String> {
    let url = Url::parse(audience).ok()?;
    let is_foreign = url.scheme() == "https" && !is_azure_service(&url);
    (cloud.is_own(&url) || is_foreign).then(|| audience.trim_end_matches('/').to_owned())
}

/// The audience of the cloud that was registered for this endpoint with `az cloud register`.
pub(super) fn by_azure_cli(clouds: &CliClouds, cloud: &Cloud) -> Option<String> {
    checked(cloud, clouds.audience_of(cloud)?)
}

/// The audience that the context of Azure PowerShell has for this endpoint.
pub(super) fn by_azure_powershell(token: &ContextToken, cloud: &Cloud) -> Option<String> {
    let its = parse_endpoint("Endpoint", token.endpoint.as_ref()?).ok()?;
    let is_ours = its.origin() == cloud.resource_manager.origin();
    checked(cloud, token.audience.as_ref().filter(|_| is_ours)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_of_azure_does_not_count() {
        let cloud = Cloud::at("https://arm.contoso.com").unwrap();
        let good = "https://management.contoso.onmicrosoft.com/2";
        assert_eq!(checked(&cloud, &format!("{good}/")).as_deref(), Some(good));
        assert!(checked(&cloud, "https://arm.contoso.com").is_some());
        for bad in [
            "https://management.core.windows.net/",
            "https://management.azure.com",
            "https://vault.azure.net",
            "https://graph.microsoft.com",
            "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            "http://arm.contoso.com",
        ] {
            assert_eq!(checked(&cloud, bad), None, "{bad}");
        }
    }
}
