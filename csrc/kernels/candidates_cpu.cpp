// candidates_cpu.cpp -- the loop of candidates.hpp over boards.
#include "kernels/candidates.hpp"

#include <algorithm>
#include <atomic>

#include "kernels/held.hpp"
#include "support/checks.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {

bool candidates(const CandidatesArgs& a, const Peers& peers, int threads) {
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L, threads), [&](int64_t begin, int64_t end) {
    if (!values_ok(a.x + begin * a.L, (end - begin) * a.L, kMaxSymbols)) {
      good = false;
      return;
    }
    Held<Times::kOnce> held(peers);
    for (int64_t b = begin; b < end; b += held.kBoards) {
      const SymbolSet* allowed = a.allowed + (a.allowed_per_board ? b * a.L : 0);
      const int64_t stride = a.allowed_per_board ? a.L : 0;
      SymbolSet* out = a.out + b * a.L;
      held.each(a.x + b * a.L, static_cast<int>(std::min<int64_t>(held.kBoards, end - b)),
                [&](int j, int64_t l, SymbolSet own, SymbolSet taken) {
                  out[j * a.L + l] = own ? own : allowed[j * stride + l] & ~taken;
                });
    }
  });
  return good;
}

}  // namespace vmd
