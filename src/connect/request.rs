//! What a caller asks for to connect.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::auth::{FederatedToken, Secret};
use crate::base::{CertificateSource, ProxyCredential, RetryPolicy};

/// How to sign in.
pub enum SignIn {
    /// By the first of these that works: the environment's variables, a managed identity, Azure
    /// PowerShell, the Azure CLI.
    Automatic,
    /// With a token that the caller has.
    AccessToken {
        /// The token for Azure Resource Manager.
        token: Secret,
        /// One for Microsoft Graph.
        graph: Option<Secret>,
        /// Whose it is, as far as the caller says.
        account: Option<String>,
    },
    /// As a service principal with a secret.
    ClientSecret {
        /// The application's id.
        client_id: String,
        /// Its secret.
        secret: Secret,
        /// The URL where tokens are issued, where it is not the cloud's.
        authority: Option<String>,
    },
    /// As a service principal with a certificate.
    ClientCertificate {
        /// The application's id.
        client_id: String,
        /// Where the certificate and its key are.
        certificate: CertificateSource,
        /// The password of an encrypted key in a PEM file.
        password: Option<Secret>,
    },
    /// As a service principal that trusts another issuer's tokens.
    FederatedToken {
        /// The application's id.
        client_id: String,
        /// The other issuer's token.
        token: FederatedToken,
    },
    /// As a service principal that trusts the workflow that this runs in: of GitHub Actions or of
    /// Azure DevOps, whose token is fetched whenever one is needed.
    WorkflowToken {
        /// The application's id.
        client_id: String,
        /// The id of Azure DevOps' service connection, where the pipeline does not say so.
        service_connection: Option<String>,
    },
    /// As the managed identity of the machine or the service that this runs on.
    ManagedIdentity {
        /// Its client id, object id or resource id, where there are several.
        account_id: Option<String>,
    },
    /// As a person, who signs in with the browser of this machine.
    Browser {
        /// The application that asks; Azure PowerShell's when not given.
        client_id: Option<String>,
        /// Who it is, so that they need not type it.
        account: Option<String>,
        /// What a claims challenge said, in base64.
        claims: Option<String>,
    },
    /// As a person, who signs in with a browser on any machine.
    DeviceCode {
        /// The application that asks; Azure PowerShell's when not given.
        client_id: Option<String>,
        /// What a claims challenge said, in base64.
        claims: Option<String>,
    },
    /// As Azure PowerShell is signed in.
    AzurePowerShell,
    /// As the Azure CLI is signed in.
    AzureCli,
}

/// What is needed to connect.
pub struct Request {
    /// How to sign in.
    pub sign_in: SignIn,
    /// The cloud's name; `AzureCloud` when not given.
    pub environment: Option<String>,
    /// Azure Resource Manager's URL, where it is not the cloud's.
    pub endpoint: Option<String>,
    /// What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
    /// endpoint's own host: a URI or an application's id.
    pub audience: Option<String>,
    /// The tenant's id or domain.
    pub tenant: Option<String>,
    /// The subscription to work in; the sign-in's own, or the first enabled one, when not given.
    pub subscription_id: Option<String>,
    /// The environment that names the proxy and the sign-in, and that of programs that are run to
    /// sign in; that of the process when not given.
    pub variables: Option<BTreeMap<String, String>>,
    /// How the network is reached, beside what the environment says.
    pub network: Network,
    /// How patient the client is.
    pub retry: RetryPolicy,
}

/// How the network is reached, where the environment and the system's settings are not to say it.
#[derive(Debug, Default)]
pub struct Network {
    /// The URL of the proxy for every service.
    pub proxy: Option<Secret>,
    /// What the proxy wants to know of its user, whoever names the proxy.
    pub proxy_credential: Option<ProxyCredential>,
    /// A file of certificates that are trusted beside the system's.
    pub certificate_authority: Option<PathBuf>,
}
