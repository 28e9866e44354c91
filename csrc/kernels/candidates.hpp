// candidates.hpp -- which symbols may still be written into each cell.
//
// Meaning      an open cell:   out[b,l] = allowed[l] minus { x[b,p] : p a peer of l, p filled }
//              a filled cell:  out[b,l] = { x[b,l] }
// Shapes       x [B,L] i32, open < 0   allowed [L] or [B,L] sets   out [B,L] sets
// Limits       x in -1..63; checked before use (checks.hpp)
// Parallelism  cells are independent; a thread takes eight boards side by side (held.hpp).
// Exact        integers only.
// Twin         vmdsolve/kernels/reference.py:candidates   Test  tests/kernels/test_kernels.py
#pragma once
#include <cstdint>

#include "kernels/peers.hpp"
#include "support/sets.hpp"

namespace vmd {

struct CandidatesArgs {
  int64_t B, L;
  const int32_t* x;
  const SymbolSet* allowed;
  bool allowed_per_board;
  SymbolSet* out;
};

/// False when x holds a value outside the limits; `out` is then not to be used.
bool candidates(const CandidatesArgs& args, const Peers& peers, int threads);

}  // namespace vmd
