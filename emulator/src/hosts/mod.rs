//! Where a program with a managed identity runs: the token endpoints that machines, App Service,
//! Automation, Azure Arc and the others give to the programs on them.
//!
//! All are off until `PUT /_emulator/hosts/{name}` switches one on; the answer names the
//! environment variables by which programs find it.

mod app_service;
mod arc;
mod imds;
mod others;

use std::collections::BTreeMap;

use hyper::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::base::random;
use crate::identity::{self, UserAssignedIdentity};
use crate::oauth::{self, EXCHANGE_AUDIENCE};
use crate::state::{State, World};
use crate::tokens::claims::Claims;
use crate::tokens::store::{self as tokens, Grant, Kind, Made, Party, Wanted};

/// The kinds of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Source {
    Imds,
    AppService,
    Automation,
    Arc,
    CloudShell,
    MachineLearning,
}

const ALL: [(Source, &str); 6] = [
    (Source::Imds, "imds"),
    (Source::AppService, "appService"),
    (Source::Automation, "automation"),
    (Source::Arc, "arc"),
    (Source::CloudShell, "cloudShell"),
    (Source::MachineLearning, "machineLearning"),
];

impl Source {
    fn parse(name: &str) -> Option<Self> {
        ALL.iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(source, _)| *source)
    }

    fn grant(self) -> Grant {
        match self {
            Source::Imds => Grant::Imds,
            Source::AppService => Grant::AppService,
            Source::Automation => Grant::Automation,
            Source::Arc => Grant::Arc,
            Source::CloudShell => Grant::CloudShell,
            Source::MachineLearning => Grant::MachineLearning,
        }
    }
}

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
    challenge: arc::Challenge,
}

/// A host that is on.
#[derive(Debug)]
struct Host {
    machine: Option<String>,
    header: Secret,
    arc: Option<arc::Agent>,
}

/// A text that shows in no output but the one that hands it over.
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// The hosts that are on.
#[derive(Debug, Default)]
pub(crate) struct Hosts(BTreeMap<Source, Host>);

impl Hosts {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
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
    if !is_arc && (setup.folder.is_some() || setup.challenge != arc::Challenge::Good) {
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
            arc::Agent::new(folder, setup.challenge)
                .map_err(|why| Problem::Bad(format!("folder: {why}")))?,
        ),
    };
    let host = Host {
        machine: setup.machine,
        header: Secret(header),
        arc,
    };
    let shown = shown(&world.site.endpoint, source, &host);
    world.session.hosts.0.insert(source, host);
    Ok(shown)
}

pub(crate) fn switch_off(world: &mut World, name: &str) -> Result<(), Problem> {
    let source = source(name)?;
    world.session.hosts.0.remove(&source);
    Ok(())
}

/// The hosts that are on, each with the environment of its programs.
pub(crate) fn list(world: &World) -> Value {
    world
        .session
        .hosts
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

/// Answers the paths of the hosts; none when the path is none of theirs.
pub(crate) fn answer(world: &mut World, request: &Request, now: Millis) -> Option<Reply> {
    let path: Vec<String> = request.segments.iter().map(|s| s.to_lowercase()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    type Handler = fn(&mut World, &Request, Millis) -> Reply;
    let (source, method, handler): (_, _, Handler) = match path[..] {
        ["metadata", "identity", "oauth2", "token"] => (Source::Imds, Method::GET, imds::token),
        ["metadata", "instance", ..] => (Source::Imds, Method::GET, imds::instance),
        ["msi", "token"] => (Source::AppService, Method::GET, app_service::token),
        ["automation", "msi", "token"] => {
            (Source::Automation, Method::GET, app_service::automation)
        }
        ["arc", "metadata", "identity", "oauth2", "token"] => {
            (Source::Arc, Method::GET, arc::token)
        }
        ["cloudshell", "msi", "token"] => (Source::CloudShell, Method::POST, others::cloud_shell),
        ["machinelearning", "msi", "token"] => (
            Source::MachineLearning,
            Method::GET,
            others::machine_learning,
        ),
        _ => return None,
    };
    if !world.session.hosts.0.contains_key(&source) {
        let (_, name) = ALL.iter().find(|(known, _)| *known == source)?;
        return Some(plain(
            404,
            "not_found",
            &format!("This host is off; PUT /_emulator/hosts/{name} switches it on."),
        ));
    }
    Some(if request.method == method {
        handler(world, request, now)
    } else {
        plain(405, "invalid_request", "The method is not supported.")
    })
}

/// `{error, error_description}`, the errors of OAuth 2.0.
fn plain(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": error, "error_description": description }),
    )
}

/// Which identity a program asks for.
#[derive(Debug)]
enum Selector {
    /// The host's own, or its only one.
    Default,
    Client(String),
    Principal(String),
    Resource(String),
}

impl Selector {
    /// By the first parameter that is there.
    fn of(request: &Request) -> Self {
        let named = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| request.parameter(name).filter(|value| !value.is_empty()))
        };
        if let Some(id) = named(&["client_id", "clientid"]) {
            Selector::Client(id)
        } else if let Some(id) = named(&["object_id", "principal_id"]) {
            Selector::Principal(id)
        } else if let Some(id) = named(&["msi_res_id", "mi_res_id"]) {
            Selector::Resource(id)
        } else {
            Selector::Default
        }
    }
}

/// Why a host has no identity to give a token for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum NoIdentity {
    NotFound,
    /// None was named, and there are several.
    Several,
}

/// The identities that a host has: those of its machine, or all user-assigned ones.
fn user_assigned<'a>(
    state: &'a State,
    machine: Option<&str>,
) -> Box<dyn Iterator<Item = &'a UserAssignedIdentity> + 'a> {
    match machine {
        None => Box::new(state.identities.values()),
        Some(id) => Box::new(
            state
                .machines
                .get(&id.to_lowercase())
                .into_iter()
                .flat_map(|machine| &machine.identity.user)
                .filter_map(|reference| identity::find(state, &reference.id)),
        ),
    }
}

fn system_assigned(state: &State, machine: Option<&str>) -> Option<Party> {
    let machine = state.machines.get(&machine?.to_lowercase())?;
    let system = machine.identity.system.as_ref()?;
    Some(Party {
        client_id: system.client_id.clone(),
        object_id: system.principal_id.clone(),
        kind: Kind::Identity(machine.id()),
    })
}

fn party_of(identity: &UserAssignedIdentity) -> Party {
    Party {
        client_id: identity.client_id.clone(),
        object_id: identity.principal_id.clone(),
        kind: Kind::Identity(identity.id()),
    }
}

fn select(state: &State, machine: Option<&str>, selector: &Selector) -> Result<Party, NoIdentity> {
    let system = system_assigned(state, machine);
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let mut users = user_assigned(state, machine);
    let found = match selector {
        Selector::Default => {
            if let Some(system) = system {
                return Ok(system);
            }
            let first = users.next().ok_or(NoIdentity::NotFound)?;
            if users.next().is_some() {
                return Err(NoIdentity::Several);
            }
            return Ok(party_of(first));
        }
        Selector::Client(id) => {
            if let Some(system) = system.filter(|one| same(&one.client_id, id)) {
                return Ok(system);
            }
            users.find(|one| same(&one.client_id, id))
        }
        Selector::Principal(id) => {
            if let Some(system) = system.filter(|one| same(&one.object_id, id)) {
                return Ok(system);
            }
            users.find(|one| same(&one.principal_id, id))
        }
        Selector::Resource(id) => users.find(|one| same(&one.id(), id)),
    };
    found.map(party_of).ok_or(NoIdentity::NotFound)
}

/// Why there is no token.
enum Failure {
    NoResource,
    NoIdentity(NoIdentity),
    /// What the sign-in service says of the resource.
    Resource(String),
}

/// A token for what the request names, and for whom it is.
fn token_for(
    world: &mut World,
    source: Source,
    selector: &Selector,
    resource: Option<String>,
    now: Millis,
) -> Result<(Made, Party, String), Failure> {
    let resource = resource
        .filter(|one| !one.is_empty())
        .ok_or(Failure::NoResource)?;
    let for_exchange = resource == EXCHANGE_AUDIENCE;
    if !for_exchange {
        oauth::check_resource(world, &resource).map_err(|e| Failure::Resource(e.text()))?;
    }
    let machine = world
        .session
        .hosts
        .0
        .get(&source)
        .and_then(|host| host.machine.as_deref());
    let party = select(&world.state, machine, selector).map_err(Failure::NoIdentity)?;
    let wanted = Wanted {
        party: &party,
        grant: source.grant(),
        audience: &resource,
        // Federated credentials name the issuer of version 2.
        version: if for_exchange { 2 } else { 1 },
        claims: Claims::default(),
    };
    let made = tokens::make(world, wanted, now);
    Ok((made, party, resource))
}

/// Whether the header has the value that the host gave to its programs.
fn has_header(world: &World, source: Source, request: &Request, name: &str) -> bool {
    let host = world.session.hosts.0.get(&source);
    host.is_some_and(|host| request.header(name) == Some(host.header.0.as_str()))
}

/// `Metadata: true`, by which a program shows that nobody tricked it into the request.
fn has_metadata_header(request: &Request) -> bool {
    request
        .header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
