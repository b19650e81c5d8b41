//! What surrounds every exported function.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::types::*;

/// How a call ends when it does not end with `MI_OK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Timeout,
    Drained,
    Null,
    Handle,
    Utf8,
    Value,
    Panic,
    Canceled,
    Runtime,
}

impl Status {
    fn code(self) -> i32 {
        match self {
            Self::Timeout => MI_TIMEOUT,
            Self::Drained => MI_DRAINED,
            Self::Null => MI_ERROR_NULL,
            Self::Handle => MI_ERROR_HANDLE,
            Self::Utf8 => MI_ERROR_UTF8,
            Self::Value => MI_ERROR_VALUE,
            Self::Panic => MI_ERROR_PANIC,
            Self::Canceled => MI_ERROR_CANCELED,
            Self::Runtime => MI_ERROR_RUNTIME,
        }
    }

    /// What a status means.
    pub(super) fn text(code: i32) -> &'static str {
        match code {
            MI_OK => "the call did what was asked",
            MI_TIMEOUT => "nothing arrived in the time given",
            MI_DRAINED => "every operation has ended and every event has been taken",
            MI_ERROR_NULL => "a pointer that must not be null is null",
            MI_ERROR_HANDLE => "the handle is unknown: never issued, or freed already",
            MI_ERROR_UTF8 => "a string is not UTF-8",
            MI_ERROR_VALUE => "a number is outside its enumeration or range",
            MI_ERROR_PANIC => "the library failed inside",
            MI_ERROR_CANCELED => "the queue was cancelled and takes no more operations",
            MI_ERROR_RUNTIME => "the library could not start its threads",
            _ => "not a status of this library",
        }
    }
}

/// Runs the body of an exported function. A panic ends here: it must not cross into the host.
pub(super) fn guard(body: impl FnOnce() -> Result<(), Status>) -> i32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => MI_OK,
        Ok(Err(status)) => status.code(),
        Err(_) => Status::Panic.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(guard(|| panic!("on purpose")), MI_ERROR_PANIC);
        assert_eq!(guard(|| Ok(())), MI_OK);
        assert_eq!(guard(|| Err(Status::Handle)), MI_ERROR_HANDLE);
    }

    #[test]
    fn every_status_has_its_text() {
        for code in (MI_OK..=MI_DRAINED).chain(MI_ERROR_NULL..=MI_ERROR_RUNTIME) {
            assert!(!Status::text(code).contains("not a status"), "{code}");
        }
        assert!(Status::text(99).contains("not a status"));
    }
}
