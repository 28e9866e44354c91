#include "check/accepts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr size_t kSide = 64;  // bytes of one cell of all boards that are judged side by side: a vector

#if defined(__x86_64__) && defined(__GNUC__)
#define VMD_X86 1
#define VMD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2"), flatten))
#endif

/// Word: as many bits as there are symbols; of each cell the bit of what it holds, the boards side by side.
template <class Word>
inline void judge(const AcceptsArgs& args) {
  constexpr int32_t kBits = std::numeric_limits<Word>::digits;
  constexpr int64_t kLanes = kSide / sizeof(Word);
  using Side [[gnu::vector_size(kSide)]] = Word;
  const int64_t L = args.L;
  const auto V = static_cast<uint32_t>(args.V);
  std::vector<Word> held(static_cast<size_t>(L * kLanes));
  for (int64_t begin = 0; begin < args.B; begin += kLanes) {
    stop_point();
    const int64_t n = std::min(kLanes, args.B - begin);
    bool good[kLanes] = {};
    for (int64_t lane = 0; lane < n; ++lane) {
      const int32_t* board = args.boards + (begin + lane) * L;
      const int32_t* givens = args.givens + (args.per_board ? (begin + lane) * L : 0);
      uint32_t wrong = 0;
      for (int64_t cell = 0; cell < L; ++cell)
        wrong |= static_cast<uint32_t>(static_cast<uint32_t>(board[cell]) >= V) |
                 static_cast<uint32_t>((givens[cell] != -1) & (givens[cell] != board[cell]));
      good[lane] = wrong == 0;
      for (int64_t cell = 0; cell < L; ++cell)  // what lies outside is wrong already
        held[static_cast<size_t>(cell * kLanes + lane)] =
            static_cast<Word>(Word{1} << (static_cast<uint32_t>(board[cell]) % kBits));
    }
    Side twice{};
    for (size_t unit = 0; unit + 1 < args.offsets.size(); ++unit) {
      Side seen{};
      for (int32_t i = args.offsets[unit]; i < args.offsets[unit + 1]; ++i) {
        Side cell;
        std::memcpy(&cell, held.data() + args.cells[static_cast<size_t>(i)] * kLanes, sizeof cell);
        twice |= seen & cell;
        seen |= cell;
      }
    }
    for (int64_t lane = 0; lane < n; ++lane) args.out[begin + lane] = good[lane] && twice[lane] == 0;
  }
}

inline void by_symbols(const AcceptsArgs& args) {
  if (args.V <= 16) return judge<uint16_t>(args);
  if (args.V <= 32) return judge<uint32_t>(args);
  judge<uint64_t>(args);
}

#if defined(VMD_X86)
/// The same in vectors as wide as they are.
VMD_AVX512 void by_symbols_avx512(const AcceptsArgs& args) { by_symbols(args); }
#endif

}  // namespace

void accepts(const AcceptsArgs& args) {
#if defined(VMD_X86)
  static const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (wide) return by_symbols_avx512(args);
#endif
  by_symbols(args);
}

}  // namespace vmd
