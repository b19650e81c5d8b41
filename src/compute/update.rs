//! Changing the identity of a machine: read, work out the patch, write it on condition that
//! nobody else has written meanwhile, wait, and read what became of it.

use std::collections::HashSet;

use serde_json::Value;

use super::attempts::Attempts;
use super::change::{Change, IdentityType, Patch, Refused, State, plan};
use super::instances::{self, Upgrade};
use super::model::{API_VERSION, MachineIdentity, MachineKind};
use super::read::read;
use super::settle::{self, settle};
use super::{failure, references};
use crate::arm::{Client, Operation, Plan, Reply, Request, Target};
use crate::base::{Error, Method, ResourceId, Result, same_name};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// What is wanted of a machine's identity. An identity is a resource id, or a bare name that
/// stands for the identity of that name in the machine's group. For [`plan_update`] it may be an
/// empty text: an identity that is not known yet, because its creation is only planned.
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
        /// The kinds after the change.
        identity_type: IdentityType,
        /// The user-assigned identities after the change.
        identities: Vec<String>,
    },
}

/// Changes the identity of a machine. When all is as wanted, nothing is written. When somebody
/// else writes between the look and the write, the wish is applied to what they left.
///
/// # Errors
/// What breaks a rule, before any request; `ResourceNotFound`, `FailedIdentityOperation` and the
/// like; `PlanChanged` and `WarningRefused`, with nothing written; Azure's `PreconditionFailed` or
/// `Conflict` when others do not stop writing; that of an operation that failed, which says whether
/// the identity was changed.
pub async fn update(client: &Client, wanted: &Update) -> Result<MachineIdentity> {
    let (id, change) = check(client, wanted)?;
    instances::check(client, &id, &wanted.upgrade).await?;
    let machine = change_model(client, wanted, &id, &change).await;
    let machine = machine.map_err(|error| failure::explain(error, &id))?;
    let upgraded = instances::upgrade(client, &id, &wanted.upgrade).await;
    upgraded.map_err(failure::after_the_change)?;
    Ok(machine)
}

async fn change_model(
    client: &Client,
    wanted: &Update,
    id: &ResourceId,
    change: &Change,
) -> Result<MachineIdentity> {
    let mut warnings = Warnings::default();
    let mut attempts = Attempts::new("Nothing was changed.");
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
        client
            .agreement()
            .check(id.as_str(), &effects(id, &patch))?;
        let news = warnings.news(wanted, id, &machine, &patch);
        for warning in news {
            client.guard(id.as_str(), warning).await?;
        }
        let done = match write(client, id, &machine.etag, &patch.body()).await {
            Ok(reply) => finish(client, wanted, id, change, &reply).await,
            Err(error) => Err(error),
        };
        match done {
            Err(error) => attempts.again(client, id, error).await?,
            done => return done,
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
    let (id, change) = check(client, &with_unknown(wanted))?;
    instances::check(client, &id, &wanted.upgrade).await?;
    let (machine, patch) = look(client, &id, &change).await?;
    if !patch.is_empty() {
        // With a reference to an identity that does not exist, Azure refuses every other change.
        let mut after = [patch.added.clone(), kept(&machine, &patch)].concat();
        after.retain(|id| !id.ends_with(UNKNOWN));
        references::require(client, &id, &after).await?;
    }
    let mut description =
        describe(wanted.kind, &id, &machine, &patch).replace(UNKNOWN, UNKNOWN_IN_WORDS);
    let mut effects = effects(&id, &patch);
    if wanted.upgrade != Upgrade::None {
        description.push_str("; then upgrade its instances");
        effects.push(format!("upgrade the instances of '{id}'"));
    }
    Ok(Plan {
        description,
        effects,
        resource: id.to_string(),
    })
}

/// Each thing that a patch does.
fn effects(machine: &ResourceId, patch: &Patch) -> Vec<String> {
    let system_assigned = patch.system_assigned.map(|on| {
        let verb = if on { "enable" } else { "disable" };
        format!("{verb} the system-assigned identity of '{machine}'")
    });
    let added = patch.added.iter();
    let removed = patch.removed.iter();
    added
        .map(|id| format!("add '{id}' to '{machine}'"))
        .chain(removed.map(|id| removal_effect(machine, id)))
        .chain(system_assigned)
        .collect()
}

/// The effect that an identity is taken off a machine.
pub(crate) fn removal_effect(machine: &ResourceId, identity: &str) -> String {
    format!("remove '{identity}' from '{machine}'")
}

/// The name that stands in a plan for an identity that is not known yet.
const UNKNOWN: &str = "an-identity-that-is-not-known-yet";

/// The same in a plan's words.
const UNKNOWN_IN_WORDS: &str = "an identity that is not known yet";

/// The change with a name for each identity that is not known yet.
fn with_unknown(wanted: &Update) -> Update {
    let mut wanted = wanted.clone();
    let named = |ids: &mut Vec<String>| {
        for id in ids.iter_mut().filter(|id| id.is_empty()) {
            UNKNOWN.clone_into(id);
        }
    };
    match &mut wanted.wanted {
        Wanted::Merge { add, remove, .. } => {
            named(add);
            named(remove);
        }
        Wanted::Exact { identities, .. } => named(identities),
    }
    wanted
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
            "it can't be combined with -NoWait: the instances are upgraded after the change."
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
        "it must be an identity's resource id, or its name: {}",
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
            "-AddIdentityId names it too.",
        ),
        Refused::IdentitiesNotWanted(kind) => Error::invalid(
            code,
            "IdentityType",
            kind.as_str(),
            "it allows no user-assigned identities, so omit -IdentityId.",
        ),
        Refused::IdentitiesMissing(kind) => Error::invalid(
            code,
            "IdentityType",
            kind.as_str(),
            "specify the user-assigned identities with -IdentityId.",
        ),
        Refused::Nothing => Error::missing(
            "AddIdentityId",
            "specify the change with -AddIdentityId, -RemoveIdentityId, -RemoveMissing, \
             -EnableSystemAssigned or -DisableSystemAssigned, or with -IdentityType.",
        ),
    }
}

/// The warnings of what a write does besides what the user named: each is given once, however
/// often the change is worked out anew.
#[derive(Default)]
struct Warnings {
    given: HashSet<String>,
}

impl Warnings {
    /// Those of this patch that were not given yet.
    fn news(
        &mut self,
        wanted: &Update,
        id: &ResourceId,
        machine: &MachineIdentity,
        patch: &Patch,
    ) -> Vec<String> {
        let losses = self.losses(wanted, id, patch);
        losses
            .into_iter()
            .chain(self.manual_upgrade(wanted, id, machine))
            .collect()
    }

    /// The exact form removes what was not named.
    fn losses(&mut self, wanted: &Update, id: &ResourceId, patch: &Patch) -> Option<String> {
        let Wanted::Exact { .. } = wanted.wanted else {
            return None;
        };
        let mut lost = in_words(id, &patch.removed);
        if patch.system_assigned == Some(false) {
            lost.push("the system-assigned identity".to_owned());
        }
        lost.retain(|one| self.given.insert(one.to_lowercase()));
        (!lost.is_empty()).then(|| {
            format!(
                "'{}' loses {}, which -IdentityType and -IdentityId do not include.",
                id.name(),
                lost.join(", ")
            )
        })
    }

    /// The instances of a scale set with a manual upgrade policy do not take part.
    fn manual_upgrade(
        &mut self,
        wanted: &Update,
        id: &ResourceId,
        machine: &MachineIdentity,
    ) -> Option<String> {
        let keep = machine.upgrade_mode.eq_ignore_ascii_case("Manual")
            && wanted.upgrade == Upgrade::None
            && self.given.insert("instances".to_owned());
        keep.then(|| {
            format!(
                "The instances of '{}' keep their current identities: the upgrade policy is \
                 Manual. Upgrade them with -UpgradeInstance.",
                id.name()
            )
        })
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

/// Waits until the machine has the change.
async fn finish(
    client: &Client,
    wanted: &Update,
    id: &ResourceId,
    change: &Change,
    reply: &Reply,
) -> Result<MachineIdentity> {
    let activity = format!("Updating the identity of {}", id.name());
    let operation = Operation::begun_by(client, reply, id.as_str(), &activity)?;
    if wanted.no_wait {
        return reply.json(id.as_str());
    }
    if let Err(error) = operation.wait().await {
        return Err(with_outcome(client, id, change, error).await);
    }
    // An answer without the address of an operation may have begun one all the same.
    let machine = settle(client, id).await?;
    if machine.is_ready() {
        return Ok(machine);
    }
    let error = settle::failed(client, id, &machine).await;
    Err(with_outcome(client, id, change, error).await)
}

/// Adds to the error of a change that Azure accepted what has become of the identity, where that
/// can be read.
async fn with_outcome(client: &Client, id: &ResourceId, change: &Change, error: Error) -> Error {
    if failure::missing_identity(&error).is_some() || error.is_race() {
        return error;
    }
    match look(client, id, change).await {
        Ok((machine, patch)) if !machine.is_changing() => {
            failure::with_outcome(error, patch.is_empty())
        }
        _ => error,
    }
}

/// Identities as people call them: by name in the machine's own group, else by id.
fn in_words(machine: &ResourceId, ids: &[String]) -> Vec<String> {
    let own = |id: &ResourceId| {
        same_name(id.group(), machine.group())
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

/// The user-assigned identities that a patch leaves.
fn kept(machine: &MachineIdentity, patch: &Patch) -> Vec<String> {
    let mut kept = machine.state().user_assigned;
    kept.retain(|held| !patch.removed.contains(held));
    kept
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
        return format!("No change needed: the identity of {label} '{id}' already matches");
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
    list("add", &patch.added);
    list("remove", &patch.removed);
    list("keep", &kept(machine, patch));
    format!(
        "Update the identity of {label} '{id}': {}",
        words.join("; ")
    )
}
