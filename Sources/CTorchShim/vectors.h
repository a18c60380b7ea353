// Sixteen floats at a time, in the compiler's own vectors: one source for every processor.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <cstring>

// Compiled for several instruction sets; the loader picks the one of the machine.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define CTORCH_CLONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CTORCH_CLONED
#endif
// What a cloned function calls must become part of it.
#define CTORCH_INLINE static inline __attribute__((always_inline))

// Loops over a vector's parts must vanish, so that sums stay in registers.
#define CTORCH_UNROLL _Pragma("GCC unroll 16")

namespace ctorch::vectors {

constexpr int64_t lanes = 16;
/// A cast from one to the other keeps the bits.
using Floats = float __attribute__((vector_size(64)));
using Words = uint32_t __attribute__((vector_size(64)));
using Halves = uint16_t __attribute__((vector_size(32)));

CTORCH_INLINE Floats splat(float value) { return value - Floats{}; }

CTORCH_INLINE Floats load(const float *from) {
  Floats values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

CTORCH_INLINE Floats load(const c10::BFloat16 *from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return (Floats)(__builtin_convertvector(halves, Words) << 16);
}

CTORCH_INLINE void store(float *to, Floats values) { std::memcpy(to, &values, sizeof values); }

CTORCH_INLINE void store(c10::BFloat16 *to, Floats values) {
  Words words = (Words)values;
  // To nearest, ties to even; not a number stays one.
  const Words rounded = (words + 0x7fff + ((words >> 16) & 1)) >> 16;
  const auto ordered = values == values;
  words = ordered ? rounded : Words{} + 0x7fc0;
  const Halves halves = __builtin_convertvector(words, Halves);
  std::memcpy(to, &halves, sizeof halves);
}

/// The first `count` of 16, zeros behind them.
template <typename T>
CTORCH_INLINE Floats load(const T *from, int64_t count) {
  if (count >= lanes) return load(from);
  T padded[lanes] = {};
  std::memcpy(padded, from, static_cast<size_t>(count) * sizeof(T));
  return load(padded);
}

template <typename T>
CTORCH_INLINE void store(T *to, Floats values, int64_t count) {
  if (count >= lanes) return store(to, values);
  T padded[lanes];
  store(padded, values);
  std::memcpy(to, padded, static_cast<size_t>(count) * sizeof(T));
}

CTORCH_INLINE float sum(Floats values) {
  using Half = float __attribute__((vector_size(32)));
  using Quarter = float __attribute__((vector_size(16)));
  Half halves[2];
  std::memcpy(halves, &values, sizeof values);
  const Half half = halves[0] + halves[1];
  Quarter quarters[2];
  std::memcpy(quarters, &half, sizeof half);
  const Quarter quarter = quarters[0] + quarters[1];
  return (quarter[0] + quarter[1]) + (quarter[2] + quarter[3]);
}

CTORCH_INLINE Floats maximum(Floats a, Floats b) { return a > b ? a : b; }
CTORCH_INLINE Floats minimum(Floats a, Floats b) { return a < b ? a : b; }

CTORCH_INLINE float maximum(Floats values) {
  float highest = values[0];
  for (int64_t i = 1; i < lanes; ++i) highest = values[i] > highest ? values[i] : highest;
  return highest;
}

/// e to the power of each, within 2 units in the last place; below -87 it is 0.
CTORCH_INLINE Floats exponential(Floats values) {
  using Integers = int32_t __attribute__((vector_size(64)));
  const Floats low = splat(-87.0f);
  const auto vanishes = values < low;
  // In this order, what is not a number stays one.
  const Floats x = minimum(splat(88.0f), maximum(low, values));
  // x = n ln 2 + r with |r| <= ln 2 / 2; the constant added and taken away rounds to a whole number.
  const Floats shifted = x * 1.44269504f + 12582912.0f;
  const Floats whole = shifted - 12582912.0f;
  Floats r = x - whole * 0.693145752f;
  r = r - whole * 1.42860677e-6f;
  Floats p = splat(1.98412698e-4f);
  p = p * r + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Integers bits = (__builtin_convertvector(whole, Integers) + 127) << 23;
  return vanishes ? Floats{} : p * (Floats)bits;
}

}  // namespace ctorch::vectors
