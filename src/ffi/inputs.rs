//! Reads what the host passes in: every pointer is checked, every string copied.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::slice;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::changes::{Change, DeleteFederated, DeleteIdentity, Manner, Mode};
use super::guard::Status;
use super::types::*;
use crate::access::{
    Assign, Find, FindReferences, ListIdentities, Membership, Principal, Revoke, Role, RoleScope,
    Source,
};
use crate::arm::{Agreement, Invoke, Scope, Target};
use crate::auth::{FederatedToken, Secret};
use crate::base::{CertificateSource, ContextToken, HostAnswer, RetryPolicy, SignatureAlgorithm};
use crate::compute::{self, IdentityType, MachineKind, Upgrade, Wanted};
use crate::connect::{self, SignIn};
use crate::deployment::{Deploy, Parameters};
use crate::export::{Export, Format};
use crate::identity;
use crate::identity::federated::{self, CredentialTarget};

type Result<T> = std::result::Result<T, Status>;

/// A record of the ABI that can be read into one of the library's own.
pub(super) trait Read {
    /// What it becomes.
    type Owned;

    /// Copies all that the record points to.
    ///
    /// # Safety
    /// Every pointer in it is null or valid for its length.
    unsafe fn read(&self) -> Result<Self::Owned>;
}

/// Reads the record behind a pointer.
///
/// # Safety
/// The pointer is null or valid, and so is all that the record points to.
pub(super) unsafe fn read<T: Read>(record: *const T) -> Result<T::Owned> {
    // SAFETY: null, or valid by the contract of this function.
    let record = unsafe { record.as_ref() }.ok_or(Status::Null)?;
    // SAFETY: the contract of this function.
    unsafe { record.read() }
}

/// Checks a pointer that a result goes to.
pub(super) fn check_out<T>(out: *mut T) -> Result<()> {
    match out.is_null() {
        true => Err(Status::Null),
        false => Ok(()),
    }
}

/// The items of an array; none when there are none, whatever the pointer.
///
/// # Safety
/// The pointer is null or valid for `len` items.
unsafe fn items<'a, T>(ptr: *const T, len: usize) -> Result<&'a [T]> {
    match (len, ptr.is_null()) {
        (0, _) => Ok(&[]),
        (_, true) => Err(Status::Null),
        // SAFETY: not null, and valid by the contract of this function.
        (_, false) => Ok(unsafe { slice::from_raw_parts(ptr, len) }),
    }
}

/// A text, or none when it is not given.
///
/// # Safety
/// The string's pointer is null or valid for its length.
unsafe fn text(given: AzmiStr) -> Result<Option<String>> {
    // SAFETY: the contract of this function.
    Ok(unsafe { given.read() }?)
}

/// A secret, or none when it is not given.
///
/// # Safety
/// See [`text`].
unsafe fn secret(given: AzmiStr) -> Result<Option<Secret>> {
    // SAFETY: the contract of this function.
    Ok(unsafe { text(given) }?.map(Secret::from))
}

/// A text that must be given.
///
/// # Safety
/// See [`text`].
unsafe fn required(given: AzmiStr) -> Result<String> {
    // SAFETY: the contract of this function.
    unsafe { text(given) }?.ok_or(Status::Null)
}

/// # Safety
/// See [`items`] and [`text`].
unsafe fn texts(ptr: *const AzmiStr, len: usize) -> Result<Vec<String>> {
    // SAFETY: the contract of this function.
    let given = unsafe { items(ptr, len) }?;
    // SAFETY: the contract of this function.
    given.iter().map(|one| unsafe { required(*one) }).collect()
}

/// # Safety
/// See [`items`] and [`text`].
unsafe fn tags(ptr: *const AzmiTag, len: usize) -> Result<BTreeMap<String, String>> {
    // SAFETY: the contract of this function.
    let given = unsafe { items(ptr, len) }?;
    given
        .iter()
        // SAFETY: the contract of this function.
        .map(|tag| unsafe { Ok((required(tag.name)?, text(tag.value)?.unwrap_or_default())) })
        .collect()
}

/// What to do with a change.
///
/// # Safety
/// See [`text`].
unsafe fn mode(dry_run: u8, agreed: AzmiStr) -> Result<Mode> {
    // SAFETY: the contract of this function.
    let agreed = unsafe { text(agreed) }?;
    let agreement = agreed.map_or_else(Agreement::default, |plan| Agreement::to(&plan));
    Ok(match dry_run {
        0 => Mode::CarryOut(agreement),
        _ => Mode::Plan,
    })
}

impl Read for AzmiQueueOptions {
    type Owned = Self;

    unsafe fn read(&self) -> Result<Self> {
        Ok(*self)
    }
}

impl Read for AzmiStr {
    type Owned = String;

    unsafe fn read(&self) -> Result<String> {
        // SAFETY: the contract of this function.
        unsafe { required(*self) }
    }
}

impl Read for AzmiTarget {
    type Owned = Target;

    unsafe fn read(&self) -> Result<Target> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(Target {
                resource_id: text(self.resource_id)?,
                subscription_id: text(self.subscription_id)?,
                resource_group: text(self.resource_group)?,
                name: text(self.name)?,
                resource_type: text(self.resource_type)?,
                parameter: text(self.parameter)?,
            })
        }
    }
}

impl Read for AzmiListRequest {
    type Owned = Scope;

    unsafe fn read(&self) -> Result<Scope> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(Scope {
                subscription_id: text(self.subscription_id)?,
                resource_group: text(self.resource_group)?,
            })
        }
    }
}

impl Read for AzmiIdentityCreateRequest {
    type Owned = Change<identity::Create>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let wanted = unsafe {
            identity::Create {
                target: self.target.read()?,
                location: text(self.location)?,
                isolation_scope: text(self.isolation_scope)?,
                tags: tags(self.tags, self.tags_len)?,
            }
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiIdentityUpdateRequest {
    type Owned = Change<identity::Update>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let (target, isolation_scope, tags) = unsafe {
            (
                self.target.read()?,
                text(self.isolation_scope)?,
                tags(self.tags, self.tags_len)?,
            )
        };
        let wanted = identity::Update {
            target,
            isolation_scope,
            tags: (self.replace_tags != 0).then_some(tags),
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiIdentityDeleteRequest {
    type Owned = Change<DeleteIdentity>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        Ok(Change {
            wanted: DeleteIdentity {
                // SAFETY: the contract of this function.
                target: unsafe { self.target.read() }?,
                manner: match self.manner {
                    AZMI_DELETE_PLAIN => Manner::Plain,
                    AZMI_DELETE_DETACH => Manner::Detach,
                    AZMI_DELETE_IF_UNUSED => Manner::IfUnused,
                    _ => return Err(Status::Value),
                },
            },
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiIdentityListRequest {
    type Owned = ListIdentities;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let scope = unsafe { self.scope.read() }?;
        Ok(ListIdentities {
            scope: (self.all_subscriptions == 0).then_some(scope),
            unused: self.unused != 0,
        })
    }
}

impl Read for AzmiHolder {
    type Owned = Principal;

    unsafe fn read(&self) -> Result<Principal> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(Principal {
                principal_id: text(self.principal_id)?,
                principal_type: text(self.principal_type)?,
                identity: self.identity.read()?,
            })
        }
    }
}

impl Read for AzmiPlace {
    type Owned = RoleScope;

    unsafe fn read(&self) -> Result<RoleScope> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(RoleScope {
                scope: text(self.scope)?,
                subscription_id: text(self.subscription_id)?,
                resource_group: text(self.resource_group)?,
            })
        }
    }
}

impl Read for AzmiRole {
    type Owned = Role;

    unsafe fn read(&self) -> Result<Role> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(Role {
                name: text(self.name)?,
                id: text(self.id)?,
            })
        }
    }
}

impl Read for AzmiRoleAssignmentCreateRequest {
    type Owned = Change<Assign>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let wanted = unsafe {
            Assign {
                principal: self.holder.read()?,
                scope: self.place.read()?,
                role: self.role.read()?,
                description: text(self.description)?,
                condition: text(self.condition)?,
                condition_version: text(self.condition_version)?,
                principal_wait: seconds(self.principal_wait_s),
            }
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiRoleAssignmentListRequest {
    type Owned = Find;

    unsafe fn read(&self) -> Result<Find> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(Find {
                principal: self.holder.read()?,
                scope: self.place.read()?,
                role: self.role.read()?,
                through_groups: self.through_groups != 0,
            })
        }
    }
}

impl Read for AzmiRoleAssignmentDeleteRequest {
    type Owned = Change<Revoke>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let wanted = unsafe {
            Revoke {
                id: text(self.id)?,
                principal: self.holder.read()?,
                scope: self.place.read()?,
                role: self.role.read()?,
            }
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiReferenceListRequest {
    type Owned = FindReferences;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let (identity, subscription_id) =
            unsafe { (self.identity.read()?, text(self.subscription_id)?) };
        Ok(FindReferences {
            identity: (identity != Target::default()).then_some(identity),
            subscription_id,
            all_subscriptions: self.all_subscriptions != 0,
            source: match self.source {
                AZMI_SOURCE_RESOURCE_GRAPH => Source::ResourceGraph,
                AZMI_SOURCE_PROVIDER => Source::Provider,
                _ => return Err(Status::Value),
            },
        })
    }
}

impl Read for AzmiVmIdentityGetRequest {
    type Owned = (MachineKind, Target, View);

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let target = unsafe { self.target.read() }?;
        Ok((
            machine_kind(self.machine)?,
            target,
            view(self.as_json, self.check),
        ))
    }
}

impl Read for AzmiVmIdentityListRequest {
    type Owned = (MachineKind, Scope, View);

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let scope = unsafe { self.scope.read() }?;
        Ok((
            machine_kind(self.machine)?,
            scope,
            view(self.as_json, self.check),
        ))
    }
}

impl Read for AzmiVmIdentityWaitRequest {
    type Owned = (MachineKind, Target);

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let target = unsafe { self.target.read() }?;
        Ok((machine_kind(self.machine)?, target))
    }
}

impl Read for AzmiVmIdentityUpdateRequest {
    type Owned = Change<compute::Update>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let (target, add, remove, instances) = unsafe {
            (
                self.target.read()?,
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
                identity_type: identity_type(self.identity_type)?,
                identities: add,
            },
            _ => return Err(Status::Value),
        };
        Ok(Change {
            wanted: compute::Update {
                kind: machine_kind(self.machine)?,
                target,
                wanted,
                no_wait: self.no_wait != 0,
                upgrade: match self.upgrade {
                    AZMI_UPGRADE_NONE => Upgrade::None,
                    AZMI_UPGRADE_ALL => Upgrade::All,
                    AZMI_UPGRADE_LISTED => Upgrade::Listed(instances),
                    _ => return Err(Status::Value),
                },
            },
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiFederatedTarget {
    type Owned = CredentialTarget;

    unsafe fn read(&self) -> Result<CredentialTarget> {
        // SAFETY: the contract of this function.
        unsafe {
            Ok(CredentialTarget {
                resource_id: text(self.resource_id)?,
                identity: self.identity.read()?,
                name: text(self.name)?,
            })
        }
    }
}

impl Read for AzmiFederatedWriteRequest {
    type Owned = Change<federated::Create>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let wanted = unsafe {
            federated::Create {
                target: self.target.read()?,
                source: federated::Source {
                    issuer: text(self.issuer)?,
                    subject: text(self.subject)?,
                    github_organization: text(self.github_organization)?,
                    github_repository: text(self.github_repository)?,
                    github_branch: text(self.github_branch)?,
                    github_environment: text(self.github_environment)?,
                    github_tag: text(self.github_tag)?,
                    github_pull_request: self.github_pull_request != 0,
                    kubernetes_issuer: text(self.kubernetes_issuer)?,
                    namespace: text(self.kubernetes_namespace)?,
                    service_account: text(self.service_account)?,
                },
                audiences: texts(self.audiences, self.audiences_len)?,
            }
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiFederatedDeleteRequest {
    type Owned = Change<DeleteFederated>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        Ok(Change {
            // SAFETY: the contract of this function.
            wanted: DeleteFederated(unsafe { self.target.read() }?),
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiGroupMemberRequest {
    type Owned = Change<Membership>;

    unsafe fn read(&self) -> Result<Self::Owned> {
        // SAFETY: the contract of this function.
        let wanted = unsafe {
            Membership {
                group: required(self.group)?,
                principal_id: required(self.principal_id)?,
                principal_wait: seconds(self.principal_wait_s),
            }
        };
        Ok(Change {
            wanted,
            // SAFETY: the contract of this function.
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
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
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        })
    }
}

impl Read for AzmiIdentityExportRequest {
    type Owned = Export;

    unsafe fn read(&self) -> Result<Export> {
        Ok(Export {
            // SAFETY: the contract of this function.
            identities: unsafe { texts(self.identities, self.identities_len) }?,
            format: match self.bicep {
                0 => Format::Arm,
                _ => Format::Bicep,
            },
            roles: self.roles != 0,
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
            mode: unsafe { mode(self.dry_run, self.agreed) }?,
        };
        Ok((change, self.paginate != 0))
    }
}

/// A duration; none when it is negative.
fn seconds(given: i32) -> Option<Duration> {
    u64::try_from(given).ok().map(Duration::from_secs)
}

/// What a reader wants to see of a machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Its identity.
    Identity,
    /// Its identity, and whether each identity that it refers to still exists.
    Checked,
    /// All of it, as Azure has it.
    Whole,
}

fn view(as_json: u8, check: u8) -> View {
    match (as_json, check) {
        (0, 0) => View::Identity,
        (0, _) => View::Checked,
        _ => View::Whole,
    }
}

fn machine_kind(given: u32) -> Result<MachineKind> {
    match given {
        AZMI_MACHINE_VM => Ok(MachineKind::VirtualMachine),
        AZMI_MACHINE_SCALE_SET => Ok(MachineKind::ScaleSet),
        _ => Err(Status::Value),
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

fn identity_type(given: u32) -> Result<IdentityType> {
    match given {
        AZMI_IDENTITY_NONE => Ok(IdentityType::None),
        AZMI_IDENTITY_SYSTEM_ASSIGNED => Ok(IdentityType::SystemAssigned),
        AZMI_IDENTITY_USER_ASSIGNED => Ok(IdentityType::UserAssigned),
        AZMI_IDENTITY_SYSTEM_AND_USER_ASSIGNED => Ok(IdentityType::SystemAndUserAssigned),
        _ => Err(Status::Value),
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
                retry: RetryPolicy::default(),
            })
        }
    }
}

impl AzmiConnectRequest {
    /// # Safety
    /// See [`text`].
    unsafe fn sign_in(&self) -> Result<SignIn> {
        // SAFETY: the contract of this function.
        let (graph, claims) = unsafe { (secret(self.graph_token)?, text(self.claims_challenge)?) };
        // SAFETY: the contract of this function.
        let service_connection = unsafe { text(self.service_connection) }?;
        // SAFETY: the contract of this function.
        let thumbprint = unsafe { text(self.thumbprint) }?;
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
            AZMI_CREDENTIAL_DEVICE_CODE => SignIn::DeviceCode { client_id, claims },
            AZMI_CREDENTIAL_AZURE_POWERSHELL => SignIn::AzurePowerShell,
            AZMI_CREDENTIAL_AZURE_CLI => SignIn::AzureCli,
            _ => return Err(Status::Value),
        })
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
                _ => return Err(Status::Value),
            }))
        }
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

fn algorithm(given: u32) -> Result<Option<SignatureAlgorithm>> {
    match given {
        AZMI_SIGNATURE_NONE => Ok(None),
        AZMI_SIGNATURE_PS256 => Ok(Some(SignatureAlgorithm::Ps256)),
        AZMI_SIGNATURE_RS256 => Ok(Some(SignatureAlgorithm::Rs256)),
        _ => Err(Status::Value),
    }
}
