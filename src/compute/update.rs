//! Changing the identity of a virtual machine: read, work out the patch, write it on condition
//! that nobody else has written meanwhile, wait, and read what became of it.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use super::change::{Change, IdentityType, Patch, Refused, plan};
use super::read::read;
use super::{API_VERSION, VIRTUAL_MACHINE, VmIdentity};
use crate::arm::{
    Client, Error, Method, Operation, Plan, Reply, Request, ResourceId, Result, Target,
};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// What is wanted of a virtual machine's identity. An identity is a resource id, or a bare name
/// that stands for the identity of that name in the virtual machine's group.
#[derive(Clone, Debug)]
pub struct Update {
    /// The virtual machine.
    pub target: Target,
    /// The change.
    pub wanted: Wanted,
    /// Whether to return as soon as Azure has accepted the change.
    pub no_wait: bool,
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
const ROUNDS: u32 = 10;

/// Changes the identity of a virtual machine. When all is as wanted, nothing is written. When
/// somebody else writes between the look and the write, the wish is applied to what they left.
///
/// # Errors
/// What breaks a rule, before any request; `ResourceNotFound`, `FailedIdentityOperation` and the
/// like; Azure's `PreconditionFailed` or `Conflict` when others do not stop writing.
pub async fn update(client: &Client, wanted: &Update) -> Result<VmIdentity> {
    let (id, change) = check(client, wanted)?;
    for round in 1.. {
        let vm = read(client, &id).await?;
        let patch = plan(&vm.state(), &change).map_err(refused)?;
        if patch.is_empty() {
            return Ok(vm);
        }
        warn_of_losses(client, &vm, &patch, &change);
        match write(client, &id, &vm.etag, &patch.body()).await {
            Ok(reply) => return finish(client, wanted, &id, &reply).await,
            Err(error) if is_race(&error) && round < ROUNDS => pause(client, &error, round).await,
            Err(error) if is_race(&error) => return Err(beaten(error)),
            Err(error) => return Err(error),
        }
    }
    unreachable!("the last round returns")
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, wanted: &Update) -> Result<Plan> {
    let (id, change) = check(client, wanted)?;
    let vm = read(client, &id).await?;
    let patch = plan(&vm.state(), &change).map_err(refused)?;
    Ok(Plan {
        description: describe(&id, &vm, &patch),
        changes: !patch.is_empty(),
        resource: id,
    })
}

fn check(client: &Client, wanted: &Update) -> Result<(ResourceId, Change)> {
    let vm = wanted.target.resolve(client, VIRTUAL_MACHINE)?;
    let ids = |parameter: &str, given: &[String]| -> Result<Vec<ResourceId>> {
        given
            .iter()
            .map(|text| identity_id(&vm, parameter, text))
            .collect()
    };
    let change = match &wanted.wanted {
        Wanted::Merge {
            add,
            remove,
            system_assigned,
        } => Change::Merge {
            add: ids("AddIdentityId", add)?,
            remove: ids("RemoveIdentityId", remove)?,
            system_assigned: *system_assigned,
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
    plan(&super::State::default(), &change).map_err(refused)?;
    Ok((vm, change))
}

/// An id, or a bare name in the virtual machine's group.
fn identity_id(vm: &ResourceId, parameter: &str, text: &str) -> Result<ResourceId> {
    if text.contains('/') {
        return ResourceId::parse(USER_ASSIGNED_IDENTITY, parameter, text);
    }
    if (USER_ASSIGNED_IDENTITY.name_is_valid)(text) {
        return ResourceId::new(USER_ASSIGNED_IDENTITY, vm.subscription(), vm.group(), text);
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
            "name what is to change, with -AddIdentityId, -RemoveIdentityId, \
             -EnableSystemAssigned or -DisableSystemAssigned, or with -IdentityType.",
        ),
    }
}

/// The exact form removes what was not named: whoever is about to lose something is told.
fn warn_of_losses(client: &Client, vm: &VmIdentity, patch: &Patch, change: &Change) {
    if !matches!(change, Change::Exact { .. }) {
        return;
    }
    let mut lost = patch.removed.clone();
    if patch.system_assigned == Some(false) {
        lost.push("the system-assigned identity".to_owned());
    }
    if !lost.is_empty() {
        client.observer().warning(format!(
            "'{}' loses {}, which -IdentityType and -IdentityId did not name.",
            vm.name,
            lost.join(", ")
        ));
    }
}

async fn write(client: &Client, id: &ResourceId, etag: &str, body: &Value) -> Result<Reply> {
    client
        .send(Request {
            method: Method::PATCH,
            url: client.url(id.as_str(), API_VERSION),
            body: Some(body),
            if_match: Some(etag).filter(|etag| !etag.is_empty()),
            target: id.as_str(),
        })
        .await
}

async fn finish(
    client: &Client,
    wanted: &Update,
    id: &ResourceId,
    reply: &Reply,
) -> Result<VmIdentity> {
    let activity = format!("Updating the identity of {}", id.name());
    let operation = Operation::begun_by(client, reply, id.as_str(), &activity)?;
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

/// A stale version can be read anew at once; an operation that runs needs time.
async fn pause(client: &Client, error: &Error, round: u32) {
    if error.status() == Some(409) {
        sleep(client.retry().poll_wait(round, None)).await;
    } else if round > 1 {
        sleep(Duration::from_millis(50 * u64::from(round))).await;
    }
}

fn beaten(error: Error) -> Error {
    let words = format!("somebody else changed it each of the {ROUNDS} times that this was tried");
    error
        .context(&words)
        .advise("Nothing was changed: try again when the others are done.")
}

/// The change in words, with what stays.
fn describe(id: &ResourceId, vm: &VmIdentity, patch: &Patch) -> String {
    if patch.is_empty() {
        return format!("Leave the identity of virtual machine '{id}' as it is: it is so already");
    }
    let mut words = Vec::new();
    match patch.system_assigned {
        Some(true) => words.push("enable the system-assigned identity".to_owned()),
        Some(false) => words.push("disable the system-assigned identity".to_owned()),
        None => {}
    }
    let mut list = |verb: &str, ids: &[String]| {
        if !ids.is_empty() {
            words.push(format!("{verb} {}", ids.join(", ")));
        }
    };
    list("add", &patch.added);
    list("remove", &patch.removed);
    let kept: Vec<String> = vm
        .state()
        .user_assigned
        .into_iter()
        .filter(|held| !patch.removed.contains(held))
        .collect();
    list("keep", &kept);
    format!(
        "Update the identity of virtual machine '{id}': {}",
        words.join("; ")
    )
}
