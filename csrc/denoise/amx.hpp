// amx.hpp -- the tiles of a CPU with AMX, and whether this process may use them.
//
// The instructions are written out, so that this compiles for any x86-64; whoever uses them has asked no_amx() first.
#pragma once
#include <cstdint>

#include "denoise/gemm.hpp"  // defines: load_as, store_as, VMD_INLINE

namespace vmd {

/// Why this process has no tiles of bfloat16, or null where it has them. Asks the system for them once.
const char* no_amx();  // amx.cpp

#if defined(__x86_64__)

using WordRow = uint32_t __attribute__((vector_size(64)));

/// One step of a transposition: lanes with bit S of the first row against those without of the second.
template <int S>
VMD_INLINE void exchange(WordRow& first, WordRow& second) {
#define VMD_LANES(lane) \
  lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6), lane(7), lane(8), lane(9), lane(10), lane(11), \
      lane(12), lane(13), lane(14), lane(15)
#define VMD_FIRST(i) (((i) & S) ? 16 + (i) - S : (i))
#define VMD_SECOND(i) (((i) & S) ? 16 + (i) : (i) + S)
  const WordRow one = __builtin_shufflevector(first, second, VMD_LANES(VMD_FIRST));
  second = __builtin_shufflevector(first, second, VMD_LANES(VMD_SECOND));
  first = one;
#undef VMD_SECOND
#undef VMD_FIRST
#undef VMD_LANES
}

/// The sum of each of 16 rows: halves of two rows side by side, added, and again.
template <int S = 8>
VMD_INLINE f32x16 totals_of(WordRow (&rows)[16]) {
#pragma GCC unroll 8
  for (int i = 0; i < S; ++i) {
    exchange<S>(rows[i], rows[i + S]);
    rows[i] = bits_as<WordRow>(bits_as<f32x16>(rows[i]) + bits_as<f32x16>(rows[i + S]));
  }
  if constexpr (S > 1) totals_of<S / 2>(rows);
  return bits_as<f32x16>(rows[0]);
}

template <int S>
VMD_INLINE void exchange_all(WordRow (&rows)[16]) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    if (!(i & S)) exchange<S>(rows[i], rows[i + S]);
}

/// A thread's eight tiles of 16 rows of 64 bytes, its own while this lives.
class AmxTiles {
 public:
  VMD_INLINE AmxTiles() {
    struct alignas(64) {
      uint8_t palette = 1, start_row = 0, reserved[14] = {};
      uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } const shapes;
    __asm__ volatile("ldtilecfg %0" ::"m"(shapes));
  }
  VMD_INLINE ~AmxTiles() { __asm__ volatile("tilerelease" ::); }
  AmxTiles(const AmxTiles&) = delete;
  AmxTiles& operator=(const AmxTiles&) = delete;

  template <int t>
  VMD_INLINE void clear() {
    __asm__ volatile("tilezero %%tmm%c0" ::"i"(t));
  }
  /// Rows `stride` bytes apart.
  template <int t>
  VMD_INLINE void load(const void* from, int64_t stride) {
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(t) : "memory");
  }
  template <int t>
  VMD_INLINE void store(void* to, int64_t stride) const {
    __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(t) : "memory");
  }
  template <int c, int a, int b>
  VMD_INLINE void multiply() {
    __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(c), "i"(a), "i"(b));
  }
  /// to [16,16] = from [16,16] transposed, rows of `from` so many words apart.
  static VMD_INLINE void transpose(const uint32_t* from, int64_t stride, uint32_t* to) {
    WordRow rows[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) rows[i] = load_as<WordRow>(from + i * stride);
    exchange_all<8>(rows), exchange_all<4>(rows), exchange_all<2>(rows), exchange_all<1>(rows);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) store_as(to + i * 16, rows[i]);
  }
};

#endif

}  // namespace vmd
