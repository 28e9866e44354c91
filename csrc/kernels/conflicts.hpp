// conflicts.hpp -- which cells hold the same symbol as one of their peers.
//
// Meaning      out[b,l] <=> x[b,l] is filled and x[b,p] == x[b,l] for some p in peers[l]
// Shapes       x [B,L] i32, open < 0   peers [L,P] i32, -1 = padding, P may be 0   out [B,L] bool
// Limits       x in -1..63, peers in -1..L-1; checked before use (checks.hpp)
// Parallelism  cells are independent; a thread takes eight boards side by side (held.hpp).
// Exact        integers only.
// Twin         vmdsolve/kernels/reference.py:conflicts   Test  tests/kernels/test_kernels.py
#pragma once
#include <cstdint>

namespace vmd {

struct ConflictsArgs {
  int64_t B, L, P;
  const int32_t* x;
  const int32_t* peers;
  bool* out;
};

/// False when x or peers hold a value outside the limits; `out` is then not to be used.
bool conflicts(const ConflictsArgs& args, int threads);

}  // namespace vmd
