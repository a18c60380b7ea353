// Attention over caches: what tokens go through before they meet, and how the work is shared out between threads.
// N tokens of all sequences, S positions seen, H heads, G key-value heads, D features of a head.
#include "kernels.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <memory>

#include "attention_rows.h"

namespace ctorch::kernels {
namespace {

template <typename T>
CTORCH_INLINE void turn(T *head, const float *cosines, const float *sines, int64_t half, bool neighbours) {
  for (int64_t i = 0; i < half; ++i) {
    T &a = neighbours ? head[2 * i] : head[i];
    T &b = neighbours ? head[2 * i + 1] : head[i + half];
    const float x = static_cast<float>(a), y = static_cast<float>(b);
    a = static_cast<T>(x * cosines[i] - y * sines[i]);
    b = static_cast<T>(y * cosines[i] + x * sines[i]);
  }
}

template <typename T>
CTORCH_INLINE void turn_halves(T *head, const float *cosines, const float *sines, int64_t half) {
  for (int64_t i = 0; i < half; i += lanes) {
    const int64_t count = half - i;
    const Floats x = load(head + i, count), y = load(head + half + i, count);
    const Floats cosine = load(cosines + i, count), sine = load(sines + i, count);
    store(head + i, x * cosine - y * sine, count);
    store(head + half + i, y * cosine + x * sine, count);
  }
}

template <typename T>
CTORCH_INLINE void normalise(T *head, const T *weight, int64_t width, float epsilon, float offset) {
  Floats squares = {};
  for (int64_t i = 0; i < width; i += lanes) {
    const Floats values = load(head + i, width - i);
    squares += values * values;
  }
  const float factor = 1 / std::sqrt(sum(squares) / static_cast<float>(width) + epsilon);
  for (int64_t i = 0; i < width; i += lanes) {
    store(head + i, load(head + i, width - i) * factor * (load(weight + i, width - i) + offset), width - i);
  }
}

/// What a token's queries and keys go through before they meet.
template <typename T>
struct Preparation {
  const float *cosines, *sines;  ///< [N, half]
  int64_t half;
  bool neighbours;
  const T *query_norm, *key_norm;
  float epsilon, offset;
};

template <typename T>
CTORCH_INLINE void prepare_token(const Shape &shape, const Preparation<T> &how, T *joined, int64_t token, T *cached) {
  for (int64_t head = 0; head < shape.heads + shape.groups; ++head) {
    T *features = joined + head * shape.width;
    const T *norm = head < shape.heads ? how.query_norm : how.key_norm;
    if (norm != nullptr) normalise(features, norm, shape.width, how.epsilon, how.offset);
    const float *cosines = how.cosines + token * how.half, *sines = how.sines + token * how.half;
    if (how.neighbours) {
      turn(features, cosines, sines, how.half, true);
    } else {
      turn_halves(features, cosines, sines, how.half);
    }
  }
  // Keys and values lie beside each other in both.
  std::memcpy(cached, joined + shape.heads * shape.width, static_cast<size_t>(shape.cache_width()) * sizeof(T));
}

CTORCH_CLONED void prepare(const Shape &shape, const Preparation<float> &how, float *joined, int64_t token,
                           float *cached) {
  prepare_token(shape, how, joined, token, cached);
}

CTORCH_CLONED void prepare(const Shape &shape, const Preparation<c10::BFloat16> &how, c10::BFloat16 *joined,
                           int64_t token, c10::BFloat16 *cached) {
  prepare_token(shape, how, joined, token, cached);
}

CTORCH_CLONED void attend(const Shape &shape, const Item &item, const Sequence<float> &sequence, Scratch &scratch,
                          float *partials) {
  attend_item(shape, item, sequence, scratch, partials);
}

CTORCH_CLONED void attend(const Shape &shape, const Item &item, const Sequence<c10::BFloat16> &sequence,
                          Scratch &scratch, float *partials) {
  attend_item(shape, item, sequence, scratch, partials);
}

/// Puts the pieces of one row of queries together: item after item, `pieces` of them, `rows` apart.
template <typename T>
void combine(const float *partials, int64_t pieces, int64_t rows, const Shape &shape, T *output) {
  const int64_t padded = shape.padded, size = padded + 2;
  float highest = lowest, total = 0;
  for (int64_t piece = 0; piece < pieces; ++piece) {
    highest = std::max(highest, partials[piece * rows * size + padded]);
  }
  std::vector<float> sums(static_cast<size_t>(shape.width), 0.0f);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    const float *from = partials + piece * rows * size;
    const float factor = std::exp(from[padded] - highest);
    total += from[padded + 1] * factor;
    for (int64_t d = 0; d < shape.width; ++d) sums[static_cast<size_t>(d)] += from[d] * factor;
  }
  for (int64_t d = 0; d < shape.width; ++d) output[d] = static_cast<T>(sums[static_cast<size_t>(d)] / total);
}

/// Items that share rows of queries: a long cache is shared out between threads and put together again, as in
/// Flash-Decoding (described in arXiv 2311.01282).
struct Split {
  int64_t sequence, group, row, rows, partial, pieces;
};

template <typename T>
void run(const Shape &shape, const Preparation<T> &how, T *joined, std::vector<Sequence<T>> &sequences) {
  // Tokens are independent until they meet in a cache.
  std::vector<std::pair<int64_t, int64_t>> tokens;
  int64_t work = 0;
  for (size_t i = 0; i < sequences.size(); ++i) {
    for (int64_t t = 0; t < sequences[i].tokens; ++t) tokens.emplace_back(i, t);
  }
  at::parallel_for(0, static_cast<int64_t>(tokens.size()), std::max<int64_t>(1, 16384 / shape.joined_width()),
                   [&](int64_t first, int64_t last) {
                     for (int64_t n = first; n < last; ++n) {
                       const auto &[index, t] = tokens[static_cast<size_t>(n)];
                       Sequence<T> &sequence = sequences[static_cast<size_t>(index)];
                       prepare(shape, how, joined + n * shape.joined_width(), n,
                               sequence.cache + (sequence.first_row + t) * shape.cache_width());
                     }
                   });

  const int64_t threads = at::get_num_threads();
  std::vector<Item> items;
  std::vector<Split> splits;
  int64_t partials = 0;
  int64_t decoding = 0;
  for (const auto &sequence : sequences) decoding += sequence.tokens * shape.heads_per_group <= few_rows ? 1 : 0;
  for (size_t i = 0; i < sequences.size(); ++i) {
    const Sequence<T> &sequence = sequences[i];
    const int64_t rows = sequence.tokens * shape.heads_per_group;
    const bool few = sequence.tokens == 1 || rows <= few_rows;
    const int64_t step = few ? few_rows : std::max<int64_t>(1, block / shape.heads_per_group) * shape.heads_per_group;
    // More query heads a group than a block has rows: blocks then begin within a token.
    const int64_t taken = std::min(step, few ? few_rows : block);
    for (int64_t group = 0; group < shape.groups; ++group) {
      for (int64_t row = 0; row < rows; row += taken) {
        Item item = {static_cast<int64_t>(i), group, row, std::min(taken, rows - row), 0, 0, -1};
        item.first = sequence.sees_from(row / shape.heads_per_group, shape.window);
        item.last = sequence.sees_to((row + item.rows - 1) / shape.heads_per_group);
        const int64_t seen = item.last - item.first;
        work += item.rows * seen;
        const int64_t wanted = few && decoding * shape.groups < 4 * threads ? 4 * threads : 1;
        const int64_t pieces =
            std::clamp<int64_t>(wanted / std::max<int64_t>(1, decoding * shape.groups), 1, seen / 256 + 1);
        if (pieces == 1) {
          items.push_back(item);
          continue;
        }
        splits.push_back({item.sequence, group, row, item.rows, partials, pieces});
        const int64_t each = (seen + pieces - 1) / pieces;
        for (int64_t piece = 0; piece < pieces; ++piece) {
          Item part = item;
          part.first = item.first + piece * each;
          part.last = std::min(item.last, part.first + each);
          part.partial = partials;
          partials += item.rows;
          items.push_back(part);
        }
      }
    }
  }
  // The longest first: what is left for the end is short.
  std::stable_sort(items.begin(), items.end(), [](const Item &a, const Item &b) {
    return a.rows * (a.last - a.first) > b.rows * (b.last - b.first);
  });
  std::vector<float> unfinished(static_cast<size_t>(partials * (shape.padded + 2)));
  std::atomic<size_t> next{0};
  auto take = [&] {
    thread_local std::unique_ptr<Scratch> scratch;
    if (!scratch || static_cast<int64_t>(scratch->sums.size()) != block * shape.padded) {
      scratch = std::make_unique<Scratch>(shape.padded);
    }
    for (size_t index = next++; index < items.size(); index = next++) {
      const Item &item = items[index];
      attend(shape, item, sequences[static_cast<size_t>(item.sequence)], *scratch, unfinished.data());
    }
  };
  if (work * shape.width < 1 << 16 || items.size() == 1 || threads == 1) {
    take();
  } else {
    at::parallel_for(0, std::min<int64_t>(threads, static_cast<int64_t>(items.size())), 1,
                     [&](int64_t, int64_t) { take(); });
  }
  for (const Split &split : splits) {
    const Sequence<T> &sequence = sequences[static_cast<size_t>(split.sequence)];
    for (int64_t r = 0; r < split.rows; ++r) {
      const int64_t row = split.row + r, token = row / shape.heads_per_group;
      T *output = sequence.output + token * shape.heads * shape.width +
                  (split.group * shape.heads_per_group + row % shape.heads_per_group) * shape.width;
      combine(unfinished.data() + (split.partial + r) * (shape.padded + 2), split.pieces, split.rows, shape, output);
    }
  }
}

}  // namespace

at::Tensor cached_attention(at::Tensor &joined, int64_t heads, int64_t groups, const at::Tensor &cosines,
                            const at::Tensor &sines, bool neighbours, const std::optional<at::Tensor> &query_norm,
                            const std::optional<at::Tensor> &key_norm, double epsilon, double offset,
                            at::TensorList caches, at::IntArrayRef counts, at::IntArrayRef first_rows,
                            at::IntArrayRef seen_rows, std::optional<int64_t> window, double scale) {
  TORCH_CHECK(heads > 0 && groups > 0 && heads % groups == 0, groups, " key-value heads for ", heads, " heads");
  TORCH_CHECK(joined.dim() == 2 && joined.is_contiguous() && joined.size(1) % (heads + 2 * groups) == 0,
              "queries, keys and values must lie beside each other");
  const at::ScalarType type = joined.scalar_type();
  TORCH_CHECK(joined.device().is_cpu() && (type == at::kFloat || type == at::kBFloat16),
              "this operator is for fp32 and bf16 on the CPU");
  const int64_t tokens = joined.size(0), width = joined.size(1) / (heads + 2 * groups);
  const int64_t half = cosines.dim() >= 1 ? cosines.size(-1) : 0;
  TORCH_CHECK(half >= 1 && 2 * half <= width && cosines.numel() == tokens * half && cosines.sizes() == sines.sizes() &&
                  cosines.scalar_type() == at::kFloat && sines.scalar_type() == at::kFloat &&
                  cosines.is_contiguous() && sines.is_contiguous() && cosines.device().is_cpu() &&
                  sines.device().is_cpu(),
              "cosines and sines must be fp32, for each token at most half of a head's features");
  for (const auto *norm : {&query_norm, &key_norm}) {
    TORCH_CHECK(!norm->has_value() || ((*norm)->dim() == 1 && (*norm)->size(0) == width &&
                                       (*norm)->scalar_type() == type && (*norm)->is_contiguous()),
                "a norm's weight must be a vector of a head's width");
  }
  TORCH_CHECK(caches.size() == counts.size() && caches.size() == first_rows.size() && caches.size() == seen_rows.size(),
              "every sequence needs a cache, a count and its rows");
  TORCH_CHECK(!window.has_value() || *window >= 1, "a window of ", *window, " positions");
  const Shape shape = {heads,         groups, width, (width + lanes - 1) / lanes * lanes, heads / groups,
                       window.value_or(0), static_cast<float>(scale)};
  at::Tensor output = at::empty({tokens, heads * width}, joined.options());
  const auto go = [&](auto *null) {
    using T = std::remove_pointer_t<decltype(null)>;
    T *data = joined.mutable_data_ptr<T>();
    T *to = output.mutable_data_ptr<T>();
    std::vector<Sequence<T>> sequences;
    int64_t token = 0;
    for (size_t i = 0; i < caches.size(); ++i) {
      const at::Tensor &cache = caches[i];
      TORCH_CHECK(cache.dim() == 2 && cache.size(1) == shape.cache_width() && cache.is_contiguous() &&
                      cache.scalar_type() == type && cache.device().is_cpu(),
                  "cache ", i, " must hold rows of ", shape.cache_width(), " features");
      TORCH_CHECK(counts[i] >= 1 && counts[i] <= tokens - token, "the counts must add up to ", tokens, " tokens");
      TORCH_CHECK(seen_rows[i] >= 0 && seen_rows[i] <= first_rows[i] && first_rows[i] <= cache.size(0) - counts[i],
                  "cache ", i, " has no room for ", counts[i], " rows from ", first_rows[i], " on");
      sequences.push_back({cache.mutable_data_ptr<T>(), data + token * shape.joined_width(),
                           to + token * heads * width, counts[i], first_rows[i], seen_rows[i]});
      token += counts[i];
    }
    TORCH_CHECK(token == tokens, "the counts must add up to ", tokens, " tokens, not ", token);
    const Preparation<T> how = {cosines.const_data_ptr<float>(),
                                sines.const_data_ptr<float>(),
                                half,
                                neighbours,
                                query_norm.has_value() ? query_norm->const_data_ptr<T>() : nullptr,
                                key_norm.has_value() ? key_norm->const_data_ptr<T>() : nullptr,
                                static_cast<float>(epsilon),
                                static_cast<float>(offset)};
    run(shape, how, data, sequences);
  };
  if (type == at::kFloat) {
    go(static_cast<float *>(nullptr));
  } else {
    go(static_cast<c10::BFloat16 *>(nullptr));
  }
  return output;
}

}  // namespace ctorch::kernels
