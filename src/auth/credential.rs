//! Credentials: each way to get tokens.

use super::azure_cli::AzureCli;
use super::azure_powershell::AzurePowerShell;
use super::caller::Caller;
use super::managed_identity::ManagedIdentity;
use super::person::Person;
use super::service_principal::ServicePrincipal;
use super::static_tokens::StaticTokens;
use super::token::AccessToken;
use crate::base::{Audience, Questions, Result};

/// A way to get tokens.
pub enum Credential {
    /// Tokens that the caller has.
    AccessToken(StaticTokens),
    /// A service principal.
    ServicePrincipal(ServicePrincipal),
    /// The managed identity of the machine.
    ManagedIdentity(ManagedIdentity),
    /// A person who signed in with a browser.
    Person(Person),
    /// The sign-in of Azure PowerShell.
    AzurePowerShell(AzurePowerShell),
    /// The sign-in of the Azure CLI.
    AzureCli(AzureCli),
}

impl Credential {
    pub(super) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        match self {
            Self::AccessToken(given) => given.token(audience),
            Self::ServicePrincipal(credential) => credential.token(caller, audience).await,
            Self::ManagedIdentity(credential) => credential.token(caller, audience).await,
            Self::Person(credential) => credential.token(caller, audience).await,
            Self::AzurePowerShell(credential) => credential.token(caller, audience).await,
            Self::AzureCli(credential) => credential.token(caller, audience).await,
        }
    }

    /// What it asks the host, if it needs the host.
    pub(super) fn questions(&self) -> Option<&Questions> {
        match self {
            Self::AzurePowerShell(credential) => Some(credential.questions()),
            Self::ServicePrincipal(credential) => credential.questions(),
            _ => None,
        }
    }

    /// What to do about a claims challenge: the command that signs in again, as a sentence.
    pub(crate) fn claims_advice(
        &self,
        challenge: &str,
        tenant: Option<&str>,
        audience: &Audience,
    ) -> String {
        let tenant = tenant.unwrap_or("<tenant>");
        match self {
            Self::AzureCli(_) => format!(
                "Sign in again: az login --tenant \"{tenant}\" --scope \"{}\" \
                 --claims-challenge \"{challenge}\"",
                audience.scope()
            ),
            Self::AzurePowerShell(_) => format!(
                "Sign in again: Connect-AzAccount -Tenant {tenant} -ClaimsChallenge \"{challenge}\""
            ),
            Self::Person(person) => person.command(Some(challenge)),
            Self::AccessToken(_) => format!(
                "Get a new token with the claims challenge \"{challenge}\" and connect with it: \
                 az login --tenant \"{tenant}\" \
                 --scope \"{}\" --claims-challenge \"{challenge}\"",
                audience.scope()
            ),
            Self::ServicePrincipal(_) | Self::ManagedIdentity(_) => format!(
                "A policy of the tenant blocks this application; sign in as a user with \
                 Connect-ManagedIdentityService -UseDeviceAuthentication -Tenant {tenant} \
                 -ClaimsChallenge \"{challenge}\""
            ),
        }
    }

    pub(super) fn can_renew(&self) -> bool {
        !matches!(self, Self::AccessToken(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Service;

    #[test]
    fn a_challenge_is_met_by_the_command_of_the_sign_in() {
        let audience = Audience {
            service: Service::ResourceManager,
            resource: "https://management.azure.com".to_owned(),
        };
        let claims_advice =
            |credential: Credential| credential.claims_advice("eyJ9", Some("t1"), &audience);
        let cli = claims_advice(Credential::AzureCli(AzureCli::default()));
        assert_eq!(
            cli,
            "Sign in again: az login --tenant \"t1\" --scope \
             \"https://management.azure.com/.default\" --claims-challenge \"eyJ9\""
        );
        let az = claims_advice(Credential::AzurePowerShell(AzurePowerShell::new(None)));
        assert_eq!(
            az,
            "Sign in again: Connect-AzAccount -Tenant t1 -ClaimsChallenge \"eyJ9\""
        );
    }
}
