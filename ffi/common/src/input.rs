//! What the host points to: each pointer is checked as far as it can be before it is followed.

/// The longest string and the longest array, in bytes. A host that passes a longer one passes a
/// length that is wrong.
pub const LONGEST_INPUT: usize = 64 << 20;

/// Why what the host points to can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The pointer is null, and something must be there.
    Null,
    /// The string is not UTF-8.
    Utf8,
    /// The pointer is not aligned, or the length is one that no input has.
    Pointer,
}

/// The record behind a pointer.
///
/// # Errors
/// The pointer can't be to a record.
///
/// # Safety
/// The pointer, if not null and aligned, is valid as long as the reference is used.
pub unsafe fn record<'a, T>(ptr: *const T) -> Result<&'a T, Unreadable> {
    check(ptr)?;
    // SAFETY: neither null nor misaligned, and valid by the contract of this function.
    Ok(unsafe { &*ptr })
}

/// The items of an array; none when there are none, whatever the pointer.
///
/// # Errors
/// The pointer can't be to that many items.
///
/// # Safety
/// The pointer, if not null and aligned, is valid for `len` items as long as the slice is used.
pub unsafe fn items<'a, T>(ptr: *const T, len: usize) -> Result<&'a [T], Unreadable> {
    if len == 0 {
        return Ok(&[]);
    }
    check(ptr)?;
    let bytes = len.checked_mul(size_of::<T>());
    if bytes.is_none_or(|bytes| bytes > LONGEST_INPUT) {
        return Err(Unreadable::Pointer);
    }
    // SAFETY: neither null nor misaligned, not too long for a slice, and valid by the contract of
    // this function.
    Ok(unsafe { std::slice::from_raw_parts(ptr, len) })
}

/// Checks a pointer that a result goes to.
///
/// # Errors
/// No result can go there.
pub fn check_out<T>(out: *mut T) -> Result<(), Unreadable> {
    check(out.cast_const())
}

fn check<T>(ptr: *const T) -> Result<(), Unreadable> {
    match (ptr.is_null(), ptr.is_aligned()) {
        (true, _) => Err(Unreadable::Null),
        (_, false) => Err(Unreadable::Pointer),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::abi::AzmiStr;

    #[test]
    fn a_length_that_no_array_has_is_refused_before_the_pointer_is_followed() {
        let one = [0_u64; 1];
        let largest = LONGEST_INPUT / size_of::<u64>();
        for len in [
            usize::MAX,
            isize::MAX as usize,
            usize::MAX / size_of::<u64>() + 1,
            usize::MAX / size_of::<u64>(),
            isize::MAX as usize / size_of::<u64>() + 1,
            largest + 1,
        ] {
            // SAFETY: it is refused.
            let read = unsafe { items(one.as_ptr(), len) };
            assert_eq!(read, Err(Unreadable::Pointer), "{len}");
            // SAFETY: as above.
            let read = unsafe { items(ptr::null::<u64>(), len) };
            assert_eq!(read, Err(Unreadable::Null), "{len}");
        }
        let text = "id1".as_ptr();
        for len in [usize::MAX, isize::MAX as usize, LONGEST_INPUT + 1] {
            // SAFETY: it is refused.
            let read = unsafe { AzmiStr { ptr: text, len }.read() };
            assert_eq!(read, Err(Unreadable::Pointer), "{len}");
        }
    }

    #[test]
    fn the_longest_input_is_read() {
        let longest = vec![b'x'; LONGEST_INPUT];
        // SAFETY: it has that many.
        let read = unsafe { items(longest.as_ptr(), longest.len()) };
        assert_eq!(read.map(<[u8]>::len), Ok(LONGEST_INPUT));
    }

    #[test]
    fn a_pointer_that_is_not_aligned_is_refused() {
        let words = [0_u64; 2];
        let odd = words.as_ptr().wrapping_byte_add(1);
        // SAFETY: they are refused.
        unsafe {
            assert_eq!(record(odd), Err(Unreadable::Pointer));
            assert_eq!(items(odd, 1), Err(Unreadable::Pointer));
        }
        assert_eq!(check_out(odd.cast_mut()), Err(Unreadable::Pointer));
        assert_eq!(check_out::<u64>(ptr::null_mut()), Err(Unreadable::Null));
    }

    #[test]
    fn an_array_without_items_needs_no_pointer() {
        // SAFETY: nothing is followed.
        unsafe {
            assert_eq!(items(ptr::null::<u64>(), 0), Ok(&[][..]));
            assert_eq!(items(ptr::without_provenance::<u64>(1), 0), Ok(&[][..]));
            assert_eq!(AzmiStr::ABSENT.read(), Ok(None));
            assert_eq!(AzmiStr::of("").read(), Ok(Some(String::new())));
        }
    }
}
