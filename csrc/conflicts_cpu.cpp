// conflicts_cpu.cpp -- the loop of conflicts.hpp over boards.
#include "conflicts.hpp"

#include <atomic>

#include "checks.hpp"
#include "threads.hpp"  // defines: parallel_for

namespace vmd {

bool conflicts(const ConflictsArgs& a, int threads) {
  if (!peers_ok(a.peers, a.L, a.P)) return false;
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L), [&](int64_t begin, int64_t end) {
    if (!values_ok(a.x + begin * a.L, (end - begin) * a.L, kMaxSymbols)) {
      good = false;
      return;
    }
    for (int64_t b = begin; b < end; ++b)
      for (int64_t l = 0; l < a.L; ++l)
        a.out[b * a.L + l] = conflict_at(a.x + b * a.L, l, a.peers + l * a.P, a.P);
  });
  return good;
}

}  // namespace vmd
