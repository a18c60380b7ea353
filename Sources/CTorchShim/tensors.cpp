// Handles, shapes, and tensors over memory that somebody else owns.
#include "shim.h"

namespace ctorch {
namespace {

void retain(ctorch_tensor tensor) {
  if (tensor != nullptr) {
    c10::raw::intrusive_ptr::incref(reinterpret_cast<c10::intrusive_ptr_target *>(tensor));
  }
}

void release(ctorch_tensor tensor) {
  if (tensor != nullptr) {
    c10::raw::intrusive_ptr::decref(reinterpret_cast<c10::intrusive_ptr_target *>(tensor));
  }
}

int32_t info(ctorch_tensor handle, ctorch_tensor_info *result, char **error) {
  return guarded(error, [&] {
    const at::Tensor tensor = borrow(handle);
    TORCH_CHECK(tensor.defined(), "the tensor is undefined");
    TORCH_CHECK(tensor.dim() <= CTORCH_MAX_DIMENSIONS, "the tensor has ", tensor.dim(), " dimensions, at most ",
                CTORCH_MAX_DIMENSIONS, " are supported");
    *result = {};
    result->dtype = static_cast<int32_t>(tensor.scalar_type());
    result->device = {static_cast<int32_t>(tensor.device().type()), static_cast<int32_t>(tensor.device().index())};
    result->rank = static_cast<int32_t>(tensor.dim());
    result->requires_grad = tensor.requires_grad();
    result->is_contiguous = tensor.is_contiguous();
    result->is_leaf = tensor.is_leaf();
    result->count = tensor.numel();
    result->element_bytes = static_cast<int64_t>(tensor.element_size());
    for (int64_t i = 0; i < tensor.dim(); ++i) {
      result->sizes[i] = tensor.size(i);
      result->strides[i] = tensor.stride(i);
    }
    result->data = tensor.device().is_cpu() ? tensor.data_ptr() : nullptr;
  });
}

int32_t from_blob(void *data, const int64_t *sizes, const int64_t *strides, int32_t rank, int32_t dtype,
                  void *context, ctorch_release release_context, ctorch_tensor *result, char **error) {
  return guarded(error, [&] {
    const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    const at::IntArrayRef shape(sizes, static_cast<size_t>(rank));
    auto deleter = [context, release_context](void *) {
      if (release_context != nullptr) release_context(context);
    };
    at::Tensor tensor = strides == nullptr
                            ? at::from_blob(data, shape, deleter, options)
                            : at::from_blob(data, shape, at::IntArrayRef(strides, static_cast<size_t>(rank)), deleter,
                                            options);
    *result = give(std::move(tensor));
  });
}

}  // namespace

void fill_tensors(ctorch_api &api) {
  api.retain = retain;
  api.release = release;
  api.info = info;
  api.from_blob = from_blob;
}

}  // namespace ctorch
