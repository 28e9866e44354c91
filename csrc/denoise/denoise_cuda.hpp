// denoise_cuda.hpp -- the denoiser on a CUDA device: all loops of a step, or all steps of a solve, in one launch.
//
// Meaning, shapes and rounding as in denoise.hpp's path of bfloat16, up to what denoise_team.hpp says. Values of x beyond
// V - 1 count as another symbol.
// Limits   widths up to (H, M, N) = (32, 32, 64); L V <= 768 candidates; all tables of a block in shared memory
#pragma once
#include <cstdint>
#include <memory>

#include "kernels/cuda.hpp"
#include "denoise/denoise.hpp"

namespace vmd {

struct SolveArgs;  // solve_args.hpp

/// Prepared weights on one device; never changes, so streams may share it.
class DenoiseCuda {
 public:
  /// Throws std::invalid_argument for what is outside the limits and std::runtime_error when the device refuses.
  DenoiseCuda(const DenoiseSizes& sizes, const DenoiseWeights& weights, const DenoiseUnits& units, int device);
  ~DenoiseCuda();
  const DenoiseSizes& sizes() const { return sizes_; }

  /// Fill logits [B,L,V]; every pointer is the device's.
  void run(int64_t B, const int32_t* x, const float* z, int loops, float* logits, uintptr_t stream) const;

  /// `next` is one int32 of the device that holds 0, and is not to be used again without being set to 0.
  void solve(const SolveArgs& args, int32_t* next, uintptr_t stream) const;

 private:
  struct Held;
  DenoiseSizes sizes_;
  std::unique_ptr<const Held> held_;
};

}  // namespace vmd
