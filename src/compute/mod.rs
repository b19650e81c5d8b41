//! What only machines have: instances of scale sets, which take a change of identity by themselves
//! or are told to.

mod instances;
mod list;
mod machine;
mod update;

pub use instances::Upgrade;
pub use list::{list, list_whole, search};
pub use machine::{API_VERSION, SCALE_SET, VIRTUAL_MACHINE};
pub use update::{Update, plan_update, update};
