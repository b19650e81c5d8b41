//! GitHub Actions: the token that a job gets for those who trust GitHub's issuer.
//!
//! <https://docs.github.com/en/actions/reference/security/oidc>

use serde_json::json;

use super::host::{HostKind, Hosts};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::state::World;
use crate::tokens::store as tokens;

const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// The subject where none is given: the branch main of a repository.
pub(super) const SUBJECT: &str = "repo:contoso/web:ref:refs/heads/main";

pub(super) fn token(world: &mut World, request: &Request, _: Millis) -> Reply {
    let Some(host) = world
        .session
        .part::<Hosts>()
        .0
        .get(&HostKind::GitHubActions)
    else {
        return problem(404, "There is no job.");
    };
    if !proves(request, &host.header.0) {
        return problem(401, "The header Authorization is missing or wrong.");
    }
    let subject = host.subject.clone().unwrap_or_default();
    let audience = request
        .parameter("audience")
        .filter(|audience| !audience.is_empty())
        .unwrap_or_else(|| owner(&subject));
    let grant = HostKind::GitHubActions.grant();
    let token = tokens::make_workflow_token(world, grant, ISSUER, &subject, &audience);
    Reply::json(200, &json!({ "count": token.len(), "value": token }))
}

/// Whether the request has the secret that the job got.
fn proves(request: &Request, secret: &str) -> bool {
    request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, proof)| scheme.eq_ignore_ascii_case("bearer") && proof == secret)
}

/// The audience where none is named: the URL of the repository's owner.
fn owner(subject: &str) -> String {
    let repository = subject.strip_prefix("repo:").unwrap_or_default();
    let owner = repository.split(['/', '@', ':']).next().unwrap_or_default();
    format!("https://github.com/{owner}")
}

fn problem(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}
