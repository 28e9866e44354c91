// checks.hpp -- is everything in these arrays within the limits that the kernels rely on?
//
// These only say yes or no, at memory speed; kernels/__init__.py finds the place and the words on a no.
#pragma once
#include <cstdint>
#include <limits>

#include "support/float32.hpp"  // defines: VMD_INLINE
#include "support/sets.hpp"     // defines: kMaxSymbols
#include "support/threads.hpp"  // defines: thread_count

namespace vmd {

constexpr int64_t kMaxCells = 1 << 16;  // a cell's number is 16 bits of a Philox counter

/// Every value is open (-1) or one of the symbols 0..V-1.
VMD_INLINE bool values_ok(const int32_t* x, int64_t n, int V) {
  uint32_t largest = 0;  // of value + 1, where anything below -1 wraps to a huge number
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t shifted = static_cast<uint32_t>(x[i]) + 1u;
    largest = shifted > largest ? shifted : largest;
  }
  return largest <= static_cast<uint32_t>(V);
}

/// No logit is NaN or +inf.
VMD_INLINE bool logits_ok(const float* logits, int64_t n) {
  int32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) bad |= !(logits[i] < std::numeric_limits<float>::infinity());
  return bad == 0;
}

/// No set holds a symbol beyond V-1.
VMD_INLINE bool sets_ok(const SymbolSet* sets, int64_t n, int V) {
  SymbolSet all = 0;
  for (int64_t i = 0; i < n; ++i) all |= sets[i];
  return sets::within(all, V);
}

/// Boards a thread takes at a time: enough to be worth a visit to the shared counter, and whole eights if there
/// are many (held.hpp). A thread alone shares nothing, but is to look at its Stop now and then.
inline int64_t boards_per_chunk(int64_t L, int threads) {
  const int64_t boards = 1 + (thread_count(threads) == 1 ? 65536 : 2048) / (L + 1);
  return boards < 8 ? boards : (boards + 7) / 8 * 8;
}

}  // namespace vmd
