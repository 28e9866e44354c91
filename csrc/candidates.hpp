// candidates.hpp -- which symbols may still be written into each cell.
//
// Meaning      an open cell:   out[b,l] = allowed[l] minus { x[b,p] : p in peers[l], p filled }
//              a filled cell:  out[b,l] = { x[b,l] }
// Shapes       x [B,L] i32, open < 0   allowed [L] or [B,L] u64   peers [L,P] i32, -1 = padding, P may be 0
//              out [B,L] u64, bit v set <=> symbol v is possible
// Limits       x in -1..63, peers in -1..L-1; checked before use (checks.hpp)
// Parallelism  cells are independent; a board is the unit of work on the CPU.
// Exact        integers only.
// Twin         vmdsolve/kernels/reference.py:candidates   Test  tests/test_kernels.py
#pragma once
#include <cstdint>

#include "philox.hpp"  // defines: VMD_HD

namespace vmd {

VMD_HD inline uint64_t candidates_at(const int32_t* row /* x[b], [L] */, int64_t l, uint64_t allowed,
                                     const int32_t* peers_l /* peers[l], [P] */, int64_t P) {
  if (row[l] >= 0) return uint64_t{1} << row[l];
  uint64_t held = 0;
  for (int64_t i = 0; i < P; ++i) {
    const int32_t value = peers_l[i] >= 0 ? row[peers_l[i]] : -1;
    held |= static_cast<uint64_t>(value >= 0) << (value & 63);  // no branch on what a cell holds
  }
  return allowed & ~held;
}

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
