//! Credentials, and the tokens that they give.

mod ask;
pub(crate) mod azure_cli;
pub(crate) mod azure_powershell;
pub(crate) mod browser;
mod browser_page;
mod caller;
mod certificate;
mod certificate_error;
pub(crate) mod claims;
mod credential;
pub(crate) mod device_code;
mod encrypted_key;
mod federated_token;
mod files;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod host_key;
pub(crate) mod managed_identity;
mod pem_key;
mod person;
mod program;
mod service_principal;
mod static_tokens;
mod token;
mod token_cache;
mod token_endpoint;
mod tool_error;
mod variables;
pub(crate) mod workflow;

pub use azure_cli::AzureCli;
pub use azure_powershell::AzurePowerShell;
pub(crate) use caller::Caller;
pub use certificate::Certificate;
pub use credential::Credential;
pub use federated_token::FederatedToken;
pub use managed_identity::ManagedIdentity;
pub use person::Person;
pub(crate) use service_principal::ClockDifference;
pub use service_principal::{Proof, ServicePrincipal};
pub use static_tokens::StaticTokens;
pub use token::{AccessToken, Secret};
pub(crate) use token_cache::TokenCache;
pub use token_endpoint::TokenEndpoint;
pub(crate) use variables::Variables;
pub use workflow::Workflow;
