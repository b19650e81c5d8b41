#ifndef MANAGED_IDENTITY_H
#define MANAGED_IDENTITY_H

/* Generated from src/ffi by build.rs. Do not edit. */

#include <stddef.h>
#include <stdint.h>

// The call did what was asked.
#define MI_OK 0

// A pointer that must not be null is null.
#define MI_ERROR_NULL 16

// The handle is unknown: never issued, or freed already.
#define MI_ERROR_HANDLE 17

// A string is not UTF-8.
#define MI_ERROR_UTF8 18

// A number is outside its enumeration or range.
#define MI_ERROR_VALUE 19

// The library failed inside; the call had no effect.
#define MI_ERROR_PANIC 20

// The queue was cancelled and takes no more operations.
#define MI_ERROR_CANCELED 21

// The library could not start its threads.
#define MI_ERROR_RUNTIME 22

// No category fits.
#define MI_CATEGORY_NOT_SPECIFIED 0

// The caller's input breaks a rule; no request was sent.
#define MI_CATEGORY_INVALID_ARGUMENT 1

// What was named does not exist.
#define MI_CATEGORY_OBJECT_NOT_FOUND 2

// Signed in, but not allowed.
#define MI_CATEGORY_PERMISSION_DENIED 3

// Not signed in, or the sign-in was refused or has run out.
#define MI_CATEGORY_AUTHENTICATION_ERROR 4

// It exists already in another form.
#define MI_CATEGORY_RESOURCE_EXISTS 5

// Somebody else is changing it.
#define MI_CATEGORY_RESOURCE_BUSY 6

// Throttled, or over a quota.
#define MI_CATEGORY_LIMITS_EXCEEDED 7

// It did not end in time.
#define MI_CATEGORY_OPERATION_TIMEOUT 8

// The endpoint could not be reached.
#define MI_CATEGORY_CONNECTION_ERROR 9

// The endpoint answered with something that is not Azure's.
#define MI_CATEGORY_INVALID_RESULT 10

// Cancelled by the caller.
#define MI_CATEGORY_OPERATION_STOPPED 11

// Azure refused the operation, or it failed there.
#define MI_CATEGORY_INVALID_OPERATION 12

// The version of this ABI. A host compares it with [`mi_abi_version`](super::mi_abi_version)
// before any other call, and refuses to go on when they differ.
#define MI_ABI_VERSION 4

// `mi_queue_wait`: nothing arrived in the time given.
#define MI_TIMEOUT 1

// `mi_queue_wait`: every operation has ended and every event has been taken.
#define MI_DRAINED 2

// The event carries one result in the record pointer that is not null.
#define MI_EVENT_ITEM 1

// The event's `message` is a verbose line.
#define MI_EVENT_VERBOSE 2

// The event's `message` is a warning.
#define MI_EVENT_WARNING 3

// The event carries `progress`.
#define MI_EVENT_PROGRESS 4

// The operation has ended well. Its last event.
#define MI_EVENT_DONE 5

// The operation has failed; the event carries `error`. Its last event.
#define MI_EVENT_FAILED 6

// The event carries a question, which the host must answer. It comes out of turn.
#define MI_EVENT_QUESTION 7

// The event's `message` is a warning of an effect that comes next. The operation waits until
// `mi_guard_answer` has been called with the event's `guard`. It comes out of turn, and only to a
// queue whose options say `guards`; to others it is `MI_EVENT_WARNING`, and the operation goes on.
#define MI_EVENT_GUARDED_WARNING 8

// The host was stopped before it knew: another may answer.
#define MI_ANSWER_NONE 0

// There is a token.
#define MI_ANSWER_TOKEN 1

// There is no Azure PowerShell.
#define MI_ANSWER_MISSING 2

// Azure PowerShell failed; `message` says why.
#define MI_ANSWER_FAILED 3

// Sign in with an access token that the caller has (`secret`).
#define MI_CREDENTIAL_ACCESS_TOKEN 1

// Sign in as a service principal with `client_id` and `secret`.
#define MI_CREDENTIAL_CLIENT_SECRET 2

// Use the sign-in of the Azure CLI.
#define MI_CREDENTIAL_AZURE_CLI 3

// Sign in by the first of these that works: the environment's variables, a managed identity,
// Azure PowerShell, the Azure CLI.
#define MI_CREDENTIAL_AUTOMATIC 5

// Sign in as a service principal with `client_id` and the certificate in the file `path`; `secret`
// is the password of a PFX file.
#define MI_CREDENTIAL_CERTIFICATE 6

// Sign in as a service principal with `client_id` and a token of another issuer: `secret`, or the
// file `path`.
#define MI_CREDENTIAL_FEDERATED_TOKEN 7

// Use the managed identity of this machine; `client_id` names one of several by its client id,
// object id or resource id.
#define MI_CREDENTIAL_MANAGED_IDENTITY 8

// Sign a person in, who is told in a warning what to do; `client_id` may name the application that
// asks, `claims_challenge` what a service wants to see.
#define MI_CREDENTIAL_DEVICE_CODE 9

// Use the sign-in of Azure PowerShell. The host is asked for its tokens: `MI_EVENT_QUESTION`.
#define MI_CREDENTIAL_AZURE_POWERSHELL 10

// Sign in as a service principal with `client_id` and the token of the workflow that this runs in:
// of GitHub Actions or of Azure DevOps, for which `service_connection` names the connection.
#define MI_CREDENTIAL_WORKFLOW_TOKEN 11

// No managed identity.
#define MI_IDENTITY_NONE 0

// The system-assigned identity alone.
#define MI_IDENTITY_SYSTEM_ASSIGNED 1

// User-assigned identities alone.
#define MI_IDENTITY_USER_ASSIGNED 2

// The system-assigned identity and user-assigned ones.
#define MI_IDENTITY_SYSTEM_AND_USER_ASSIGNED 3

// Leave the system-assigned identity as it is.
#define MI_SYSTEM_ASSIGNED_KEEP 0

// Turn the system-assigned identity on.
#define MI_SYSTEM_ASSIGNED_ENABLE 1

// Turn the system-assigned identity off.
#define MI_SYSTEM_ASSIGNED_DISABLE 2

// What is not named stays as it is.
#define MI_CHANGE_MERGE 0

// What is not named goes.
#define MI_CHANGE_EXACT 1

// A virtual machine.
#define MI_MACHINE_VM 0

// A virtual machine scale set.
#define MI_MACHINE_SCALE_SET 1

// No instance of a scale set takes the change.
#define MI_UPGRADE_NONE 0

// All instances that do not have it yet take the change.
#define MI_UPGRADE_ALL 1

// The instances that are named take the change.
#define MI_UPGRADE_LISTED 2

// Nobody looked whether the identity exists, or looking is not allowed.
#define MI_EXISTENCE_UNKNOWN 0

// The identity exists.
#define MI_EXISTENCE_EXISTS 1

// The identity was deleted: the reference to it is dead.
#define MI_EXISTENCE_MISSING 2

// Delete the identity, and leave behind what refers to it.
#define MI_DELETE_PLAIN 0

// First take the identity off machines and its roles away.
#define MI_DELETE_DETACH 1

// Refuse to delete an identity that is in use.
#define MI_DELETE_IF_UNUSED 2

// Ask Azure Resource Graph.
#define MI_SOURCE_RESOURCE_GRAPH 0

// Ask the provider of managed identities.
#define MI_SOURCE_PROVIDER 1

// The identity is assigned to the resource.
#define MI_REFERENCE_ASSIGNED 0

// The resource's settings name the identity.
#define MI_REFERENCE_MENTIONED 1

// The provider of managed identities says so, and not how.
#define MI_REFERENCE_REPORTED 2

// A UTF-8 string: `len` bytes at `ptr`. A null `ptr` means "not given".
typedef struct MiStr {
  // The first byte, or null.
  const uint8_t *ptr;
  // The number of bytes.
  size_t len;
} MiStr;

// How a queue works.
typedef struct MiQueueOptions {
  // How many operations run at once; at least 1. More may be submitted: they wait.
  uint32_t throttle_limit;
  // 1 to receive verbose lines.
  uint8_t verbose;
  // 1 when the host answers guarded warnings: `MI_EVENT_GUARDED_WARNING`.
  uint8_t guards;
} MiQueueOptions;

// A tag: a name and a value.
typedef struct MiTag {
  // The tag's name.
  struct MiStr name;
  // The tag's value.
  struct MiStr value;
} MiTag;

// A user-assigned identity.
typedef struct MiIdentity {
  // The resource id, as Azure writes it.
  struct MiStr id;
  // The name.
  struct MiStr name;
  // The resource group.
  struct MiStr resource_group;
  // The subscription's id.
  struct MiStr subscription_id;
  // The region, such as `eastus`.
  struct MiStr location;
  // `Microsoft.ManagedIdentity/userAssignedIdentities`.
  struct MiStr resource_type;
  // The tenant that the identity belongs to.
  struct MiStr tenant_id;
  // The object id of its service principal.
  struct MiStr principal_id;
  // Its application id.
  struct MiStr client_id;
  // `None` or `Regional`, where Azure says.
  struct MiStr isolation_scope;
  // The tags.
  const struct MiTag *tags;
  // The number of tags.
  size_t tags_len;
} MiIdentity;

// A user-assigned identity on a virtual machine.
typedef struct MiAssignedIdentity {
  // The resource id, as Compute writes it.
  struct MiStr id;
  // The name.
  struct MiStr name;
  // The object id of its service principal; not given until Azure has resolved it.
  struct MiStr principal_id;
  // Its application id; not given until Azure has resolved it.
  struct MiStr client_id;
  // One of `MI_EXISTENCE_*`.
  uint32_t existence;
} MiAssignedIdentity;

// The identity of a virtual machine or scale set.
typedef struct MiVmIdentity {
  // One of `MI_MACHINE_*`.
  uint32_t machine;
  // The machine's resource id.
  struct MiStr id;
  // Its name.
  struct MiStr name;
  // Its resource group.
  struct MiStr resource_group;
  // Its subscription's id.
  struct MiStr subscription_id;
  // Its region.
  struct MiStr location;
  // One of `MI_IDENTITY_*`.
  uint32_t identity_type;
  // The system-assigned identity's object id, when there is one.
  struct MiStr principal_id;
  // The system-assigned identity's tenant, when there is one.
  struct MiStr tenant_id;
  // The version of the machine that this was read from.
  struct MiStr etag;
  // `Succeeded`, `Updating`, `Failed`, …
  struct MiStr provisioning_state;
  // The user-assigned identities.
  const struct MiAssignedIdentity *assigned;
  // The number of user-assigned identities.
  size_t assigned_len;
  // How a scale set's instances take a new model: `Manual`, `Automatic` or `Rolling`.
  struct MiStr upgrade_mode;
} MiVmIdentity;

// A role that somebody has.
typedef struct MiRoleAssignment {
  // Its id.
  struct MiStr id;
  // Its name, a GUID.
  struct MiStr name;
  // What it was given on.
  struct MiStr scope;
  // The role's full id.
  struct MiStr role_definition_id;
  // What people call the role, where that is known.
  struct MiStr role_definition_name;
  // The object id of who has it.
  struct MiStr principal_id;
  // `ServicePrincipal`, `User`, `Group`, …
  struct MiStr principal_type;
  // Why, as whoever gave it said.
  struct MiStr description;
  // The condition under which it counts.
  struct MiStr condition;
  // The version of the condition's language.
  struct MiStr condition_version;
  // 1 when it was given above the place that was asked about.
  uint8_t inherited;
} MiRoleAssignment;

// A role.
typedef struct MiRoleDefinition {
  // Its full id.
  struct MiStr id;
  // Its GUID.
  struct MiStr name;
  // What people call it, such as `Reader`.
  struct MiStr role_name;
  // What it is for.
  struct MiStr description;
  // `BuiltInRole` or `CustomRole`.
  struct MiStr kind;
} MiRoleDefinition;

// A resource that refers to a user-assigned identity.
typedef struct MiReference {
  // The resource's id.
  struct MiStr id;
  // Its name.
  struct MiStr name;
  // Its type.
  struct MiStr resource_type;
  // Its resource group.
  struct MiStr resource_group;
  // Its subscription.
  struct MiStr subscription_id;
  // The identity's id.
  struct MiStr identity_id;
  // One of `MI_REFERENCE_*`.
  uint32_t kind;
} MiReference;

// A connection. The host owns `client` from here on and frees it with `mi_client_free`.
typedef struct MiConnection {
  // The handle for every operation.
  uint64_t client;
  // Who is signed in, as far as the sign-in says.
  struct MiStr account;
  // `AccessToken`, `ServicePrincipal`, `ManagedService`, `User`, `AzurePowerShell` or
  // `AzureCli`.
  struct MiStr account_type;
  // The tenant's id, where it is known.
  struct MiStr tenant_id;
  // The subscription to work in.
  struct MiStr subscription_id;
  // That subscription's name.
  struct MiStr subscription_name;
  // The cloud's name.
  struct MiStr environment;
  // The URL of Azure Resource Manager.
  struct MiStr endpoint;
} MiConnection;

// What a change would do.
typedef struct MiPlan {
  // The resource that it is about.
  struct MiStr resource_id;
  // What would change, in words.
  struct MiStr description;
  // 0 when nothing would change.
  uint8_t changes;
  // What stands for this plan in the request that carries it out: its `agreed`.
  struct MiStr agreement;
} MiPlan;

// The system-assigned identity of a resource.
typedef struct MiSystemIdentity {
  // Its id: that of the resource, with `/providers/Microsoft.ManagedIdentity/identities/default`.
  struct MiStr id;
  // `default`.
  struct MiStr name;
  // The resource group of the resource.
  struct MiStr resource_group;
  // The subscription's id.
  struct MiStr subscription_id;
  // The resource's region.
  struct MiStr location;
  // `Microsoft.ManagedIdentity/identities`.
  struct MiStr resource_type;
  // The tenant that the identity belongs to.
  struct MiStr tenant_id;
  // The object id of its service principal.
  struct MiStr principal_id;
  // Its application id.
  struct MiStr client_id;
  // The resource's tags.
  const struct MiTag *tags;
  // The number of tags.
  size_t tags_len;
} MiSystemIdentity;

// A federated credential.
typedef struct MiFederatedCredential {
  // The resource id, as Azure writes it.
  struct MiStr id;
  // The name.
  struct MiStr name;
  // The name of the identity.
  struct MiStr identity_name;
  // The resource group of the identity.
  struct MiStr resource_group;
  // The subscription's id.
  struct MiStr subscription_id;
  // `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
  struct MiStr resource_type;
  // The URL of the issuer.
  struct MiStr issuer;
  // Whom the issuer must name; not given where there is an expression.
  struct MiStr subject;
  // What the claims of a token must match; not given where there is a subject.
  struct MiStr claims_matching_expression;
  // The version of the expression's language; 0 where there is none.
  int32_t claims_matching_expression_version;
  // Whom the token must be for.
  const struct MiStr *audiences;
  // The number of audiences.
  size_t audiences_len;
} MiFederatedCredential;

// What only the host can find out: a token of Azure PowerShell, which runs in the same process.
// The operation goes on when `mi_question_answer` has been called, exactly once.
typedef struct MiQuestion {
  // The handle for `mi_question_answer`.
  uint64_t question;
  // What the token is for; when not given, the Resource Manager of Azure PowerShell's context.
  struct MiStr audience;
  // The tenant; when not given, that of the context.
  struct MiStr tenant;
} MiQuestion;

// A direct member of a group of the directory.
typedef struct MiGroupMember {
  // The object id of the group.
  struct MiStr group_id;
  // Its display name.
  struct MiStr group_name;
  // The object id of the member.
  struct MiStr id;
  // The display name of the member, where the sign-in may see it.
  struct MiStr display_name;
  // `ServicePrincipal`, `User`, `Group` or `Device`.
  struct MiStr kind;
  // The application id of a service principal.
  struct MiStr app_id;
} MiGroupMember;

// A deployment that has ended well.
typedef struct MiDeployment {
  // The resource id.
  struct MiStr id;
  // The name.
  struct MiStr name;
  // The resource group.
  struct MiStr resource_group;
  // The subscription's id.
  struct MiStr subscription_id;
  // `Succeeded`.
  struct MiStr provisioning_state;
  // When it was done, as Azure writes it.
  struct MiStr timestamp;
  // How long it took, as ISO 8601 writes durations.
  struct MiStr duration;
  // `Incremental`.
  struct MiStr mode;
  // Azure's id of the whole deployment.
  struct MiStr correlation_id;
  // The template's outputs: JSON, an object by name, each with `type` and `value`. Secure ones
  // have no value.
  struct MiStr outputs;
  // The ids of the resources that it made or found.
  const struct MiStr *resources;
  // The number of resources.
  size_t resources_len;
} MiDeployment;

// How far a long wait has come.
typedef struct MiProgress {
  // What is going on.
  struct MiStr activity;
  // How it stands.
  struct MiStr status;
  // 0 to 100, or -1 when it can't be known.
  int32_t percent;
  // How long it has taken so far, in seconds.
  uint32_t seconds_elapsed;
} MiProgress;

// Why an operation failed.
typedef struct MiError {
  // Azure's code, or the module's own where Azure was not asked.
  struct MiStr code;
  // What happened, to which resource, and what to do.
  struct MiStr message;
  // One of `MI_CATEGORY_*`.
  uint32_t category;
  // The HTTP status, or 0.
  uint32_t http_status;
  // The resource or the parameter that it is about.
  struct MiStr target;
  // What to do next.
  struct MiStr recommendation;
  // Azure's id of the request that failed.
  struct MiStr request_id;
  // Azure's id of the whole operation.
  struct MiStr correlation_id;
  // Method and path of the request that failed, such as `PATCH /subscriptions/…`.
  struct MiStr request;
  // The answer as the service wrote it, without secrets.
  struct MiStr raw;
} MiError;

// Something that happened in an operation. Exactly one event of an accepted operation is
// `MI_EVENT_DONE` or `MI_EVENT_FAILED`, and it is the last.
typedef struct MiEvent {
  // The tag that the operation was submitted with.
  uint64_t tag;
  // One of `MI_EVENT_*`.
  uint32_t kind;
  // A user-assigned identity, or null.
  const struct MiIdentity *identity;
  // The identity of a virtual machine or scale set, or null.
  const struct MiVmIdentity *vm_identity;
  // A role assignment, or null.
  const struct MiRoleAssignment *role_assignment;
  // A role, or null.
  const struct MiRoleDefinition *role_definition;
  // A resource that refers to an identity, or null.
  const struct MiReference *reference;
  // A connection, or null.
  const struct MiConnection *connection;
  // What a change would do, or null.
  const struct MiPlan *plan;
  // A system-assigned identity, or null.
  const struct MiSystemIdentity *system_identity;
  // A federated credential, or null.
  const struct MiFederatedCredential *federated_credential;
  // What the host is asked, or null.
  const struct MiQuestion *question;
  // A member of a group of the directory, or null.
  const struct MiGroupMember *group_member;
  // A deployment, or null.
  const struct MiDeployment *deployment;
  // What Azure answered, JSON as Azure wrote it, or the template that was asked for.
  struct MiStr text;
  // How far a long wait has come, or null.
  const struct MiProgress *progress;
  // Why the operation failed, or null.
  const struct MiError *error;
  // A verbose line or a warning.
  struct MiStr message;
  // The handle for `mi_guard_answer`, or 0.
  uint64_t guard;
} MiEvent;

// What `mi_client_connect` needs.
typedef struct MiConnectRequest {
  // One of `MI_CREDENTIAL_*`.
  uint32_t credential;
  // The cloud's name: AzureCloud (the default), AzureUSGovernment or AzureChinaCloud.
  struct MiStr environment;
  // The URL of Azure Resource Manager, where it is not the cloud's.
  struct MiStr endpoint;
  // With `MI_CREDENTIAL_CLIENT_SECRET`: the URL where tokens are issued, where neither the cloud
  // nor the endpoint is to be asked for it.
  struct MiStr authority;
  // What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
  // endpoint's own host.
  struct MiStr audience;
  // The tenant's id or domain.
  struct MiStr tenant;
  // The application's id, or what else names an account: see `MI_CREDENTIAL_*`.
  struct MiStr client_id;
  // The service principal's secret, the access token, or what else is secret: see
  // `MI_CREDENTIAL_*`.
  struct MiStr secret;
  // An access token for Microsoft Graph, beside one for Resource Manager.
  struct MiStr graph_token;
  // The full path of a file: see `MI_CREDENTIAL_*`.
  struct MiStr path;
  // What a claims challenge said, in base64.
  struct MiStr claims_challenge;
  // The id of a service connection of Azure DevOps; when not given, the pipeline's own.
  struct MiStr service_connection;
  // The subscription to work in; when not given, the sign-in's own, or the first enabled one.
  struct MiStr subscription_id;
  // The environment that names the proxy and the sign-in, and that of programs that are run to
  // sign in, such as the Azure CLI; null for that of the process. Hosts whose runtime keeps an
  // environment of its own (.NET does, but on Windows) pass theirs.
  const struct MiTag *variables;
  // The number of variables.
  size_t variables_len;
} MiConnectRequest;

// What the host found out.
typedef struct MiAnswer {
  // One of `MI_ANSWER_*`.
  uint32_t outcome;
  // The token, for `MI_ANSWER_TOKEN`.
  struct MiStr token;
  // How many seconds from now the token is good for.
  uint64_t lifetime_s;
  // Who is signed in.
  struct MiStr account;
  // The tenant of the context.
  struct MiStr tenant;
  // The subscription of the context.
  struct MiStr subscription_id;
  // The URL of the context's Resource Manager.
  struct MiStr endpoint;
  // What tokens for that Resource Manager are asked for.
  struct MiStr audience;
  // Why there is no token, for `MI_ANSWER_FAILED`.
  struct MiStr message;
} MiAnswer;

// Which resource: its id, or its names. Names beside an id must agree with it.
typedef struct MiTarget {
  // The resource id.
  struct MiStr resource_id;
  // The subscription; when not given, the connection's.
  struct MiStr subscription_id;
  // The resource group.
  struct MiStr resource_group;
  // The resource's name.
  struct MiStr name;
  // The type that the caller's object says it is of; any when not given.
  struct MiStr resource_type;
  // The parameter that gave the id or the object, for errors; `ResourceId` when not given.
  struct MiStr parameter;
} MiTarget;

// What `mi_identity_create` needs.
typedef struct MiIdentityCreateRequest {
  // The identity to create.
  struct MiTarget target;
  // The region; when not given, the resource group's.
  struct MiStr location;
  // `None` or `Regional`; when not given, Azure's default.
  struct MiStr isolation_scope;
  // The tags; null for none. On an identity that exists they are added to those it has.
  const struct MiTag *tags;
  // The number of tags.
  size_t tags_len;
  // 1 to plan only: a [`MiPlan`] comes instead of the identity, and nothing is changed.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiIdentityCreateRequest;

// Where to list.
typedef struct MiListRequest {
  // The subscription; when not given, the connection's.
  struct MiStr subscription_id;
  // The resource group; when not given, the whole subscription.
  struct MiStr resource_group;
} MiListRequest;

// What `mi_identity_list` needs.
typedef struct MiIdentityListRequest {
  // Where to list.
  struct MiListRequest scope;
  // 1 to list all subscriptions that the sign-in sees; `scope` is not read then.
  uint8_t all_subscriptions;
  // 1 for those alone that no resource refers to and that hold no role and no federated
  // credential.
  uint8_t unused;
} MiIdentityListRequest;

// What `mi_identity_update` needs.
typedef struct MiIdentityUpdateRequest {
  // The identity to change.
  struct MiTarget target;
  // `None` or `Regional`; when not given it stays.
  struct MiStr isolation_scope;
  // The tags that replace those it has.
  const struct MiTag *tags;
  // The number of tags.
  size_t tags_len;
  // 1 when `tags` counts, even with none in it; 0 leaves the tags as they are.
  uint8_t replace_tags;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiIdentityUpdateRequest;

// What `mi_identity_delete` needs.
typedef struct MiIdentityDeleteRequest {
  // The identity to delete.
  struct MiTarget target;
  // One of `MI_DELETE_*`.
  uint32_t manner;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiIdentityDeleteRequest;

// Who holds a role, or gets it: somebody in the directory, or a user-assigned identity.
typedef struct MiHolder {
  // The object id; with it `identity` is not read.
  struct MiStr principal_id;
  // `ServicePrincipal` (the default), `User`, `Group`, `ForeignGroup` or `Device`.
  struct MiStr principal_type;
  // The identity. With its name alone it is looked for in the whole subscription.
  struct MiTarget identity;
} MiHolder;

// Where a role counts.
typedef struct MiPlace {
  // The id of a scope; with it the other members are not read.
  struct MiStr scope;
  // The subscription; when not given, the connection's.
  struct MiStr subscription_id;
  // The resource group; when not given, the whole subscription.
  struct MiStr resource_group;
} MiPlace;

// A role: by its name, or by its id.
typedef struct MiRole {
  // The name, such as `Reader`.
  struct MiStr name;
  // The GUID or the full id.
  struct MiStr id;
} MiRole;

// What `mi_role_assignment_create` needs.
typedef struct MiRoleAssignmentCreateRequest {
  // Who gets the role.
  struct MiHolder holder;
  // On what. One of its members must be given.
  struct MiPlace place;
  // Which role.
  struct MiRole role;
  // Why, for those who look at it later.
  struct MiStr description;
  // A condition in Azure's language for them.
  struct MiStr condition;
  // The version of that language.
  struct MiStr condition_version;
  // How long to wait for a principal that is unknown, in seconds; negative for as long as is
  // usual.
  int32_t principal_wait_s;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiRoleAssignmentCreateRequest;

// What `mi_role_assignment_list` needs.
typedef struct MiRoleAssignmentListRequest {
  // Whose; everybody's when nothing in it is given.
  struct MiHolder holder;
  // Where they count; the connection's subscription when nothing in it is given.
  struct MiPlace place;
  // Of which role; of all when nothing in it is given.
  struct MiRole role;
  // 1 to include what the holder has as a member of groups.
  uint8_t through_groups;
} MiRoleAssignmentListRequest;

// What `mi_role_assignment_delete` needs.
typedef struct MiRoleAssignmentDeleteRequest {
  // The assignment's id; with it the other members are not read.
  struct MiStr id;
  // Who has the role.
  struct MiHolder holder;
  // On what.
  struct MiPlace place;
  // Which role.
  struct MiRole role;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiRoleAssignmentDeleteRequest;

// What `mi_reference_list` needs.
typedef struct MiReferenceListRequest {
  // The identity; all identities when nothing in it is given.
  struct MiTarget identity;
  // The subscription to look in; when not given, the identity's own.
  struct MiStr subscription_id;
  // 1 to look in all subscriptions that the sign-in sees.
  uint8_t all_subscriptions;
  // One of `MI_SOURCE_*`.
  uint32_t source;
} MiReferenceListRequest;

// What `mi_vm_identity_get` needs.
typedef struct MiVmIdentityGetRequest {
  // One of `MI_MACHINE_*`.
  uint32_t machine;
  // The virtual machine or scale set.
  struct MiTarget target;
  // 1 to look whether each assigned identity still exists.
  uint8_t check;
  // 1 for the whole machine as Azure has it: `text` in place of a [`MiVmIdentity`].
  uint8_t as_json;
} MiVmIdentityGetRequest;

// What `mi_vm_identity_list` needs.
typedef struct MiVmIdentityListRequest {
  // One of `MI_MACHINE_*`.
  uint32_t machine;
  // Where to list.
  struct MiListRequest scope;
  // 1 to look whether each assigned identity still exists.
  uint8_t check;
  // 1 for the whole machine as Azure has it: `text` in place of a [`MiVmIdentity`].
  uint8_t as_json;
} MiVmIdentityListRequest;

// What `mi_vm_identity_wait` needs.
typedef struct MiVmIdentityWaitRequest {
  // One of `MI_MACHINE_*`.
  uint32_t machine;
  // The virtual machine or scale set.
  struct MiTarget target;
} MiVmIdentityWaitRequest;

// What `mi_vm_identity_update` needs. An identity is a resource id, or a bare name that stands
// for the identity of that name in the machine's resource group.
typedef struct MiVmIdentityUpdateRequest {
  // One of `MI_MACHINE_*`.
  uint32_t machine;
  // The virtual machine or scale set.
  struct MiTarget target;
  // `MI_CHANGE_MERGE`, which reads `add`, `remove`, `system_assigned` and `remove_missing`, or
  // `MI_CHANGE_EXACT`, which reads `identity_type` and `add` as all there shall be.
  uint32_t change;
  // One of `MI_IDENTITY_*`.
  uint32_t identity_type;
  // One of `MI_SYSTEM_ASSIGNED_*`.
  uint32_t system_assigned;
  // The identities to add. In a plan, an empty text is one that is not known yet.
  const struct MiStr *add;
  // The number of identities to add.
  size_t add_len;
  // The identities to remove.
  const struct MiStr *remove;
  // The number of identities to remove.
  size_t remove_len;
  // 1 to drop references to identities that do not exist any more.
  uint8_t remove_missing;
  // One of `MI_UPGRADE_*`: which instances of a scale set take the change.
  uint32_t upgrade;
  // The ids of the instances, for `MI_UPGRADE_LISTED`.
  const struct MiStr *instances;
  // The number of ids of instances.
  size_t instances_len;
  // 1 to return as soon as Azure has accepted the change.
  uint8_t no_wait;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiVmIdentityUpdateRequest;

// What `mi_arm_invoke` needs.
typedef struct MiArmInvokeRequest {
  // GET, HEAD, PUT, PATCH, POST or DELETE.
  struct MiStr method;
  // The path, with or without a query, or a whole URL of the connection's Resource Manager.
  // `{subscriptionId}` in it stands for the subscription.
  struct MiStr path;
  // The subscription; when not given, the connection's.
  struct MiStr subscription_id;
  // The version of the API, where the path does not name it.
  struct MiStr api_version;
  // What to send: the caller's own JSON, which leaves as it is.
  struct MiStr body;
  // 1 to read all pages of a list: each of its items is an event.
  uint8_t paginate;
  // 1 to wait until Azure is done with what the call began.
  uint8_t wait;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiArmInvokeRequest;

// Which federated credential: its id, or its identity and its name. Names beside an id must agree
// with it.
typedef struct MiFederatedTarget {
  // The credential's id.
  struct MiStr resource_id;
  // The identity; its id may be that of one of its credentials.
  struct MiTarget identity;
  // The credential's name.
  struct MiStr name;
} MiFederatedTarget;

// What `mi_federated_credential_create` and `mi_federated_credential_update` need. The source is
// given by issuer and subject, or in the form of GitHub or of Kubernetes.
typedef struct MiFederatedWriteRequest {
  // The credential.
  struct MiFederatedTarget target;
  // The URL of the issuer.
  struct MiStr issuer;
  // Whom the issuer must name.
  struct MiStr subject;
  // GitHub: the organization or user.
  struct MiStr github_organization;
  // GitHub: the repository.
  struct MiStr github_repository;
  // GitHub: a branch.
  struct MiStr github_branch;
  // GitHub: an environment.
  struct MiStr github_environment;
  // GitHub: a tag.
  struct MiStr github_tag;
  // GitHub: 1 for workflows that a pull request runs.
  uint8_t github_pull_request;
  // Kubernetes: the URL of the cluster's issuer.
  struct MiStr kubernetes_issuer;
  // Kubernetes: the namespace of the service account.
  struct MiStr kubernetes_namespace;
  // Kubernetes: the service account.
  struct MiStr service_account;
  // Whom the token must be for: one. None for the usual one, or to leave it.
  const struct MiStr *audiences;
  // The number of audiences.
  size_t audiences_len;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiFederatedWriteRequest;

// What `mi_federated_credential_delete` needs.
typedef struct MiFederatedDeleteRequest {
  // The credential to delete.
  struct MiFederatedTarget target;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiFederatedDeleteRequest;

// What `mi_group_member_add` and `mi_group_member_remove` need.
typedef struct MiGroupMemberRequest {
  // The group: its object id, or its display name.
  struct MiStr group;
  // The object id of the member.
  struct MiStr principal_id;
  // How long to wait for a principal that is unknown, in seconds; negative for as long as is
  // usual. For `mi_group_member_add` alone.
  int32_t principal_wait_s;
  // 1 to plan only.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiGroupMemberRequest;

// What `mi_deployment_create` needs.
typedef struct MiDeploymentRequest {
  // The resource group, and the deployment's name.
  struct MiTarget target;
  // The template: JSON, with comments if need be.
  struct MiStr template_text;
  // The values of its parameters, an object of JSON by name.
  struct MiStr parameters;
  // The text of a file of parameters, in place of `parameters`.
  struct MiStr parameter_file;
  // 1 to plan only, by Azure's own what-if.
  uint8_t dry_run;
  // The `agreement` of the plan that somebody agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct MiStr agreed;
} MiDeploymentRequest;

// What `mi_identity_export` needs.
typedef struct MiIdentityExportRequest {
  // The ids of the identities: all of one resource group.
  const struct MiStr *identities;
  // The number of identities.
  size_t identities_len;
  // 1 for Bicep; 0 for a template of Azure Resource Manager.
  uint8_t bicep;
  // 1 to add the roles that the identities have.
  uint8_t roles;
} MiIdentityExportRequest;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of this ABI: [`MI_ABI_VERSION`] of the library that is loaded.
uint32_t mi_abi_version(void);

// The version of the library, such as `0.1.0`. The text lives as long as the library.
struct MiStr mi_version(void);

// What a status means, in English. The text lives as long as the library.
struct MiStr mi_status_text(int32_t status);

// Makes a queue, which runs operations and collects what they yield, in the order in which
// they were submitted.
//
// # Safety
// See the module.
int32_t mi_queue_create(const struct MiQueueOptions *options, uint64_t *queue);

// Takes the next event, waiting at most `timeout_ms` milliseconds: 0 does not wait, a negative
// number waits for ever. `MI_OK`: `*event` is set, and the caller frees it with
// [`mi_event_free`]. `MI_TIMEOUT` or `MI_DRAINED`: `*event` is null. One thread at a time.
//
// # Safety
// See the module.
int32_t mi_queue_wait(uint64_t queue, int32_t timeout_ms, const struct MiEvent **event);

// How many operations have not ended yet, or have events that were not taken.
//
// # Safety
// See the module.
int32_t mi_queue_pending(uint64_t queue, uint64_t *pending);

// Cancels everything in the queue, from any thread: what runs is dropped, what was not taken
// is discarded, each operation ends with an `OperationCanceled` error, a wait returns at once,
// and later submits are refused with `MI_ERROR_CANCELED`.
int32_t mi_queue_cancel(uint64_t queue);

// Cancels the queue and frees it. 0 does nothing; a handle freed before is `MI_ERROR_HANDLE`.
int32_t mi_queue_free(uint64_t queue);

// Frees an event and all that it points to. Null does nothing; an event freed before is
// `MI_ERROR_HANDLE`, as long as no later event lives at its address.
//
// # Safety
// See the module.
int32_t mi_event_free(const struct MiEvent *event);

// Submits a sign-in. Yields a [`MiConnection`].
//
// # Safety
// See the module.
int32_t mi_client_connect(const struct MiConnectRequest *request, uint64_t queue, uint64_t tag);

// Answers a question that an event carried. `MI_ERROR_HANDLE` when it was answered before.
//
// # Safety
// See the module.
int32_t mi_question_answer(uint64_t question, const struct MiAnswer *answer);

// Answers a guarded warning by the `guard` of its event: 1 to go on, 0 to end the operation with
// `WarningRefused` before the effect. `MI_ERROR_HANDLE` when it was answered before.
int32_t mi_guard_answer(uint64_t guard_handle, uint8_t go_on);

// Frees a client. Operations that run with it end as they would. 0 does nothing; a handle
// freed before is `MI_ERROR_HANDLE`.
int32_t mi_client_free(uint64_t client);

// Submits the creation of a user-assigned identity. Yields a [`MiIdentity`], or a [`MiPlan`]
// when `dry_run` is set.
//
// # Safety
// See the module.
int32_t mi_identity_create(uint64_t client,
                           const struct MiIdentityCreateRequest *request,
                           uint64_t queue,
                           uint64_t tag);

// Submits the reading of a user-assigned identity. Yields a [`MiIdentity`].
//
// # Safety
// See the module.
int32_t mi_identity_get(uint64_t client,
                        const struct MiTarget *request,
                        uint64_t queue,
                        uint64_t tag);

// Submits a listing of user-assigned identities. Yields a [`MiIdentity`] for each.
//
// # Safety
// See the module.
int32_t mi_identity_list(uint64_t client,
                         const struct MiIdentityListRequest *request,
                         uint64_t queue,
                         uint64_t tag);

// Submits a change to a user-assigned identity. Yields a [`MiIdentity`], or a [`MiPlan`] when
// `dry_run` is set.
//
// # Safety
// See the module.
int32_t mi_identity_update(uint64_t client,
                           const struct MiIdentityUpdateRequest *request,
                           uint64_t queue,
                           uint64_t tag);

// Submits the deletion of a user-assigned identity. Yields nothing, or a [`MiPlan`] when
// `dry_run` is set. One that does not exist is an error, but for `MI_DELETE_DETACH`, which warns
// and removes what is left of it.
//
// # Safety
// See the module.
int32_t mi_identity_delete(uint64_t client,
                           const struct MiIdentityDeleteRequest *request,
                           uint64_t queue,
                           uint64_t tag);

// Submits the giving of a role. Yields the [`MiRoleAssignment`], an existing one too, or a
// [`MiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t mi_role_assignment_create(uint64_t client,
                                  const struct MiRoleAssignmentCreateRequest *request,
                                  uint64_t queue,
                                  uint64_t tag);

// Submits a listing of role assignments. Yields a [`MiRoleAssignment`] for each.
//
// # Safety
// See the module.
int32_t mi_role_assignment_list(uint64_t client,
                                const struct MiRoleAssignmentListRequest *request,
                                uint64_t queue,
                                uint64_t tag);

// Submits the taking away of a role. Yields nothing, or a [`MiPlan`] when `dry_run` is set. One
// that nobody has is an error.
//
// # Safety
// See the module.
int32_t mi_role_assignment_delete(uint64_t client,
                                  const struct MiRoleAssignmentDeleteRequest *request,
                                  uint64_t queue,
                                  uint64_t tag);

// Submits a listing of the roles that can be given in a place; in the connection's subscription
// when none is named. Yields a [`MiRoleDefinition`] for each.
//
// # Safety
// See the module.
int32_t mi_role_definition_list(uint64_t client,
                                const struct MiPlace *request,
                                uint64_t queue,
                                uint64_t tag);

// Submits a listing of the resources that refer to an identity. Yields a [`MiReference`] for each.
//
// # Safety
// See the module.
int32_t mi_reference_list(uint64_t client,
                          const struct MiReferenceListRequest *request,
                          uint64_t queue,
                          uint64_t tag);

// Submits the reading of a machine's identity. Yields a [`MiVmIdentity`], or `text` with `as_json`.
//
// # Safety
// See the module.
int32_t mi_vm_identity_get(uint64_t client,
                           const struct MiVmIdentityGetRequest *request,
                           uint64_t queue,
                           uint64_t tag);

// Submits a listing of machines. Yields a [`MiVmIdentity`] for each, or `text` with `as_json`.
//
// # Safety
// See the module.
int32_t mi_vm_identity_list(uint64_t client,
                            const struct MiVmIdentityListRequest *request,
                            uint64_t queue,
                            uint64_t tag);

// Submits a wait until Azure is done with a machine. Yields a [`MiVmIdentity`].
//
// # Safety
// See the module.
int32_t mi_vm_identity_wait(uint64_t client,
                            const struct MiVmIdentityWaitRequest *request,
                            uint64_t queue,
                            uint64_t tag);

// Submits a change to a machine's identity. Yields the [`MiVmIdentity`] after it, or a
// [`MiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t mi_vm_identity_update(uint64_t client,
                              const struct MiVmIdentityUpdateRequest *request,
                              uint64_t queue,
                              uint64_t tag);

// Submits the reading of the system-assigned identity of the resource with this id. Yields a
// [`MiSystemIdentity`].
//
// # Safety
// See the module.
int32_t mi_system_identity_get(uint64_t client,
                               const struct MiStr *scope,
                               uint64_t queue,
                               uint64_t tag);

// Submits a call of the caller's own to Azure Resource Manager. Yields what Azure answered as
// `text`, if anything; with `paginate` each item of the list; or a [`MiPlan`] when `dry_run` is
// set.
//
// # Safety
// See the module.
int32_t mi_arm_invoke(uint64_t client,
                      const struct MiArmInvokeRequest *request,
                      uint64_t queue,
                      uint64_t tag);

// Submits the creation of a federated credential. Yields a [`MiFederatedCredential`], or a
// [`MiPlan`] when `dry_run` is set. Writes under one identity go one at a time.
//
// # Safety
// See the module.
int32_t mi_federated_credential_create(uint64_t client,
                                       const struct MiFederatedWriteRequest *request,
                                       uint64_t queue,
                                       uint64_t tag);

// Submits a change to a federated credential: what is not given stays. Yields a
// [`MiFederatedCredential`], or a [`MiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t mi_federated_credential_update(uint64_t client,
                                       const struct MiFederatedWriteRequest *request,
                                       uint64_t queue,
                                       uint64_t tag);

// Submits the deletion of a federated credential. Yields nothing, or a [`MiPlan`] when `dry_run`
// is set. One that does not exist is an error.
//
// # Safety
// See the module.
int32_t mi_federated_credential_delete(uint64_t client,
                                       const struct MiFederatedDeleteRequest *request,
                                       uint64_t queue,
                                       uint64_t tag);

// Submits the reading of a federated credential. Yields a [`MiFederatedCredential`].
//
// # Safety
// See the module.
int32_t mi_federated_credential_get(uint64_t client,
                                    const struct MiFederatedTarget *request,
                                    uint64_t queue,
                                    uint64_t tag);

// Submits a listing of the federated credentials of an identity. Yields a
// [`MiFederatedCredential`] for each.
//
// # Safety
// See the module.
int32_t mi_federated_credential_list(uint64_t client,
                                     const struct MiTarget *identity,
                                     uint64_t queue,
                                     uint64_t tag);

// Submits that a principal be in a group of the directory. Yields nothing, or a [`MiPlan`] when
// `dry_run` is set. One that is in it already stays.
//
// # Safety
// See the module.
int32_t mi_group_member_add(uint64_t client,
                            const struct MiGroupMemberRequest *request,
                            uint64_t queue,
                            uint64_t tag);

// Submits that a principal be in a group of the directory no more. Yields nothing, or a
// [`MiPlan`] when `dry_run` is set. One that is not in it is no error.
//
// # Safety
// See the module.
int32_t mi_group_member_remove(uint64_t client,
                               const struct MiGroupMemberRequest *request,
                               uint64_t queue,
                               uint64_t tag);

// Submits a listing of the direct members of the group with this object id or display name.
// Yields a [`MiGroupMember`] for each.
//
// # Safety
// See the module.
int32_t mi_group_member_list(uint64_t client,
                             const struct MiStr *group,
                             uint64_t queue,
                             uint64_t tag);

// Submits the running of a template. Yields a [`MiDeployment`] when it is done, or a [`MiPlan`]
// when `dry_run` is set.
//
// # Safety
// See the module.
int32_t mi_deployment_create(uint64_t client,
                             const struct MiDeploymentRequest *request,
                             uint64_t queue,
                             uint64_t tag);

// Submits the making of a template out of identities. Yields it as `text`.
//
// # Safety
// See the module.
int32_t mi_identity_export(uint64_t client,
                           const struct MiIdentityExportRequest *request,
                           uint64_t queue,
                           uint64_t tag);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MANAGED_IDENTITY_H */
