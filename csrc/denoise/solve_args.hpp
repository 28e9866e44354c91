// solve_args.hpp -- a whole solve: what it is given, and what comes of it.
//
// Meaning      vmdsolve/sampler/loop.py for a plan with one block of cells, z drawn once and nothing opened again:
//                  for step in T, while cells are open and each of them has a legal symbol:
//                      logits = denoiser(x, z)
//                      unmask at least ceil(open cells / steps left) cells, and what is above the threshold; all, if
//                      boards may settle (denoise.hpp) and this one does
// Shapes       x, x_new [B,L] i32, open = -1   allowed [B,L] u64   z [B,D] f32   key [B] u64
//              nfe, spent [B] i32, evaluations and their loops   first [B,L,V] f32, logits of the first one, or null
#pragma once
#include <cstdint>

#include "denoise/noise_keys.hpp"  // defines: DenoiseNoise
#include "kernels/unmask.hpp"

namespace vmd {

struct SolveArgs {
  int64_t B;
  int steps, loops;
  const int32_t* x;
  const SymbolSet* allowed;
  const float* z;
  PeerLists peers;
  const uint64_t* key;
  UnmaskRule rule;  // `step` is not read
  int32_t *x_new, *nfe, *spent;
  float* first;
  PeerLists settle;  // by whom boards settle; null: they do not
  DenoiseNoise noise{};  // on states, the same at all of a board's evaluations
  int64_t fade = 0;      // of states, fade.hpp
};

}  // namespace vmd
