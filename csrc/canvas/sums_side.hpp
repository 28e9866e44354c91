// sums_side.hpp -- class sums of several rows side by side, a row a lane: a token costs the same whatever its class.
//
// How      a chunk's logits are turned over, so that those of one token lie side by side; then tokens of a class are
//          added up eight, four, two at a time or alone, as bundles list them (tables.hpp). Dead tokens cost nothing.
// Exact    a row's numbers are added up in the order of the bundles, whatever lies beside it: float32 for 32 chunks of a
//          class of many tokens, float64 of these. fused() rounds once, everywhere: each path gives the same bits.
// Error    of an exponential below 1.5 ulp beside that of y - reference rounded
#pragma once
#include <cstdint>

#include "canvas/bundles_view.hpp"  // defines: SideView, kChunk, kBundles
#include "support/bf16.hpp"     // defines: Bf16, to_float
#include "support/float32.hpp"  // defines: Lane, VMD_INLINE, bits_as, lanes, load_as, store_as
#include "support/float64.hpp"  // defines: f64x4, f64x8, f64x16

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vmd {

constexpr int64_t kFlush = 32;  // chunks whose sums are float32, for classes of many tokens
constexpr float kLowest = -87;  // beside the reference, where an exponential is 1e-38 and falls no further

/// One row a lane, or one alone. sums: `out` [C][lanes] takes the sums of exp(y - reference), NaN where a live y is NaN or +inf.
/// bests: the largest logits; false where a live one is NaN. `top`: the largest logit of each row, unless that is
/// NaN. `room`: [C][lanes].
template <class T>
using SidePass = bool (*)(const SideView&, const T* const* rows, float over, const float* reference, float* room,
                          double* out, float* top);

/// As many float64 as F has lanes.
template <class F>
struct DoublesOf {
  using type = double;
};
template <>
struct DoublesOf<f32x4> {
  using type = f64x4;
};
template <>
struct DoublesOf<f32x8> {
  using type = f64x8;
};
template <>
struct DoublesOf<f32x16> {
  using type = f64x16;
};

/// The larger; b where either is NaN.
template <class F>
VMD_INLINE F larger(const F& a, const F& b) {
#if defined(__AVX512F__)
  if constexpr (lanes<F> == 16) return _mm512_maskz_max_ps(0xffff, a, b);
#endif
#if defined(__AVX__)
  if constexpr (lanes<F> == 8) return _mm256_max_ps(a, b);
#endif
#if defined(__SSE2__)
  if constexpr (lanes<F> == 4) return _mm_max_ps(a, b);
#endif
  return a > b ? a : b;
}

/// a b + c, rounded once.
VMD_INLINE float fused(float a, float b, float c) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return __builtin_fmaf(a, b, c);
#else
  // By float64, in which the product is exact, and whose sum is made odd where it is not: rounding that once more is
  // as good as once (Boldo and Melquiond 2008).
  const double product = static_cast<double>(a) * static_cast<double>(b), sum = product + static_cast<double>(c);
  const double part = sum - product, rest = (product - (sum - part)) + (static_cast<double>(c) - part);
  uint64_t bits = bits_as<uint64_t>(sum);
  if ((rest > 0 || rest < 0) && (bits & 1) == 0) bits += (rest > 0) == (sum > 0) ? 1u : ~uint64_t{0};
  return static_cast<float>(bits_as<double>(bits));
#endif
}
template <class F>
VMD_INLINE F fused(const F& a, const F& b, const F& c) {
#if defined(__AVX512F__)
  if constexpr (lanes<F> == 16) return _mm512_fmadd_ps(a, b, c);
#endif
#if defined(__FMA__)
  if constexpr (lanes<F> == 8) return _mm256_fmadd_ps(a, b, c);
  if constexpr (lanes<F> == 4) return _mm_fmadd_ps(a, b, c);
#endif
  F out;
  for (int lane = 0; lane < lanes<F>; ++lane) out[lane] = fused(a[lane], b[lane], c[lane]);
  return out;
}

/// Vectors r[0] .. r[n - 1] of n lanes as rows of a square, turned over.
template <class F>
VMD_INLINE void turn_over(F* r) {
  constexpr int n = lanes<F>;
  F pairs[n], fours[n];
  for (int i = 0; i < n; i += 2) {
    if constexpr (n == 4) {
      pairs[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 4, 1, 5);
      pairs[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 6, 3, 7);
    } else if constexpr (n == 8) {
      pairs[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
      pairs[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    } else {
      pairs[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
      pairs[i + 1] =
          __builtin_shufflevector(r[i], r[i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    }
  }
  for (int i = 0; i < n; i += 4)
    for (int j = 0; j < 2; ++j) {
      const F &low = pairs[i + j], &high = pairs[i + j + 2];
      F &even = fours[i + 2 * j], &odd = fours[i + 2 * j + 1];
      if constexpr (n == 4) {
        even = __builtin_shufflevector(low, high, 0, 1, 4, 5);
        odd = __builtin_shufflevector(low, high, 2, 3, 6, 7);
      } else if constexpr (n == 8) {
        even = __builtin_shufflevector(low, high, 0, 1, 8, 9, 4, 5, 12, 13);
        odd = __builtin_shufflevector(low, high, 2, 3, 10, 11, 6, 7, 14, 15);
      } else {
        even = __builtin_shufflevector(low, high, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        odd = __builtin_shufflevector(low, high, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
      }
    }
  for (int j = 0; j < 4; ++j) {  // what is four lanes wide from here on changes places as a whole
    if constexpr (n == 4) {
      r[j] = fours[j];
    } else if constexpr (n == 8) {
      r[j] = __builtin_shufflevector(fours[j], fours[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
      r[j + 4] = __builtin_shufflevector(fours[j], fours[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    } else {
      F part[4];
      for (int k = 0; k < 4; k += 2) {
        const F &low = fours[j + 4 * k], &high = fours[j + 4 * k + 4];
        part[k] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
        part[k + 1] = __builtin_shufflevector(low, high, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
      }
      for (int k = 0; k < 2; ++k) {
        const F &low = part[k], &high = part[k + 2];
        r[j + 4 * k] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
        r[j + 4 * k + 8] =
            __builtin_shufflevector(low, high, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
      }
    }
  }
}

/// What is added up: exp(x over - reference); NaN of NaN and +inf.
template <class F>
struct SideSums {
  using Doubles = typename DoublesOf<F>::type;
  using U = typename Lane<F>::U;
  static constexpr float kNothing = 0;

  F over, reference, top;
  VMD_INLINE F of(const F& x) {
    top = larger(x, top);
    const F t = larger(F{} + kLowest, x * over - reference), log2_e = F{} + 1.44269504f;
    const F shifted = fused(t, log2_e, F{} + 12582912.0f), n = shifted - 12582912.0f;  // as exp32
    const F r = fused(t, log2_e, -n);
    F q = fused(F{} + 0.0013264727f, r, F{} + 0.009671513f);  // 2^r within 1e-7: minimax by Lawson's iteration
    q = fused(q, r, F{} + 0.055507336f);
    q = fused(q, r, F{} + 0.24022242f);
    q = fused(q, r, F{} + 0.693147f);
    q = fused(q, r, F{} + 1.0f);
    return q * bits_as<F>((bits_as<U>(shifted) << 23) + 0x3f800000u);  // times 2^n: a NaN stays one
  }
  template <class N>
  static VMD_INLINE N join(const N& a, const N& b) {
    return a + b;
  }
  VMD_INLINE bool good() const { return true; }
};

/// Of what the best is kept: x.
template <class F>
struct SideBests {
  using Doubles = typename DoublesOf<F>::type;
  using I = typename Lane<F>::I;
  static constexpr float kNothing = -__builtin_inff();

  F over, reference, top;
  I bad = {};
  VMD_INLINE F of(const F& x) {
    bad |= ~(x < __builtin_inff());
    return x;
  }
  template <class N>
  static VMD_INLINE N join(const N& a, const N& b) {
    return a > b ? a : b;
  }
  static VMD_INLINE F join(const F& a, const F& b) { return larger(a, b); }
  VMD_INLINE bool good() const {
    int32_t any = 0;
    for (int lane = 0; lane < lanes<F>; ++lane) any |= bad[lane];
    return any == 0;
  }
};

/// A pass over as many rows as F has lanes.
template <class F, class Of>
struct SideBySide {
  using U = typename Lane<F>::U;
  using Doubles = typename DoublesOf<F>::type;
  static constexpr int kRows = lanes<F>;

  /// Tokens of type T that are as long as a vector; what is turned over are pairs of tokens where T is half a float.
  template <class T>
  static constexpr int kTokens = kRows * static_cast<int>(sizeof(float) / sizeof(T));

  static VMD_INLINE void spread(const F& of_token, int i, float*, float* out) { store_as(out + i * kRows, of_token); }
  static VMD_INLINE void spread(const F& of_pair, int i, Bf16*, float* out) {
    store_as(out + 2 * i * kRows, bits_as<U>(of_pair) << 16);
    store_as(out + (2 * i + 1) * kRows, bits_as<U>(of_pair) & 0xffff0000u);
  }

  /// Tokens `begin` and so on of every row as [token][row].
  template <class T>
  static VMD_INLINE void turn(const T* const* rows, int64_t begin, int64_t n, float* out) {
    F square[kRows];
    int64_t i = 0;
    for (; i + kTokens<T> <= n; i += kTokens<T>) {
      for (int r = 0; r < kRows; ++r) square[r] = load_as<F>(rows[r] + begin + i);
      turn_over(square);
      for (int j = 0; j < kRows; ++j) spread(square[j], j, static_cast<T*>(nullptr), out + i * kRows);
    }
    for (; i < n; ++i)
      for (int r = 0; r < kRows; ++r) out[i * kRows + r] = to_float(rows[r][begin + i]);
  }

  /// How many tokens before the first one a vector in memory begins; 0 where rows do not agree. Rows that lie a power of
  /// two apart share few lines of a cache: a line that two vectors need would be gone before the second does.
  template <class T>
  static VMD_INLINE int64_t ahead(const T* const* rows) {
    const auto past = [&](int r) { return reinterpret_cast<uintptr_t>(rows[r]) % sizeof(F); };
    for (int r = 1; r < kRows; ++r)
      if (past(r) != past(0)) return 0;
    return static_cast<int64_t>(past(0) / sizeof(T));
  }

  template <int n>
  static VMD_INLINE F bundle(Of& of, const float* chunk, const uint8_t* place) {
    if constexpr (n == 1)
      return of.of(load_as<F>(chunk + *place * kRows));
    else
      return Of::join(bundle<n / 2>(of, chunk, place), bundle<n / 2>(of, chunk, place + n / 2));
  }
  template <int n>
  static VMD_INLINE void bundles(Of& of, const float* chunk, const BundleView& b, int64_t k, float* room) {
    for (int32_t i = b.first[k]; i < b.first[k + 1]; ++i) {
      float* const to = room + int64_t{b.of_class[i]} * kRows;
      store_as(to, Of::join(load_as<F>(to), bundle<n>(of, chunk, b.place + int64_t{i} * n)));
    }
  }
  /// What was added up of a class as float32 goes to what is float64.
  static VMD_INLINE void flush(int64_t c, float* room, double* out) {
    const Doubles more = __builtin_convertvector(load_as<F>(room + c * kRows), Doubles);
    store_as(out + c * kRows, Of::join(load_as<Doubles>(out + c * kRows), more));
    store_as(room + c * kRows, F{} + Of::kNothing);
  }

  template <class T>
  static VMD_INLINE bool pass(const SideView& s, const T* const* rows, float over, const float* reference,
                              float* room, double* out, float* top) {
    constexpr int kMore = 2 * kRows;  // tokens of a vector at most
    float around[(kMore + kChunk + kMore) * kRows];
    float* const chunk = around + kMore * kRows;
    const int64_t before = ahead(rows);
    Of of{F{} + over, load_as<F>(reference), F{} - __builtin_inff()};
    for (int64_t c = 0; c < s.C; ++c) {
      store_as(room + c * kRows, F{} + Of::kNothing);
      store_as(out + c * kRows, Doubles{} + static_cast<double>(Of::kNothing));
    }
    for (int64_t k = 0; k * kChunk < s.V; ++k) {
      bool live = false;
      for (const BundleView& b : s.bundles) live = live || b.first[k] < b.first[k + 1];
      if (live) {
        const int64_t begin = k * kChunk, n = s.V - begin;
        if (k > 0 && n >= kChunk + kMore)
          turn(rows, begin - before, (before + kChunk + kTokens<T> - 1) / kTokens<T> * kTokens<T>, chunk - before * kRows);
        else
          turn(rows, begin, n < kChunk ? n : kChunk, chunk);
        bundles<8>(of, chunk, s.bundles[0], k, room);
        bundles<4>(of, chunk, s.bundles[1], k, room);
        bundles<2>(of, chunk, s.bundles[2], k, room);
        bundles<1>(of, chunk, s.bundles[3], k, room);
      }
      if (k % kFlush == kFlush - 1)
        for (int64_t i = 0; i < s.n_many; ++i) flush(s.many[i], room, out);
    }
    for (int64_t c = 0; c < s.C; ++c) flush(c, room, out);
    store_as(top, of.top);
    return of.good();
  }
};

}  // namespace vmd
