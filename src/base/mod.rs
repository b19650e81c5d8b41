//! What everything else needs: errors and advice, retries, HTTP and proxies, clouds, resource ids.

mod arm_error;
mod cloud;
mod codes;
mod described;
mod discovery;
mod error;
mod http;
pub(crate) mod lenient;
mod obstacle;
mod proxy;
mod question;
mod resource_id;
mod retry;
mod trust;
mod watch;
mod words;

pub(crate) use arm_error::ArmError;
pub use cloud::{Cloud, Service, parse_endpoint};
pub(crate) use cloud::{audience, is_azure_service, is_loopback};
pub(crate) use codes::known as known_code;
pub use codes::{KnownCode, Retry, known_codes};
pub(crate) use described::{Described, every_other, label, last_provider};
pub(crate) use discovery::{Description, UNTRUSTED_AUDIENCE, discover};
pub(crate) use error::Answer;
pub use error::{Category, Error, Result};
pub(crate) use http::{Http, causes, read_body};
pub(crate) use lenient::null_is_empty;
pub(crate) use obstacle::Obstacle;
pub use proxy::Proxy;
pub(crate) use question::Open;
pub use question::{
    CertificateSource, ContextToken, HostAnswer, Question, QuestionKind, SignatureAlgorithm,
};
pub use reqwest::{Method, Url};
pub use resource_id::{ResourceId, ResourceType};
pub(crate) use resource_id::{
    check_group as check_resource_group, check_subscription as check_subscription_id,
    of_another_type,
};
pub use retry::RetryPolicy;
pub(crate) use retry::{chance, is_transient, quota_renewal, retry_after};
pub(crate) use trust::ExtraRoots;
pub use watch::{Observer, Progress, Silent};
pub(crate) use words::{capitalized, cut, folded, is_guid, same_name, sentence};
