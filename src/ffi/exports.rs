//! Every function that the library exports, and nothing else: each checks its handles, copies
//! its inputs, and hands over to safe code under [`guard`].
//!
//! Two call shapes only. *Synchronous*: a status, results through out-pointers. *Submit*: the
//! operation starts, its events arrive in the queue under the caller's tag. A submit that
//! returns anything but `AZMI_OK` never yields an event; an accepted one ends exactly once.
//!
//! # Safety
//!
//! The contract of every function here: a pointer is null or points to a valid value of its
//! type for the time of the call; a (pointer, length) pair describes that many valid values.
//! Every unsafe block here rests on that contract and on the null checks of [`read`] and
//! [`check_out`].

#![allow(clippy::undocumented_unsafe_blocks)]

use crate::identity::federated;
use crate::{access, arm, completion, connect, export, identity};

use super::changes::{AddMember, CreateIdentity, RemoveMember, submit_change, submit_federated};
use super::events;
use super::guard::{Status, guard};
use super::listing;
use super::mode::Change;
use super::queue::Queue;
use super::read::{check_out, limit, read};
use super::registry::{Connected, clients, guards, questions, queues};
use super::submit::{submit, submit_with_client};
use super::types::*;

/// The version of this ABI: [`AZMI_ABI_VERSION`] of the library that is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_abi_version() -> u32 {
    AZMI_ABI_VERSION
}

/// The version of the library, such as `0.1.0`. The text lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_version() -> AzmiStr {
    AzmiStr::of(env!("CARGO_PKG_VERSION"))
}

/// What a status means, in English. The text lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_status_text(status: i32) -> AzmiStr {
    AzmiStr::of(Status::text(status))
}

/// Makes a queue, which runs operations and collects what they yield, in the order in which
/// they were submitted.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_queue_create(
    options: *const AzmiQueueOptions,
    queue: *mut u64,
) -> i32 {
    guard(|| {
        check_out(queue)?;
        let options = unsafe { read(options) }?;
        let made = Queue::new(
            options.throttle_limit,
            limit(options.timeout_s, AZMI_LONGEST_TIMEOUT_S)?,
            options.verbose != 0,
            options.guards != 0,
        )?;
        unsafe { queue.write(queues().insert(made)) };
        Ok(())
    })
}

/// Takes the next event, waiting at most `timeout_ms` milliseconds: 0 does not wait, a negative
/// number waits for ever. `AZMI_OK`: `*event` is set, and the caller frees it with
/// [`azmi_event_free`]. `AZMI_TIMEOUT` or `AZMI_DRAINED`: `*event` is null. One thread at a time.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_queue_wait(
    queue: u64,
    timeout_ms: i32,
    event: *mut *const AzmiEvent,
) -> i32 {
    guard(|| {
        check_out(event)?;
        unsafe { event.write(std::ptr::null()) };
        let taken = queues().get(queue)?.wait(timeout_ms)?;
        unsafe { event.write(events::publish(taken)) };
        Ok(())
    })
}

/// How many operations have not ended yet, or have events that were not taken.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_queue_pending(queue: u64, pending: *mut u64) -> i32 {
    guard(|| {
        check_out(pending)?;
        let count = queues().get(queue)?.pending();
        unsafe { pending.write(count) };
        Ok(())
    })
}

/// Cancels everything in the queue, from any thread: what runs is dropped, what was not taken
/// is discarded, each operation ends with an `OperationCanceled` error, a wait returns at once,
/// and later submits are refused with `AZMI_ERROR_CANCELED`.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_queue_cancel(queue: u64) -> i32 {
    guard(|| {
        queues().get(queue)?.cancel();
        Ok(())
    })
}

/// Cancels the queue and frees it. 0 does nothing; a handle freed before is `AZMI_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_queue_free(queue: u64) -> i32 {
    guard(|| {
        if queue != 0 {
            queues().remove(queue)?.cancel();
        }
        Ok(())
    })
}

/// Frees an event and all that it points to. Null does nothing; an event freed before is
/// `AZMI_ERROR_HANDLE`, as long as no later event lives at its address.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_event_free(event: *const AzmiEvent) -> i32 {
    guard(|| {
        if event.is_null() {
            return Ok(());
        }
        events::reclaim(event)
    })
}

/// Submits a sign-in. Yields a [`AzmiConnection`].
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_client_connect(
    request: *const AzmiConnectRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        let limit = Some(request.retry.operation_limit);
        submit(queue, tag, limit, |operation| async move {
            operation
                .item(connect::connect(request, operation.observer()).await?)
                .await;
            Ok(())
        })
    })
}

/// Answers a question that an event carried. `AZMI_ERROR_HANDLE` when it was answered before.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_question_answer(question: u64, answer: *const AzmiAnswer) -> i32 {
    guard(|| {
        let answer = unsafe { read(answer) }?;
        questions().remove(question)?.answer(answer);
        Ok(())
    })
}

/// Answers a guarded warning by the `guard` of its event: 1 to go on, 0 to end the operation with
/// `WarningRefused` before the effect. `AZMI_ERROR_HANDLE` when it was answered before.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_guard_answer(guard_handle: u64, go_on: u8) -> i32 {
    guard(|| {
        // No operation waits after the queue is cancelled.
        let _ = guards().remove(guard_handle)?.send(go_on != 0);
        Ok(())
    })
}

/// Frees a client. Operations that run with it end as they would; what it was asked for words of
/// command lines is forgotten, and stops where it is under way. 0 does nothing; a handle freed
/// before is `AZMI_ERROR_HANDLE`.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_client_free(client: u64) -> i32 {
    guard(|| {
        if client != 0 {
            clients().remove(client)?.memory.close();
        }
        Ok(())
    })
}

/// Submits the creation of a user-assigned identity. Yields a [`AzmiIdentity`], or a [`AzmiPlan`]
/// when `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_create(
    client: u64,
    request: *const AzmiIdentityCreateRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let change: Change<identity::Create> = unsafe { read(request) }?;
        let siblings = queues().get(queue)?.creations();
        let change = change.map(|wanted| CreateIdentity { wanted, siblings });
        submit_change(client, queue, tag, change)
    })
}

/// Submits the reading of a user-assigned identity. Yields a [`AzmiIdentity`].
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_get(
    client: u64,
    target: *const AzmiTarget,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let target = unsafe { read(target) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation.item(identity::get(&client, &target).await?).await;
            Ok(())
        })
    })
}

/// Submits a search for subscriptions by their ids or names. Yields a [`AzmiSubscription`] for each, in
/// that order.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_subscription_list(
    client: u64,
    request: *const AzmiSubscriptionListRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            request.run(&client, &operation).await
        })
    })
}

/// Submits a listing of user-assigned identities. Yields a [`AzmiIdentity`] for each, or
/// `AZMI_EVENT_ITEM_FAILED` for one that can't be read.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_list(
    client: u64,
    request: *const AzmiIdentityListRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            listing::identities(&client, request, &operation).await
        })
    })
}

/// Submits a change to a user-assigned identity. Yields a [`AzmiIdentity`], or a [`AzmiPlan`] when
/// `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_update(
    client: u64,
    request: *const AzmiIdentityUpdateRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits the deletion of a user-assigned identity. Yields nothing, or a [`AzmiPlan`] when
/// `dry_run` is set. One that does not exist is an error, but for `AZMI_DELETE_DETACH`, which warns
/// and removes what is left of it.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_delete(
    client: u64,
    request: *const AzmiIdentityDeleteRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits the revocation of the tokens that a user-assigned identity has. Yields nothing, or a
/// [`AzmiPlan`] when `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_revoke_tokens(
    client: u64,
    request: *const AzmiIdentityRevokeTokensRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits the creation of a role assignment. Yields the [`AzmiRoleAssignment`], which may exist
/// already, or a [`AzmiPlan`] when `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_role_assignment_create(
    client: u64,
    request: *const AzmiRoleAssignmentCreateRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits a listing of role assignments. Yields a [`AzmiRoleAssignment`] for each.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_role_assignment_list(
    client: u64,
    request: *const AzmiRoleAssignmentListRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .items(access::find(&client, &request).await?)
                .await;
            Ok(())
        })
    })
}

/// Submits the deletion of a role assignment. Yields nothing, or a [`AzmiPlan`] when `dry_run` is
/// set. One that does not exist is an error.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_role_assignment_delete(
    client: u64,
    request: *const AzmiRoleAssignmentDeleteRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits the creation of an app role assignment: a principal is given an application permission of
/// an API. Yields the [`AzmiAppRoleAssignment`], which may exist already, or a [`AzmiPlan`] when
/// `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_app_role_assignment_create(
    client: u64,
    request: *const AzmiAppRoleAssignmentCreateRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits a listing of app role assignments. Yields a [`AzmiAppRoleAssignment`] for each.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_app_role_assignment_list(
    client: u64,
    request: *const AzmiAppRoleAssignmentListRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            let mut pages = access::app_role_assignments(&client, &request).await?;
            while let Some(page) = pages.next().await? {
                operation.items(page).await;
            }
            Ok(())
        })
    })
}

/// Submits the deletion of an app role assignment. Yields nothing, or a [`AzmiPlan`] when `dry_run`
/// is set. One that does not exist is an error.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_app_role_assignment_delete(
    client: u64,
    request: *const AzmiAppRoleAssignmentDeleteRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits a listing of the roles that can be assigned on a scope; in the connection's subscription
/// when none is named. Yields a [`AzmiRoleDefinition`] for each.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_role_definition_list(
    client: u64,
    scope: *const AzmiRoleScope,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let scope = unsafe { read(scope) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            let scope = scope.or_subscription(&client)?;
            operation
                .pages(access::definitions(&client, &scope, None))
                .await
        })
    })
}

/// Submits a listing of the resources that refer to an identity. Yields a [`AzmiReference`] for each.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_reference_list(
    client: u64,
    request: *const AzmiReferenceListRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .items(access::references(&client, &request).await?)
                .await;
            Ok(())
        })
    })
}

/// Submits the reading of a resource's identity. Yields a [`AzmiResourceIdentity`], or `text` with `as_json`.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_resource_identity_get(
    client: u64,
    request: *const AzmiResourceIdentityGetRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            request.run(&client, &operation).await
        })
    })
}

/// Submits a listing of machines. Yields a [`AzmiResourceIdentity`] for each, or `text` with `as_json`.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_resource_identity_list(
    client: u64,
    request: *const AzmiResourceIdentityListRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            request.run(&client, &operation).await
        })
    })
}

/// Submits a wait until Azure has completed the change of a resource. Yields a [`AzmiResourceIdentity`].
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_resource_identity_wait(
    client: u64,
    request: *const AzmiResourceIdentityWaitRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation.item(request.run(&client).await?).await;
            Ok(())
        })
    })
}

/// Submits a change to a resource's identity. Yields the [`AzmiResourceIdentity`] after it, or a
/// [`AzmiPlan`] when `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_resource_identity_update(
    client: u64,
    request: *const AzmiResourceIdentityUpdateRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits the reading of the system-assigned identity of the resource with this id. Yields a
/// [`AzmiSystemIdentity`].
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_system_identity_get(
    client: u64,
    resource_id: *const AzmiStr,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let resource_id = unsafe { read(resource_id) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .item(identity::system_assigned(&client, &resource_id).await?)
                .await;
            Ok(())
        })
    })
}

/// Submits a request of the caller's own to Azure Resource Manager. Yields what Azure answered as
/// `text`, if anything; with `paginate` each item of the list; or a [`AzmiPlan`] when `dry_run` is
/// set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_arm_invoke(
    client: u64,
    request: *const AzmiArmInvokeRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let (request, paginate) = unsafe { read(request) }?;
        if !paginate || request.is_plan() {
            return submit_change(client, queue, tag, request);
        }
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .pages(arm::invoke_pages(&client, &request.wanted)?)
                .await
        })
    })
}

/// Submits the creation of a federated credential. Yields a [`AzmiFederatedCredential`], or a
/// [`AzmiPlan`] when `dry_run` is set. Writes under one identity go one at a time.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_federated_credential_create(
    client: u64,
    request: *const AzmiFederatedWriteRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_federated(client, queue, tag, request)
    })
}

/// Submits a change to a federated credential: what is not given stays. Yields a
/// [`AzmiFederatedCredential`], or a [`AzmiPlan`] when `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_federated_credential_update(
    client: u64,
    request: *const AzmiFederatedWriteRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?.map(federated::Update::from);
        submit_federated(client, queue, tag, request)
    })
}

/// Submits the deletion of a federated credential. Yields nothing, or a [`AzmiPlan`] when `dry_run`
/// is set. One that does not exist is an error.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_federated_credential_delete(
    client: u64,
    request: *const AzmiFederatedDeleteRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_federated(client, queue, tag, request)
    })
}

/// Submits the reading of a federated credential. Yields a [`AzmiFederatedCredential`].
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_federated_credential_get(
    client: u64,
    target: *const AzmiFederatedTarget,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let target = unsafe { read(target) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .item(federated::get(&client, &target).await?)
                .await;
            Ok(())
        })
    })
}

/// Submits a listing of the federated credentials of an identity. Yields a
/// [`AzmiFederatedCredential`] for each.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_federated_credential_list(
    client: u64,
    identity: *const AzmiTarget,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let identity = unsafe { read(identity) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .items(federated::list(&client, &identity).await?)
                .await;
            Ok(())
        })
    })
}

/// Submits the addition of a principal to a group of the directory. Yields nothing, or a
/// [`AzmiPlan`] when `dry_run` is set. A principal that is a member already is no error.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_group_member_add(
    client: u64,
    request: *const AzmiGroupMemberRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?.map(AddMember);
        submit_change(client, queue, tag, request)
    })
}

/// Submits the removal of a principal from a group of the directory. Yields nothing, or a
/// [`AzmiPlan`] when `dry_run` is set. A principal that is no member is no error.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_group_member_remove(
    client: u64,
    request: *const AzmiGroupMemberRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?.map(RemoveMember);
        submit_change(client, queue, tag, request)
    })
}

/// Submits a listing of the direct members of the group with this object id or display name.
/// Yields a [`AzmiGroupMember`] for each.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_group_member_list(
    client: u64,
    group: *const AzmiStr,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let group = unsafe { read(group) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            let mut members = access::members(&client, &group).await?;
            while let Some(page) = members.next().await? {
                for member in page {
                    operation.item(member).await;
                }
            }
            Ok(())
        })
    })
}

/// Submits the deployment of a template. Yields a [`AzmiDeployment`] when it has succeeded, or a [`AzmiPlan`]
/// when `dry_run` is set.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_deployment_create(
    client: u64,
    request: *const AzmiDeploymentRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_change(client, queue, tag, request)
    })
}

/// Submits the export of identities as a template. Yields it as `text`.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_identity_export(
    client: u64,
    request: *const AzmiIdentityExportRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        submit_with_client(client, queue, tag, |client, operation| async move {
            operation
                .item(export::export(&client, &request).await?)
                .await;
            Ok(())
        })
    })
}

/// Submits the completion of a word of a command line. Yields a [`AzmiSuggestion`] for each, the
/// likeliest first: none where the service refuses, fails, or does not answer in time. The
/// user is not asked to sign in, and no request is sent again. `client` may be 0: then it is what is known
/// without a service.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_complete(
    client: u64,
    request: *const AzmiCompletionRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let request = unsafe { read(request) }?;
        let connected = match client {
            0 => None,
            client => Some(clients().get(client)?),
        };
        // It has its own patience.
        submit(queue, tag, None, |operation| async move {
            let found = match connected {
                None => completion::known(&request),
                Some(Connected { client, memory }) => {
                    let observer = operation.observer();
                    completion::complete(&memory, &client, observer, &request).await
                }
            };
            operation.items(found).await;
            Ok(())
        })
    })
}

/// Submits a call of the interface below `/_emulator`, of an emulator on this machine, in this
/// process or in another. Yields what it answered as `text`, JSON, if anything.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_emulator_call(
    request: *const AzmiEmulatorCallRequest,
    queue: u64,
    tag: u64,
) -> i32 {
    guard(|| {
        let call = unsafe { read(request) }?;
        submit(queue, tag, None, |operation| async move {
            let answer = call.send().await?;
            if !answer.is_empty() {
                operation.item(answer).await;
            }
            Ok(())
        })
    })
}

/// Ends all that the library does for this process: cancels every queue, frees every client with its
/// tokens, and forgets what it knows of principals. Handles of clients are unknown afterwards; queues
/// and events are still the caller's to free.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_end() -> i32 {
    guard(|| {
        queues().all().iter().for_each(|queue| queue.cancel());
        let all = clients().remove_all();
        all.iter().for_each(|connected| connected.memory.close());
        arm::forget_principals();
        Ok(())
    })
}

/// Forgets what all clients were asked for words of command lines, and stops what is under way.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_completion_forget() -> i32 {
    guard(|| {
        let all = clients().all();
        all.iter().for_each(|connected| connected.memory.forget());
        Ok(())
    })
}
