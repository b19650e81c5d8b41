//! The C ABI: the records and every function that this library exports, and its only unsafe code.
//!
//! # Safety
//!
//! The contract of every function here: a pointer is null or points to a valid value of its type
//! for the time of the call, and so does what that value points to.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use emulator::{Options, StartError, seed};

use super::running::{self, Status};
use ffi_common::abi::*;
use ffi_common::input;

/// The version of this ABI. A host compares it with [`azmi_emulator_abi_version`] before any other
/// call, and refuses to go on when they differ.
pub const AZMI_EMULATOR_ABI_VERSION: u32 = 5;

/// `azmi_emulator_start`: it came to nothing; the error says why.
pub const AZMI_EMULATOR_FAILED: i32 = 32;

/// How an emulator shall run.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiEmulatorOptions {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// What is added to the time of every answer, in milliseconds.
    pub latency_ms: u32,
    /// How long an operation on a virtual machine takes, in milliseconds.
    pub operation_ms: u32,
    /// The file that keeps the state; when not given it is gone with the emulator.
    pub state_path: AzmiStr,
    /// A state file to start with and to go back to on a reset, which is never written. What is in
    /// `state_path` already comes before it.
    pub seed_path: AzmiStr,
    /// The folder that the host `arc` puts its keys in, a whole path; when not given it has a new
    /// one that only this user can read.
    pub arc_folder: AzmiStr,
    /// The faults that requests meet from the start, each as the name of one of
    /// `azmi_emulator_faults`, with a number of times and a method where it is not for all:
    /// `Throttled`, `Throttled:2`, `Conflict:1@PUT`.
    pub faults: *const AzmiStr,
    /// The number of faults.
    pub faults_len: usize,
}

/// What every emulator starts with, wherever it runs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiEmulatorSeed {
    /// The subscription.
    pub subscription_id: AzmiStr,
    /// The tenant.
    pub tenant_id: AzmiStr,
    /// The application that may sign in.
    pub client_id: AzmiStr,
    /// Its secret, which is none: every emulator has it.
    pub client_secret: AzmiStr,
}

/// A fault that has a name.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiEmulatorFault {
    /// Its name.
    pub name: AzmiStr,
    /// What happens.
    pub summary: AzmiStr,
}

/// The faults that have a name.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct AzmiEmulatorFaultList {
    /// The faults.
    pub items: *const AzmiEmulatorFault,
    /// How many there are.
    pub len: usize,
}

/// An emulator that was started. The host frees the record with `azmi_emulator_free`, and ends the
/// emulator with `azmi_emulator_stop`, in any order.
#[repr(C)]
pub struct AzmiEmulator {
    /// The handle for `azmi_emulator_stop`.
    pub handle: u64,
    /// Its URL.
    pub endpoint: AzmiStr,
    /// The key for calls of `/_emulator`, in the header `x-emulator-key`.
    pub admin_key: AzmiStr,
    /// Its port.
    pub port: u16,
    /// What it starts with.
    pub seed: AzmiEmulatorSeed,
    /// The environment variables by which programs sign in to it, a line each: `NAME=value`.
    pub environment: AzmiStr,
}

/// Why an emulator did not start. The host frees it with `azmi_emulator_error_free`.
#[repr(C)]
pub struct AzmiEmulatorError {
    /// `EmulatorStartFailed`, `InvalidFault` or `InvalidArcFolder`.
    pub code: AzmiStr,
    /// What happened.
    pub message: AzmiStr,
    /// One of `AZMI_CATEGORY_*`.
    pub category: u32,
    /// What it is about.
    pub target: AzmiStr,
}

/// The version of this ABI: [`AZMI_EMULATOR_ABI_VERSION`] of the library that is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_emulator_abi_version() -> u32 {
    AZMI_EMULATOR_ABI_VERSION
}

/// Writes what every emulator starts with: what it takes to sign in to one that runs elsewhere.
/// The texts live as long as the library.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_emulator_seed(seed: *mut AzmiEmulatorSeed) -> i32 {
    guard(|| {
        check_out(seed)?;
        // SAFETY: not null, and valid by the contract of this module.
        unsafe { seed.write(SEED) };
        Ok(())
    })
}

/// Writes the faults that have a name. They and their texts live as long as the library.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_emulator_faults(faults: *mut AzmiEmulatorFaultList) -> i32 {
    guard(|| {
        check_out(faults)?;
        let items = &FAULTS.0;
        let list = AzmiEmulatorFaultList {
            items: items.as_ptr(),
            len: items.len(),
        };
        // SAFETY: not null, and valid by the contract of this module.
        unsafe { faults.write(list) };
        Ok(())
    })
}

/// Starts an emulator in this process, and returns when it listens. `AZMI_OK`: `*started` is set,
/// and `*error` is null. `AZMI_EMULATOR_FAILED`: the other way round. Otherwise both are null.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_emulator_start(
    options: *const AzmiEmulatorOptions,
    started: *mut *const AzmiEmulator,
    error: *mut *const AzmiEmulatorError,
) -> i32 {
    guard(|| {
        check_out(started)?;
        check_out(error)?;
        // SAFETY: not null, and valid by the contract of this module.
        unsafe { started.write(ptr::null()) };
        // SAFETY: as above.
        unsafe { error.write(ptr::null()) };
        // SAFETY: null, or valid by the contract of this module.
        let options = unsafe { input::record(options) }?;
        // SAFETY: the contract of this module.
        match running::start(unsafe { read(options) }?)? {
            Ok(running) => {
                let (handle, port) = (running.handle, running.port);
                let variables = running.environment.iter();
                let lines: Vec<String> = variables
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                let record = STARTED.publish(
                    [running.endpoint, running.admin_key, lines.join("\n")],
                    |[endpoint, admin_key, environment]| AzmiEmulator {
                        handle,
                        endpoint,
                        admin_key,
                        port,
                        seed: SEED,
                        environment,
                    },
                );
                // SAFETY: checked above.
                unsafe { started.write(record) };
                Ok(())
            }
            Err(why) => {
                // SAFETY: checked above.
                unsafe { error.write(publish(&why)) };
                Err(Status::Failed)
            }
        }
    })
}

/// Ends an emulator, and returns when its state is written and its port is free again.
#[unsafe(no_mangle)]
pub extern "C" fn azmi_emulator_stop(emulator: u64) -> i32 {
    guard(|| running::stop(emulator))
}

/// Frees the record of a start. Null does nothing; one freed before is `AZMI_ERROR_HANDLE`, as long
/// as no later one lives at its address.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_emulator_free(started: *const AzmiEmulator) -> i32 {
    guard(|| STARTED.reclaim(started))
}

/// Frees an error. Null does nothing; one freed before is `AZMI_ERROR_HANDLE`, as long as no later
/// one lives at its address.
///
/// # Safety
/// See the module.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn azmi_emulator_error_free(error: *const AzmiEmulatorError) -> i32 {
    guard(|| FAILED.reclaim(error))
}

static STARTED: Held<AzmiEmulator> = Held::new();
static FAILED: Held<AzmiEmulatorError> = Held::new();

const SEED: AzmiEmulatorSeed = AzmiEmulatorSeed {
    subscription_id: AzmiStr::of(seed::SUBSCRIPTION_ID),
    tenant_id: AzmiStr::of(seed::TENANT_ID),
    client_id: AzmiStr::of(seed::CLIENT_ID),
    client_secret: AzmiStr::of(seed::CLIENT_SECRET),
};

/// The faults that have a name. Their texts are constants.
struct FaultList(Vec<AzmiEmulatorFault>);

// SAFETY: nothing changes it or what it points to.
unsafe impl Send for FaultList {}
// SAFETY: as above.
unsafe impl Sync for FaultList {}

static FAULTS: LazyLock<FaultList> = LazyLock::new(|| {
    let faults = emulator::faults().map(|(name, summary)| AzmiEmulatorFault {
        name: AzmiStr::of(name),
        summary: AzmiStr::of(summary),
    });
    FaultList(faults.collect())
});

/// Hands the host the reason why an emulator did not start.
fn publish(why: &StartError) -> *const AzmiEmulatorError {
    let (code, category, message, target) = match why {
        StartError::Fault { fault, rule } => (
            "InvalidFault",
            AZMI_CATEGORY_INVALID_ARGUMENT,
            format!("Fault '{fault}' is not valid: {rule}."),
            fault.clone(),
        ),
        StartError::Option {
            option: "arc_folder",
            value,
            rule,
        } => (
            "InvalidArcFolder",
            AZMI_CATEGORY_INVALID_ARGUMENT,
            format!("ArcFolder {value} is not valid: {rule}."),
            "ArcFolder".to_owned(),
        ),
        _ => (
            "EmulatorStartFailed",
            AZMI_CATEGORY_INVALID_OPERATION,
            format!("The emulator did not start: {why}"),
            "emulator".to_owned(),
        ),
    };
    FAILED.publish([message, target], |[message, target]| AzmiEmulatorError {
        code: AzmiStr::of(code),
        message,
        category,
        target,
    })
}

/// A record that the host holds, and the texts of its own that it points to. The host sees the
/// first member.
#[repr(C)]
struct Published<R> {
    record: R,
    _texts: Vec<String>,
}

/// The addresses of the records of one kind that the host holds, to tell one that it has freed
/// before.
struct Held<R> {
    addresses: Mutex<BTreeSet<usize>>,
    records: PhantomData<fn(R)>,
}

impl<R> Held<R> {
    const fn new() -> Self {
        Self {
            addresses: Mutex::new(BTreeSet::new()),
            records: PhantomData,
        }
    }

    fn addresses(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a record to the host, made from views of the texts that go along.
    fn publish<const N: usize>(
        &self,
        texts: [String; N],
        record: impl FnOnce([AzmiStr; N]) -> R,
    ) -> *const R {
        let published = Box::new(Published {
            record: record(texts.each_ref().map(|text| AzmiStr::of(text))),
            // They move, and their bytes stay where they are.
            _texts: texts.into(),
        });
        let address = Box::into_raw(published).cast::<R>();
        self.addresses().insert(address as usize);
        address
    }

    /// Frees a record that the host holds.
    fn reclaim(&self, record: *const R) -> Result<(), Status> {
        if record.is_null() {
            return Ok(());
        }
        if !self.addresses().remove(&(record as usize)) {
            return Err(Status::Handle);
        }
        // SAFETY: it was in the set, so it came from `publish` and was not freed; it is the first
        // member of a `repr(C)` struct, so its address is that of the whole.
        drop(unsafe { Box::from_raw(record.cast_mut().cast::<Published<R>>()) });
        Ok(())
    }
}

/// Copies the options and all that they point to.
///
/// # Safety
/// The string in them is null or valid for its length.
unsafe fn read(options: &AzmiEmulatorOptions) -> Result<Options, Status> {
    Ok(Options {
        port: options.port,
        latency: Duration::from_millis(options.latency_ms.into()),
        operation_time: Duration::from_millis(options.operation_ms.into()),
        // SAFETY: the contract of this function.
        state_path: unsafe { options.state_path.read() }?.map(Into::into),
        // SAFETY: as above.
        seed_path: unsafe { options.seed_path.read() }?.map(Into::into),
        // SAFETY: as above.
        arc_folder: unsafe { options.arc_folder.read() }?.map(Into::into),
        // SAFETY: as above.
        faults: unsafe { texts(options.faults, options.faults_len) }?,
        ..Options::default()
    })
}

/// Copies an array of texts, all of which are given.
///
/// # Safety
/// The array is null or valid for its length, and so is each string in it.
unsafe fn texts(array: *const AzmiStr, len: usize) -> Result<Vec<String>, Status> {
    // SAFETY: the contract of this function.
    let array = unsafe { input::items(array, len) }?;
    array
        .iter()
        // SAFETY: as above.
        .map(|text| unsafe { text.read() }?.ok_or(Status::Null))
        .collect()
}

/// Checks a pointer that a result goes to.
fn check_out<T>(out: *mut T) -> Result<(), Status> {
    Ok(input::check_out(out)?)
}

/// Runs the body of an exported function. A panic ends here: it must not cross into the host.
fn guard(body: impl FnOnce() -> Result<(), Status>) -> i32 {
    let body = || {
        #[cfg(test)]
        tests::panic_if_armed();
        body()
    };
    match catch_unwind(AssertUnwindSafe(body)).unwrap_or(Err(Status::Panic)) {
        Ok(()) => AZMI_OK,
        Err(Status::Null) => AZMI_ERROR_NULL,
        Err(Status::Handle) => AZMI_ERROR_HANDLE,
        Err(Status::Utf8) => AZMI_ERROR_UTF8,
        Err(Status::Panic) => AZMI_ERROR_PANIC,
        Err(Status::Runtime) => AZMI_ERROR_RUNTIME,
        Err(Status::Failed) => AZMI_EMULATOR_FAILED,
        Err(Status::Pointer) => AZMI_ERROR_POINTER,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    thread_local! {
        static ARMED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }

    pub(super) fn panic_if_armed() {
        assert!(!ARMED.replace(false), "on purpose");
    }

    #[test]
    fn a_panic_in_any_call_is_a_status_and_the_next_call_works() {
        let options = options();
        let (mut seed, mut started, mut error) = (SEED, ptr::null(), ptr::null());
        type Export<'a> = (&'a str, &'a mut dyn FnMut() -> i32);
        // SAFETY: all pointers are null or valid.
        let calls: [Export<'_>; 6] = unsafe {
            [
                ("azmi_emulator_seed", &mut || azmi_emulator_seed(&mut seed)),
                ("azmi_emulator_faults", &mut || {
                    azmi_emulator_faults(ptr::null_mut())
                }),
                ("azmi_emulator_start", &mut || {
                    azmi_emulator_start(&options, &mut started, &mut error)
                }),
                ("azmi_emulator_stop", &mut || azmi_emulator_stop(0)),
                (
                    "azmi_emulator_free",
                    &mut || azmi_emulator_free(ptr::null()),
                ),
                ("azmi_emulator_error_free", &mut || {
                    azmi_emulator_error_free(ptr::null())
                }),
            ]
        };
        let mut names: Vec<&str> = include_str!("abi.rs")
            .split("extern \"C\" fn ")
            .skip(1)
            .filter_map(|rest| rest.split('(').next())
            .filter(|name| name.starts_with("azmi_"))
            .collect();
        // A number of its own needs no guard.
        names.retain(|&name| name != "azmi_emulator_abi_version");
        assert_eq!(names, calls.each_ref().map(|(name, _)| *name));
        for (name, call) in calls {
            ARMED.set(true);
            assert_eq!(call(), AZMI_ERROR_PANIC, "{name}");
            assert_ne!(call(), AZMI_ERROR_PANIC, "{name}");
        }
        assert!(!started.is_null() && error.is_null());
        // SAFETY: the start went well.
        let handle = unsafe { (*started).handle };
        // SAFETY: nothing of it is used after this.
        assert_eq!(unsafe { azmi_emulator_free(started) }, AZMI_OK);
        assert_eq!(azmi_emulator_stop(handle), AZMI_OK);
    }

    fn said(text: AzmiStr) -> String {
        // SAFETY: the library's own texts are good.
        unsafe { text.read() }.unwrap().unwrap()
    }

    fn options() -> AzmiEmulatorOptions {
        AzmiEmulatorOptions {
            port: 0,
            latency_ms: 0,
            operation_ms: 0,
            state_path: AzmiStr::ABSENT,
            seed_path: AzmiStr::ABSENT,
            arc_folder: AzmiStr::ABSENT,
            faults: ptr::null(),
            faults_len: 0,
        }
    }

    /// What a start comes to: its status and its two records.
    fn start(
        options: &AzmiEmulatorOptions,
    ) -> (i32, *const AzmiEmulator, *const AzmiEmulatorError) {
        let (mut started, mut error) = (ptr::dangling(), ptr::dangling());
        // SAFETY: all pointers are valid.
        let status = unsafe { azmi_emulator_start(options, &mut started, &mut error) };
        (status, started, error)
    }

    /// The message of a start that fails.
    fn failure(options: &AzmiEmulatorOptions) -> String {
        refusal(
            options,
            "EmulatorStartFailed",
            AZMI_CATEGORY_INVALID_OPERATION,
        )
    }

    /// The message of a start that fails with this code.
    fn refusal(options: &AzmiEmulatorOptions, code: &str, category: u32) -> String {
        let (status, started, error) = start(options);
        assert_eq!(status, AZMI_EMULATOR_FAILED);
        assert!(started.is_null());
        // SAFETY: a start that failed sets the error.
        let record = unsafe { &*error };
        assert_eq!(said(record.code), code);
        assert_eq!(record.category, category);
        let message = said(record.message);
        // SAFETY: nothing of it is used after this.
        let freed = unsafe {
            [
                azmi_emulator_error_free(error),
                azmi_emulator_error_free(error),
            ]
        };
        assert_eq!(freed, [AZMI_OK, AZMI_ERROR_HANDLE]);
        message
    }

    #[test]
    fn an_emulator_listens_until_it_is_stopped() {
        let (status, started, error) = start(&options());
        assert_eq!(status, AZMI_OK);
        assert!(error.is_null());
        // SAFETY: a start that went well sets the record.
        let record = unsafe { &*started };
        let (handle, port) = (record.handle, record.port);
        assert_eq!(said(record.endpoint), format!("http://127.0.0.1:{port}"));
        assert_eq!(said(record.seed.client_id), seed::CLIENT_ID);
        assert_eq!(said(record.admin_key).len(), 43, "256 random bits");
        let environment = said(record.environment);
        let line = format!("AZURE_RESOURCE_MANAGER_URL=http://127.0.0.1:{port}");
        assert!(environment.lines().any(|one| one == line), "{environment}");
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();

        // SAFETY: nothing of it is used after this.
        let freed = unsafe { [azmi_emulator_free(started), azmi_emulator_free(started)] };
        assert_eq!(freed, [AZMI_OK, AZMI_ERROR_HANDLE]);
        assert_eq!(azmi_emulator_stop(handle), AZMI_OK);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert_eq!(azmi_emulator_stop(handle), AZMI_ERROR_HANDLE);
    }

    #[test]
    fn a_port_that_is_taken_is_an_error_that_names_it() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let message = failure(&AzmiEmulatorOptions { port, ..options() });
        assert!(message.contains(&port.to_string()), "{message}");
    }

    #[test]
    fn a_state_file_is_written_at_the_end_and_a_damaged_one_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("größe.json");
        let text = path.to_str().unwrap().to_owned();
        let options = AzmiEmulatorOptions {
            state_path: AzmiStr::of(&text),
            ..options()
        };
        let (status, started, _) = start(&options);
        assert_eq!(status, AZMI_OK);
        // SAFETY: a start that went well sets the record, which is freed once.
        let handle = unsafe { (*started).handle };
        // SAFETY: as above.
        assert_eq!(unsafe { azmi_emulator_free(started) }, AZMI_OK);
        assert_eq!(azmi_emulator_stop(handle), AZMI_OK);
        assert!(path.exists());

        std::fs::write(&path, "not JSON").unwrap();
        let message = failure(&options);
        assert!(message.contains("größe.json"), "{message}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not JSON");
    }

    #[test]
    fn faults_have_names_and_another_one_is_refused_with_them() {
        let mut list = AzmiEmulatorFaultList {
            items: ptr::null(),
            len: 0,
        };
        // SAFETY: the pointer is valid.
        assert_eq!(unsafe { azmi_emulator_faults(&mut list) }, AZMI_OK);
        // SAFETY: the library's list is good as long as it runs.
        let list = unsafe { std::slice::from_raw_parts(list.items, list.len) };
        assert_eq!(list.len(), emulator::faults().count());
        let names: Vec<String> = list.iter().map(|fault| said(fault.name)).collect();
        assert!(list.iter().all(|fault| !said(fault.summary).is_empty()));

        let with = |faults: &[AzmiStr]| AzmiEmulatorOptions {
            faults: faults.as_ptr(),
            faults_len: faults.len(),
            ..options()
        };
        let good = [AzmiStr::of(&names[0]), AzmiStr::of("Throttled:2@PUT")];
        let (status, started, _) = start(&with(&good));
        assert_eq!(status, AZMI_OK);
        // SAFETY: a start that went well sets the record, which is freed once.
        let handle = unsafe { (*started).handle };
        // SAFETY: as above.
        assert_eq!(unsafe { azmi_emulator_free(started) }, AZMI_OK);
        assert_eq!(azmi_emulator_stop(handle), AZMI_OK);

        let bad = [AzmiStr::of("Throttled"), AzmiStr::of("Throtled:2")];
        let message = refusal(&with(&bad), "InvalidFault", AZMI_CATEGORY_INVALID_ARGUMENT);
        assert!(
            message.starts_with("Fault 'Throtled:2' is not valid: "),
            "{message}"
        );
        assert!(names.iter().all(|name| message.contains(name)), "{message}");

        let folder = AzmiEmulatorOptions {
            arc_folder: AzmiStr::of("tokens"),
            ..options()
        };
        let message = refusal(&folder, "InvalidArcFolder", AZMI_CATEGORY_INVALID_ARGUMENT);
        assert!(
            message.starts_with("ArcFolder 'tokens' is not valid: "),
            "{message}"
        );
    }

    #[test]
    fn misuse_is_a_status() {
        let (mut started, mut error) = (ptr::null(), ptr::null());
        static NOT_UTF8: [u8; 2] = [0xC3, 0x28];
        let options = options();
        let odd = AzmiEmulatorOptions {
            state_path: AzmiStr {
                ptr: NOT_UTF8.as_ptr(),
                len: NOT_UTF8.len(),
            },
            ..options
        };
        // SAFETY: every pointer is null or valid.
        unsafe {
            assert_eq!(azmi_emulator_seed(ptr::null_mut()), AZMI_ERROR_NULL);
            assert_eq!(azmi_emulator_faults(ptr::null_mut()), AZMI_ERROR_NULL);
            let absent = AzmiEmulatorOptions {
                faults: &AzmiStr::ABSENT,
                faults_len: 1,
                ..options
            };
            assert_eq!(
                azmi_emulator_start(&absent, &mut started, &mut error),
                AZMI_ERROR_NULL
            );
            assert_eq!(
                azmi_emulator_start(ptr::null(), &mut started, &mut error),
                AZMI_ERROR_NULL
            );
            assert_eq!(
                azmi_emulator_start(&options, ptr::null_mut(), &mut error),
                AZMI_ERROR_NULL
            );
            assert_eq!(
                azmi_emulator_start(&options, &mut started, ptr::null_mut()),
                AZMI_ERROR_NULL
            );
            assert_eq!(
                azmi_emulator_start(&odd, &mut started, &mut error),
                AZMI_ERROR_UTF8
            );
            assert_eq!(azmi_emulator_free(ptr::null()), AZMI_OK);
            assert_eq!(azmi_emulator_error_free(ptr::null()), AZMI_OK);
        }
        assert!(started.is_null() && error.is_null());
        assert_eq!(azmi_emulator_stop(0), AZMI_ERROR_HANDLE);
        assert_eq!(guard(|| panic!("on purpose")), AZMI_ERROR_PANIC);
    }
}
