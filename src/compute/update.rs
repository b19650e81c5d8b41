//! Changing the identity of a machine: the resource's, and that of a scale set's instances.

use super::instances::{self, Upgrade};
use super::machine::SCALE_SET;
use crate::arm::{Client, Plan};
use crate::base::{Error, ResourceId, Result};
use crate::resource::{self, Checked, ResourceIdentity};

/// What is wanted of the identity of a resource, which may be a scale set.
#[derive(Clone, Debug)]
pub struct Update {
    /// The change of the resource.
    pub change: resource::Update,
    /// Which instances of a scale set take the change.
    pub upgrade: Upgrade,
}

/// Changes the identity of a resource and, where asked for, of a scale set's instances.
///
/// # Errors
/// Those of [`resource::update`]; `InvalidIdentityChange` when there are no instances to upgrade;
/// `InstanceNotFound`; that of an upgrade that failed after the change.
pub async fn update(client: &Client, wanted: &Update) -> Result<ResourceIdentity> {
    check_instances(client, wanted).await?;
    let checked = Checked::of(client, &wanted.change).await?;
    let besides = |resource: &ResourceIdentity| manual_upgrade(wanted, resource);
    let machine = checked.make(client, &besides).await?;
    if wanted.upgrade != Upgrade::None {
        let upgraded = instances::upgrade(client, checked.subject(), &wanted.upgrade).await;
        upgraded.map_err(instances::after_the_change)?;
    }
    Ok(machine)
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, wanted: &Update) -> Result<Plan> {
    check_instances(client, wanted).await?;
    let mut plan = resource::plan_update(client, &wanted.change).await?;
    if wanted.upgrade != Upgrade::None {
        plan.description.push_str("; then upgrade its instances");
        let effect = format!("upgrade the instances of '{}'", plan.resource);
        plan.effects.push(effect);
    }
    Ok(plan)
}

/// Checks that there are the instances that are to take the change.
async fn check_instances(client: &Client, wanted: &Update) -> Result<()> {
    if wanted.upgrade == Upgrade::None {
        return Ok(());
    }
    let id = wanted.change.resource.id(client)?;
    let set = scale_set(&id).filter(|_| !wanted.change.no_wait);
    match set {
        Some(set) => instances::check(client, &set, &wanted.upgrade).await,
        None => Err(without_instances(wanted.change.no_wait)),
    }
}

fn scale_set(id: &ResourceId) -> Option<ResourceId> {
    ResourceId::read(SCALE_SET, id.as_str())
}

fn without_instances(no_wait: bool) -> Error {
    let rule = match no_wait {
        true => "it can't be combined with -NoWait: the instances are upgraded after the change.",
        false => "only a virtual machine scale set has instances.",
    };
    let code = "InvalidIdentityChange";
    Error::invalid(code, "UpgradeInstance", "", rule)
}

/// The instances of a scale set with a manual upgrade policy do not take part.
fn manual_upgrade(wanted: &Update, resource: &ResourceIdentity) -> Option<String> {
    let keep = resource.upgrade_mode.eq_ignore_ascii_case("Manual")
        && scale_set(&ResourceId::read_any(&resource.id)?).is_some()
        && wanted.upgrade == Upgrade::None;
    keep.then(|| {
        format!(
            "The instances of '{}' keep their current identities: the upgrade policy is Manual. \
             Upgrade them with -UpgradeInstance of Update-VmssIdentity.",
            resource.name
        )
    })
}
