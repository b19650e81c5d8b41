//! The audiences that the user has registered for a private cloud, with the Azure CLI or Azure
//! PowerShell.

use std::path::PathBuf;

use crate::auth::Variables;
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
pub(super) fn by_azure_cli(variables: Variables<'_>, cloud: &Cloud) -> Option<String> {
    let file = folder(variables)?.join("clouds.config");
    let text = std::fs::read_to_string(file).ok()?;
    checked(cloud, &find(&text, cloud)?)
}

/// The audience that the context of Azure PowerShell has for this endpoint.
pub(super) fn by_azure_powershell(token: &ContextToken, cloud: &Cloud) -> Option<String> {
    let its = parse_endpoint("Endpoint", token.endpoint.as_ref()?).ok()?;
    let is_ours = its.origin() == cloud.resource_manager.origin();
    checked(cloud, token.audience.as_ref().filter(|_| is_ours)?)
}

/// Source: the Azure CLI's configuration, `AZURE_CONFIG_DIR` or `.azure` in the user's folder.
fn folder(variables: Variables<'_>) -> Option<PathBuf> {
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    match variables.get("AZURE_CONFIG_DIR") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => Some(PathBuf::from(variables.get(home)?).join(".azure")),
    }
}

/// The value in the section of the cloud with this endpoint. Source: the form in which the Azure CLI
/// writes its clouds, an INI file with a section each.
fn find(text: &str, cloud: &Cloud) -> Option<String> {
    let mut sections: Vec<(Option<&str>, Option<&str>)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            sections.push((None, None));
            continue;
        }
        let (Some((name, value)), Some(section)) = (line.split_once('='), sections.last_mut())
        else {
            continue;
        };
        match name.trim() {
            "endpoint_resource_manager" => section.0 = Some(value.trim()),
            "endpoint_active_directory_resource_id" => section.1 = Some(value.trim()),
            _ => {}
        }
    }
    let is_ours = |endpoint: &str| {
        parse_endpoint("Endpoint", endpoint)
            .is_ok_and(|url| url.origin() == cloud.resource_manager.origin())
    };
    sections
        .into_iter()
        .find(|(endpoint, _)| endpoint.is_some_and(is_ours))?
        .1
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOUDS: &str = "[AzureCloud]\n\
        subscription = aaaa\n\
        \n\
        [Other]\n\
        endpoint_resource_manager = https://arm.other.example\n\
        endpoint_active_directory_resource_id = https://management.other.onmicrosoft.com/1\n\
        [Stack]\n\
        profile = 2020-09-01-hybrid\n\
        endpoint_resource_manager = https://management.local.azurestack.external/\n\
        endpoint_active_directory_resource_id = https://management.contoso.onmicrosoft.com/2/\n";

    #[test]
    fn the_audience_is_that_of_the_cloud_with_this_endpoint() {
        let find = |endpoint: &str| find(CLOUDS, &Cloud::at(endpoint).unwrap());
        assert_eq!(
            find("https://management.local.azurestack.external").as_deref(),
            Some("https://management.contoso.onmicrosoft.com/2/")
        );
        assert_eq!(
            find("https://management.local.azurestack.external:444"),
            None
        );
        assert_eq!(find("https://arm.unknown.example"), None);
    }

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
