//! Microsoft.Compute: virtual machines, scale sets, and the images that they are made of.

mod images;
mod machine;
mod machines;
mod power;
mod scale_set;

use crate::arm::route::{Ended, Provider};
use crate::model::machine::MachineKind;
use crate::model::operation::Effect;
use crate::state::State;
pub(crate) use scale_set::update_instances;

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[machines::ROUTES, images::ROUTES],
    answer: Some(images::aliases),
    made_routes: Some(power::routes),
    resource_type: Some(|name| MachineKind::find(name).map(MachineKind::name)),
    operation_ended: Some(operation_ended),
    ..Provider::NOTHING
};

fn operation_ended(state: &mut State, ended: &Ended<'_>) {
    match ended.effect {
        Effect::MachineWritten { key, before } => {
            machines::write_ended(state, ended, key, before.as_deref());
        }
        Effect::MachineDeleted { key } => state.remove(key),
        Effect::InstancesUpgraded { key, ids } => {
            scale_set::upgrade_ended(state, ended, key, ids);
        }
        Effect::MachinePowered {
            key,
            instances,
            after,
        } => power::ended(state, ended, key, instances, *after),
        _ => {}
    }
}
