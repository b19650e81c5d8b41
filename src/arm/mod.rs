//! What every call to Azure Resource Manager shares.

mod arm_error;
mod client;
mod cloud;
mod codes;
mod described;
mod discovery;
mod error;
mod failure;
mod http;
mod invoke;
mod lenient;
mod operation;
mod pacing;
mod paging;
mod plan;
mod proxy;
mod registration;
mod reply;
mod request;
pub mod resource_graph;
mod resource_group;
mod resource_id;
mod retry;
mod subscription;
mod target;
mod versions;
mod watch;
mod words;

pub(crate) use arm_error::ArmError;
pub use client::{Client, Method, Settings, Url};
pub(crate) use cloud::is_loopback;
pub use cloud::{Cloud, Service, parse_endpoint};
pub use codes::{KnownCode, Retry, known_codes};
pub(crate) use described::Described;
pub(crate) use discovery::discover;
pub use error::{Category, Error, Result};
pub(crate) use http::{Http, causes, read_body};
pub use invoke::{Invoke, invoke, invoke_pages, plan_invoke};
pub(crate) use lenient::null_is_empty;
pub use operation::Operation;
pub use paging::{Pages, Scope};
pub use plan::Plan;
pub use proxy::Proxy;
pub use reply::Reply;
pub(crate) use request::{Request, Versions};
pub use resource_group::location as resource_group_location;
pub(crate) use resource_id::check_group as check_resource_group;
pub use resource_id::{ResourceId, ResourceType};
pub use retry::RetryPolicy;
pub(crate) use retry::{chance, is_transient, retry_after};
pub use subscription::{
    Subscription, check_id as check_subscription_id, choose as choose_subscription,
};
pub use target::Target;
pub use watch::{Observer, Progress, Silent};
pub(crate) use words::{capitalized, is_guid, sentence};
