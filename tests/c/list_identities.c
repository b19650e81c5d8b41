/* Creates three identities on an emulator and lists them, all through the C ABI. */
#include "common.h"

int main(void) {
  static const char *const names[] = {"id1", "id2", "id3"};
  struct AzmiIdentityListRequest all;
  const struct AzmiEvent *event;
  uint64_t emulator, client, queue;
  size_t i;

  CHECK(azmi_abi_version() == AZMI_ABI_VERSION);
  queue = new_queue();
  client = connect_to_emulator(queue, &emulator);

  for (i = 0; i < 3; i++) {
    struct AzmiIdentityCreateRequest request;
    memset(&request, 0, sizeof request);
    request.target.resource_group = str("myResourceGroup");
    request.target.name = str(names[i]);
    CHECK(azmi_identity_create(client, &request, queue, 10 + i) == AZMI_OK);
  }
  /* Four may run at once, yet they come out as they went in. */
  for (i = 0; i < 3; i++) {
    event = next_event(queue);
    CHECK(event->kind == AZMI_EVENT_ITEM && event->identity != NULL);
    CHECK(event->tag == 10 + i);
    CHECK(event->identity->name.len == 3);
    CHECK(memcmp(event->identity->name.ptr, names[i], 3) == 0);
    CHECK(event->identity->principal_id.len == 36);
    CHECK(azmi_event_free(event) == AZMI_OK);
    expect_done(queue);
  }

  memset(&all, 0, sizeof all);
  CHECK(azmi_identity_list(client, &all, queue, 20) == AZMI_OK);
  for (;;) {
    event = next_event(queue);
    if (event->kind != AZMI_EVENT_ITEM)
      break;
    printf("%.*s %.*s\n", (int)event->identity->name.len,
           (const char *)event->identity->name.ptr,
           (int)event->identity->location.len,
           (const char *)event->identity->location.ptr);
    CHECK(azmi_event_free(event) == AZMI_OK);
  }
  CHECK(event->kind == AZMI_EVENT_DONE);
  CHECK(azmi_event_free(event) == AZMI_OK);

  CHECK(azmi_end() == AZMI_OK);
  CHECK(azmi_client_free(client) == AZMI_ERROR_HANDLE);
  CHECK(azmi_identity_list(client, &all, queue, 21) == AZMI_ERROR_HANDLE);
  CHECK(azmi_emulator_stop(emulator) == AZMI_OK);
  CHECK(azmi_queue_wait(queue, -1, &event) == AZMI_DRAINED);
  CHECK(event == NULL);
  CHECK(azmi_queue_free(queue) == AZMI_OK);
  return 0;
}
