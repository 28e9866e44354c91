// gradient.hpp -- the denoiser's loops as a function of its weights: logits, and their gradients on the way back.
//
// Meaning      vmdsolve/model/denoiser.py:Denoiser.forward with `free` loops that carry no gradient and `supervised`
//              ones after them, each with logits; backward gives what torch's autograd gives, up to rounding.
// Shapes       x [B,L] i32   tables [T] f32, tables.hpp   latent [B,W] f32: scale, shift, gate, W = 2 Np + Hp,
//              as factors (ones and zeros without latent)   logits, d_logits [S,B,L,V] f32
//              kept: S + 1 states and S tables of means of each board, B * kept_bytes bytes
// Method       A loop is undone from its state and the means of its messages; all else is computed again, a slab of
//              candidates at a time, while it is in L1. Gradients of weights are summed over a slab in registers,
//              then over slabs, boards, and at last over kAccumulators parts of the batch.
// Parallelism  a thread takes one part of the batch at a time, and a board of it at a time.
// Exact        results depend on the path and the batch alone, not on the number of threads: the parts are summed in
//              their order.
// Twin         vmdsolve/model/denoiser.py   Test  tests/model/test_fused.py, csrc/tests/test_gradient.cpp
// Speed        benchmarks/training.py
#pragma once
#include <cstdint>
#include <memory>

#include "denoise/denoise.hpp"  // defines: DenoiseSizes, Structure, denoise_paths

namespace vmd {

struct DenoiseStack;  // path.hpp

/// A structure and widths; weights are given to each call.
class DenoiseGradient {
 public:
  /// Throws std::invalid_argument for sizes outside the limits. D and R are not used.
  DenoiseGradient(std::shared_ptr<const Structure> structure, const DenoiseSizes& sizes);

  int64_t tables() const { return tables_; }  // T
  int64_t latent() const { return latent_; }  // W
  int64_t kept_bytes(int64_t supervised, int path) const;
  const StructureView& structure() const { return view_; }

  /// Fill logits and what backward needs; `stack.stop_asked` is not read. False when x holds a value outside -1..V-1; nothing is then to be used.
  bool forward(const DenoiseStack& stack, float* logits, int threads, int path) const;

  /// Fill d_tables [T] and d_latent [B,W] with the gradient of sum(logits * d_logits).
  void backward(const DenoiseStack& stack, const float* d_logits, float* d_tables, float* d_latent, int threads,
                int path) const;

 private:
  std::shared_ptr<const Structure> structure_;
  DenoiseView view_;
  int64_t tables_, latent_;
};

}  // namespace vmd
