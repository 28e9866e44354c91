// accepts.hpp -- the judge of many boards: full, equal to the givens, every all-different unit kept.
//
// It shares nothing with search or kernels, and states the rule in its own way; vmdsolve/checker.py holds it to plain
// Python in tests. Rules of other kinds are judged there.
#pragma once
#include <cstdint>
#include <span>

namespace vmd {

/// Arrays of a call. B boards of L cells and V <= 64 symbols, -1 where a given is open.
struct AcceptsArgs {
  int64_t B, L;
  int32_t V;
  const int32_t* givens;  // [B, L], or [L] for all boards
  bool per_board;
  const int32_t* boards;             // [B, L]
  std::span<const int32_t> offsets;  // [U + 1] where each unit's cells begin
  std::span<const int32_t> cells;    // all below L
  bool* out;                         // [B]
};

void accepts(const AcceptsArgs& args);

}  // namespace vmd
