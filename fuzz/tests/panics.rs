//! A panic in every export and in every kind of operation: it is a status, or the error of its
//! operation, and all else works as before.

#![allow(unsafe_code)]
// Null is a status wherever these pass it, and every other pointer is to a value of this file.
#![allow(clippy::undocumented_unsafe_blocks)]

use std::ptr;

use ffi_common::abi::{AZMI_ERROR_PANIC, AZMI_OK};
use fuzz::abi::{CALLS, SERVER, Source, new_queue, next};
use managed_identity::ffi::panics::{Place, in_next_call, in_operation};
use managed_identity::ffi::*;

/// The name of an export, and a call of it.
type Other = (&'static str, fn() -> i32);

/// The exports that submit nothing.
const OTHERS: &[Other] = &[
    ("azmi_queue_create", || unsafe {
        azmi_queue_create(ptr::null(), ptr::null_mut())
    }),
    ("azmi_queue_wait", || unsafe {
        azmi_queue_wait(0, 0, ptr::null_mut())
    }),
    ("azmi_queue_pending", || unsafe {
        azmi_queue_pending(0, ptr::null_mut())
    }),
    ("azmi_queue_cancel", || azmi_queue_cancel(0)),
    ("azmi_queue_free", || azmi_queue_free(0)),
    ("azmi_event_free", || unsafe {
        azmi_event_free(ptr::null())
    }),
    ("azmi_question_answer", || unsafe {
        azmi_question_answer(0, ptr::null())
    }),
    ("azmi_guard_answer", || azmi_guard_answer(0, 0)),
    ("azmi_client_free", || azmi_client_free(0)),
    ("azmi_completion_forget", || azmi_completion_forget()),
];

/// The export that ends what all tests of this process use: only its panic is tried.
const END: Other = ("azmi_end", || azmi_end());

/// The exports that return what the library is and run no code that could fail.
const CONSTANT: [&str; 3] = ["azmi_abi_version", "azmi_version", "azmi_status_text"];

/// The exports by the header that hosts compile against.
fn exports() -> Vec<&'static str> {
    let header = include_str!("../../bindings/managed_identity.h");
    let mut names: Vec<_> = header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']))
        .filter_map(|line| {
            line.split_once("azmi_")?
                .1
                .split_once('(')
                .map(|(name, _)| (line, name))
        })
        .map(|(line, name)| {
            let from = name.as_ptr() as usize - line.as_ptr() as usize - "azmi_".len();
            &line[from..from + "azmi_".len() + name.len()]
        })
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn every_export_is_here() {
    let mut here: Vec<&str> = CONSTANT.to_vec();
    here.extend(OTHERS.iter().map(|(name, _)| *name));
    here.push(END.0);
    here.extend(CALLS.iter().map(|(name, _)| *name));
    here.sort_unstable();
    assert_eq!(here, exports());
}

#[test]
fn a_panic_in_a_call_is_a_status_and_the_next_call_works() {
    for (name, call) in OTHERS {
        in_next_call();
        assert_eq!(call(), AZMI_ERROR_PANIC, "{name}");
        assert_ne!(call(), AZMI_ERROR_PANIC, "{name}");
    }
    in_next_call();
    assert_eq!(END.1(), AZMI_ERROR_PANIC);
    let queue = new_queue(4);
    azmi_queue_cancel(queue);
    for (name, call) in CALLS {
        let submit = || call(&mut Source::plain("x"), SERVER.client, queue, 1);
        in_next_call();
        assert_eq!(submit(), AZMI_ERROR_PANIC, "{name}");
        assert_ne!(submit(), AZMI_ERROR_PANIC, "{name}");
    }
    assert_eq!(azmi_queue_free(queue), AZMI_OK);
}

/// How an operation ended: its kind of end, and its error.
fn end(queue: u64, tag: u64) -> Option<(u32, String, u32)> {
    let mut found = None;
    while let Some(event) = next(queue, -1) {
        // SAFETY: the event is not freed yet, and its pointers are null or good.
        let (record, error) = unsafe { (&*event, (*event).error.as_ref()) };
        if record.tag == tag && matches!(record.kind, AZMI_EVENT_DONE | AZMI_EVENT_FAILED) {
            assert_eq!(found, None, "ended twice");
            // SAFETY: as above.
            let code = error.map(|error| unsafe { error.code.read() }.unwrap().unwrap());
            let category = error.map_or(0, |error| error.category);
            found = Some((record.kind, code.unwrap_or_default(), category));
        }
        // SAFETY: it is freed once.
        assert_eq!(unsafe { azmi_event_free(event) }, AZMI_OK);
    }
    found
}

/// Lists the identities of the subscription.
fn list(queue: u64, tag: u64) -> i32 {
    let mut named = CALLS.iter();
    let (_, list) = named
        .find(|(name, _)| *name == "azmi_identity_list")
        .unwrap();
    list(&mut Source::of(&[]), SERVER.client, queue, tag)
}

/// A listing that works, with the client and the queue of the test.
fn works(queue: u64, tag: u64, what: &str) {
    assert_eq!(list(queue, tag), AZMI_OK, "{what}");
    assert_eq!(
        end(queue, tag).map(|end| end.0),
        Some(AZMI_EVENT_DONE),
        "{what}"
    );
}

#[test]
fn a_panic_in_an_operation_is_its_error_and_queue_and_client_work_on() {
    let internal = Some((AZMI_EVENT_FAILED, "InternalError".to_owned(), 0));
    // One at a time: a turn that is lost would stop the next operation.
    let queue = new_queue(1);
    let mut tag = 1000;
    let mut begun = 0;
    for (name, call) in CALLS {
        for place in [Place::Begin, Place::Message] {
            // A sign-in of this kind would ask services of this machine.
            if *name == "azmi_client_connect" && place == Place::Message {
                continue;
            }
            tag += 1;
            in_operation(tag, place);
            // A group, a machine and an identity have this name, or nothing has: both are answers.
            let status = call(&mut Source::plain("myVM"), SERVER.client, queue, tag);
            let Some(ended) = end(queue, tag) else {
                assert_ne!(status, AZMI_OK, "{name}");
                continue;
            };
            match place {
                Place::Begin => {
                    assert_eq!(Some(ended), internal, "{name}");
                    begun += 1;
                }
                // One that is refused before its first request has no message.
                Place::Message => assert_ne!(ended.1, "OperationCanceled", "{name}"),
            }
            tag += 1;
            works(queue, tag, name);
        }
    }
    let mut pending = 1;
    // SAFETY: the pointer is good.
    assert_eq!(unsafe { azmi_queue_pending(queue, &mut pending) }, AZMI_OK);
    assert_eq!(pending, 0);
    // All but those whose plain record is refused.
    assert!(begun + 5 > CALLS.len(), "{begun} of {}", CALLS.len());
    // In the middle of a request, with what it holds.
    tag += 1;
    in_operation(tag, Place::Message);
    assert_eq!(list(queue, tag), AZMI_OK);
    assert_eq!(end(queue, tag), internal);
    tag += 1;
    works(queue, tag, "after a panic in a request");
    assert_eq!(azmi_queue_free(queue), AZMI_OK);
}
