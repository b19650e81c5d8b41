//! Memory is overwritten as it is freed: tokens and secrets pass through buffers of the HTTP, TLS
//! and JSON libraries, which do not wipe them themselves.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::ptr;

/// The system's allocator, which leaves nothing behind.
struct Wiping;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

// SAFETY: what is allocated and freed is the system allocator's, whose contract is the same;
// memory is only written to before it is freed.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory is the caller's for one last time, and as long as the layout says.
        unsafe { ptr::write_bytes(memory, 0, layout.size()) };
        // Without a reader the compiler may leave out writes to memory that is about to be freed.
        black_box(memory);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(memory, layout) }
    }

    // `realloc` is that of the trait, by the functions above: the system's would free the old
    // memory unwiped when it moves.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_freed_is_overwritten() {
        const LENGTH: usize = 200_000;
        let layout = Layout::from_size_align(LENGTH, 1).unwrap();
        // SAFETY: allocated, written and read within its length. What is read after it was freed
        // is read through the system's view of this process, where nothing is undefined.
        let kept = unsafe {
            let memory = ALLOCATOR.alloc(layout);
            ptr::write_bytes(memory, 0xA5, LENGTH);
            let grown = ALLOCATOR.realloc(memory, layout, 2 * LENGTH);
            let kept = *grown.add(LENGTH - 1);
            ALLOCATOR.dealloc(grown, Layout::from_size_align(2 * LENGTH, 1).unwrap());
            kept
        };
        assert_eq!(kept, 0xA5, "what was there moves along");
    }
}
