// box_lanes.hpp -- vectors of any width, and the moves of their lanes that boards of three bands need.
//
// Used by      box_path.hpp; each file that includes it is compiled for one instruction set
#pragma once
#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define VMD_INLINE inline __attribute__((always_inline))

namespace vmd {

/// Vectors of W bytes, and lanes moved in them.
template <int W>
struct BoxLanes;
template <>
struct BoxLanes<16> {
  typedef uint32_t Vec __attribute__((vector_size(16), may_alias));
  static VMD_INLINE Vec next(Vec x) { return __builtin_shufflevector(x, x, 1, 2, 0, 3); }
  static VMD_INLINE Vec next_but_one(Vec x) { return __builtin_shufflevector(x, x, 2, 0, 1, 3); }
};
#if defined(__AVX2__)
template <>
struct BoxLanes<32> {
  typedef uint32_t Vec __attribute__((vector_size(32), may_alias));
  static VMD_INLINE Vec next(Vec x) { return __builtin_shufflevector(x, x, 1, 2, 0, 3, 5, 6, 4, 7); }
  static VMD_INLINE Vec next_but_one(Vec x) { return __builtin_shufflevector(x, x, 2, 0, 1, 3, 6, 4, 5, 7); }
};
#endif
#if defined(__AVX512F__)
template <>
struct BoxLanes<64> {
  typedef uint32_t Vec __attribute__((vector_size(64), may_alias));
  static VMD_INLINE Vec next(Vec x) {
    return __builtin_shufflevector(x, x, 1, 2, 0, 3, 5, 6, 4, 7, 9, 10, 8, 11, 13, 14, 12, 15);
  }
  static VMD_INLINE Vec next_but_one(Vec x) {
    return __builtin_shufflevector(x, x, 2, 0, 1, 3, 6, 4, 5, 7, 10, 8, 9, 11, 14, 12, 13, 15);
  }
};
#endif

}  // namespace vmd
