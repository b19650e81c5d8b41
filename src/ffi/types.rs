//! The records that cross the boundary: `repr(C)`, flat, typed, no JSON.
//!
//! Rules that hold for all of them:
//! - A string is a [`AzmiStr`]: UTF-8, a pointer and a length, not NUL-terminated. A null pointer
//!   means "not given", which differs from an empty string.
//! - What the host passes in is copied before the call returns.
//! - What the host is given stays valid until it frees the event that carried it.
//! - Enumerations travel as `u32` and are checked on arrival; booleans as `u8`, 0 or 1.
//!
//! `#[azmi(…)]` says what the build generates from a record beyond the C header: see
//! `ffi/generator`. The first paragraph of a comment becomes that of the C# class or property,
//! which for models is what PowerShell's users see; the rest is for C alone.

use ffi_attributes::azmi;
pub use ffi_common::abi::*;

/// The version of this ABI. A host compares it with [`azmi_abi_version`](super::azmi_abi_version)
/// before any other call, and refuses to go on when they differ.
pub const AZMI_ABI_VERSION: u32 = 10;

/// `azmi_queue_wait`: nothing arrived in the time given.
pub const AZMI_TIMEOUT: i32 = 1;
/// `azmi_queue_wait`: every operation has ended and every event has been taken.
pub const AZMI_DRAINED: i32 = 2;

/// The longest that an operation may be given, in seconds: a day.
pub const AZMI_LONGEST_TIMEOUT_S: i32 = 86_400;
/// The longest that one attempt at a request may be given, in seconds: an hour.
pub const AZMI_LONGEST_REQUEST_TIMEOUT_S: i32 = 3_600;
/// How often a request can be sent again at most.
pub const AZMI_MOST_RETRIES: i32 = 100;

/// What kind of event it is.
///
/// One of `AZMI_EVENT_*`.
#[azmi(constants = "AZMI_EVENT_", class = OperationEventKind)]
pub type AzmiEventKind = u32;

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

/// The event carries a question, which the host must answer. It is not queued behind other events.
pub const AZMI_EVENT_QUESTION: u32 = 7;

/// The event's `message` is a warning of an effect that comes next. The operation waits until
/// `azmi_guard_answer` has been called with the event's `guard`.
///
/// It is not queued behind other events. A queue whose options do not say `guards` yields
/// `AZMI_EVENT_WARNING` in its place, and the operation goes on.
pub const AZMI_EVENT_GUARDED_WARNING: u32 = 8;

/// One of the results of the operation can't be had; the event carries `error`. The operation goes on
/// with the others.
pub const AZMI_EVENT_ITEM_FAILED: u32 = 9;

/// What the host is asked for.
///
/// One of `AZMI_QUESTION_*`.
#[azmi(constants = "AZMI_QUESTION_", class = QuestionKind)]
pub type AzmiQuestionKind = u32;

/// Get a token of Azure PowerShell, which runs in the same process.
pub const AZMI_QUESTION_TOKEN: u32 = 1;
/// Open a certificate: the PFX file `path`, or the one with `thumbprint` in the operating system's
/// stores. The host knows the password of the file, and holds the key for as long as the connection
/// is open that this operation makes.
pub const AZMI_QUESTION_CERTIFICATE: u32 = 2;
/// Sign `text` by `algorithm` with the key of the connection's certificate.
pub const AZMI_QUESTION_SIGNATURE: u32 = 3;
/// Find the proxy that the system's settings name for `url`.
pub const AZMI_QUESTION_PROXY: u32 = 4;
/// Start a browser with the page `url`.
pub const AZMI_QUESTION_BROWSER: u32 = 5;

/// How a question was answered.
///
/// One of `AZMI_ANSWER_*`.
#[azmi(constants = "AZMI_ANSWER_", class = AnswerOutcome)]
pub type AzmiAnswerOutcome = u32;

/// No answer: another host may give it.
pub const AZMI_ANSWER_NONE: u32 = 0;
/// There is a token.
pub const AZMI_ANSWER_TOKEN: u32 = 1;
/// The host can't do what is asked: there is no Azure PowerShell, or it opens no certificates, knows
/// no proxies or starts no browser.
pub const AZMI_ANSWER_MISSING: u32 = 2;
/// It failed; `message` says why.
pub const AZMI_ANSWER_FAILED: u32 = 3;
/// There is a `certificate`, whose key signs by `algorithm`.
pub const AZMI_ANSWER_CERTIFICATE: u32 = 4;
/// There is a `signature`.
pub const AZMI_ANSWER_SIGNATURE: u32 = 5;
/// The password of the PFX file is wrong.
pub const AZMI_ANSWER_WRONG_PASSWORD: u32 = 6;
/// No store has the certificate.
pub const AZMI_ANSWER_NOT_FOUND: u32 = 7;
/// The settings name `proxy`, or none.
pub const AZMI_ANSWER_PROXY: u32 = 8;
/// The browser was started.
pub const AZMI_ANSWER_OPENED: u32 = 9;

/// How a key signs.
///
/// One of `AZMI_SIGNATURE_*`.
#[azmi(constants = "AZMI_SIGNATURE_", class = SignatureAlgorithm)]
pub type AzmiSignatureAlgorithm = u32;

/// The certificate has no RSA key.
pub const AZMI_SIGNATURE_NONE: u32 = 0;
/// RSASSA-PSS with SHA-256.
pub const AZMI_SIGNATURE_PS256: u32 = 1;
/// RSASSA-PKCS1-v1_5 with SHA-256.
pub const AZMI_SIGNATURE_RS256: u32 = 2;

/// How to sign in.
///
/// One of `AZMI_CREDENTIAL_*`.
#[azmi(constants = "AZMI_CREDENTIAL_", class = CredentialKind)]
pub type AzmiCredential = u32;

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
/// with `thumbprint`.
///
/// The library reads PEM files itself; the host is asked to open PFX files and certificates of the
/// system's stores, and to sign with their keys: `AZMI_EVENT_QUESTION`.
pub const AZMI_CREDENTIAL_CERTIFICATE: u32 = 6;
/// Sign in as a service principal with `client_id` and a token of another issuer: `secret`, or the
/// file `path`.
pub const AZMI_CREDENTIAL_FEDERATED_TOKEN: u32 = 7;
/// Use the managed identity of this machine; `client_id` names one of several by its client id,
/// object id or resource id.
pub const AZMI_CREDENTIAL_MANAGED_IDENTITY: u32 = 8;
/// Sign a user in with a device code, which a warning shows; `client_id` may name the application that
/// asks, `claims_challenge` what a service wants to see.
pub const AZMI_CREDENTIAL_DEVICE_CODE: u32 = 9;
/// Use the sign-in of Azure PowerShell. The host is asked for its tokens: `AZMI_EVENT_QUESTION`.
#[azmi(name = AzurePowerShell)]
pub const AZMI_CREDENTIAL_AZURE_POWERSHELL: u32 = 10;
/// Sign in as a service principal with `client_id` and the token of the workflow that this runs in:
/// of GitHub Actions or of Azure DevOps, for which `service_connection` names the connection.
pub const AZMI_CREDENTIAL_WORKFLOW_TOKEN: u32 = 11;
/// Sign a user in with a browser of this machine, which the host is asked to start:
/// `AZMI_EVENT_QUESTION`. `client_id` may name the application that asks, `account` the user,
/// `claims_challenge` what a service wants to see.
pub const AZMI_CREDENTIAL_BROWSER: u32 = 12;

/// Which kinds of managed identity a resource has.
///
/// One of `AZMI_IDENTITY_*`.
#[azmi(constants = "AZMI_IDENTITY_", of = resource::IdentityType, model = ResourceIdentityType, flags)]
pub type AzmiResourceIdentityType = u32;

/// None.
pub const AZMI_IDENTITY_NONE: u32 = 0;
/// The system-assigned identity alone.
pub const AZMI_IDENTITY_SYSTEM_ASSIGNED: u32 = 1;
/// User-assigned identities alone.
pub const AZMI_IDENTITY_USER_ASSIGNED: u32 = 2;
/// The system-assigned identity and user-assigned ones.
#[azmi(name = SystemAssignedUserAssigned)]
pub const AZMI_IDENTITY_SYSTEM_AND_USER_ASSIGNED: u32 = 3;

/// What to do with the system-assigned identity.
///
/// One of `AZMI_SYSTEM_ASSIGNED_*`.
#[azmi(constants = "AZMI_SYSTEM_ASSIGNED_", class = SystemAssignedChange)]
pub type AzmiSystemAssigned = u32;

/// Keep the system-assigned identity unchanged.
pub const AZMI_SYSTEM_ASSIGNED_KEEP: u32 = 0;
/// Turn the system-assigned identity on.
pub const AZMI_SYSTEM_ASSIGNED_ENABLE: u32 = 1;
/// Turn the system-assigned identity off.
pub const AZMI_SYSTEM_ASSIGNED_DISABLE: u32 = 2;

/// What a change does to identities that it does not name.
///
/// One of `AZMI_CHANGE_*`.
#[azmi(constants = "AZMI_CHANGE_", class = ResourceIdentityChange)]
pub type AzmiResourceIdentityChange = u32;

/// What is not named stays as it is.
pub const AZMI_CHANGE_MERGE: u32 = 0;
/// What is not named is removed.
pub const AZMI_CHANGE_EXACT: u32 = 1;

/// Which resources are meant.
///
/// One of `AZMI_KIND_*`.
#[azmi(constants = "AZMI_KIND_", of = ffi::kind::ResourceKind, class = ResourceKind)]
pub type AzmiResourceKind = u32;

/// A resource of any type.
pub const AZMI_KIND_ANY: u32 = 0;
/// A virtual machine.
pub const AZMI_KIND_VIRTUAL_MACHINE: u32 = 1;
/// A virtual machine scale set.
pub const AZMI_KIND_SCALE_SET: u32 = 2;

/// Which instances of a scale set take a change.
///
/// One of `AZMI_UPGRADE_*`.
#[azmi(constants = "AZMI_UPGRADE_", class = InstanceUpgrade)]
pub type AzmiUpgrade = u32;

/// No instance of a scale set takes the change.
pub const AZMI_UPGRADE_NONE: u32 = 0;
/// All instances that do not have it yet take the change.
pub const AZMI_UPGRADE_ALL: u32 = 1;
/// The instances that are named take the change.
pub const AZMI_UPGRADE_LISTED: u32 = 2;

/// Whether an identity that is assigned still exists.
///
/// One of `AZMI_EXISTENCE_*`.
#[azmi(constants = "AZMI_EXISTENCE_", of = resource::Existence, class = IdentityExistence)]
pub type AzmiExistence = u32;

/// Not checked, or the sign-in is not allowed to check.
pub const AZMI_EXISTENCE_UNKNOWN: u32 = 0;
/// The identity exists.
pub const AZMI_EXISTENCE_EXISTS: u32 = 1;
/// The identity was deleted.
pub const AZMI_EXISTENCE_MISSING: u32 = 2;

/// What a deletion does about what refers to the identity.
///
/// One of `AZMI_DELETE_*`.
#[azmi(constants = "AZMI_DELETE_", of = ffi::changes::DeleteMode, class = DeleteMode)]
pub type AzmiDeleteMode = u32;

/// Delete the identity alone, not what refers to it.
pub const AZMI_DELETE_PLAIN: u32 = 0;
/// First remove the identity from resources, and its role assignments.
pub const AZMI_DELETE_DETACH: u32 = 1;
/// Refuse to delete an identity that is in use.
pub const AZMI_DELETE_IF_UNUSED: u32 = 2;

/// Who is asked which resources refer to an identity.
///
/// One of `AZMI_SOURCE_*`.
#[azmi(constants = "AZMI_SOURCE_", of = access::Source, model = IdentityReferenceSource)]
pub type AzmiReferenceSource = u32;

/// Azure Resource Graph.
pub const AZMI_SOURCE_RESOURCE_GRAPH: u32 = 0;
/// The provider of managed identities: its older call listAssociatedResources.
pub const AZMI_SOURCE_PROVIDER: u32 = 1;

/// How a resource refers to a user-assigned managed identity.
///
/// One of `AZMI_REFERENCE_*`.
#[azmi(constants = "AZMI_REFERENCE_", of = access::ReferenceKind, model = IdentityReferenceKind)]
pub type AzmiReferenceKind = u32;

/// The identity is assigned to the resource.
pub const AZMI_REFERENCE_ASSIGNED: u32 = 0;
/// The resource's settings name the identity, as those of a cluster name that of its nodes.
pub const AZMI_REFERENCE_MENTIONED: u32 = 1;
/// The provider of managed identities reports the reference, without saying of which kind it is.
pub const AZMI_REFERENCE_REPORTED: u32 = 2;

/// What a word of a command line stands for.
///
/// One of `AZMI_COMPLETION_*`.
#[azmi(constants = "AZMI_COMPLETION_", of = completion::Kind, class = CompletionKind)]
pub type AzmiCompletionKind = u32;

/// A subscription: its id.
pub const AZMI_COMPLETION_SUBSCRIPTION: u32 = 0;
/// A resource group: its name.
pub const AZMI_COMPLETION_RESOURCE_GROUP: u32 = 1;
/// A region: its name.
pub const AZMI_COMPLETION_LOCATION: u32 = 2;
/// A resource of the type that is given: its name, with those of its parents before it.
pub const AZMI_COMPLETION_RESOURCE: u32 = 3;
/// A resource of the type that is given, or of any: its id.
pub const AZMI_COMPLETION_RESOURCE_ID: u32 = 4;
/// A user-assigned identity: its name if it is in the group that is given, or else its id.
pub const AZMI_COMPLETION_IDENTITY: u32 = 5;
/// An identity that the resources have which are named; any identity when none is.
pub const AZMI_COMPLETION_ASSIGNED_IDENTITY: u32 = 6;
/// A federated credential of the identity that is named: its name.
pub const AZMI_COMPLETION_FEDERATED_CREDENTIAL: u32 = 7;
/// A role: its name.
pub const AZMI_COMPLETION_ROLE: u32 = 8;
/// A scope: its id.
pub const AZMI_COMPLETION_SCOPE: u32 = 9;
/// A group of the directory: its name, or its id where several have that name.
pub const AZMI_COMPLETION_DIRECTORY_GROUP: u32 = 10;
/// A type of resources that can have identities.
pub const AZMI_COMPLETION_RESOURCE_TYPE: u32 = 11;
/// A management group: its name.
pub const AZMI_COMPLETION_MANAGEMENT_GROUP: u32 = 12;
/// An API of the directory: its display name, or its application id where several have that name.
pub const AZMI_COMPLETION_API: u32 = 13;
/// An application permission of the API that is given: its value.
pub const AZMI_COMPLETION_APP_ROLE: u32 = 14;
/// A resource provider whose resources can have identities, or a type of theirs.
pub const AZMI_COMPLETION_RESOURCE_PROVIDER: u32 = 15;

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
    /// How long each operation may take, in seconds from its turn on, up to
    /// `AZMI_LONGEST_TIMEOUT_S`; 0 for as long as its client, or the request to sign in, says.
    pub timeout_s: i32,
    /// 1 to receive verbose lines.
    pub verbose: u8,
    /// 1 when the host answers guarded warnings: `AZMI_EVENT_GUARDED_WARNING`.
    pub guards: u8,
}

/// Which resource: its id, or its names. Names beside an id must agree with it.
#[azmi(reads = arm::Target, class = ResourceTarget)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiTarget {
    /// The resource id.
    #[azmi(optional)]
    pub resource_id: AzmiStr,
    /// The subscription; when not given, the connection's.
    #[azmi(optional)]
    pub subscription_id: AzmiStr,
    /// The resource group.
    #[azmi(optional)]
    pub resource_group: AzmiStr,
    /// The resource's name.
    #[azmi(optional)]
    pub name: AzmiStr,
    /// The type that the caller's object says it is of; any when not given.
    #[azmi(optional)]
    pub resource_type: AzmiStr,
    /// The parameter that gave the id or the object, for errors; `ResourceId` when not given.
    #[azmi(optional)]
    pub parameter: AzmiStr,
}

/// Whether a change is carried out or only planned.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiMode {
    /// 1 to plan only: a [`AzmiPlan`] comes instead of the result, and nothing is changed.
    pub dry_run: u8,
    /// The `agreement` of the plan that the user agreed to. With it, the change has no effect
    /// beyond that plan: an operation that would have one fails with `PlanChanged` and changes
    /// nothing. Not given, the change does what is asked.
    pub agreed: AzmiStr,
}

/// What `azmi_client_connect` needs.
#[azmi(reads)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiConnectRequest {
    /// How to sign in.
    pub credential: AzmiCredential,
    /// The cloud's name: AzureCloud (the default), AzureUSGovernment or AzureChinaCloud.
    #[azmi(optional)]
    pub environment: AzmiStr,
    /// The URL of Azure Resource Manager, where it is not the cloud's.
    #[azmi(optional)]
    pub endpoint: AzmiStr,
    /// With `AZMI_CREDENTIAL_CLIENT_SECRET`: the URL where tokens are issued, where neither the cloud
    /// nor the endpoint is to be asked for it.
    #[azmi(optional)]
    pub authority: AzmiStr,
    /// What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
    /// endpoint's own host.
    #[azmi(optional)]
    pub audience: AzmiStr,
    /// The tenant's id or domain.
    #[azmi(optional)]
    pub tenant: AzmiStr,
    /// The application's id, or what else names an account: see `AZMI_CREDENTIAL_*`.
    #[azmi(optional)]
    pub client_id: AzmiStr,
    /// The service principal's secret, the access token, or what else is secret: see
    /// `AZMI_CREDENTIAL_*`.
    #[azmi(secret)]
    pub secret: AzmiStr,
    /// An access token for Microsoft Graph, beside one for Resource Manager.
    #[azmi(secret)]
    pub graph_token: AzmiStr,
    /// The full path of a file: see `AZMI_CREDENTIAL_*`.
    #[azmi(optional)]
    pub path: AzmiStr,
    /// The SHA-1 thumbprint of a certificate: see `AZMI_CREDENTIAL_*`.
    #[azmi(optional)]
    pub thumbprint: AzmiStr,
    /// The password of an encrypted key in a PEM file.
    #[azmi(secret)]
    pub certificate_password: AzmiStr,
    /// The user name to sign in with: see `AZMI_CREDENTIAL_BROWSER`.
    #[azmi(optional)]
    pub account: AzmiStr,
    /// What a claims challenge said, in base64.
    #[azmi(optional)]
    pub claims_challenge: AzmiStr,
    /// The id of a service connection of Azure DevOps; when not given, the pipeline's own.
    #[azmi(optional)]
    pub service_connection: AzmiStr,
    /// The subscription to work in; when not given, the sign-in's own, or the first enabled one.
    #[azmi(optional)]
    pub subscription_id: AzmiStr,
    /// The environment that names the proxy and the sign-in, and that of programs that are run to
    /// sign in, such as the Azure CLI; null for that of the process. Hosts whose runtime keeps an
    /// environment of its own (.NET does, but on Windows) pass theirs.
    #[azmi(optional, initial = "ProcessEnvironment.Variables()")]
    pub variables: *const AzmiTag,
    /// The number of variables.
    pub variables_len: usize,
    /// The URL of the proxy for every service, which may hold a password; when not given, that of
    /// the environment, or the host is asked: `AZMI_QUESTION_PROXY`.
    #[azmi(secret)]
    pub proxy: AzmiStr,
    /// The user name for the proxy, whoever names the proxy.
    #[azmi(optional)]
    pub proxy_user: AzmiStr,
    /// The password for the proxy.
    #[azmi(secret)]
    pub proxy_password: AzmiStr,
    /// The full path of a file of certificates to trust beside the system's.
    #[azmi(optional)]
    pub certificate_authority: AzmiStr,
    /// How long the sign-in, and each operation with the client that it makes, may take, in seconds
    /// up to `AZMI_LONGEST_TIMEOUT_S`; 0 for an hour.
    #[azmi(none = 0, name = TimeoutSec)]
    pub timeout_s: i32,
    /// How long one attempt at a request may take, in seconds up to
    /// `AZMI_LONGEST_REQUEST_TIMEOUT_S`; 0 for 100.
    #[azmi(none = 0, name = RequestTimeoutSec)]
    pub request_timeout_s: i32,
    /// How often a request is sent again that Azure throttles or that fails in passing, up to
    /// `AZMI_MOST_RETRIES`; negative for the default.
    #[azmi(none = -1)]
    pub retry_count: i32,
}

/// What `azmi_identity_create` needs.
#[azmi(reads = identity::Create)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityCreateRequest {
    /// The identity to create.
    pub target: AzmiTarget,
    /// The region; when not given, the resource group's.
    #[azmi(optional)]
    pub location: AzmiStr,
    /// `None` or `Regional`; when not given, Azure's default.
    #[azmi(optional)]
    pub isolation_scope: AzmiStr,
    /// The resource providers and resource types that it can be assigned to; none for all. Null
    /// leaves those of an identity that exists.
    #[azmi(optional)]
    pub assignment_restriction: *const AzmiStr,
    /// Their number.
    pub assignment_restriction_len: usize,
    /// The tags; null for none. On an identity that exists they are added to those it has.
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_identity_update` needs.
#[azmi(reads = identity::Update)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityUpdateRequest {
    /// The identity to change.
    pub target: AzmiTarget,
    /// `None` or `Regional`; when not given it stays.
    #[azmi(optional)]
    pub isolation_scope: AzmiStr,
    /// The resource providers and resource types that it can be assigned to; none for all. Null
    /// leaves those it has.
    #[azmi(optional)]
    pub assignment_restriction: *const AzmiStr,
    /// Their number.
    pub assignment_restriction_len: usize,
    /// The tags that replace those it has; null leaves them.
    #[azmi(optional)]
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_identity_delete` needs.
#[azmi(reads = ffi::changes::DeleteIdentity)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityDeleteRequest {
    /// The identity to delete.
    pub target: AzmiTarget,
    /// What to do about what refers to the identity.
    pub delete_mode: AzmiDeleteMode,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_identity_revoke_tokens` needs.
#[azmi(reads = ffi::changes::RevokeTokens)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityRevokeTokensRequest {
    /// The identity whose tokens are revoked.
    pub target: AzmiTarget,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// Which resources to list, and where. What is in one subscription the provider lists, when neither
/// tags nor a pattern of groups are given; everything else Azure Resource Graph.
#[azmi(reads, class = Fleet)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFleet {
    /// The ids of the subscriptions; none for the connection's.
    pub subscriptions: *const AzmiStr,
    /// The number of subscriptions.
    pub subscriptions_len: usize,
    /// 1 to list all subscriptions that the sign-in sees; `subscriptions` is not read then.
    pub all_subscriptions: u8,
    /// The name or the id of a management group, whose subscriptions are listed; with it neither of
    /// the above is read.
    #[azmi(optional)]
    pub management_group_id: AzmiStr,
    /// The resource group, or a pattern; all when not given.
    #[azmi(optional)]
    pub resource_group: AzmiStr,
    /// Names and patterns of names; none for all. The list may contain more than what has these names.
    pub names: *const AzmiStr,
    /// The number of names.
    pub names_len: usize,
    /// The tags that each has: a value that is not given stands for any.
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// 1 to read each that Resource Graph finds from its provider.
    pub fresh: u8,
}

/// What `azmi_subscription_list` needs.
#[azmi(reads = ffi::listing::ListSubscriptions)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiSubscriptionListRequest {
    /// The ids or names of the subscriptions.
    #[azmi(required)]
    pub named: *const AzmiStr,
    /// The number of subscriptions.
    pub named_len: usize,
}

/// What `azmi_identity_list` needs.
#[azmi(reads = access::ListIdentities)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityListRequest {
    /// Which, and where.
    pub fleet: AzmiFleet,
    /// 1 for those alone that no resource refers to and that hold no role and no federated
    /// credential.
    pub unused: u8,
}

/// Who has a role, or gets it: a principal of the directory, or a user-assigned identity.
#[azmi(reads = access::Principal, class = RolePrincipal)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiPrincipal {
    /// The object id; with it `identity` is not read.
    #[azmi(optional)]
    pub principal_id: AzmiStr,
    /// `ServicePrincipal` (the default), `User`, `Group`, `ForeignGroup` or `Device`.
    #[azmi(optional)]
    pub principal_type: AzmiStr,
    /// The identity. With its name alone it is looked for in the whole subscription.
    pub identity: AzmiTarget,
}

/// The scope of a role assignment.
#[azmi(reads = access::RoleScope, class = RoleScope)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleScope {
    /// The id of a scope; with it the other members are not read.
    #[azmi(optional)]
    pub scope: AzmiStr,
    /// The subscription; when not given, the connection's.
    #[azmi(optional)]
    pub subscription_id: AzmiStr,
    /// The resource group; when not given, the whole subscription.
    #[azmi(optional)]
    pub resource_group: AzmiStr,
}

/// A role: by its name, or by its id.
#[azmi(reads = access::Role, class = RoleReference)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRole {
    /// The name, such as `Reader`.
    #[azmi(optional)]
    pub name: AzmiStr,
    /// The GUID or the full id.
    #[azmi(optional)]
    pub id: AzmiStr,
}

/// What `azmi_role_assignment_create` needs.
#[azmi(reads = access::Assign)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleAssignmentCreateRequest {
    /// Who gets the role.
    pub principal: AzmiPrincipal,
    /// On what. One of its members must be given.
    pub scope: AzmiRoleScope,
    /// Which role.
    pub role: AzmiRole,
    /// Why, for those who look at it later.
    #[azmi(optional)]
    pub description: AzmiStr,
    /// A condition in Azure's language for them.
    #[azmi(optional)]
    pub condition: AzmiStr,
    /// The version of that language.
    #[azmi(optional)]
    pub condition_version: AzmiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for the default.
    #[azmi(member = principal_wait, with = seconds, none = -1, name = PrincipalWaitSec)]
    pub principal_wait_s: i32,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_role_assignment_list` needs.
#[azmi(reads = access::Find)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleAssignmentListRequest {
    /// Whose; everybody's when nothing in it is given.
    pub principal: AzmiPrincipal,
    /// On what; the connection's subscription when nothing in it is given.
    pub scope: AzmiRoleScope,
    /// Of which role; of all when nothing in it is given.
    pub role: AzmiRole,
    /// 1 to include what the principal has as a member of groups.
    pub through_groups: u8,
}

/// What `azmi_role_assignment_delete` needs.
#[azmi(reads = access::Revoke)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiRoleAssignmentDeleteRequest {
    /// The assignment's id; with it the other members are not read.
    #[azmi(optional)]
    pub id: AzmiStr,
    /// Who has the role.
    pub principal: AzmiPrincipal,
    /// On what.
    pub scope: AzmiRoleScope,
    /// Which role.
    pub role: AzmiRole,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_app_role_assignment_create` needs.
#[azmi(reads = access::AssignAppRole)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAppRoleAssignmentCreateRequest {
    /// Who gets the application permission.
    pub principal: AzmiPrincipal,
    /// The API: its display name, application id or object id; Microsoft Graph when not given.
    #[azmi(optional)]
    pub resource: AzmiStr,
    /// The permission: its value, such as `User.Read.All`, or the id of the app role.
    pub permission: AzmiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for the default.
    #[azmi(member = principal_wait, with = seconds, none = -1, name = PrincipalWaitSec)]
    pub principal_wait_s: i32,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_app_role_assignment_list` needs.
#[azmi(reads = access::FindAppRoles)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAppRoleAssignmentListRequest {
    /// Whose; everybody's on the API when nothing in it is given.
    pub principal: AzmiPrincipal,
    /// On which API; on all when not given, which a principal is needed for.
    #[azmi(optional)]
    pub resource: AzmiStr,
    /// Which permission; all when not given.
    #[azmi(optional)]
    pub permission: AzmiStr,
}

/// What `azmi_app_role_assignment_delete` needs.
#[azmi(reads = access::RevokeAppRole)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAppRoleAssignmentDeleteRequest {
    /// The assignment's id; with it `resource` and `permission` are not read.
    #[azmi(optional)]
    pub id: AzmiStr,
    /// Who has the permission.
    pub principal: AzmiPrincipal,
    /// The API; Microsoft Graph when not given.
    #[azmi(optional)]
    pub resource: AzmiStr,
    /// The permission.
    #[azmi(optional)]
    pub permission: AzmiStr,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_reference_list` needs.
#[azmi(reads = access::FindReferences)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiReferenceListRequest {
    /// The identity; all identities when nothing in it is given.
    #[azmi(with = unless_blank)]
    pub identity: AzmiTarget,
    /// The subscription to look in; when not given, the identity's own.
    #[azmi(optional)]
    pub subscription_id: AzmiStr,
    /// 1 to look in all subscriptions that the sign-in sees.
    pub all_subscriptions: u8,
    /// Who is asked.
    pub source: AzmiReferenceSource,
}

/// What `azmi_resource_identity_get` needs.
#[azmi(reads = ffi::resources::GetResource)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiResourceIdentityGetRequest {
    /// What the resource must be.
    #[azmi(required)]
    pub kind: AzmiResourceKind,
    /// The resource.
    pub target: AzmiTarget,
    /// The api-version to read it with; the right one for its type when not given.
    #[azmi(optional)]
    pub api_version: AzmiStr,
    /// 1 to look whether each assigned identity still exists.
    pub check: u8,
    /// 1 for the whole resource as Azure has it: `text` in place of a [`AzmiResourceIdentity`].
    pub as_json: u8,
}

/// What `azmi_resource_identity_list` needs.
#[azmi(reads = ffi::resources::ListResources)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiResourceIdentityListRequest {
    /// What the resources are.
    #[azmi(required)]
    pub kind: AzmiResourceKind,
    /// Which, and where. Resources of any kind are always listed by Azure Resource Graph.
    pub fleet: AzmiFleet,
    /// The types of resources of any kind, and patterns of types; none for all. Where each type or a
    /// name is given, the list has resources without an identity, too.
    pub types: *const AzmiStr,
    /// The number of types.
    pub types_len: usize,
    /// 1 to look whether each assigned identity still exists.
    pub check: u8,
    /// 1 for the whole machine as Azure has it: `text` in place of a [`AzmiResourceIdentity`]. For
    /// machines of one subscription alone.
    pub as_json: u8,
}

/// What `azmi_resource_identity_wait` needs.
#[azmi(reads = ffi::resources::WaitForResource)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiResourceIdentityWaitRequest {
    /// What the resource must be.
    #[azmi(required)]
    pub kind: AzmiResourceKind,
    /// The resource.
    pub target: AzmiTarget,
    /// The api-version to read it with; the right one for its type when not given.
    #[azmi(optional)]
    pub api_version: AzmiStr,
}

/// What `azmi_resource_identity_update` needs. An identity is a resource id, or a bare name that stands
/// for the identity of that name in the resource's group.
#[azmi(reads)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiResourceIdentityUpdateRequest {
    /// What the resource must be.
    #[azmi(required)]
    pub kind: AzmiResourceKind,
    /// The resource.
    pub target: AzmiTarget,
    /// The api-version to read and write it with; the right one for its type when not given.
    #[azmi(optional)]
    pub api_version: AzmiStr,
    /// `AZMI_CHANGE_MERGE`, which reads `add`, `remove`, `system_assigned` and `remove_missing`, or
    /// `AZMI_CHANGE_EXACT`, which reads `identity_type` and `add`: the resource then has these kinds
    /// and these identities, and no others.
    pub change: AzmiResourceIdentityChange,
    /// The kinds of identity after the change, for `AZMI_CHANGE_EXACT`.
    pub identity_type: AzmiResourceIdentityType,
    /// What to do with the system-assigned identity, for `AZMI_CHANGE_MERGE`.
    pub system_assigned: AzmiSystemAssigned,
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
    /// Which instances of a scale set take the change.
    pub upgrade: AzmiUpgrade,
    /// The ids of the instances, for `AZMI_UPGRADE_LISTED`.
    pub instances: *const AzmiStr,
    /// The number of ids of instances.
    pub instances_len: usize,
    /// 1 to remove an identity although the resource's settings name it.
    pub force: u8,
    /// 1 to return as soon as Azure has accepted the change.
    pub no_wait: u8,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_arm_invoke` needs.
#[azmi(reads)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiArmInvokeRequest {
    /// GET, HEAD, PUT, PATCH, POST or DELETE.
    pub method: AzmiStr,
    /// The path, with or without a query, or a whole URL of the connection's Resource Manager.
    /// `{subscriptionId}` in it stands for the subscription.
    pub path: AzmiStr,
    /// The subscription; when not given, the connection's.
    #[azmi(optional)]
    pub subscription_id: AzmiStr,
    /// The version of the API, where the path does not name it.
    #[azmi(optional)]
    pub api_version: AzmiStr,
    /// What to send: the caller's own JSON, which is sent unchanged.
    #[azmi(optional)]
    pub body: AzmiStr,
    /// 1 to read all pages of a list: each of its items is an event.
    pub paginate: u8,
    /// 1 to wait until Azure has completed what the call started.
    pub wait: u8,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_emulator_call` needs.
#[azmi(reads = emulator::Call)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiEmulatorCallRequest {
    /// The URL of the emulator, on this machine.
    #[azmi(required)]
    pub endpoint: AzmiStr,
    /// Its key.
    #[azmi(required, with = crate::auth::Secret::from)]
    pub admin_key: AzmiStr,
    /// The file of the certificate (PEM or DER) to trust where the emulator serves https.
    #[azmi(optional)]
    pub certificate_authority: AzmiStr,
    /// The method, such as `POST`.
    #[azmi(required)]
    pub method: AzmiStr,
    /// What follows `/_emulator`, with its query: `/faults`.
    #[azmi(required)]
    pub path: AzmiStr,
    /// The body, JSON; when not given there is none.
    #[azmi(optional)]
    pub body: AzmiStr,
}

/// Which federated credential: its id, or its identity and its name. Names beside an id must agree
/// with it.
#[azmi(reads = identity::federated::CredentialTarget, class = CredentialTarget)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedTarget {
    /// The credential's id.
    #[azmi(optional)]
    pub resource_id: AzmiStr,
    /// The identity; its id may be that of one of its credentials.
    pub identity: AzmiTarget,
    /// The credential's name.
    #[azmi(optional)]
    pub name: AzmiStr,
}

/// Whose tokens are trusted: by issuer and subject, or in the form of GitHub or of Kubernetes.
#[azmi(reads = identity::federated::Source, class = FederatedSource)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedSource {
    /// The URL of the issuer.
    #[azmi(optional)]
    pub issuer: AzmiStr,
    /// The subject that the issuer's tokens must have.
    #[azmi(optional)]
    pub subject: AzmiStr,
    /// What the claims of the issuer's tokens must match, in place of the subject.
    #[azmi(optional)]
    pub claims_matching_expression: AzmiStr,
    /// The version of the expression's language.
    ///
    /// 0 for that of an expression that is there, or else 1.
    #[azmi(none = 0)]
    pub claims_matching_expression_version: i32,
    /// GitHub: the organization or user.
    #[azmi(optional, name = GitHubOrganization)]
    pub github_organization: AzmiStr,
    /// GitHub: the repository.
    #[azmi(optional, name = GitHubRepository)]
    pub github_repository: AzmiStr,
    /// GitHub: a branch.
    #[azmi(optional, name = GitHubBranch)]
    pub github_branch: AzmiStr,
    /// GitHub: an environment.
    #[azmi(optional, name = GitHubEnvironment)]
    pub github_environment: AzmiStr,
    /// GitHub: a tag.
    #[azmi(optional, name = GitHubTag)]
    pub github_tag: AzmiStr,
    /// GitHub: 1 for workflows that a pull request runs.
    #[azmi(name = GitHubPullRequest)]
    pub github_pull_request: u8,
    /// Kubernetes: the URL of the cluster's issuer.
    #[azmi(optional)]
    pub kubernetes_issuer: AzmiStr,
    /// Kubernetes: the namespace of the service account.
    #[azmi(optional, member = namespace, name = Namespace)]
    pub kubernetes_namespace: AzmiStr,
    /// Kubernetes: the service account.
    #[azmi(optional)]
    pub service_account: AzmiStr,
}

/// What `azmi_federated_credential_create` and `azmi_federated_credential_update` need.
#[azmi(reads = identity::federated::Create)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedWriteRequest {
    /// The credential.
    pub target: AzmiFederatedTarget,
    /// Whose tokens are trusted.
    pub source: AzmiFederatedSource,
    /// The audience that the tokens must have: one. None for the default one, or to leave it.
    #[azmi(name = Audience)]
    pub audiences: *const AzmiStr,
    /// The number of audiences.
    pub audiences_len: usize,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_federated_credential_delete` needs.
#[azmi(reads = ffi::changes::DeleteFederated)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiFederatedDeleteRequest {
    /// The credential to delete.
    pub target: AzmiFederatedTarget,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_group_member_add` and `azmi_group_member_remove` need.
#[azmi(reads = access::Membership)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiGroupMemberRequest {
    /// The group: its object id, or its display name.
    pub group: AzmiStr,
    /// The object id of the member.
    pub principal_id: AzmiStr,
    /// How long to wait for a principal that is unknown, in seconds; negative for the default. For
    /// `azmi_group_member_add` alone.
    #[azmi(member = principal_wait, with = seconds, none = -1, name = PrincipalWaitSec)]
    pub principal_wait_s: i32,
    /// Whether to plan only.
    pub mode: AzmiMode,
}

/// What `azmi_deployment_create` needs.
#[azmi(reads)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiDeploymentRequest {
    /// The resource group, and the deployment's name.
    pub target: AzmiTarget,
    /// The template: JSON, with comments if need be.
    pub template_text: AzmiStr,
    /// The values of its parameters, an object of JSON by name.
    #[azmi(optional)]
    pub parameters: AzmiStr,
    /// The text of a file of parameters, in place of `parameters`.
    #[azmi(optional)]
    pub parameter_file: AzmiStr,
    /// Whether to plan only, by Azure's own what-if.
    pub mode: AzmiMode,
}

/// What `azmi_identity_export` needs.
#[azmi(reads = export::Export)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiIdentityExportRequest {
    /// The ids of the identities: all of one resource group.
    #[azmi(required)]
    pub identities: *const AzmiStr,
    /// The number of identities.
    pub identities_len: usize,
    /// 1 for Bicep; 0 for a template of Azure Resource Manager.
    #[azmi(member = format, with = template_format)]
    pub bicep: u8,
    /// 1 to add the roles that the identities have.
    pub roles: u8,
}

/// What `azmi_complete` needs: a word, and what else its command line says.
#[azmi(reads = completion::Request)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiCompletionRequest {
    /// What the word stands for.
    #[azmi(required)]
    pub kind: AzmiCompletionKind,
    /// The word as far as it goes.
    pub word: AzmiStr,
    /// The subscriptions, by id or by name; the connection's when there is none.
    pub subscriptions: *const AzmiStr,
    /// The number of subscriptions.
    pub subscriptions_len: usize,
    /// 1 for all subscriptions that the sign-in sees; `subscriptions` is not read then.
    pub all_subscriptions: u8,
    /// The name or the id of a management group, whose subscriptions are meant.
    #[azmi(optional, member = management_group)]
    pub management_group_id: AzmiStr,
    /// The resource group.
    #[azmi(optional)]
    pub resource_group: AzmiStr,
    /// The types of the resources, or patterns; any when there is none.
    pub resource_types: *const AzmiStr,
    /// The number of types.
    pub resource_types_len: usize,
    /// The names of resources that the command is about.
    pub names: *const AzmiStr,
    /// The number of names.
    pub names_len: usize,
    /// The ids of resources that the command is about.
    pub ids: *const AzmiStr,
    /// The number of ids.
    pub ids_len: usize,
    /// The id of the scope on which a role is to count.
    #[azmi(optional)]
    pub scope: AzmiStr,
    /// The API whose permissions are meant; Microsoft Graph when not given.
    #[azmi(optional)]
    pub api: AzmiStr,
    /// How long to wait for the service, in milliseconds. What it answers later is kept for the next
    /// word.
    #[azmi(member = patience, with = milliseconds, name = PatienceMilliseconds)]
    pub patience_ms: u32,
}

/// Something that happened in an operation. Exactly one event of an accepted operation is
/// `AZMI_EVENT_DONE` or `AZMI_EVENT_FAILED`, and it is the last.
#[azmi()]
#[repr(C)]
pub struct AzmiEvent {
    /// The tag that the operation was submitted with.
    pub tag: u64,
    /// What kind of event it is.
    pub kind: AzmiEventKind,
    /// A user-assigned identity, or null.
    #[azmi(item)]
    pub identity: *const AzmiIdentity,
    /// The identity of a resource, or null.
    #[azmi(item)]
    pub resource_identity: *const AzmiResourceIdentity,
    /// A role assignment, or null.
    #[azmi(item)]
    pub role_assignment: *const AzmiRoleAssignment,
    /// A role, or null.
    #[azmi(item)]
    pub role_definition: *const AzmiRoleDefinition,
    /// A resource that refers to an identity, or null.
    #[azmi(item)]
    pub reference: *const AzmiReference,
    /// A connection, or null.
    #[azmi(item)]
    pub connection: *const AzmiConnection,
    /// What a change would do, or null.
    #[azmi(item)]
    pub plan: *const AzmiPlan,
    /// A system-assigned identity, or null.
    #[azmi(item)]
    pub system_identity: *const AzmiSystemIdentity,
    /// A federated credential, or null.
    #[azmi(item)]
    pub federated_credential: *const AzmiFederatedCredential,
    /// A member of a group of the directory, or null.
    #[azmi(item)]
    pub group_member: *const AzmiGroupMember,
    /// An app role assignment, or null.
    #[azmi(item)]
    pub app_role_assignment: *const AzmiAppRoleAssignment,
    /// A deployment, or null.
    #[azmi(item)]
    pub deployment: *const AzmiDeployment,
    /// A subscription, or null.
    #[azmi(item)]
    pub subscription: *const AzmiSubscription,
    /// What Azure answered, JSON as Azure wrote it, or the template that was asked for.
    pub text: AzmiStr,
    /// What the host is asked, or null.
    pub question: *const AzmiQuestion,
    /// How far a long wait has come, or null.
    pub progress: *const AzmiProgress,
    /// Why the operation failed, or null.
    pub error: *const AzmiError,
    /// A verbose line or a warning.
    pub message: AzmiStr,
    /// The handle for `azmi_guard_answer`, or 0.
    pub guard: u64,
    /// What can complete a word, or null.
    #[azmi(item)]
    pub suggestion: *const AzmiSuggestion,
}

/// A subscription.
#[azmi(shows = arm::Subscription, class = Subscription)]
#[repr(C)]
pub struct AzmiSubscription {
    /// Its id.
    pub id: AzmiStr,
    /// Its name.
    pub name: AzmiStr,
    /// `Enabled`, `Disabled`, `Warned`, …
    #[azmi(optional)]
    pub state: AzmiStr,
    /// The tenant that it trusts.
    #[azmi(optional)]
    pub tenant_id: AzmiStr,
}

/// A user-assigned managed identity.
#[azmi(shows = identity::UserAssignedIdentity, model = UserAssignedIdentity, text = id)]
#[repr(C)]
pub struct AzmiIdentity {
    /// The resource id, as Azure writes it.
    pub id: AzmiStr,
    /// The name.
    pub name: AzmiStr,
    /// The resource group.
    #[azmi(member = id, with = resource_group_of, optional, shared)]
    pub resource_group: AzmiStr,
    /// The subscription's id.
    #[azmi(member = id, with = subscription_of, optional, shared)]
    pub subscription_id: AzmiStr,
    /// The region, such as `eastus`.
    #[azmi(shared)]
    pub location: AzmiStr,
    /// The object id of its service principal.
    #[azmi(member = properties.principal_id, optional)]
    pub principal_id: AzmiStr,
    /// Its application id.
    #[azmi(member = properties.client_id, optional)]
    pub client_id: AzmiStr,
    /// The tenant that the identity belongs to.
    #[azmi(member = properties.tenant_id, optional, shared)]
    pub tenant_id: AzmiStr,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities`.
    #[azmi(shared)]
    pub resource_type: AzmiStr,
    /// `None` or `Regional`; null where Azure does not report it.
    #[azmi(member = properties.isolation_scope, optional, shared)]
    pub isolation_scope: AzmiStr,
    /// The resource providers and resource types that it can be assigned to; empty for all.
    #[azmi(member = properties.assignment_restriction)]
    pub assignment_restriction: *const AzmiStr,
    /// Their number.
    pub assignment_restriction_len: usize,
    /// The tags; empty when there are none. Names are compared without regard to case.
    #[azmi(name = Tag)]
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
}

/// The system-assigned managed identity of a resource.
#[azmi(shows = identity::SystemAssignedIdentity, model = SystemAssignedIdentity, text = id)]
#[repr(C)]
pub struct AzmiSystemIdentity {
    /// Its id: that of the resource, with `/providers/Microsoft.ManagedIdentity/identities/default`.
    pub id: AzmiStr,
    /// `default`.
    pub name: AzmiStr,
    /// The resource group of the resource.
    #[azmi(member = id, with = resource_group_of, optional, shared)]
    pub resource_group: AzmiStr,
    /// The subscription's id.
    #[azmi(member = id, with = subscription_of, optional, shared)]
    pub subscription_id: AzmiStr,
    /// The resource's region.
    #[azmi(shared)]
    pub location: AzmiStr,
    /// The object id of its service principal.
    #[azmi(member = properties.principal_id, optional)]
    pub principal_id: AzmiStr,
    /// Its application id.
    #[azmi(member = properties.client_id, optional)]
    pub client_id: AzmiStr,
    /// The tenant that the identity belongs to.
    #[azmi(member = properties.tenant_id, optional, shared)]
    pub tenant_id: AzmiStr,
    /// `Microsoft.ManagedIdentity/identities`.
    #[azmi(shared)]
    pub resource_type: AzmiStr,
    /// The resource's tags; empty when there are none. Names are compared without regard to case.
    #[azmi(name = Tag)]
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
}

/// A federated credential of a user-assigned managed identity: whose tokens may act as the identity.
#[azmi(shows = identity::federated::FederatedCredential, model = FederatedIdentityCredential, text = id)]
#[repr(C)]
pub struct AzmiFederatedCredential {
    /// The resource id, as Azure writes it.
    pub id: AzmiStr,
    /// The name.
    pub name: AzmiStr,
    /// The name of the identity.
    #[azmi(member = id, with = identity_name_of, optional, shared)]
    pub identity_name: AzmiStr,
    /// The resource group of the identity.
    #[azmi(member = id, with = resource_group_of, optional, shared)]
    pub resource_group: AzmiStr,
    /// The subscription's id.
    #[azmi(member = id, with = subscription_of, optional, shared)]
    pub subscription_id: AzmiStr,
    /// The URL of the issuer.
    #[azmi(member = properties.issuer, shared)]
    pub issuer: AzmiStr,
    /// The subject that the issuer's tokens must have; null where there is an expression.
    #[azmi(member = properties.subject, optional)]
    pub subject: AzmiStr,
    /// What the claims of a token must match, in a flexible credential; null where there is a
    /// subject.
    #[azmi(member = properties.claims_matching_expression, with = expression_of, optional)]
    pub claims_matching_expression: AzmiStr,
    /// The version of the expression's language; null where there is none.
    ///
    /// 0 where there is none.
    #[azmi(member = properties.claims_matching_expression, with = expression_version_of, none = 0)]
    pub claims_matching_expression_version: i32,
    /// The audience that the tokens must have: one.
    #[azmi(member = properties.audiences, name = Audience)]
    pub audiences: *const AzmiStr,
    /// The number of audiences.
    pub audiences_len: usize,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
    #[azmi(shared)]
    pub resource_type: AzmiStr,
}

/// A direct member of a group of the directory.
#[azmi(shows = access::GroupMember, model = IdentityGroupMember, text = principal_id)]
#[repr(C)]
pub struct AzmiGroupMember {
    /// The object id of the group.
    #[azmi(shared)]
    pub group_id: AzmiStr,
    /// The display name of the group.
    #[azmi(optional, shared)]
    pub group_name: AzmiStr,
    /// The object id of the member.
    #[azmi(member = id)]
    pub principal_id: AzmiStr,
    /// The display name of the member; null where the sign-in may not see it.
    #[azmi(optional)]
    pub display_name: AzmiStr,
    /// `ServicePrincipal`, `User`, `Group` or `Device`.
    #[azmi(member = kind, optional, shared)]
    pub principal_type: AzmiStr,
    /// The application id of a service principal.
    #[azmi(member = app_id, optional)]
    pub client_id: AzmiStr,
}

/// An application permission of an API that a principal has.
#[azmi(shows = access::AppRoleAssignment, model = IdentityAppRoleAssignment, text = id)]
#[repr(C)]
pub struct AzmiAppRoleAssignment {
    /// The assignment's id. Its name tells it from the id of a resource: commands that take resources
    /// take this for none.
    #[azmi(name = AppRoleAssignmentId)]
    pub id: AzmiStr,
    /// The object id of who has the permission.
    pub principal_id: AzmiStr,
    /// What the directory calls who has it.
    #[azmi(member = principal_display_name, optional)]
    pub principal_name: AzmiStr,
    /// `ServicePrincipal`, which managed identities are, `User` or `Group`.
    #[azmi(optional, shared)]
    pub principal_type: AzmiStr,
    /// The display name of the API, such as Microsoft Graph.
    #[azmi(optional, shared)]
    pub resource_display_name: AzmiStr,
    /// The application id of the API; null when it can't be read.
    #[azmi(optional, shared)]
    pub resource_app_id: AzmiStr,
    /// The object id of the API's service principal.
    #[azmi(member = resource_id, shared)]
    pub resource_principal_id: AzmiStr,
    /// The permission, such as `User.Read.All`; null when it is not known, or has no value.
    #[azmi(optional, shared)]
    pub permission: AzmiStr,
    /// What the API calls the permission; null when it is not known.
    #[azmi(optional, shared)]
    pub permission_display_name: AzmiStr,
    /// The id of the app role.
    #[azmi(shared)]
    pub app_role_id: AzmiStr,
    /// When the assignment was created.
    #[azmi(member = created, optional)]
    pub created_date_time: AzmiStr,
}

/// A deployment of a template that has succeeded.
#[azmi(shows = deployment::Deployment, model = ArmDeployment, text = id)]
#[repr(C)]
pub struct AzmiDeployment {
    /// The resource id.
    pub id: AzmiStr,
    /// The name.
    #[azmi(name = DeploymentName)]
    pub name: AzmiStr,
    /// The resource group.
    #[azmi(member = id, with = resource_group_of, optional, shared)]
    pub resource_group: AzmiStr,
    /// The subscription's id.
    #[azmi(member = id, with = subscription_of, optional, shared)]
    pub subscription_id: AzmiStr,
    /// `Succeeded`.
    #[azmi(member = properties.provisioning_state, optional, shared)]
    pub provisioning_state: AzmiStr,
    /// When it was completed, as Azure writes it.
    #[azmi(member = properties.timestamp, optional)]
    pub timestamp: AzmiStr,
    /// How long it took, as ISO 8601 writes durations.
    #[azmi(member = properties.duration, optional)]
    pub duration: AzmiStr,
    /// `Incremental`: resources that are not in the template stay.
    #[azmi(member = properties.mode, optional)]
    pub mode: AzmiStr,
    /// Azure's id of the whole deployment.
    #[azmi(member = properties.correlation_id, optional)]
    pub correlation_id: AzmiStr,
    /// The outputs of the template by name, each with Type and Value. The value of a secure output
    /// is null: Azure does not return it.
    ///
    /// JSON: an object by name, each with `type` and `value`.
    #[azmi(
        member = properties.outputs,
        with = json,
        shown = "OutputTable",
        raw = OutputsJson
    )]
    pub outputs: AzmiStr,
    /// The ids of the resources that it created or found.
    #[azmi(member = properties.output_resources, name = OutputResource)]
    pub resources: *const AzmiStr,
    /// The number of resources.
    pub resources_len: usize,
}

/// A user-assigned managed identity as a resource has it.
#[azmi(shows = resource::AssignedIdentity, model = AssignedIdentity, text = id)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAssignedIdentity {
    /// The resource id, as the resource's provider writes it.
    pub id: AzmiStr,
    /// The name.
    #[azmi(member = id, with = name_of, optional)]
    pub name: AzmiStr,
    /// The object id of its service principal; null until Azure has resolved it.
    #[azmi(optional)]
    pub principal_id: AzmiStr,
    /// Its application id; null until Azure has resolved it.
    #[azmi(optional)]
    pub client_id: AzmiStr,
    /// Whether the identity itself still exists: false for a reference to an identity that was
    /// deleted, null when it was not checked (see -Check) or the sign-in may not check it.
    #[azmi(name = Exists, shown = "bool?", read = ReadExistence)]
    pub existence: AzmiExistence,
}

/// The managed identity of a resource.
#[azmi(shows = resource::ResourceIdentity, model = ResourceIdentity, open, made, text = id)]
#[repr(C)]
pub struct AzmiResourceIdentity {
    /// What the resource is.
    #[azmi(member = id, with = resource_kind_of, hidden)]
    pub kind: AzmiResourceKind,
    /// The resource's id.
    pub id: AzmiStr,
    /// Its name.
    pub name: AzmiStr,
    /// Its type, such as `Microsoft.Web/sites/slots`.
    #[azmi(name = ResourceType, shared)]
    pub resource_type: AzmiStr,
    /// Its resource group.
    #[azmi(optional, shared)]
    pub resource_group: AzmiStr,
    /// Its subscription's id.
    #[azmi(member = id, with = subscription_of, optional, shared)]
    pub subscription_id: AzmiStr,
    /// Its region.
    #[azmi(shared)]
    pub location: AzmiStr,
    /// Which kinds of identity it has.
    #[azmi(name = Type)]
    pub identity_type: AzmiResourceIdentityType,
    /// The system-assigned identity's object id; null when there is none.
    #[azmi(optional)]
    pub principal_id: AzmiStr,
    /// The system-assigned identity's tenant; null when there is none.
    #[azmi(optional, shared)]
    pub tenant_id: AzmiStr,
    /// The user-assigned identities; empty when there are none.
    #[azmi(name = UserAssignedIdentity)]
    pub assigned: *const AzmiAssignedIdentity,
    /// The number of user-assigned identities.
    pub assigned_len: usize,
    /// The version of the resource that this was read from.
    #[azmi(optional, name = ETag)]
    pub etag: AzmiStr,
    /// `Succeeded`, `Updating`, `Failed`, …
    #[azmi(optional, shared)]
    pub provisioning_state: AzmiStr,
    /// The tags; empty when there are none. Names are compared without regard to case.
    #[azmi(name = Tag)]
    pub tags: *const AzmiTag,
    /// The number of tags.
    pub tags_len: usize,
    /// How the instances of a scale set take a new model: `Manual`, `Automatic` or `Rolling`.
    #[azmi(optional, hidden)]
    pub upgrade_mode: AzmiStr,
}

/// The assignment of a role to a principal on a scope.
#[azmi(shows = access::RoleAssignment, model = IdentityRoleAssignment, text = id)]
#[repr(C)]
pub struct AzmiRoleAssignment {
    /// The assignment's id.
    pub id: AzmiStr,
    /// Its name, a GUID.
    pub name: AzmiStr,
    /// The scope of the assignment.
    #[azmi(member = properties.scope)]
    pub scope: AzmiStr,
    /// The full id of the role.
    #[azmi(member = properties.role_definition_id, shared)]
    pub role_definition_id: AzmiStr,
    /// The name of the role, such as `Reader`; null when it is not known.
    #[azmi(member = role_name, optional, shared)]
    pub role_definition_name: AzmiStr,
    /// The object id of who has the role.
    #[azmi(member = properties.principal_id)]
    pub principal_id: AzmiStr,
    /// `ServicePrincipal`, which managed identities are, `User`, `Group`, …
    #[azmi(member = properties.principal_type, optional, shared)]
    pub principal_type: AzmiStr,
    /// What the directory calls who has the role, in a list of assignments; null when Microsoft Graph
    /// does not tell it.
    #[azmi(optional)]
    pub principal_name: AzmiStr,
    /// The description that the assignment was created with.
    #[azmi(member = properties.description, optional)]
    pub description: AzmiStr,
    /// The condition of the assignment.
    #[azmi(member = properties.condition, optional)]
    pub condition: AzmiStr,
    /// The version of the condition's language.
    #[azmi(member = properties.condition_version, optional, shared)]
    pub condition_version: AzmiStr,
    /// Whether it was created on a scope above the one that was asked about, and is inherited there.
    pub inherited: u8,
}

/// A role that can be assigned.
#[azmi(shows = access::RoleDefinition, class = RoleDefinition)]
#[repr(C)]
pub struct AzmiRoleDefinition {
    /// Its full id.
    pub id: AzmiStr,
    /// Its GUID.
    pub name: AzmiStr,
    /// Its name, such as `Reader`.
    #[azmi(member = properties.role_name)]
    pub role_name: AzmiStr,
    /// What it is for.
    #[azmi(member = properties.description, optional)]
    pub description: AzmiStr,
    /// `BuiltInRole` or `CustomRole`.
    #[azmi(member = properties.kind, optional)]
    pub kind: AzmiStr,
}

/// What can stand in the place of a word of a command line.
#[azmi(shows = completion::Suggestion, class = Suggestion)]
#[repr(C)]
pub struct AzmiSuggestion {
    /// The argument, without quotes.
    pub value: AzmiStr,
    /// What a list shows for it, on one line.
    pub label: AzmiStr,
    /// What else tells it from others, on one line; empty when there is nothing.
    pub detail: AzmiStr,
}

/// A resource that refers to a user-assigned managed identity.
#[azmi(shows = access::Reference, model = IdentityAssociatedResource, text = id)]
#[repr(C)]
pub struct AzmiReference {
    /// The resource's id.
    pub id: AzmiStr,
    /// Its name.
    pub name: AzmiStr,
    /// Its type, such as `microsoft.compute/virtualmachines`, in the casing of the source.
    #[azmi(shared)]
    pub resource_type: AzmiStr,
    /// Its resource group.
    #[azmi(optional, shared)]
    pub resource_group: AzmiStr,
    /// Its subscription's id.
    #[azmi(optional, shared)]
    pub subscription_id: AzmiStr,
    /// The id of the identity that it refers to.
    #[azmi(shared)]
    pub identity_id: AzmiStr,
    /// How it refers to it.
    #[azmi(name = Reference)]
    pub kind: AzmiReferenceKind,
}

/// A connection to Azure Resource Manager. It shows who is signed in and where, and never a secret.
///
/// The host owns `client` from here on and frees it with `azmi_client_free`.
#[azmi(shows = connect::Connection, model = ManagedIdentityConnection, made)]
#[repr(C)]
pub struct AzmiConnection {
    /// The handle for every operation.
    #[azmi(with = client_handle, hidden)]
    pub client: u64,
    /// Who is signed in, as far as the sign-in says.
    pub account: AzmiStr,
    /// The kind of sign-in: `AccessToken`, `ServicePrincipal`, `ManagedService`, `User`,
    /// `AzurePowerShell` or `AzureCli`.
    pub account_type: AzmiStr,
    /// The tenant's id, where it is known.
    #[azmi(optional)]
    pub tenant_id: AzmiStr,
    /// The default subscription.
    pub subscription_id: AzmiStr,
    /// That subscription's name.
    pub subscription_name: AzmiStr,
    /// The cloud's name.
    pub environment: AzmiStr,
    /// The URL of Azure Resource Manager.
    pub endpoint: AzmiStr,
}

/// What a change would do.
#[azmi(shows = arm::Plan, class = ChangePlan)]
#[repr(C)]
pub struct AzmiPlan {
    /// The resource that it is about.
    #[azmi(member = resource)]
    pub resource_id: AzmiStr,
    /// What would change, in words: a line, and under it one for each detail that there is.
    #[azmi(member = self, with = plan_told)]
    pub description: AzmiStr,
    /// 0 when nothing would change.
    #[azmi(member = changes())]
    pub changes: u8,
    /// What stands for this plan in the request that carries it out: its `agreed`.
    #[azmi(member = self, with = agreement_of)]
    pub agreement: AzmiStr,
}

/// What only the host can find out or do.
///
/// The operation goes on when `azmi_question_answer` has been called, exactly once.
#[azmi(shows, class = HostQuestion)]
#[repr(C)]
pub struct AzmiQuestion {
    /// The handle for `azmi_question_answer`.
    #[azmi(name = Handle)]
    pub question: u64,
    /// What the host is asked for.
    pub kind: AzmiQuestionKind,
    /// What the token is for; when not given, the Resource Manager of Azure PowerShell's context.
    #[azmi(optional)]
    pub audience: AzmiStr,
    /// The tenant of the token; when not given, that of the context.
    #[azmi(optional)]
    pub tenant: AzmiStr,
    /// The full path of a PFX file.
    #[azmi(optional)]
    pub path: AzmiStr,
    /// The SHA-1 thumbprint of a certificate: 40 hexadecimal digits.
    #[azmi(optional)]
    pub thumbprint: AzmiStr,
    /// What to sign.
    #[azmi(optional)]
    pub text: AzmiStr,
    /// How to sign it.
    pub algorithm: AzmiSignatureAlgorithm,
    /// The URL of a service or of a page.
    #[azmi(optional)]
    pub url: AzmiStr,
}

/// What the host found out or did. Without an outcome, another host may answer.
#[azmi(reads, class = HostAnswer)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiAnswer {
    /// What came of the question.
    pub outcome: AzmiAnswerOutcome,
    /// The token, for `AZMI_ANSWER_TOKEN`.
    #[azmi(secret)]
    pub token: AzmiStr,
    /// How many seconds from now the token is good for.
    #[azmi(name = Lifetime)]
    pub lifetime_s: u64,
    /// Who is signed in.
    #[azmi(optional)]
    pub account: AzmiStr,
    /// The tenant of the context.
    #[azmi(optional)]
    pub tenant: AzmiStr,
    /// The subscription of the context.
    #[azmi(optional)]
    pub subscription_id: AzmiStr,
    /// The URL of the context's Resource Manager.
    #[azmi(optional)]
    pub endpoint: AzmiStr,
    /// What tokens for that Resource Manager are asked for.
    #[azmi(optional)]
    pub audience: AzmiStr,
    /// The certificate in DER, for `AZMI_ANSWER_CERTIFICATE`.
    ///
    /// In base64.
    #[azmi(base64)]
    pub certificate: AzmiStr,
    /// How its key signs.
    pub algorithm: AzmiSignatureAlgorithm,
    /// The signature, for `AZMI_ANSWER_SIGNATURE`.
    ///
    /// In base64.
    #[azmi(base64)]
    pub signature: AzmiStr,
    /// Why it failed, for `AZMI_ANSWER_FAILED`.
    #[azmi(optional)]
    pub message: AzmiStr,
    /// The URL of the proxy, for `AZMI_ANSWER_PROXY`; null for a direct connection.
    #[azmi(optional)]
    pub proxy: AzmiStr,
    /// The user name for the proxy, where the settings have one.
    #[azmi(optional)]
    pub proxy_user: AzmiStr,
    /// The password for the proxy.
    #[azmi(secret)]
    pub proxy_password: AzmiStr,
}

/// How far a long wait has come.
#[azmi(shows = base::Progress, class = OperationProgress)]
#[repr(C)]
pub struct AzmiProgress {
    /// What is going on.
    pub activity: AzmiStr,
    /// How it stands.
    pub status: AzmiStr,
    /// 0 to 100, or -1 when it is not known.
    pub percent: i32,
    /// How long it has taken so far, in seconds.
    pub seconds_elapsed: u32,
    /// How long it will take, in seconds, or -1 when it is not known.
    pub seconds_left: i32,
}

/// Why an operation failed.
#[azmi(shows = base::Error, class = OperationFailure)]
#[repr(C)]
pub struct AzmiError {
    /// Azure's code, or the module's own where Azure was not asked.
    #[azmi(member = code())]
    pub code: AzmiStr,
    /// What happened, to which resource, and what to do.
    #[azmi(member = self, with = message_of)]
    pub message: AzmiStr,
    /// The kind of error.
    #[azmi(member = category())]
    pub category: AzmiCategory,
    /// The HTTP status, or 0.
    #[azmi(member = status())]
    pub http_status: u32,
    /// The resource or the parameter that it is about.
    #[azmi(member = target(), optional)]
    pub target: AzmiStr,
    /// What to do next.
    #[azmi(member = recommendation(), optional)]
    pub recommendation: AzmiStr,
    /// Azure's id of the request that failed.
    #[azmi(member = request_id(), optional)]
    pub request_id: AzmiStr,
    /// Azure's id of the whole operation.
    #[azmi(member = correlation_id(), optional)]
    pub correlation_id: AzmiStr,
    /// Method and path of the request that failed, such as `PATCH /subscriptions/…`.
    #[azmi(member = request(), optional)]
    pub request: AzmiStr,
    /// The answer as the service wrote it, without secrets.
    #[azmi(member = raw(), optional, name = RawError)]
    pub raw: AzmiStr,
}
