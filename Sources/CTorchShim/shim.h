// What the files of the shim share: turning handles into tensors and exceptions into messages.
#pragma once

#include "../CTorch/include/ctorch.h"

#include <ATen/ATen.h>

#include <exception>
#include <string>

namespace ctorch {

/// A tensor that shares ownership with a borrowed handle.
inline at::Tensor borrow(ctorch_tensor handle) {
  if (handle == nullptr) {
    return at::Tensor();
  }
  auto *impl = reinterpret_cast<c10::TensorImpl *>(handle);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(impl));
}

/// Gives a tensor away as an owned handle.
inline ctorch_tensor give(at::Tensor tensor) {
  if (!tensor.defined()) {
    return nullptr;
  }
  return reinterpret_cast<ctorch_tensor>(tensor.unsafeReleaseTensorImpl());
}

inline c10::Device device(ctorch_device device) {
  return c10::Device(static_cast<c10::DeviceType>(device.type), static_cast<c10::DeviceIndex>(device.index));
}

char *copy_string(const std::string &string);

/// Runs `body` and turns whatever it throws into a message.
template <typename Body>
int32_t guarded(char **error, Body &&body) {
  try {
    body();
    return 0;
  } catch (const c10::Error &exception) {
    if (error != nullptr) *error = copy_string(exception.what_without_backtrace());
  } catch (const std::exception &exception) {
    if (error != nullptr) *error = copy_string(exception.what());
  } catch (...) {
    if (error != nullptr) *error = copy_string("an exception of an unknown type");
  }
  return 1;
}

void fill_operators(ctorch_api &api);
void fill_tensors(ctorch_api &api);
void fill_autograd(ctorch_api &api);
void fill_memory(ctorch_api &api);
void fill_devices(ctorch_api &api);

}  // namespace ctorch
