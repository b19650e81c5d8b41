//! The emulator as a native library: what Start-ArmEmulator runs in PowerShell's own process.
//!
//! It is a library of its own so that nobody who manages Azure carries the emulator along: the
//! other library, which does that, knows nothing of it.
//!
//! | Who | owns what |
//! | --- | --- |
//! | Options | the host's; copied before the call returns |
//! | Emulators | handles, numbers that are never used twice; ended by `azmi_emulator_stop` |
//! | Records of a start | the host's until `azmi_emulator_free` or `azmi_emulator_error_free`, with all that they point to |
//! | The seed's texts | the library's, for ever |
//!
//! Every call is synchronous, from any thread. A panic becomes the status `AZMI_ERROR_PANIC`.

#[allow(unsafe_code)]
mod abi;
mod running;

pub use abi::*;
