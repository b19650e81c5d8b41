//! What everything else needs: errors and advice, retries, HTTP and proxies, clouds, resource ids.

mod arm_error;
mod aside;
mod audience;
mod category;
mod causes;
mod cloud;
mod codes;
mod connect_failure;
mod deadline;
mod discovery;
mod error;
mod http;
mod http_client;
pub(crate) mod json;
mod observer;
mod polling;
mod proxy;
mod question;
mod questions;
mod redaction;
mod resource_id;
mod resource_label;
mod retry;
mod scope_id;
mod similar;
mod text;
mod trust;
mod wait;
mod x509;

pub(crate) use arm_error::ArmError;
pub(crate) use aside::aside;
pub use audience::Service;
pub(crate) use audience::{Audience, audience_of};
pub use category::Category;
pub use cloud::{Cloud, parse_endpoint};
pub(crate) use cloud::{is_azure_service, is_loopback};
pub(crate) use codes::known as known_code;
pub use codes::{KnownCode, Retry, known_codes};
pub(crate) use connect_failure::ConnectFailure;
pub use deadline::Deadline;
pub(crate) use discovery::{Description, UNTRUSTED_AUDIENCE, discover};
pub(crate) use error::Answer;
pub use error::{Error, Result};
pub(crate) use http::{Http, HttpClient, NoAnswer, read_body, read_body_up_to};
pub(crate) use json::null_is_empty;
pub use observer::{Observer, Progress, Silent};
pub(crate) use polling::Polling;
pub(crate) use proxy::Proxy;
pub use question::{
    CertificateSource, ContextToken, HostAnswer, ProxyCredential, Question, QuestionKind,
    SignatureAlgorithm,
};
pub(crate) use questions::Questions;
pub(crate) use redaction::{headers_without_sent, without_secrets, without_sent, without_written};
pub use reqwest::{Method, Url};
pub use resource_id::{ResourceId, ResourceType};
pub(crate) use resource_id::{
    check_group as check_resource_group, check_subscription as check_subscription_id,
    of_another_type,
};
pub(crate) use resource_label::{ResourceLabel, every_other, label, last_provider};
pub use retry::RetryPolicy;
pub(crate) use retry::{is_transient, quota_renewal, retry_after, retry_after_ms};
pub use scope_id::ScopeId;
pub(crate) use similar::similar;
pub(crate) use text::{
    capitalized, folded, is_command, is_guid, one_line, plain, same_name, truncated, with_full_stop,
};
pub(crate) use trust::ExtraRoots;
pub(crate) use wait::{Wait, seconds};
pub(crate) use x509::Certificate;
