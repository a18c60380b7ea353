#include "ctorch.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef const ctorch_api *(*ctorch_get_api)(void);

static const ctorch_api *fail(char **error, const char *message) {
  if (error != NULL) {
    *error = strdup(message != NULL ? message : "unknown error");
  }
  return NULL;
}

const ctorch_api *ctorch_load(const char *path, char **error) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    return fail(error, dlerror());
  }
  ctorch_get_api get_api = (ctorch_get_api)dlsym(library, "ctorch_get_api");
  if (get_api == NULL) {
    return fail(error, "it has no symbol ctorch_get_api");
  }
  const ctorch_api *api = get_api();
  if (api == NULL || api->version != CTORCH_VERSION) {
    char message[96];
    snprintf(message, sizeof message, "it speaks version %d of the interface, this program needs %d",
             api == NULL ? -1 : api->version, CTORCH_VERSION);
    return fail(error, message);
  }
  return api;
}
