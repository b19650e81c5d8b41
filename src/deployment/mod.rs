//! Deployments of templates to a resource group.

mod cause;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod model;
mod run;
mod template;
mod what_if;

pub use model::{Deployment, OutputResource};
pub use run::{Deploy, deploy};
pub use template::Parameters;
pub use what_if::plan_deploy;
