//! What may refuse a request before its provider sees it: deny assignments, locks, policies.

mod deed;
mod deny;
mod lock;
mod policy;

use super::error::ArmError;
use super::route::Call;
use crate::state::World;

pub(super) use deed::Deed;
pub(super) use deny::Caller;

/// Refuses the call if something stands against it, in the order in which Azure asks.
pub(super) fn check(
    world: &World,
    call: &Call<'_>,
    deed: &Deed,
    caller: Option<&Caller>,
) -> Result<(), ArmError> {
    if let Some(caller) = caller {
        deny::check(world, deed, caller)?;
    }
    lock::check(world, deed)?;
    policy::check(world, call, deed)
}
