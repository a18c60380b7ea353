// The table itself, and strings.
#include "shim.h"

#include <torch/version.h>

#include <cstdlib>
#include <cstring>

namespace ctorch {

char *copy_string(const std::string &string) {
  char *copy = static_cast<char *>(std::malloc(string.size() + 1));
  if (copy != nullptr) {
    std::memcpy(copy, string.data(), string.size());
    copy[string.size()] = 0;
  }
  return copy;
}

}  // namespace ctorch

extern "C" __attribute__((visibility("default"))) const ctorch_api *ctorch_get_api(void) {
  static const ctorch_api table = [] {
    ctorch_api api = {};
    api.version = CTORCH_VERSION;
    api.torch_version = TORCH_VERSION;
    api.has_cuda = at::hasCUDA();
    api.free_string = [](char *string) { std::free(string); };
    api.copy_string = [](const char *string) { return ctorch::copy_string(string); };
    api.free_tensors = [](const ctorch_tensor *tensors) { delete[] tensors; };
    ctorch::fill_operators(api);
    ctorch::fill_tensors(api);
    ctorch::fill_autograd(api);
    ctorch::fill_memory(api);
    ctorch::fill_devices(api);
    return api;
  }();
  return &table;
}
