// conflicts.hpp -- which cells hold the same symbol as one of their peers.
//
// Meaning      out[b,l] <=> x[b,l] is filled and x[b,p] == x[b,l] for some peer p of l
// Shapes       x [B,L] i32, open < 0   out [B,L] bool
// Limits       x in -1..63; checked before use (checks.hpp)
// Parallelism  cells are independent; a thread takes eight boards side by side (held.hpp).
// Exact        integers only.
// Twin         vmdsolve/kernels/reference.py:conflicts   Test  tests/kernels/test_kernels.py
#pragma once
#include <cstdint>

#include "kernels/peers.hpp"

namespace vmd {

struct ConflictsArgs {
  int64_t B, L;
  const int32_t* x;
  bool* out;
};

/// False when x holds a value outside the limits; `out` is then not to be used.
bool conflicts(const ConflictsArgs& args, const Peers& peers, int threads);

}  // namespace vmd
