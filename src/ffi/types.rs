//! The records that cross the boundary: `repr(C)`, flat, typed, no JSON.
//!
//! Rules that hold for all of them:
//! - A string is a [`AzmiStr`]: UTF-8, a pointer and a length, not NUL-terminated. A null pointer
//!   means "not given", which differs from an empty string.
//! - What the host passes in is copied before the call returns.
//! - What the host is given stays valid until it frees the event that carried it.
//! - Enumerations travel as `u32` and are checked on arrival; booleans as `u8`, 0 or 1.

pub use ffi_common::abi::*;

/// The version of this ABI. A host compares it with [`azmi_abi_version`](super::azmi_abi_version)
/// before any other call, and refuses to go on when they differ.
pub const AZMI_ABI_VERSION: u32 = 5;

/// `azmi_queue_wait`: nothing arrived in the time given.
pub const AZMI_TIMEOUT: i32 = 1;
/// `azmi_queue_wait`: every operation has ended and every event has been taken.
pub const AZMI_DRAINED: i32 = 2;

/// The event carries one result in the record pointer that is not null.
pub const AZMI_EVENT_ITEM: u32 = 1;
/// The event's `message` is a verbose line.
pub const AZMI_EVENT_VERBOSE: u32 = 2;
/// The event's `message` is a warning.
pub const AZMI_EVENT_WARNING: u32 = 3;
/// The event carries `progress`.
pub const AZMI_EVENT_PROGRESS: u32 = 4;
/// The operation has ended well. Its last event.
pub const AZMI_EVENT_DONE: u32 = 5;
/// The operation has failed; the event carries `error`. Its last event.
pub const AZMI_EVENT_FAILED: u32 = 6;

/// The event carries a question, which the host must answer. It comes out of turn.
pub const AZMI_EVENT_QUESTION: u32 = 7;

/// The event's `message` is a warning of an effect that comes next. The operation waits until
/// `azmi_guard_answer` has been called with the event's `guard`. It comes out of turn, and only to a
/// queue whose options say `guards`; to others it is `AZMI_EVENT_WARNING`, and the operation goes on.
pub const AZMI_EVENT_GUARDED_WARNING: u32 = 8;

/// Get a token of Azure PowerShell, which runs in the same process.
pub const AZMI_QUESTION_TOKEN: u32 = 1;
/// Open a certificate: the PFX file `path`, or the one with `thumbprint` in the operating system's
/// stores. The host knows the password of the file, and holds the key for as long as the connection
/// is open that this operation makes.
pub const AZMI_QUESTION_CERTIFICATE: u32 = 2;
/// Sign `text` by `algorithm` with the key of the connection's certificate.
pub const AZMI_QUESTION_SIGNATURE: u32 = 3;

/// The host was stopped before it knew: another may answer.
pub const AZMI_ANSWER_NONE: u32 = 0;
/// There is a token.
pub const AZMI_ANSWER_TOKEN: u32 = 1;
/// The host can't do what is asked: there is no Azure PowerShell, or it opens no certificates.
pub const AZMI_ANSWER_MISSING: u32 = 2;
/// It failed; `message` says why.
pub const AZMI_ANSWER_FAILED: u32 = 3;
/// There is a `certificate`, whose key signs by `algorithm`.
pub const AZMI_ANSWER_CERTIFICATE: u32 = 4;
/// There is a `signature`.
pub const AZMI_ANSWER_SIGNATURE: u32 = 5;
/// The password of the PFX file is another one.
pub const AZMI_ANSWER_WRONG_PASSWORD: u32 = 6;
/// No store has the certificate.
pub const AZMI_ANSWER_NOT_FOUND: u32 = 7;

/// The certificate has no RSA key.
pub const AZMI_SIGNATURE_NONE: u32 = 0;
/// RSASSA-PSS with SHA-256.
pub const AZMI_SIGNATURE_PS256: u32 = 1;
/// RSASSA-PKCS1-v1_5 with SHA-256.
pub const AZMI_SIGNATURE_RS256: u32 = 2;

/// Sign in with an access token that the caller has (`secret`).
pub const AZMI_CREDENTIAL_ACCESS_TOKEN: u32 = 1;
/// Sign in as a service principal with `client_id` and `secret`.
pub const AZMI_CREDENTIAL_CLIENT_SECRET: u32 = 2;
/// Use the sign-in of the Azure CLI.
pub const AZMI_CREDENTIAL_AZURE_CLI: u32 = 3;

/// Sign in by the first of these that works: the environment's variables, a managed identity,
/// Azure PowerShell, the Azure CLI.
pub const AZMI_CREDENTIAL_AUTOMATIC: u32 = 5;
/// Sign in as a service principal with `client_id` and the certificate in the file `path`, or the one
/// with `thumbprint`. The library reads PEM files itself; the host is asked to open PFX files and
/// certificates of the system's stores, and to sign with their keys: `AZMI_EVENT_QUESTION`.
pub const AZMI_CREDENTIAL_CERTIFICATE: u32 = 6;
/// Sign in as a service principal with `client_id` and a token of another issuer: `secret`, or the
/// file `path`.
pub const AZMI_CREDENTIAL_FEDERATED_TOKEN: u32 = 7;
/// Use the managed identity of this machine; `client_id` names one of several by its client id,
/// object id or resource id.
pub const AZMI_CREDENTIAL_MANAGED_IDENTITY: u32 = 8;
/// Sign a person in, who is told in a warning what to do; `client_id` may name the application that
/// asks, `claims_challenge` what a service wants to see.
pub const AZMI_CREDENTIAL_DEVICE_CODE: u32 = 9;
/// Use the sign-in of Azure PowerShell. The host is asked for its tokens: `AZMI_EVENT_QUESTION`.
pub const AZMI_CREDENTIAL_AZURE_POWERSHELL: u32 = 10;
/// Sign in as a service principal with `client_id` and the token of the workflow that this runs in:
/// of GitHub Actions or of Azure DevOps, for which `service_connection` names the connection.
pub const AZMI_CREDENTIAL_WORKFLOW_TOKEN: u32 = 11;

/// No managed identity.
pub const AZMI_IDENTITY_NONE: u32 = 0;
/// The system-assigned identity alone.
pub const AZMI_IDENTITY_SYSTEM_ASSIGNED: u32 = 1;
/// User-assigned identities alone.
pub const AZMI_IDENTITY_USER_ASSIGNED: u32 = 2;
/// The system-assigned identity and user-assigned ones.
pub const AZMI_IDENTITY_SYSTEM_AND_USER_ASSIGNED: u32 = 3;

/// Leave the system-assigned identity as it is.
pub const AZMI_SYSTEM_ASSIGNED_KEEP: u32 = 0;
/// Turn the system-assigned identity on.
pub const AZMI_SYSTEM_ASSIGNED_ENABLE: u32 = 1;
/// Turn the system-assigned identity off.
pub const AZMI_SYSTEM_ASSIGNED_DISABLE: u32 = 2;

/// What is not named stays as it is.
pub const AZMI_CHANGE_MERGE: u32 = 0;
/// What is not named goes.
pub const AZMI_CHANGE_EXACT: u32 = 1;

/// A virtual machine.
pub const AZMI_MACHINE_VM: u32 = 0;
/// A virtual machine scale set.
pub const AZMI_MACHINE_SCALE_SET: u32 = 1;

/// No instance of a scale set takes the change.
pub const AZMI_UPGRADE_NONE: u32 = 0;
/// All instances that do not have it yet take the change.
pub const AZMI_UPGRADE_ALL: u32 = 1;
/// The instances that are named take the change.
pub const AZMI_UPGRADE_LISTED: u32 = 2;

/// Nobody looked whether the identity exists, or looking is not allowed.
pub const AZMI_EXISTENCE_UNKNOWN: u32 = 0;
/// The identity exists.
pub const AZMI_EXISTENCE_EXISTS: u32 = 1;
/// The identity was deleted: the reference to it is dead.
pub const AZMI_EXISTENCE_MISSING: u32 = 2;

/// Delete the identity, and leave behind what refers to it.
pub const AZMI_DELETE_PLAIN: u32 = 0;
/// First take the identity off machines and its roles away.
pub const AZMI_DELETE_DETACH: u32 = 1;
/// Refuse to delete an identity that is in use.
pub const AZMI_DELETE_IF_UNUSED: u32 = 2;

/// Ask Azure Resource Graph.
pub const AZMI_SOURCE_RESOURCE_GRAPH: u32 = 0;
/// Ask the provider of managed identities.
pub const AZMI_SOURCE_PROVIDER: u32 = 1;

/// The identity is assigned to the resource.
pub const AZMI_REFERENCE_ASSIGNED: u32 = 0;
/// The resource's settings name the identity.
pub const AZMI_REFERENCE_MENTIONED: u32 = 1;
/// The provider of managed identities says so, and not how.
pub const AZMI_REFERENCE_REPORTED: u32 = 2;

/// A tag: a name and a value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiTag {
    /// The tag's name.
    pub name: AzmiStr,
    /// The tag's value.
    pub value: AzmiStr,
}

/// How a queue works.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiQueueOptions {
    /// How many operations run at once; at least 1. More may be submitted: they wait.
    pub throttle_limit: u32,
    /// 1 to receive verbose lines.
    pub verbose: u8,
    /// 1 when the host answers guarded warnings: `AZMI_EVENT_GUARDED_WARNING`.
    pub guards: u8,
}

/// Which resource: its id, or its names. Names beside an id must agree with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiTarget {
    /// The resource id.
    pub resource_id: AzmiStr,
    /// The subscription; when not given, the connection's.
    pub subscription_id: AzmiStr,
    /// The resource group.
    pub resource_group: AzmiStr,
    /// The resource's name.
    pub name: AzmiStr,
    /// The type that the caller's object says it is of; any when not given.
    pub resource_type: AzmiStr,
    /// The parameter that gave the id or the object, for errors; `ResourceId` when not given.
    pub parameter: AzmiStr,
}

/// What `azmi_client_connect` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiConnectRequest {
    /// One of `AZMI_CREDENTIAL_*`.
    pub credential: u32,
    /// The cloud's name: AzureCloud (the default), AzureUSGovernment or AzureChinaCloud.
    pub environment: AzmiStr,
    /// The URL of Azure Resource Manager, where it is not the cloud's.
    pub endpoint: AzmiStr,
    /// With `AZMI_CREDENTIAL_CLIENT_SECRET`: the URL where tokens are issued, where neither the cloud
    /// nor the endpoint is to be asked for it.
    pub authority: AzmiStr,
    /// What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
    /// endpoint's own host.
    pub audience: AzmiStr,
    /// The tenant's id or domain.
    pub tenant: AzmiStr,
    /// The application's id, or what else names an account: see `AZMI_CREDENTIAL_*`.
    pub client_id: AzmiStr,
    /// The service principal's secret, the access token, or what else is secret: see
    /// `AZMI_CREDENTIAL_*`.
    pub secret: AzmiStr,
    /// An access token for Microsoft Graph, beside one for Resource Manager.
    pub graph_token: AzmiStr,
    /// The full path of a file: see `AZMI_CREDENTIAL_*`.
    pub path: AzmiStr,
    /// The SHA-1 thumbprint of a certificate: see `AZMI_CREDENTIAL_*`.
    pub thumbprint: AzmiStr,
    /// What a claims challenge said, in base64.
    pub claims_challenge: AzmiStr,
    /// The id of a service connection of Azure DevOps; when not given, the pipeline's own.
    pub service_connection: AzmiStr,
    /// The subscription to work in; when not given, the sign-in's own, or the first enabled one.
    pub subscription_id: AzmiStr,
    /// The environment that names the proxy and the sign-in, and that of programs that are run to
    /// sign in, such as the Azure CLI; null for that of the process. Hosts whose runtime keeps an
    /// environment of its own (.NET does, but on Windows) pass theirs.
    pub variables: *const AzmiTag,
    /// The number of variables.
    pub variables_len: usize,
}

/// What `azmi_identity_create` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityCreateRequest {
    /// The identity to create.
    pub target: AzmiTarget,
    /// The region; when not given, the resource group's.
    pub location: AzmiStr,
    /// `None` or `Regional`; when not given, Azure's default.
    pub isolation_scope: AzmiStr,
    /// The tags; null for none. On an identity that exists they are added to those it has.
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// 1 to plan only: a [`AzmiPlan`] comes instead of the identity, and nothing is changed.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_identity_update` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityUpdateRequest {
    /// The identity to change.
    pub target: AzmiTarget,
    /// `None` or `Regional`; when not given it stays.
    pub isolation_scope: AzmiStr,
    /// The tags that replace those it has.
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// 1 when `tags` counts, even with none in it; 0 leaves the tags as they are.
    pub replace_tags: u8,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_identity_delete` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityDeleteRequest {
    /// The identity to delete.
    pub target: AzmiTarget,
    /// One of `AZMI_DELETE_*`.
    pub manner: u32,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// Where to list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiListRequest {
    /// The subscription; when not given, the connection's.
    pub subscription_id: AzmiStr,
    /// The resource group; when not given, the whole subscription.
    pub resource_group: AzmiStr,
}

/// What `azmi_identity_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityListRequest {
    /// Where to list.
    pub scope: AzmiListRequest,
    /// 1 to list all subscriptions that the sign-in sees; `scope` is not read then.
    pub all_subscriptions: u8,
    /// 1 for those alone that no resource refers to and that hold no role and no federated
    /// credential.
    pub unused: u8,
}

/// Who holds a role, or gets it: somebody in the directory, or a user-assigned identity.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiHolder {
    /// The object id; with it `identity` is not read.
    pub principal_id: AzmiStr,
    /// `ServicePrincipal` (the default), `User`, `Group`, `ForeignGroup` or `Device`.
    pub principal_type: AzmiStr,
    /// The identity. With its name alone it is looked for in the whole subscription.
    pub identity: AzmiTarget,
}

/// Where a role counts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiPlace {
    /// The id of a scope; with it the other members are not read.
    pub scope: AzmiStr,
    /// The subscription; when not given, the connection's.
    pub subscription_id: AzmiStr,
    /// The resource group; when not given, the whole subscription.
    pub resource_group: AzmiStr,
}

/// A role: by its name, or by its id.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRole {
    /// The name, such as `Reader`.
    pub name: AzmiStr,
    /// The GUID or the full id.
    pub id: AzmiStr,
}

/// What `azmi_role_assignment_create` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleAssignmentCreateRequest {
    /// Who gets the role.
    pub holder: AzmiHolder,
    /// On what. One of its members must be given.
    pub place: AzmiPlace,
    /// Which role.
    pub role: AzmiRole,
    /// Why, for those who look at it later.
    pub description: AzmiStr,
    /// A condition in Azure's language for them.
    pub condition: AzmiStr,
    /// The version of that language.
    pub condition_version: AzmiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for as long as is
    /// usual.
    pub principal_wait_s: i32,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_role_assignment_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleAssignmentListRequest {
    /// Whose; everybody's when nothing in it is given.
    pub holder: AzmiHolder,
    /// Where they count; the connection's subscription when nothing in it is given.
    pub place: AzmiPlace,
    /// Of which role; of all when nothing in it is given.
    pub role: AzmiRole,
    /// 1 to include what the holder has as a member of groups.
    pub through_groups: u8,
}

/// What `azmi_role_assignment_delete` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleAssignmentDeleteRequest {
    /// The assignment's id; with it the other members are not read.
    pub id: AzmiStr,
    /// Who has the role.
    pub holder: AzmiHolder,
    /// On what.
    pub place: AzmiPlace,
    /// Which role.
    pub role: AzmiRole,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_reference_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiReferenceListRequest {
    /// The identity; all identities when nothing in it is given.
    pub identity: AzmiTarget,
    /// The subscription to look in; when not given, the identity's own.
    pub subscription_id: AzmiStr,
    /// 1 to look in all subscriptions that the sign-in sees.
    pub all_subscriptions: u8,
    /// One of `AZMI_SOURCE_*`.
    pub source: u32,
}

/// What `azmi_vm_identity_get` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiVmIdentityGetRequest {
    /// One of `AZMI_MACHINE_*`.
    pub machine: u32,
    /// The virtual machine or scale set.
    pub target: AzmiTarget,
    /// 1 to look whether each assigned identity still exists.
    pub check: u8,
    /// 1 for the whole machine as Azure has it: `text` in place of a [`AzmiVmIdentity`].
    pub as_json: u8,
}

/// What `azmi_vm_identity_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiVmIdentityListRequest {
    /// One of `AZMI_MACHINE_*`.
    pub machine: u32,
    /// Where to list.
    pub scope: AzmiListRequest,
    /// 1 to look whether each assigned identity still exists.
    pub check: u8,
    /// 1 for the whole machine as Azure has it: `text` in place of a [`AzmiVmIdentity`].
    pub as_json: u8,
}

/// What `azmi_vm_identity_wait` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiVmIdentityWaitRequest {
    /// One of `AZMI_MACHINE_*`.
    pub machine: u32,
    /// The virtual machine or scale set.
    pub target: AzmiTarget,
}

/// What `azmi_vm_identity_update` needs. An identity is a resource id, or a bare name that stands
/// for the identity of that name in the machine's resource group.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiVmIdentityUpdateRequest {
    /// One of `AZMI_MACHINE_*`.
    pub machine: u32,
    /// The virtual machine or scale set.
    pub target: AzmiTarget,
    /// `AZMI_CHANGE_MERGE`, which reads `add`, `remove`, `system_assigned` and `remove_missing`, or
    /// `AZMI_CHANGE_EXACT`, which reads `identity_type` and `add` as all there shall be.
    pub change: u32,
    /// One of `AZMI_IDENTITY_*`.
    pub identity_type: u32,
    /// One of `AZMI_SYSTEM_ASSIGNED_*`.
    pub system_assigned: u32,
    /// The identities to add. In a plan, an empty text is one that is not known yet.
    pub add: *const AzmiStr,
    /// The number of identities to add.
    pub add_len: usize,
    /// The identities to remove.
    pub remove: *const AzmiStr,
    /// The number of identities to remove.
    pub remove_len: usize,
    /// 1 to drop references to identities that do not exist any more.
    pub remove_missing: u8,
    /// One of `AZMI_UPGRADE_*`: which instances of a scale set take the change.
    pub upgrade: u32,
    /// The ids of the instances, for `AZMI_UPGRADE_LISTED`.
    pub instances: *const AzmiStr,
    /// The number of ids of instances.
    pub instances_len: usize,
    /// 1 to return as soon as Azure has accepted the change.
    pub no_wait: u8,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_arm_invoke` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiArmInvokeRequest {
    /// GET, HEAD, PUT, PATCH, POST or DELETE.
    pub method: AzmiStr,
    /// The path, with or without a query, or a whole URL of the connection's Resource Manager.
    /// `{subscriptionId}` in it stands for the subscription.
    pub path: AzmiStr,
    /// The subscription; when not given, the connection's.
    pub subscription_id: AzmiStr,
    /// The version of the API, where the path does not name it.
    pub api_version: AzmiStr,
    /// What to send: the caller's own JSON, which leaves as it is.
    pub body: AzmiStr,
    /// 1 to read all pages of a list: each of its items is an event.
    pub paginate: u8,
    /// 1 to wait until Azure is done with what the call began.
    pub wait: u8,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// Which federated credential: its id, or its identity and its name. Names beside an id must agree
/// with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedTarget {
    /// The credential's id.
    pub resource_id: AzmiStr,
    /// The identity; its id may be that of one of its credentials.
    pub identity: AzmiTarget,
    /// The credential's name.
    pub name: AzmiStr,
}

/// What `azmi_federated_credential_create` and `azmi_federated_credential_update` need. The source is
/// given by issuer and subject, or in the form of GitHub or of Kubernetes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedWriteRequest {
    /// The credential.
    pub target: AzmiFederatedTarget,
    /// The URL of the issuer.
    pub issuer: AzmiStr,
    /// Whom the issuer must name.
    pub subject: AzmiStr,
    /// GitHub: the organization or user.
    pub github_organization: AzmiStr,
    /// GitHub: the repository.
    pub github_repository: AzmiStr,
    /// GitHub: a branch.
    pub github_branch: AzmiStr,
    /// GitHub: an environment.
    pub github_environment: AzmiStr,
    /// GitHub: a tag.
    pub github_tag: AzmiStr,
    /// GitHub: 1 for workflows that a pull request runs.
    pub github_pull_request: u8,
    /// Kubernetes: the URL of the cluster's issuer.
    pub kubernetes_issuer: AzmiStr,
    /// Kubernetes: the namespace of the service account.
    pub kubernetes_namespace: AzmiStr,
    /// Kubernetes: the service account.
    pub service_account: AzmiStr,
    /// Whom the token must be for: one. None for the usual one, or to leave it.
    pub audiences: *const AzmiStr,
    /// The number of audiences.
    pub audiences_len: usize,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_federated_credential_delete` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedDeleteRequest {
    /// The credential to delete.
    pub target: AzmiFederatedTarget,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_group_member_add` and `azmi_group_member_remove` need.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiGroupMemberRequest {
    /// The group: its object id, or its display name.
    pub group: AzmiStr,
    /// The object id of the member.
    pub principal_id: AzmiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for as long as is
    /// usual. For `azmi_group_member_add` alone.
    pub principal_wait_s: i32,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_deployment_create` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiDeploymentRequest {
    /// The resource group, and the deployment's name.
    pub target: AzmiTarget,
    /// The template: JSON, with comments if need be.
    pub template_text: AzmiStr,
    /// The values of its parameters, an object of JSON by name.
    pub parameters: AzmiStr,
    /// The text of a file of parameters, in place of `parameters`.
    pub parameter_file: AzmiStr,
    /// 1 to plan only, by Azure's own what-if.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_identity_export` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityExportRequest {
    /// The ids of the identities: all of one resource group.
    pub identities: *const AzmiStr,
    /// The number of identities.
    pub identities_len: usize,
    /// 1 for Bicep; 0 for a template of Azure Resource Manager.
    pub bicep: u8,
    /// 1 to add the roles that the identities have.
    pub roles: u8,
}

/// Something that happened in an operation. Exactly one event of an accepted operation is
/// `AZMI_EVENT_DONE` or `AZMI_EVENT_FAILED`, and it is the last.
#[repr(C)]
pub struct AzmiEvent {
    /// The tag that the operation was submitted with.
    pub tag: u64,
    /// One of `AZMI_EVENT_*`.
    pub kind: u32,
    /// A user-assigned identity, or null.
    pub identity: *const AzmiIdentity,
    /// The identity of a virtual machine or scale set, or null.
    pub vm_identity: *const AzmiVmIdentity,
    /// A role assignment, or null.
    pub role_assignment: *const AzmiRoleAssignment,
    /// A role, or null.
    pub role_definition: *const AzmiRoleDefinition,
    /// A resource that refers to an identity, or null.
    pub reference: *const AzmiReference,
    /// A connection, or null.
    pub connection: *const AzmiConnection,
    /// What a change would do, or null.
    pub plan: *const AzmiPlan,
    /// A system-assigned identity, or null.
    pub system_identity: *const AzmiSystemIdentity,
    /// A federated credential, or null.
    pub federated_credential: *const AzmiFederatedCredential,
    /// What the host is asked, or null.
    pub question: *const AzmiQuestion,
    /// A member of a group of the directory, or null.
    pub group_member: *const AzmiGroupMember,
    /// A deployment, or null.
    pub deployment: *const AzmiDeployment,
    /// What Azure answered, JSON as Azure wrote it, or the template that was asked for.
    pub text: AzmiStr,
    /// How far a long wait has come, or null.
    pub progress: *const AzmiProgress,
    /// Why the operation failed, or null.
    pub error: *const AzmiError,
    /// A verbose line or a warning.
    pub message: AzmiStr,
    /// The handle for `azmi_guard_answer`, or 0.
    pub guard: u64,
}

/// A user-assigned identity.
#[repr(C)]
pub struct AzmiIdentity {
    /// The resource id, as Azure writes it.
    pub id: AzmiStr,
    /// The name.
    pub name: AzmiStr,
    /// The resource group.
    pub resource_group: AzmiStr,
    /// The subscription's id.
    pub subscription_id: AzmiStr,
    /// The region, such as `eastus`.
    pub location: AzmiStr,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities`.
    pub resource_type: AzmiStr,
    /// The tenant that the identity belongs to.
    pub tenant_id: AzmiStr,
    /// The object id of its service principal.
    pub principal_id: AzmiStr,
    /// Its application id.
    pub client_id: AzmiStr,
    /// `None` or `Regional`, where Azure says.
    pub isolation_scope: AzmiStr,
    /// The tags.
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
}

/// The system-assigned identity of a resource.
#[repr(C)]
pub struct AzmiSystemIdentity {
    /// Its id: that of the resource, with `/providers/Microsoft.ManagedIdentity/identities/default`.
    pub id: AzmiStr,
    /// `default`.
    pub name: AzmiStr,
    /// The resource group of the resource.
    pub resource_group: AzmiStr,
    /// The subscription's id.
    pub subscription_id: AzmiStr,
    /// The resource's region.
    pub location: AzmiStr,
    /// `Microsoft.ManagedIdentity/identities`.
    pub resource_type: AzmiStr,
    /// The tenant that the identity belongs to.
    pub tenant_id: AzmiStr,
    /// The object id of its service principal.
    pub principal_id: AzmiStr,
    /// Its application id.
    pub client_id: AzmiStr,
    /// The resource's tags.
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
}

/// A federated credential.
#[repr(C)]
pub struct AzmiFederatedCredential {
    /// The resource id, as Azure writes it.
    pub id: AzmiStr,
    /// The name.
    pub name: AzmiStr,
    /// The name of the identity.
    pub identity_name: AzmiStr,
    /// The resource group of the identity.
    pub resource_group: AzmiStr,
    /// The subscription's id.
    pub subscription_id: AzmiStr,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
    pub resource_type: AzmiStr,
    /// The URL of the issuer.
    pub issuer: AzmiStr,
    /// Whom the issuer must name; not given where there is an expression.
    pub subject: AzmiStr,
    /// What the claims of a token must match; not given where there is a subject.
    pub claims_matching_expression: AzmiStr,
    /// The version of the expression's language; 0 where there is none.
    pub claims_matching_expression_version: i32,
    /// Whom the token must be for.
    pub audiences: *const AzmiStr,
    /// The number of audiences.
    pub audiences_len: usize,
}

/// A direct member of a group of the directory.
#[repr(C)]
pub struct AzmiGroupMember {
    /// The object id of the group.
    pub group_id: AzmiStr,
    /// Its display name.
    pub group_name: AzmiStr,
    /// The object id of the member.
    pub id: AzmiStr,
    /// The display name of the member, where the sign-in may see it.
    pub display_name: AzmiStr,
    /// `ServicePrincipal`, `User`, `Group` or `Device`.
    pub kind: AzmiStr,
    /// The application id of a service principal.
    pub app_id: AzmiStr,
}

/// A deployment that has ended well.
#[repr(C)]
pub struct AzmiDeployment {
    /// The resource id.
    pub id: AzmiStr,
    /// The name.
    pub name: AzmiStr,
    /// The resource group.
    pub resource_group: AzmiStr,
    /// The subscription's id.
    pub subscription_id: AzmiStr,
    /// `Succeeded`.
    pub provisioning_state: AzmiStr,
    /// When it was done, as Azure writes it.
    pub timestamp: AzmiStr,
    /// How long it took, as ISO 8601 writes durations.
    pub duration: AzmiStr,
    /// `Incremental`.
    pub mode: AzmiStr,
    /// Azure's id of the whole deployment.
    pub correlation_id: AzmiStr,
    /// The template's outputs: JSON, an object by name, each with `type` and `value`. Secure ones
    /// have no value.
    pub outputs: AzmiStr,
    /// The ids of the resources that it made or found.
    pub resources: *const AzmiStr,
    /// The number of resources.
    pub resources_len: usize,
}

/// A user-assigned identity on a virtual machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAssignedIdentity {
    /// The resource id, as Compute writes it.
    pub id: AzmiStr,
    /// The name.
    pub name: AzmiStr,
    /// The object id of its service principal; not given until Azure has resolved it.
    pub principal_id: AzmiStr,
    /// Its application id; not given until Azure has resolved it.
    pub client_id: AzmiStr,
    /// One of `AZMI_EXISTENCE_*`.
    pub existence: u32,
}

/// The identity of a virtual machine or scale set.
#[repr(C)]
pub struct AzmiVmIdentity {
    /// One of `AZMI_MACHINE_*`.
    pub machine: u32,
    /// The machine's resource id.
    pub id: AzmiStr,
    /// Its name.
    pub name: AzmiStr,
    /// Its resource group.
    pub resource_group: AzmiStr,
    /// Its subscription's id.
    pub subscription_id: AzmiStr,
    /// Its region.
    pub location: AzmiStr,
    /// One of `AZMI_IDENTITY_*`.
    pub identity_type: u32,
    /// The system-assigned identity's object id, when there is one.
    pub principal_id: AzmiStr,
    /// The system-assigned identity's tenant, when there is one.
    pub tenant_id: AzmiStr,
    /// The version of the machine that this was read from.
    pub etag: AzmiStr,
    /// `Succeeded`, `Updating`, `Failed`, …
    pub provisioning_state: AzmiStr,
    /// The user-assigned identities.
    pub assigned: *const AzmiAssignedIdentity,
    /// The number of user-assigned identities.
    pub assigned_len: usize,
    /// How a scale set's instances take a new model: `Manual`, `Automatic` or `Rolling`.
    pub upgrade_mode: AzmiStr,
}

/// A role that somebody has.
#[repr(C)]
pub struct AzmiRoleAssignment {
    /// Its id.
    pub id: AzmiStr,
    /// Its name, a GUID.
    pub name: AzmiStr,
    /// What it was given on.
    pub scope: AzmiStr,
    /// The role's full id.
    pub role_definition_id: AzmiStr,
    /// What people call the role, where that is known.
    pub role_definition_name: AzmiStr,
    /// The object id of who has it.
    pub principal_id: AzmiStr,
    /// `ServicePrincipal`, `User`, `Group`, …
    pub principal_type: AzmiStr,
    /// Why, as whoever gave it said.
    pub description: AzmiStr,
    /// The condition under which it counts.
    pub condition: AzmiStr,
    /// The version of the condition's language.
    pub condition_version: AzmiStr,
    /// 1 when it was given above the place that was asked about.
    pub inherited: u8,
}

/// A role.
#[repr(C)]
pub struct AzmiRoleDefinition {
    /// Its full id.
    pub id: AzmiStr,
    /// Its GUID.
    pub name: AzmiStr,
    /// What people call it, such as `Reader`.
    pub role_name: AzmiStr,
    /// What it is for.
    pub description: AzmiStr,
    /// `BuiltInRole` or `CustomRole`.
    pub kind: AzmiStr,
}

/// A resource that refers to a user-assigned identity.
#[repr(C)]
pub struct AzmiReference {
    /// The resource's id.
    pub id: AzmiStr,
    /// Its name.
    pub name: AzmiStr,
    /// Its type.
    pub resource_type: AzmiStr,
    /// Its resource group.
    pub resource_group: AzmiStr,
    /// Its subscription.
    pub subscription_id: AzmiStr,
    /// The identity's id.
    pub identity_id: AzmiStr,
    /// One of `AZMI_REFERENCE_*`.
    pub kind: u32,
}

/// A connection. The host owns `client` from here on and frees it with `azmi_client_free`.
#[repr(C)]
pub struct AzmiConnection {
    /// The handle for every operation.
    pub client: u64,
    /// Who is signed in, as far as the sign-in says.
    pub account: AzmiStr,
    /// `AccessToken`, `ServicePrincipal`, `ManagedService`, `User`, `AzurePowerShell` or
    /// `AzureCli`.
    pub account_type: AzmiStr,
    /// The tenant's id, where it is known.
    pub tenant_id: AzmiStr,
    /// The subscription to work in.
    pub subscription_id: AzmiStr,
    /// That subscription's name.
    pub subscription_name: AzmiStr,
    /// The cloud's name.
    pub environment: AzmiStr,
    /// The URL of Azure Resource Manager.
    pub endpoint: AzmiStr,
}

/// What a change would do.
#[repr(C)]
pub struct AzmiPlan {
    /// The resource that it is about.
    pub resource_id: AzmiStr,
    /// What would change, in words.
    pub description: AzmiStr,
    /// 0 when nothing would change.
    pub changes: u8,
    /// What stands for this plan in the request that carries it out: its `agreed`.
    pub agreement: AzmiStr,
}

/// What only the host can find out or do. The operation goes on when `azmi_question_answer` has been called, exactly once.
#[repr(C)]
pub struct AzmiQuestion {
    /// The handle for `azmi_question_answer`.
    pub question: u64,
    /// One of `AZMI_QUESTION_*`.
    pub kind: u32,
    /// What the token is for; when not given, the Resource Manager of Azure PowerShell's context.
    pub audience: AzmiStr,
    /// The tenant of the token; when not given, that of the context.
    pub tenant: AzmiStr,
    /// The full path of a PFX file.
    pub path: AzmiStr,
    /// The SHA-1 thumbprint of a certificate: 40 hexadecimal digits.
    pub thumbprint: AzmiStr,
    /// What to sign.
    pub text: AzmiStr,
    /// How to sign it: one of `AZMI_SIGNATURE_*`.
    pub algorithm: u32,
}

/// What the host found out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAnswer {
    /// One of `AZMI_ANSWER_*`.
    pub outcome: u32,
    /// The token, for `AZMI_ANSWER_TOKEN`.
    pub token: AzmiStr,
    /// How many seconds from now the token is good for.
    pub lifetime_s: u64,
    /// Who is signed in.
    pub account: AzmiStr,
    /// The tenant of the context.
    pub tenant: AzmiStr,
    /// The subscription of the context.
    pub subscription_id: AzmiStr,
    /// The URL of the context's Resource Manager.
    pub endpoint: AzmiStr,
    /// What tokens for that Resource Manager are asked for.
    pub audience: AzmiStr,
    /// The certificate in DER and base64, for `AZMI_ANSWER_CERTIFICATE`.
    pub certificate: AzmiStr,
    /// How its key signs: one of `AZMI_SIGNATURE_*`.
    pub algorithm: u32,
    /// The signature in base64, for `AZMI_ANSWER_SIGNATURE`.
    pub signature: AzmiStr,
    /// Why it failed, for `AZMI_ANSWER_FAILED`.
    pub message: AzmiStr,
}

/// How far a long wait has come.
#[repr(C)]
pub struct AzmiProgress {
    /// What is going on.
    pub activity: AzmiStr,
    /// How it stands.
    pub status: AzmiStr,
    /// 0 to 100, or -1 when it can't be known.
    pub percent: i32,
    /// How long it has taken so far, in seconds.
    pub seconds_elapsed: u32,
}

/// Why an operation failed.
#[repr(C)]
pub struct AzmiError {
    /// Azure's code, or the module's own where Azure was not asked.
    pub code: AzmiStr,
    /// What happened, to which resource, and what to do.
    pub message: AzmiStr,
    /// One of `AZMI_CATEGORY_*`.
    pub category: u32,
    /// The HTTP status, or 0.
    pub http_status: u32,
    /// The resource or the parameter that it is about.
    pub target: AzmiStr,
    /// What to do next.
    pub recommendation: AzmiStr,
    /// Azure's id of the request that failed.
    pub request_id: AzmiStr,
    /// Azure's id of the whole operation.
    pub correlation_id: AzmiStr,
    /// Method and path of the request that failed, such as `PATCH /subscriptions/…`.
    pub request: AzmiStr,
    /// The answer as the service wrote it, without secrets.
    pub raw: AzmiStr,
}
