//! Signs in as a request says.

use super::chain;
use super::context::SignInContext;
use super::methods::{SignedIn, Way};
use super::request::SignIn;
use crate::auth::{
    Certificate, ClockDifference, Credential, FederatedToken, ManagedIdentity, Proof, StaticTokens,
    Workflow,
};
use crate::base::{Cloud, Result, parse_endpoint};

const TRUST_ADVICE: &str = "Check -Tenant and -ApplicationId, and that the application trusts the \
                            issuer, the subject and the audience of this token.";

impl SignInContext<'_> {
    /// Signs in as the request says.
    pub(super) async fn sign_in(&self, cloud: &mut Cloud) -> Result<SignedIn> {
        match &self.request.sign_in {
            SignIn::Automatic => chain::find(self, cloud).await,
            SignIn::AccessToken {
                token,
                graph,
                account,
            } => {
                let given = Credential::AccessToken(StaticTokens::new(token, graph.as_ref())?);
                let account = account.as_deref().unwrap_or_default();
                Ok(SignedIn::new(given, account, "AccessToken"))
            }
            SignIn::ClientSecret {
                client_id,
                secret,
                authority,
            } => {
                let proof = Proof::Secret(secret.clone());
                let advice = "Check -Tenant, the application id and the secret in -Credential.";
                let user_name = "Credential";
                let parse = |url: &String| parse_endpoint("Authority", url);
                self.by_service_principal(
                    cloud,
                    authority.as_ref().map(parse).transpose()?,
                    (user_name, client_id),
                    proof,
                    advice,
                )
                .await
            }
            SignIn::ClientCertificate {
                client_id,
                certificate,
                password,
            } => {
                let password = password.as_ref();
                let certificate = Certificate::open(certificate, password, self.observer).await?;
                let proof = Proof::Certificate(certificate, ClockDifference::default());
                let advice = "Check -Tenant and -ApplicationId, and that the application has this \
                              certificate.";
                let id = ("ApplicationId", client_id.as_str());
                self.by_service_principal(cloud, None, id, proof, advice)
                    .await
            }
            SignIn::FederatedToken { client_id, token } => {
                let proof = Proof::FederatedToken(token.clone());
                let id = ("ApplicationId", client_id.as_str());
                self.by_service_principal(cloud, None, id, proof, TRUST_ADVICE)
                    .await
            }
            SignIn::WorkflowToken {
                client_id,
                service_connection,
            } => {
                let workflow = Workflow::require(self.variables(), service_connection.as_deref())?;
                let proof = Proof::FederatedToken(FederatedToken::Workflow(workflow));
                let id = ("ApplicationId", client_id.as_str());
                self.by_service_principal(cloud, None, id, proof, TRUST_ADVICE)
                    .await
            }
            SignIn::ManagedIdentity { account_id } => {
                let identity = ManagedIdentity::find(self.variables(), account_id.as_deref())?;
                self.by_identity(cloud, identity, &self.request.retry).await
            }
            SignIn::Browser {
                client_id,
                account,
                claims,
            } => {
                let way = Way::Browser(account.as_deref());
                self.by_person(cloud, way, client_id.as_deref(), claims.as_deref())
                    .await
            }
            SignIn::DeviceCode { client_id, claims } => {
                let way = Way::DeviceCode;
                self.by_person(cloud, way, client_id.as_deref(), claims.as_deref())
                    .await
            }
            SignIn::AzurePowerShell => self.by_azure_powershell(cloud).await,
            SignIn::AzureCli => self.by_azure_cli(cloud).await,
        }
    }
}
