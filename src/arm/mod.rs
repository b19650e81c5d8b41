//! What every call to Azure Resource Manager shares.

mod advice;
mod client;
mod cloud;
mod error;
mod invoke;
mod operation;
mod pacing;
mod paging;
mod plan;
mod proxy;
mod registration;
mod resource_group;
mod resource_id;
mod retry;
mod subscription;
mod target;
mod watch;

pub use client::{Client, Method, Reply, Settings, Url};
pub(crate) use client::{Request, causes, http_client, read_body};
pub use cloud::{Cloud, parse_endpoint};
pub use error::{Category, Error, Result};
pub use invoke::{Invoke, invoke, invoke_pages, plan_invoke};
pub use operation::Operation;
pub use paging::{Pages, Scope};
pub use plan::Plan;
pub use proxy::Proxy;
pub use resource_group::location as resource_group_location;
pub use resource_id::{ResourceId, ResourceType};
pub use retry::RetryPolicy;
pub use subscription::{
    Subscription, check_id as check_subscription_id, choose as choose_subscription,
};
pub use target::Target;
pub use watch::{Observer, Progress, Silent};
