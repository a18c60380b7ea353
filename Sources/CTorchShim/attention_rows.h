// What one thread does for attention over caches: some rows of queries against the positions they see.
//
// Scores never exist as a whole: a block of positions is scored, its softmax is taken on the way, and earlier sums are
// scaled down when a larger score appears (FlashAttention, arXiv 2205.14135). Few rows of queries, as in decoding, go
// over keys and values as they lie; many rows are taken 64 at a time by small matrix products.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "vectors.h"

namespace ctorch::kernels {
namespace {

using namespace vectors;

/// Positions of a block, and rows of queries taken together by the products.
constexpr int64_t block = 64;
/// The most rows that go over keys and values as they lie.
constexpr int64_t few_rows = 8;
/// Stands for "no score yet": finite, so that the difference of two of them is a number.
constexpr float lowest = -1e30f;
/// The score of a position that is not seen.
constexpr float hidden = -std::numeric_limits<float>::infinity();

/// Rows of queries that share a key-value head, and the positions they see. Row r is token r / heads_per_group.
struct Item {
  int64_t sequence;
  int64_t group;
  int64_t row;    ///< the first one
  int64_t rows;
  int64_t first;  ///< positions, as rows of the cache
  int64_t last;
  int64_t partial;  ///< where its unfinished sums go; -1: it is the only one of its rows
};

/// One call's sizes.
struct Shape {
  int64_t heads, groups, width, padded, heads_per_group, window;
  float scale;
  int64_t joined_width() const { return (heads + 2 * groups) * width; }
  int64_t cache_width() const { return 2 * groups * width; }
};

/// One sequence of a call.
template <typename T>
struct Sequence {
  T *cache;
  const T *joined;  ///< its first token's
  T *output;
  int64_t tokens, first_row, seen_row;

  /// The cache's rows that token t sees.
  int64_t sees_from(int64_t t, int64_t window) const {
    return window > 0 ? std::max(seen_row, first_row + t - window + 1) : seen_row;
  }
  int64_t sees_to(int64_t t) const { return first_row + t + 1; }
};

/// A thread's working memory.
struct Scratch {
  std::vector<float> queries, keys, values, scores, sums;
  alignas(64) float highest[block], totals[block];
  /// The positions each row sees, counted from the item's first.
  alignas(64) float from[block], to[block];

  explicit Scratch(int64_t padded)
      : queries(block * padded), keys(block * padded), values(block * padded), scores(block * block),
        sums(block * padded) {}
};

/// Asks for a head's features ahead of their use: rows of a cache lie too far apart for the processor to guess.
template <typename T>
CTORCH_INLINE void fetch(const T *features, int64_t width) {
  for (int64_t d = 0; d < width; d += 64 / static_cast<int64_t>(sizeof(T))) __builtin_prefetch(features + d);
}

/// Scores of R rows of queries against `count` positions, of `left` that follow each other.
template <int64_t R, typename T>
CTORCH_INLINE void score(const Shape &shape, const T *keys, const T *values, int64_t stride, int64_t count,
                         int64_t left, Scratch &scratch) {
  constexpr int64_t ahead = 24;
  const float *queries = scratch.queries.data();
  float *scores = scratch.scores.data();  // [R, block]
  const int64_t padded = shape.padded;
  for (int64_t s = 0; s < count; ++s) {
    const T *key = keys + s * stride;
    if (s + ahead < left) fetch(key + ahead * stride, shape.width);
    fetch(values + s * stride, shape.width);
    Floats products[R] = {};
    for (int64_t d = 0; d < shape.width; d += lanes) {
      const Floats features = load(key + d, shape.width - d);
      CTORCH_UNROLL
      for (int64_t r = 0; r < R; ++r) products[r] += features * load(queries + r * padded + d);
    }
    CTORCH_UNROLL
    for (int64_t r = 0; r < R; ++r) scores[r * block + s] = sum(products[r]);
  }
  CTORCH_UNROLL
  for (int64_t r = 0; r < R; ++r) {
    for (int64_t s = count; s < block; ++s) scores[r * block + s] = hidden;
  }
}

/// The softmax of R rows of scores on the way: exponentials in their place, sums scaled down for a new highest score.
CTORCH_INLINE void soften_rows(int64_t rows, int64_t padded, Scratch &scratch) {
  for (int64_t r = 0; r < rows; ++r) {
    float *scores = scratch.scores.data() + r * block;
    Floats high = splat(scratch.highest[r]);
    for (int64_t s = 0; s < block; s += lanes) high = maximum(high, load(scores + s));
    const float highest = maximum(high);
    Floats total = {};
    for (int64_t s = 0; s < block; s += lanes) {
      const Floats weights = exponential(load(scores + s) - highest);
      store(scores + s, weights);
      total += weights;
    }
    const float shrink = std::exp(scratch.highest[r] - highest);
    scratch.totals[r] = scratch.totals[r] * shrink + sum(total);
    scratch.highest[r] = highest;
    float *sums = scratch.sums.data() + r * padded;
    for (int64_t d = 0; d < padded; d += lanes) store(sums + d, load(sums + d) * shrink);
  }
}

template <int64_t R, typename T>
CTORCH_INLINE void weigh_values(const Shape &shape, const T *values, int64_t stride, int64_t count, Scratch &scratch) {
  const float *weights = scratch.scores.data();
  for (int64_t d = 0; d < shape.width; d += lanes) {
    const int64_t left = shape.width - d;
    Floats sums[R];
    CTORCH_UNROLL
    for (int64_t r = 0; r < R; ++r) sums[r] = load(scratch.sums.data() + r * shape.padded + d);
    for (int64_t s = 0; s < count; ++s) {
      const Floats features = load(values + s * stride + d, left);
      CTORCH_UNROLL
      for (int64_t r = 0; r < R; ++r) sums[r] += features * weights[r * block + s];
    }
    CTORCH_UNROLL
    for (int64_t r = 0; r < R; ++r) store(scratch.sums.data() + r * shape.padded + d, sums[r]);
  }
}

template <int64_t R, typename T>
CTORCH_INLINE void attend_few(const Shape &shape, const Item &item, const T *keys, const T *values, bool masked,
                              Scratch &scratch) {
  const int64_t stride = shape.cache_width();
  for (int64_t start = item.first; start < item.last; start += block) {
    const int64_t count = std::min(block, item.last - start);
    score<R>(shape, keys + start * stride, values + start * stride, stride, count, item.last - start, scratch);
    if (masked) {
      for (int64_t r = 0; r < R; ++r) {
        for (int64_t s = 0; s < count; ++s) {
          const float position = static_cast<float>(start - item.first + s);
          if (position < scratch.from[r] || position >= scratch.to[r]) scratch.scores[r * block + s] = hidden;
        }
      }
    }
    soften_rows(R, shape.padded, scratch);
    weigh_values<R>(shape, values + start * stride, stride, count, scratch);
  }
}

/// `count` rows of a cache as floats [block, padded].
template <typename T>
CTORCH_INLINE void widen(const T *rows, int64_t stride, int64_t count, int64_t width, int64_t padded, float *to) {
  for (int64_t s = 0; s < count; ++s) {
    for (int64_t d = 0; d < width; d += lanes) store(to + s * padded + d, load(rows + s * stride + d, width - d));
  }
  std::memset(to + count * padded, 0, static_cast<size_t>((block - count) * padded) * sizeof(float));
}

/// V vectors of four rows: C[4, 16 V] += A[4, K] B[K, 16 V], with A's elements `row` and `step` apart.
template <int64_t V>
CTORCH_INLINE void multiply_four(const float *a, int64_t row, int64_t step, const float *b, int64_t b_stride, float *c,
                                 int64_t c_stride, int64_t depth) {
  Floats sums[4][V];
  CTORCH_UNROLL
  for (int64_t r = 0; r < 4; ++r) {
    CTORCH_UNROLL
    for (int64_t v = 0; v < V; ++v) sums[r][v] = load(c + r * c_stride + v * lanes);
  }
  for (int64_t k = 0; k < depth; ++k) {
    Floats columns[V];
    CTORCH_UNROLL
    for (int64_t v = 0; v < V; ++v) columns[v] = load(b + k * b_stride + v * lanes);
    CTORCH_UNROLL
    for (int64_t r = 0; r < 4; ++r) {
      const float factor = a[r * row + k * step];
      CTORCH_UNROLL
      for (int64_t v = 0; v < V; ++v) sums[r][v] += columns[v] * factor;
    }
  }
  CTORCH_UNROLL
  for (int64_t r = 0; r < 4; ++r) {
    CTORCH_UNROLL
    for (int64_t v = 0; v < V; ++v) store(c + r * c_stride + v * lanes, sums[r][v]);
  }
}

/// 64 rows of queries over a block of positions at a time. Scores are kept with a position a row, so that the softmax
/// goes over 16 queries at once.
template <typename T>
CTORCH_INLINE void attend_many(const Shape &shape, const Item &item, const T *keys, const T *values,
                               Scratch &scratch) {
  const int64_t stride = shape.cache_width(), padded = shape.padded;
  // [padded, block]: queries turned on their side.
  std::vector<float> &turned = scratch.queries;
  float *scores = scratch.scores.data();  // [block of positions, block of queries]
  for (int64_t start = item.first; start < item.last; start += block) {
    const int64_t count = std::min(block, item.last - start);
    widen(keys + start * stride, stride, count, shape.width, padded, scratch.keys.data());
    widen(values + start * stride, stride, count, shape.width, padded, scratch.values.data());
    std::memset(scores, 0, sizeof(float) * block * block);
    for (int64_t s = 0; s < block; s += 4) {
      multiply_four<block / lanes>(scratch.keys.data() + s * padded, padded, 1, turned.data(), block,
                                   scores + s * block, block, shape.width);
    }
    const float begin = static_cast<float>(start - item.first);
    Floats latest = splat(0), earliest = splat(begin + block);
    for (int64_t r = 0; r < block; r += lanes) {
      latest = maximum(latest, load(scratch.from + r));
      earliest = minimum(earliest, load(scratch.to + r));
    }
    if (maximum(latest) > begin || -maximum(-earliest) < begin + block) {
      for (int64_t r = 0; r < block; r += lanes) {
        const Floats from = load(scratch.from + r), to = load(scratch.to + r);
        for (int64_t s = 0; s < block; ++s) {
          const Floats position = splat(begin + static_cast<float>(s));
          float *at = scores + s * block + r;
          store(at, (position < from) | (position >= to) ? splat(hidden) : load(at));
        }
      }
    }
    alignas(64) float shrink[block];
    for (int64_t r = 0; r < block; r += lanes) {
      const Floats before = load(scratch.highest + r);
      Floats highest = before;
      for (int64_t s = 0; s < block; ++s) highest = maximum(highest, load(scores + s * block + r));
      Floats total = {};
      for (int64_t s = 0; s < block; ++s) {
        const Floats weights = exponential(load(scores + s * block + r) - highest);
        store(scores + s * block + r, weights);
        total += weights;
      }
      const Floats less = exponential(before - highest);
      store(shrink + r, less);
      store(scratch.highest + r, highest);
      store(scratch.totals + r, load(scratch.totals + r) * less + total);
    }
    for (int64_t r = 0; r < item.rows; ++r) {
      float *sums = scratch.sums.data() + r * padded;
      for (int64_t d = 0; d < padded; d += lanes) store(sums + d, load(sums + d) * shrink[r]);
    }
    for (int64_t r = 0; r < item.rows; r += 4) {
      float *sums = scratch.sums.data() + r * padded;
      int64_t d = 0;
      for (; d + 4 * lanes <= padded; d += 4 * lanes) {
        multiply_four<4>(scores + r, 1, block, scratch.values.data() + d, padded, sums + d, padded, block);
      }
      for (; d < padded; d += lanes) {
        multiply_four<1>(scores + r, 1, block, scratch.values.data() + d, padded, sums + d, padded, block);
      }
    }
  }
}

template <typename T>
CTORCH_INLINE void attend_item(const Shape &shape, const Item &item, const Sequence<T> &sequence, Scratch &scratch,
                               float *partials) {
  const int64_t padded = shape.padded, width = shape.width;
  const bool few = item.rows <= few_rows;
  std::memset(scratch.sums.data(), 0, sizeof(float) * static_cast<size_t>(block * padded));
  std::memset(scratch.queries.data(), 0, sizeof(float) * static_cast<size_t>(block * padded));
  bool masked = false;
  for (int64_t r = 0; r < block; ++r) {
    scratch.highest[r] = lowest;
    scratch.totals[r] = 0;
    const int64_t row = item.row + std::min(r, item.rows - 1);
    const int64_t token = row / shape.heads_per_group;
    scratch.from[r] = static_cast<float>(sequence.sees_from(token, shape.window) - item.first);
    scratch.to[r] = static_cast<float>(sequence.sees_to(token) - item.first);
    if (r >= item.rows) continue;
    masked = masked || scratch.from[r] > 0 || scratch.to[r] < static_cast<float>(item.last - item.first);
    const T *query = sequence.joined + token * shape.joined_width() +
                     (item.group * shape.heads_per_group + row % shape.heads_per_group) * width;
    for (int64_t d = 0; d < width; ++d) {
      const float feature = static_cast<float>(query[d]) * shape.scale;
      scratch.queries[few ? r * padded + d : d * block + r] = feature;
    }
  }
  const T *keys = sequence.cache + item.group * width;
  const T *values = keys + shape.groups * width;
  switch (few ? item.rows : 0) {
    case 1: attend_few<1>(shape, item, keys, values, masked, scratch); break;
    case 2: attend_few<2>(shape, item, keys, values, masked, scratch); break;
    case 3: attend_few<3>(shape, item, keys, values, masked, scratch); break;
    case 4: attend_few<4>(shape, item, keys, values, masked, scratch); break;
    case 5: attend_few<5>(shape, item, keys, values, masked, scratch); break;
    case 6: attend_few<6>(shape, item, keys, values, masked, scratch); break;
    case 7: attend_few<7>(shape, item, keys, values, masked, scratch); break;
    case 8: attend_few<8>(shape, item, keys, values, masked, scratch); break;
    default: attend_many(shape, item, keys, values, scratch); break;
  }
  for (int64_t r = 0; r < item.rows; ++r) {
    const float *sums = scratch.sums.data() + r * padded;
    if (item.partial >= 0) {
      float *to = partials + (item.partial + r) * (padded + 2);
      std::memcpy(to, sums, sizeof(float) * static_cast<size_t>(padded));
      to[padded] = scratch.highest[r];
      to[padded + 1] = scratch.totals[r];
      continue;
    }
    const int64_t row = item.row + r, token = row / shape.heads_per_group;
    T *output = sequence.output + token * shape.heads * width +
                (item.group * shape.heads_per_group + row % shape.heads_per_group) * width;
    const float factor = 1 / scratch.totals[r];
    for (int64_t d = 0; d < width; d += lanes) store(output + d, load(sums + d) * factor, width - d);
  }
}

}  // namespace
}  // namespace ctorch::kernels
