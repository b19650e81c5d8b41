//! Microsoft.Resources/deployments: templates that are deployed to a resource group or to a
//! subscription.

mod calls;
mod evaluate;
mod expression;
mod functions;
mod hash;
mod parameters;
mod plan;
mod prepare;
mod relaxed_json;
#[cfg(test)]
mod robustness;
mod run;
mod template;
mod what_if;

use crate::arm::error::ErrorBody;
use crate::arm::route::{Ended, Provider, Timer};
use crate::model::operation::Effect;
use crate::state::{Parts, State};

pub(crate) const PROVIDER: Provider = Provider {
    routes: &[calls::ROUTES],
    parts: &[Parts::add::<run::Runs>],
    operation_ended: Some(operation_ended),
    timer: Some(Timer {
        next_due: run::next_due,
        advance: run::advance,
    }),
    loaded: Some(interrupted),
    ..Provider::NOTHING
};

fn operation_ended(state: &mut State, ended: &Ended<'_>) {
    if let Effect::DeploymentDeleted { key } = ended.effect {
        state.deployments.remove(key);
    }
}

/// Deployments that ran when the emulator stopped have failed: their parameters, which may be
/// secrets, are in no state file.
fn interrupted(state: &mut State) {
    for deployment in state.deployments.values_mut().filter(|d| d.is_active()) {
        deployment.state = "Failed".to_owned();
        deployment.error = Some(ErrorBody::new(
            "DeploymentFailed",
            "The emulator stopped while the deployment ran.",
        ));
    }
}
