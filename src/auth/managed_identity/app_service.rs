//! The endpoint that App Service, Functions, Container Apps and Automation give their programs.
//! Source: App Service's documentation, "REST endpoint reference"; Automation's, which wants the
//! header `Metadata` as well.

use super::call::{TokenRequest, endpoint};
use super::selector::{IdentitySelector, ParameterNames};
use crate::auth::caller::Caller;
use crate::auth::token::{AccessToken, Secret};
use crate::auth::variables::Variables;
use crate::base::{Result, Url};

/// The endpoint, and what proves that the caller is the program.
pub(super) struct AppService {
    endpoint: Url,
    header: Secret,
    name: &'static str,
}

const NAMES: ParameterNames = ParameterNames {
    client_id: "client_id",
    object_id: "principal_id",
    resource_id: "mi_res_id",
};

impl AppService {
    /// Where the environment tells of one.
    pub(super) fn find(variables: Variables<'_>) -> Result<Option<Self>> {
        let (Some(named), Some(header)) = (
            variables.get("IDENTITY_ENDPOINT"),
            variables.get("IDENTITY_HEADER"),
        ) else {
            return Ok(None);
        };
        let host = variables
            .get("AZUREPS_HOST_ENVIRONMENT")
            .unwrap_or_default();
        let name = if host.starts_with("AzureAutomation") {
            "Azure Automation"
        } else if variables.get("FUNCTIONS_WORKER_RUNTIME").is_some() {
            "Azure Functions"
        } else {
            "App Service"
        };
        Ok(Some(Self {
            endpoint: endpoint("IDENTITY_ENDPOINT", &named)?,
            header: header.into(),
            name,
        }))
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) async fn token(
        &self,
        caller: &Caller<'_>,
        resource: &str,
        selector: &IdentitySelector,
    ) -> Result<AccessToken> {
        let mut url = self.endpoint.clone();
        url.query_pairs_mut()
            .append_pair("api-version", "2019-08-01")
            .append_pair("resource", resource)
            .extend_pairs(selector.parameter(&NAMES));
        let call = TokenRequest {
            url,
            headers: vec![
                ("x-identity-header", self.header.clone()),
                ("metadata", "true".to_owned().into()),
            ],
            service: self.name,
        };
        call.token(caller).await
    }
}
