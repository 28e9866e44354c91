// path_avx2.cpp -- `denoise` with AVX2 and FMA: 16 registers of eight floats.
#if defined(__x86_64__)
#include <immintrin.h>

#include "denoise/gradient_path.hpp"

namespace vmd {
namespace {

struct Avx2 : OfVectors {
  using F = float __attribute__((vector_size(32)));
  using W = F;
  using E = float;
  static constexpr int kLanes = 8, kGroup = 1, kPanel = 2;
  static constexpr int rows(int) { return 6; }  // 12 sums, two weights, one input
  static VMD_INLINE F load(const E* from) { return load_as<F>(from); }
  static VMD_INLINE F spread(const E* from) { return _mm256_broadcast_ss(from); }
  static VMD_INLINE F add_product(F sum, F a, F b) { return _mm256_fmadd_ps(a, b, sum); }
  static VMD_INLINE F relu(F x) { return _mm256_max_ps(x, F{}); }
  static VMD_INLINE void store(E* to, F x) { store_as(to, x); }
  static VMD_INLINE E rounded(float x) { return x; }
};

}  // namespace

constinit const DenoisePath kDenoiseAvx2 = denoise_path<Avx2>("avx2");

}  // namespace vmd
#endif
