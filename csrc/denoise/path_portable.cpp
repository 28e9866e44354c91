// path_portable.cpp -- `denoise` with vectors of four floats, which every machine has or the compiler splits.
#include "denoise/gradient_path.hpp"

namespace vmd {
namespace {

struct Portable : OfVectors {
  using F = float __attribute__((vector_size(16)));
  using W = F;
  using E = float;
  static constexpr int kLanes = 4, kGroup = 1, kPanel = 4;
  static constexpr int rows(int) { return 2; }
  static VMD_INLINE F load(const E* from) { return load_as<F>(from); }
  static VMD_INLINE F spread(const E* from) { return *from - F{}; }
  static VMD_INLINE F add_product(F sum, F a, F b) { return sum + a * b; }
  static VMD_INLINE F relu(F x) { return x > 0.0f ? x : F{}; }
  static VMD_INLINE void store(E* to, F x) { store_as(to, x); }
  static VMD_INLINE E rounded(float x) { return x; }
};

}  // namespace

constinit const DenoisePath kDenoisePortable = denoise_path<Portable>("portable");

}  // namespace vmd
