// path_amx.cpp -- `denoise` with AMX: products of tiles of bfloat16, sums in float32.
//
// Weights (after the latent went in), normed states, means of messages and hidden channels are rounded to bfloat16 where
// they enter a product; states, messages and all sums are kept in float32. All other work is done with AVX-512, without
// FMA, so that the twin gives the same bits.
#if defined(__x86_64__)
#include <immintrin.h>

#include "denoise/amx.hpp"
#include "denoise/gradient_path.hpp"

namespace vmd {
namespace {

struct Amx : OfTiles {
  using Tiles = AmxTiles;
  using Halves = uint16_t __attribute__((vector_size(32)));
  static VMD_INLINE F fused(const F& a, float b, const F& sum) { return _mm512_fmadd_ps(a, _mm512_set1_ps(b), sum); }
  static VMD_INLINE F relu(F x) { return _mm512_maskz_max_ps(0xffff, x, F{}); }  // unmasked, GCC 12 warns
  static VMD_INLINE void store(E* to, F x) { store_as(to, _mm512_cvtneps_pbh(x)); }
  static VMD_INLINE void store_pair(E* to, F first, F second) {
    const auto words = [](F x) { return __builtin_convertvector(bits_as<Halves>(_mm512_cvtneps_pbh(x)), WordRow); };
    store_as(to, words(first) | words(second) << 16);
  }
  static VMD_INLINE F totals(const F (&rows)[kTile][1]) {
    WordRow words[kTile];
#pragma GCC unroll 16
    for (int r = 0; r < kTile; ++r) words[r] = bits_as<WordRow>(rows[r][0]);
    return totals_of(words);
  }
  static VMD_INLINE F widened(const E* from) {
    return bits_as<F>(__builtin_convertvector(load_as<Halves>(from), WordRow) << 16);
  }
};

}  // namespace

constinit const DenoisePath kDenoiseAmx = denoise_path<Amx>("amx");

}  // namespace vmd
#endif
