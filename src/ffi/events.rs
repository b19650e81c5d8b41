//! Turns what happened into the event that the host reads.

use std::any::Any;
use std::collections::HashSet;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use once_cell::sync::Lazy;

use super::guard::Status;
use super::queue::{Event, EventPayload};
use super::registry::{guards, questions};
use super::show::{Held, Show};
use super::types::*;
use crate::base::{CertificateSource, Question, QuestionKind, SignatureAlgorithm};

/// An event that the host holds, with all that it points to. The host sees the first member.
#[repr(C)]
struct Published {
    event: AzmiEvent,
    // What `event` points to: on the heap, and not touched again until it is freed.
    payload: Box<EventPayload>,
    kept: Vec<Box<dyn Any>>,
}

/// The addresses of the events that the host holds, to tell one that it has freed before.
fn held() -> MutexGuard<'static, HashSet<usize>> {
    static HELD: Lazy<Mutex<HashSet<usize>>> = Lazy::new(Mutex::default);
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands an event to the host, which frees it with [`reclaim`].
pub(super) fn publish(event: Event) -> *const AzmiEvent {
    let address = Box::into_raw(Published::new(event)).cast::<AzmiEvent>();
    held().insert(address as usize);
    address
}

/// Frees an event that the host holds.
pub(super) fn reclaim(event: *const AzmiEvent) -> Result<(), Status> {
    if !held().remove(&(event as usize)) {
        return Err(Status::Handle);
    }
    // SAFETY: it was in the set, so it came from `publish` and was not freed; it is the first
    // member of a `repr(C)` struct, so its address is that of the whole.
    drop(unsafe { Box::from_raw(event.cast_mut().cast::<Published>()) });
    Ok(())
}

impl Published {
    fn new(event: Event) -> Box<Self> {
        let mut published = Box::new(Self {
            event: AzmiEvent {
                tag: event.tag,
                kind: AZMI_EVENT_ITEM,
                identity: ptr::null(),
                resource_identity: ptr::null(),
                role_assignment: ptr::null(),
                role_definition: ptr::null(),
                reference: ptr::null(),
                connection: ptr::null(),
                plan: ptr::null(),
                system_identity: ptr::null(),
                federated_credential: ptr::null(),
                group_member: ptr::null(),
                app_role_assignment: ptr::null(),
                deployment: ptr::null(),
                subscription: ptr::null(),
                text: AzmiStr::ABSENT,
                question: ptr::null(),
                progress: ptr::null(),
                error: ptr::null(),
                message: AzmiStr::ABSENT,
                guard: 0,
                suggestion: ptr::null(),
            },
            payload: Box::new(event.payload),
            kept: Vec::new(),
        });
        published.fill();
        published
    }

    /// Points the event to what happened.
    fn fill(&mut self) {
        let event = &mut self.event;
        let held = &mut Held::new(&mut self.kept);
        match &mut *self.payload {
            EventPayload::Item(item) => item.publish(event, held),
            EventPayload::Verbose(text) => {
                event.kind = AZMI_EVENT_VERBOSE;
                event.message = AzmiStr::of(text);
            }
            EventPayload::Warning(text) => {
                event.kind = AZMI_EVENT_WARNING;
                event.message = AzmiStr::of(text);
            }
            EventPayload::Guard(text, go_on) => {
                event.kind = AZMI_EVENT_GUARDED_WARNING;
                event.message = AzmiStr::of(text);
                let handle = go_on.take().map(|go_on| guards().insert(go_on));
                event.guard = handle.unwrap_or_default();
            }
            EventPayload::Progress(progress) => {
                event.kind = AZMI_EVENT_PROGRESS;
                let record = (&*progress).show(held);
                event.progress = held.keep(record);
            }
            // The queue hands out no question that is not claimed.
            EventPayload::Question(_) => {}
            EventPayload::Claimed(question, claim) => {
                event.kind = AZMI_EVENT_QUESTION;
                let handle = claim.take().map(|claim| questions().insert(claim));
                let mut record = asked(question, held);
                record.question = handle.unwrap_or_default();
                event.question = held.keep(record);
            }
            EventPayload::ItemFailed(error) => {
                event.kind = AZMI_EVENT_ITEM_FAILED;
                let record = (&*error).show(held);
                event.error = held.keep(record);
            }
            EventPayload::Done => event.kind = AZMI_EVENT_DONE,
            EventPayload::Failed(error) => {
                event.kind = AZMI_EVENT_FAILED;
                let record = (&*error).show(held);
                event.error = held.keep(record);
            }
        }
    }
}

/// What the host is asked, without the handle to answer by.
fn asked<'a>(question: &'a Question, held: &mut Held<'a>) -> AzmiQuestion {
    let mut record = AzmiQuestion {
        question: 0,
        kind: 0,
        audience: AzmiStr::ABSENT,
        tenant: AzmiStr::ABSENT,
        path: AzmiStr::ABSENT,
        thumbprint: AzmiStr::ABSENT,
        text: AzmiStr::ABSENT,
        algorithm: AZMI_SIGNATURE_NONE,
        url: AzmiStr::ABSENT,
    };
    match &question.kind {
        QuestionKind::Token { audience, tenant } => {
            record.kind = AZMI_QUESTION_TOKEN;
            record.audience = audience.show(held);
            record.tenant = tenant.show(held);
        }
        QuestionKind::Proxy { url } => {
            record.kind = AZMI_QUESTION_PROXY;
            record.url = url.show(held);
        }
        QuestionKind::Browser { url } => {
            record.kind = AZMI_QUESTION_BROWSER;
            record.url = url.show(held);
        }
        QuestionKind::Certificate(CertificateSource::File(path)) => {
            record.kind = AZMI_QUESTION_CERTIFICATE;
            record.path = path.to_str().map_or(AzmiStr::ABSENT, AzmiStr::of);
        }
        QuestionKind::Certificate(CertificateSource::Store(thumbprint)) => {
            record.kind = AZMI_QUESTION_CERTIFICATE;
            record.thumbprint = thumbprint.show(held);
        }
        QuestionKind::Signature { text, algorithm } => {
            record.kind = AZMI_QUESTION_SIGNATURE;
            record.text = text.show(held);
            record.algorithm = match algorithm {
                SignatureAlgorithm::Ps256 => AZMI_SIGNATURE_PS256,
                SignatureAlgorithm::Rs256 => AZMI_SIGNATURE_RS256,
            };
        }
    }
    record
}
