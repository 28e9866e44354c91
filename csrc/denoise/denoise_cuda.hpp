// denoise_cuda.hpp -- the denoiser on a CUDA device: all loops of a step, or all steps of a solve, in one launch.
//
// Meaning, shapes and rounding as in denoise.hpp's path of bfloat16, up to what denoise_team.hpp says. Values of x beyond
// V - 1 count as another symbol.
// Limits   widths up to (H, M, N) = (32, 32, 64); L V <= 768 candidates; all tables of a block in shared memory
#pragma once
#include <cstdint>
#include <memory>

#include "denoise/denoise.hpp"
#include "kernels/cuda.hpp"

namespace vmd {

/// One evaluation, see DenoiseRun and DenoiseResults: logits [B,L,V] and `spent` [B] are filled. Every pointer is the
/// device's; `settle`: by whom boards settle; null: they do not.
struct DenoiseCudaArgs {
  int64_t B;
  int loops;
  const int32_t* x;
  const float* z;
  PeerLists settle;
  float* logits;
  int32_t* spent;
  DenoiseNoise noise{};
  int64_t fade = 0;
};

struct SolveArgs;  // solve_args.hpp

/// A structure on one device; never changes, so denoisers and streams may share it.
class StructureCuda {
 public:
  /// Throws std::invalid_argument for more candidates than can be numbered, std::runtime_error when the device refuses.
  StructureCuda(const Structure& structure, int device);
  ~StructureCuda();

  struct Held;
  const Held& held() const { return *held_; }

 private:
  std::unique_ptr<const Held> held_;
};

/// Prepared weights on one device, for boards of any structure there; never changes, so streams may share it.
class DenoiseCuda {
 public:
  /// Throws std::invalid_argument for sizes outside the limits and std::runtime_error when the device refuses.
  DenoiseCuda(const DenoiseSizes& sizes, const DenoiseWeights& weights, int device);
  ~DenoiseCuda();

  /// Throws std::invalid_argument where boards of this structure do not fit; `run` and `solve` do so, too.
  void want(const StructureCuda& structure) const;

  void run(const StructureCuda& structure, const DenoiseCudaArgs& args, uintptr_t stream) const;

  /// `next` is one int32 of the device that holds 0, and is not to be used again without being set to 0.
  void solve(const StructureCuda& structure, const SolveArgs& args, int32_t* next, uintptr_t stream) const;

 private:
  struct Held;
  std::unique_ptr<const Held> held_;
};

}  // namespace vmd
