// conflicts_cpu.cpp -- the loop of conflicts.hpp over boards.
#include "kernels/conflicts.hpp"

#include <algorithm>
#include <atomic>

#include "kernels/held.hpp"
#include "support/checks.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {

bool conflicts(const ConflictsArgs& a, const Peers& peers, int threads) {
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L, threads), [&](int64_t begin, int64_t end) {
    if (!values_ok(a.x + begin * a.L, (end - begin) * a.L, kMaxSymbols)) {
      good = false;
      return;
    }
    Held<Times::kTwice> held(peers);
    for (int64_t b = begin; b < end; b += held.kBoards) {
      bool* out = a.out + b * a.L;
      held.each(a.x + b * a.L, static_cast<int>(std::min<int64_t>(held.kBoards, end - b)),
                [&](int j, int64_t l, SymbolSet own, SymbolSet taken) { out[j * a.L + l] = (own & taken) != 0; });
    }
  });
  return good;
}

}  // namespace vmd
