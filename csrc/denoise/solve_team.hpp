// solve_team.hpp -- all T steps of one board by one block: denoise.hpp and unmask.hpp in turn, nothing leaving the chip.
//
// Meaning      solve_args.hpp
// Exact        as the two kernels one after the other, bit for bit
// Test         csrc/tests/test_denoise_team.cpp, tests/kernels/test_cuda.py
#pragma once
#include "denoise/denoise_team.hpp"
#include "denoise/solve_args.hpp"
#include "kernels/unmask_team.hpp"

namespace vmd {

/// `m` is memory without a tile of logits; z has gone into `denoiser` already.
template <class Denoiser, class Team>
VMD_TEAM void solve_board(Team& team, Denoiser& denoiser, const SolveArgs& a, int64_t b, int L, int V,
                          const UnmaskMemory& m) {
  const int64_t row = b * L;
  const uint64_t beyond = V == 64 ? 0 : ~uint64_t{0} << V;
  const uint32_t refused = team.unite(L, [&](int l) -> uint32_t {
    const int32_t value = a.x[row + l];
    m.x[l] = static_cast<int8_t>(value);
    return value < -1 || value >= V || (a.allowed[row + l] & beyond) != 0;
  });
  team.each(L, [&](int l) {
    uint64_t held = 0;
    for (int64_t i = 0; i < a.P; ++i) {
      const int32_t p = a.peers[l * a.P + i];
      if (p >= 0 && p < L && m.x[p] >= 0) held |= uint64_t{1} << m.x[p];
    }
    m.candidates[l] = m.x[l] < 0 ? a.allowed[row + l] & ~held : uint64_t{1} << m.x[l];
  });
  int64_t open = 0;
  for (int l = 0; l < L; ++l) open += m.x[l] < 0;
  float* const logits = denoiser.spare();
  int step = 0;
  for (; step < a.steps && open > 0 && !refused; ++step) {
    if (team.unite(L, [&](int l) -> uint32_t { return m.x[l] < 0 && m.candidates[l] == 0; })) break;
    denoiser.run(team, m.x, a.loops, logits);
    if (step == 0 && a.first) team.each(L * V, [&](int i) { a.first[row * V + i] = logits[i]; });
    UnmaskRule rule = a.rule;
    rule.step = static_cast<uint32_t>(step);
    team.each(L, [&](int l) {
      m.confidences[l] = ordered_bits(-__builtin_inff());
      if (m.x[l] < 0) choose_cell(rule, V, a.key[b], l, [&](int v) { return logits[l * V + v]; }, m);
    });
    const int64_t left = a.steps - step;
    open -= commit_cells(team, rule, L, static_cast<int>(a.P), a.peers, (open + left - 1) / left, m);
  }
  team.each(L, [&](int l) {
    a.x_new[row + l] = refused ? kRefused : m.x[l];
    if (l == 0) a.nfe[b] = step;
  });
}

}  // namespace vmd
