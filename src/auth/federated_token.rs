//! A token of another issuer that an application trusts: of Kubernetes, GitHub, …

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::caller::Caller;
use super::token::Secret;
use super::workflow::Workflow;
use super::{claims, files};
use crate::base::{Error, Result, Url};

/// Where that token is.
#[derive(Clone)]
pub enum FederatedToken {
    /// Here.
    Text(Secret),
    /// In a file, which its issuer writes anew before the token runs out.
    File(PathBuf),
    /// With the service that the workflow runs on, which makes one whenever it is asked.
    Workflow(Workflow),
}

/// No issuer's token is longer.
const LONGEST: u64 = 64 << 10;

impl FederatedToken {
    /// The token as it is now, for an exchange at the authority.
    ///
    /// # Errors
    /// `FileUnreadable`, `InvalidFederatedToken`; those of asking a workflow's service.
    pub(crate) async fn read(&self, caller: &Caller<'_>, authority: &Url) -> Result<Secret> {
        let (text, source) = match self {
            Self::Text(secret) => (secret.clone(), "FederatedToken"),
            Self::File(path) => (read(path)?, "FederatedTokenFile"),
            Self::Workflow(workflow) => return workflow.token(caller, authority).await,
        };
        files::one_word(&text, source, "InvalidFederatedToken")
    }

    /// The error of an authority that finds a token outside its time, with where that comes from
    /// and what renews it.
    pub(crate) fn outside_its_time(&self, token: &Secret, error: Error, now: SystemTime) -> Error {
        let state = match expiry(token) {
            Some(at) if at <= now => "has expired",
            _ => "is not valid at this time",
        };
        let (place, advice) = match self {
            Self::Text(_) => (
                "in -FederatedToken".to_owned(),
                "Get a new one from its issuer and connect again. One from -FederatedTokenFile or \
                 -UseWorkflowToken is renewed.",
            ),
            Self::File(path) => (
                format!("in the file '{}'", path.display()),
                "Its issuer must renew the file before the token expires. In Kubernetes, the \
                 kubelet renews it in a projected volume.",
            ),
            Self::Workflow(_) => (
                "of this workflow".to_owned(),
                "The service issues a new one for each sign-in: compare its clock with Entra's.",
            ),
        };
        let message = format!("The federated token {place} {state}: {}", error.message());
        error.reworded(message).advise(advice)
    }
}

fn read(path: &Path) -> Result<Secret> {
    files::read_text(path, LONGEST, "the federated token")
}

/// When a token expires, as far as it says so.
fn expiry(token: &Secret) -> Option<SystemTime> {
    #[derive(Deserialize)]
    struct Claims {
        exp: u64,
    }
    let claims: Claims = claims::of_token(token)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(claims.exp))
}
