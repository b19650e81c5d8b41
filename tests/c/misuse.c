/* What a careless host does: each time the library answers with a status. */
#include "common.h"

/* An address at which no record can be. */
static void *odd(void *record) { return (char *)record + 1; }

static void texts(void) {
  struct AzmiStr text = azmi_status_text(AZMI_ERROR_HANDLE);
  CHECK(text.len > 0 && text.ptr != NULL);
  CHECK(azmi_status_text(12345).len > 0);
  CHECK(azmi_version().len > 0);
}

static void queues(void) {
  struct AzmiQueueOptions options;
  const struct AzmiEvent *event = NULL;
  uint64_t queue, pending;

  CHECK(azmi_queue_create(NULL, &queue) == AZMI_ERROR_NULL);
  options.throttle_limit = 0;
  options.timeout_s = 0;
  options.verbose = 0;
  options.guards = 0;
  CHECK(azmi_queue_create(&options, &queue) == AZMI_ERROR_VALUE);
  options.throttle_limit = 1;
  CHECK(azmi_queue_create(&options, NULL) == AZMI_ERROR_NULL);

  queue = new_queue();
  CHECK(azmi_queue_wait(queue, 0, NULL) == AZMI_ERROR_NULL);
  CHECK(azmi_queue_wait(queue, 0, &event) == AZMI_DRAINED);
  CHECK(azmi_queue_pending(queue, NULL) == AZMI_ERROR_NULL);
  CHECK(azmi_queue_pending(queue, &pending) == AZMI_OK && pending == 0);
  CHECK(azmi_queue_free(queue) == AZMI_OK);

  CHECK(azmi_queue_free(queue) == AZMI_ERROR_HANDLE);
  CHECK(azmi_queue_wait(queue, -1, &event) == AZMI_ERROR_HANDLE);
  CHECK(azmi_queue_cancel(queue) == AZMI_ERROR_HANDLE);
  CHECK(azmi_queue_pending(queue, &pending) == AZMI_ERROR_HANDLE);
  CHECK(azmi_queue_free(0) == AZMI_OK);
  CHECK(azmi_queue_free(987654321) == AZMI_ERROR_HANDLE);
}

static void events_and_clients(void) {
  struct AzmiResourceIdentityUpdateRequest update;
  struct AzmiResourceIdentityGetRequest get;
  struct AzmiTarget target;
  struct AzmiCompletionRequest complete;
  struct AzmiConnectRequest connect;
  const struct AzmiEvent *event;
  uint64_t emulator, client, queue = new_queue();
  static const uint8_t not_utf8[] = {0xC3, 0x28};

  client = connect_to_emulator(queue, &emulator);
  memset(&target, 0, sizeof target);

  /* Refused submits yield nothing. */
  CHECK(azmi_identity_get(client, NULL, queue, 1) == AZMI_ERROR_NULL);
  CHECK(azmi_identity_get(queue, &target, queue, 1) == AZMI_ERROR_HANDLE);
  CHECK(azmi_identity_get(client, &target, client, 1) == AZMI_ERROR_HANDLE);
  target.name.ptr = not_utf8;
  target.name.len = 2;
  CHECK(azmi_identity_get(client, &target, queue, 1) == AZMI_ERROR_UTF8);
  target.name.ptr = NULL;
  CHECK(azmi_identity_get(client, &target, queue, 1) == AZMI_ERROR_NULL);
  target.name.len = 0;
  memset(&update, 0, sizeof update);
  update.change = 99;
  CHECK(azmi_resource_identity_update(client, &update, queue, 1) == AZMI_ERROR_VALUE);
  update.change = AZMI_CHANGE_EXACT;
  update.identity_type = 99;
  CHECK(azmi_resource_identity_update(client, &update, queue, 1) == AZMI_ERROR_VALUE);
  update.change = AZMI_CHANGE_MERGE;
  update.system_assigned = 99;
  CHECK(azmi_resource_identity_update(client, &update, queue, 1) == AZMI_ERROR_VALUE);
  update.system_assigned = 0;
  update.add_len = 3;
  CHECK(azmi_resource_identity_update(client, &update, queue, 1) == AZMI_ERROR_NULL);
  memset(&connect, 0, sizeof connect);
  connect.credential = 99;
  CHECK(azmi_client_connect(&connect, queue, 1) == AZMI_ERROR_VALUE);
  CHECK(azmi_client_connect(NULL, queue, 1) == AZMI_ERROR_NULL);
  memset(&complete, 0, sizeof complete);
  CHECK(azmi_complete(client, NULL, queue, 1) == AZMI_ERROR_NULL);
  CHECK(azmi_complete(client, &complete, queue, 1) == AZMI_ERROR_NULL);
  complete.word = str("");
  CHECK(azmi_complete(queue, &complete, queue, 1) == AZMI_ERROR_HANDLE);
  CHECK(azmi_complete(client, &complete, client, 1) == AZMI_ERROR_HANDLE);
  complete.names_len = 1;
  CHECK(azmi_complete(client, &complete, queue, 1) == AZMI_ERROR_NULL);
  complete.names_len = 0;
  complete.kind = 99;
  CHECK(azmi_complete(client, &complete, queue, 1) == AZMI_ERROR_VALUE);
  CHECK(azmi_completion_forget() == AZMI_OK);
  CHECK(azmi_queue_wait(queue, 0, &event) == AZMI_DRAINED);

  /* A rule that is broken is an error event with a message. */
  CHECK(azmi_identity_get(client, &target, queue, 5) == AZMI_OK);
  event = next_event(queue);
  CHECK(event->kind == AZMI_EVENT_FAILED && event->tag == 5);
  CHECK(event->error->category == AZMI_CATEGORY_INVALID_ARGUMENT);
  CHECK(event->error->message.len > 0);
  CHECK(azmi_event_free(event) == AZMI_OK);
  CHECK(azmi_event_free(event) == AZMI_ERROR_HANDLE);
  CHECK(azmi_event_free(NULL) == AZMI_OK);
  CHECK(azmi_event_free((const struct AzmiEvent *)&target) == AZMI_ERROR_HANDLE);

  CHECK(azmi_guard_answer(0, 1) == AZMI_ERROR_HANDLE);
  CHECK(azmi_guard_answer(queue, 1) == AZMI_ERROR_HANDLE);

  /* Cancelled: the operation ends, and nothing more is taken in. */
  target.resource_group = str("myResourceGroup");
  target.name = str("myVM");
  memset(&get, 0, sizeof get);
  get.target = target;
  CHECK(azmi_resource_identity_get(client, &get, queue, 6) == AZMI_OK);
  CHECK(azmi_queue_cancel(queue) == AZMI_OK);
  event = next_event(queue);
  CHECK(event->kind == AZMI_EVENT_FAILED || event->kind == AZMI_EVENT_DONE);
  CHECK(azmi_event_free(event) == AZMI_OK);
  CHECK(azmi_queue_wait(queue, -1, &event) == AZMI_DRAINED);
  CHECK(azmi_resource_identity_get(client, &get, queue, 7) == AZMI_ERROR_CANCELED);
  CHECK(azmi_queue_free(queue) == AZMI_OK);

  CHECK(azmi_client_free(client) == AZMI_OK);
  CHECK(azmi_client_free(client) == AZMI_ERROR_HANDLE);
  CHECK(azmi_client_free(0) == AZMI_OK);
  CHECK(azmi_emulator_stop(emulator) == AZMI_OK);
}

/* Lengths that no array can have, and pointers that can't be to such a value. */
static void absurd_inputs(void) {
  static const size_t lengths[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 16 + 1, SIZE_MAX / 16,
                                   (size_t)1 << 40, ((size_t)1 << 26) + 1};
  struct AzmiResourceIdentityUpdateRequest update;
  struct AzmiIdentityCreateRequest create;
  struct AzmiEmulatorOptions emulator;
  const struct AzmiEmulator *started = NULL;
  const struct AzmiEmulatorError *error = NULL;
  struct AzmiQueueOptions options;
  struct AzmiTarget target;
  struct AzmiTag tag;
  struct AzmiStr one;
  uint64_t made[2], queue = new_queue();
  size_t i;

  memset(&tag, 0, sizeof tag);
  one = str("id1");
  tag.name = one;
  for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    memset(&target, 0, sizeof target);
    target.name = one;
    target.name.len = lengths[i];
    CHECK(azmi_identity_get(1, &target, queue, 1) == AZMI_ERROR_POINTER);
    memset(&create, 0, sizeof create);
    create.target.name = one;
    create.location = one;
    create.tags = &tag;
    create.tags_len = lengths[i];
    CHECK(azmi_identity_create(1, &create, queue, 1) == AZMI_ERROR_POINTER);
    create.tags = NULL;
    CHECK(azmi_identity_create(1, &create, queue, 1) != AZMI_OK);
    memset(&update, 0, sizeof update);
    update.add = &one;
    update.add_len = lengths[i];
    CHECK(azmi_resource_identity_update(1, &update, queue, 1) == AZMI_ERROR_POINTER);
    update.add = NULL;
    CHECK(azmi_resource_identity_update(1, &update, queue, 1) == AZMI_ERROR_NULL);
    memset(&emulator, 0, sizeof emulator);
    emulator.state_path = one;
    emulator.state_path.len = lengths[i];
    CHECK(azmi_emulator_start(&emulator, &started, &error) == AZMI_ERROR_POINTER);
    memset(&emulator, 0, sizeof emulator);
    emulator.faults = &one;
    emulator.faults_len = lengths[i];
    CHECK(azmi_emulator_start(&emulator, &started, &error) == AZMI_ERROR_POINTER);
  }

  memset(&options, 0, sizeof options);
  options.throttle_limit = 1;
  CHECK(azmi_identity_get(1, odd(&target), queue, 1) == AZMI_ERROR_POINTER);
  CHECK(azmi_queue_create(odd(&options), made) == AZMI_ERROR_POINTER);
  CHECK(azmi_queue_create(&options, odd(made)) == AZMI_ERROR_POINTER);
  update.add = odd(&one);
  update.add_len = 1;
  CHECK(azmi_resource_identity_update(1, &update, queue, 1) == AZMI_ERROR_POINTER);
  CHECK(azmi_emulator_seed(odd(&emulator)) == AZMI_ERROR_POINTER);
  CHECK(azmi_emulator_start(odd(&emulator), &started, &error) == AZMI_ERROR_POINTER);
  CHECK(azmi_queue_free(queue) == AZMI_OK);
}

static void emulators(void) {
  struct AzmiEmulatorOptions options;
  struct AzmiEmulatorFaultList faults;
  struct AzmiEmulatorSeed seed;
  const struct AzmiEmulator *first = NULL, *second = NULL;
  const struct AzmiEmulatorError *error = NULL;
  struct AzmiEmulatorCallRequest call;
  const struct AzmiEvent *event;
  uint64_t emulator, queue;

  CHECK(azmi_emulator_seed(NULL) == AZMI_ERROR_NULL);
  CHECK(azmi_emulator_faults(NULL) == AZMI_ERROR_NULL);
  CHECK(azmi_emulator_faults(&faults) == AZMI_OK);
  CHECK(faults.len > 50 && faults.items[0].name.len > 0);
  CHECK(azmi_emulator_seed(&seed) == AZMI_OK);
  CHECK(seed.subscription_id.len == 36);
  memset(&options, 0, sizeof options);
  CHECK(azmi_emulator_start(NULL, &first, &error) == AZMI_ERROR_NULL);
  CHECK(azmi_emulator_start(&options, NULL, &error) == AZMI_ERROR_NULL);
  CHECK(azmi_emulator_start(&options, &first, NULL) == AZMI_ERROR_NULL);

  CHECK(azmi_emulator_start(&options, &first, &error) == AZMI_OK);
  CHECK(first != NULL && first->port != 0 && error == NULL);
  emulator = first->handle;

  /* A port that is taken is an error with a message. */
  options.port = first->port;
  CHECK(azmi_emulator_start(&options, &second, &error) == AZMI_EMULATOR_FAILED);
  CHECK(second == NULL && error != NULL);
  CHECK(error->category == AZMI_CATEGORY_INVALID_OPERATION);
  CHECK(error->message.len > 0);
  CHECK(azmi_emulator_error_free(error) == AZMI_OK);
  CHECK(azmi_emulator_error_free(error) == AZMI_ERROR_HANDLE);
  CHECK(azmi_emulator_error_free(NULL) == AZMI_OK);

  /* Its own interface answers with JSON, or says what is wrong. */
  memset(&call, 0, sizeof call);
  queue = new_queue();
  CHECK(azmi_emulator_call(NULL, queue, 1) == AZMI_ERROR_NULL);
  CHECK(azmi_emulator_call(&call, queue, 1) == AZMI_ERROR_NULL);
  CHECK(azmi_emulator_call(odd(&call), queue, 1) == AZMI_ERROR_POINTER);
  call.endpoint = first->endpoint;
  call.admin_key = first->admin_key;
  call.method = str("GET");
  call.path = str("/settings");
  CHECK(azmi_emulator_call(&call, 0, 1) == AZMI_ERROR_HANDLE);
  CHECK(azmi_emulator_call(&call, queue, 1) == AZMI_OK);
  event = next_event(queue);
  CHECK(event->text.len > 0 && event->error == NULL);
  CHECK(azmi_event_free(event) == AZMI_OK);
  event = next_event(queue);
  CHECK(event->kind == AZMI_EVENT_DONE);
  CHECK(azmi_event_free(event) == AZMI_OK);
  call.path = str("/nothing");
  CHECK(azmi_emulator_call(&call, queue, 2) == AZMI_OK);
  event = next_event(queue);
  CHECK(event->kind == AZMI_EVENT_FAILED);
  CHECK(event->error->category == AZMI_CATEGORY_OBJECT_NOT_FOUND);
  CHECK(azmi_event_free(event) == AZMI_OK);
  CHECK(azmi_queue_free(queue) == AZMI_OK);

  /* Record and emulator go in any order, each once. */
  CHECK(azmi_emulator_stop(emulator) == AZMI_OK);
  CHECK(azmi_emulator_stop(emulator) == AZMI_ERROR_HANDLE);
  CHECK(azmi_emulator_stop(0) == AZMI_ERROR_HANDLE);
  CHECK(azmi_emulator_free(first) == AZMI_OK);
  CHECK(azmi_emulator_free(first) == AZMI_ERROR_HANDLE);
  CHECK(azmi_emulator_free(NULL) == AZMI_OK);
}

int main(void) {
  texts();
  queues();
  events_and_clients();
  absurd_inputs();
  emulators();
  printf("ok\n");
  return 0;
}
