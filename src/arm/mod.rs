//! The client of Azure Resource Manager: requests, pacing, paging, long-running operations.

mod client;
pub(crate) mod existence;
mod failure;
mod invoke;
mod items;
mod operation;
mod pacing;
mod paging;
mod plan;
mod principals;
mod registration;
mod replication;
mod reply;
mod request;
pub mod resource_graph;
mod resource_group;
mod scope;
mod subscription;
mod target;
mod versions;

pub use client::{Client, Settings};
pub use invoke::{Invoke, invoke, invoke_pages, plan_invoke};
pub use operation::Operation;
pub use paging::Pages;
pub use plan::{Agreement, Plan};
pub(crate) use principals::is_known_principal;
pub(crate) use replication::Replication;
pub use reply::Reply;
pub(crate) use request::{Request, Versions};
pub use resource_group::location as resource_group_location;
pub use scope::Scope;
pub use subscription::{Subscription, choose as choose_subscription};
pub use target::Target;
pub(crate) use target::{Parameters, agrees};
