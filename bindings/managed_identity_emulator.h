#ifndef MANAGED_IDENTITY_EMULATOR_H
#define MANAGED_IDENTITY_EMULATOR_H

/* Generated from emulator/library/src by build.rs. Do not edit. */

#include <stddef.h>
#include <stdint.h>
#include "managed_identity.h"

// The version of this ABI. A host compares it with [`azmi_emulator_abi_version`] before any other
// call, and refuses to go on when they differ.
#define AZMI_EMULATOR_ABI_VERSION 5

// `azmi_emulator_start`: it came to nothing; the error says why.
#define AZMI_EMULATOR_FAILED 32

// What every emulator starts with, wherever it runs.
typedef struct AzmiEmulatorSeed {
  // The subscription.
  AzmiStr subscription_id;
  // The tenant.
  AzmiStr tenant_id;
  // The application that may sign in.
  AzmiStr client_id;
  // Its secret, which is none: every emulator has it.
  AzmiStr client_secret;
} AzmiEmulatorSeed;

// A fault that has a name.
typedef struct AzmiEmulatorFault {
  // Its name.
  AzmiStr name;
  // What happens.
  AzmiStr summary;
} AzmiEmulatorFault;

// The faults that have a name.
typedef struct AzmiEmulatorFaultList {
  // The faults.
  const struct AzmiEmulatorFault *items;
  // How many there are.
  size_t len;
} AzmiEmulatorFaultList;

// How an emulator shall run.
typedef struct AzmiEmulatorOptions {
  // The port on 127.0.0.1; 0 for any free one.
  uint16_t port;
  // What is added to the time of every answer, in milliseconds.
  uint32_t latency_ms;
  // How long an operation on a virtual machine takes, in milliseconds.
  uint32_t operation_ms;
  // The file that keeps the state; when not given it is gone with the emulator.
  AzmiStr state_path;
  // A state file to start with and to go back to on a reset, which is never written. What is in
  // `state_path` already comes before it.
  AzmiStr seed_path;
  // The folder that the host `arc` puts its keys in, a whole path; when not given it has a new
  // one that only this user can read.
  AzmiStr arc_folder;
  // The faults that requests meet from the start, each as the name of one of
  // `azmi_emulator_faults`, with a number of times and a method where it is not for all:
  // `Throttled`, `Throttled:2`, `Conflict:1@PUT`.
  const AzmiStr *faults;
  // The number of faults.
  size_t faults_len;
} AzmiEmulatorOptions;

// An emulator that was started. The host frees the record with `azmi_emulator_free`, and ends the
// emulator with `azmi_emulator_stop`, in any order.
typedef struct AzmiEmulator {
  // The handle for `azmi_emulator_stop`.
  uint64_t handle;
  // Its URL.
  AzmiStr endpoint;
  // The key for calls of `/_emulator`, in the header `x-emulator-key`.
  AzmiStr admin_key;
  // Its port.
  uint16_t port;
  // What it starts with.
  struct AzmiEmulatorSeed seed;
  // The environment variables by which programs sign in to it, a line each: `NAME=value`.
  AzmiStr environment;
} AzmiEmulator;

// Why an emulator did not start. The host frees it with `azmi_emulator_error_free`.
typedef struct AzmiEmulatorError {
  // `EmulatorStartFailed`, `InvalidFault` or `InvalidArcFolder`.
  AzmiStr code;
  // What happened.
  AzmiStr message;
  // One of `AZMI_CATEGORY_*`.
  uint32_t category;
  // What it is about.
  AzmiStr target;
} AzmiEmulatorError;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of this ABI: [`AZMI_EMULATOR_ABI_VERSION`] of the library that is loaded.
uint32_t azmi_emulator_abi_version(void);

// Writes what every emulator starts with: what it takes to sign in to one that runs elsewhere.
// The texts live as long as the library.
//
// # Safety
// See the module.
int32_t azmi_emulator_seed(struct AzmiEmulatorSeed *seed);

// Writes the faults that have a name. They and their texts live as long as the library.
//
// # Safety
// See the module.
int32_t azmi_emulator_faults(struct AzmiEmulatorFaultList *faults);

// Starts an emulator in this process, and returns when it listens. `AZMI_OK`: `*started` is set,
// and `*error` is null. `AZMI_EMULATOR_FAILED`: the other way round. Otherwise both are null.
//
// # Safety
// See the module.
int32_t azmi_emulator_start(const struct AzmiEmulatorOptions *options,
                            const struct AzmiEmulator **started,
                            const struct AzmiEmulatorError **error);

// Ends an emulator, and returns when its state is written and its port is free again.
int32_t azmi_emulator_stop(uint64_t emulator);

// Frees the record of a start. Null does nothing; one freed before is `AZMI_ERROR_HANDLE`, as long
// as no later one lives at its address.
//
// # Safety
// See the module.
int32_t azmi_emulator_free(const struct AzmiEmulator *started);

// Frees an error. Null does nothing; one freed before is `AZMI_ERROR_HANDLE`, as long as no later
// one lives at its address.
//
// # Safety
// See the module.
int32_t azmi_emulator_error_free(const struct AzmiEmulatorError *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MANAGED_IDENTITY_EMULATOR_H */
