// edges_path.hpp -- the part of scaled.hpp that meets every edge, written once for every instruction set.
//
// Eight rows are added up side by side, each in its order. Arrays have a multiple of eight numbers. All paths do the
// same plain operations on float64, so that they give the same bits.
#pragma once
#include <cstdint>

#include "canvas/lanes_view.hpp"  // defines: kLanes, LanesView
#include "canvas/number.hpp"    // defines: kLogLimit
#include "support/float32.hpp"  // defines: load_as, store_as
#include "support/float64.hpp"  // defines: exp_beside, log64, f64x2, f64x4, f64x8

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace vmd {

/// Exponents of a number beside a height of its own, which is moved where they leave these.
constexpr int64_t kHeld = 155;

/// Of numbers that were just made: how many lie outside; sum and count of the others' exponents.
struct Settled {
  int64_t outside, sum, count;
};

struct EdgePath {
  /// sum[lane] = sum of x y factor over its terms in order, / 2^shift; zero of lanes that are not live; y null: of x
  /// factor. Those that would be outside 2^-held .. 2^held are not divided, and are listed.
  Settled (*add)(const LanesView& lanes, const double* x, const double* y, int64_t shift, int64_t held, double* sum,
                 int32_t* outside);
  /// value[k] = e^logs[k] / 2^(height[k] + base), zero of e^-inf; those that are outside are listed, and zero.
  Settled (*powers)(const double* logs, const int64_t* height, int64_t base, int64_t n, double* value,
                    int32_t* outside);
  /// ln (value[k] 2^(height[k] + base)) less `total`.
  void (*logs)(const double* value, const int64_t* height, int64_t base, double total, int64_t n, float* out);
};

/// D: as many float64 as the instruction set holds; one: no vectors.
template <class D>
struct EdgeVectors {
  using I = typename Lane64<D>::I;
  static constexpr int kWidth = static_cast<int>(sizeof(D) / sizeof(double));
  using Floats = typename Lane64<D>::Floats;

  template <bool two>
  static VMD_INLINE Settled add(const LanesView& v, const double* x, const double* y, int64_t shift, int64_t held,
                                double* sum, int32_t* outside) {
    int64_t found = 0;
    I exponents{}, count{};
    for (int64_t k = 0; k < v.size; ++k) {
      const Eight& eight = v.eights[k];
      f64x2 total[kLanes / 2] = {};
      for (int64_t at = int64_t{kLanes} * eight.first; at < int64_t{kLanes} * eight.last; at += kLanes)
        for (int pair = 0; pair < kLanes / 2; ++pair) {  // two at once are faster than what gathers more
          const uint64_t *const left = v.operands + at + 2 * pair, *const right = left + 1;
          f64x2 term = {x[*left & 0xffffffff], x[*right & 0xffffffff]};
          if constexpr (two) term *= f64x2{y[*left >> 32], y[*right >> 32]};
          total[pair] += term * load_as<f64x2>(v.factor + at + 2 * pair);
        }
      for (int32_t at = eight.rest_first; at < eight.rest_last; ++at) {
        double term = x[v.operands[at] & 0xffffffff];
        if constexpr (two) term *= y[v.operands[at] >> 32];
        total[0][0] += term * v.factor[at];
      }
      for (int part = 0; part < kLanes / kWidth; ++part) {
        const int64_t lane = k * kLanes + part * kWidth;
        const I bits = bits_as<I>(part_of(total, part)), d = (bits >> 52) - (1023 + shift);  // of inf 1024 and more
        const I live = flags_of(bits != 0) & lanes_of(eight.live >> (part * kWidth)), near = live & within(d, held);
        store_as(sum + lane, (bits - (near & (shift << 52))) & live);
        exponents += d & near, count -= near;
        found = listed(live & ~near, lane, found, outside);
      }
    }
    return {found, total_of(exponents), total_of(count)};
  }

  /// As many of eight sums as a vector holds.
  static VMD_INLINE D part_of(const f64x2 (&pairs)[kLanes / 2], int part) {
    if constexpr (kWidth == 1) {
      return pairs[part / 2][part % 2];
    } else if constexpr (kWidth == 4) {
      return __builtin_shufflevector(pairs[2 * part], pairs[2 * part + 1], 0, 1, 2, 3);
    } else {
      const f64x4 low = __builtin_shufflevector(pairs[0], pairs[1], 0, 1, 2, 3),
                  high = __builtin_shufflevector(pairs[2], pairs[3], 0, 1, 2, 3);
      return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    }
  }
  /// All bits of the lanes whose bits are set.
  static VMD_INLINE I lanes_of(uint32_t bits) {
    if constexpr (kWidth == 1) {
      return -static_cast<int64_t>(bits & 1);
    } else {
      I one{};
      for (int lane = 0; lane < kWidth; ++lane) one[lane] = int64_t{1} << lane;
      return ((I{} + static_cast<int64_t>(bits)) & one) != 0;
    }
  }

  /// A bit for each lane whose flags are set.
  static VMD_INLINE uint32_t bits_of(const I& flags) {
#if defined(__AVX512F__)
    if constexpr (kWidth == 8) return _mm512_test_epi64_mask(bits_as<__m512i>(flags), bits_as<__m512i>(flags));
#endif
#if defined(__AVX2__)
    if constexpr (kWidth == 4) return static_cast<uint32_t>(_mm256_movemask_pd(bits_as<__m256d>(flags)));
#endif
    if constexpr (kWidth == 1) {
      return flags != 0;
    } else {
      uint32_t bits = 0;
      for (int lane = 0; lane < kWidth; ++lane) bits |= static_cast<uint32_t>(flags[lane] != 0) << lane;
      return bits;
    }
  }
  static VMD_INLINE int64_t listed(const I& flags, int64_t first, int64_t n, int32_t* list) {
    for (uint32_t bits = bits_of(flags); bits != 0; bits &= bits - 1)
      list[n++] = static_cast<int32_t>(first) + __builtin_ctz(bits);
    return n;
  }

  static VMD_INLINE int64_t total_of(const I& flags) {
    if constexpr (kWidth == 1) {
      return flags;
    } else {
      int64_t total = 0;
      for (int lane = 0; lane < kWidth; ++lane) total += flags[lane];
      return total;
    }
  }

  /// All bits where a comparison holds.
  template <class Flags>
  static VMD_INLINE I flags_of(const Flags& flags) {
    if constexpr (kWidth == 1)
      return -static_cast<int64_t>(flags);
    else
      return flags;
  }
  static VMD_INLINE I within(const I& d, int64_t held) {
    return flags_of(d >= -held) & flags_of(d <= held);
  }

  static VMD_INLINE Settled powers(const double* logs, const int64_t* height, int64_t base, int64_t n, double* value,
                                   int32_t* outside) {
    int64_t found = 0;
    I sum{}, count{};
    for (int64_t k = 0; k < n; k += kWidth) {
      const D x = load_as<D>(logs + k), low = x < -kLogLimit ? D{} - kLogLimit : x;
      const I live = flags_of(x > -__builtin_inf());
      D whole;
      const D y = live != 0 ? (low > kLogLimit ? D{} + kLogLimit : low) : D{};
      const I power = bits_as<I>(exp_beside(y, &whole));
      const I more = bits_as<I>(whole + 6755399441055744.0) - 0x4338000000000000LL - base - load_as<I>(height + k);
      const I d = (power >> 52) - 1023 + more, near = live & within(d, kHeld);
      store_as(value + k, (power + ((near & more) << 52)) & near);
      sum += d & near, count -= near;
      found = listed(live & ~near, k, found, outside);
    }
    return {found, total_of(sum), total_of(count)};
  }

  static VMD_INLINE void logs(const double* value, const int64_t* height, int64_t base, double total, int64_t n,
                              float* out) {
    for (int64_t k = 0; k < n; k += kWidth) {
      const D x = load_as<D>(value + k);
      const I bits = bits_as<I>(x), e = (bits >> 52) - 1023 + load_as<I>(height + k) + base;
      const D m = bits_as<D>((bits & 0xfffffffffffffLL) | 0x3ff0000000000000LL);
      if constexpr (kWidth == 1) {
        const double ln = (log64(m) + static_cast<double>(e) * 0.69314718055994530942) - total;
        out[k] = static_cast<float>(x != 0.0 ? ln : -__builtin_inf());
      } else {
        const D ln = (log64(m) + __builtin_convertvector(e, D) * 0.69314718055994530942) - total;
        store_as(out + k, __builtin_convertvector(x != 0.0 ? ln : D{} - __builtin_inf(), Floats));
      }
    }
  }
};

/// The functions of one path, in the file that is compiled for it.
template <class D>
constexpr EdgePath edge_path() {
  using V = EdgeVectors<D>;
  return {[](const LanesView& lanes, const double* x, const double* y, int64_t shift, int64_t held, double* sum,
             int32_t* outside) {
            return y == nullptr ? V::template add<false>(lanes, x, y, shift, held, sum, outside)
                                : V::template add<true>(lanes, x, y, shift, held, sum, outside);
          },
          [](const double* logs, const int64_t* height, int64_t base, int64_t n, double* value, int32_t* outside) {
            return V::powers(logs, height, base, n, value, outside);
          },
          [](const double* value, const int64_t* height, int64_t base, double total, int64_t n, float* out) {
            V::logs(value, height, base, total, n, out);
          }};
}

}  // namespace vmd
