/* What the C tests share: checks, strings, and running one operation to its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "managed_identity.h"
#include "managed_identity_emulator.h"

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);          \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

static struct AzmiStr str(const char *text) {
  struct AzmiStr string;
  string.ptr = (const uint8_t *)text;
  string.len = text ? strlen(text) : 0;
  return string;
}

static inline uint64_t new_queue(void) {
  struct AzmiQueueOptions options;
  uint64_t queue = 0;
  options.throttle_limit = 4;
  options.timeout_s = 0;
  options.verbose = 0;
  options.guards = 0;
  CHECK(azmi_queue_create(&options, &queue) == AZMI_OK);
  CHECK(queue != 0);
  return queue;
}

/* Takes events until one is an item or an end; the caller frees it. */
static inline const struct AzmiEvent *next_event(uint64_t queue) {
  for (;;) {
    const struct AzmiEvent *event = NULL;
    CHECK(azmi_queue_wait(queue, -1, &event) == AZMI_OK);
    if (event->kind == AZMI_EVENT_FAILED)
      fprintf(stderr, "%.*s\n", (int)event->error->message.len,
              (const char *)event->error->message.ptr);
    if (event->kind == AZMI_EVENT_ITEM || event->kind == AZMI_EVENT_DONE ||
        event->kind == AZMI_EVENT_FAILED)
      return event;
    CHECK(azmi_event_free(event) == AZMI_OK);
  }
}

/* Takes the end of an operation, which must be a good one. */
static inline void expect_done(uint64_t queue) {
  const struct AzmiEvent *event = next_event(queue);
  CHECK(event->kind == AZMI_EVENT_DONE);
  CHECK(azmi_event_free(event) == AZMI_OK);
}

/* Starts an emulator and signs in to it. */
static inline uint64_t connect_to_emulator(uint64_t queue, uint64_t *emulator) {
  struct AzmiEmulatorOptions options;
  struct AzmiConnectRequest request;
  uint64_t client;
  const struct AzmiEmulator *started = NULL;
  const struct AzmiEmulatorError *error = NULL;
  const struct AzmiEvent *event;

  CHECK(azmi_emulator_abi_version() == AZMI_EMULATOR_ABI_VERSION);
  memset(&options, 0, sizeof options);
  CHECK(azmi_emulator_start(&options, &started, &error) == AZMI_OK);
  CHECK(started != NULL && error == NULL);
  *emulator = started->handle;

  memset(&request, 0, sizeof request);
  request.credential = AZMI_CREDENTIAL_CLIENT_SECRET;
  request.endpoint = started->endpoint;
  request.authority = started->endpoint;
  request.tenant = started->seed.tenant_id;
  request.client_id = started->seed.client_id;
  request.secret = started->seed.client_secret;
  CHECK(azmi_client_connect(&request, queue, 2) == AZMI_OK);
  CHECK(azmi_emulator_free(started) == AZMI_OK);
  event = next_event(queue);
  CHECK(event->kind == AZMI_EVENT_ITEM && event->connection != NULL);
  CHECK(event->tag == 2);
  client = event->connection->client;
  CHECK(client != 0);
  CHECK(azmi_event_free(event) == AZMI_OK);
  expect_done(queue);
  return client;
}
