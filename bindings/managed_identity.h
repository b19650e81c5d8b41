#ifndef MANAGED_IDENTITY_H
#define MANAGED_IDENTITY_H

/* Generated from src/ffi by build.rs. Do not edit. */

#include <stddef.h>
#include <stdint.h>

// The call did what was asked.
#define AZMI_OK 0

// A pointer that must not be null is null.
#define AZMI_ERROR_NULL 16

// The handle is unknown: never issued, or freed already.
#define AZMI_ERROR_HANDLE 17

// A string is not UTF-8.
#define AZMI_ERROR_UTF8 18

// A number is outside its enumeration or range.
#define AZMI_ERROR_VALUE 19

// The library failed inside; the call had no effect.
#define AZMI_ERROR_PANIC 20

// The queue was cancelled and takes no more operations.
#define AZMI_ERROR_CANCELED 21

// The library could not start its threads.
#define AZMI_ERROR_RUNTIME 22

// A pointer is not aligned for what it points to, or what it points to is longer than 64 MiB.
#define AZMI_ERROR_POINTER 23

// No category fits.
#define AZMI_CATEGORY_NOT_SPECIFIED 0

// The caller's input breaks a rule; no request was sent.
#define AZMI_CATEGORY_INVALID_ARGUMENT 1

// What was named does not exist.
#define AZMI_CATEGORY_OBJECT_NOT_FOUND 2

// Signed in, but not allowed.
#define AZMI_CATEGORY_PERMISSION_DENIED 3

// Not signed in, or the sign-in was refused or has run out.
#define AZMI_CATEGORY_AUTHENTICATION_ERROR 4

// It exists already in another form.
#define AZMI_CATEGORY_RESOURCE_EXISTS 5

// Another client is changing it.
#define AZMI_CATEGORY_RESOURCE_BUSY 6

// Throttled, or over a quota.
#define AZMI_CATEGORY_LIMITS_EXCEEDED 7

// It did not end in time.
#define AZMI_CATEGORY_OPERATION_TIMEOUT 8

// The endpoint could not be reached.
#define AZMI_CATEGORY_CONNECTION_ERROR 9

// The endpoint answered with something that is not Azure's.
#define AZMI_CATEGORY_INVALID_RESULT 10

// Cancelled by the caller.
#define AZMI_CATEGORY_OPERATION_STOPPED 11

// Azure refused the operation, or it failed there.
#define AZMI_CATEGORY_INVALID_OPERATION 12

// The version of this ABI. A host compares it with [`azmi_abi_version`](super::azmi_abi_version)
// before any other call, and refuses to go on when they differ.
#define AZMI_ABI_VERSION 10

// `azmi_queue_wait`: nothing arrived in the time given.
#define AZMI_TIMEOUT 1

// `azmi_queue_wait`: every operation has ended and every event has been taken.
#define AZMI_DRAINED 2

// The longest that an operation may be given, in seconds: a day.
#define AZMI_LONGEST_TIMEOUT_S 86400

// The longest that one attempt at a request may be given, in seconds: an hour.
#define AZMI_LONGEST_REQUEST_TIMEOUT_S 3600

// How often a request can be sent again at most.
#define AZMI_MOST_RETRIES 100

// The event carries one result in the record pointer that is not null.
#define AZMI_EVENT_ITEM 1

// The event's `message` is a verbose line.
#define AZMI_EVENT_VERBOSE 2

// The event's `message` is a warning.
#define AZMI_EVENT_WARNING 3

// The event carries `progress`.
#define AZMI_EVENT_PROGRESS 4

// The operation has ended well. Its last event.
#define AZMI_EVENT_DONE 5

// The operation has failed; the event carries `error`. Its last event.
#define AZMI_EVENT_FAILED 6

// The event carries a question, which the host must answer. It is not queued behind other events.
#define AZMI_EVENT_QUESTION 7

// The event's `message` is a warning of an effect that comes next. The operation waits until
// `azmi_guard_answer` has been called with the event's `guard`.
//
// It is not queued behind other events. A queue whose options do not say `guards` yields
// `AZMI_EVENT_WARNING` in its place, and the operation goes on.
#define AZMI_EVENT_GUARDED_WARNING 8

// One of the results of the operation can't be had; the event carries `error`. The operation goes on
// with the others.
#define AZMI_EVENT_ITEM_FAILED 9

// Get a token of Azure PowerShell, which runs in the same process.
#define AZMI_QUESTION_TOKEN 1

// Open a certificate: the PFX file `path`, or the one with `thumbprint` in the operating system's
// stores. The host knows the password of the file, and holds the key for as long as the connection
// is open that this operation makes.
#define AZMI_QUESTION_CERTIFICATE 2

// Sign `text` by `algorithm` with the key of the connection's certificate.
#define AZMI_QUESTION_SIGNATURE 3

// Find the proxy that the system's settings name for `url`.
#define AZMI_QUESTION_PROXY 4

// Start a browser with the page `url`.
#define AZMI_QUESTION_BROWSER 5

// No answer: another host may give it.
#define AZMI_ANSWER_NONE 0

// There is a token.
#define AZMI_ANSWER_TOKEN 1

// The host can't do what is asked: there is no Azure PowerShell, or it opens no certificates, knows
// no proxies or starts no browser.
#define AZMI_ANSWER_MISSING 2

// It failed; `message` says why.
#define AZMI_ANSWER_FAILED 3

// There is a `certificate`, whose key signs by `algorithm`.
#define AZMI_ANSWER_CERTIFICATE 4

// There is a `signature`.
#define AZMI_ANSWER_SIGNATURE 5

// The password of the PFX file is wrong.
#define AZMI_ANSWER_WRONG_PASSWORD 6

// No store has the certificate.
#define AZMI_ANSWER_NOT_FOUND 7

// The settings name `proxy`, or none.
#define AZMI_ANSWER_PROXY 8

// The browser was started.
#define AZMI_ANSWER_OPENED 9

// The certificate has no RSA key.
#define AZMI_SIGNATURE_NONE 0

// RSASSA-PSS with SHA-256.
#define AZMI_SIGNATURE_PS256 1

// RSASSA-PKCS1-v1_5 with SHA-256.
#define AZMI_SIGNATURE_RS256 2

// Sign in with an access token that the caller has (`secret`).
#define AZMI_CREDENTIAL_ACCESS_TOKEN 1

// Sign in as a service principal with `client_id` and `secret`.
#define AZMI_CREDENTIAL_CLIENT_SECRET 2

// Use the sign-in of the Azure CLI.
#define AZMI_CREDENTIAL_AZURE_CLI 3

// Sign in by the first of these that works: the environment's variables, a managed identity,
// Azure PowerShell, the Azure CLI.
#define AZMI_CREDENTIAL_AUTOMATIC 5

// Sign in as a service principal with `client_id` and the certificate in the file `path`, or the one
// with `thumbprint`.
//
// The library reads PEM files itself; the host is asked to open PFX files and certificates of the
// system's stores, and to sign with their keys: `AZMI_EVENT_QUESTION`.
#define AZMI_CREDENTIAL_CERTIFICATE 6

// Sign in as a service principal with `client_id` and a token of another issuer: `secret`, or the
// file `path`.
#define AZMI_CREDENTIAL_FEDERATED_TOKEN 7

// Use the managed identity of this machine; `client_id` names one of several by its client id,
// object id or resource id.
#define AZMI_CREDENTIAL_MANAGED_IDENTITY 8

// Sign a user in with a device code, which a warning shows; `client_id` may name the application that
// asks, `claims_challenge` what a service wants to see.
#define AZMI_CREDENTIAL_DEVICE_CODE 9

// Use the sign-in of Azure PowerShell. The host is asked for its tokens: `AZMI_EVENT_QUESTION`.
#define AZMI_CREDENTIAL_AZURE_POWERSHELL 10

// Sign in as a service principal with `client_id` and the token of the workflow that this runs in:
// of GitHub Actions or of Azure DevOps, for which `service_connection` names the connection.
#define AZMI_CREDENTIAL_WORKFLOW_TOKEN 11

// Sign a user in with a browser of this machine, which the host is asked to start:
// `AZMI_EVENT_QUESTION`. `client_id` may name the application that asks, `account` the user,
// `claims_challenge` what a service wants to see.
#define AZMI_CREDENTIAL_BROWSER 12

// None.
#define AZMI_IDENTITY_NONE 0

// The system-assigned identity alone.
#define AZMI_IDENTITY_SYSTEM_ASSIGNED 1

// User-assigned identities alone.
#define AZMI_IDENTITY_USER_ASSIGNED 2

// The system-assigned identity and user-assigned ones.
#define AZMI_IDENTITY_SYSTEM_AND_USER_ASSIGNED 3

// Keep the system-assigned identity unchanged.
#define AZMI_SYSTEM_ASSIGNED_KEEP 0

// Turn the system-assigned identity on.
#define AZMI_SYSTEM_ASSIGNED_ENABLE 1

// Turn the system-assigned identity off.
#define AZMI_SYSTEM_ASSIGNED_DISABLE 2

// What is not named stays as it is.
#define AZMI_CHANGE_MERGE 0

// What is not named is removed.
#define AZMI_CHANGE_EXACT 1

// A resource of any type.
#define AZMI_KIND_ANY 0

// A virtual machine.
#define AZMI_KIND_VIRTUAL_MACHINE 1

// A virtual machine scale set.
#define AZMI_KIND_SCALE_SET 2

// No instance of a scale set takes the change.
#define AZMI_UPGRADE_NONE 0

// All instances that do not have it yet take the change.
#define AZMI_UPGRADE_ALL 1

// The instances that are named take the change.
#define AZMI_UPGRADE_LISTED 2

// Not checked, or the sign-in is not allowed to check.
#define AZMI_EXISTENCE_UNKNOWN 0

// The identity exists.
#define AZMI_EXISTENCE_EXISTS 1

// The identity was deleted.
#define AZMI_EXISTENCE_MISSING 2

// Delete the identity alone, not what refers to it.
#define AZMI_DELETE_PLAIN 0

// First remove the identity from resources, and its role assignments.
#define AZMI_DELETE_DETACH 1

// Refuse to delete an identity that is in use.
#define AZMI_DELETE_IF_UNUSED 2

// Azure Resource Graph.
#define AZMI_SOURCE_RESOURCE_GRAPH 0

// The provider of managed identities: its older call listAssociatedResources.
#define AZMI_SOURCE_PROVIDER 1

// The identity is assigned to the resource.
#define AZMI_REFERENCE_ASSIGNED 0

// The resource's settings name the identity, as those of a cluster name that of its nodes.
#define AZMI_REFERENCE_MENTIONED 1

// The provider of managed identities reports the reference, without saying of which kind it is.
#define AZMI_REFERENCE_REPORTED 2

// A subscription: its id.
#define AZMI_COMPLETION_SUBSCRIPTION 0

// A resource group: its name.
#define AZMI_COMPLETION_RESOURCE_GROUP 1

// A region: its name.
#define AZMI_COMPLETION_LOCATION 2

// A resource of the type that is given: its name, with those of its parents before it.
#define AZMI_COMPLETION_RESOURCE 3

// A resource of the type that is given, or of any: its id.
#define AZMI_COMPLETION_RESOURCE_ID 4

// A user-assigned identity: its name if it is in the group that is given, or else its id.
#define AZMI_COMPLETION_IDENTITY 5

// An identity that the resources have which are named; any identity when none is.
#define AZMI_COMPLETION_ASSIGNED_IDENTITY 6

// A federated credential of the identity that is named: its name.
#define AZMI_COMPLETION_FEDERATED_CREDENTIAL 7

// A role: its name.
#define AZMI_COMPLETION_ROLE 8

// A scope: its id.
#define AZMI_COMPLETION_SCOPE 9

// A group of the directory: its name, or its id where several have that name.
#define AZMI_COMPLETION_DIRECTORY_GROUP 10

// A type of resources that can have identities.
#define AZMI_COMPLETION_RESOURCE_TYPE 11

// A management group: its name.
#define AZMI_COMPLETION_MANAGEMENT_GROUP 12

// An API of the directory: its display name, or its application id where several have that name.
#define AZMI_COMPLETION_API 13

// An application permission of the API that is given: its value.
#define AZMI_COMPLETION_APP_ROLE 14

// A resource provider whose resources can have identities, or a type of theirs.
#define AZMI_COMPLETION_RESOURCE_PROVIDER 15

// A UTF-8 string: `len` bytes at `ptr`. A null `ptr` means "not given".
typedef struct AzmiStr {
  // The first byte, or null.
  const uint8_t *ptr;
  // The number of bytes.
  size_t len;
} AzmiStr;

// How a queue works.
typedef struct AzmiQueueOptions {
  // How many operations run at once; at least 1. More may be submitted: they wait.
  uint32_t throttle_limit;
  // How long each operation may take, in seconds from its turn on, up to
  // `AZMI_LONGEST_TIMEOUT_S`; 0 for as long as its client, or the request to sign in, says.
  int32_t timeout_s;
  // 1 to receive verbose lines.
  uint8_t verbose;
  // 1 when the host answers guarded warnings: `AZMI_EVENT_GUARDED_WARNING`.
  uint8_t guards;
} AzmiQueueOptions;

// What kind of event it is.
//
// One of `AZMI_EVENT_*`.
typedef uint32_t AzmiEventKind;

// A tag: a name and a value.
typedef struct AzmiTag {
  // The tag's name.
  struct AzmiStr name;
  // The tag's value.
  struct AzmiStr value;
} AzmiTag;

// A user-assigned managed identity.
typedef struct AzmiIdentity {
  // The resource id, as Azure writes it.
  struct AzmiStr id;
  // The name.
  struct AzmiStr name;
  // The resource group.
  struct AzmiStr resource_group;
  // The subscription's id.
  struct AzmiStr subscription_id;
  // The region, such as `eastus`.
  struct AzmiStr location;
  // The object id of its service principal.
  struct AzmiStr principal_id;
  // Its application id.
  struct AzmiStr client_id;
  // The tenant that the identity belongs to.
  struct AzmiStr tenant_id;
  // `Microsoft.ManagedIdentity/userAssignedIdentities`.
  struct AzmiStr resource_type;
  // `None` or `Regional`; null where Azure does not report it.
  struct AzmiStr isolation_scope;
  // The resource providers and resource types that it can be assigned to; empty for all.
  const struct AzmiStr *assignment_restriction;
  // Their number.
  size_t assignment_restriction_len;
  // The tags; empty when there are none. Names are compared without regard to case.
  const struct AzmiTag *tags;
  // The number of tags.
  size_t tags_len;
} AzmiIdentity;

// Which resources are meant.
//
// One of `AZMI_KIND_*`.
typedef uint32_t AzmiResourceKind;

// Which kinds of managed identity a resource has.
//
// One of `AZMI_IDENTITY_*`.
typedef uint32_t AzmiResourceIdentityType;

// Whether an identity that is assigned still exists.
//
// One of `AZMI_EXISTENCE_*`.
typedef uint32_t AzmiExistence;

// A user-assigned managed identity as a resource has it.
typedef struct AzmiAssignedIdentity {
  // The resource id, as the resource's provider writes it.
  struct AzmiStr id;
  // The name.
  struct AzmiStr name;
  // The object id of its service principal; null until Azure has resolved it.
  struct AzmiStr principal_id;
  // Its application id; null until Azure has resolved it.
  struct AzmiStr client_id;
  // Whether the identity itself still exists: false for a reference to an identity that was
  // deleted, null when it was not checked (see -Check) or the sign-in may not check it.
  AzmiExistence existence;
} AzmiAssignedIdentity;

// The managed identity of a resource.
typedef struct AzmiResourceIdentity {
  // What the resource is.
  AzmiResourceKind kind;
  // The resource's id.
  struct AzmiStr id;
  // Its name.
  struct AzmiStr name;
  // Its type, such as `Microsoft.Web/sites/slots`.
  struct AzmiStr resource_type;
  // Its resource group.
  struct AzmiStr resource_group;
  // Its subscription's id.
  struct AzmiStr subscription_id;
  // Its region.
  struct AzmiStr location;
  // Which kinds of identity it has.
  AzmiResourceIdentityType identity_type;
  // The system-assigned identity's object id; null when there is none.
  struct AzmiStr principal_id;
  // The system-assigned identity's tenant; null when there is none.
  struct AzmiStr tenant_id;
  // The user-assigned identities; empty when there are none.
  const struct AzmiAssignedIdentity *assigned;
  // The number of user-assigned identities.
  size_t assigned_len;
  // The version of the resource that this was read from.
  struct AzmiStr etag;
  // `Succeeded`, `Updating`, `Failed`, …
  struct AzmiStr provisioning_state;
  // The tags; empty when there are none. Names are compared without regard to case.
  const struct AzmiTag *tags;
  // The number of tags.
  size_t tags_len;
  // How the instances of a scale set take a new model: `Manual`, `Automatic` or `Rolling`.
  struct AzmiStr upgrade_mode;
} AzmiResourceIdentity;

// The assignment of a role to a principal on a scope.
typedef struct AzmiRoleAssignment {
  // The assignment's id.
  struct AzmiStr id;
  // Its name, a GUID.
  struct AzmiStr name;
  // The scope of the assignment.
  struct AzmiStr scope;
  // The full id of the role.
  struct AzmiStr role_definition_id;
  // The name of the role, such as `Reader`; null when it is not known.
  struct AzmiStr role_definition_name;
  // The object id of who has the role.
  struct AzmiStr principal_id;
  // `ServicePrincipal`, which managed identities are, `User`, `Group`, …
  struct AzmiStr principal_type;
  // What the directory calls who has the role, in a list of assignments; null when Microsoft Graph
  // does not tell it.
  struct AzmiStr principal_name;
  // The description that the assignment was created with.
  struct AzmiStr description;
  // The condition of the assignment.
  struct AzmiStr condition;
  // The version of the condition's language.
  struct AzmiStr condition_version;
  // Whether it was created on a scope above the one that was asked about, and is inherited there.
  uint8_t inherited;
} AzmiRoleAssignment;

// A role that can be assigned.
typedef struct AzmiRoleDefinition {
  // Its full id.
  struct AzmiStr id;
  // Its GUID.
  struct AzmiStr name;
  // Its name, such as `Reader`.
  struct AzmiStr role_name;
  // What it is for.
  struct AzmiStr description;
  // `BuiltInRole` or `CustomRole`.
  struct AzmiStr kind;
} AzmiRoleDefinition;

// How a resource refers to a user-assigned managed identity.
//
// One of `AZMI_REFERENCE_*`.
typedef uint32_t AzmiReferenceKind;

// A resource that refers to a user-assigned managed identity.
typedef struct AzmiReference {
  // The resource's id.
  struct AzmiStr id;
  // Its name.
  struct AzmiStr name;
  // Its type, such as `microsoft.compute/virtualmachines`, in the casing of the source.
  struct AzmiStr resource_type;
  // Its resource group.
  struct AzmiStr resource_group;
  // Its subscription's id.
  struct AzmiStr subscription_id;
  // The id of the identity that it refers to.
  struct AzmiStr identity_id;
  // How it refers to it.
  AzmiReferenceKind kind;
} AzmiReference;

// A connection to Azure Resource Manager. It shows who is signed in and where, and never a secret.
//
// The host owns `client` from here on and frees it with `azmi_client_free`.
typedef struct AzmiConnection {
  // The handle for every operation.
  uint64_t client;
  // Who is signed in, as far as the sign-in says.
  struct AzmiStr account;
  // The kind of sign-in: `AccessToken`, `ServicePrincipal`, `ManagedService`, `User`,
  // `AzurePowerShell` or `AzureCli`.
  struct AzmiStr account_type;
  // The tenant's id, where it is known.
  struct AzmiStr tenant_id;
  // The default subscription.
  struct AzmiStr subscription_id;
  // That subscription's name.
  struct AzmiStr subscription_name;
  // The cloud's name.
  struct AzmiStr environment;
  // The URL of Azure Resource Manager.
  struct AzmiStr endpoint;
} AzmiConnection;

// What a change would do.
typedef struct AzmiPlan {
  // The resource that it is about.
  struct AzmiStr resource_id;
  // What would change, in words: a line, and under it one for each detail that there is.
  struct AzmiStr description;
  // 0 when nothing would change.
  uint8_t changes;
  // What stands for this plan in the request that carries it out: its `agreed`.
  struct AzmiStr agreement;
} AzmiPlan;

// The system-assigned managed identity of a resource.
typedef struct AzmiSystemIdentity {
  // Its id: that of the resource, with `/providers/Microsoft.ManagedIdentity/identities/default`.
  struct AzmiStr id;
  // `default`.
  struct AzmiStr name;
  // The resource group of the resource.
  struct AzmiStr resource_group;
  // The subscription's id.
  struct AzmiStr subscription_id;
  // The resource's region.
  struct AzmiStr location;
  // The object id of its service principal.
  struct AzmiStr principal_id;
  // Its application id.
  struct AzmiStr client_id;
  // The tenant that the identity belongs to.
  struct AzmiStr tenant_id;
  // `Microsoft.ManagedIdentity/identities`.
  struct AzmiStr resource_type;
  // The resource's tags; empty when there are none. Names are compared without regard to case.
  const struct AzmiTag *tags;
  // The number of tags.
  size_t tags_len;
} AzmiSystemIdentity;

// A federated credential of a user-assigned managed identity: whose tokens may act as the identity.
typedef struct AzmiFederatedCredential {
  // The resource id, as Azure writes it.
  struct AzmiStr id;
  // The name.
  struct AzmiStr name;
  // The name of the identity.
  struct AzmiStr identity_name;
  // The resource group of the identity.
  struct AzmiStr resource_group;
  // The subscription's id.
  struct AzmiStr subscription_id;
  // The URL of the issuer.
  struct AzmiStr issuer;
  // The subject that the issuer's tokens must have; null where there is an expression.
  struct AzmiStr subject;
  // What the claims of a token must match, in a flexible credential; null where there is a
  // subject.
  struct AzmiStr claims_matching_expression;
  // The version of the expression's language; null where there is none.
  //
  // 0 where there is none.
  int32_t claims_matching_expression_version;
  // The audience that the tokens must have: one.
  const struct AzmiStr *audiences;
  // The number of audiences.
  size_t audiences_len;
  // `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
  struct AzmiStr resource_type;
} AzmiFederatedCredential;

// A direct member of a group of the directory.
typedef struct AzmiGroupMember {
  // The object id of the group.
  struct AzmiStr group_id;
  // The display name of the group.
  struct AzmiStr group_name;
  // The object id of the member.
  struct AzmiStr principal_id;
  // The display name of the member; null where the sign-in may not see it.
  struct AzmiStr display_name;
  // `ServicePrincipal`, `User`, `Group` or `Device`.
  struct AzmiStr principal_type;
  // The application id of a service principal.
  struct AzmiStr client_id;
} AzmiGroupMember;

// An application permission of an API that a principal has.
typedef struct AzmiAppRoleAssignment {
  // The assignment's id. Its name tells it from the id of a resource: commands that take resources
  // take this for none.
  struct AzmiStr id;
  // The object id of who has the permission.
  struct AzmiStr principal_id;
  // What the directory calls who has it.
  struct AzmiStr principal_name;
  // `ServicePrincipal`, which managed identities are, `User` or `Group`.
  struct AzmiStr principal_type;
  // The display name of the API, such as Microsoft Graph.
  struct AzmiStr resource_display_name;
  // The application id of the API; null when it can't be read.
  struct AzmiStr resource_app_id;
  // The object id of the API's service principal.
  struct AzmiStr resource_principal_id;
  // The permission, such as `User.Read.All`; null when it is not known, or has no value.
  struct AzmiStr permission;
  // What the API calls the permission; null when it is not known.
  struct AzmiStr permission_display_name;
  // The id of the app role.
  struct AzmiStr app_role_id;
  // When the assignment was created.
  struct AzmiStr created_date_time;
} AzmiAppRoleAssignment;

// A deployment of a template that has succeeded.
typedef struct AzmiDeployment {
  // The resource id.
  struct AzmiStr id;
  // The name.
  struct AzmiStr name;
  // The resource group.
  struct AzmiStr resource_group;
  // The subscription's id.
  struct AzmiStr subscription_id;
  // `Succeeded`.
  struct AzmiStr provisioning_state;
  // When it was completed, as Azure writes it.
  struct AzmiStr timestamp;
  // How long it took, as ISO 8601 writes durations.
  struct AzmiStr duration;
  // `Incremental`: resources that are not in the template stay.
  struct AzmiStr mode;
  // Azure's id of the whole deployment.
  struct AzmiStr correlation_id;
  // The outputs of the template by name, each with Type and Value. The value of a secure output
  // is null: Azure does not return it.
  //
  // JSON: an object by name, each with `type` and `value`.
  struct AzmiStr outputs;
  // The ids of the resources that it created or found.
  const struct AzmiStr *resources;
  // The number of resources.
  size_t resources_len;
} AzmiDeployment;

// A subscription.
typedef struct AzmiSubscription {
  // Its id.
  struct AzmiStr id;
  // Its name.
  struct AzmiStr name;
  // `Enabled`, `Disabled`, `Warned`, …
  struct AzmiStr state;
  // The tenant that it trusts.
  struct AzmiStr tenant_id;
} AzmiSubscription;

// What the host is asked for.
//
// One of `AZMI_QUESTION_*`.
typedef uint32_t AzmiQuestionKind;

// How a key signs.
//
// One of `AZMI_SIGNATURE_*`.
typedef uint32_t AzmiSignatureAlgorithm;

// What only the host can find out or do.
//
// The operation goes on when `azmi_question_answer` has been called, exactly once.
typedef struct AzmiQuestion {
  // The handle for `azmi_question_answer`.
  uint64_t question;
  // What the host is asked for.
  AzmiQuestionKind kind;
  // What the token is for; when not given, the Resource Manager of Azure PowerShell's context.
  struct AzmiStr audience;
  // The tenant of the token; when not given, that of the context.
  struct AzmiStr tenant;
  // The full path of a PFX file.
  struct AzmiStr path;
  // The SHA-1 thumbprint of a certificate: 40 hexadecimal digits.
  struct AzmiStr thumbprint;
  // What to sign.
  struct AzmiStr text;
  // How to sign it.
  AzmiSignatureAlgorithm algorithm;
  // The URL of a service or of a page.
  struct AzmiStr url;
} AzmiQuestion;

// How far a long wait has come.
typedef struct AzmiProgress {
  // What is going on.
  struct AzmiStr activity;
  // How it stands.
  struct AzmiStr status;
  // 0 to 100, or -1 when it is not known.
  int32_t percent;
  // How long it has taken so far, in seconds.
  uint32_t seconds_elapsed;
  // How long it will take, in seconds, or -1 when it is not known.
  int32_t seconds_left;
} AzmiProgress;

// The kind of an error.
//
// One of `AZMI_CATEGORY_*`.
typedef uint32_t AzmiCategory;

// Why an operation failed.
typedef struct AzmiError {
  // Azure's code, or the module's own where Azure was not asked.
  struct AzmiStr code;
  // What happened, to which resource, and what to do.
  struct AzmiStr message;
  // The kind of error.
  AzmiCategory category;
  // The HTTP status, or 0.
  uint32_t http_status;
  // The resource or the parameter that it is about.
  struct AzmiStr target;
  // What to do next.
  struct AzmiStr recommendation;
  // Azure's id of the request that failed.
  struct AzmiStr request_id;
  // Azure's id of the whole operation.
  struct AzmiStr correlation_id;
  // Method and path of the request that failed, such as `PATCH /subscriptions/…`.
  struct AzmiStr request;
  // The answer as the service wrote it, without secrets.
  struct AzmiStr raw;
} AzmiError;

// What can stand in the place of a word of a command line.
typedef struct AzmiSuggestion {
  // The argument, without quotes.
  struct AzmiStr value;
  // What a list shows for it, on one line.
  struct AzmiStr label;
  // What else tells it from others, on one line; empty when there is nothing.
  struct AzmiStr detail;
} AzmiSuggestion;

// Something that happened in an operation. Exactly one event of an accepted operation is
// `AZMI_EVENT_DONE` or `AZMI_EVENT_FAILED`, and it is the last.
typedef struct AzmiEvent {
  // The tag that the operation was submitted with.
  uint64_t tag;
  // What kind of event it is.
  AzmiEventKind kind;
  // A user-assigned identity, or null.
  const struct AzmiIdentity *identity;
  // The identity of a resource, or null.
  const struct AzmiResourceIdentity *resource_identity;
  // A role assignment, or null.
  const struct AzmiRoleAssignment *role_assignment;
  // A role, or null.
  const struct AzmiRoleDefinition *role_definition;
  // A resource that refers to an identity, or null.
  const struct AzmiReference *reference;
  // A connection, or null.
  const struct AzmiConnection *connection;
  // What a change would do, or null.
  const struct AzmiPlan *plan;
  // A system-assigned identity, or null.
  const struct AzmiSystemIdentity *system_identity;
  // A federated credential, or null.
  const struct AzmiFederatedCredential *federated_credential;
  // A member of a group of the directory, or null.
  const struct AzmiGroupMember *group_member;
  // An app role assignment, or null.
  const struct AzmiAppRoleAssignment *app_role_assignment;
  // A deployment, or null.
  const struct AzmiDeployment *deployment;
  // A subscription, or null.
  const struct AzmiSubscription *subscription;
  // What Azure answered, JSON as Azure wrote it, or the template that was asked for.
  struct AzmiStr text;
  // What the host is asked, or null.
  const struct AzmiQuestion *question;
  // How far a long wait has come, or null.
  const struct AzmiProgress *progress;
  // Why the operation failed, or null.
  const struct AzmiError *error;
  // A verbose line or a warning.
  struct AzmiStr message;
  // The handle for `azmi_guard_answer`, or 0.
  uint64_t guard;
  // What can complete a word, or null.
  const struct AzmiSuggestion *suggestion;
} AzmiEvent;

// How to sign in.
//
// One of `AZMI_CREDENTIAL_*`.
typedef uint32_t AzmiCredential;

// What `azmi_client_connect` needs.
typedef struct AzmiConnectRequest {
  // How to sign in.
  AzmiCredential credential;
  // The cloud's name: AzureCloud (the default), AzureUSGovernment or AzureChinaCloud.
  struct AzmiStr environment;
  // The URL of Azure Resource Manager, where it is not the cloud's.
  struct AzmiStr endpoint;
  // With `AZMI_CREDENTIAL_CLIENT_SECRET`: the URL where tokens are issued, where neither the cloud
  // nor the endpoint is to be asked for it.
  struct AzmiStr authority;
  // What tokens for `endpoint` are asked for, where it is neither a known cloud's nor on the
  // endpoint's own host.
  struct AzmiStr audience;
  // The tenant's id or domain.
  struct AzmiStr tenant;
  // The application's id, or what else names an account: see `AZMI_CREDENTIAL_*`.
  struct AzmiStr client_id;
  // The service principal's secret, the access token, or what else is secret: see
  // `AZMI_CREDENTIAL_*`.
  struct AzmiStr secret;
  // An access token for Microsoft Graph, beside one for Resource Manager.
  struct AzmiStr graph_token;
  // The full path of a file: see `AZMI_CREDENTIAL_*`.
  struct AzmiStr path;
  // The SHA-1 thumbprint of a certificate: see `AZMI_CREDENTIAL_*`.
  struct AzmiStr thumbprint;
  // The password of an encrypted key in a PEM file.
  struct AzmiStr certificate_password;
  // The user name to sign in with: see `AZMI_CREDENTIAL_BROWSER`.
  struct AzmiStr account;
  // What a claims challenge said, in base64.
  struct AzmiStr claims_challenge;
  // The id of a service connection of Azure DevOps; when not given, the pipeline's own.
  struct AzmiStr service_connection;
  // The subscription to work in; when not given, the sign-in's own, or the first enabled one.
  struct AzmiStr subscription_id;
  // The environment that names the proxy and the sign-in, and that of programs that are run to
  // sign in, such as the Azure CLI; null for that of the process. Hosts whose runtime keeps an
  // environment of its own (.NET does, but on Windows) pass theirs.
  const struct AzmiTag *variables;
  // The number of variables.
  size_t variables_len;
  // The URL of the proxy for every service, which may hold a password; when not given, that of
  // the environment, or the host is asked: `AZMI_QUESTION_PROXY`.
  struct AzmiStr proxy;
  // The user name for the proxy, whoever names the proxy.
  struct AzmiStr proxy_user;
  // The password for the proxy.
  struct AzmiStr proxy_password;
  // The full path of a file of certificates to trust beside the system's.
  struct AzmiStr certificate_authority;
  // How long the sign-in, and each operation with the client that it makes, may take, in seconds
  // up to `AZMI_LONGEST_TIMEOUT_S`; 0 for an hour.
  int32_t timeout_s;
  // How long one attempt at a request may take, in seconds up to
  // `AZMI_LONGEST_REQUEST_TIMEOUT_S`; 0 for 100.
  int32_t request_timeout_s;
  // How often a request is sent again that Azure throttles or that fails in passing, up to
  // `AZMI_MOST_RETRIES`; negative for the default.
  int32_t retry_count;
} AzmiConnectRequest;

// How a question was answered.
//
// One of `AZMI_ANSWER_*`.
typedef uint32_t AzmiAnswerOutcome;

// What the host found out or did. Without an outcome, another host may answer.
typedef struct AzmiAnswer {
  // What came of the question.
  AzmiAnswerOutcome outcome;
  // The token, for `AZMI_ANSWER_TOKEN`.
  struct AzmiStr token;
  // How many seconds from now the token is good for.
  uint64_t lifetime_s;
  // Who is signed in.
  struct AzmiStr account;
  // The tenant of the context.
  struct AzmiStr tenant;
  // The subscription of the context.
  struct AzmiStr subscription_id;
  // The URL of the context's Resource Manager.
  struct AzmiStr endpoint;
  // What tokens for that Resource Manager are asked for.
  struct AzmiStr audience;
  // The certificate in DER, for `AZMI_ANSWER_CERTIFICATE`.
  //
  // In base64.
  struct AzmiStr certificate;
  // How its key signs.
  AzmiSignatureAlgorithm algorithm;
  // The signature, for `AZMI_ANSWER_SIGNATURE`.
  //
  // In base64.
  struct AzmiStr signature;
  // Why it failed, for `AZMI_ANSWER_FAILED`.
  struct AzmiStr message;
  // The URL of the proxy, for `AZMI_ANSWER_PROXY`; null for a direct connection.
  struct AzmiStr proxy;
  // The user name for the proxy, where the settings have one.
  struct AzmiStr proxy_user;
  // The password for the proxy.
  struct AzmiStr proxy_password;
} AzmiAnswer;

// Which resource: its id, or its names. Names beside an id must agree with it.
typedef struct AzmiTarget {
  // The resource id.
  struct AzmiStr resource_id;
  // The subscription; when not given, the connection's.
  struct AzmiStr subscription_id;
  // The resource group.
  struct AzmiStr resource_group;
  // The resource's name.
  struct AzmiStr name;
  // The type that the caller's object says it is of; any when not given.
  struct AzmiStr resource_type;
  // The parameter that gave the id or the object, for errors; `ResourceId` when not given.
  struct AzmiStr parameter;
} AzmiTarget;

// Whether a change is carried out or only planned.
typedef struct AzmiMode {
  // 1 to plan only: a [`AzmiPlan`] comes instead of the result, and nothing is changed.
  uint8_t dry_run;
  // The `agreement` of the plan that the user agreed to. With it, the change has no effect
  // beyond that plan: an operation that would have one fails with `PlanChanged` and changes
  // nothing. Not given, the change does what is asked.
  struct AzmiStr agreed;
} AzmiMode;

// What `azmi_identity_create` needs.
typedef struct AzmiIdentityCreateRequest {
  // The identity to create.
  struct AzmiTarget target;
  // The region; when not given, the resource group's.
  struct AzmiStr location;
  // `None` or `Regional`; when not given, Azure's default.
  struct AzmiStr isolation_scope;
  // The resource providers and resource types that it can be assigned to; none for all. Null
  // leaves those of an identity that exists.
  const struct AzmiStr *assignment_restriction;
  // Their number.
  size_t assignment_restriction_len;
  // The tags; null for none. On an identity that exists they are added to those it has.
  const struct AzmiTag *tags;
  // The number of tags.
  size_t tags_len;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiIdentityCreateRequest;

// What `azmi_subscription_list` needs.
typedef struct AzmiSubscriptionListRequest {
  // The ids or names of the subscriptions.
  const struct AzmiStr *named;
  // The number of subscriptions.
  size_t named_len;
} AzmiSubscriptionListRequest;

// Which resources to list, and where. What is in one subscription the provider lists, when neither
// tags nor a pattern of groups are given; everything else Azure Resource Graph.
typedef struct AzmiFleet {
  // The ids of the subscriptions; none for the connection's.
  const struct AzmiStr *subscriptions;
  // The number of subscriptions.
  size_t subscriptions_len;
  // 1 to list all subscriptions that the sign-in sees; `subscriptions` is not read then.
  uint8_t all_subscriptions;
  // The name or the id of a management group, whose subscriptions are listed; with it neither of
  // the above is read.
  struct AzmiStr management_group_id;
  // The resource group, or a pattern; all when not given.
  struct AzmiStr resource_group;
  // Names and patterns of names; none for all. The list may contain more than what has these names.
  const struct AzmiStr *names;
  // The number of names.
  size_t names_len;
  // The tags that each has: a value that is not given stands for any.
  const struct AzmiTag *tags;
  // The number of tags.
  size_t tags_len;
  // 1 to read each that Resource Graph finds from its provider.
  uint8_t fresh;
} AzmiFleet;

// What `azmi_identity_list` needs.
typedef struct AzmiIdentityListRequest {
  // Which, and where.
  struct AzmiFleet fleet;
  // 1 for those alone that no resource refers to and that hold no role and no federated
  // credential.
  uint8_t unused;
} AzmiIdentityListRequest;

// What `azmi_identity_update` needs.
typedef struct AzmiIdentityUpdateRequest {
  // The identity to change.
  struct AzmiTarget target;
  // `None` or `Regional`; when not given it stays.
  struct AzmiStr isolation_scope;
  // The resource providers and resource types that it can be assigned to; none for all. Null
  // leaves those it has.
  const struct AzmiStr *assignment_restriction;
  // Their number.
  size_t assignment_restriction_len;
  // The tags that replace those it has; null leaves them.
  const struct AzmiTag *tags;
  // The number of tags.
  size_t tags_len;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiIdentityUpdateRequest;

// What a deletion does about what refers to the identity.
//
// One of `AZMI_DELETE_*`.
typedef uint32_t AzmiDeleteMode;

// What `azmi_identity_delete` needs.
typedef struct AzmiIdentityDeleteRequest {
  // The identity to delete.
  struct AzmiTarget target;
  // What to do about what refers to the identity.
  AzmiDeleteMode delete_mode;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiIdentityDeleteRequest;

// What `azmi_identity_revoke_tokens` needs.
typedef struct AzmiIdentityRevokeTokensRequest {
  // The identity whose tokens are revoked.
  struct AzmiTarget target;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiIdentityRevokeTokensRequest;

// Who has a role, or gets it: a principal of the directory, or a user-assigned identity.
typedef struct AzmiPrincipal {
  // The object id; with it `identity` is not read.
  struct AzmiStr principal_id;
  // `ServicePrincipal` (the default), `User`, `Group`, `ForeignGroup` or `Device`.
  struct AzmiStr principal_type;
  // The identity. With its name alone it is looked for in the whole subscription.
  struct AzmiTarget identity;
} AzmiPrincipal;

// The scope of a role assignment.
typedef struct AzmiRoleScope {
  // The id of a scope; with it the other members are not read.
  struct AzmiStr scope;
  // The subscription; when not given, the connection's.
  struct AzmiStr subscription_id;
  // The resource group; when not given, the whole subscription.
  struct AzmiStr resource_group;
} AzmiRoleScope;

// A role: by its name, or by its id.
typedef struct AzmiRole {
  // The name, such as `Reader`.
  struct AzmiStr name;
  // The GUID or the full id.
  struct AzmiStr id;
} AzmiRole;

// What `azmi_role_assignment_create` needs.
typedef struct AzmiRoleAssignmentCreateRequest {
  // Who gets the role.
  struct AzmiPrincipal principal;
  // On what. One of its members must be given.
  struct AzmiRoleScope scope;
  // Which role.
  struct AzmiRole role;
  // Why, for those who look at it later.
  struct AzmiStr description;
  // A condition in Azure's language for them.
  struct AzmiStr condition;
  // The version of that language.
  struct AzmiStr condition_version;
  // How long to wait for a principal that is unknown, in seconds; negative for the default.
  int32_t principal_wait_s;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiRoleAssignmentCreateRequest;

// What `azmi_role_assignment_list` needs.
typedef struct AzmiRoleAssignmentListRequest {
  // Whose; everybody's when nothing in it is given.
  struct AzmiPrincipal principal;
  // On what; the connection's subscription when nothing in it is given.
  struct AzmiRoleScope scope;
  // Of which role; of all when nothing in it is given.
  struct AzmiRole role;
  // 1 to include what the principal has as a member of groups.
  uint8_t through_groups;
} AzmiRoleAssignmentListRequest;

// What `azmi_role_assignment_delete` needs.
typedef struct AzmiRoleAssignmentDeleteRequest {
  // The assignment's id; with it the other members are not read.
  struct AzmiStr id;
  // Who has the role.
  struct AzmiPrincipal principal;
  // On what.
  struct AzmiRoleScope scope;
  // Which role.
  struct AzmiRole role;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiRoleAssignmentDeleteRequest;

// What `azmi_app_role_assignment_create` needs.
typedef struct AzmiAppRoleAssignmentCreateRequest {
  // Who gets the application permission.
  struct AzmiPrincipal principal;
  // The API: its display name, application id or object id; Microsoft Graph when not given.
  struct AzmiStr resource;
  // The permission: its value, such as `User.Read.All`, or the id of the app role.
  struct AzmiStr permission;
  // How long to wait for a principal that is unknown, in seconds; negative for the default.
  int32_t principal_wait_s;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiAppRoleAssignmentCreateRequest;

// What `azmi_app_role_assignment_list` needs.
typedef struct AzmiAppRoleAssignmentListRequest {
  // Whose; everybody's on the API when nothing in it is given.
  struct AzmiPrincipal principal;
  // On which API; on all when not given, which a principal is needed for.
  struct AzmiStr resource;
  // Which permission; all when not given.
  struct AzmiStr permission;
} AzmiAppRoleAssignmentListRequest;

// What `azmi_app_role_assignment_delete` needs.
typedef struct AzmiAppRoleAssignmentDeleteRequest {
  // The assignment's id; with it `resource` and `permission` are not read.
  struct AzmiStr id;
  // Who has the permission.
  struct AzmiPrincipal principal;
  // The API; Microsoft Graph when not given.
  struct AzmiStr resource;
  // The permission.
  struct AzmiStr permission;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiAppRoleAssignmentDeleteRequest;

// Who is asked which resources refer to an identity.
//
// One of `AZMI_SOURCE_*`.
typedef uint32_t AzmiReferenceSource;

// What `azmi_reference_list` needs.
typedef struct AzmiReferenceListRequest {
  // The identity; all identities when nothing in it is given.
  struct AzmiTarget identity;
  // The subscription to look in; when not given, the identity's own.
  struct AzmiStr subscription_id;
  // 1 to look in all subscriptions that the sign-in sees.
  uint8_t all_subscriptions;
  // Who is asked.
  AzmiReferenceSource source;
} AzmiReferenceListRequest;

// What `azmi_resource_identity_get` needs.
typedef struct AzmiResourceIdentityGetRequest {
  // What the resource must be.
  AzmiResourceKind kind;
  // The resource.
  struct AzmiTarget target;
  // The api-version to read it with; the right one for its type when not given.
  struct AzmiStr api_version;
  // 1 to look whether each assigned identity still exists.
  uint8_t check;
  // 1 for the whole resource as Azure has it: `text` in place of a [`AzmiResourceIdentity`].
  uint8_t as_json;
} AzmiResourceIdentityGetRequest;

// What `azmi_resource_identity_list` needs.
typedef struct AzmiResourceIdentityListRequest {
  // What the resources are.
  AzmiResourceKind kind;
  // Which, and where. Resources of any kind are always listed by Azure Resource Graph.
  struct AzmiFleet fleet;
  // The types of resources of any kind, and patterns of types; none for all. Where each type or a
  // name is given, the list has resources without an identity, too.
  const struct AzmiStr *types;
  // The number of types.
  size_t types_len;
  // 1 to look whether each assigned identity still exists.
  uint8_t check;
  // 1 for the whole machine as Azure has it: `text` in place of a [`AzmiResourceIdentity`]. For
  // machines of one subscription alone.
  uint8_t as_json;
} AzmiResourceIdentityListRequest;

// What `azmi_resource_identity_wait` needs.
typedef struct AzmiResourceIdentityWaitRequest {
  // What the resource must be.
  AzmiResourceKind kind;
  // The resource.
  struct AzmiTarget target;
  // The api-version to read it with; the right one for its type when not given.
  struct AzmiStr api_version;
} AzmiResourceIdentityWaitRequest;

// What a change does to identities that it does not name.
//
// One of `AZMI_CHANGE_*`.
typedef uint32_t AzmiResourceIdentityChange;

// What to do with the system-assigned identity.
//
// One of `AZMI_SYSTEM_ASSIGNED_*`.
typedef uint32_t AzmiSystemAssigned;

// Which instances of a scale set take a change.
//
// One of `AZMI_UPGRADE_*`.
typedef uint32_t AzmiUpgrade;

// What `azmi_resource_identity_update` needs. An identity is a resource id, or a bare name that stands
// for the identity of that name in the resource's group.
typedef struct AzmiResourceIdentityUpdateRequest {
  // What the resource must be.
  AzmiResourceKind kind;
  // The resource.
  struct AzmiTarget target;
  // The api-version to read and write it with; the right one for its type when not given.
  struct AzmiStr api_version;
  // `AZMI_CHANGE_MERGE`, which reads `add`, `remove`, `system_assigned` and `remove_missing`, or
  // `AZMI_CHANGE_EXACT`, which reads `identity_type` and `add`: the resource then has these kinds
  // and these identities, and no others.
  AzmiResourceIdentityChange change;
  // The kinds of identity after the change, for `AZMI_CHANGE_EXACT`.
  AzmiResourceIdentityType identity_type;
  // What to do with the system-assigned identity, for `AZMI_CHANGE_MERGE`.
  AzmiSystemAssigned system_assigned;
  // The identities to add. In a plan, an empty text is one that is not known yet.
  const struct AzmiStr *add;
  // The number of identities to add.
  size_t add_len;
  // The identities to remove.
  const struct AzmiStr *remove;
  // The number of identities to remove.
  size_t remove_len;
  // 1 to drop references to identities that do not exist any more.
  uint8_t remove_missing;
  // Which instances of a scale set take the change.
  AzmiUpgrade upgrade;
  // The ids of the instances, for `AZMI_UPGRADE_LISTED`.
  const struct AzmiStr *instances;
  // The number of ids of instances.
  size_t instances_len;
  // 1 to remove an identity although the resource's settings name it.
  uint8_t force;
  // 1 to return as soon as Azure has accepted the change.
  uint8_t no_wait;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiResourceIdentityUpdateRequest;

// What `azmi_arm_invoke` needs.
typedef struct AzmiArmInvokeRequest {
  // GET, HEAD, PUT, PATCH, POST or DELETE.
  struct AzmiStr method;
  // The path, with or without a query, or a whole URL of the connection's Resource Manager.
  // `{subscriptionId}` in it stands for the subscription.
  struct AzmiStr path;
  // The subscription; when not given, the connection's.
  struct AzmiStr subscription_id;
  // The version of the API, where the path does not name it.
  struct AzmiStr api_version;
  // What to send: the caller's own JSON, which is sent unchanged.
  struct AzmiStr body;
  // 1 to read all pages of a list: each of its items is an event.
  uint8_t paginate;
  // 1 to wait until Azure has completed what the call started.
  uint8_t wait;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiArmInvokeRequest;

// Which federated credential: its id, or its identity and its name. Names beside an id must agree
// with it.
typedef struct AzmiFederatedTarget {
  // The credential's id.
  struct AzmiStr resource_id;
  // The identity; its id may be that of one of its credentials.
  struct AzmiTarget identity;
  // The credential's name.
  struct AzmiStr name;
} AzmiFederatedTarget;

// Whose tokens are trusted: by issuer and subject, or in the form of GitHub or of Kubernetes.
typedef struct AzmiFederatedSource {
  // The URL of the issuer.
  struct AzmiStr issuer;
  // The subject that the issuer's tokens must have.
  struct AzmiStr subject;
  // What the claims of the issuer's tokens must match, in place of the subject.
  struct AzmiStr claims_matching_expression;
  // The version of the expression's language.
  //
  // 0 for that of an expression that is there, or else 1.
  int32_t claims_matching_expression_version;
  // GitHub: the organization or user.
  struct AzmiStr github_organization;
  // GitHub: the repository.
  struct AzmiStr github_repository;
  // GitHub: a branch.
  struct AzmiStr github_branch;
  // GitHub: an environment.
  struct AzmiStr github_environment;
  // GitHub: a tag.
  struct AzmiStr github_tag;
  // GitHub: 1 for workflows that a pull request runs.
  uint8_t github_pull_request;
  // Kubernetes: the URL of the cluster's issuer.
  struct AzmiStr kubernetes_issuer;
  // Kubernetes: the namespace of the service account.
  struct AzmiStr kubernetes_namespace;
  // Kubernetes: the service account.
  struct AzmiStr service_account;
} AzmiFederatedSource;

// What `azmi_federated_credential_create` and `azmi_federated_credential_update` need.
typedef struct AzmiFederatedWriteRequest {
  // The credential.
  struct AzmiFederatedTarget target;
  // Whose tokens are trusted.
  struct AzmiFederatedSource source;
  // The audience that the tokens must have: one. None for the default one, or to leave it.
  const struct AzmiStr *audiences;
  // The number of audiences.
  size_t audiences_len;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiFederatedWriteRequest;

// What `azmi_federated_credential_delete` needs.
typedef struct AzmiFederatedDeleteRequest {
  // The credential to delete.
  struct AzmiFederatedTarget target;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiFederatedDeleteRequest;

// What `azmi_group_member_add` and `azmi_group_member_remove` need.
typedef struct AzmiGroupMemberRequest {
  // The group: its object id, or its display name.
  struct AzmiStr group;
  // The object id of the member.
  struct AzmiStr principal_id;
  // How long to wait for a principal that is unknown, in seconds; negative for the default. For
  // `azmi_group_member_add` alone.
  int32_t principal_wait_s;
  // Whether to plan only.
  struct AzmiMode mode;
} AzmiGroupMemberRequest;

// What `azmi_deployment_create` needs.
typedef struct AzmiDeploymentRequest {
  // The resource group, and the deployment's name.
  struct AzmiTarget target;
  // The template: JSON, with comments if need be.
  struct AzmiStr template_text;
  // The values of its parameters, an object of JSON by name.
  struct AzmiStr parameters;
  // The text of a file of parameters, in place of `parameters`.
  struct AzmiStr parameter_file;
  // Whether to plan only, by Azure's own what-if.
  struct AzmiMode mode;
} AzmiDeploymentRequest;

// What `azmi_identity_export` needs.
typedef struct AzmiIdentityExportRequest {
  // The ids of the identities: all of one resource group.
  const struct AzmiStr *identities;
  // The number of identities.
  size_t identities_len;
  // 1 for Bicep; 0 for a template of Azure Resource Manager.
  uint8_t bicep;
  // 1 to add the roles that the identities have.
  uint8_t roles;
} AzmiIdentityExportRequest;

// What a word of a command line stands for.
//
// One of `AZMI_COMPLETION_*`.
typedef uint32_t AzmiCompletionKind;

// What `azmi_complete` needs: a word, and what else its command line says.
typedef struct AzmiCompletionRequest {
  // What the word stands for.
  AzmiCompletionKind kind;
  // The word as far as it goes.
  struct AzmiStr word;
  // The subscriptions, by id or by name; the connection's when there is none.
  const struct AzmiStr *subscriptions;
  // The number of subscriptions.
  size_t subscriptions_len;
  // 1 for all subscriptions that the sign-in sees; `subscriptions` is not read then.
  uint8_t all_subscriptions;
  // The name or the id of a management group, whose subscriptions are meant.
  struct AzmiStr management_group_id;
  // The resource group.
  struct AzmiStr resource_group;
  // The types of the resources, or patterns; any when there is none.
  const struct AzmiStr *resource_types;
  // The number of types.
  size_t resource_types_len;
  // The names of resources that the command is about.
  const struct AzmiStr *names;
  // The number of names.
  size_t names_len;
  // The ids of resources that the command is about.
  const struct AzmiStr *ids;
  // The number of ids.
  size_t ids_len;
  // The id of the scope on which a role is to count.
  struct AzmiStr scope;
  // The API whose permissions are meant; Microsoft Graph when not given.
  struct AzmiStr api;
  // How long to wait for the service, in milliseconds. What it answers later is kept for the next
  // word.
  uint32_t patience_ms;
} AzmiCompletionRequest;

// What `azmi_emulator_call` needs.
typedef struct AzmiEmulatorCallRequest {
  // The URL of the emulator, on this machine.
  struct AzmiStr endpoint;
  // Its key.
  struct AzmiStr admin_key;
  // The file of the certificate (PEM or DER) to trust where the emulator serves https.
  struct AzmiStr certificate_authority;
  // The method, such as `POST`.
  struct AzmiStr method;
  // What follows `/_emulator`, with its query: `/faults`.
  struct AzmiStr path;
  // The body, JSON; when not given there is none.
  struct AzmiStr body;
} AzmiEmulatorCallRequest;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of this ABI: [`AZMI_ABI_VERSION`] of the library that is loaded.
uint32_t azmi_abi_version(void);

// The version of the library, such as `0.1.0`. The text lives as long as the library.
struct AzmiStr azmi_version(void);

// What a status means, in English. The text lives as long as the library.
struct AzmiStr azmi_status_text(int32_t status);

// Makes a queue, which runs operations and collects what they yield, in the order in which
// they were submitted.
//
// # Safety
// See the module.
int32_t azmi_queue_create(const struct AzmiQueueOptions *options, uint64_t *queue);

// Takes the next event, waiting at most `timeout_ms` milliseconds: 0 does not wait, a negative
// number waits for ever. `AZMI_OK`: `*event` is set, and the caller frees it with
// [`azmi_event_free`]. `AZMI_TIMEOUT` or `AZMI_DRAINED`: `*event` is null. One thread at a time.
//
// # Safety
// See the module.
int32_t azmi_queue_wait(uint64_t queue, int32_t timeout_ms, const struct AzmiEvent **event);

// How many operations have not ended yet, or have events that were not taken.
//
// # Safety
// See the module.
int32_t azmi_queue_pending(uint64_t queue, uint64_t *pending);

// Cancels everything in the queue, from any thread: what runs is dropped, what was not taken
// is discarded, each operation ends with an `OperationCanceled` error, a wait returns at once,
// and later submits are refused with `AZMI_ERROR_CANCELED`.
int32_t azmi_queue_cancel(uint64_t queue);

// Cancels the queue and frees it. 0 does nothing; a handle freed before is `AZMI_ERROR_HANDLE`.
int32_t azmi_queue_free(uint64_t queue);

// Frees an event and all that it points to. Null does nothing; an event freed before is
// `AZMI_ERROR_HANDLE`, as long as no later event lives at its address.
//
// # Safety
// See the module.
int32_t azmi_event_free(const struct AzmiEvent *event);

// Submits a sign-in. Yields a [`AzmiConnection`].
//
// # Safety
// See the module.
int32_t azmi_client_connect(const struct AzmiConnectRequest *request, uint64_t queue, uint64_t tag);

// Answers a question that an event carried. `AZMI_ERROR_HANDLE` when it was answered before.
//
// # Safety
// See the module.
int32_t azmi_question_answer(uint64_t question, const struct AzmiAnswer *answer);

// Answers a guarded warning by the `guard` of its event: 1 to go on, 0 to end the operation with
// `WarningRefused` before the effect. `AZMI_ERROR_HANDLE` when it was answered before.
int32_t azmi_guard_answer(uint64_t guard_handle, uint8_t go_on);

// Frees a client. Operations that run with it end as they would; what it was asked for words of
// command lines is forgotten, and stops where it is under way. 0 does nothing; a handle freed
// before is `AZMI_ERROR_HANDLE`.
int32_t azmi_client_free(uint64_t client);

// Submits the creation of a user-assigned identity. Yields a [`AzmiIdentity`], or a [`AzmiPlan`]
// when `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_identity_create(uint64_t client,
                             const struct AzmiIdentityCreateRequest *request,
                             uint64_t queue,
                             uint64_t tag);

// Submits the reading of a user-assigned identity. Yields a [`AzmiIdentity`].
//
// # Safety
// See the module.
int32_t azmi_identity_get(uint64_t client,
                          const struct AzmiTarget *target,
                          uint64_t queue,
                          uint64_t tag);

// Submits a search for subscriptions by their ids or names. Yields a [`AzmiSubscription`] for each, in
// that order.
//
// # Safety
// See the module.
int32_t azmi_subscription_list(uint64_t client,
                               const struct AzmiSubscriptionListRequest *request,
                               uint64_t queue,
                               uint64_t tag);

// Submits a listing of user-assigned identities. Yields a [`AzmiIdentity`] for each, or
// `AZMI_EVENT_ITEM_FAILED` for one that can't be read.
//
// # Safety
// See the module.
int32_t azmi_identity_list(uint64_t client,
                           const struct AzmiIdentityListRequest *request,
                           uint64_t queue,
                           uint64_t tag);

// Submits a change to a user-assigned identity. Yields a [`AzmiIdentity`], or a [`AzmiPlan`] when
// `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_identity_update(uint64_t client,
                             const struct AzmiIdentityUpdateRequest *request,
                             uint64_t queue,
                             uint64_t tag);

// Submits the deletion of a user-assigned identity. Yields nothing, or a [`AzmiPlan`] when
// `dry_run` is set. One that does not exist is an error, but for `AZMI_DELETE_DETACH`, which warns
// and removes what is left of it.
//
// # Safety
// See the module.
int32_t azmi_identity_delete(uint64_t client,
                             const struct AzmiIdentityDeleteRequest *request,
                             uint64_t queue,
                             uint64_t tag);

// Submits the revocation of the tokens that a user-assigned identity has. Yields nothing, or a
// [`AzmiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_identity_revoke_tokens(uint64_t client,
                                    const struct AzmiIdentityRevokeTokensRequest *request,
                                    uint64_t queue,
                                    uint64_t tag);

// Submits the creation of a role assignment. Yields the [`AzmiRoleAssignment`], which may exist
// already, or a [`AzmiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_role_assignment_create(uint64_t client,
                                    const struct AzmiRoleAssignmentCreateRequest *request,
                                    uint64_t queue,
                                    uint64_t tag);

// Submits a listing of role assignments. Yields a [`AzmiRoleAssignment`] for each.
//
// # Safety
// See the module.
int32_t azmi_role_assignment_list(uint64_t client,
                                  const struct AzmiRoleAssignmentListRequest *request,
                                  uint64_t queue,
                                  uint64_t tag);

// Submits the deletion of a role assignment. Yields nothing, or a [`AzmiPlan`] when `dry_run` is
// set. One that does not exist is an error.
//
// # Safety
// See the module.
int32_t azmi_role_assignment_delete(uint64_t client,
                                    const struct AzmiRoleAssignmentDeleteRequest *request,
                                    uint64_t queue,
                                    uint64_t tag);

// Submits the creation of an app role assignment: a principal is given an application permission of
// an API. Yields the [`AzmiAppRoleAssignment`], which may exist already, or a [`AzmiPlan`] when
// `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_app_role_assignment_create(uint64_t client,
                                        const struct AzmiAppRoleAssignmentCreateRequest *request,
                                        uint64_t queue,
                                        uint64_t tag);

// Submits a listing of app role assignments. Yields a [`AzmiAppRoleAssignment`] for each.
//
// # Safety
// See the module.
int32_t azmi_app_role_assignment_list(uint64_t client,
                                      const struct AzmiAppRoleAssignmentListRequest *request,
                                      uint64_t queue,
                                      uint64_t tag);

// Submits the deletion of an app role assignment. Yields nothing, or a [`AzmiPlan`] when `dry_run`
// is set. One that does not exist is an error.
//
// # Safety
// See the module.
int32_t azmi_app_role_assignment_delete(uint64_t client,
                                        const struct AzmiAppRoleAssignmentDeleteRequest *request,
                                        uint64_t queue,
                                        uint64_t tag);

// Submits a listing of the roles that can be assigned on a scope; in the connection's subscription
// when none is named. Yields a [`AzmiRoleDefinition`] for each.
//
// # Safety
// See the module.
int32_t azmi_role_definition_list(uint64_t client,
                                  const struct AzmiRoleScope *scope,
                                  uint64_t queue,
                                  uint64_t tag);

// Submits a listing of the resources that refer to an identity. Yields a [`AzmiReference`] for each.
//
// # Safety
// See the module.
int32_t azmi_reference_list(uint64_t client,
                            const struct AzmiReferenceListRequest *request,
                            uint64_t queue,
                            uint64_t tag);

// Submits the reading of a resource's identity. Yields a [`AzmiResourceIdentity`], or `text` with `as_json`.
//
// # Safety
// See the module.
int32_t azmi_resource_identity_get(uint64_t client,
                                   const struct AzmiResourceIdentityGetRequest *request,
                                   uint64_t queue,
                                   uint64_t tag);

// Submits a listing of machines. Yields a [`AzmiResourceIdentity`] for each, or `text` with `as_json`.
//
// # Safety
// See the module.
int32_t azmi_resource_identity_list(uint64_t client,
                                    const struct AzmiResourceIdentityListRequest *request,
                                    uint64_t queue,
                                    uint64_t tag);

// Submits a wait until Azure has completed the change of a resource. Yields a [`AzmiResourceIdentity`].
//
// # Safety
// See the module.
int32_t azmi_resource_identity_wait(uint64_t client,
                                    const struct AzmiResourceIdentityWaitRequest *request,
                                    uint64_t queue,
                                    uint64_t tag);

// Submits a change to a resource's identity. Yields the [`AzmiResourceIdentity`] after it, or a
// [`AzmiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_resource_identity_update(uint64_t client,
                                      const struct AzmiResourceIdentityUpdateRequest *request,
                                      uint64_t queue,
                                      uint64_t tag);

// Submits the reading of the system-assigned identity of the resource with this id. Yields a
// [`AzmiSystemIdentity`].
//
// # Safety
// See the module.
int32_t azmi_system_identity_get(uint64_t client,
                                 const struct AzmiStr *resource_id,
                                 uint64_t queue,
                                 uint64_t tag);

// Submits a request of the caller's own to Azure Resource Manager. Yields what Azure answered as
// `text`, if anything; with `paginate` each item of the list; or a [`AzmiPlan`] when `dry_run` is
// set.
//
// # Safety
// See the module.
int32_t azmi_arm_invoke(uint64_t client,
                        const struct AzmiArmInvokeRequest *request,
                        uint64_t queue,
                        uint64_t tag);

// Submits the creation of a federated credential. Yields a [`AzmiFederatedCredential`], or a
// [`AzmiPlan`] when `dry_run` is set. Writes under one identity go one at a time.
//
// # Safety
// See the module.
int32_t azmi_federated_credential_create(uint64_t client,
                                         const struct AzmiFederatedWriteRequest *request,
                                         uint64_t queue,
                                         uint64_t tag);

// Submits a change to a federated credential: what is not given stays. Yields a
// [`AzmiFederatedCredential`], or a [`AzmiPlan`] when `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_federated_credential_update(uint64_t client,
                                         const struct AzmiFederatedWriteRequest *request,
                                         uint64_t queue,
                                         uint64_t tag);

// Submits the deletion of a federated credential. Yields nothing, or a [`AzmiPlan`] when `dry_run`
// is set. One that does not exist is an error.
//
// # Safety
// See the module.
int32_t azmi_federated_credential_delete(uint64_t client,
                                         const struct AzmiFederatedDeleteRequest *request,
                                         uint64_t queue,
                                         uint64_t tag);

// Submits the reading of a federated credential. Yields a [`AzmiFederatedCredential`].
//
// # Safety
// See the module.
int32_t azmi_federated_credential_get(uint64_t client,
                                      const struct AzmiFederatedTarget *target,
                                      uint64_t queue,
                                      uint64_t tag);

// Submits a listing of the federated credentials of an identity. Yields a
// [`AzmiFederatedCredential`] for each.
//
// # Safety
// See the module.
int32_t azmi_federated_credential_list(uint64_t client,
                                       const struct AzmiTarget *identity,
                                       uint64_t queue,
                                       uint64_t tag);

// Submits the addition of a principal to a group of the directory. Yields nothing, or a
// [`AzmiPlan`] when `dry_run` is set. A principal that is a member already is no error.
//
// # Safety
// See the module.
int32_t azmi_group_member_add(uint64_t client,
                              const struct AzmiGroupMemberRequest *request,
                              uint64_t queue,
                              uint64_t tag);

// Submits the removal of a principal from a group of the directory. Yields nothing, or a
// [`AzmiPlan`] when `dry_run` is set. A principal that is no member is no error.
//
// # Safety
// See the module.
int32_t azmi_group_member_remove(uint64_t client,
                                 const struct AzmiGroupMemberRequest *request,
                                 uint64_t queue,
                                 uint64_t tag);

// Submits a listing of the direct members of the group with this object id or display name.
// Yields a [`AzmiGroupMember`] for each.
//
// # Safety
// See the module.
int32_t azmi_group_member_list(uint64_t client,
                               const struct AzmiStr *group,
                               uint64_t queue,
                               uint64_t tag);

// Submits the deployment of a template. Yields a [`AzmiDeployment`] when it has succeeded, or a [`AzmiPlan`]
// when `dry_run` is set.
//
// # Safety
// See the module.
int32_t azmi_deployment_create(uint64_t client,
                               const struct AzmiDeploymentRequest *request,
                               uint64_t queue,
                               uint64_t tag);

// Submits the export of identities as a template. Yields it as `text`.
//
// # Safety
// See the module.
int32_t azmi_identity_export(uint64_t client,
                             const struct AzmiIdentityExportRequest *request,
                             uint64_t queue,
                             uint64_t tag);

// Submits the completion of a word of a command line. Yields a [`AzmiSuggestion`] for each, the
// likeliest first: none where the service refuses, fails, or does not answer in time. The
// user is not asked to sign in, and no request is sent again. `client` may be 0: then it is what is known
// without a service.
//
// # Safety
// See the module.
int32_t azmi_complete(uint64_t client,
                      const struct AzmiCompletionRequest *request,
                      uint64_t queue,
                      uint64_t tag);

// Submits a call of the interface below `/_emulator`, of an emulator on this machine, in this
// process or in another. Yields what it answered as `text`, JSON, if anything.
//
// # Safety
// See the module.
int32_t azmi_emulator_call(const struct AzmiEmulatorCallRequest *request,
                           uint64_t queue,
                           uint64_t tag);

// Ends all that the library does for this process: cancels every queue, frees every client with its
// tokens, and forgets what it knows of principals. Handles of clients are unknown afterwards; queues
// and events are still the caller's to free.
int32_t azmi_end(void);

// Forgets what all clients were asked for words of command lines, and stops what is under way.
int32_t azmi_completion_forget(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MANAGED_IDENTITY_H */
