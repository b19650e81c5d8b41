//! A sign-in for those who did not say how: the first that works, in Azure's usual order.

use super::context::SignInContext;
use super::methods::{NOT_SET_UP, SignedIn};
use crate::auth::{azure_cli, azure_powershell, managed_identity};
use crate::base::{Category, Cloud, Error, Result, with_full_stop};

/// Where a sign-in is looked for.
#[derive(Clone, Copy)]
enum Source {
    Environment,
    ManagedIdentity,
    AzurePowerShell,
    AzureCli,
}

const ORDER: [Source; 4] = [
    Source::Environment,
    Source::ManagedIdentity,
    Source::AzurePowerShell,
    Source::AzureCli,
];

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment variables",
            Self::ManagedIdentity => "managed identity",
            Self::AzurePowerShell => "Azure PowerShell",
            Self::AzureCli => "Azure CLI",
        }
    }

    async fn sign_in(self, context: &SignInContext<'_>, cloud: &mut Cloud) -> Result<SignedIn> {
        match self {
            Self::Environment => context.by_environment(cloud).await,
            Self::ManagedIdentity => context.by_offered_identity(cloud).await,
            Self::AzurePowerShell => context.by_azure_powershell(cloud).await,
            Self::AzureCli => context.by_azure_cli(cloud).await,
        }
    }
}

/// The first sign-in that gives a token. The variables of the environment are not skipped when what
/// they name is refused.
///
/// # Errors
/// `NotConnected`, which says what was tried and why each failed.
pub(super) async fn find(context: &SignInContext<'_>, cloud: &mut Cloud) -> Result<SignedIn> {
    let mut failures = Vec::new();
    for source in ORDER {
        let mut its_cloud = cloud.clone();
        match source.sign_in(context, &mut its_cloud).await {
            Ok(signed_in) => {
                *cloud = its_cloud;
                context.log(|| format!("Signed in with {}.", source.name()));
                return Ok(signed_in);
            }
            Err(error) => {
                context.log(|| {
                    format!(
                        "Skipped sign-in with {}: {}",
                        source.name(),
                        with_full_stop(error.message())
                    )
                });
                // Variables that are set ask for this sign-in: no other may take its place.
                let was_asked_for =
                    matches!(source, Source::Environment) && error.code() != NOT_SET_UP;
                failures.push((source, error));
                if was_asked_for {
                    break;
                }
            }
        }
    }
    Err(no_sign_in_succeeded(&failures))
}

/// What was set up and does not work comes first: that is what can be mended.
fn no_sign_in_succeeded(failures: &[(Source, Error)]) -> Error {
    let (absent, refused): (Vec<_>, Vec<_>) =
        failures.iter().partition(|(_, error)| is_absent(error));
    let reasons: Vec<String> = refused
        .iter()
        .chain(&absent)
        .map(|failure| describe(failure))
        .collect();
    let advice: Vec<&str> = refused
        .iter()
        .map(|(_, error)| error.recommendation())
        .filter(|advice| !advice.is_empty())
        .collect();
    let (what, advice) = match refused.is_empty() {
        true => ("No sign-in was found", ANY_SIGN_IN.to_owned()),
        false => ("No sign-in succeeded", advice.join(" Or: ")),
    };
    Error::new(
        Category::AuthenticationError,
        "NotConnected",
        "Connect-ManagedIdentityService",
        format!("{what}: {}", reasons.join("; ")),
    )
    .advise(advice)
}

const ANY_SIGN_IN: &str =
    "Sign in with az login, or with Connect-ManagedIdentityService -UseDeviceAuthentication.";

/// Whether a source fails because it is not there.
fn is_absent(error: &Error) -> bool {
    [
        NOT_SET_UP,
        azure_cli::MISSING,
        azure_powershell::errors::MISSING,
        azure_powershell::errors::UNAVAILABLE,
        managed_identity::UNAVAILABLE,
    ]
    .contains(&error.code())
}

fn describe((source, error): &(Source, Error)) -> String {
    let why = with_full_stop(error.message());
    format!("{}: {}", source.name(), why.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(source: Source, code: &str, message: &str, advice: &str) -> (Source, Error) {
        let error = Error::new(Category::AuthenticationError, code, "x", message).advise(advice);
        (source, error)
    }

    #[test]
    fn what_was_set_up_is_told_first_with_its_own_advice() {
        let nothing = failure(Source::Environment, NOT_SET_UP, "A is not set", "");
        let alone = no_sign_in_succeeded(std::slice::from_ref(&nothing));
        assert_eq!(
            alone.to_string(),
            format!("No sign-in was found: environment variables: A is not set. {ANY_SIGN_IN}")
        );
        let refused = failure(
            Source::AzureCli,
            "AzureCliNotSignedIn",
            "AADSTS530003: The device must be managed.",
            "Run what the Azure CLI names, then connect again: az logout; az login",
        );
        assert_eq!(
            no_sign_in_succeeded(&[nothing, refused]).to_string(),
            "No sign-in succeeded: Azure CLI: AADSTS530003: The device must be managed; \
             environment \
             variables: A is not set. Run what the Azure CLI names, then connect again: az logout; \
             az login"
        );
    }
}
