//! Uses the C ABI alone, as a host in any language does: creates two identities, assigns them to a
//! virtual machine, enables its system-assigned identity, removes one identity, assigns a role, lists
//! the associated resources, and deletes the identities with their VM and role assignments. It runs
//! against an emulator in this process.
//!
//! `cargo run --package examples --bin c_abi_story`

// A host in Rust still calls a C ABI.
#![allow(unsafe_code)]

use std::ptr;

use emulator::{Emulator, Options, seed};
use managed_identity::ffi::*;
use tokio::runtime::Runtime;

fn main() {
    assert_eq!(azmi_abi_version(), AZMI_ABI_VERSION);
    let mut story = Story::begin();
    story.create("id1");
    story.create("id2");
    story.list("All", 0);
    story.update("add id1", &["id1"], &[], AZMI_SYSTEM_ASSIGNED_KEEP);
    story.update(
        "add id2: id1 stays",
        &["id2"],
        &[],
        AZMI_SYSTEM_ASSIGNED_KEEP,
    );
    story.update(
        "enable the system-assigned identity: both stay",
        &[],
        &[],
        AZMI_SYSTEM_ASSIGNED_ENABLE,
    );
    story.update(
        "remove id1: id2 and the system-assigned identity stay",
        &[],
        &["id1"],
        AZMI_SYSTEM_ASSIGNED_KEEP,
    );
    story.give_role("id2", "Reader");
    story.references();
    story.list("Unused identities", 1);
    story.delete("id1 if it is unused", "id1", AZMI_DELETE_IF_UNUSED);
    story.delete(
        "id2 with its VM assignment and role assignment",
        "id2",
        AZMI_DELETE_DETACH,
    );
    story.list("All", 0);
    story.end();
}

const ABSENT: AzmiStr = AzmiStr {
    ptr: ptr::null(),
    len: 0,
};

const CARRY_OUT: AzmiMode = AzmiMode {
    dry_run: 0,
    agreed: ABSENT,
};

fn string(text: &str) -> AzmiStr {
    AzmiStr {
        ptr: text.as_ptr(),
        len: text.len(),
    }
}

fn text(string: AzmiStr) -> String {
    if string.ptr.is_null() {
        return String::new();
    }
    // SAFETY: the library gives UTF-8 of that length, valid until the event is freed.
    let bytes = unsafe { std::slice::from_raw_parts(string.ptr, string.len) };
    String::from_utf8_lossy(bytes).into_owned()
}

fn target(name: &str) -> AzmiTarget {
    AzmiTarget {
        resource_id: ABSENT,
        subscription_id: ABSENT,
        resource_group: string("myResourceGroup"),
        name: string(name),
        resource_type: ABSENT,
        parameter: ABSENT,
    }
}

struct Story {
    queue: u64,
    client: u64,
    tag: u64,
    emulator: Emulator,
    runtime: Runtime,
}

impl Story {
    fn begin() -> Self {
        let options = AzmiQueueOptions {
            throttle_limit: 4,
            timeout_s: 0,
            verbose: 0,
            guards: 0,
        };
        let mut queue = 0;
        // SAFETY: both pointers are valid.
        check(unsafe { azmi_queue_create(&options, &mut queue) });
        let runtime = Runtime::new().expect("threads can be started");
        let emulator = runtime
            .block_on(Emulator::start(Options::default()))
            .expect("some port is free");
        println!("An emulator listens on {}.", emulator.endpoint());
        let mut story = Self {
            queue,
            client: 0,
            tag: 0,
            emulator,
            runtime,
        };
        story.connect();
        story
    }

    fn connect(&mut self) {
        let endpoint = self.emulator.endpoint().to_owned();
        let request = AzmiConnectRequest {
            credential: AZMI_CREDENTIAL_CLIENT_SECRET,
            environment: ABSENT,
            endpoint: string(&endpoint),
            authority: string(&endpoint),
            audience: ABSENT,
            tenant: string(seed::TENANT_ID),
            client_id: string(seed::CLIENT_ID),
            secret: string(seed::CLIENT_SECRET),
            graph_token: ABSENT,
            path: ABSENT,
            thumbprint: ABSENT,
            certificate_password: ABSENT,
            account: ABSENT,
            claims_challenge: ABSENT,
            service_connection: ABSENT,
            subscription_id: ABSENT,
            variables: ptr::null(),
            variables_len: 0,
            proxy: ABSENT,
            proxy_user: ABSENT,
            proxy_password: ABSENT,
            certificate_authority: ABSENT,
            timeout_s: 0,
            request_timeout_s: 0,
            retry_count: -1,
        };
        let mut client = 0;
        // SAFETY: the request is valid.
        self.run(
            |queue, tag| unsafe { azmi_client_connect(&request, queue, tag) },
            |event| {
                // SAFETY: a sign-in yields a connection.
                let connection = unsafe { &*event.connection };
                client = connection.client;
                println!("Signed in to {}.", text(connection.subscription_name));
            },
        );
        self.client = client;
    }

    fn create(&mut self, name: &str) {
        println!("\nCreate {name}:");
        let request = AzmiIdentityCreateRequest {
            target: target(name),
            location: ABSENT,
            isolation_scope: ABSENT,
            assignment_restriction: std::ptr::null(),
            assignment_restriction_len: 0,
            tags: ptr::null(),
            tags_len: 0,
            mode: CARRY_OUT,
        };
        let client = self.client;
        self.run(
            // SAFETY: the request is valid.
            |queue, tag| unsafe { azmi_identity_create(client, &request, queue, tag) },
            show_identity,
        );
    }

    fn list(&mut self, words: &str, unused: u8) {
        println!("\n{words}:");
        let request = AzmiIdentityListRequest {
            fleet: AzmiFleet {
                subscriptions: ptr::null(),
                subscriptions_len: 0,
                all_subscriptions: 0,
                management_group_id: ABSENT,
                resource_group: string("myResourceGroup"),
                names: ptr::null(),
                names_len: 0,
                tags: ptr::null(),
                tags_len: 0,
                fresh: 0,
            },
            unused,
        };
        let client = self.client;
        let mut count = 0;
        self.run(
            // SAFETY: the request is valid.
            |queue, tag| unsafe { azmi_identity_list(client, &request, queue, tag) },
            |event| {
                count += 1;
                show_identity(event);
            },
        );
        if count == 0 {
            println!("  none");
        }
    }

    fn update(
        &mut self,
        words: &str,
        add: &[&str],
        remove: &[&str],
        system_assigned: AzmiSystemAssigned,
    ) {
        println!("\nmyVM: {words}");
        let add: Vec<_> = add.iter().map(|id| string(id)).collect();
        let remove: Vec<_> = remove.iter().map(|id| string(id)).collect();
        let request = AzmiResourceIdentityUpdateRequest {
            kind: AZMI_KIND_VIRTUAL_MACHINE,
            target: target("myVM"),
            api_version: ABSENT,
            change: AZMI_CHANGE_MERGE,
            identity_type: AZMI_IDENTITY_NONE,
            system_assigned,
            add: add.as_ptr(),
            add_len: add.len(),
            remove: remove.as_ptr(),
            remove_len: remove.len(),
            remove_missing: 0,
            upgrade: AZMI_UPGRADE_NONE,
            instances: ptr::null(),
            instances_len: 0,
            force: 0,
            no_wait: 0,
            mode: CARRY_OUT,
        };
        let client = self.client;
        self.run(
            // SAFETY: the request is valid.
            |queue, tag| unsafe { azmi_resource_identity_update(client, &request, queue, tag) },
            show_machine,
        );
    }

    fn give_role(&mut self, name: &str, role: &str) {
        println!("\n{name}: {role} on the group");
        let request = AzmiRoleAssignmentCreateRequest {
            principal: AzmiPrincipal {
                principal_id: ABSENT,
                principal_type: ABSENT,
                identity: target(name),
            },
            scope: AzmiRoleScope {
                scope: ABSENT,
                subscription_id: ABSENT,
                resource_group: string("myResourceGroup"),
            },
            role: AzmiRole {
                name: string(role),
                id: ABSENT,
            },
            description: ABSENT,
            condition: ABSENT,
            condition_version: ABSENT,
            principal_wait_s: -1,
            mode: CARRY_OUT,
        };
        let client = self.client;
        self.run(
            // SAFETY: the request is valid.
            |queue, tag| unsafe { azmi_role_assignment_create(client, &request, queue, tag) },
            |event| {
                // SAFETY: the operation yields the assignment.
                let assignment = unsafe { &*event.role_assignment };
                println!(
                    "  {} on {}",
                    text(assignment.role_definition_name),
                    text(assignment.scope)
                );
            },
        );
    }

    fn references(&mut self) {
        println!("\nAssociated resources:");
        let request = AzmiReferenceListRequest {
            identity: AzmiTarget {
                resource_id: ABSENT,
                subscription_id: ABSENT,
                resource_group: ABSENT,
                name: ABSENT,
                resource_type: ABSENT,
                parameter: ABSENT,
            },
            subscription_id: ABSENT,
            all_subscriptions: 1,
            source: AZMI_SOURCE_RESOURCE_GRAPH,
        };
        let client = self.client;
        self.run(
            // SAFETY: the request is valid.
            |queue, tag| unsafe { azmi_reference_list(client, &request, queue, tag) },
            |event| {
                // SAFETY: the operation yields references.
                let reference = unsafe { &*event.reference };
                println!(
                    "  {} has {}",
                    text(reference.name),
                    text(reference.identity_id)
                );
            },
        );
    }

    fn delete(&mut self, words: &str, name: &str, delete_mode: AzmiDeleteMode) {
        println!("\nDelete {words}.");
        let request = AzmiIdentityDeleteRequest {
            target: target(name),
            delete_mode,
            mode: CARRY_OUT,
        };
        let client = self.client;
        self.run(
            // SAFETY: the request is valid.
            |queue, tag| unsafe { azmi_identity_delete(client, &request, queue, tag) },
            |_| {},
        );
    }

    fn end(self) {
        check(azmi_client_free(self.client));
        check(azmi_queue_free(self.queue));
        self.runtime.block_on(self.emulator.stop());
        println!("\nThe emulator has stopped.");
    }

    /// Submits an operation and takes its events up to the last.
    fn run(&mut self, submit: impl FnOnce(u64, u64) -> i32, mut item: impl FnMut(&AzmiEvent)) {
        self.tag += 1;
        check(submit(self.queue, self.tag));
        loop {
            let mut event = ptr::null();
            // SAFETY: the pointer is valid.
            check(unsafe { azmi_queue_wait(self.queue, -1, &mut event) });
            // SAFETY: the wait succeeded; the event is ours until it is freed.
            let happened = unsafe { &*event };
            let kind = happened.kind;
            match kind {
                AZMI_EVENT_ITEM => item(happened),
                // SAFETY: a failure carries its error.
                AZMI_EVENT_FAILED => panic!("{}", text(unsafe { &*happened.error }.message)),
                _ => {}
            }
            // SAFETY: nothing of the event is used after this.
            check(unsafe { azmi_event_free(event) });
            if kind == AZMI_EVENT_DONE {
                return;
            }
        }
    }
}

fn show_identity(event: &AzmiEvent) {
    // SAFETY: identities are all that these operations yield.
    let identity = unsafe { &*event.identity };
    println!(
        "  {}  {}  principal {}  client {}",
        text(identity.name),
        text(identity.location),
        text(identity.principal_id),
        text(identity.client_id)
    );
}

fn show_machine(event: &AzmiEvent) {
    // SAFETY: an update yields the identity of the machine.
    let vm = unsafe { &*event.resource_identity };
    println!(
        "  system-assigned: {}",
        match text(vm.principal_id) {
            none if none.is_empty() => "off".to_owned(),
            principal => format!("principal {principal}"),
        }
    );
    for index in 0..vm.assigned_len {
        // SAFETY: the array has that many.
        let assigned = unsafe { &*vm.assigned.add(index) };
        println!(
            "  {}  principal {}",
            text(assigned.name),
            text(assigned.principal_id)
        );
    }
}

fn check(status: i32) {
    assert_eq!(status, AZMI_OK, "{}", text(azmi_status_text(status)));
}
