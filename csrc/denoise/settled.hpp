// settled.hpp -- whether a board may leave the loops: its likeliest symbols break no all-different rule and no count.
//
// Meaning      a filled cell holds what it holds, an open one the symbol of its largest logit, the lowest on a tie;
//              settled: no two peers hold the same, and every counted symbol stands as often as it may
// Twin         vmdsolve/kernels/reference.py:settled; by others' kernels vmdsolve/sampler/evaluation.py
// Test         tests/kernels/test_settle.py, csrc/tests/test_denoise.cpp, csrc/tests/test_denoise_team.cpp
#pragma once
#include <cstdint>

#include "support/float32.hpp"  // defines: VMD_HD, VMD_INLINE

namespace vmd {

/// Loops from one look at a board to the next; the last loop is looked at, too.
constexpr int64_t kSettleEvery = 4;

/// What a cell holds, or would hold by its logits [V].
VMD_HD VMD_INLINE int likeliest(int32_t held, const float* logits, int V) {
  if (held >= 0) return held;
  int best = 0;
  for (int v = 1; v < V; ++v)
    if (logits[v] > logits[best]) best = v;
  return best;
}

/// Units of peers.
struct SettleUnits {
  int64_t U = 0;
  const int32_t *offsets = nullptr, *cells = nullptr;  // of unit u: cells[offsets[u]] .. cells[offsets[u + 1] - 1]
};

/// Counts: of symbols[u] among the cells[offsets[u]] .. cells[offsets[u + 1] - 1] are there from least[u] to most[u].
struct SettleCounts {
  int64_t U = 0;
  const int32_t *offsets = nullptr, *cells = nullptr, *symbols = nullptr, *least = nullptr, *most = nullptr;
};

/// By what boards settle; nothing: they never do.
struct Settle {
  SettleUnits units;
  SettleCounts counts;
  bool any() const { return units.U > 0 || counts.U > 0; }
};

/// Whether a board x [L] of values below V settles by these logits [L,V]; `chosen` is room for L symbols.
VMD_INLINE bool settled(const Settle& settle, const int32_t* x, const float* logits, int64_t L, int64_t V,
                        uint8_t* chosen) {
  const SettleUnits& units = settle.units;
  const SettleCounts& counts = settle.counts;
  for (int64_t l = 0; l < L; ++l)
    chosen[l] = static_cast<uint8_t>(likeliest(x[l], logits + l * V, static_cast<int>(V)));
  for (int64_t u = 0; u < units.U; ++u) {
    uint64_t taken = 0;
    for (int32_t i = units.offsets[u]; i < units.offsets[u + 1]; ++i) {
      const uint64_t symbol = uint64_t{1} << chosen[units.cells[i]];
      if (taken & symbol) return false;
      taken |= symbol;
    }
  }
  for (int64_t u = 0; u < counts.U; ++u) {
    int32_t n = 0;
    for (int32_t i = counts.offsets[u]; i < counts.offsets[u + 1]; ++i) n += chosen[counts.cells[i]] == counts.symbols[u];
    if (n < counts.least[u] || n > counts.most[u]) return false;
  }
  return true;
}

}  // namespace vmd
