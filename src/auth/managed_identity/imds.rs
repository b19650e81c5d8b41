//! The instance metadata service of a virtual machine. Source: its documentation, and Azure's SDKs.

use std::time::Duration;

use super::call::{TokenRequest, endpoint, unavailable};
use super::selector::{IdentitySelector, ParameterNames};
use crate::auth::caller::Caller;
use crate::auth::token::AccessToken;
use crate::auth::variables::Variables;
use crate::base::{Result, Url, Wait};

/// The service at its address of the link, the same on every machine.
pub(super) struct Imds {
    host: Url,
}

const ADDRESS: &str = "http://169.254.169.254";
const SERVICE: &str = "the instance metadata service (IMDS)";

/// Azure's SDKs look elsewhere when this is set, for a proxy on the same machine.
const OVERRIDE: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// How long a machine that has no such service may be kept waiting to find out.
const PROBE: Duration = Duration::from_secs(1);

const NAMES: ParameterNames = ParameterNames {
    client_id: "client_id",
    object_id: "object_id",
    resource_id: "msi_res_id",
};

impl Imds {
    pub(super) fn find(variables: Variables<'_>) -> Result<Self> {
        let host = match variables.get(OVERRIDE) {
            Some(named) => endpoint(OVERRIDE, &named)?,
            None => Url::parse(ADDRESS).expect("is a URL"),
        };
        Ok(Self { host })
    }

    fn url(&self) -> Url {
        let mut url = self.host.clone();
        url.set_path("/metadata/identity/oauth2/token");
        url
    }

    /// Asks without the header that it insists on: Azure's own refuses that at once with 400. Other
    /// clouds have other services at the same address.
    pub(super) async fn probe(&self, caller: &Caller<'_>) -> Result<()> {
        let request = caller.http.machine()?.get(self.url()).timeout(PROBE);
        let answer = Wait::new("Signing in", format!("a response of {SERVICE}"))
            .until(&**caller.observer, Some(PROBE), request.send())
            .await;
        match answer {
            Ok(answer) if matches!(answer.status().as_u16(), 400 | 404 | 410 | 429 | 500..=599) => {
                Ok(())
            }
            Ok(answer) => {
                let status = answer.status().as_u16();
                let why =
                    format!("its address returned HTTP {status}, which is not a response of Azure");
                Err(unavailable(SERVICE, &why))
            }
            Err(_) => Err(unavailable(SERVICE, "it is not available on this machine")),
        }
    }

    pub(super) async fn token(
        &self,
        caller: &Caller<'_>,
        resource: &str,
        selector: &IdentitySelector,
    ) -> Result<AccessToken> {
        let mut url = self.url();
        url.query_pairs_mut()
            .append_pair("api-version", "2018-02-01")
            .append_pair("resource", resource)
            .extend_pairs(selector.parameter(&NAMES));
        let call = TokenRequest {
            url,
            headers: vec![("metadata", "true".to_owned().into())],
            service: SERVICE,
        };
        call.token(caller).await
    }
}
