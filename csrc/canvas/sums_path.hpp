// sums_path.hpp -- the part of sums.hpp that meets every logit, written once for vectors of any width.
//
// A path is one file compiled for one instruction set (CMakeLists.txt). It includes nothing of the standard library but
// <cstdint>, and calls nothing inline that is not forced. Sixteen tokens are taken side by side whatever the width, in
// parts of as many as a vector holds, so that all paths add up the same numbers in the same order.
#pragma once
#include <cstdint>

#include "support/bf16.hpp"     // defines: Bf16, to_float
#include "support/float32.hpp"  // defines: exp32, lanes

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace vmd {

/// What a path needs of a grammar, plain.
struct StreamView {
  int64_t V;
  int n;                    // classes that stream, up to 6
  const uint16_t* streams;  // [blocks][n]
};

/// Of one row: sums beside `reference`, or maxima, of each class that streams; `top`: the largest y of all tokens.
/// False for NaN or +inf.
template <class T>
using StreamPass = bool (*)(const StreamView&, const T* row, float over, float reference, float* top, double* out);

struct CanvasPath {
  StreamPass<float> sums, bests;
  StreamPass<Bf16> sums_bf16, bests_bf16;
  void (*exps)(float* y, int64_t n, float top);  // exp(y - top) in place of y; n is a multiple of 16
};

extern const CanvasPath kCanvasPortable;  // sums_portable.cpp
extern const CanvasPath kCanvasAvx2;      // sums_avx2.cpp
extern const CanvasPath kCanvasAvx512;    // sums_avx512.cpp

constexpr int kSide = 16;
constexpr int64_t kFlush = 64;  // blocks whose sums are float32

template <class F>
struct CanvasVectors {
  using I = typename Lane<F>::I;
  using U = typename Lane<F>::U;
  static constexpr int kWidth = lanes<F>, kParts = kSide / kWidth;

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

  /// Lanes of part `part` whose bit is set.
  static VMD_INLINE I chosen(uint32_t bits, int part) {
    I place;
    for (int lane = 0; lane < kWidth; ++lane) place[lane] = 1 << lane;
    return ((I{} + static_cast<int32_t>(bits >> (part * kWidth))) & place) != 0;
  }
  static VMD_INLINE F add(const F& sum, const F& e, uint32_t bits, int part) {
#if defined(__AVX512F__)
    if constexpr (kWidth == 16) return _mm512_mask_add_ps(sum, static_cast<__mmask16>(bits), sum, e);
#endif
    return sum + (chosen(bits, part) ? e : F{});
  }
  static VMD_INLINE F most(const F& best, const F& y, uint32_t bits, int part) {
    const F masked = chosen(bits, part) ? y : F{} - __builtin_inff();
    return masked > best ? masked : best;
  }

  /// n classes of one row; kSum: sums, else maxima.
  template <class T, int n, bool kSum>
  static VMD_INLINE bool pass(const StreamView& s, const T* row, float over, float reference, float* top, double* out) {
    constexpr float kNothing = -__builtin_inff();
    constexpr int kOf = n > 0 ? n : 1;
    double total[kOf][kSide] = {};
    F held[kOf][kParts], high[kParts];
    I bad[kParts] = {};
    for (int p = 0; p < kParts; ++p) high[p] = F{} + kNothing;
    for (int k = 0; k < n; ++k)
      for (int p = 0; p < kParts; ++p) held[k][p] = kSum ? F{} : F{} + kNothing;
    const int64_t whole = s.V / kSide, blocks = (s.V + kSide - 1) / kSide;
    T last[kSide];
    if (whole < blocks) {
      for (int i = 0; i < kSide; ++i) last[i] = row[whole * kSide + i < s.V ? whole * kSide + i : whole * kSide];
    }
    for (int64_t begin = 0; begin < blocks; begin += kFlush) {
      const int64_t end = begin + kFlush < blocks ? begin + kFlush : blocks;
      for (int64_t b = begin; b < end; ++b) {
        const T* at = b < whole ? row + b * kSide : last;
        const uint16_t* bits = s.streams + b * n;
        for (int p = 0; p < kParts; ++p) {
          const F y = load(at + p * kWidth) * over;
          bad[p] = bad[p] | ~(y < __builtin_inff());
          high[p] = y > high[p] ? y : high[p];
          if constexpr (kSum) {
            const F e = exp32<F>(y - reference);
            for (int k = 0; k < n; ++k) held[k][p] = add(held[k][p], e, bits[k], p);
          } else {
            for (int k = 0; k < n; ++k) held[k][p] = most(held[k][p], y, bits[k], p);
          }
        }
      }
      if constexpr (kSum)
        for (int k = 0; k < n; ++k)
          for (int p = 0; p < kParts; ++p) {
            for (int lane = 0; lane < kWidth; ++lane) total[k][p * kWidth + lane] += static_cast<double>(held[k][p][lane]);
            held[k][p] = F{};
          }
    }
    int32_t wrong = 0;
    float all = kNothing;
    for (int p = 0; p < kParts; ++p)
      for (int lane = 0; lane < kWidth; ++lane) {
        wrong |= bad[p][lane];
        all = high[p][lane] > all ? high[p][lane] : all;
      }
    *top = all;
    for (int k = 0; k < n; ++k) {
      double sum = 0, best = kNothing;
      for (int i = 0; i < kSide; ++i) {
        sum += total[k][i];
        const double y = static_cast<double>(held[k][i / kWidth][i % kWidth]);
        best = y > best ? y : best;
      }
      out[k] = kSum ? sum : best;
    }
    return wrong == 0;
  }

  template <class T, bool kSum>
  static VMD_INLINE bool any(const StreamView& s, const T* row, float over, float reference, float* top, double* out) {
    switch (s.n) {
      case 0: return pass<T, 0, kSum>(s, row, over, reference, top, out);
      case 1: return pass<T, 1, kSum>(s, row, over, reference, top, out);
      case 2: return pass<T, 2, kSum>(s, row, over, reference, top, out);
      case 3: return pass<T, 3, kSum>(s, row, over, reference, top, out);
      case 4: return pass<T, 4, kSum>(s, row, over, reference, top, out);
      case 5: return pass<T, 5, kSum>(s, row, over, reference, top, out);
      default: return pass<T, 6, kSum>(s, row, over, reference, top, out);
    }
  }

  static VMD_INLINE void exps(float* y, int64_t n, float top) {
    for (int64_t i = 0; i < n; i += kWidth) {
      const F e = exp32<F>(load(y + i) - top);
      __builtin_memcpy(y + i, &e, sizeof e);
    }
  }
};

/// The functions of one path, in the file that is compiled for it.
#define VMD_CANVAS_PATH(name, F)                                                                              \
  namespace {                                                                                                 \
  bool sums(const StreamView& s, const float* row, float over, float reference, float* top, double* out) {    \
    return CanvasVectors<F>::any<float, true>(s, row, over, reference, top, out);                             \
  }                                                                                                           \
  bool bests(const StreamView& s, const float* row, float over, float reference, float* top, double* out) {   \
    return CanvasVectors<F>::any<float, false>(s, row, over, reference, top, out);                            \
  }                                                                                                           \
  bool sums_bf16(const StreamView& s, const Bf16* row, float over, float reference, float* top, double* out) {  \
    return CanvasVectors<F>::any<Bf16, true>(s, row, over, reference, top, out);                              \
  }                                                                                                           \
  bool bests_bf16(const StreamView& s, const Bf16* row, float over, float reference, float* top, double* out) { \
    return CanvasVectors<F>::any<Bf16, false>(s, row, over, reference, top, out);                             \
  }                                                                                                           \
  void exps(float* y, int64_t n, float top) { CanvasVectors<F>::exps(y, n, top); }                            \
  }                                                                                                           \
  constinit const CanvasPath name{sums, bests, sums_bf16, bests_bf16, exps};

}  // namespace vmd
