// sums_path.hpp -- the part of sums.hpp that meets every logit, written once for vectors of any width.
//
// A path is one file compiled for one instruction set (CMakeLists.txt). It includes nothing of the standard library but
// <cstdint>, and calls nothing inline that is not forced. Whole rows stand side by side (sums_side.hpp, sums_alone.hpp);
// of one row, sixteen tokens do whatever the width, in parts of as many as a vector holds. So all paths add up the same
// numbers in the same order.
#pragma once
#include <cstdint>

#include "canvas/edges_path.hpp"
#include "canvas/sums_alone.hpp"
#include "canvas/sums_side.hpp"
#include "support/bf16.hpp"     // defines: Bf16, to_float
#include "support/float32.hpp"  // defines: exp32, lanes
#include "support/float64.hpp"  // defines: exp_beside, log64, f64x4, f64x8, f64x16

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace vmd {

constexpr int kSide = 16;
constexpr int kWidths = 4;
constexpr int rows_of(int width) { return width == 0 ? 1 : 2 << width; }  // rows side by side: 1, 4, 8, 16

/// y of the n tokens of a list, which go to `y` as whole sixteens, filled with -inf; `top` their largest. False
/// as above.
template <class T>
using PickPass = bool (*)(const T* row, const int32_t* tokens, int64_t n, float over, float* y, float* top);
constexpr int kFar = 63;  // the rank of classes that have none

/// Offsets of classes, and the classes of tokens that lie side by side.
struct Beside {
  const float* offset;     // [C]
  const int32_t* classes;  // of tokens
  const float* near;       // [64] offsets of the largest classes
  const uint8_t* ranks;    // of tokens, which of these, or kFar
};

/// ln of a marginal: y + offset, from `floor` to 0; floor where the class has -inf, whatever the logit is.
VMD_INLINE float written(float x, float offset, float over, float floor) {
  const float y = x * over + offset, low = y < 0 ? y : 0.0f;
  const float live = offset > -__builtin_inff() ? low : offset;
  return live > floor ? live : floor;
}

/// Log-marginals of n tokens; those whose class is not among the largest get the logit itself. `out` may be `row`.
template <class T>
using WritePass = void (*)(const T* row, const Beside& beside, float over, float floor, int64_t n, float* out);

template <class T>
struct CanvasPasses {
  SidePass<T> sums[kWidths], bests[kWidths];  // of rows_of(width) rows; null: not that many
  PickPass<T> pick;
  WritePass<T> write;
};

struct CanvasPath {
  CanvasPasses<float> floats;
  CanvasPasses<Bf16> halves;
  void (*exps)(float* y, int64_t n, float top);  // exp(y - top) in place of y; n is a multiple of 16
  double (*entropy)(const float* y, const float* p,
                    int64_t n);  // of log-marginals and marginals; whole sixteens
  void (*logs64)(double* x, int64_t n);                  // log64 in place of x; whole sixteens
  EdgePath edges;
};

extern const CanvasPath kCanvasPortable;  // sums_portable.cpp
extern const CanvasPath kCanvasAvx2;      // sums_avx2.cpp
extern const CanvasPath kCanvasAvx512;    // sums_avx512.cpp

/// As many float64 as are one vector where F is one; where that is but two, one by one.
template <class F>
struct OneOf {
  using type = double;
};
template <>
struct OneOf<f32x8> {
  using type = f64x4;
};
template <>
struct OneOf<f32x16> {
  using type = f64x8;
};

template <class F>
struct CanvasVectors {
  using I = typename Lane<F>::I;
  using U = typename Lane<F>::U;
  static constexpr int kWidth = lanes<F>, kParts = kSide / kWidth;
  using Doubles = typename DoublesOf<F>::type;
  using OfEdges = typename OneOf<F>::type;

  static VMD_INLINE F load(const float* from) {
    F out;
    __builtin_memcpy(&out, from, sizeof out);
    return out;
  }
  static VMD_INLINE F load(const Bf16* from) {
    uint16_t __attribute__((vector_size(2 * kWidth))) bits;
    __builtin_memcpy(&bits, from, sizeof bits);
    return bits_as<F>(__builtin_convertvector(bits, U) << 16);
  }

#if defined(__AVX512F__)
  using Flags = uint32_t;
  static VMD_INLINE Flags wrong(Flags flags, const F& y) {
    return flags | _mm512_cmp_ps_mask(y, F{} + __builtin_inff(), _CMP_NLT_UQ);
  }
  static VMD_INLINE bool any_wrong(Flags flags) { return flags != 0; }
#else
  using Flags = I;
  static VMD_INLINE Flags wrong(const Flags& flags, const F& y) { return flags | ~(y < __builtin_inff()); }
  static VMD_INLINE bool any_wrong(const Flags& flags) {
    int32_t all = 0;
    for (int lane = 0; lane < kWidth; ++lane) all |= flags[lane];
    return all != 0;
  }
#endif

  template <class T>
  static VMD_INLINE bool pick(const T* row, const int32_t* tokens, int64_t n, float over, float* y,
                              float* top) {
    for (int64_t i = 0; i < n; ++i) y[i] = to_float(row[tokens[i]]) * over;
    while (n % kSide != 0) y[n++] = -__builtin_inff();
    F high = F{} - __builtin_inff();
    Flags bad = {};
    for (int64_t i = 0; i < n; i += kWidth) {
      const F x = load(y + i);
      bad = wrong(bad, x);
      high = x > high ? x : high;
    }
    *top = -__builtin_inff();
    for (int lane = 0; lane < kWidth; ++lane) *top = high[lane] > *top ? high[lane] : *top;
    return !any_wrong(bad);
  }

  template <class T>
  static VMD_INLINE void write(const T* row, const Beside& beside, float over, float floor, int64_t n,
                               float* out) {
    int64_t i = 0;
#if defined(__AVX512F__)
    const F a = load(beside.near), b = load(beside.near + 16), c = load(beside.near + 32),
            d = load(beside.near + 48);
    for (; i + kWidth <= n; i += kWidth) {
      const __m512i rank =
          _mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(beside.ranks + i)));
      const __mmask16 upper = _mm512_test_epi32_mask(rank, _mm512_set1_epi32(32));
      const F offset = _mm512_mask_blend_ps(upper, _mm512_permutex2var_ps(a, rank, b),
                                            _mm512_permutex2var_ps(c, rank, d));
      const F x = load(row + i), y = x * over + offset;
      const __mmask16 live = _mm512_cmp_ps_mask(offset, F{} - __builtin_inff(), _CMP_GT_OQ);
      const F low = _mm512_maskz_min_ps(0xffff, y, F{});
      const F near = _mm512_mask_max_ps(F{} + floor, live, low, F{} + floor);
      const F of = _mm512_mask_mov_ps(near, _mm512_cmpeq_epi32_mask(rank, _mm512_set1_epi32(kFar)), x);
      __builtin_memcpy(out + i, &of, sizeof of);  // stores past the caches took ten times as long
    }
#endif
    for (; i < n; ++i)
      out[i] = beside.ranks[i] == kFar ? to_float(row[i])
                                        : written(to_float(row[i]), beside.offset[beside.classes[i]], over, floor);
  }

  static VMD_INLINE void exps(float* y, int64_t n, float top) {
    for (int64_t i = 0; i < n; i += kWidth) {
      const F e = exp32<F>(load(y + i) - top);
      __builtin_memcpy(y + i, &e, sizeof e);
    }
  }

  static VMD_INLINE void logs64(double* x, int64_t n) {
    for (int64_t i = 0; i < n; i += kWidth) {
      Doubles from;
      __builtin_memcpy(&from, x + i, sizeof from);
      from = log64(from);
      __builtin_memcpy(x + i, &from, sizeof from);
    }
  }

  static VMD_INLINE double entropy(const float* y, const float* p, int64_t n) {
    F sums[kParts] = {};
    for (int64_t i = 0; i < n; i += kSide)
      for (int part = 0; part < kParts; ++part) {
        const F chance = load(p + i + part * kWidth), product = chance * load(y + i + part * kWidth);
        sums[part] = sums[part] - (chance > 0.0f ? product : F{});  // not 0 * -inf
      }
    double sum = 0;
    for (int lane = 0; lane < kSide; ++lane) sum += static_cast<double>(sums[lane / kWidth][lane % kWidth]);
    return sum;
  }
};

/// A pass over one row.
template <class F, class T, template <class> class Of>
constexpr SidePass<T> one_pass() {
  return [](const SideView& s, const T* const* rows, float over, const float* reference, float* room, double* out,
            float* risen) { return OneRow<F, Of<F>, T>::pass(s, rows, over, reference, room, out, risen); };
}

/// A pass over as many rows as L has lanes; null where F has fewer.
template <class F, class L, class T, template <class> class Of>
constexpr SidePass<T> side_pass() {
  if constexpr (lanes<L> > lanes<F>)
    return nullptr;
  else
    return [](const SideView& s, const T* const* rows, float over, const float* reference, float* room, double* out,
              float* risen) { return SideBySide<L, Of<L>, T>::pass(s, rows, over, reference, room, out, risen); };
}

/// The functions of one path, in the file that is compiled for it.
template <class F, class T>
constexpr CanvasPasses<T> canvas_passes() {
  using V = CanvasVectors<F>;
  return {{one_pass<F, T, SideSums>(), side_pass<F, f32x4, T, SideSums>(), side_pass<F, f32x8, T, SideSums>(),
           side_pass<F, f32x16, T, SideSums>()},
          {one_pass<F, T, SideBests>(), side_pass<F, f32x4, T, SideBests>(), side_pass<F, f32x8, T, SideBests>(),
           side_pass<F, f32x16, T, SideBests>()},
          [](const T* row, const int32_t* tokens, int64_t n, float over, float* y, float* top) {
            return V::template pick<T>(row, tokens, n, over, y, top);
          },
          [](const T* row, const Beside& beside, float over, float floor, int64_t n, float* out) {
            V::template write<T>(row, beside, over, floor, n, out);
          }};
}

template <class F>
constexpr CanvasPath canvas_path_of() {
  using V = CanvasVectors<F>;
  return {canvas_passes<F, float>(), canvas_passes<F, Bf16>(),
          [](float* y, int64_t n, float top) { V::exps(y, n, top); },
          [](const float* y, const float* p, int64_t n) { return V::entropy(y, p, n); },
          [](double* x, int64_t n) { V::logs64(x, n); },
          edge_path<typename V::OfEdges>()};
}

}  // namespace vmd
