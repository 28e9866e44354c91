// candidates_cpu.cpp -- the loop of candidates.hpp over boards.
#include "kernels/candidates.hpp"

#include <algorithm>
#include <atomic>

#include "support/checks.hpp"
#include "kernels/held.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {

bool candidates(const CandidatesArgs& a, int threads) {
  if (!peers_ok(a.peers, a.L, a.P)) return false;
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L), [&](int64_t begin, int64_t end) {
    if (!values_ok(a.x + begin * a.L, (end - begin) * a.L, kMaxSymbols)) {
      good = false;
      return;
    }
    Held held(a.peers, a.L, a.P);
    for (int64_t b = begin; b < end; b += Held::kBoards) {
      const uint64_t* allowed = a.allowed + (a.allowed_per_board ? b * a.L : 0);
      const int64_t stride = a.allowed_per_board ? a.L : 0;
      uint64_t* out = a.out + b * a.L;
      held.each(a.x + b * a.L, static_cast<int>(std::min<int64_t>(Held::kBoards, end - b)),
                [&](int j, int64_t l, uint64_t own, uint64_t taken) {
                  out[j * a.L + l] = own ? own : allowed[j * stride + l] & ~taken;
                });
    }
  });
  return good;
}

}  // namespace vmd
