//! Changing the identity of a machine: read, work out the patch, write it on condition that
//! nobody else has written meanwhile, wait, and read what became of it.

use std::collections::HashSet;

use serde_json::Value;
use tokio::time::sleep;

use super::change::{Change, IdentityType, Patch, Refused, plan};
use super::instances::{self, Upgrade};
use super::read::read;
use super::settle::settle;
use super::{API_VERSION, MachineIdentity, MachineKind, State, failure, references};
use crate::arm::{
    Client, Error, Method, Operation, Plan, Reply, Request, ResourceId, Result, Target,
};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// What is wanted of a machine's identity. An identity is a resource id, or a bare name that
/// stands for the identity of that name in the machine's group.
#[derive(Clone, Debug)]
pub struct Update {
    /// What kind of machine.
    pub kind: MachineKind,
    /// The machine.
    pub target: Target,
    /// The change.
    pub wanted: Wanted,
    /// Whether to return as soon as Azure has accepted the change.
    pub no_wait: bool,
    /// Which instances of a scale set take the change.
    pub upgrade: Upgrade,
}

/// A change as the caller words it.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// What is not named stays.
    Merge {
        /// The identities to add.
        add: Vec<String>,
        /// The identities to remove.
        remove: Vec<String>,
        /// Turns the system-assigned identity on or off.
        system_assigned: Option<bool>,
        /// Drops references to identities that do not exist any more.
        remove_missing: bool,
    },
    /// What is not named goes.
    Exact {
        /// The kinds that there shall be.
        identity_type: IdentityType,
        /// The user-assigned identities that there shall be.
        identities: Vec<String>,
    },
}

/// How often a change is worked out anew when others write meanwhile.
const ROUNDS: u32 = 12;

/// Changes the identity of a machine. When all is as wanted, nothing is written. When somebody
/// else writes between the look and the write, the wish is applied to what they left.
///
/// # Errors
/// What breaks a rule, before any request; `ResourceNotFound`, `FailedIdentityOperation` and the
/// like; Azure's `PreconditionFailed` or `Conflict` when others do not stop writing.
pub async fn update(client: &Client, wanted: &Update) -> Result<MachineIdentity> {
    let (id, change) = check(client, wanted)?;
    let machine = change_model(client, wanted, &id, &change).await;
    let machine = machine.map_err(|error| failure::explain(error, &id))?;
    instances::upgrade(client, &id, &wanted.upgrade).await?;
    Ok(machine)
}

async fn change_model(
    client: &Client,
    wanted: &Update,
    id: &ResourceId,
    change: &Change,
) -> Result<MachineIdentity> {
    let mut told = HashSet::new();
    let mut beaten = 0;
    loop {
        let (machine, patch) = look(client, id, change).await?;
        if patch.is_empty() {
            if wanted.no_wait || !machine.is_changing() {
                return Ok(machine);
            }
            // It may be so only until the operation that runs has failed.
            settle(client, id).await?;
            continue;
        }
        warn_of_losses(client, id, &patch, change, &mut told);
        match write(client, id, &machine.etag, &patch.body()).await {
            Ok(reply) => return finish(client, wanted, id, &machine, &reply).await,
            Err(error) if is_race(&error) => {
                beaten += 1;
                if beaten == ROUNDS {
                    return Err(give_up(error));
                }
                pause(client, id, &error, beaten).await?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The machine as it is, and what lies between that and the change.
async fn look(
    client: &Client,
    id: &ResourceId,
    change: &Change,
) -> Result<(MachineIdentity, Patch)> {
    let mut machine = read(client, id).await?;
    if let Change::Merge {
        remove_missing: true,
        ..
    } = change
    {
        references::check(client, &mut machine).await?;
    }
    let patch = plan(&machine.state(), change).map_err(refused)?;
    Ok((machine, patch))
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, wanted: &Update) -> Result<Plan> {
    let (id, change) = check(client, wanted)?;
    let (machine, patch) = look(client, &id, &change).await?;
    let upgrades = wanted.upgrade != Upgrade::None;
    let mut description = describe(wanted.kind, &id, &machine, &patch);
    if upgrades {
        description.push_str("; then bring its instances up to date");
    }
    Ok(Plan {
        description,
        changes: !patch.is_empty() || upgrades,
        resource: id.to_string(),
    })
}

fn check(client: &Client, wanted: &Update) -> Result<(ResourceId, Change)> {
    let machine = wanted.target.resolve(client, wanted.kind.resource_type())?;
    let ids = |parameter: &str, given: &[String]| -> Result<Vec<ResourceId>> {
        given
            .iter()
            .map(|text| identity_id(&machine, parameter, text))
            .collect()
    };
    let change = match &wanted.wanted {
        Wanted::Merge {
            add,
            remove,
            system_assigned,
            remove_missing,
        } => Change::Merge {
            add: ids("AddIdentityId", add)?,
            remove: ids("RemoveIdentityId", remove)?,
            system_assigned: *system_assigned,
            remove_missing: *remove_missing,
        },
        Wanted::Exact {
            identity_type,
            identities,
        } => Change::Exact {
            identity_type: *identity_type,
            identities: ids("IdentityId", identities)?,
        },
    };
    // A change that contradicts itself does so whatever the machine has.
    plan(&State::default(), &change).map_err(refused)?;
    check_upgrade(wanted)?;
    Ok((machine, change))
}

fn check_upgrade(wanted: &Update) -> Result<()> {
    if wanted.upgrade == Upgrade::None {
        return Ok(());
    }
    let rule = match (wanted.kind, wanted.no_wait) {
        (MachineKind::VirtualMachine, _) => "a virtual machine has no instances.",
        (MachineKind::ScaleSet, true) => {
            "the instances follow when the change is done, so -NoWait can't go with it."
        }
        (MachineKind::ScaleSet, false) => return Ok(()),
    };
    Err(Error::invalid(
        "InvalidIdentityChange",
        "UpgradeInstance",
        "",
        rule,
    ))
}

/// An id, or a bare name in the machine's group.
fn identity_id(machine: &ResourceId, parameter: &str, text: &str) -> Result<ResourceId> {
    if text.contains('/') {
        return ResourceId::parse(USER_ASSIGNED_IDENTITY, parameter, text);
    }
    if (USER_ASSIGNED_IDENTITY.name_is_valid)(text) {
        let (subscription, group) = (machine.subscription(), machine.group());
        return ResourceId::new(USER_ASSIGNED_IDENTITY, subscription, group, text);
    }
    let rule = format!(
        "it is an identity's resource id, or its name: {}",
        USER_ASSIGNED_IDENTITY.name_rule
    );
    Err(Error::invalid("InvalidIdentityId", parameter, text, &rule))
}

fn refused(refusal: Refused) -> Error {
    let code = "InvalidIdentityChange";
    match refusal {
        Refused::AddedAndRemoved(id) => Error::invalid(
            code,
            "RemoveIdentityId",
            &id,
            "it is named by -AddIdentityId too, and can't be both.",
        ),
        Refused::IdentitiesNotWanted(kind) => Error::invalid(
            code,
            "IdentityType",
            kind.as_str(),
            "it has no user-assigned identities, so -IdentityId can't name any.",
        ),
        Refused::IdentitiesMissing(kind) => Error::invalid(
            code,
            "IdentityType",
            kind.as_str(),
            "name with -IdentityId the identities that there shall be.",
        ),
        Refused::Nothing => Error::missing(
            "AddIdentityId",
            "name what is to change, with -AddIdentityId, -RemoveIdentityId, -RemoveMissing, \
             -EnableSystemAssigned or -DisableSystemAssigned, or with -IdentityType.",
        ),
    }
}

/// The exact form removes what was not named: whoever is about to lose something is told, once
/// for each thing however often the change is worked out anew.
fn warn_of_losses(
    client: &Client,
    id: &ResourceId,
    patch: &Patch,
    change: &Change,
    told: &mut HashSet<String>,
) {
    if !matches!(change, Change::Exact { .. }) {
        return;
    }
    let mut lost = in_words(id, &patch.removed);
    if patch.system_assigned == Some(false) {
        lost.push("the system-assigned identity".to_owned());
    }
    lost.retain(|one| told.insert(one.to_lowercase()));
    if !lost.is_empty() {
        client.observer().warning(format!(
            "'{}' loses {}, which -IdentityType and -IdentityId did not name.",
            id.name(),
            lost.join(", ")
        ));
    }
}

async fn write(client: &Client, id: &ResourceId, etag: &str, body: &Value) -> Result<Reply> {
    client
        .send(
            Request::new(
                Method::PATCH,
                client.url(id.as_str(), API_VERSION),
                id.as_str(),
            )
            .body(body)
            .if_match(etag),
        )
        .await
}

async fn finish(
    client: &Client,
    wanted: &Update,
    id: &ResourceId,
    before: &MachineIdentity,
    reply: &Reply,
) -> Result<MachineIdentity> {
    let activity = format!("Updating the identity of {}", id.name());
    let operation = Operation::begun_by(client, reply, id.as_str(), &activity)?;
    if before.upgrade_mode.eq_ignore_ascii_case("Manual") && wanted.upgrade == Upgrade::None {
        client.observer().warning(format!(
            "The instances of '{}' keep the identities that they have: its upgrade policy is \
             Manual. Bring them up to date with -UpgradeInstance.",
            id.name()
        ));
    }
    if wanted.no_wait {
        return reply.json(id.as_str());
    }
    operation.wait().await?;
    read(client, id).await
}

/// Whether somebody else was quicker (412), or is at it right now (409).
fn is_race(error: &Error) -> bool {
    matches!(error.status(), Some(409 | 412))
}

/// A stale version can be read anew at once; an operation that runs is waited for.
async fn pause(client: &Client, id: &ResourceId, error: &Error, beaten: u32) -> Result<()> {
    if error.status() == Some(409) {
        settle(client, id).await?;
    }
    if beaten > 1 {
        sleep(client.retry().first_wait / 8 * beaten).await;
    }
    Ok(())
}

fn give_up(error: Error) -> Error {
    let words = format!("Somebody else was quicker each of the {ROUNDS} times that this was tried");
    error
        .context(&words)
        .advise("Nothing was changed: try again when the others are done.")
}

/// Identities as people call them: by name in the machine's own group, else by id.
fn in_words(machine: &ResourceId, ids: &[String]) -> Vec<String> {
    let own = |id: &ResourceId| {
        id.group().eq_ignore_ascii_case(machine.group())
            && id
                .subscription()
                .eq_ignore_ascii_case(machine.subscription())
    };
    ids.iter()
        .map(
            |text| match ResourceId::read(USER_ASSIGNED_IDENTITY, text) {
                Some(id) if own(&id) => id.name().to_owned(),
                _ => text.clone(),
            },
        )
        .collect()
}

/// The change in words, with what stays.
fn describe(
    kind: MachineKind,
    id: &ResourceId,
    machine: &MachineIdentity,
    patch: &Patch,
) -> String {
    let label = kind.resource_type().label;
    if patch.is_empty() {
        return format!("Leave the identity of {label} '{id}' as it is: it is so already");
    }
    let mut words = Vec::new();
    match patch.system_assigned {
        Some(true) => words.push("enable the system-assigned identity".to_owned()),
        Some(false) => words.push("disable the system-assigned identity".to_owned()),
        None => {}
    }
    let mut list = |verb: &str, ids: &[String]| {
        if !ids.is_empty() {
            words.push(format!("{verb} {}", in_words(id, ids).join(", ")));
        }
    };
    let mut kept = machine.state().user_assigned;
    kept.retain(|held| !patch.removed.contains(held));
    list("add", &patch.added);
    list("remove", &patch.removed);
    list("keep", &kept);
    format!(
        "Update the identity of {label} '{id}': {}",
        words.join("; ")
    )
}
