// unmask_team.hpp -- the step of unmask.hpp for one board by one team.
//
//   1. values and sets come into the team's memory, and confidence "nothing" for every cell
//   2. the logits come a tile of cells at a time, as they lie in memory; a thread chooses for one open cell
//   3. the best cell of all, again and again: commit it, and take its symbol from its peers, a thread a peer
//   4. what changed goes out
// A board that holds a forbidden value comes back with a refusal in every cell, which no kernel takes, so that it is
// noticed without waiting for the device. x_new and candidates_new may be x and candidates themselves.
#pragma once
#include <cstdint>

#include "kernels/unmask.hpp"
#include "support/bf16.hpp"
#include "support/team.hpp"  // defines: VMD_TEAM

namespace vmd {

/// Why a board was refused, as the value of each of its cells.
constexpr int32_t kForbidden = -2;  // a symbol, a set or a number of cells that is none
constexpr int32_t kNoLogit = -3;    // NaN or +infinity among the logits, now or in the step that x comes from

/// The refusal that bits of these say; 0: none.
constexpr uint32_t kForbiddenBit = 1, kNoLogitBit = 2;
VMD_HD inline int32_t refusal_of(uint32_t bits) { return bits & kNoLogitBit ? kNoLogit : bits ? kForbidden : 0; }

VMD_HD inline uint32_t refused_value(int32_t value, int V) {
  return value == kNoLogit ? kNoLogitBit : value < -1 || value >= V ? kForbiddenBit : 0;
}
VMD_HD inline uint32_t refused_set(SymbolSet set, int V) { return sets::within(set, V) ? 0 : kForbiddenBit; }
VMD_HD inline uint32_t refused_logit(float y) { return y < __builtin_inff() ? 0 : kNoLogitBit; }

/// Adjacent cells with an even number of symbols would lie in the same banks: a word is left out after every 32.
VMD_HD inline int tile_place(int i, int V) { return i + (V % 2 ? 0 : i / 32); }

/// A team's memory; `tile` cells of logits at once, none if these lie in shared memory already.
struct UnmaskMemory {
  VMD_HD static int64_t tile_bytes(int tile, int V) { return 4 * tile_place(tile * V, V) + 4; }
  VMD_HD static int64_t bytes(int64_t L, int tile, int V) {
    return (L * (8 + 4 + 1 + 1) + tile_bytes(tile, V) + 15) / 16 * 16;
  }
  VMD_HD UnmaskMemory(void* memory, int64_t L, int tile, int V)
      : candidates(static_cast<SymbolSet*>(memory)), confidences(reinterpret_cast<int32_t*>(candidates + L)),
        logits(reinterpret_cast<float*>(confidences + L)),
        x(reinterpret_cast<int8_t*>(logits) + tile_bytes(tile, V)), symbols(x + L) {}

  SymbolSet* candidates;  // [L] what is left of each cell's
  int32_t* confidences;   // [L] as ordered_bits; of nothing where a cell cannot be committed (any more)
  float* logits;          // [tile][V]
  int8_t *x, *symbols;    // [L] values; the symbol chosen, kCommitted once that is done
};
constexpr int8_t kCommitted = -1;

/// The draws of one cell: the last block of Philox is kept, since they are asked for in order.
class CellDraws {
 public:
  VMD_HD CellDraws(const UnmaskRule& rule, uint64_t key, int cell) : rule_(rule), key_(key), cell_(cell) {}
  VMD_HD float operator()(int draw) {
    if (draw / 4 != block_) {
      block_ = draw / 4;
      words_ = draw_words(rule_, key_, cell_, block_);
    }
    const uint32_t low = draw & 1 ? words_.w[1] : words_.w[0], high = draw & 1 ? words_.w[3] : words_.w[2];
    return uniform32<float>(draw & 2 ? high : low);
  }

 private:
  const UnmaskRule& rule_;
  uint64_t key_;
  int cell_, block_ = -1;
  Words words_{};
};

/// Step 2 for an open cell whose logits are logit(v).
template <class Logit>
VMD_TEAM void choose_cell(const UnmaskRule& rule, int V, uint64_t key, int l, const Logit& logit,
                          const UnmaskMemory& m) {
  const SymbolSet legal = m.candidates[l];
  CellDraws draws(rule, key, l);
  int32_t symbol;
  float confidence;
  choose<float>(
      rule, V, [&](int v) { return sets::has(legal, v) ? logit(v) : -__builtin_inff(); },
      [&](int draw) { return draws(draw); }, symbol, confidence);
  m.symbols[l] = static_cast<int8_t>(symbol);
  m.confidences[l] = ordered_bits(confidence);
}

/// Step 3: commit cells of one board, at least `at_least` of them if so many can be. Returns how many were.
template <class Team>
VMD_TEAM int64_t commit_cells(Team& team, const UnmaskRule& rule, int L, const PeerLists& peers, int64_t at_least,
                              const UnmaskMemory& m) {
  const int32_t nothing = ordered_bits(-__builtin_inff());
  const bool has_threshold = rule.threshold < __builtin_inff();
  if (has_threshold && at_least < 1) at_least = 1;
  int64_t done = 0;
  while (done < at_least || has_threshold) {
    const int64_t key = team.best(
        L, [&](int l) { return m.confidences[l] > nothing ? rank_key(m.confidences[l], l) : kNoKey; });
    if (key == kNoKey || (done >= at_least && !(confidence_of(key) >= rule.threshold))) break;
    const int cell = slot_of(key), symbol = m.symbols[cell];
    const bool commit = !rule.guard || sets::has(m.candidates[cell], symbol);
    team.wait();  // all have read what is written next
    const int32_t* const linked = peers.cells + peers.offsets[cell];
    const int n = peers.offsets[cell + 1] - peers.offsets[cell];
    team.each(n + 1, [&](int i) {
      if (i == n) {
        m.confidences[cell] = nothing;
        if (!commit) return;  // a peer took the symbol within this launch
        m.x[cell] = static_cast<int8_t>(symbol);
        m.symbols[cell] = kCommitted;
        m.candidates[cell] = sets::one(symbol);
      } else if (commit && m.x[linked[i]] < 0) {
        m.candidates[linked[i]] &= ~sets::one(symbol);
      }
    });
    done += commit;
  }
  return done;
}

/// The whole step for board b; T is float or Bf16.
template <class T, class Team>
VMD_TEAM void unmask_board(Team& team, const UnmaskArgs& a, const PeerLists& peers, const T* logits, int64_t b,
                           void* memory) {
  const int L = static_cast<int>(a.L), V = a.V;
  const UnmaskMemory m(memory, L, Team::size, V);
  const int64_t row = b * L;
  uint32_t refused = team.unite(L, [&](int l) -> uint32_t {
    const int32_t value = a.x[row + l];
    const SymbolSet set = a.candidates[row + l];
    m.x[l] = static_cast<int8_t>(value);
    m.candidates[l] = set;
    m.symbols[l] = 0;
    m.confidences[l] = ordered_bits(-__builtin_inff());
    return refused_value(value, V) | refused_set(set, V);
  });
  for (int first = 0; first < L; first += Team::size) {
    const int cells = L - first < Team::size ? L - first : Team::size;
    const T* from = logits + (row + first) * V;
    refused |= team.unite(cells * V, [&](int i) -> uint32_t {
      const float y = to_float(from[i]);
      m.logits[tile_place(i, V)] = y;
      return refused_logit(y);
    });
    team.each(cells, [&](int i) {
      if (m.x[first + i] >= 0) return;
      const auto logit = [&](int v) { return m.logits[tile_place(i * V + v, V)]; };
      choose_cell(a.rule, V, a.key[b], first + i, logit, m);
    });
  }
  const int64_t n_keep = a.n_keep ? a.n_keep[b] : 0;
  if (n_keep < 0) refused |= kForbiddenBit;
  if (!refused) commit_cells(team, a.rule, L, peers, n_keep, m);
  team.each(L, [&](int l) {
    a.x_new[row + l] = refused ? refusal_of(refused) : m.x[l];
    a.committed[row + l] = !refused && m.symbols[l] == kCommitted;
    a.candidates_new[row + l] = refused ? 0 : m.candidates[l];
  });
}

}  // namespace vmd
