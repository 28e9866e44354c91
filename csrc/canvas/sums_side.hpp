// sums_side.hpp -- class sums of several rows side by side, a row a lane: a token costs the same whatever its class.
//
// How      a chunk's logits are turned over, so that those of one token lie side by side; then tokens of a class are
//          added up eight, four, two at a time or alone, as bundles list them (tables.hpp). Dead tokens cost nothing.
// Exact    a row's numbers are added up in the order of the bundles, whatever lies beside it: float32 for 32 chunks of a
//          class of many tokens, float64 of these. fused() rounds once, everywhere: each path gives the same bits.
// Error    of an exponential below 1.5 ulp beside that of (logit - reference) / temperature, which is within 2^-23 of it
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

/// One row a lane, or one alone; `room`: [C][lanes].
/// sums: `out` [C][lanes] takes the sums of exp((logit - reference) over), NaN where a live one is NaN or +inf; `risen`,
/// of each row, by how much its largest logit lies above the reference, 0 where none does, or NaN. Only sums of rows that
/// have risen by less than 80 temperatures are right.
/// bests: the largest logits; false where a live one is NaN or +inf.
template <class T>
using SidePass = bool (*)(const SideView&, const T* const* rows, float over, const float* reference, float* room,
                          double* out, float* risen);

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

/// 2^(k / 8) for k = 0 .. 7, each with k / 8 taken from where exponents stand: k / 8 is added there with all of n / 8.
alignas(64) constexpr uint32_t kEighths[16] = {
    0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7,
    0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7};

/// Of each lane the eighth that its lowest three bits say.
template <class U>
VMD_INLINE U eighths(const U& n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(U) == 64)
    return bits_as<U>(_mm512_maskz_permutexvar_epi32(0xffff, bits_as<__m512i>(n), load_as<__m512i>(kEighths)));
#endif
#if defined(__AVX2__)
  if constexpr (sizeof(U) == 32)
    return bits_as<U>(_mm256_permutevar8x32_epi32(load_as<__m256i>(kEighths), bits_as<__m256i>(n)));
#endif
  U out;
  for (int lane = 0; lane < static_cast<int>(sizeof(U) / sizeof(uint32_t)); ++lane) out[lane] = kEighths[n[lane] & 7];
  return out;
}

/// What is added up: exp((x - reference) over); NaN of NaN and +inf.
template <class F>
struct SideSums {
  using Doubles = typename DoublesOf<F>::type;
  using I = typename Lane<F>::I;
  using U = typename Lane<F>::U;
  static constexpr float kNothing = 0;

  SideSums(float over, const F& beside)
      : scale(F{} + static_cast<float>(11.541560327111708 * static_cast<double>(over))), lowest(F{} + kLowest / over),
        reference(beside) {}
  const F scale, lowest, reference;  // 8 log2(e) over, rounded once
  I most = {};                       // of what lies above the reference, as bits, which ascend there
  VMD_INLINE F of(const F& x) {
    const F t = larger(lowest, x - reference);
    const I bits = bits_as<I>(t);
    most = bits > most ? bits : most;
    const F shifted = fused(t, scale, F{} + 12582912.0f), n = shifted - 12582912.0f;  // rounded, as exp32 does
    const F r = fused(t, scale, -n);
    F q = fused(F{} + 0.00010839106f, r, F{} + 0.0037540256f);  // 2^(r / 8) within 3e-8: minimax by Lawson's iteration
    q = fused(q, r, F{} + 0.086643405f);
    q = fused(q, r, F{} + 1.0f);
    const U whole = bits_as<U>(shifted);
    return q * bits_as<F>(eighths(whole) + (whole << 20));  // times 2^(n / 8): a NaN stays one
  }
  template <class N>
  static VMD_INLINE N join(const N& a, const N& b) {
    return a + b;
  }
  VMD_INLINE F risen() const { return bits_as<F>(most); }
  VMD_INLINE bool good() const { return true; }
};

/// Of what the best is kept: x.
template <class F>
struct SideBests {
  using Doubles = typename DoublesOf<F>::type;
  using I = typename Lane<F>::I;
  static constexpr float kNothing = -__builtin_inff();

  SideBests(float, const F&) {}
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
  static VMD_INLINE F risen() { return F{}; }
  VMD_INLINE bool good() const {
    int32_t any = 0;
    for (int lane = 0; lane < lanes<F>; ++lane) any |= bad[lane];
    return any == 0;
  }
};

/// A vocabulary chunk by chunk, as passes over it do: what a chunk holds is fetched, then its bundles are added up, the
/// largest first, as float32, which goes to what is float64 now and then.
template <class Pass>
VMD_INLINE void every_chunk(const SideView& s, Pass& pass) {
  for (int64_t c = 0; c < s.C; ++c) pass.clear(c);
  for (int64_t k = 0; k * kChunk < s.V; ++k) {
    bool live = false;
    for (const BundleView& b : s.bundles) live = live || b.first[k] < b.first[k + 1];
    if (live) {
      pass.fetch(k * kChunk);
      pass.template bundles<8>(s.bundles[0], k);
      pass.template bundles<4>(s.bundles[1], k);
      pass.template bundles<2>(s.bundles[2], k);
      pass.template bundles<1>(s.bundles[3], k);
    }
    if (k % kFlush == kFlush - 1)
      for (int64_t i = 0; i < s.n_many; ++i) pass.flush(s.many[i]);
  }
  for (int64_t c = 0; c < s.C; ++c) pass.flush(c);
}

/// A pass over as many rows of T as F has lanes.
template <class F, class Of, class T>
class SideBySide {
  using U = typename Lane<F>::U;
  using Doubles = typename DoublesOf<F>::type;
  static constexpr int kRows = lanes<F>;
  /// Tokens that are as long as a vector; what is turned over are pairs of tokens where T is half a float.
  static constexpr int kTokens = kRows * static_cast<int>(sizeof(float) / sizeof(T));
  static constexpr int kMost = 2 * kRows;                       // of these
  static constexpr int kLine = 64 / static_cast<int>(sizeof(T));  // tokens of a line of memory

 public:
  static VMD_INLINE bool pass(const SideView& s, const T* const* rows, float over, const float* reference, float* room,
                              double* out, float* risen) {
    float around[(kMost + kChunk + kMost) * kRows];
    SideBySide side{s.V, rows, Of(over, load_as<F>(reference)), around + kMost * kRows, room, out};
    every_chunk(s, side);
    store_as(risen, side.of_.risen());
    return side.of_.good();
  }

  VMD_INLINE void clear(int64_t c) {
    store_as(room_ + c * kRows, F{} + Of::kNothing);
    store_as(out_ + c * kRows, Doubles{} + static_cast<double>(Of::kNothing));
  }
  VMD_INLINE void fetch(int64_t begin) {
    const int64_t n = V_ - begin;
    if (begin > 0 && n >= kChunk + kMost) {
      float* const first = chunk_ - before_ * kRows;
      int64_t there = 0;  // tokens that the chunk before had to turn as well
      if (before_ > 0 && past_ == begin) {
        __builtin_memcpy(first, first + kChunk * kRows, sizeof(float) * kTokens * kRows);
        there = kTokens;
      }
      turn(begin - before_ + there, (before_ + kChunk + kTokens - 1) / kTokens * kTokens - there, first + there * kRows);
      past_ = begin + kChunk;
    } else {
      turn(begin, n < kChunk ? n : kChunk, chunk_);
    }
    next_ = n >= 2 * kChunk ? begin + kChunk : begin;
    asked_ = 0;
  }
  template <int n>
  VMD_INLINE void bundles(const BundleView& b, int64_t k) {
    for (int32_t i = b.first[k]; i < b.first[k + 1]; ++i) {
      ask<n>();
      float* const to = room_ + int64_t{b.of_class[i]} * kRows;
      store_as(to, Of::join(load_as<F>(to), bundle<n>(b.place + int64_t{i} * n)));
    }
  }
  /// What was added up of a class as float32 goes to what is float64.
  VMD_INLINE void flush(int64_t c) {
    const Doubles more = __builtin_convertvector(load_as<F>(room_ + c * kRows), Doubles);
    store_as(out_ + c * kRows, Of::join(load_as<Doubles>(out_ + c * kRows), more));
    store_as(room_ + c * kRows, F{} + Of::kNothing);
  }

 private:
  VMD_INLINE SideBySide(int64_t V, const T* const* rows, const Of& of, float* chunk, float* room, double* out)
      : V_(V), before_(ahead(rows)), rows_(rows), of_(of), chunk_(chunk), room_(room), out_(out) {}

  /// How many tokens before the first one a vector in memory begins; 0 where rows do not agree. Rows that lie a power of
  /// two apart share few lines of a cache: a line that two vectors need would be gone before the second does.
  static VMD_INLINE int64_t ahead(const T* const* rows) {
    const auto past = [&](int r) { return reinterpret_cast<uintptr_t>(rows[r]) % sizeof(F); };
    for (int r = 1; r < kRows; ++r)
      if (past(r) != past(0)) return 0;
    return static_cast<int64_t>(past(0) / sizeof(T));
  }
  /// Whole lines of the next chunk, as many as n tokens fill of this one: memory would rest while they are added up.
  template <int n>
  VMD_INLINE void ask() {
    for (int i = 0; i < n * kRows / kLine; ++i, ++asked_)
      __builtin_prefetch(rows_[asked_ % kRows] + next_ + asked_ / kRows * kLine);
  }

  static VMD_INLINE void spread(const F& of_token, int i, float*, float* out) { store_as(out + i * kRows, of_token); }
  static VMD_INLINE void spread(const F& of_pair, int i, Bf16*, float* out) {
    store_as(out + 2 * i * kRows, bits_as<U>(of_pair) << 16);
    store_as(out + (2 * i + 1) * kRows, bits_as<U>(of_pair) & 0xffff0000u);
  }
  /// Tokens `begin` and so on of every row as [token][row].
  VMD_INLINE void turn(int64_t begin, int64_t n, float* out) const {
    F square[kRows];
    int64_t i = 0;
    for (; i + kTokens <= n; i += kTokens) {
      for (int r = 0; r < kRows; ++r) square[r] = load_as<F>(rows_[r] + begin + i);
      turn_over(square);
      for (int j = 0; j < kRows; ++j) spread(square[j], j, static_cast<T*>(nullptr), out + i * kRows);
    }
    for (; i < n; ++i)
      for (int r = 0; r < kRows; ++r) out[i * kRows + r] = to_float(rows_[r][begin + i]);
  }

  template <int n>
  VMD_INLINE F bundle(const uint8_t* place) {
    if constexpr (n == 1)
      return of_.of(load_as<F>(chunk_ + *place * kRows));
    else
      return Of::join(bundle<n / 2>(place), bundle<n / 2>(place + n / 2));
  }

  const int64_t V_, before_;
  const T* const* const rows_;
  Of of_;
  float *const chunk_, *const room_;
  double* const out_;
  int64_t past_ = 0;  // where the last chunk ended that began with a whole vector
  int64_t next_ = 0;  // where the chunk to ask for begins
  int asked_ = 0;     // its lines so far
};

}  // namespace vmd
