// conflicts.hpp -- which cells hold the same symbol as one of their peers.
//
// Meaning      out[b,l] <=> x[b,l] is filled and x[b,p] == x[b,l] for some p in peers[l]
// Shapes       x [B,L] i32, open < 0   peers [L,P] i32, -1 = padding, P may be 0   out [B,L] bool
// Limits       x in -1..63, peers in -1..L-1; checked before use (checks.hpp)
// Parallelism  cells are independent; a board is the unit of work on the CPU.
// Exact        integers only.
// Twin         vmdsolve/kernels/reference.py:conflicts   Test  tests/test_kernels.py
#pragma once
#include <cstdint>

#include "philox.hpp"  // defines: VMD_HD

namespace vmd {

VMD_HD inline bool conflict_at(const int32_t* row /* x[b], [L] */, int64_t l,
                               const int32_t* peers_l /* peers[l], [P] */, int64_t P) {
  if (row[l] < 0) return false;
  bool same = false;
  for (int64_t i = 0; i < P; ++i) same |= peers_l[i] >= 0 && row[peers_l[i]] == row[l];
  return same;
}

struct ConflictsArgs {
  int64_t B, L, P;
  const int32_t* x;
  const int32_t* peers;
  bool* out;
};

/// False when x or peers hold a value outside the limits; `out` is then not to be used.
bool conflicts(const ConflictsArgs& args, int threads);

}  // namespace vmd
