// path_bf16.cpp -- `denoise` with AVX512-BF16: products of pairs of bfloat16, sums in float32.
//
// Weights (after the latent went in), states, means of messages and hidden channels are rounded to bfloat16 where they
// enter a product; states, messages and all sums are kept in float32.
#if defined(__x86_64__)
#include <immintrin.h>

#include "denoise/gradient_path.hpp"

namespace vmd {
namespace {

struct Bf16 : OfVectors {
  using F = float __attribute__((vector_size(64)));
  using W = __m512bh;
  using E = uint16_t;
  static constexpr int kLanes = 16, kGroup = 2, kPanel = 4;
  static constexpr int rows(int columns) { return columns > 2 ? 6 : 12; }
  static VMD_INLINE W load(const E* from) { return load_as<W>(from); }
  static VMD_INLINE W spread(const E* from) { return bits_as<W>(_mm512_set1_epi32(load_as<int32_t>(from))); }
  static VMD_INLINE F add_product(F sum, W a, W b) { return _mm512_dpbf16_ps(sum, a, b); }
  static VMD_INLINE F relu(F x) { return _mm512_maskz_max_ps(0xffff, x, F{}); }  // unmasked, GCC 12 warns
  static VMD_INLINE void store(E* to, F x) { store_as(to, _mm512_cvtneps_pbh(x)); }
  using Halves = uint16_t __attribute__((vector_size(32)));
  using Words = uint32_t __attribute__((vector_size(64)));
  /// [16][2] of two rows of 16.
  static VMD_INLINE void store_pair(E* to, F first, F second) {
    const auto words = [](F x) { return __builtin_convertvector(bits_as<Halves>(_mm512_cvtneps_pbh(x)), Words); };
    store_as(to, words(first) | words(second) << 16);
  }
  static VMD_INLINE F widened(const E* from) {
    return bits_as<F>(__builtin_convertvector(load_as<Halves>(from), Words) << 16);
  }
  static VMD_INLINE E rounded(float x) {  // to nearest, ties to even
    const uint32_t bits = bits_as<uint32_t>(x);
    return static_cast<E>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  }
};

}  // namespace

constinit const DenoisePath kDenoiseBf16 = denoise_path<Bf16>("avx512-bf16");

}  // namespace vmd
#endif
