//! Reads what the host passes in: every pointer is checked, every string copied.

use std::collections::BTreeMap;
use std::time::Duration;

use ffi_common::input;

use super::guard::Status;
use super::mode::Mode;
use super::types::*;
use crate::arm::fleet::TagFilter;
use crate::arm::{Agreement, Target};
use crate::auth::Secret;
use crate::export::Format;

pub(super) type Result<T> = std::result::Result<T, Status>;

/// A record of the ABI that can be read into one of the library's own.
pub(super) trait Read {
    /// What it becomes.
    type Owned;

    /// Copies all that the record points to.
    ///
    /// # Safety
    /// Every pointer in it is null or valid for its length.
    unsafe fn read(&self) -> Result<Self::Owned>;
}

/// An enumeration of the library's own that has numbers in the ABI.
pub(super) trait Enumeration: Sized {
    /// The value of a number, if it is one of the enumeration's.
    fn from_number(number: u32) -> Option<Self>;

    /// The number of the value.
    fn number(&self) -> u32;
}

/// Reads the record behind a pointer.
///
/// # Safety
/// The pointer is null or valid, and so is all that the record points to.
pub(super) unsafe fn read<T: Read>(record: *const T) -> Result<T::Owned> {
    // SAFETY: null, or valid by the contract of this function.
    let record = unsafe { input::record(record) }?;
    // SAFETY: the contract of this function.
    unsafe { record.read() }
}

/// Checks a pointer that a result goes to.
pub(super) fn check_out<T>(out: *mut T) -> Result<()> {
    Ok(input::check_out(out)?)
}

/// The items of an array; none when there are none, whatever the pointer.
///
/// # Safety
/// The pointer is null or valid for `len` items.
unsafe fn items<'a, T>(ptr: *const T, len: usize) -> Result<&'a [T]> {
    // SAFETY: the contract of this function.
    Ok(unsafe { input::items(ptr, len) }?)
}

/// A text, or none when it is not given.
///
/// # Safety
/// The string's pointer is null or valid for its length.
pub(super) unsafe fn text(given: AzmiStr) -> Result<Option<String>> {
    // SAFETY: the contract of this function.
    Ok(unsafe { given.read() }?)
}

/// A secret, or none when it is not given.
///
/// # Safety
/// See [`text`].
pub(super) unsafe fn secret(given: AzmiStr) -> Result<Option<Secret>> {
    // SAFETY: the contract of this function.
    Ok(unsafe { text(given) }?.map(Secret::from))
}

/// A text that must be given.
///
/// # Safety
/// See [`text`].
pub(super) unsafe fn required(given: AzmiStr) -> Result<String> {
    // SAFETY: the contract of this function.
    unsafe { text(given) }?.ok_or(Status::Null)
}

/// # Safety
/// See [`items`] and [`text`].
pub(super) unsafe fn texts(ptr: *const AzmiStr, len: usize) -> Result<Vec<String>> {
    // SAFETY: the contract of this function.
    let given = unsafe { items(ptr, len) }?;
    // SAFETY: the contract of this function.
    given.iter().map(|one| unsafe { required(*one) }).collect()
}

/// # Safety
/// See [`items`] and [`text`].
pub(super) unsafe fn tags(ptr: *const AzmiTag, len: usize) -> Result<BTreeMap<String, String>> {
    // SAFETY: the contract of this function.
    let given = unsafe { items(ptr, len) }?;
    let mut tags = BTreeMap::new();
    for tag in given {
        // SAFETY: the contract of this function.
        let (name, value) = unsafe { (required(tag.name)?, text(tag.value)?) };
        tags.insert(name, value.unwrap_or_default());
    }
    Ok(tags)
}

/// # Safety
/// See [`items`] and [`text`].
pub(super) unsafe fn tag_filters(ptr: *const AzmiTag, len: usize) -> Result<Vec<TagFilter>> {
    // SAFETY: the contract of this function.
    let given = unsafe { items(ptr, len) }?;
    given
        .iter()
        .map(|tag| {
            Ok(TagFilter {
                // SAFETY: the contract of this function.
                name: unsafe { required(tag.name) }?,
                // SAFETY: the contract of this function.
                value: unsafe { text(tag.value) }?,
            })
        })
        .collect()
}

/// The value of an enumeration.
pub(super) fn enumeration<E: Enumeration>(given: u32) -> Result<E> {
    E::from_number(given).ok_or(Status::Value)
}

/// A duration; none when it is negative.
pub(super) fn seconds(given: i32) -> Option<Duration> {
    u64::try_from(given).ok().map(Duration::from_secs)
}

/// A limit of time in seconds; none for 0.
pub(super) fn limit(given: i32, longest: i32) -> Result<Option<Duration>> {
    match given {
        0 => Ok(None),
        given if (1..=longest).contains(&given) => Ok(seconds(given)),
        _ => Err(Status::Value),
    }
}

/// A duration in milliseconds.
pub(super) fn milliseconds(given: u32) -> Duration {
    Duration::from_millis(given.into())
}

/// A target; none when nothing in it is given.
pub(super) fn unless_blank(given: Target) -> Option<Target> {
    (given != Target::default()).then_some(given)
}

/// The format of a template.
pub(super) fn template_format(bicep: bool) -> Format {
    match bicep {
        true => Format::Bicep,
        false => Format::Arm,
    }
}

impl Read for AzmiStr {
    type Owned = String;

    unsafe fn read(&self) -> Result<String> {
        // SAFETY: the contract of this function.
        unsafe { required(*self) }
    }
}

impl Read for AzmiQueueOptions {
    type Owned = Self;

    unsafe fn read(&self) -> Result<Self> {
        Ok(*self)
    }
}

impl Read for AzmiMode {
    type Owned = Mode;

    unsafe fn read(&self) -> Result<Mode> {
        // SAFETY: the contract of this function.
        let agreed = unsafe { text(self.agreed) }?;
        Ok(match self.dry_run {
            0 => {
                Mode::CarryOut(agreed.map_or_else(Agreement::default, |plan| Agreement::to(&plan)))
            }
            _ => Mode::Plan,
        })
    }
}
