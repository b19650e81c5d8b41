//! A managed identity, by whichever service gives its tokens.

use super::app_service::AppService;
use super::arc::Arc;
use super::imds::Imds;
use super::selector::IdentitySelector;
use crate::auth::caller::Caller;
use crate::auth::token::AccessToken;
use crate::auth::variables::Variables;
use crate::base::{Audience, Category, Error, Result};

/// A managed identity, and where its tokens come from.
pub struct ManagedIdentity {
    source: Source,
    selector: IdentitySelector,
}

enum Source {
    AppService(AppService),
    Arc(Arc),
    Imds(Imds),
}

impl ManagedIdentity {
    /// The identity that the environment offers, or else that of a virtual machine.
    ///
    /// # Errors
    /// `InvalidAccountId`; `InvalidEndpoint` when the environment names an endpoint that no secret
    /// may be sent to; `ManagedIdentityUnsupported`.
    pub(crate) fn find(variables: Variables<'_>, account_id: Option<&str>) -> Result<Self> {
        let selector = IdentitySelector::named(account_id)?;
        if variables.get(SERVICE_FABRIC).is_some() {
            return Err(service_fabric());
        }
        let source = if let Some(found) = AppService::find(variables)? {
            Source::AppService(found)
        } else if let Some(found) = Arc::find(variables)? {
            if account_id.is_some() {
                return Err(Error::invalid(
                    "InvalidAccountId",
                    "AccountId",
                    account_id.unwrap_or_default(),
                    "a machine in Azure Arc has only its system-assigned identity.",
                ));
            }
            Source::Arc(found)
        } else {
            Source::Imds(Imds::find(variables)?)
        };
        Ok(Self { source, selector })
    }

    /// Where its tokens come from, in words.
    pub(crate) fn service(&self) -> &'static str {
        match &self.source {
            Source::AppService(service) => service.name(),
            Source::Arc(_) => "Azure Arc",
            Source::Imds(_) => "the instance metadata service (IMDS)",
        }
    }

    /// Who is signed in, as far as the caller said.
    pub(crate) fn account(&self) -> String {
        match &self.selector {
            IdentitySelector::Default => "MSI".to_owned(),
            IdentitySelector::Id { id, .. } | IdentitySelector::ResourceId(id) => id.clone(),
        }
    }

    /// Looks, without a long wait, whether there is a service that could give tokens at all.
    ///
    /// # Errors
    /// `ManagedIdentityUnavailable`.
    pub(crate) async fn probe(&self, caller: &Caller<'_>) -> Result<()> {
        match &self.source {
            // The environment would not name one that is not there.
            Source::AppService(_) | Source::Arc(_) => Ok(()),
            Source::Imds(imds) => imds.probe(caller).await,
        }
    }

    /// A token for `audience`.
    ///
    /// # Errors
    /// The service's own, such as `invalid_request`; `ManagedIdentityUnavailable`;
    /// `UntrustedChallenge` of Azure Arc.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        let resource = &audience.resource;
        loop {
            let answer = match &self.source {
                Source::AppService(service) => {
                    service.token(caller, resource, &self.selector).await
                }
                Source::Arc(arc) => arc.token(caller, resource).await,
                Source::Imds(imds) => imds.token(caller, resource, &self.selector).await,
            };
            match answer {
                Err(error) if error.status() == Some(400) && self.selector.try_object_id() => {}
                answer => return answer,
            }
        }
    }
}

/// Set for the programs of a cluster of Service Fabric, and nowhere else. Source: Service Fabric's
/// "How to leverage a Service Fabric application's managed identity".
const SERVICE_FABRIC: &str = "IDENTITY_SERVER_THUMBPRINT";

fn service_fabric() -> Error {
    Error::new(
        Category::AuthenticationError,
        "ManagedIdentityUnsupported",
        "Identity",
        "The managed identities of Azure Service Fabric are not supported",
    )
    .advise("Sign in another way, such as with a certificate: -CertificatePath.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_fabric_is_refused_by_name() {
        let variables = [
            (
                "IDENTITY_ENDPOINT",
                "https://10.0.0.4:2377/metadata/identity/oauth2/token",
            ),
            ("IDENTITY_HEADER", "h"),
            (SERVICE_FABRIC, "00"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables = std::collections::BTreeMap::from(variables);
        let error = ManagedIdentity::find(Variables::of(Some(&variables)), None);
        let error = error.err().unwrap();
        assert!(error.message().contains("Service Fabric"), "{error}");
    }
}
