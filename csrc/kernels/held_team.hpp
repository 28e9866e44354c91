// held_team.hpp -- `candidates` and `conflicts` for eight boards by one team; the twin of held.hpp.
//
// The eight boards lie side by side, so that eight threads share each step along the peers and read what they hold
// from adjacent places; a warp writes what it found of four cells as whole sectors.
// A board that holds a value outside -1..63 has no candidates anywhere, and every cell of it conflicts.
#pragma once
#include <cstdint>

#include "kernels/candidates.hpp"
#include "kernels/conflicts.hpp"
#include "support/team.hpp"  // defines: VMD_TEAM

namespace vmd {

constexpr int kHeldBoards = 8;

/// Bytes of a team's memory.
VMD_HD inline int64_t held_bytes(int64_t L) { return kHeldBoards * L * static_cast<int64_t>(sizeof(SymbolSet)); }

/// Call use(board, l, own, held, refused) for every cell of the boards first .. first + 7 that there are.
template <class Team, class Use>
VMD_TEAM void held_boards(Team& team, const int32_t* all, int64_t first, int64_t B, int L, const PeerLists& peers,
                          SymbolSet* own, const Use& use) {
  const int32_t* x = all + first * L;
  const int boards = static_cast<int>(B - first < kHeldBoards ? B - first : kHeldBoards);
  const uint32_t refused = team.unite(kHeldBoards * L, [&](int i) {
    const int j = i % kHeldBoards, l = i / kHeldBoards;
    const int32_t value = j < boards ? x[j * L + l] : -1;
    own[i] = sets::of_value(value);
    return static_cast<uint32_t>(value < -1 || value >= kMaxSymbols) << j;
  });
  team.each(kHeldBoards * L, [&](int i) {
    const int j = i % kHeldBoards, l = i / kHeldBoards;
    if (j >= boards) return;
    SymbolSet held = 0;
    for (int k = peers.offsets[l]; k < peers.offsets[l + 1]; ++k) held |= own[peers.cells[k] * kHeldBoards + j];
    use(first + j, l, own[i], held, (refused >> j & 1u) != 0);
  });
}

template <class Team>
VMD_TEAM void candidates_boards(Team& team, const CandidatesArgs& a, const PeerLists& peers, int64_t first,
                                SymbolSet* own) {
  held_boards(team, a.x, first, a.B, static_cast<int>(a.L), peers, own,
              [&](int64_t b, int l, SymbolSet mine, SymbolSet held, bool refused) {
                const SymbolSet allowed = a.allowed[(a.allowed_per_board ? b * a.L : 0) + l];
                a.out[b * a.L + l] = refused ? 0 : mine ? mine : allowed & ~held;
              });
}

template <class Team>
VMD_TEAM void conflicts_boards(Team& team, const ConflictsArgs& a, const PeerLists& peers, int64_t first,
                               SymbolSet* own) {
  held_boards(team, a.x, first, a.B, static_cast<int>(a.L), peers, own,
              [&](int64_t b, int l, SymbolSet mine, SymbolSet held, bool refused) {
                a.out[b * a.L + l] = refused || (mine & held) != 0;
              });
}

}  // namespace vmd
