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
  uint32_t refused = team.unite(L, [&](int l) -> uint32_t {
    const int32_t value = a.x[row + l];
    m.x[l] = static_cast<int8_t>(value);
    return refused_value(value, V) | refused_set(a.allowed[row + l], V);
  });
  team.each(L, [&](int l) {
    SymbolSet held = 0;
    for (int i = a.peers.offsets[l]; i < a.peers.offsets[l + 1]; ++i) held |= sets::of_value(m.x[a.peers.cells[i]]);
    m.candidates[l] = m.x[l] < 0 ? a.allowed[row + l] & ~held : sets::of_value(m.x[l]);
  });
  int64_t open = 0;
  for (int l = 0; l < L; ++l) open += m.x[l] < 0;
  const float* const logits = denoiser.logits();
  int step = 0, spent = 0;
  for (; step < a.steps && open > 0 && !refused; ++step) {
    if (team.unite(L, [&](int l) -> uint32_t { return m.x[l] < 0 && m.candidates[l] == 0; })) break;
    spent += denoiser.run(team, m.x, a.loops, a.settle, a.noise, b, a.fade);
    const bool all = a.settle.cells && denoiser.settles(team, m.x, a.settle);
    if (step == 0 && a.first) team.each(L * V, [&](int i) { a.first[row * V + i] = logits[i]; });
    refused = team.unite(L * V, [&](int i) { return refused_logit(logits[i]); });
    if (refused) {
      ++step;  // it was evaluated
      break;
    }
    UnmaskRule rule = a.rule;
    rule.step = static_cast<uint32_t>(step);
    team.each(L, [&](int l) {
      m.confidences[l] = ordered_bits(-__builtin_inff());
      if (m.x[l] < 0) choose_cell(rule, V, a.key[b], l, [&](int v) { return logits[l * V + v]; }, m);
    });
    const int64_t left = all ? 1 : a.steps - step;
    open -= commit_cells(team, rule, L, a.peers, (open + left - 1) / left, m);
  }
  team.each(L, [&](int l) {
    a.x_new[row + l] = refused ? refusal_of(refused) : m.x[l];
    if (l == 0) a.nfe[b] = step, a.spent[b] = spent;
  });
}

}  // namespace vmd
