//! The C ABI as a host without any care calls it: the call in the first byte, and its record made of
//! the rest. What the library accepts runs against an emulator, is cancelled soon, and ends once.

#![allow(unsafe_code)]

use std::any::Any;
use std::collections::VecDeque;
use std::ptr;
use std::sync::LazyLock;

use emulator::{Emulator, Options, seed};
use ffi_common::abi::*;
use managed_identity::ffi::*;
use managed_identity::fuzzing::is_command;
use tokio::runtime::Runtime;

use crate::input;

/// A call that submits an operation: its name, and what makes it.
pub type Call = (&'static str, fn(&mut Source<'_>, u64, u64, u64) -> i32);

/// A record with any content.
pub trait Hostile: Sized {
    /// Makes one.
    fn hostile(source: &mut Source<'_>) -> Self;
}

/// What records are made of, and what they point to.
pub struct Source<'a> {
    data: &'a [u8],
    /// What every text is; none for any.
    every: Option<&'static str>,
    held: Vec<Box<dyn Any>>,
}

/// Lengths that nothing has.
const ABSURD: [usize; 4] = [
    usize::MAX,
    isize::MAX as usize,
    usize::MAX / 16 + 1,
    (64 << 20) + 1,
];

impl<'a> Source<'a> {
    /// Records with content of these bytes.
    pub fn of(data: &'a [u8]) -> Self {
        Self {
            data,
            every: None,
            held: Vec::new(),
        }
    }

    /// Records that the library accepts: every text is this one, every list empty, every number 0.
    pub fn plain(every: &'static str) -> Self {
        Self {
            data: &[],
            every: Some(every),
            held: Vec::new(),
        }
    }
}

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = input::first_byte(self.data);
        self.data = rest;
        first
    }

    fn take(&mut self, length: usize) -> &[u8] {
        let (these, rest) = self.data.split_at(length.min(self.data.len()));
        self.data = rest;
        these
    }

    fn keep<T: 'static>(&mut self, items: Vec<T>) -> *const T {
        let items = items.into_boxed_slice();
        let ptr = items.as_ptr();
        self.held.push(Box::new(items));
        ptr
    }

    /// A number that is mostly one of the enumeration's.
    fn enumeration(&mut self) -> u32 {
        match self.byte() {
            255 => u32::MAX,
            byte => u32::from(byte % 16),
        }
    }

    fn flag(&mut self) -> u8 {
        self.byte() & 3
    }

    fn array<T: Hostile + 'static>(&mut self) -> (*const T, usize) {
        let choice = self.byte();
        let absurd = ABSURD[usize::from(choice >> 4) % ABSURD.len()];
        match choice & 15 {
            0..=5 => (ptr::null(), 0),
            6 => (ptr::null(), 3),
            7 => {
                let items = vec![T::hostile(self)];
                (self.keep(items), absurd)
            }
            8 => (ptr::without_provenance(1), 0),
            9 => {
                let items = vec![T::hostile(self)];
                (self.keep(items).wrapping_byte_add(1), 1)
            }
            length => {
                let items = (9..length).map(|_| T::hostile(self)).collect();
                (self.keep(items), usize::from(length) - 9)
            }
        }
    }
}

impl Hostile for AzmiStr {
    fn hostile(source: &mut Source<'_>) -> Self {
        if let Some(every) = source.every {
            return Self::of(every);
        }
        let choice = source.byte();
        let len = match choice {
            0..=63 => return Self::ABSENT,
            64 => 5,
            65 => {
                return Self {
                    ptr: ptr::null(),
                    len: 5,
                };
            }
            66..=69 => ABSURD[usize::from(choice) - 66],
            70 => 0,
            // What every emulator has: operations go further with it.
            71..=80 => {
                const KNOWN: [&str; 10] = [
                    seed::SUBSCRIPTION_ID,
                    seed::RESOURCE_GROUP,
                    seed::VM,
                    seed::TENANT_ID,
                    "Microsoft.ManagedIdentity/userAssignedIdentities",
                    "eastus",
                    "Reader",
                    "2024-11-30",
                    "*",
                    "/",
                ];
                return Self::of(KNOWN[usize::from(choice) - 71]);
            }
            _ => usize::from(choice) - 80,
        };
        let text = source.take(len).to_vec();
        let length = if ABSURD.contains(&len) {
            len
        } else {
            text.len()
        };
        Self {
            ptr: source.keep(text),
            len: length,
        }
    }
}

impl Hostile for AzmiTag {
    fn hostile(source: &mut Source<'_>) -> Self {
        Self {
            name: Hostile::hostile(source),
            value: Hostile::hostile(source),
        }
    }
}

impl Hostile for AzmiMode {
    fn hostile(source: &mut Source<'_>) -> Self {
        Self {
            dry_run: source.flag(),
            agreed: Hostile::hostile(source),
        }
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Hostile for $number {
            fn hostile(source: &mut Source<'_>) -> Self {
                match source.byte() {
                    254 => <$number>::MIN,
                    255 => <$number>::MAX,
                    byte => <$number>::from(byte),
                }
            }
        }
    )*};
}

numbers!(u8 u16 u32 u64);

impl Hostile for i32 {
    fn hostile(source: &mut Source<'_>) -> Self {
        u32::hostile(source).cast_signed()
    }
}

include!(concat!(env!("OUT_DIR"), "/hostile.rs"));

/// An emulator and a client that is signed in to it.
pub struct Server {
    /// The client.
    pub client: u64,
    _emulator: Emulator,
    _runtime: Runtime,
}

/// The one of this process.
pub static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("threads");
    let options = Options {
        operation_time: std::time::Duration::ZERO,
        ..Options::default()
    };
    let emulator = runtime.block_on(Emulator::start(options)).expect("starts");
    let endpoint = emulator.endpoint().to_owned();
    let queue = new_queue(4);
    // SAFETY: a record of numbers and pointers may be zero.
    let mut request: AzmiConnectRequest = unsafe { std::mem::zeroed() };
    request.credential = AZMI_CREDENTIAL_CLIENT_SECRET;
    request.endpoint = AzmiStr::of(&endpoint);
    request.authority = AzmiStr::of(&endpoint);
    request.tenant = AzmiStr::of(seed::TENANT_ID);
    request.client_id = AzmiStr::of(seed::CLIENT_ID);
    request.secret = AzmiStr::of(seed::CLIENT_SECRET);
    // SAFETY: the record and its texts live until the call returns.
    assert_eq!(unsafe { azmi_client_connect(&request, queue, 1) }, AZMI_OK);
    let mut client = 0;
    while let Some(event) = next(queue, -1) {
        // SAFETY: the event is not freed yet; a pointer in it is null or good.
        if let Some(connection) = unsafe { (*event).connection.as_ref() } {
            client = connection.client;
        }
        // SAFETY: it is freed once.
        unsafe { azmi_event_free(event) };
    }
    azmi_queue_free(queue);
    assert_ne!(client, 0, "no sign-in");
    Server {
        client,
        _emulator: emulator,
        _runtime: runtime,
    }
});

/// A queue that reports everything, and runs so many operations at once.
pub fn new_queue(throttle_limit: u32) -> u64 {
    let options = AzmiQueueOptions {
        throttle_limit,
        verbose: 1,
        guards: 0,
        timeout_s: 0,
    };
    let mut queue = 0;
    // SAFETY: both are good.
    assert_eq!(unsafe { azmi_queue_create(&options, &mut queue) }, AZMI_OK);
    queue
}

/// The next event, if there is one within the time.
pub fn next(queue: u64, timeout_ms: i32) -> Option<*const AzmiEvent> {
    let mut event = ptr::null();
    // SAFETY: the pointer is good.
    let status = unsafe { azmi_queue_wait(queue, timeout_ms, &mut event) };
    (status == AZMI_OK).then_some(event)
}

/// How many events a cancelled operation may have yielded, at most, before it was.
const MOST_EVENTS: usize = 64;

/// How long an operation runs before it is cancelled.
const TIME_MS: i32 = 20;

/// Runs the target once.
pub fn run(data: &[u8]) {
    let (call, rest) = input::first_byte(data);
    let (name, call) = CALLS[usize::from(call) % CALLS.len()];
    let mut source = Source::of(rest);
    let queue = new_queue(4);
    // A sign-in could ask services of this machine: only its record is read.
    let signs_in = name == "azmi_client_connect";
    if signs_in {
        azmi_queue_cancel(queue);
    }
    let client = SERVER.client;
    let status = call(&mut source, client, queue, 7);
    // The library has copies: what the record pointed to may go.
    drop(source);
    assert_ne!(status, AZMI_ERROR_PANIC, "{name}");
    assert!(!signs_in || status != AZMI_OK, "{name}");
    let mut ended = VecDeque::new();
    for round in 0..=MOST_EVENTS {
        let last = next(queue, TIME_MS);
        if last.is_none() || round == MOST_EVENTS {
            azmi_queue_cancel(queue);
        }
        if let Some(event) = last {
            take(event, name, &mut ended);
        }
        if !ended.is_empty() || last.is_none() {
            break;
        }
    }
    azmi_queue_cancel(queue);
    while let Some(event) = next(queue, -1) {
        take(event, name, &mut ended);
    }
    assert_eq!(
        ended.len(),
        usize::from(status == AZMI_OK),
        "{name}: {ended:?}"
    );
    assert_eq!(azmi_queue_free(queue), AZMI_OK);
}

/// Checks an event, notes an end, and frees it.
fn take(event: *const AzmiEvent, name: &str, ended: &mut VecDeque<u32>) {
    // SAFETY: the event is not freed yet.
    let record = unsafe { &*event };
    assert_eq!(record.tag, 7);
    // SAFETY: the texts of an event are good until it is freed.
    let message = unsafe { record.message.read() }.ok().flatten();
    check(message.as_deref());
    // SAFETY: a pointer of an event is null or good.
    if let Some(error) = unsafe { record.error.as_ref() } {
        for text in [
            error.code,
            error.message,
            error.recommendation,
            error.target,
        ] {
            // SAFETY: as above.
            check(unsafe { text.read() }.ok().flatten().as_deref());
        }
        // SAFETY: as above.
        let code = unsafe { error.code.read() };
        assert_ne!(
            code.ok().flatten().as_deref(),
            Some("InternalError"),
            "{name}"
        );
    }
    if matches!(record.kind, AZMI_EVENT_DONE | AZMI_EVENT_FAILED) {
        ended.push_back(record.kind);
    }
    // SAFETY: it is freed once.
    assert_eq!(unsafe { azmi_event_free(event) }, AZMI_OK);
}

fn check(text: Option<&str>) {
    let text = text.unwrap_or_default();
    assert!(!text.contains(is_command), "{text:?}");
}
