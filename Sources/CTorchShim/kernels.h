// Operators of our own, in the namespace efficientllm: what one token goes through between two matrix products, each as
// one pass. For the CPU, fp32 and bf16, without a backward pass. Their references are the same functions in Swift.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace ctorch::kernels {

/// `x / sqrt(mean(x^2) + epsilon) * (weight + offset)` over the last dimension, [..., C] -> [..., C].
at::Tensor rms_norm(const at::Tensor &input, const at::Tensor &weight, double epsilon, double offset);

/// The gate's activation times the rest, [..., 2 F] -> [..., F]: the first F features are the gate's. `activation` is
/// "silu" or "gelu_tanh".
at::Tensor gated_activation(const at::Tensor &joined, std::string_view activation);

/// Attention of new tokens of several sequences, each over its own cache.
///
/// `joined` [N, (H + 2 G) D] holds queries, keys and values of N tokens, sequence after sequence, `counts` tokens each.
/// Queries and keys are normalised where norms are given, and their first 2 x cosines.size(1) features turned; `joined`
/// is overwritten with them. Keys and values go into the caches [capacity, 2 G D] from `first_rows` on; each token sees
/// its cache's rows from `seen_rows` to its own, the latest `window` of them. Returns [N, H D].
at::Tensor cached_attention(at::Tensor &joined, int64_t heads, int64_t groups, const at::Tensor &cosines,
                            const at::Tensor &sines, bool neighbours, const std::optional<at::Tensor> &query_norm,
                            const std::optional<at::Tensor> &key_norm, double epsilon, double offset,
                            at::TensorList caches, at::IntArrayRef counts, at::IntArrayRef first_rows,
                            at::IntArrayRef seen_rows, std::optional<int64_t> window, double scale);

}  // namespace ctorch::kernels
