//! Switches hosts on and off.

use serde::Deserialize;
use serde_json::{Value, json};

use super::agent::{Agent, Challenge};
use super::github;
use super::host::{ALL, Host, HostKind, Hosts, Secret};
use crate::base::random;
use crate::state::World;

/// How a host was switched on.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct HostOptions {
    /// The machine or scale set whose identities the host has; without one it has every
    /// user-assigned identity.
    machine: Option<String>,
    /// What programs prove by that they run on the host; one is made up if there is none.
    header: Option<String>,
    /// Arc: what is wrong with the challenge.
    challenge: Challenge,
    /// GitHub Actions: whose tokens they are.
    subject: Option<String>,
}

/// Why a host could not be switched on.
pub(crate) enum ControlError {
    NotFound(String),
    Bad(String),
    Failed(String),
}

fn kind(name: &str) -> Result<HostKind, ControlError> {
    HostKind::parse(name).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|(_, name)| *name).collect();
        ControlError::NotFound(format!(
            "There is no host '{name}'; there are {}.",
            names.join(", ")
        ))
    })
}

/// Switches a host on, or sets it up anew.
pub(crate) fn switch_on(world: &mut World, name: &str, text: &[u8]) -> Result<Value, ControlError> {
    let kind = kind(name)?;
    let text = if text.is_empty() { b"{}" } else { text };
    let options: HostOptions =
        serde_json::from_slice(text).map_err(|e| ControlError::Bad(e.to_string()))?;
    if let Some(id) = &options.machine
        && world
            .state
            .resource(id)
            .is_none_or(|resource| resource.identity().is_none())
    {
        return Err(ControlError::Bad(format!(
            "machine: there is no resource '{id}' that can have identities"
        )));
    }
    let is_arc = kind == HostKind::Arc;
    if !is_arc && options.challenge != Challenge::Good {
        return Err(ControlError::Bad("challenge is of the host arc".to_owned()));
    }
    let subject = subject(kind, &options)?;
    let header = options.header.unwrap_or_else(|| random::opaque(32));
    if header.is_empty() || !header.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(ControlError::Bad(
            "header: it must have at least one character, and only visible ASCII".to_owned(),
        ));
    }
    let arc = if is_arc {
        let agent = Agent::new(world.site.arc_folder.as_deref(), options.challenge);
        Some(agent.map_err(|why| {
            ControlError::Failed(format!("The folder of the keys can't be created: {why}"))
        })?)
    } else {
        None
    };
    let host = Host {
        machine: options.machine,
        header: Secret(header),
        arc,
        subject,
    };
    let shown = shown(&world.site.endpoint, kind, &host);
    world.session.part_mut::<Hosts>().0.insert(kind, host);
    Ok(shown)
}

/// The subject of the tokens, of which workflows alone have one.
fn subject(kind: HostKind, options: &HostOptions) -> Result<Option<String>, ControlError> {
    if kind != HostKind::GitHubActions {
        return match options.subject {
            Some(_) => Err(ControlError::Bad(
                "subject is of the host gitHubActions".to_owned(),
            )),
            None => Ok(None),
        };
    }
    if options.machine.is_some() {
        return Err(ControlError::Bad(
            "machine: a workflow has no identities of a resource".to_owned(),
        ));
    }
    match options.subject.as_deref() {
        Some("") => Err(ControlError::Bad(
            "subject: it must have at least one character".to_owned(),
        )),
        subject => Ok(Some(subject.unwrap_or(github::SUBJECT).to_owned())),
    }
}

pub(crate) fn switch_off(world: &mut World, name: &str) -> Result<(), ControlError> {
    let kind = kind(name)?;
    world.session.part_mut::<Hosts>().0.remove(&kind);
    Ok(())
}

/// The hosts that are on, each with the environment of its programs.
pub(crate) fn list(world: &World) -> Value {
    world
        .session
        .part::<Hosts>()
        .0
        .iter()
        .map(|(kind, host)| shown(&world.site.endpoint, *kind, host))
        .collect()
}

fn shown(endpoint: &str, kind: HostKind, host: &Host) -> Value {
    let header = &host.header.0;
    let environment = match kind {
        HostKind::Imds => json!({ "AZURE_POD_IDENTITY_AUTHORITY_HOST": endpoint }),
        HostKind::AppService => json!({
            "IDENTITY_ENDPOINT": format!("{endpoint}/msi/token"),
            "IDENTITY_HEADER": header,
        }),
        HostKind::Automation => json!({
            "AUTOMATION_ASSET_ACCOUNTID": "00000000-1111-2222-3333-444444444444",
            "IDENTITY_ENDPOINT": format!("{endpoint}/automation/msi/token"),
            "IDENTITY_HEADER": header,
        }),
        HostKind::Arc => json!({
            "IDENTITY_ENDPOINT": format!("{endpoint}/arc/metadata/identity/oauth2/token"),
            "IMDS_ENDPOINT": format!("{endpoint}/arc"),
        }),
        HostKind::CloudShell => {
            json!({ "MSI_ENDPOINT": format!("{endpoint}/cloudshell/msi/token") })
        }
        HostKind::MachineLearning => json!({
            "MSI_ENDPOINT": format!("{endpoint}/machinelearning/msi/token"),
            "MSI_SECRET": header,
        }),
        HostKind::GitHubActions => json!({
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": format!("{endpoint}/githubactions/token?api-version=2.0"),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": header,
        }),
    };
    let mut shown = json!({ "name": kind, "machine": host.machine, "environment": environment });
    if let Some(agent) = &host.arc {
        shown["folder"] = json!(agent.folder());
    }
    if let Some(subject) = &host.subject {
        shown["subject"] = json!(subject);
    }
    shown
}
