#ifndef MANAGED_IDENTITY_EMULATOR_H
#define MANAGED_IDENTITY_EMULATOR_H

/* Generated from emulator/library/src by build.rs. Do not edit. */

#include <stddef.h>
#include <stdint.h>
#include "managed_identity.h"

// The version of this ABI. A host compares it with [`mi_emulator_abi_version`] before any other
// call, and refuses to go on when they differ.
#define MI_EMULATOR_ABI_VERSION 1

// `mi_emulator_start`: the emulator did not start; the error says why.
#define MI_EMULATOR_FAILED 32

// What every emulator starts with, wherever it runs.
typedef struct MiEmulatorSeed {
  // The subscription.
  MiStr subscription_id;
  // The tenant.
  MiStr tenant_id;
  // The application that may sign in.
  MiStr client_id;
  // Its secret, which is none: every emulator has it.
  MiStr client_secret;
} MiEmulatorSeed;

// How an emulator shall run.
typedef struct MiEmulatorOptions {
  // The port on 127.0.0.1; 0 for any free one.
  uint16_t port;
  // What is added to the time of every answer, in milliseconds.
  uint32_t latency_ms;
  // How long an operation on a virtual machine takes, in milliseconds.
  uint32_t operation_ms;
  // The file that keeps the state; when not given it is gone with the emulator.
  MiStr state_path;
} MiEmulatorOptions;

// An emulator that was started. The host frees the record with `mi_emulator_free`, and ends the
// emulator with `mi_emulator_stop`, in any order.
typedef struct MiEmulator {
  // The handle for `mi_emulator_stop`.
  uint64_t handle;
  // Its URL.
  MiStr endpoint;
  // Its port.
  uint16_t port;
  // What it starts with.
  struct MiEmulatorSeed seed;
} MiEmulator;

// Why an emulator did not start. The host frees it with `mi_emulator_error_free`.
typedef struct MiEmulatorError {
  // `EmulatorStartFailed`.
  MiStr code;
  // What happened.
  MiStr message;
  // One of `MI_CATEGORY_*`.
  uint32_t category;
  // What it is about.
  MiStr target;
} MiEmulatorError;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of this ABI: [`MI_EMULATOR_ABI_VERSION`] of the library that is loaded.
uint32_t mi_emulator_abi_version(void);

// Writes what every emulator starts with: what it takes to sign in to one that runs elsewhere.
// The texts live as long as the library.
//
// # Safety
// See the module.
int32_t mi_emulator_seed(struct MiEmulatorSeed *seed);

// Starts an emulator in this process, and returns when it listens. `MI_OK`: `*started` is set,
// and `*error` is null. `MI_EMULATOR_FAILED`: the other way round. Otherwise both are null.
//
// # Safety
// See the module.
int32_t mi_emulator_start(const struct MiEmulatorOptions *options,
                          const struct MiEmulator **started,
                          const struct MiEmulatorError **error);

// Ends an emulator, and returns when its state is written and its port is free again.
int32_t mi_emulator_stop(uint64_t emulator);

// Frees the record of a start. Null does nothing; one freed before is `MI_ERROR_HANDLE`, as long
// as no later one lives at its address.
//
// # Safety
// See the module.
int32_t mi_emulator_free(const struct MiEmulator *started);

// Frees an error. Null does nothing; one freed before is `MI_ERROR_HANDLE`, as long as no later
// one lives at its address.
//
// # Safety
// See the module.
int32_t mi_emulator_error_free(const struct MiEmulatorError *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MANAGED_IDENTITY_EMULATOR_H */
