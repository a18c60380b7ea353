// Norms and activations, and what the dispatcher is told of all of our operators.
#include "kernels.h"

#include <ATen/Parallel.h>
#include <torch/library.h>

#include <cmath>

#include "vectors.h"

namespace ctorch::kernels {
namespace {

using namespace vectors;

template <typename T>
CTORCH_INLINE void norm_rows(const T *input, const T *weight, T *output, int64_t first, int64_t last, int64_t width,
                             float epsilon, float offset) {
  for (int64_t row = first; row < last; ++row) {
    const T *x = input + row * width;
    T *y = output + row * width;
    Floats squares = {};
    for (int64_t i = 0; i < width; i += lanes) {
      const Floats values = load(x + i, width - i);
      squares += values * values;
    }
    const float factor = 1 / std::sqrt(sum(squares) / static_cast<float>(width) + epsilon);
    for (int64_t i = 0; i < width; i += lanes) {
      const Floats values = load(x + i, width - i) * factor * (load(weight + i, width - i) + offset);
      store(y + i, values, width - i);
    }
  }
}

CTORCH_CLONED void norm(const float *input, const float *weight, float *output, int64_t first, int64_t last,
                        int64_t width, float epsilon, float offset) {
  norm_rows(input, weight, output, first, last, width, epsilon, offset);
}

CTORCH_CLONED void norm(const c10::BFloat16 *input, const c10::BFloat16 *weight, c10::BFloat16 *output, int64_t first,
                        int64_t last, int64_t width, float epsilon, float offset) {
  norm_rows(input, weight, output, first, last, width, epsilon, offset);
}

/// Both activations are x times the logistic function of something.
template <typename T>
CTORCH_INLINE void gate_span(const T *gate, const T *rest, T *output, int64_t count, bool tanh) {
  for (int64_t i = 0; i < count; i += lanes) {
    const Floats x = load(gate + i, count - i);
    const Floats z = tanh ? (x + x * x * x * 0.044715f) * 1.5957691216f : x;
    const Floats activated = x / (exponential(-z) + 1.0f);
    store(output + i, activated * load(rest + i, count - i), count - i);
  }
}

CTORCH_CLONED void gate(const float *gate, const float *rest, float *output, int64_t count, bool tanh) {
  gate_span(gate, rest, output, count, tanh);
}

CTORCH_CLONED void gate(const c10::BFloat16 *gate, const c10::BFloat16 *rest, c10::BFloat16 *output, int64_t count,
                        bool tanh) {
  gate_span(gate, rest, output, count, tanh);
}

void check_kind(const at::Tensor &tensor) {
  TORCH_CHECK(tensor.device().is_cpu(), "this operator is for tensors on the CPU");
  TORCH_CHECK(tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16,
              "this operator is for fp32 and bf16, not ", tensor.scalar_type());
  TORCH_CHECK(tensor.dim() >= 1 && tensor.size(-1) >= 1, "this operator needs a last dimension");
}

/// Calls `body` with a null pointer of the element type.
template <typename Body>
void with_type(const at::Tensor &tensor, Body &&body) {
  if (tensor.scalar_type() == at::kFloat) {
    body(static_cast<float *>(nullptr));
  } else {
    body(static_cast<c10::BFloat16 *>(nullptr));
  }
}

/// Elements that are worth a thread of their own.
constexpr int64_t grain = 1 << 15;

}  // namespace

at::Tensor rms_norm(const at::Tensor &input, const at::Tensor &weight, double epsilon, double offset) {
  check_kind(input);
  const at::Tensor x = input.contiguous();
  const at::Tensor w = weight.contiguous();
  const int64_t width = x.size(-1);
  TORCH_CHECK(w.dim() == 1 && w.size(0) == width && w.scalar_type() == x.scalar_type() && w.device().is_cpu(),
              "the weight must be a vector of the input's width and type");
  at::Tensor output = at::empty_like(x);
  with_type(x, [&](auto *null) {
    using T = std::remove_pointer_t<decltype(null)>;
    const T *from = x.const_data_ptr<T>();
    const T *scale = w.const_data_ptr<T>();
    T *to = output.mutable_data_ptr<T>();
    at::parallel_for(0, x.numel() / width, std::max<int64_t>(1, grain / width), [&](int64_t first, int64_t last) {
      norm(from, scale, to, first, last, width, static_cast<float>(epsilon), static_cast<float>(offset));
    });
  });
  return output;
}

at::Tensor gated_activation(const at::Tensor &joined, std::string_view activation) {
  check_kind(joined);
  const bool tanh = activation == "gelu_tanh";
  TORCH_CHECK(tanh || activation == "silu", "there is no gate with the activation ", activation);
  TORCH_CHECK(joined.size(-1) % 2 == 0, "gate and rest must be as wide as each other");
  const at::Tensor x = joined.contiguous();
  const int64_t width = x.size(-1) / 2;
  const int64_t rows = x.numel() / (2 * width);
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = width;
  at::Tensor output = at::empty(shape, x.options());
  with_type(x, [&](auto *null) {
    using T = std::remove_pointer_t<decltype(null)>;
    const T *from = x.const_data_ptr<T>();
    T *to = output.mutable_data_ptr<T>();
    at::parallel_for(0, rows, std::max<int64_t>(1, grain / 8 / width), [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        gate(from + row * 2 * width, from + row * 2 * width + width, to + row * width, width, tanh);
      }
    });
  });
  return output;
}

}  // namespace ctorch::kernels

TORCH_LIBRARY(efficientllm, library) {
  library.def("rms_norm(Tensor input, Tensor weight, float epsilon, float offset) -> Tensor");
  library.def("gated_activation(Tensor joined, str activation) -> Tensor");
  library.def(
      "cached_attention(Tensor(a!) joined, int heads, int groups, Tensor cosines, Tensor sines, bool neighbours, "
      "Tensor? query_norm, Tensor? key_norm, float epsilon, float offset, Tensor[] caches, int[] counts, "
      "int[] first_rows, int[] seen_rows, int? window, float scale) -> Tensor");
}

TORCH_LIBRARY_IMPL(efficientllm, CPU, library) {
  library.impl("rms_norm", ctorch::kernels::rms_norm);
  library.impl("gated_activation", ctorch::kernels::gated_activation);
  library.impl("cached_attention", ctorch::kernels::cached_attention);
}
