/* What a careless host does: each time the library answers with a status. */
#include "common.h"

static void texts(void) {
  struct MiStr text = mi_status_text(MI_ERROR_HANDLE);
  CHECK(text.len > 0 && text.ptr != NULL);
  CHECK(mi_status_text(12345).len > 0);
  CHECK(mi_version().len > 0);
}

static void queues(void) {
  struct MiQueueOptions options;
  const struct MiEvent *event = NULL;
  uint64_t queue, pending;

  CHECK(mi_queue_create(NULL, &queue) == MI_ERROR_NULL);
  options.throttle_limit = 0;
  options.verbose = 0;
  options.guards = 0;
  CHECK(mi_queue_create(&options, &queue) == MI_ERROR_VALUE);
  options.throttle_limit = 1;
  CHECK(mi_queue_create(&options, NULL) == MI_ERROR_NULL);

  queue = new_queue();
  CHECK(mi_queue_wait(queue, 0, NULL) == MI_ERROR_NULL);
  CHECK(mi_queue_wait(queue, 0, &event) == MI_DRAINED);
  CHECK(mi_queue_pending(queue, NULL) == MI_ERROR_NULL);
  CHECK(mi_queue_pending(queue, &pending) == MI_OK && pending == 0);
  CHECK(mi_queue_free(queue) == MI_OK);

  CHECK(mi_queue_free(queue) == MI_ERROR_HANDLE);
  CHECK(mi_queue_wait(queue, -1, &event) == MI_ERROR_HANDLE);
  CHECK(mi_queue_cancel(queue) == MI_ERROR_HANDLE);
  CHECK(mi_queue_pending(queue, &pending) == MI_ERROR_HANDLE);
  CHECK(mi_queue_free(0) == MI_OK);
  CHECK(mi_queue_free(987654321) == MI_ERROR_HANDLE);
}

static void events_and_clients(void) {
  struct MiVmIdentityUpdateRequest update;
  struct MiVmIdentityGetRequest get;
  struct MiTarget target;
  struct MiConnectRequest connect;
  const struct MiEvent *event;
  uint64_t emulator, client, queue = new_queue();
  static const uint8_t not_utf8[] = {0xC3, 0x28};

  client = connect_to_emulator(queue, &emulator);
  memset(&target, 0, sizeof target);

  /* Refused submits yield nothing. */
  CHECK(mi_identity_get(client, NULL, queue, 1) == MI_ERROR_NULL);
  CHECK(mi_identity_get(queue, &target, queue, 1) == MI_ERROR_HANDLE);
  CHECK(mi_identity_get(client, &target, client, 1) == MI_ERROR_HANDLE);
  target.name.ptr = not_utf8;
  target.name.len = 2;
  CHECK(mi_identity_get(client, &target, queue, 1) == MI_ERROR_UTF8);
  target.name.ptr = NULL;
  CHECK(mi_identity_get(client, &target, queue, 1) == MI_ERROR_NULL);
  target.name.len = 0;
  memset(&update, 0, sizeof update);
  update.change = 99;
  CHECK(mi_vm_identity_update(client, &update, queue, 1) == MI_ERROR_VALUE);
  update.change = MI_CHANGE_EXACT;
  update.identity_type = 99;
  CHECK(mi_vm_identity_update(client, &update, queue, 1) == MI_ERROR_VALUE);
  update.change = MI_CHANGE_MERGE;
  update.system_assigned = 99;
  CHECK(mi_vm_identity_update(client, &update, queue, 1) == MI_ERROR_VALUE);
  update.system_assigned = 0;
  update.add_len = 3;
  CHECK(mi_vm_identity_update(client, &update, queue, 1) == MI_ERROR_NULL);
  memset(&connect, 0, sizeof connect);
  connect.credential = 99;
  CHECK(mi_client_connect(&connect, queue, 1) == MI_ERROR_VALUE);
  CHECK(mi_client_connect(NULL, queue, 1) == MI_ERROR_NULL);
  CHECK(mi_queue_wait(queue, 0, &event) == MI_DRAINED);

  /* A rule that is broken is an error event with a message. */
  CHECK(mi_identity_get(client, &target, queue, 5) == MI_OK);
  event = next_event(queue);
  CHECK(event->kind == MI_EVENT_FAILED && event->tag == 5);
  CHECK(event->error->category == MI_CATEGORY_INVALID_ARGUMENT);
  CHECK(event->error->message.len > 0);
  CHECK(mi_event_free(event) == MI_OK);
  CHECK(mi_event_free(event) == MI_ERROR_HANDLE);
  CHECK(mi_event_free(NULL) == MI_OK);
  CHECK(mi_event_free((const struct MiEvent *)&target) == MI_ERROR_HANDLE);

  CHECK(mi_guard_answer(0, 1) == MI_ERROR_HANDLE);
  CHECK(mi_guard_answer(queue, 1) == MI_ERROR_HANDLE);

  /* Cancelled: the operation ends, and nothing more is taken in. */
  target.resource_group = str("myResourceGroup");
  target.name = str("myVM");
  memset(&get, 0, sizeof get);
  get.target = target;
  CHECK(mi_vm_identity_get(client, &get, queue, 6) == MI_OK);
  CHECK(mi_queue_cancel(queue) == MI_OK);
  event = next_event(queue);
  CHECK(event->kind == MI_EVENT_FAILED || event->kind == MI_EVENT_DONE);
  CHECK(mi_event_free(event) == MI_OK);
  CHECK(mi_queue_wait(queue, -1, &event) == MI_DRAINED);
  CHECK(mi_vm_identity_get(client, &get, queue, 7) == MI_ERROR_CANCELED);
  CHECK(mi_queue_free(queue) == MI_OK);

  CHECK(mi_client_free(client) == MI_OK);
  CHECK(mi_client_free(client) == MI_ERROR_HANDLE);
  CHECK(mi_client_free(0) == MI_OK);
  CHECK(mi_emulator_stop(emulator) == MI_OK);
}

static void emulators(void) {
  struct MiEmulatorOptions options;
  struct MiEmulatorSeed seed;
  const struct MiEmulator *first = NULL, *second = NULL;
  const struct MiEmulatorError *error = NULL;
  uint64_t emulator;

  CHECK(mi_emulator_seed(NULL) == MI_ERROR_NULL);
  CHECK(mi_emulator_seed(&seed) == MI_OK);
  CHECK(seed.subscription_id.len == 36);
  memset(&options, 0, sizeof options);
  CHECK(mi_emulator_start(NULL, &first, &error) == MI_ERROR_NULL);
  CHECK(mi_emulator_start(&options, NULL, &error) == MI_ERROR_NULL);
  CHECK(mi_emulator_start(&options, &first, NULL) == MI_ERROR_NULL);

  CHECK(mi_emulator_start(&options, &first, &error) == MI_OK);
  CHECK(first != NULL && first->port != 0 && error == NULL);
  emulator = first->handle;

  /* A port that is taken is an error with a message. */
  options.port = first->port;
  CHECK(mi_emulator_start(&options, &second, &error) == MI_EMULATOR_FAILED);
  CHECK(second == NULL && error != NULL);
  CHECK(error->category == MI_CATEGORY_INVALID_OPERATION);
  CHECK(error->message.len > 0);
  CHECK(mi_emulator_error_free(error) == MI_OK);
  CHECK(mi_emulator_error_free(error) == MI_ERROR_HANDLE);
  CHECK(mi_emulator_error_free(NULL) == MI_OK);

  /* Record and emulator go in any order, each once. */
  CHECK(mi_emulator_stop(emulator) == MI_OK);
  CHECK(mi_emulator_stop(emulator) == MI_ERROR_HANDLE);
  CHECK(mi_emulator_stop(0) == MI_ERROR_HANDLE);
  CHECK(mi_emulator_free(first) == MI_OK);
  CHECK(mi_emulator_free(first) == MI_ERROR_HANDLE);
  CHECK(mi_emulator_free(NULL) == MI_OK);
}

int main(void) {
  texts();
  queues();
  events_and_clients();
  emulators();
  printf("ok\n");
  return 0;
}
