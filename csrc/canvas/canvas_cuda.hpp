// canvas_cuda.hpp -- canvases on a CUDA device: logits never leave it. What teams do is canvas_team.hpp.
//
// Every pointer of the arguments is the device's, room for the work among them. Each call launches on the caller's
// stream, without waiting or allocating, and throws std::runtime_error when a launch fails.
#pragma once
#include <cstdint>
#include <memory>

#include "canvas/canvas_team.hpp"
#include "canvas/tables.hpp"
#include "kernels/cuda.hpp"

namespace vmd {

/// A grammar on one device; never changes, so streams may share it.
class GrammarCuda {
 public:
  GrammarCuda(const Grammar& grammar, int device);
  ~GrammarCuda();

  int64_t parts() const;
  /// Sums and the backward pass: log_z, refused.
  void begin(CanvasTeamArgs args, uintptr_t stream) const;
  /// After `begin`: offsets, then log-marginals into `out` unless it is null.
  void marginals(CanvasTeamArgs args, uintptr_t stream) const;
  /// After `begin`: a text of each board.
  void draw(CanvasTeamArgs args, uintptr_t stream) const;

 private:
  struct Held;
  std::unique_ptr<const Held> held_;
};

}  // namespace vmd
