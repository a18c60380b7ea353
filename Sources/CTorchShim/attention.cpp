// Attention over caches. N tokens of all sequences, S positions seen, H heads, G key-value heads, D features of a head.
//
// Scores never exist as a whole: a block of positions is scored, its softmax is taken on the way, and earlier sums are
// scaled down when a larger score appears (FlashAttention, arXiv 2205.14135). Few rows of queries, as in decoding, go
// over keys and values as they lie, and long caches are shared out between threads (arXiv 2311.01282); many rows are
// taken 64 at a time by small matrix products.
#include "kernels.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <cmath>
#include <limits>

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

/// Items that share rows of queries.
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
