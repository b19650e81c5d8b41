//! Keeps the library loaded: a host that unloads it would pull the code from under the threads
//! of the runtime.

/// Asks the system never to unload this library. Best effort: a host that never unloads it, such
/// as PowerShell, loses nothing when this fails.
#[cfg(unix)]
pub fn keep_loaded() {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    let here = keep_loaded as *const libc::c_void;
    // SAFETY: `info` is writable and of the right type; `here` is an address in this library.
    let found = unsafe { libc::dladdr(here, info.as_mut_ptr()) };
    if found == 0 {
        return;
    }
    // SAFETY: dladdr succeeded, so it is initialised (and it was zeroed before).
    let path = unsafe { info.assume_init() }.dli_fname;
    if !path.is_null() {
        let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        // SAFETY: `path` is a NUL-terminated string that the loader owns. The handle is not
        // closed: the library stays.
        unsafe { libc::dlopen(path, flags) };
    }
}

/// Asks the system never to unload this library.
#[cfg(windows)]
pub fn keep_loaded() {
    const PIN: u32 = 1;
    const FROM_ADDRESS: u32 = 4;
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(
            flags: u32,
            name: *const libc::c_void,
            module: *mut *mut libc::c_void,
        ) -> i32;
    }
    let mut module = std::ptr::null_mut();
    // SAFETY: with FROM_ADDRESS the name is an address in the module; `module` is writable.
    unsafe {
        GetModuleHandleExW(
            PIN | FROM_ADDRESS,
            keep_loaded as *const libc::c_void,
            &mut module,
        );
    }
}
