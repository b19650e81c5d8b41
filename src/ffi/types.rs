//! The records that cross the boundary: `repr(C)`, flat, typed, no JSON.
//!
//! Rules that hold for all of them:
//! - A string is a [`MiStr`]: UTF-8, a pointer and a length, not NUL-terminated. A null pointer
//!   means "not given", which differs from an empty string.
//! - What the host passes in is copied before the call returns.
//! - What the host is given stays valid until it frees the event that carried it.
//! - Enumerations travel as `u32` and are checked on arrival; booleans as `u8`, 0 or 1.

pub use super::common::*;

/// The version of this ABI. A host compares it with [`mi_abi_version`](super::mi_abi_version)
/// before any other call, and refuses to go on when they differ.
pub const MI_ABI_VERSION: u32 = 4;

/// `mi_queue_wait`: nothing arrived in the time given.
pub const MI_TIMEOUT: i32 = 1;
/// `mi_queue_wait`: every operation has ended and every event has been taken.
pub const MI_DRAINED: i32 = 2;

/// The event carries one result in the record pointer that is not null.
pub const MI_EVENT_ITEM: u32 = 1;
/// The event's `message` is a verbose line.
pub const MI_EVENT_VERBOSE: u32 = 2;
/// The event's `message` is a warning.
pub const MI_EVENT_WARNING: u32 = 3;
/// The event carries `progress`.
pub const MI_EVENT_PROGRESS: u32 = 4;
/// The operation has ended well. Its last event.
pub const MI_EVENT_DONE: u32 = 5;
/// The operation has failed; the event carries `error`. Its last event.
pub const MI_EVENT_FAILED: u32 = 6;

/// The event carries a question, which the host must answer. It comes out of turn.
pub const MI_EVENT_QUESTION: u32 = 7;

/// The event's `message` is a warning of an effect that comes next. The operation waits until
/// `mi_guard_answer` has been called with the event's `guard`. It comes out of turn, and only to a
/// queue whose options say `guards`; to others it is `MI_EVENT_WARNING`, and the operation goes on.
pub const MI_EVENT_GUARDED_WARNING: u32 = 8;

/// The host was stopped before it knew: another may answer.
pub const MI_ANSWER_NONE: u32 = 0;
/// There is a token.
pub const MI_ANSWER_TOKEN: u32 = 1;
/// There is no Azure PowerShell.
pub const MI_ANSWER_MISSING: u32 = 2;
/// Azure PowerShell failed; `message` says why.
pub const MI_ANSWER_FAILED: u32 = 3;

/// Sign in with an access token that the caller has (`secret`).
pub const MI_CREDENTIAL_ACCESS_TOKEN: u32 = 1;
/// Sign in as a service principal with `client_id` and `secret`.
pub const MI_CREDENTIAL_CLIENT_SECRET: u32 = 2;
/// Use the sign-in of the Azure CLI.
pub const MI_CREDENTIAL_AZURE_CLI: u32 = 3;

/// Sign in by the first of these that works: the environment's variables, a managed identity,
/// Azure PowerShell, the Azure CLI.
pub const MI_CREDENTIAL_AUTOMATIC: u32 = 5;
/// Sign in as a service principal with `client_id` and the certificate in the file `path`; `secret`
/// is the password of a PFX file.
pub const MI_CREDENTIAL_CERTIFICATE: u32 = 6;
/// Sign in as a service principal with `client_id` and a token of another issuer: `secret`, or the
/// file `path`.
pub const MI_CREDENTIAL_FEDERATED_TOKEN: u32 = 7;
/// Use the managed identity of this machine; `client_id` names one of several by its client id,
/// object id or resource id.
pub const MI_CREDENTIAL_MANAGED_IDENTITY: u32 = 8;
/// Sign a person in, who is told in a warning what to do; `client_id` may name the application that
/// asks, `claims_challenge` what a service wants to see.
pub const MI_CREDENTIAL_DEVICE_CODE: u32 = 9;
/// Use the sign-in of Azure PowerShell. The host is asked for its tokens: `MI_EVENT_QUESTION`.
pub const MI_CREDENTIAL_AZURE_POWERSHELL: u32 = 10;
/// Sign in as a service principal with `client_id` and the token of the workflow that this runs in:
/// of GitHub Actions or of Azure DevOps, for which `service_connection` names the connection.
pub const MI_CREDENTIAL_WORKFLOW_TOKEN: u32 = 11;

/// No managed identity.
pub const MI_IDENTITY_NONE: u32 = 0;
/// The system-assigned identity alone.
pub const MI_IDENTITY_SYSTEM_ASSIGNED: u32 = 1;
/// User-assigned identities alone.
pub const MI_IDENTITY_USER_ASSIGNED: u32 = 2;
/// The system-assigned identity and user-assigned ones.
pub const MI_IDENTITY_SYSTEM_AND_USER_ASSIGNED: u32 = 3;

/// Leave the system-assigned identity as it is.
pub const MI_SYSTEM_ASSIGNED_KEEP: u32 = 0;
/// Turn the system-assigned identity on.
pub const MI_SYSTEM_ASSIGNED_ENABLE: u32 = 1;
/// Turn the system-assigned identity off.
pub const MI_SYSTEM_ASSIGNED_DISABLE: u32 = 2;

/// What is not named stays as it is.
pub const MI_CHANGE_MERGE: u32 = 0;
/// What is not named goes.
pub const MI_CHANGE_EXACT: u32 = 1;

/// A virtual machine.
pub const MI_MACHINE_VM: u32 = 0;
/// A virtual machine scale set.
pub const MI_MACHINE_SCALE_SET: u32 = 1;

/// No instance of a scale set takes the change.
pub const MI_UPGRADE_NONE: u32 = 0;
/// All instances that do not have it yet take the change.
pub const MI_UPGRADE_ALL: u32 = 1;
/// The instances that are named take the change.
pub const MI_UPGRADE_LISTED: u32 = 2;

/// Nobody looked whether the identity exists, or looking is not allowed.
pub const MI_EXISTENCE_UNKNOWN: u32 = 0;
/// The identity exists.
pub const MI_EXISTENCE_EXISTS: u32 = 1;
/// The identity was deleted: the reference to it is dead.
pub const MI_EXISTENCE_MISSING: u32 = 2;

/// Delete the identity, and leave behind what refers to it.
pub const MI_DELETE_PLAIN: u32 = 0;
/// First take the identity off machines and its roles away.
pub const MI_DELETE_DETACH: u32 = 1;
/// Refuse to delete an identity that is in use.
pub const MI_DELETE_IF_UNUSED: u32 = 2;

/// Ask Azure Resource Graph.
pub const MI_SOURCE_RESOURCE_GRAPH: u32 = 0;
/// Ask the provider of managed identities.
pub const MI_SOURCE_PROVIDER: u32 = 1;

/// The identity is assigned to the resource.
pub const MI_REFERENCE_ASSIGNED: u32 = 0;
/// The resource's settings name the identity.
pub const MI_REFERENCE_MENTIONED: u32 = 1;
/// The provider of managed identities says so, and not how.
pub const MI_REFERENCE_REPORTED: u32 = 2;

/// A tag: a name and a value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiTag {
    /// The tag's name.
    pub name: MiStr,
    /// The tag's value.
    pub value: MiStr,
}

/// How a queue works.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiQueueOptions {
    /// How many operations run at once; at least 1. More may be submitted: they wait.
    pub throttle_limit: u32,
    /// 1 to receive verbose lines.
    pub verbose: u8,
    /// 1 when the host answers guarded warnings: `MI_EVENT_GUARDED_WARNING`.
    pub guards: u8,
}

/// Which resource: its id, or its names. Names beside an id must agree with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiTarget {
    /// The resource id.
    pub resource_id: MiStr,
    /// The subscription; when not given, the connection's.
    pub subscription_id: MiStr,
    /// The resource group.
    pub resource_group: MiStr,
    /// The resource's name.
    pub name: MiStr,
    /// The type that the caller's object says it is of; any when not given.
    pub resource_type: MiStr,
    /// The parameter that gave the id or the object, for errors; `ResourceId` when not given.
    pub parameter: MiStr,
}

/// What `mi_client_connect` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiConnectRequest {
    /// One of `MI_CREDENTIAL_*`.
    pub credential: u32,
    /// The cloud's name: AzureCloud (the default), AzureUSGovernment or AzureChinaCloud.
    pub environment: MiStr,
    /// The URL of Azure Resource Manager, where it is not the cloud's.
    pub endpoint: MiStr,
    /// With `MI_CREDENTIAL_CLIENT_SECRET`: the URL where tokens are issued, where neither the cloud
    /// nor the endpoint is to be asked for it.
    pub authority: MiStr,
    /// What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
    /// endpoint's own host.
    pub audience: MiStr,
    /// The tenant's id or domain.
    pub tenant: MiStr,
    /// The application's id, or what else names an account: see `MI_CREDENTIAL_*`.
    pub client_id: MiStr,
    /// The service principal's secret, the access token, or what else is secret: see
    /// `MI_CREDENTIAL_*`.
    pub secret: MiStr,
    /// An access token for Microsoft Graph, beside one for Resource Manager.
    pub graph_token: MiStr,
    /// The full path of a file: see `MI_CREDENTIAL_*`.
    pub path: MiStr,
    /// What a claims challenge said, in base64.
    pub claims_challenge: MiStr,
    /// The id of a service connection of Azure DevOps; when not given, the pipeline's own.
    pub service_connection: MiStr,
    /// The subscription to work in; when not given, the sign-in's own, or the first enabled one.
    pub subscription_id: MiStr,
    /// The environment that names the proxy and the sign-in, and that of programs that are run to
    /// sign in, such as the Azure CLI; null for that of the process. Hosts whose runtime keeps an
    /// environment of its own (.NET does, but on Windows) pass theirs.
    pub variables: *const MiTag,
    /// The number of variables.
    pub variables_len: usize,
}

/// What `mi_identity_create` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiIdentityCreateRequest {
    /// The identity to create.
    pub target: MiTarget,
    /// The region; when not given, the resource group's.
    pub location: MiStr,
    /// `None` or `Regional`; when not given, Azure's default.
    pub isolation_scope: MiStr,
    /// The tags; null for none. On an identity that exists they are added to those it has.
    pub tags: *const MiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// 1 to plan only: a [`MiPlan`] comes instead of the identity, and nothing is changed.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_identity_update` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiIdentityUpdateRequest {
    /// The identity to change.
    pub target: MiTarget,
    /// `None` or `Regional`; when not given it stays.
    pub isolation_scope: MiStr,
    /// The tags that replace those it has.
    pub tags: *const MiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// 1 when `tags` counts, even with none in it; 0 leaves the tags as they are.
    pub replace_tags: u8,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_identity_delete` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiIdentityDeleteRequest {
    /// The identity to delete.
    pub target: MiTarget,
    /// One of `MI_DELETE_*`.
    pub manner: u32,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// Where to list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiListRequest {
    /// The subscription; when not given, the connection's.
    pub subscription_id: MiStr,
    /// The resource group; when not given, the whole subscription.
    pub resource_group: MiStr,
}

/// What `mi_identity_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiIdentityListRequest {
    /// Where to list.
    pub scope: MiListRequest,
    /// 1 to list all subscriptions that the sign-in sees; `scope` is not read then.
    pub all_subscriptions: u8,
    /// 1 for those alone that no resource refers to and that hold no role and no federated
    /// credential.
    pub unused: u8,
}

/// Who holds a role, or gets it: somebody in the directory, or a user-assigned identity.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiHolder {
    /// The object id; with it `identity` is not read.
    pub principal_id: MiStr,
    /// `ServicePrincipal` (the default), `User`, `Group`, `ForeignGroup` or `Device`.
    pub principal_type: MiStr,
    /// The identity. With its name alone it is looked for in the whole subscription.
    pub identity: MiTarget,
}

/// Where a role counts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiPlace {
    /// The id of a scope; with it the other members are not read.
    pub scope: MiStr,
    /// The subscription; when not given, the connection's.
    pub subscription_id: MiStr,
    /// The resource group; when not given, the whole subscription.
    pub resource_group: MiStr,
}

/// A role: by its name, or by its id.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiRole {
    /// The name, such as `Reader`.
    pub name: MiStr,
    /// The GUID or the full id.
    pub id: MiStr,
}

/// What `mi_role_assignment_create` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiRoleAssignmentCreateRequest {
    /// Who gets the role.
    pub holder: MiHolder,
    /// On what. One of its members must be given.
    pub place: MiPlace,
    /// Which role.
    pub role: MiRole,
    /// Why, for those who look at it later.
    pub description: MiStr,
    /// A condition in Azure's language for them.
    pub condition: MiStr,
    /// The version of that language.
    pub condition_version: MiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for as long as is
    /// usual.
    pub principal_wait_s: i32,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_role_assignment_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiRoleAssignmentListRequest {
    /// Whose; everybody's when nothing in it is given.
    pub holder: MiHolder,
    /// Where they count; the connection's subscription when nothing in it is given.
    pub place: MiPlace,
    /// Of which role; of all when nothing in it is given.
    pub role: MiRole,
    /// 1 to include what the holder has as a member of groups.
    pub through_groups: u8,
}

/// What `mi_role_assignment_delete` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiRoleAssignmentDeleteRequest {
    /// The assignment's id; with it the other members are not read.
    pub id: MiStr,
    /// Who has the role.
    pub holder: MiHolder,
    /// On what.
    pub place: MiPlace,
    /// Which role.
    pub role: MiRole,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_reference_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiReferenceListRequest {
    /// The identity; all identities when nothing in it is given.
    pub identity: MiTarget,
    /// The subscription to look in; when not given, the identity's own.
    pub subscription_id: MiStr,
    /// 1 to look in all subscriptions that the sign-in sees.
    pub all_subscriptions: u8,
    /// One of `MI_SOURCE_*`.
    pub source: u32,
}

/// What `mi_vm_identity_get` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiVmIdentityGetRequest {
    /// One of `MI_MACHINE_*`.
    pub machine: u32,
    /// The virtual machine or scale set.
    pub target: MiTarget,
    /// 1 to look whether each assigned identity still exists.
    pub check: u8,
    /// 1 for the whole machine as Azure has it: `text` in place of a [`MiVmIdentity`].
    pub as_json: u8,
}

/// What `mi_vm_identity_list` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiVmIdentityListRequest {
    /// One of `MI_MACHINE_*`.
    pub machine: u32,
    /// Where to list.
    pub scope: MiListRequest,
    /// 1 to look whether each assigned identity still exists.
    pub check: u8,
    /// 1 for the whole machine as Azure has it: `text` in place of a [`MiVmIdentity`].
    pub as_json: u8,
}

/// What `mi_vm_identity_wait` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiVmIdentityWaitRequest {
    /// One of `MI_MACHINE_*`.
    pub machine: u32,
    /// The virtual machine or scale set.
    pub target: MiTarget,
}

/// What `mi_vm_identity_update` needs. An identity is a resource id, or a bare name that stands
/// for the identity of that name in the machine's resource group.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiVmIdentityUpdateRequest {
    /// One of `MI_MACHINE_*`.
    pub machine: u32,
    /// The virtual machine or scale set.
    pub target: MiTarget,
    /// `MI_CHANGE_MERGE`, which reads `add`, `remove`, `system_assigned` and `remove_missing`, or
    /// `MI_CHANGE_EXACT`, which reads `identity_type` and `add` as all there shall be.
    pub change: u32,
    /// One of `MI_IDENTITY_*`.
    pub identity_type: u32,
    /// One of `MI_SYSTEM_ASSIGNED_*`.
    pub system_assigned: u32,
    /// The identities to add. In a plan, an empty text is one that is not known yet.
    pub add: *const MiStr,
    /// The number of identities to add.
    pub add_len: usize,
    /// The identities to remove.
    pub remove: *const MiStr,
    /// The number of identities to remove.
    pub remove_len: usize,
    /// 1 to drop references to identities that do not exist any more.
    pub remove_missing: u8,
    /// One of `MI_UPGRADE_*`: which instances of a scale set take the change.
    pub upgrade: u32,
    /// The ids of the instances, for `MI_UPGRADE_LISTED`.
    pub instances: *const MiStr,
    /// The number of ids of instances.
    pub instances_len: usize,
    /// 1 to return as soon as Azure has accepted the change.
    pub no_wait: u8,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_arm_invoke` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiArmInvokeRequest {
    /// GET, HEAD, PUT, PATCH, POST or DELETE.
    pub method: MiStr,
    /// The path, with or without a query, or a whole URL of the connection's Resource Manager.
    /// `{subscriptionId}` in it stands for the subscription.
    pub path: MiStr,
    /// The subscription; when not given, the connection's.
    pub subscription_id: MiStr,
    /// The version of the API, where the path does not name it.
    pub api_version: MiStr,
    /// What to send: the caller's own JSON, which leaves as it is.
    pub body: MiStr,
    /// 1 to read all pages of a list: each of its items is an event.
    pub paginate: u8,
    /// 1 to wait until Azure is done with what the call began.
    pub wait: u8,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// Which federated credential: its id, or its identity and its name. Names beside an id must agree
/// with it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiFederatedTarget {
    /// The credential's id.
    pub resource_id: MiStr,
    /// The identity; its id may be that of one of its credentials.
    pub identity: MiTarget,
    /// The credential's name.
    pub name: MiStr,
}

/// What `mi_federated_credential_create` and `mi_federated_credential_update` need. The source is
/// given by issuer and subject, or in the form of GitHub or of Kubernetes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiFederatedWriteRequest {
    /// The credential.
    pub target: MiFederatedTarget,
    /// The URL of the issuer.
    pub issuer: MiStr,
    /// Whom the issuer must name.
    pub subject: MiStr,
    /// GitHub: the organization or user.
    pub github_organization: MiStr,
    /// GitHub: the repository.
    pub github_repository: MiStr,
    /// GitHub: a branch.
    pub github_branch: MiStr,
    /// GitHub: an environment.
    pub github_environment: MiStr,
    /// GitHub: a tag.
    pub github_tag: MiStr,
    /// GitHub: 1 for workflows that a pull request runs.
    pub github_pull_request: u8,
    /// Kubernetes: the URL of the cluster's issuer.
    pub kubernetes_issuer: MiStr,
    /// Kubernetes: the namespace of the service account.
    pub kubernetes_namespace: MiStr,
    /// Kubernetes: the service account.
    pub service_account: MiStr,
    /// Whom the token must be for: one. None for the usual one, or to leave it.
    pub audiences: *const MiStr,
    /// The number of audiences.
    pub audiences_len: usize,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_federated_credential_delete` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiFederatedDeleteRequest {
    /// The credential to delete.
    pub target: MiFederatedTarget,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_group_member_add` and `mi_group_member_remove` need.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiGroupMemberRequest {
    /// The group: its object id, or its display name.
    pub group: MiStr,
    /// The object id of the member.
    pub principal_id: MiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for as long as is
    /// usual. For `mi_group_member_add` alone.
    pub principal_wait_s: i32,
    /// 1 to plan only.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_deployment_create` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiDeploymentRequest {
    /// The resource group, and the deployment's name.
    pub target: MiTarget,
    /// The template: JSON, with comments if need be.
    pub template_text: MiStr,
    /// The values of its parameters, an object of JSON by name.
    pub parameters: MiStr,
    /// The text of a file of parameters, in place of `parameters`.
    pub parameter_file: MiStr,
    /// 1 to plan only, by Azure's own what-if.
    pub dry_run: u8,
    /// The `agreement` of the plan that somebody agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: MiStr,
}

/// What `mi_identity_export` needs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiIdentityExportRequest {
    /// The ids of the identities: all of one resource group.
    pub identities: *const MiStr,
    /// The number of identities.
    pub identities_len: usize,
    /// 1 for Bicep; 0 for a template of Azure Resource Manager.
    pub bicep: u8,
    /// 1 to add the roles that the identities have.
    pub roles: u8,
}

/// Something that happened in an operation. Exactly one event of an accepted operation is
/// `MI_EVENT_DONE` or `MI_EVENT_FAILED`, and it is the last.
#[repr(C)]
pub struct MiEvent {
    /// The tag that the operation was submitted with.
    pub tag: u64,
    /// One of `MI_EVENT_*`.
    pub kind: u32,
    /// A user-assigned identity, or null.
    pub identity: *const MiIdentity,
    /// The identity of a virtual machine or scale set, or null.
    pub vm_identity: *const MiVmIdentity,
    /// A role assignment, or null.
    pub role_assignment: *const MiRoleAssignment,
    /// A role, or null.
    pub role_definition: *const MiRoleDefinition,
    /// A resource that refers to an identity, or null.
    pub reference: *const MiReference,
    /// A connection, or null.
    pub connection: *const MiConnection,
    /// What a change would do, or null.
    pub plan: *const MiPlan,
    /// A system-assigned identity, or null.
    pub system_identity: *const MiSystemIdentity,
    /// A federated credential, or null.
    pub federated_credential: *const MiFederatedCredential,
    /// What the host is asked, or null.
    pub question: *const MiQuestion,
    /// A member of a group of the directory, or null.
    pub group_member: *const MiGroupMember,
    /// A deployment, or null.
    pub deployment: *const MiDeployment,
    /// What Azure answered, JSON as Azure wrote it, or the template that was asked for.
    pub text: MiStr,
    /// How far a long wait has come, or null.
    pub progress: *const MiProgress,
    /// Why the operation failed, or null.
    pub error: *const MiError,
    /// A verbose line or a warning.
    pub message: MiStr,
    /// The handle for `mi_guard_answer`, or 0.
    pub guard: u64,
}

/// A user-assigned identity.
#[repr(C)]
pub struct MiIdentity {
    /// The resource id, as Azure writes it.
    pub id: MiStr,
    /// The name.
    pub name: MiStr,
    /// The resource group.
    pub resource_group: MiStr,
    /// The subscription's id.
    pub subscription_id: MiStr,
    /// The region, such as `eastus`.
    pub location: MiStr,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities`.
    pub resource_type: MiStr,
    /// The tenant that the identity belongs to.
    pub tenant_id: MiStr,
    /// The object id of its service principal.
    pub principal_id: MiStr,
    /// Its application id.
    pub client_id: MiStr,
    /// `None` or `Regional`, where Azure says.
    pub isolation_scope: MiStr,
    /// The tags.
    pub tags: *const MiTag,
    /// The number of tags.
    pub tags_len: usize,
}

/// The system-assigned identity of a resource.
#[repr(C)]
pub struct MiSystemIdentity {
    /// Its id: that of the resource, with `/providers/Microsoft.ManagedIdentity/identities/default`.
    pub id: MiStr,
    /// `default`.
    pub name: MiStr,
    /// The resource group of the resource.
    pub resource_group: MiStr,
    /// The subscription's id.
    pub subscription_id: MiStr,
    /// The resource's region.
    pub location: MiStr,
    /// `Microsoft.ManagedIdentity/identities`.
    pub resource_type: MiStr,
    /// The tenant that the identity belongs to.
    pub tenant_id: MiStr,
    /// The object id of its service principal.
    pub principal_id: MiStr,
    /// Its application id.
    pub client_id: MiStr,
    /// The resource's tags.
    pub tags: *const MiTag,
    /// The number of tags.
    pub tags_len: usize,
}

/// A federated credential.
#[repr(C)]
pub struct MiFederatedCredential {
    /// The resource id, as Azure writes it.
    pub id: MiStr,
    /// The name.
    pub name: MiStr,
    /// The name of the identity.
    pub identity_name: MiStr,
    /// The resource group of the identity.
    pub resource_group: MiStr,
    /// The subscription's id.
    pub subscription_id: MiStr,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
    pub resource_type: MiStr,
    /// The URL of the issuer.
    pub issuer: MiStr,
    /// Whom the issuer must name; not given where there is an expression.
    pub subject: MiStr,
    /// What the claims of a token must match; not given where there is a subject.
    pub claims_matching_expression: MiStr,
    /// The version of the expression's language; 0 where there is none.
    pub claims_matching_expression_version: i32,
    /// Whom the token must be for.
    pub audiences: *const MiStr,
    /// The number of audiences.
    pub audiences_len: usize,
}

/// A direct member of a group of the directory.
#[repr(C)]
pub struct MiGroupMember {
    /// The object id of the group.
    pub group_id: MiStr,
    /// Its display name.
    pub group_name: MiStr,
    /// The object id of the member.
    pub id: MiStr,
    /// The display name of the member, where the sign-in may see it.
    pub display_name: MiStr,
    /// `ServicePrincipal`, `User`, `Group` or `Device`.
    pub kind: MiStr,
    /// The application id of a service principal.
    pub app_id: MiStr,
}

/// A deployment that has ended well.
#[repr(C)]
pub struct MiDeployment {
    /// The resource id.
    pub id: MiStr,
    /// The name.
    pub name: MiStr,
    /// The resource group.
    pub resource_group: MiStr,
    /// The subscription's id.
    pub subscription_id: MiStr,
    /// `Succeeded`.
    pub provisioning_state: MiStr,
    /// When it was done, as Azure writes it.
    pub timestamp: MiStr,
    /// How long it took, as ISO 8601 writes durations.
    pub duration: MiStr,
    /// `Incremental`.
    pub mode: MiStr,
    /// Azure's id of the whole deployment.
    pub correlation_id: MiStr,
    /// The template's outputs: JSON, an object by name, each with `type` and `value`. Secure ones
    /// have no value.
    pub outputs: MiStr,
    /// The ids of the resources that it made or found.
    pub resources: *const MiStr,
    /// The number of resources.
    pub resources_len: usize,
}

/// A user-assigned identity on a virtual machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiAssignedIdentity {
    /// The resource id, as Compute writes it.
    pub id: MiStr,
    /// The name.
    pub name: MiStr,
    /// The object id of its service principal; not given until Azure has resolved it.
    pub principal_id: MiStr,
    /// Its application id; not given until Azure has resolved it.
    pub client_id: MiStr,
    /// One of `MI_EXISTENCE_*`.
    pub existence: u32,
}

/// The identity of a virtual machine or scale set.
#[repr(C)]
pub struct MiVmIdentity {
    /// One of `MI_MACHINE_*`.
    pub machine: u32,
    /// The machine's resource id.
    pub id: MiStr,
    /// Its name.
    pub name: MiStr,
    /// Its resource group.
    pub resource_group: MiStr,
    /// Its subscription's id.
    pub subscription_id: MiStr,
    /// Its region.
    pub location: MiStr,
    /// One of `MI_IDENTITY_*`.
    pub identity_type: u32,
    /// The system-assigned identity's object id, when there is one.
    pub principal_id: MiStr,
    /// The system-assigned identity's tenant, when there is one.
    pub tenant_id: MiStr,
    /// The version of the machine that this was read from.
    pub etag: MiStr,
    /// `Succeeded`, `Updating`, `Failed`, …
    pub provisioning_state: MiStr,
    /// The user-assigned identities.
    pub assigned: *const MiAssignedIdentity,
    /// The number of user-assigned identities.
    pub assigned_len: usize,
    /// How a scale set's instances take a new model: `Manual`, `Automatic` or `Rolling`.
    pub upgrade_mode: MiStr,
}

/// A role that somebody has.
#[repr(C)]
pub struct MiRoleAssignment {
    /// Its id.
    pub id: MiStr,
    /// Its name, a GUID.
    pub name: MiStr,
    /// What it was given on.
    pub scope: MiStr,
    /// The role's full id.
    pub role_definition_id: MiStr,
    /// What people call the role, where that is known.
    pub role_definition_name: MiStr,
    /// The object id of who has it.
    pub principal_id: MiStr,
    /// `ServicePrincipal`, `User`, `Group`, …
    pub principal_type: MiStr,
    /// Why, as whoever gave it said.
    pub description: MiStr,
    /// The condition under which it counts.
    pub condition: MiStr,
    /// The version of the condition's language.
    pub condition_version: MiStr,
    /// 1 when it was given above the place that was asked about.
    pub inherited: u8,
}

/// A role.
#[repr(C)]
pub struct MiRoleDefinition {
    /// Its full id.
    pub id: MiStr,
    /// Its GUID.
    pub name: MiStr,
    /// What people call it, such as `Reader`.
    pub role_name: MiStr,
    /// What it is for.
    pub description: MiStr,
    /// `BuiltInRole` or `CustomRole`.
    pub kind: MiStr,
}

/// A resource that refers to a user-assigned identity.
#[repr(C)]
pub struct MiReference {
    /// The resource's id.
    pub id: MiStr,
    /// Its name.
    pub name: MiStr,
    /// Its type.
    pub resource_type: MiStr,
    /// Its resource group.
    pub resource_group: MiStr,
    /// Its subscription.
    pub subscription_id: MiStr,
    /// The identity's id.
    pub identity_id: MiStr,
    /// One of `MI_REFERENCE_*`.
    pub kind: u32,
}

/// A connection. The host owns `client` from here on and frees it with `mi_client_free`.
#[repr(C)]
pub struct MiConnection {
    /// The handle for every operation.
    pub client: u64,
    /// Who is signed in, as far as the sign-in says.
    pub account: MiStr,
    /// `AccessToken`, `ServicePrincipal`, `ManagedService`, `User`, `AzurePowerShell` or
    /// `AzureCli`.
    pub account_type: MiStr,
    /// The tenant's id, where it is known.
    pub tenant_id: MiStr,
    /// The subscription to work in.
    pub subscription_id: MiStr,
    /// That subscription's name.
    pub subscription_name: MiStr,
    /// The cloud's name.
    pub environment: MiStr,
    /// The URL of Azure Resource Manager.
    pub endpoint: MiStr,
}

/// What a change would do.
#[repr(C)]
pub struct MiPlan {
    /// The resource that it is about.
    pub resource_id: MiStr,
    /// What would change, in words.
    pub description: MiStr,
    /// 0 when nothing would change.
    pub changes: u8,
    /// What stands for this plan in the request that carries it out: its `agreed`.
    pub agreement: MiStr,
}

/// What only the host can find out: a token of Azure PowerShell, which runs in the same process.
/// The operation goes on when `mi_question_answer` has been called, exactly once.
#[repr(C)]
pub struct MiQuestion {
    /// The handle for `mi_question_answer`.
    pub question: u64,
    /// What the token is for; when not given, the Resource Manager of Azure PowerShell's context.
    pub audience: MiStr,
    /// The tenant; when not given, that of the context.
    pub tenant: MiStr,
}

/// What the host found out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MiAnswer {
    /// One of `MI_ANSWER_*`.
    pub outcome: u32,
    /// The token, for `MI_ANSWER_TOKEN`.
    pub token: MiStr,
    /// How many seconds from now the token is good for.
    pub lifetime_s: u64,
    /// Who is signed in.
    pub account: MiStr,
    /// The tenant of the context.
    pub tenant: MiStr,
    /// The subscription of the context.
    pub subscription_id: MiStr,
    /// The URL of the context's Resource Manager.
    pub endpoint: MiStr,
    /// What tokens for that Resource Manager are asked for.
    pub audience: MiStr,
    /// Why there is no token, for `MI_ANSWER_FAILED`.
    pub message: MiStr,
}

/// How far a long wait has come.
#[repr(C)]
pub struct MiProgress {
    /// What is going on.
    pub activity: MiStr,
    /// How it stands.
    pub status: MiStr,
    /// 0 to 100, or -1 when it can't be known.
    pub percent: i32,
    /// How long it has taken so far, in seconds.
    pub seconds_elapsed: u32,
}

/// Why an operation failed.
#[repr(C)]
pub struct MiError {
    /// Azure's code, or the module's own where Azure was not asked.
    pub code: MiStr,
    /// What happened, to which resource, and what to do.
    pub message: MiStr,
    /// One of `MI_CATEGORY_*`.
    pub category: u32,
    /// The HTTP status, or 0.
    pub http_status: u32,
    /// The resource or the parameter that it is about.
    pub target: MiStr,
    /// What to do next.
    pub recommendation: MiStr,
    /// Azure's id of the request that failed.
    pub request_id: MiStr,
    /// Azure's id of the whole operation.
    pub correlation_id: MiStr,
    /// Method and path of the request that failed, such as `PATCH /subscriptions/…`.
    pub request: MiStr,
    /// The answer as the service wrote it, without secrets.
    pub raw: MiStr,
}
