// candidates.hpp -- which symbols may still be written into each cell.
//
// Meaning      an open cell:   out[b,l] = allowed[l] minus { x[b,p] : p in peers[l], p filled }
//              a filled cell:  out[b,l] = { x[b,l] }
// Shapes       x [B,L] i32, open < 0   allowed [L] or [B,L] u64   peers [L,P] i32, -1 = padding, P may be 0
//              out [B,L] u64, bit v set <=> symbol v is possible
// Limits       x in -1..63, peers in -1..L-1; checked before use (checks.hpp)
// Parallelism  cells are independent; a thread takes eight boards side by side (held.hpp).
// Exact        integers only.
// Twin         vmdsolve/kernels/reference.py:candidates   Test  tests/kernels/test_kernels.py
#pragma once
#include <cstdint>

namespace vmd {

struct CandidatesArgs {
  int64_t B, L, P;
  const int32_t* x;
  const uint64_t* allowed;
  bool allowed_per_board;
  const int32_t* peers;
  uint64_t* out;
};

/// False when x or peers hold a value outside the limits; `out` is then not to be used.
bool candidates(const CandidatesArgs& args, int threads);

}  // namespace vmd
