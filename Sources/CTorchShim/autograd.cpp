// What the dispatcher cannot do about gradients: modes, leaves, backward, and functions written outside libtorch.
#include "shim.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <atomic>

namespace ctorch {
namespace {

using torch::autograd::variable_list;

variable_list borrow_all(const ctorch_tensor *tensors, int32_t count) {
  variable_list list;
  list.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) list.push_back(borrow(tensors[i]));
  return list;
}

/// A node of the graph whose backward pass is a C function.
struct CallbackNode : public torch::autograd::Node {
  std::string label;
  ctorch_backward backward = nullptr;
  ctorch_release release_context = nullptr;
  std::atomic<void *> context{nullptr};
  size_t input_count = 0;

  void drop_context() {
    void *held = context.exchange(nullptr);
    if (held != nullptr && release_context != nullptr) release_context(held);
  }

  ~CallbackNode() override { drop_context(); }

  std::string name() const override { return label; }

  void release_variables() override { drop_context(); }

  variable_list apply(variable_list &&gradients) override {
    void *held = context.load();
    TORCH_CHECK(held != nullptr, label, ": the graph was already freed by an earlier backward pass");
    std::vector<ctorch_tensor> handles;
    handles.reserve(gradients.size());
    for (const auto &gradient : gradients) {
      handles.push_back(gradient.defined() ? reinterpret_cast<ctorch_tensor>(gradient.unsafeGetTensorImpl())
                                           : nullptr);
    }
    std::vector<ctorch_tensor> results(input_count, nullptr);
    char *message = nullptr;
    const int32_t status = backward(held, handles.data(), static_cast<int32_t>(handles.size()), results.data(),
                                    static_cast<int32_t>(results.size()), &message);
    variable_list owned;
    owned.reserve(results.size());
    for (ctorch_tensor result : results) {
      owned.push_back(borrow(result));
      if (result != nullptr) {
        c10::raw::intrusive_ptr::decref(reinterpret_cast<c10::intrusive_ptr_target *>(result));
      }
    }
    if (status != 0) {
      const std::string text = message == nullptr ? "unknown error" : message;
      std::free(message);
      TORCH_CHECK(false, label, ": ", text);
    }
    return owned;
  }
};

int32_t attach_backward(const char *name, const ctorch_tensor *inputs, int32_t input_count,
                        const ctorch_tensor *outputs, int32_t output_count, ctorch_backward backward, void *context,
                        ctorch_release release_context, char **error) {
  bool context_taken = false;
  const int32_t status = guarded(error, [&] {
    const variable_list sources = borrow_all(inputs, input_count);
    if (!torch::autograd::compute_requires_grad(sources)) {
      return;
    }
    auto node = c10::make_intrusive<CallbackNode>();
    node->label = name;
    node->backward = backward;
    node->release_context = release_context;
    node->context = context;
    node->input_count = static_cast<size_t>(input_count);
    context_taken = true;
    node->set_next_edges(torch::autograd::collect_next_edges(sources));
    for (int32_t i = 0; i < output_count; ++i) {
      at::Tensor output = borrow(outputs[i]);
      TORCH_CHECK(!output.requires_grad(), name, ": an output already has a gradient function");
      torch::autograd::set_history(output, node);
    }
  });
  if (!context_taken && release_context != nullptr) release_context(context);
  return status;
}

int32_t set_requires_grad(ctorch_tensor tensor, bool requires_grad, char **error) {
  return guarded(error, [&] { borrow(tensor).set_requires_grad(requires_grad); });
}

int32_t set_grad(ctorch_tensor tensor, ctorch_tensor gradient, char **error) {
  return guarded(error, [&] { borrow(tensor).mutable_grad() = borrow(gradient); });
}

int32_t backward(const ctorch_tensor *roots, const ctorch_tensor *gradients, int32_t count, char **error) {
  return guarded(error, [&] {
    torch::autograd::backward(borrow_all(roots, count),
                              gradients == nullptr ? variable_list() : borrow_all(gradients, count));
  });
}

int32_t gradients(const ctorch_tensor *outputs, int32_t output_count, const ctorch_tensor *inputs,
                  int32_t input_count, ctorch_tensor *results, char **error) {
  return guarded(error, [&] {
    auto computed = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count), {},
                                          std::nullopt, false, true);
    for (int32_t i = 0; i < input_count; ++i) results[i] = give(std::move(computed[static_cast<size_t>(i)]));
  });
}

}  // namespace

void fill_autograd(ctorch_api &api) {
  api.grad_enabled = [] { return c10::GradMode::is_enabled(); };
  api.set_grad_enabled = [](bool enabled) { c10::GradMode::set_enabled(enabled); };
  api.set_requires_grad = set_requires_grad;
  api.grad = [](ctorch_tensor tensor) { return give(borrow(tensor).grad()); };
  api.set_grad = set_grad;
  api.backward = backward;
  api.gradients = gradients;
  api.attach_backward = attach_backward;
}

}  // namespace ctorch
