//! Sign-ins, and the tokens that they give.

mod ask;
pub(crate) mod azure_cli;
pub(crate) mod azure_powershell;
mod certificate;
pub(crate) mod claims;
mod complaint;
pub(crate) mod device_code;
mod federated_token;
mod files;
mod given;
mod host;
mod host_key;
pub(crate) mod managed_identity;
mod pem_key;
mod program;
mod service_principal;
mod token;
mod token_endpoint;
mod variables;
pub(crate) mod workflow;

pub use azure_cli::AzureCli;
pub use azure_powershell::AzurePowerShell;
pub use certificate::Certificate;
pub use device_code::DeviceCode;
pub use federated_token::FederatedToken;
pub use given::GivenTokens;
pub use managed_identity::ManagedIdentity;
pub(crate) use service_principal::ClockDifference;
pub use service_principal::{Proof, ServicePrincipal};
pub use token::{AccessToken, Credential, Secret};
pub(crate) use token::{Caller, Tokens};
pub use token_endpoint::TokenEndpoint;
pub(crate) use variables::Variables;
pub use workflow::Workflow;
