// candidates_cpu.cpp -- the loop of candidates.hpp over boards.
#include "candidates.hpp"

#include <atomic>

#include "checks.hpp"
#include "threads.hpp"  // defines: parallel_for

namespace vmd {

bool candidates(const CandidatesArgs& a, int threads) {
  if (!peers_ok(a.peers, a.L, a.P)) return false;
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L), [&](int64_t begin, int64_t end) {
    if (!values_ok(a.x + begin * a.L, (end - begin) * a.L, kMaxSymbols)) {
      good = false;
      return;
    }
    for (int64_t b = begin; b < end; ++b) {
      const uint64_t* allowed = a.allowed + (a.allowed_per_board ? b * a.L : 0);
      for (int64_t l = 0; l < a.L; ++l)
        a.out[b * a.L + l] = candidates_at(a.x + b * a.L, l, allowed[l], a.peers + l * a.P, a.P);
    }
  });
  return good;
}

}  // namespace vmd
