//! Removing an identity with all that refers to it, so that nothing is left behind. Each step can
//! be repeated: after a failure, or when the process ended, the same call goes on.

use futures_util::{StreamExt, stream};

use super::assignment::{RoleAssignment, delete as delete_role, described, removal_effect};
use super::usage::{Usage, labelled, other};
use crate::arm::{Client, Plan, Target, existence};
use crate::base::{Category, Error, ResourceId, Result, capitalized, with_full_stop};
use crate::compute::{self, Update, Upgrade};
use crate::identity::{self, USER_ASSIGNED_IDENTITY};
use crate::resource::{self, Named, Wanted};

/// How many resources are changed at once for one identity.
const AT_ONCE: usize = 8;

/// Takes an identity off every resource that has it, takes its roles away, and deletes it. Resources
/// whose settings name it although they do not have it, and those whose identity Azure can't change,
/// are named in a warning.
///
/// # Errors
/// The first that happened, in words that say what is done and what is not; those of the look;
/// `PlanChanged` and `WarningRefused`, with nothing done.
pub async fn remove_detached(client: &Client, target: &Target) -> Result<()> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let usage = Usage::of(client, &id).await?;
    client.agreement().check(id.as_str(), &effects(&usage))?;
    warn_of_others(client, &usage).await?;
    let mut steps = Steps::default();
    detach(client, &usage, &mut steps).await;
    if steps.failure.is_none() {
        remove_roles(client, &usage, &mut steps).await;
    }
    steps
        .left
        .extend(usage.identity.as_ref().map(|_| "delete it".to_owned()));
    if let Some(failure) = steps.failure.take() {
        return Err(steps.explain(&id, failure));
    }
    match usage.identity {
        Some(_) => delete(client, &id, &steps).await,
        None => {
            warn_of_absence(client, &id, &steps);
            Ok(())
        }
    }
}

/// What [`remove_detached`] would do.
///
/// # Errors
/// Those of the look.
pub async fn plan_remove_detached(client: &Client, target: &Target) -> Result<Plan> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let mut usage = Usage::of(client, &id).await?;
    usage.holders = detachable(client, &usage).await?;
    let mut steps: Vec<String> = usage.holders.iter().map(detach_step).collect();
    steps.extend(usage.roles.iter().map(remove_role_step));
    steps.extend(
        usage
            .identity
            .as_ref()
            .map(|_| format!("delete user-assigned identity '{id}'")),
    );
    let mut description = match steps.len() {
        0 => format!(
            "No change needed: there is no user-assigned identity '{id}', and nothing \
             refers to it"
        ),
        1 => capitalized(&steps[0]),
        _ => format!(
            "Remove user-assigned identity '{}': {}",
            id.name(),
            steps.join("; then ")
        ),
    };
    if !usage.others.is_empty() {
        description.push_str(&format!(
            ". Not changed, although it refers to the identity: {}",
            others(&usage)
        ));
    }
    Ok(Plan {
        details: Vec::new(),
        resource: id.to_string(),
        description,
        effects: effects(&usage),
    })
}

/// Each thing that a removal does.
fn effects(usage: &Usage) -> Vec<String> {
    let holders = usage.holders.iter();
    holders
        .map(|holder| resource::removal_effect(holder, usage.id.as_str()))
        .chain(usage.roles.iter().map(|role| removal_effect(&role.id)))
        .chain(usage.identity.as_ref().map(identity::deletion_effect))
        .collect()
}

/// The resources that have the identity and can be changed: Resource Graph is late.
///
/// # Errors
/// What Azure would answer to the change of one of them, as far as reading finds it.
async fn detachable(client: &Client, usage: &Usage) -> Result<Vec<ResourceId>> {
    let plans = stream::iter(usage.holders.clone())
        .map(|holder| async move {
            let change = removal(&usage.id, &holder);
            (holder, compute::plan_update(client, &change).await)
        })
        .buffered(AT_ONCE);
    let plans: Vec<_> = plans.collect().await;
    let mut found = Vec::new();
    for (holder, plan) in plans {
        match plan {
            Ok(plan) if plan.changes() => found.push(holder),
            Ok(_) => {}
            Err(error) if existence::is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Deletes an identity that nothing uses.
///
/// # Errors
/// `IdentityInUse`, which names what uses it; those of the look and of the deletion.
pub async fn remove_unused(client: &Client, target: &Target) -> Result<()> {
    check_unused(client, target).await?;
    identity::delete(client, target).await
}

/// What [`remove_unused`] would do.
///
/// # Errors
/// Those of [`remove_unused`], as far as reading finds them.
pub async fn plan_remove_unused(client: &Client, target: &Target) -> Result<Plan> {
    check_unused(client, target).await?;
    identity::plan_delete(client, target).await
}

async fn check_unused(client: &Client, target: &Target) -> Result<()> {
    let id = target.resolve(client, USER_ASSIGNED_IDENTITY)?;
    let usage = Usage::of(client, &id).await?;
    if usage.is_empty() {
        return Ok(());
    }
    let message = format!(
        "User-assigned identity '{id}' was not deleted because it is in use: {}",
        usage.descriptions().join("; ")
    );
    Err(Error::new(
        Category::InvalidOperation,
        "IdentityInUse",
        id.as_str(),
        message,
    )
    .advise(
        "Remove these first, or use -Detach, which removes the identity from all resources that have \
         it and deletes its role assignments.",
    ))
}

/// What a removal has come to.
#[derive(Default)]
struct Steps {
    done: Vec<String>,
    left: Vec<String>,
    /// The first failure.
    failure: Option<Error>,
}

impl Steps {
    fn record(&mut self, step: String, ended: Result<()>) {
        match ended {
            Ok(()) => self.done.push(step),
            Err(error) => {
                self.left.push(step);
                self.failure.get_or_insert(error);
            }
        }
    }

    fn explain(&self, id: &ResourceId, failure: Error) -> Error {
        let list = |steps: &[String]| match steps.is_empty() {
            true => "nothing".to_owned(),
            false => steps.join("; "),
        };
        let message = format!(
            "User-assigned identity '{id}' was not removed: {} Done: {}. Not done: {}.",
            with_full_stop(failure.message()),
            list(&self.done),
            list(&self.left)
        );
        let advice = format!(
            "{} Run the same command again to continue.",
            failure.recommendation()
        );
        failure.reworded(message).advise(advice.trim())
    }
}

async fn detach(client: &Client, usage: &Usage, steps: &mut Steps) {
    let holders = usage.holders.clone();
    let mut ended = stream::iter(holders)
        .map(|holder| async move {
            let ended = detach_from(client, &usage.id, &holder).await;
            (detach_step(&holder), ended)
        })
        .buffer_unordered(AT_ONCE);
    while let Some((step, ended)) = ended.next().await {
        steps.record(step, ended);
    }
    if steps.failure.is_some() {
        steps.left.extend(usage.roles.iter().map(remove_role_step));
    }
}

/// The change that takes the identity off a resource.
fn removal(identity: &ResourceId, holder: &ResourceId) -> Update {
    Update {
        change: resource::Update {
            resource: Named::by_id(holder),
            wanted: Wanted::removal(identity),
            no_wait: false,
            force: false,
        },
        upgrade: Upgrade::None,
    }
}

async fn detach_from(client: &Client, identity: &ResourceId, holder: &ResourceId) -> Result<()> {
    match compute::update(client, &removal(identity, holder)).await {
        Ok(_) => Ok(()),
        // Resource Graph is late: the resource is gone, and the reference with it.
        Err(error) if existence::is_gone(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn remove_roles(client: &Client, usage: &Usage, steps: &mut Steps) {
    for role in &usage.roles {
        let ended = match steps.failure {
            Some(_) => {
                steps.left.push(remove_role_step(role));
                continue;
            }
            // One that is not there any more is as good as removed.
            None => delete_role(client, &role.id).await.map(drop),
        };
        steps.record(remove_role_step(role), ended);
    }
}

async fn delete(client: &Client, id: &ResourceId, steps: &Steps) -> Result<()> {
    match identity::delete(client, &Target::of(id)).await {
        // Another client has deleted it: the result is the same.
        Err(error) if error.code() == "ResourceNotFound" => Ok(()),
        Err(error) => Err(steps.explain(id, error)),
        Ok(()) => Ok(()),
    }
}

fn detach_step(holder: &ResourceId) -> String {
    format!("remove it from {}", labelled(holder))
}

fn remove_role_step(role: &RoleAssignment) -> String {
    format!("remove {}", described(role))
}

fn others(usage: &Usage) -> String {
    let all: Vec<String> = usage.others.iter().map(other).collect();
    all.join(", ")
}

async fn warn_of_others(client: &Client, usage: &Usage) -> Result<()> {
    if usage.others.is_empty() {
        return Ok(());
    }
    let warning = format!(
        "These resources refer to '{}', and the module does not change them: {}.",
        usage.id.name(),
        others(usage)
    );
    client.guard(usage.id.as_str(), warning).await
}

fn warn_of_absence(client: &Client, id: &ResourceId, steps: &Steps) {
    let also = match steps.done.is_empty() {
        true => "and nothing refers to it".to_owned(),
        false => format!(
            "and its remaining assignments are removed: {}",
            steps.done.join("; ")
        ),
    };
    client.observer().warning(format!(
        "There is no user-assigned identity '{id}', {also}."
    ));
}
