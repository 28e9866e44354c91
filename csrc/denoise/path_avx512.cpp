// path_avx512.cpp -- `denoise` with AVX-512: 32 registers of 16 floats.
#if defined(__x86_64__)
#include <immintrin.h>

#include "denoise/gradient_path.hpp"

namespace vmd {
namespace {

struct Avx512 : OfVectors {
  using F = float __attribute__((vector_size(64)));
  using W = F;
  using E = float;
  static constexpr int kLanes = 16, kGroup = 1, kPanel = 4;
  static constexpr int rows(int columns) { return columns > 2 ? 6 : 12; }  // 24 sums or fewer
  static VMD_INLINE F load(const E* from) { return load_as<F>(from); }
  static VMD_INLINE F spread(const E* from) { return _mm512_set1_ps(*from); }
  static VMD_INLINE F add_product(F sum, F a, F b) { return _mm512_fmadd_ps(a, b, sum); }
  static VMD_INLINE F relu(F x) { return _mm512_maskz_max_ps(0xffff, x, F{}); }  // unmasked, GCC 12 warns
  static VMD_INLINE void store(E* to, F x) { store_as(to, x); }
  static VMD_INLINE E rounded(float x) { return x; }
};

}  // namespace

constinit const DenoisePath kDenoiseAvx512 = denoise_path<Avx512>("avx512");

}  // namespace vmd
#endif
