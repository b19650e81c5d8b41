//! The statuses, the error categories and the strings of both C ABIs.

use ffi_attributes::azmi;

use crate::input::{Unreadable, items};

/// The call did what was asked.
pub const AZMI_OK: i32 = 0;

// Errors are positive too: csbindgen leaves out constants below zero.
/// A pointer that must not be null is null.
pub const AZMI_ERROR_NULL: i32 = 16;
/// The handle is unknown: never issued, or freed already.
pub const AZMI_ERROR_HANDLE: i32 = 17;
/// A string is not UTF-8.
pub const AZMI_ERROR_UTF8: i32 = 18;
/// A number is outside its enumeration or range.
pub const AZMI_ERROR_VALUE: i32 = 19;
/// The library failed inside; the call had no effect.
pub const AZMI_ERROR_PANIC: i32 = 20;
/// The queue was cancelled and takes no more operations.
pub const AZMI_ERROR_CANCELED: i32 = 21;
/// The library could not start its threads.
pub const AZMI_ERROR_RUNTIME: i32 = 22;
/// A pointer is not aligned for what it points to, or what it points to is longer than 64 MiB.
pub const AZMI_ERROR_POINTER: i32 = 23;

/// The kind of an error.
///
/// One of `AZMI_CATEGORY_*`.
#[azmi(constants = "AZMI_CATEGORY_", of = base::Category, class = FailureCategory)]
pub type AzmiCategory = u32;

/// No category fits.
pub const AZMI_CATEGORY_NOT_SPECIFIED: u32 = 0;
/// The caller's input breaks a rule; no request was sent.
pub const AZMI_CATEGORY_INVALID_ARGUMENT: u32 = 1;
/// What was named does not exist.
pub const AZMI_CATEGORY_OBJECT_NOT_FOUND: u32 = 2;
/// Signed in, but not allowed.
pub const AZMI_CATEGORY_PERMISSION_DENIED: u32 = 3;
/// Not signed in, or the sign-in was refused or has run out.
pub const AZMI_CATEGORY_AUTHENTICATION_ERROR: u32 = 4;
/// It exists already in another form.
pub const AZMI_CATEGORY_RESOURCE_EXISTS: u32 = 5;
/// Another client is changing it.
pub const AZMI_CATEGORY_RESOURCE_BUSY: u32 = 6;
/// Throttled, or over a quota.
pub const AZMI_CATEGORY_LIMITS_EXCEEDED: u32 = 7;
/// It did not end in time.
pub const AZMI_CATEGORY_OPERATION_TIMEOUT: u32 = 8;
/// The endpoint could not be reached.
pub const AZMI_CATEGORY_CONNECTION_ERROR: u32 = 9;
/// The endpoint answered with something that is not Azure's.
pub const AZMI_CATEGORY_INVALID_RESULT: u32 = 10;
/// Cancelled by the caller.
pub const AZMI_CATEGORY_OPERATION_STOPPED: u32 = 11;
/// Azure refused the operation, or it failed there.
pub const AZMI_CATEGORY_INVALID_OPERATION: u32 = 12;

/// A UTF-8 string: `len` bytes at `ptr`. A null `ptr` means "not given".
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiStr {
    /// The first byte, or null.
    pub ptr: *const u8,
    /// The number of bytes.
    pub len: usize,
}

impl AzmiStr {
    /// No text: "not given".
    pub const ABSENT: Self = Self {
        ptr: std::ptr::null(),
        len: 0,
    };

    /// A view of a text, valid as long as the text is.
    pub const fn of(text: &str) -> Self {
        Self {
            ptr: text.as_ptr(),
            len: text.len(),
        }
    }

    /// A copy of the text, or none when it is not given.
    ///
    /// # Errors
    /// The string breaks a rule of the ABI.
    ///
    /// # Safety
    /// The pointer is null or valid for the length.
    pub unsafe fn read(self) -> Result<Option<String>, Unreadable> {
        // SAFETY: the contract of this function.
        let bytes = unsafe { items(self.ptr, self.len) }?;
        if self.ptr.is_null() {
            return Ok(None);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Utf8)?;
        Ok(Some(text.to_owned()))
    }
}
