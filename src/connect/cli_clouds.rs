//! The clouds of the Azure CLI, from its configuration: the one that is active, and those that the
//! user has registered. Source: the files that `az cloud set` and `az cloud register` write.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::auth::Variables;
use crate::base::{Category, Cloud, Error, Result, Url, parse_endpoint};

/// The clouds of the Azure CLI.
#[derive(Debug, Default)]
pub(super) struct CliClouds {
    /// The name of the active cloud.
    active: Option<String>,
    /// The registered clouds, and what is known of them, by their names.
    registered: Vec<Section>,
}

/// A section of an INI file: its name and its values.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) values: BTreeMap<String, String>,
}

const RESOURCE_MANAGER: &str = "endpoint_resource_manager";
const AUDIENCE: &str = "endpoint_active_directory_resource_id";
const AUTHORITY: &str = "endpoint_active_directory";

/// The cloud that is active when nothing says otherwise.
const USUAL: &str = "AzureCloud";

impl CliClouds {
    /// Reads the configuration of the Azure CLI; what can't be read counts as not configured.
    pub(super) fn read(variables: Variables<'_>) -> Self {
        let file = |name: &str| {
            let text = std::fs::read_to_string(folder(variables)?.join(name)).ok()?;
            Some(sections(&text))
        };
        let configured = || {
            let mut sections = file("config")?.into_iter();
            let mut cloud = sections.find(|section| section.name == "cloud")?;
            cloud.values.remove("name")
        };
        Self {
            // The CLI reads the variable first, too.
            active: variables.get("AZURE_CLOUD_NAME").or_else(configured),
            registered: file("clouds.config").unwrap_or_default(),
        }
    }

    /// The active cloud, if it is not the usual one.
    ///
    /// # Errors
    /// `InvalidEndpoint` for one that is registered with a URL that gets no token.
    pub(super) fn active(&self) -> Result<Option<Cloud>> {
        let Some(name) = &self.active else {
            return Ok(None);
        };
        if let Ok(known) = Cloud::named(name) {
            return Ok(Some(known));
        }
        let section = self.registered.iter().find(|one| one.name == *name);
        let Some(endpoint) = section.and_then(|one| one.values.get(RESOURCE_MANAGER)) else {
            // The CLI itself says what is wrong with it.
            return Ok(None);
        };
        let at = parse_endpoint("Endpoint", endpoint).map_err(|error| {
            let message = format!(
                "The active cloud of the Azure CLI, '{name}', can't be used: {}",
                error.message()
            );
            error
                .reworded(message)
                .advise("Register it again, or specify -Environment or -Endpoint.")
        })?;
        let mut cloud = Cloud::at_url(at)?;
        cloud.name.clone_from(name);
        Ok(Some(cloud))
    }

    /// Checks that the Azure CLI, which signs in to its active cloud, can give tokens for another
    /// one that was specified: it can where both have the same sign-in address.
    ///
    /// # Errors
    /// `AzureCliOtherCloud`.
    pub(super) fn check(&self, wanted: &Cloud) -> Result<()> {
        let active = self.active.as_deref().unwrap_or(USUAL);
        let known = Cloud::named(active).ok().and_then(|cloud| cloud.authority);
        let its = known.or_else(|| {
            let mut sections = self.registered.iter();
            sections.find(|one| one.name == active)?.authority()
        });
        let wanted_authority = wanted
            .authority
            .clone()
            .or_else(|| self.section_of(wanted)?.authority());
        match (its, wanted_authority) {
            (Some(its), Some(other)) if its.origin() != other.origin() => {
                let name = match self.section_of(wanted) {
                    Some(section) => &section.name,
                    None => &wanted.name,
                };
                Err(Error::new(
                    Category::AuthenticationError,
                    "AzureCliOtherCloud",
                    "az",
                    format!(
                        "The active cloud of the Azure CLI is '{active}', and its tokens are not \
                         valid in '{name}' ({})",
                        wanted.endpoint()
                    ),
                )
                .advise(format!(
                    "Run az cloud set --name {name} and az login, or omit -Environment and \
                     -Endpoint."
                )))
            }
            _ => Ok(()),
        }
    }

    /// What tokens for this cloud are asked for, if it is registered.
    pub(super) fn audience_of(&self, cloud: &Cloud) -> Option<&str> {
        let audience = self.section_of(cloud)?.values.get(AUDIENCE)?;
        Some(audience)
    }

    /// The cloud as it is registered: by its Resource Manager.
    fn section_of(&self, cloud: &Cloud) -> Option<&Section> {
        let is_ours = |endpoint: &String| {
            parse_endpoint("Endpoint", endpoint)
                .is_ok_and(|url| url.origin() == cloud.resource_manager.origin())
        };
        let mut sections = self.registered.iter();
        sections.find(|one| one.values.get(RESOURCE_MANAGER).is_some_and(is_ours))
    }
}

impl Section {
    fn authority(&self) -> Option<Url> {
        Url::parse(self.values.get(AUTHORITY)?).ok()
    }
}

/// Source: the Azure CLI's configuration, `AZURE_CONFIG_DIR` or `.azure` in the user's folder.
fn folder(variables: Variables<'_>) -> Option<PathBuf> {
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    match variables.get("AZURE_CONFIG_DIR") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => Some(PathBuf::from(variables.get(home)?).join(".azure")),
    }
}

/// The sections of an INI file, in the form in which the Azure CLI writes it.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().map(str::trim) {
        let name = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        if let Some(name) = name {
            sections.push(Section {
                name: name.trim().to_owned(),
                values: BTreeMap::new(),
            });
            continue;
        }
        if let (Some((name, value)), Some(section)) = (line.split_once('='), sections.last_mut()) {
            let name = name.trim().to_lowercase();
            section.values.insert(name, value.trim().to_owned());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Category;

    const CLOUDS: &str = "[AzureCloud]\n\
        subscription = aaaa\n\
        \n\
        [Other]\n\
        endpoint_resource_manager = https://arm.other.example\n\
        endpoint_active_directory = https://login.microsoftonline.com\n\
        endpoint_active_directory_resource_id = https://management.other.onmicrosoft.com/1\n\
        [Stack]\n\
        profile = 2020-09-01-hybrid\n\
        endpoint_resource_manager = https://management.local.azurestack.external/\n\
        endpoint_active_directory = https://adfs.local.azurestack.external/adfs\n\
        endpoint_active_directory_resource_id = https://management.contoso.onmicrosoft.com/2/\n\
        [Odd]\n\
        endpoint_resource_manager = http://arm.odd.example\n";

    fn clouds(active: Option<&str>) -> CliClouds {
        CliClouds {
            active: active.map(str::to_owned),
            registered: sections(CLOUDS),
        }
    }

    fn at(endpoint: &str) -> Cloud {
        Cloud::at(endpoint).unwrap()
    }

    #[test]
    fn the_audience_is_that_of_the_cloud_with_this_endpoint() {
        let all = clouds(None);
        let audience = |endpoint: &str| all.audience_of(&at(endpoint)).map(str::to_owned);
        assert_eq!(
            audience("https://management.local.azurestack.external").as_deref(),
            Some("https://management.contoso.onmicrosoft.com/2/")
        );
        assert_eq!(
            audience("https://management.local.azurestack.external:444"),
            None
        );
        assert_eq!(audience("https://arm.unknown.example"), None);
    }

    #[test]
    fn the_active_cloud_is_a_known_or_a_registered_one() {
        let active = |name: Option<&str>| {
            let cloud = clouds(name).active();
            cloud.map(|cloud| cloud.map(|cloud| (cloud.name.clone(), cloud.endpoint())))
        };
        let is = |name: &str, endpoint: &str| Ok(Some((name.to_owned(), endpoint.to_owned())));
        assert_eq!(active(None), Ok(None));
        assert_eq!(active(Some("Forgotten")), Ok(None));
        assert_eq!(
            active(Some("AzureChinaCloud")),
            is("AzureChinaCloud", "https://management.chinacloudapi.cn")
        );
        assert_eq!(
            active(Some("Stack")),
            is("Stack", "https://management.local.azurestack.external")
        );
        let error = active(Some("Odd")).unwrap_err();
        assert_eq!(error.code(), "InvalidEndpoint");
        assert!(error.message().contains("'Odd'"), "{error}");
    }

    #[test]
    fn another_cloud_needs_the_same_sign_in_address() {
        let usgov = Cloud::named("AzureUSGovernment").unwrap();
        for (active, wanted) in [
            (None, at("https://management.azure.com")),
            (None, at("https://arm.other.example")),
            (None, at("https://arm.unknown.example")),
            (Some("Forgotten"), usgov.clone()),
            (Some("AzureUSGovernment"), usgov.clone()),
            (
                Some("Stack"),
                at("https://management.local.azurestack.external"),
            ),
        ] {
            assert_eq!(clouds(active).check(&wanted), Ok(()), "{active:?}");
        }
        for (active, wanted, name) in [
            (None, usgov.clone(), "AzureUSGovernment"),
            (Some("Stack"), usgov, "AzureUSGovernment"),
            (
                Some("AzureCloud"),
                at("https://management.local.azurestack.external"),
                "Stack",
            ),
        ] {
            let error = clouds(active).check(&wanted).unwrap_err();
            assert_eq!(error.code(), "AzureCliOtherCloud");
            assert_eq!(error.category(), Category::AuthenticationError);
            let advice = format!("az cloud set --name {name} ");
            assert!(error.recommendation().contains(&advice), "{error}");
        }
    }
}
