//! Sign-ins, and the tokens that they give.

mod ask;
mod azure_cli;
mod azure_powershell;
mod certificate;
mod chain;
pub(crate) mod claims;
mod complaint;
mod connect;
mod device_code;
mod federated_token;
mod files;
mod given;
mod managed_identity;
mod program;
mod registered;
mod service_principal;
mod sign_in;
mod token;
mod token_endpoint;
mod variables;
mod workflow;

pub use azure_cli::AzureCli;
pub(crate) use azure_powershell::errors as azure_powershell_errors;
pub use azure_powershell::{Answer, AzurePowerShell, Question};
pub use certificate::Certificate;
pub use connect::{Connection, Request, SignIn, connect};
pub use device_code::DeviceCode;
pub use federated_token::FederatedToken;
pub use given::GivenTokens;
pub use managed_identity::ManagedIdentity;
pub use service_principal::{Proof, ServicePrincipal};
pub use token::{AccessToken, Credential, Secret};
pub(crate) use token::{Audience, Caller, Tokens};
pub use token_endpoint::TokenEndpoint;
pub use workflow::Workflow;
