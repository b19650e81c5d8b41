/* Creates three identities on an emulator and lists them, all through the C ABI. */
#include "common.h"

int main(void) {
  static const char *const names[] = {"id1", "id2", "id3"};
  struct MiIdentityListRequest all;
  const struct MiEvent *event;
  uint64_t emulator, client, queue;
  size_t i;

  CHECK(mi_abi_version() == MI_ABI_VERSION);
  queue = new_queue();
  client = connect_to_emulator(queue, &emulator);

  for (i = 0; i < 3; i++) {
    struct MiIdentityCreateRequest request;
    memset(&request, 0, sizeof request);
    request.target.resource_group = str("myResourceGroup");
    request.target.name = str(names[i]);
    CHECK(mi_identity_create(client, &request, queue, 10 + i) == MI_OK);
  }
  /* Four may run at once, yet they come out as they went in. */
  for (i = 0; i < 3; i++) {
    event = next_event(queue);
    CHECK(event->kind == MI_EVENT_ITEM && event->identity != NULL);
    CHECK(event->tag == 10 + i);
    CHECK(event->identity->name.len == 3);
    CHECK(memcmp(event->identity->name.ptr, names[i], 3) == 0);
    CHECK(event->identity->principal_id.len == 36);
    CHECK(mi_event_free(event) == MI_OK);
    expect_done(queue);
  }

  memset(&all, 0, sizeof all);
  CHECK(mi_identity_list(client, &all, queue, 20) == MI_OK);
  for (;;) {
    event = next_event(queue);
    if (event->kind != MI_EVENT_ITEM)
      break;
    printf("%.*s %.*s\n", (int)event->identity->name.len,
           (const char *)event->identity->name.ptr,
           (int)event->identity->location.len,
           (const char *)event->identity->location.ptr);
    CHECK(mi_event_free(event) == MI_OK);
  }
  CHECK(event->kind == MI_EVENT_DONE);
  CHECK(mi_event_free(event) == MI_OK);

  CHECK(mi_client_free(client) == MI_OK);
  CHECK(mi_emulator_stop(emulator) == MI_OK);
  CHECK(mi_queue_wait(queue, -1, &event) == MI_DRAINED);
  CHECK(event == NULL);
  CHECK(mi_queue_free(queue) == MI_OK);
  return 0;
}
