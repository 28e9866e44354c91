// edges_path.hpp -- the part of scaled.hpp that meets every edge, written once for every instruction set.
//
// Eight rows are added up side by side, each in its order; numbers of any size become float64 and back in vectors. All
// paths do the same plain operations on float64, so that they give the same bits.
#pragma once
#include <cstdint>

#include "canvas/lanes_view.hpp"  // defines: kLanes, LanesView
#include "canvas/number.hpp"    // defines: Number, number, number_of_log, log_of, kZeroExponent, kLogLimit
#include "support/float32.hpp"  // defines: load_as, store_as
#include "support/float64.hpp"  // defines: exp_beside, log64, f64x2, f64x4, f64x8

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace vmd {

/// Exponents of a number that float64 holds beside a height of its own, which is moved where they leave these.
constexpr int64_t kOperand = 150, kSum = 250;

/// In which cells lanes matter, from the first to the last; null: in all.
struct LaneWindows {
  const int32_t *first, *last;
  int32_t cell;  // this one
};

struct EdgePath {
  /// sum[lane] = sum of x y factor over its terms in order; y null: of x factor.
  void (*add)(const LanesView& lanes, const double* x, const double* y, double* sum);
  /// value[k] = in[k] / 2^(height[k] + base), zero of zero. `high`: the largest exponent of `in`. Those that lie
  /// outside 2^-kOperand .. 2^kOperand go to `outside`, how many is returned.
  int64_t (*scale)(const Number* in, const int64_t* height, int64_t base, int64_t n, double* value,
                   int64_t* high, int32_t* outside);
  /// out[row[lane]] = sum[lane] 2^(height[lane] + base); zero of lanes that do not matter in this cell. Lanes whose sums
  /// lie outside 2^-kSum .. 2^kSum go to `outside`, how many is returned.
  int64_t (*settle)(const double* sum, const int64_t* height, const int32_t* row, const LaneWindows& windows,
                    int64_t base, int64_t n, Number* out, int32_t* outside);
  void (*numbers)(const double* logs, int64_t n, Number* out);  // number_of_log of each
  /// ln of each less `total`.
  void (*logs)(const Number* in, double total, int64_t n, float* out);
};

/// D: as many float64 as the instruction set holds; one: no vectors.
template <class D>
struct EdgeVectors {
  using I = typename Lane64<D>::I;
  static constexpr int kWidth = static_cast<int>(sizeof(D) / sizeof(double));
  using Halves = typename Lane64<D>::Halves;
  using Floats = typename Lane64<D>::Floats;

  template <bool two>
  static VMD_INLINE void add(const LanesView& v, const double* x, const double* y, double* sum) {
    for (int64_t k = 0; k < v.eights; ++k) {
      f64x2 total[kLanes / 2] = {};
      for (int64_t at = int64_t{kLanes} * v.steps[k].first; at < int64_t{kLanes} * v.steps[k].last; at += kLanes)
        for (int pair = 0; pair < kLanes / 2; ++pair) {  // two at once are faster than what gathers more
          const uint64_t *const left = v.operands + at + 2 * pair, *const right = left + 1;
          f64x2 term = {x[*left & 0xffffffff], x[*right & 0xffffffff]};
          if constexpr (two) term *= f64x2{y[*left >> 32], y[*right >> 32]};
          total[pair] += term * load_as<f64x2>(v.factor + at + 2 * pair);
        }
      for (int pair = 0; pair < kLanes / 2; ++pair) store_as(sum + k * kLanes + 2 * pair, total[pair]);
    }
    for (const Rest* rest = v.rest; rest < v.rest + v.rests; ++rest) {
      double total = sum[rest->lane];
      for (int32_t at = rest->first; at < rest->last; ++at) {
        double term = x[v.operands[at] & 0xffffffff];
        if constexpr (two) term *= y[v.operands[at] >> 32];
        total += term * v.factor[at];
      }
      sum[rest->lane] = total;
    }
  }

  /// Numbers side by side as mantissas and exponents, and back.
  static VMD_INLINE void apart(const Number* in, D* m, I* e) {
    const I low = load_as<I>(in), high = load_as<I>(in + kWidth / 2);
    if constexpr (kWidth == 8) {
      *m = bits_as<D>(__builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14));
      *e = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
    } else {
      *m = bits_as<D>(__builtin_shufflevector(low, high, 0, 2, 4, 6));
      *e = __builtin_shufflevector(low, high, 1, 3, 5, 7);
    }
  }
  static VMD_INLINE void together(const D& m, const I& e, I* low, I* high) {
    const I bits = bits_as<I>(m);
    if constexpr (kWidth == 8) {
      *low = __builtin_shufflevector(bits, e, 0, 8, 1, 9, 2, 10, 3, 11);
      *high = __builtin_shufflevector(bits, e, 4, 12, 5, 13, 6, 14, 7, 15);
    } else {
      *low = __builtin_shufflevector(bits, e, 0, 4, 1, 5);
      *high = __builtin_shufflevector(bits, e, 2, 6, 3, 7);
    }
  }
  /// Number k of a vector of them, for each, to where its row is.
  static VMD_INLINE void scatter(const I& numbers, const int32_t* row, Number* out) {
    store_as(out + row[0], __builtin_shufflevector(numbers, numbers, 0, 1));
    store_as(out + row[1], __builtin_shufflevector(numbers, numbers, 2, 3));
    if constexpr (kWidth == 8) {
      store_as(out + row[2], __builtin_shufflevector(numbers, numbers, 4, 5));
      store_as(out + row[3], __builtin_shufflevector(numbers, numbers, 6, 7));
    }
  }

  /// m 2^more for normal m > 0; zero where not `live`.
  static VMD_INLINE void numbers_of(const D& m, const I& more, const I& live, D* mantissa, I* e) {
    const I bits = bits_as<I>(m);
    *mantissa = bits_as<D>(((bits & 0xfffffffffffffLL) | 0x3ff0000000000000LL) & live);
    *e = live ? (bits >> 52) - 1023 + more : I{} + kZeroExponent;
  }

  static VMD_INLINE bool some(const I& flags) {
#if defined(__AVX512F__)
    if constexpr (kWidth == 8) return _mm512_test_epi64_mask(bits_as<__m512i>(flags), bits_as<__m512i>(flags)) != 0;
#endif
#if defined(__AVX2__)
    if constexpr (kWidth == 4) return _mm256_testz_si256(bits_as<__m256i>(flags), bits_as<__m256i>(flags)) == 0;
#endif
    int64_t any = 0;
    if constexpr (kWidth > 1)
      for (int lane = 0; lane < kWidth; ++lane) any |= flags[lane];
    return any != 0;
  }
  static VMD_INLINE int64_t listed(const I& flags, int64_t first, int64_t n, int32_t* list) {
    if (!some(flags)) return n;
    for (int lane = 0; lane < kWidth; ++lane)
      if (flags[lane] != 0) list[n++] = static_cast<int32_t>(first) + lane;
    return n;
  }

  static VMD_INLINE int64_t scale(const Number* in, const int64_t* height, int64_t base, int64_t n, double* value,
                                  int64_t* high, int32_t* outside) {
    int64_t found = 0, k = 0, most = kZeroExponent;
    if constexpr (kWidth > 1) {
      I top = I{} + kZeroExponent;
      for (; k + kWidth <= n; k += kWidth) {
        D m;
        I e;
        apart(in + k, &m, &e);
        const I live = m != 0.0, d = e - base - load_as<I>(height + k);
        top = e > top ? e : top;
        const I near = (d >= -kOperand) & (d <= kOperand);
        store_as(value + k, (bits_as<I>(m) + ((d & near) << 52)) & live);
        found = listed(live & ~near, k, found, outside);
      }
      for (int lane = 0; lane < kWidth; ++lane) most = top[lane] > most ? top[lane] : most;
    }
    for (; k < n; ++k) {
      const int64_t d = in[k].e - base - height[k];
      most = in[k].e > most ? in[k].e : most;
      const bool live = in[k].m != 0, near = d >= -kOperand && d <= kOperand;
      value[k] = live && near ? in[k].m * power_of_two(d) : 0.0;
      if (live && !near) outside[found++] = static_cast<int32_t>(k);
    }
    *high = most;
    return found;
  }

  static VMD_INLINE int64_t settle(const double* sum, const int64_t* height, const int32_t* row,
                                   const LaneWindows& windows, int64_t base, int64_t n, Number* out,
                                   int32_t* outside) {
    int64_t found = 0, k = 0;
    if constexpr (kWidth > 1)
      for (; k + kWidth <= n; k += kWidth) {
        const D sums = load_as<D>(sum + k);
        I live = sums != 0.0;
        if (windows.first != nullptr)
          live &= __builtin_convertvector(
              (load_as<Halves>(windows.first + k) <= windows.cell) & (load_as<Halves>(windows.last + k) >= windows.cell),
              I);
        const I d = (bits_as<I>(sums) >> 52) - 1023;  // of inf 1024
        D m;
        I e, low, high;
        numbers_of(sums, load_as<I>(height + k) + base, live, &m, &e);
        together(m, e, &low, &high);
        scatter(low, row + k, out);
        scatter(high, row + k + kWidth / 2, out);
        found = listed(live & ((d < -kSum) | (d > kSum)), k, found, outside);
      }
    for (; k < n; ++k) {
      const bool live = sum[k] != 0 && (windows.first == nullptr ||
                                        (windows.first[k] <= windows.cell && windows.cell <= windows.last[k]));
      const Number of = live ? number(sum[k], height[k] + base) : number_zero();
      const int64_t d = of.e - base - height[k];
      if (of.m != 0 && (d < -kSum || d > kSum)) outside[found++] = static_cast<int32_t>(k);
      out[row[k]] = of;
    }
    return found;
  }

  static VMD_INLINE void numbers(const double* logs, int64_t n, Number* out) {
    int64_t k = 0;
    if constexpr (kWidth > 1)
      for (; k + kWidth <= n; k += kWidth) {
        const D x = load_as<D>(logs + k), low = x < -kLogLimit ? D{} - kLogLimit : x;
        const I live = x > -__builtin_inf();
        D whole, m;
        const D power = exp_beside(live ? (low > kLogLimit ? D{} + kLogLimit : low) : D{}, &whole);
        I e, first, second;
        numbers_of(power, bits_as<I>(whole + 6755399441055744.0) - 0x4338000000000000LL, live, &m, &e);
        together(m, e, &first, &second);
        store_as(out + k, first);
        store_as(out + k + kWidth / 2, second);
      }
    for (; k < n; ++k) out[k] = number_of_log(logs[k]);
  }

  static VMD_INLINE void logs(const Number* in, double total, int64_t n, float* out) {
    int64_t k = 0;
    if constexpr (kWidth > 1)
      for (; k + kWidth <= n; k += kWidth) {
        D m;
        I e;
        apart(in + k, &m, &e);
        const D ln =
            (log64(m != 0.0 ? m : D{} + 1.0) + __builtin_convertvector(e, D) * 0.69314718055994530942) - total;
        store_as(out + k, __builtin_convertvector(m != 0.0 ? ln : D{} - __builtin_inf(), Floats));
      }
    for (; k < n; ++k) out[k] = static_cast<float>(log_of(in[k]) - total);
  }
};

/// The functions of one path, in the file that is compiled for it.
template <class D>
constexpr EdgePath edge_path() {
  using V = EdgeVectors<D>;
  return {[](const LanesView& lanes, const double* x, const double* y, double* sum) {
            y == nullptr ? V::template add<false>(lanes, x, y, sum) : V::template add<true>(lanes, x, y, sum);
          },
          [](const Number* in, const int64_t* height, int64_t base, int64_t n, double* value, int64_t* high,
             int32_t* outside) { return V::scale(in, height, base, n, value, high, outside); },
          [](const double* sum, const int64_t* height, const int32_t* row, const LaneWindows& windows, int64_t base,
             int64_t n, Number* out, int32_t* outside) {
            return V::settle(sum, height, row, windows, base, n, out, outside);
          },
          [](const double* logs, int64_t n, Number* out) { V::numbers(logs, n, out); },
          [](const Number* in, double total, int64_t n, float* out) { V::logs(in, total, n, out); }};
}

}  // namespace vmd
