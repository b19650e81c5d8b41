//! Switches hosts on and off.

use serde::Deserialize;
use serde_json::{Value, json};

use super::agent::{Agent, Challenge};
use super::host::{ALL, Host, Hosts, Secret, Source};
use crate::base::random;
use crate::state::World;

/// How a host was switched on.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Setup {
    /// The machine or scale set whose identities the host has; without one it has every
    /// user-assigned identity.
    machine: Option<String>,
    /// What programs prove by that they run on the host; one is made up if there is none.
    header: Option<String>,
    /// Arc: where the agent puts its keys.
    folder: Option<std::path::PathBuf>,
    /// Arc: what is wrong with the challenge.
    challenge: Challenge,
}

/// Why a host could not be switched on.
pub(crate) enum Problem {
    NotFound(String),
    Bad(String),
}

fn source(name: &str) -> Result<Source, Problem> {
    Source::parse(name).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|(_, name)| *name).collect();
        Problem::NotFound(format!(
            "There is no host '{name}'; there are {}.",
            names.join(", ")
        ))
    })
}

/// Switches a host on, or sets it up anew.
pub(crate) fn switch_on(world: &mut World, name: &str, text: &[u8]) -> Result<Value, Problem> {
    let source = source(name)?;
    let text = if text.is_empty() { b"{}" } else { text };
    let setup: Setup = serde_json::from_slice(text).map_err(|e| Problem::Bad(e.to_string()))?;
    if let Some(id) = &setup.machine
        && !world.state.machines.contains_key(&id.to_lowercase())
    {
        return Err(Problem::Bad(format!(
            "machine: there is no virtual machine or scale set '{id}'"
        )));
    }
    let is_arc = source == Source::Arc;
    if !is_arc && (setup.folder.is_some() || setup.challenge != Challenge::Good) {
        return Err(Problem::Bad(
            "folder and challenge are of the host arc".to_owned(),
        ));
    }
    let header = setup.header.unwrap_or_else(|| random::opaque(32));
    if header.is_empty() || !header.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Problem::Bad(
            "header: it has at least one character, and only visible ASCII".to_owned(),
        ));
    }
    let arc = match (is_arc, setup.folder) {
        (false, _) => None,
        (true, None) => {
            return Err(Problem::Bad(
                "folder: the host arc needs one, where it puts its keys".to_owned(),
            ));
        }
        (true, Some(folder)) => Some(
            Agent::new(folder, setup.challenge)
                .map_err(|why| Problem::Bad(format!("folder: {why}")))?,
        ),
    };
    let host = Host {
        machine: setup.machine,
        header: Secret(header),
        arc,
    };
    let shown = shown(&world.site.endpoint, source, &host);
    world.session.part_mut::<Hosts>().0.insert(source, host);
    Ok(shown)
}

pub(crate) fn switch_off(world: &mut World, name: &str) -> Result<(), Problem> {
    let source = source(name)?;
    world.session.part_mut::<Hosts>().0.remove(&source);
    Ok(())
}

/// The hosts that are on, each with the environment of its programs.
pub(crate) fn list(world: &World) -> Value {
    world
        .session
        .part::<Hosts>()
        .0
        .iter()
        .map(|(source, host)| shown(&world.site.endpoint, *source, host))
        .collect()
}

fn shown(endpoint: &str, source: Source, host: &Host) -> Value {
    let header = &host.header.0;
    let environment = match source {
        Source::Imds => json!({ "AZURE_POD_IDENTITY_AUTHORITY_HOST": endpoint }),
        Source::AppService => json!({
            "IDENTITY_ENDPOINT": format!("{endpoint}/msi/token"),
            "IDENTITY_HEADER": header,
        }),
        Source::Automation => json!({
            "AUTOMATION_ASSET_ACCOUNTID": "00000000-1111-2222-3333-444444444444",
            "IDENTITY_ENDPOINT": format!("{endpoint}/automation/msi/token"),
            "IDENTITY_HEADER": header,
        }),
        Source::Arc => json!({
            "IDENTITY_ENDPOINT": format!("{endpoint}/arc/metadata/identity/oauth2/token"),
            "IMDS_ENDPOINT": format!("{endpoint}/arc"),
        }),
        Source::CloudShell => {
            json!({ "MSI_ENDPOINT": format!("{endpoint}/cloudshell/msi/token") })
        }
        Source::MachineLearning => json!({
            "MSI_ENDPOINT": format!("{endpoint}/machinelearning/msi/token"),
            "MSI_SECRET": header,
        }),
    };
    json!({ "name": source, "machine": host.machine, "environment": environment })
}
