//! What surrounds every exported function.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ffi_common::input::Unreadable;

use super::types::*;

/// How a call ends when it does not end with `AZMI_OK`.
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
    Pointer,
}

impl Status {
    fn code(self) -> i32 {
        match self {
            Self::Timeout => AZMI_TIMEOUT,
            Self::Drained => AZMI_DRAINED,
            Self::Null => AZMI_ERROR_NULL,
            Self::Handle => AZMI_ERROR_HANDLE,
            Self::Utf8 => AZMI_ERROR_UTF8,
            Self::Value => AZMI_ERROR_VALUE,
            Self::Panic => AZMI_ERROR_PANIC,
            Self::Canceled => AZMI_ERROR_CANCELED,
            Self::Runtime => AZMI_ERROR_RUNTIME,
            Self::Pointer => AZMI_ERROR_POINTER,
        }
    }

    /// What a status means.
    pub(super) fn text(code: i32) -> &'static str {
        match code {
            AZMI_OK => "the call succeeded",
            AZMI_TIMEOUT => "no event arrived within the timeout",
            AZMI_DRAINED => "every operation has ended and every event was taken",
            AZMI_ERROR_NULL => "a pointer that must not be null is null",
            AZMI_ERROR_HANDLE => "the handle is unknown: never issued, or freed already",
            AZMI_ERROR_UTF8 => "a string is not UTF-8",
            AZMI_ERROR_VALUE => "a number is outside its enumeration or range",
            AZMI_ERROR_PANIC => "internal error in the library",
            AZMI_ERROR_CANCELED => "the queue was cancelled and accepts no operations",
            AZMI_ERROR_RUNTIME => "the library could not start its threads",
            AZMI_ERROR_POINTER => {
                "a pointer is not aligned, or its length is more than any input has"
            }
            _ => "not a status of this library",
        }
    }
}

impl From<Unreadable> for Status {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Null => Self::Null,
            Unreadable::Utf8 => Self::Utf8,
            Unreadable::Pointer => Self::Pointer,
        }
    }
}

/// Runs the body of an exported function. A panic ends here: it must not cross into the host.
pub(super) fn guard(body: impl FnOnce() -> Result<(), Status>) -> i32 {
    let body = || {
        #[cfg(feature = "fuzzing")]
        super::panics::here_in_call();
        body()
    };
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => AZMI_OK,
        Ok(Err(status)) => status.code(),
        Err(_) => Status::Panic.code(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(guard(|| panic!("on purpose")), AZMI_ERROR_PANIC);
        assert_eq!(guard(|| Ok(())), AZMI_OK);
        assert_eq!(guard(|| Err(Status::Handle)), AZMI_ERROR_HANDLE);
    }

    #[test]
    fn every_status_has_its_text() {
        for code in (AZMI_OK..=AZMI_DRAINED).chain(AZMI_ERROR_NULL..=AZMI_ERROR_POINTER) {
            assert!(!Status::text(code).contains("not a status"), "{code}");
        }
        assert!(Status::text(99).contains("not a status"));
    }
}
