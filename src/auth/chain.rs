//! A sign-in for those who did not say how: the first that works, in Azure's usual order.

use super::sign_in::{Setting, SignedIn};
use crate::arm::{Category, Cloud, Error, Result, sentence};

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

    async fn sign_in(self, setting: &Setting<'_>, cloud: &mut Cloud) -> Result<SignedIn> {
        match self {
            Self::Environment => setting.by_environment(cloud).await,
            Self::ManagedIdentity => setting.by_offered_identity(cloud).await,
            Self::AzurePowerShell => setting.by_azure_powershell(cloud).await,
            Self::AzureCli => setting.by_azure_cli(cloud).await,
        }
    }
}

/// Nobody has set it up: nothing to warn of.
pub(super) const NOT_SET_UP: &str = "NotSetUp";

/// The first sign-in that gives a token.
///
/// # Errors
/// `NotConnected`, which says what was tried and why each failed.
pub(super) async fn find(setting: &Setting<'_>, cloud: &mut Cloud) -> Result<SignedIn> {
    let mut failures = Vec::new();
    for source in ORDER {
        let mut its_cloud = cloud.clone();
        match source.sign_in(setting, &mut its_cloud).await {
            Ok(signed_in) => {
                *cloud = its_cloud;
                setting.tell(|| format!("Sign-in by {} works and is used.", source.name()));
                warn_of_refused(setting, &failures, source);
                return Ok(signed_in);
            }
            Err(error) => {
                setting.tell(|| {
                    format!(
                        "Sign-in by {} is passed over: {}",
                        source.name(),
                        sentence(error.message())
                    )
                });
                failures.push((source, error));
            }
        }
    }
    Err(none_works(&failures))
}

/// Somebody meant the environment to be used, so that it is not goes without saying no more.
fn warn_of_refused(setting: &Setting<'_>, failures: &[(Source, Error)], used: Source) {
    let refused = failures.iter().find(|(source, error)| {
        matches!(source, Source::Environment) && error.code() != NOT_SET_UP
    });
    if let Some((_, error)) = refused {
        setting.observer.warning(format!(
            "The sign-in that the environment variables name does not work, and that of {} is used \
             instead. {}",
            used.name(),
            sentence(error.message())
        ));
    }
}

fn none_works(failures: &[(Source, Error)]) -> Error {
    let mut message = "No sign-in was found".to_owned();
    for (number, (source, error)) in failures.iter().enumerate() {
        let separator = if number == 0 { ":" } else { ";" };
        let why = sentence(error.message());
        message.push_str(&format!(
            "{separator} {}: {}",
            source.name(),
            why.trim_end_matches('.')
        ));
    }
    Error::new(
        Category::AuthenticationError,
        "NotConnected",
        "Connect-ManagedIdentityService",
        message,
    )
    .advise(
        "Sign in with az login, or with Connect-ManagedIdentityService -UseDeviceAuthentication.",
    )
}
