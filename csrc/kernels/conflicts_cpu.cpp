// conflicts_cpu.cpp -- the loop of conflicts.hpp over boards.
#include "kernels/conflicts.hpp"

#include <algorithm>
#include <atomic>

#include "support/checks.hpp"
#include "kernels/held.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {

bool conflicts(const ConflictsArgs& a, int threads) {
  if (!peers_ok(a.peers, a.L, a.P)) return false;
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L), [&](int64_t begin, int64_t end) {
    if (!values_ok(a.x + begin * a.L, (end - begin) * a.L, kMaxSymbols)) {
      good = false;
      return;
    }
    Held held(a.peers, a.L, a.P);
    for (int64_t b = begin; b < end; b += Held::kBoards) {
      bool* out = a.out + b * a.L;
      held.each(a.x + b * a.L, static_cast<int>(std::min<int64_t>(Held::kBoards, end - b)),
                [&](int j, int64_t l, uint64_t own, uint64_t taken) { out[j * a.L + l] = (own & taken) != 0; });
    }
  });
  return good;
}

}  // namespace vmd
