//! Where a program with a managed identity runs: the token endpoints that machines, App Service,
//! Automation, Azure Arc and the others give to the programs on them, and GitHub Actions to workflows.
//!
//! All are off until `PUT /_emulator/hosts/{name}` switches one on; the answer names the
//! environment variables by which programs find it.

mod agent;
mod app_service;
mod arc;
pub(crate) mod control;
mod github;
mod host;
mod imds;
mod others;
mod token;

use hyper::Method;

use crate::arm::route::Provider;
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::state::{Parts, World};
use host::{ALL, HostKind, Hosts};
use token::plain;

pub(crate) const PROVIDER: Provider = Provider {
    answer: Some(answer),
    parts: &[Parts::add::<Hosts>],
    ..Provider::NOTHING
};

/// Answers the paths of the hosts; none when the path is none of theirs.
fn answer(world: &mut World, request: &Request, now: Millis) -> Option<Reply> {
    let path: Vec<String> = request.segments.iter().map(|s| s.to_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    type Handler = fn(&mut World, &Request, Millis) -> Reply;
    let (kind, method, handler): (_, _, Handler) = match path[..] {
        ["metadata", "identity", "oauth2", "token"] => (HostKind::Imds, Method::GET, imds::token),
        ["metadata", "instance", ..] => (HostKind::Imds, Method::GET, imds::instance),
        ["msi", "token"] => (HostKind::AppService, Method::GET, app_service::token),
        ["automation", "msi", "token"] => {
            (HostKind::Automation, Method::GET, app_service::automation)
        }
        ["arc", "metadata", "identity", "oauth2", "token"] => {
            (HostKind::Arc, Method::GET, arc::token)
        }
        ["cloudshell", "msi", "token"] => (HostKind::CloudShell, Method::POST, others::cloud_shell),
        ["machinelearning", "msi", "token"] => (
            HostKind::MachineLearning,
            Method::GET,
            others::machine_learning,
        ),
        ["githubactions", "token"] => (HostKind::GitHubActions, Method::GET, github::token),
        _ => return None,
    };
    if !world.session.part::<Hosts>().0.contains_key(&kind) {
        let (_, name) = ALL.iter().find(|(known, _)| *known == kind)?;
        return Some(plain(
            404,
            "not_found",
            &format!("This host is disabled; enable it with PUT /_emulator/hosts/{name}."),
        ));
    }
    Some(if request.method == method {
        handler(world, request, now)
    } else {
        plain(405, "invalid_request", "The method is not supported.")
    })
}
