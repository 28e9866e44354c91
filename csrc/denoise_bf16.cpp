// denoise_bf16.cpp -- `denoise` with AVX512-BF16: products of pairs of bfloat16, sums in float32.
//
// Weights (after the latent went in), states, means of messages and hidden channels are rounded to bfloat16 where they
// enter a product; states, messages and all sums are kept in float32.
#if defined(__x86_64__)
#include <immintrin.h>

#include "denoise_board.hpp"

namespace vmd {
namespace {

struct Bf16 {
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
  static VMD_INLINE E rounded(float x) {  // to nearest, ties to even
    const uint32_t bits = bits_as<uint32_t>(x);
    return static_cast<E>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  }
};

}  // namespace

constinit const DenoisePath kDenoiseBf16 = {
    "avx512-bf16", [](const DenoiseView& view) { return denoise_bytes<Bf16>(view); },
    [](const DenoiseView& view, const DenoiseBoards& boards, int64_t first, int64_t last, void* memory) {
      denoise_boards<Bf16>(view, boards, first, last, memory);
    }};

}  // namespace vmd
#endif
