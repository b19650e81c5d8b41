//! The requests whose members do not each become a member of the library's own type.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::guard::Status;
use super::kind::ResourceKind;
use super::mode::Change;
use super::read::*;
use super::types::*;
use crate::arm::Invoke;
use crate::arm::fleet::{Fleet, Within};
use crate::auth::FederatedToken;
use crate::base::{
    CertificateSource, ContextToken, HostAnswer, ProxyCredential, RetryPolicy, SignatureAlgorithm,
};
use crate::compute::{self, Upgrade};
use crate::connect::{self, Network, SignIn};
use crate::deployment::{Deploy, Parameters};
use crate::resource::{self, Wanted};

impl Read for AzmiFleet {
    type Owned = Fleet;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        unsafe {
            let subscriptions = texts(self.subscriptions, self.subscriptions_len)?;
            let group = text(self.management_group_id)?;
            Ok(Fleet {
                within: match (group, self.all_subscriptions) {
                    (Some(group), _) => Within::ManagementGroup(group),
                    (None, 0) => Within::Subscriptions(subscriptions),
                    (None, _) => Within::AllSubscriptions,
                },
                resource_group: text(self.resource_group)?,
                names: texts(self.names, self.names_len)?,
                tags: tag_filters(self.tags, self.tags_len)?,
                fresh: self.fresh != 0,
                at_once: 1,
            })
        }
    }
}

impl Read for AzmiResourceIdentityUpdateRequest {
    type Owned = Change<compute::Update>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let (target, api_version, add, remove, instances) = unsafe {
            (
                self.target.read()?,
                text(self.api_version)?,
                texts(self.add, self.add_len)?,
                texts(self.remove, self.remove_len)?,
                texts(self.instances, self.instances_len)?,
            )
        };
        let wanted = match self.change {
            AZMI_CHANGE_MERGE => Wanted::Merge {
                add,
                remove,
                system_assigned: switch(self.system_assigned)?,
                remove_missing: self.remove_missing != 0,
            },
            AZMI_CHANGE_EXACT => Wanted::Exact {
                identity_type: enumeration(self.identity_type)?,
                identities: add,
            },
            _ => return Err(Status::Value),
        };
        let kind: ResourceKind = enumeration(self.kind)?;
        Ok(Change {
            wanted: compute::Update {
                change: resource::Update {
                    resource: kind.named(&target, &api_version),
                    wanted,
                    no_wait: self.no_wait != 0,
                    force: self.force != 0,
                },
                upgrade: match self.upgrade {
                    AZMI_UPGRADE_NONE => Upgrade::None,
                    AZMI_UPGRADE_ALL => Upgrade::All,
                    AZMI_UPGRADE_LISTED => Upgrade::Listed(instances),
                    _ => return Err(Status::Value),
                },
            },
            // SAFETY: the contract of this function.
            mode: unsafe { self.mode.read() }?,
        })
    }
}

impl Read for AzmiDeploymentRequest {
    type Owned = Change<Deploy>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let (target, template, values, file) = unsafe {
            (
                self.target.read()?,
                required(self.template_text)?,
                text(self.parameters)?,
                text(self.parameter_file)?,
            )
        };
        let wanted = Deploy {
            target,
            template,
            parameters: match (values, file) {
                (Some(_), Some(_)) => return Err(Status::Value),
                (Some(values), None) => Some(Parameters::Values(values)),
                (None, file) => file.map(Parameters::File),
            },
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { self.mode.read() }?,
        })
    }
}

impl Read for AzmiArmInvokeRequest {
    /// The call, and whether to read all pages of a list.
    type Owned = (Change<Invoke>, bool);

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let wanted = unsafe {
            Invoke {
                method: required(self.method)?,
                path: required(self.path)?,
                subscription_id: text(self.subscription_id)?,
                api_version: text(self.api_version)?,
                body: text(self.body)?,
                wait: self.wait != 0,
            }
        };
        let change = Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { self.mode.read() }?,
        };
        Ok((change, self.paginate != 0))
    }
}

impl Read for AzmiConnectRequest {
    type Owned = connect::Request;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(connect::Request {
                sign_in: self.sign_in()?,
                environment: text(self.environment)?,
                endpoint: text(self.endpoint)?,
                audience: text(self.audience)?,
                tenant: text(self.tenant)?,
                subscription_id: text(self.subscription_id)?,
                variables: match self.variables.is_null() {
                    true => None,
                    false => Some(tags(self.variables, self.variables_len)?),
                },
                network: Network {
                    proxy: secret(self.proxy)?,
                    proxy_credential: proxy_credential(self.proxy_user, self.proxy_password)?,
                    certificate_authority: text(self.certificate_authority)?.map(PathBuf::from),
                },
                retry: self.patience()?,
            })
        }
    }
}

impl Read for AzmiAnswer {
    type Owned = Option<HostAnswer>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(Some(match self.outcome {
                AZMI_ANSWER_NONE => return Ok(None),
                AZMI_ANSWER_MISSING => HostAnswer::Missing,
                AZMI_ANSWER_NOT_FOUND => HostAnswer::NotFound,
                AZMI_ANSWER_WRONG_PASSWORD => HostAnswer::WrongPassword,
                AZMI_ANSWER_FAILED => HostAnswer::Failed(text(self.message)?.unwrap_or_default()),
                AZMI_ANSWER_TOKEN => HostAnswer::Token(ContextToken {
                    token: secret(self.token)?.ok_or(Status::Null)?,
                    lifetime: Duration::from_secs(self.lifetime_s),
                    account: text(self.account)?,
                    tenant: text(self.tenant)?,
                    subscription_id: text(self.subscription_id)?,
                    endpoint: text(self.endpoint)?,
                    audience: text(self.audience)?,
                }),
                AZMI_ANSWER_CERTIFICATE => HostAnswer::Certificate {
                    der: bytes(self.certificate)?,
                    algorithm: algorithm(self.algorithm)?,
                },
                AZMI_ANSWER_SIGNATURE => HostAnswer::Signature(bytes(self.signature)?),
                AZMI_ANSWER_PROXY => HostAnswer::Proxy {
                    url: text(self.proxy)?,
                    credential: proxy_credential(self.proxy_user, self.proxy_password)?,
                },
                AZMI_ANSWER_OPENED => HostAnswer::Opened,
                _ => return Err(Status::Value),
            }))
        }
    }
}

impl AzmiConnectRequest {
    /// How patient the client is.
    fn patience(&self) -> Result<RetryPolicy> {
        let usual = RetryPolicy::default();
        let usual = match self.retry_count {
            ..0 => usual,
            count @ 0..=AZMI_MOST_RETRIES => usual.with_retries(count.unsigned_abs()),
            _ => return Err(Status::Value),
        };
        let request_timeout = limit(self.request_timeout_s, AZMI_LONGEST_REQUEST_TIMEOUT_S)?;
        let operation_limit = limit(self.timeout_s, AZMI_LONGEST_TIMEOUT_S)?;
        Ok(RetryPolicy {
            request_timeout: request_timeout.unwrap_or(usual.request_timeout),
            operation_limit: operation_limit.unwrap_or(usual.operation_limit),
            ..usual
        })
    }

    /// # Safety
    /// See [`text`].
    unsafe fn sign_in(&self) -> Result<SignIn> {
        // SAFETY: the contract of this function.
        let (graph, claims) = unsafe { (secret(self.graph_token)?, text(self.claims_challenge)?) };
        // SAFETY: the contract of this function.
        let service_connection = unsafe { text(self.service_connection) }?;
        // SAFETY: the contract of this function.
        let (thumbprint, password) =
            unsafe { (text(self.thumbprint)?, secret(self.certificate_password)?) };
        // SAFETY: the contract of this function.
        let (client_id, secret, path, authority) = unsafe {
            (
                text(self.client_id)?,
                secret(self.secret)?,
                text(self.path)?.map(PathBuf::from),
                text(self.authority)?,
            )
        };
        Ok(match self.credential {
            AZMI_CREDENTIAL_AUTOMATIC => SignIn::Automatic,
            AZMI_CREDENTIAL_ACCESS_TOKEN => SignIn::AccessToken {
                token: secret.unwrap_or_default(),
                graph,
                account: client_id,
            },
            AZMI_CREDENTIAL_CLIENT_SECRET => SignIn::ClientSecret {
                client_id: client_id.unwrap_or_default(),
                secret: secret.unwrap_or_default(),
                authority,
            },
            AZMI_CREDENTIAL_CERTIFICATE => SignIn::ClientCertificate {
                client_id: client_id.unwrap_or_default(),
                certificate: match (path, thumbprint) {
                    (Some(path), _) => CertificateSource::File(path),
                    (None, Some(thumbprint)) => CertificateSource::Store(thumbprint),
                    (None, None) => return Err(Status::Null),
                },
                password,
            },
            AZMI_CREDENTIAL_FEDERATED_TOKEN => SignIn::FederatedToken {
                client_id: client_id.unwrap_or_default(),
                token: match (secret, path) {
                    (Some(secret), _) => FederatedToken::Text(secret),
                    (None, Some(path)) => FederatedToken::File(path),
                    (None, None) => return Err(Status::Null),
                },
            },
            AZMI_CREDENTIAL_WORKFLOW_TOKEN => SignIn::WorkflowToken {
                client_id: client_id.unwrap_or_default(),
                service_connection,
            },
            AZMI_CREDENTIAL_MANAGED_IDENTITY => SignIn::ManagedIdentity {
                account_id: client_id,
            },
            AZMI_CREDENTIAL_BROWSER => SignIn::Browser {
                client_id,
                // SAFETY: the contract of this function.
                account: unsafe { text(self.account) }?,
                claims,
            },
            AZMI_CREDENTIAL_DEVICE_CODE => SignIn::DeviceCode { client_id, claims },
            AZMI_CREDENTIAL_AZURE_POWERSHELL => SignIn::AzurePowerShell,
            AZMI_CREDENTIAL_AZURE_CLI => SignIn::AzureCli,
            _ => return Err(Status::Value),
        })
    }
}

fn switch(given: u32) -> Result<Option<bool>> {
    match given {
        AZMI_SYSTEM_ASSIGNED_KEEP => Ok(None),
        AZMI_SYSTEM_ASSIGNED_ENABLE => Ok(Some(true)),
        AZMI_SYSTEM_ASSIGNED_DISABLE => Ok(Some(false)),
        _ => Err(Status::Value),
    }
}

/// Bytes in base64.
///
/// # Safety
/// See [`text`].
unsafe fn bytes(given: AzmiStr) -> Result<Vec<u8>> {
    // SAFETY: the contract of this function.
    let text = unsafe { text(given) }?.ok_or(Status::Null)?;
    STANDARD.decode(text).map_err(|_| Status::Value)
}

/// What a proxy wants to know of its user, if the user is named.
///
/// # Safety
/// See [`text`].
unsafe fn proxy_credential(user: AzmiStr, password: AzmiStr) -> Result<Option<ProxyCredential>> {
    // SAFETY: the contract of this function.
    let (user, password) = unsafe { (text(user)?, secret(password)?) };
    Ok(user.map(|user| ProxyCredential {
        user,
        password: password.unwrap_or_default(),
    }))
}

fn algorithm(given: u32) -> Result<Option<SignatureAlgorithm>> {
    match given {
        AZMI_SIGNATURE_NONE => Ok(None),
        AZMI_SIGNATURE_PS256 => Ok(Some(SignatureAlgorithm::Ps256)),
        AZMI_SIGNATURE_RS256 => Ok(Some(SignatureAlgorithm::Rs256)),
        _ => Err(Status::Value),
    }
}
