// unmask_cpu.cpp -- the step of unmask.hpp over boards: sideways, choose for 16 cells at once, commit.
//
// The whole of it is compiled three times (portable, AVX2, AVX-512) from the same source and chosen at run
// time; nothing is contracted to FMA, so the three give the same bits.
#include "unmask.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "checks.hpp"
#include "ranking.hpp"
#include "threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

using F = f32x16;
using U = u32x16;

/// What a thread reuses from board to board.
struct Scratch {
  explicit Scratch(int64_t L)
      : cells(static_cast<size_t>(L + kLanes)), symbols(static_cast<size_t>(L + kLanes)), ranking(L + kLanes) {}
  std::vector<int32_t> cells;    // of each slot: the open cells in ascending order
  std::vector<int32_t> symbols;  // of each slot: the symbol chosen
  Ranking ranking;
};

/// The logits of 16 cells turned sideways, -inf where a symbol is not legal, and their random words.
struct Tile {
  F logits[kMaxSymbols];
  U words[kDrawGumbel + kMaxSymbols];
};

/// to[j][lane + i] = rows[i][v + j] for i, j = 0..3.
VMD_INLINE void transpose4(const float* const* rows, int v, F* to, int lane) {
  using Quad = float __attribute__((vector_size(16)));
  Quad r[4];
  for (int i = 0; i < 4; ++i) __builtin_memcpy(&r[i], rows[i] + v, sizeof r[i]);
  const Quad low01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
  const Quad low23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  const Quad high01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  const Quad high23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  const Quad columns[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5),
                           __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                           __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
                           __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
  for (int j = 0; j < 4; ++j)
    __builtin_memcpy(reinterpret_cast<float*>(to + j) + lane, &columns[j], sizeof columns[j]);
}

VMD_INLINE void load_logits(const float* logits, const uint64_t* candidates, const int32_t* cells, int V,
                            Tile& tile) {
  for (int lane = 0; lane < kLanes; lane += 4) {
    const float* rows[4];
    for (int i = 0; i < 4; ++i) rows[i] = logits + int64_t{cells[lane + i]} * V;
    int v = 0;
    for (; v + 4 <= V; v += 4) transpose4(rows, v, tile.logits + v, lane);
    for (; v < V; ++v)
      for (int i = 0; i < 4; ++i) tile.logits[v][lane + i] = rows[i][v];
  }
  U halves[2];  // of the candidates
  for (int lane = 0; lane < kLanes; ++lane) {
    const uint64_t set = candidates[cells[lane]];
    halves[0][lane] = static_cast<uint32_t>(set);
    halves[1][lane] = static_cast<uint32_t>(set >> 32);
  }
  for (int v = 0; v < V; ++v) {
    const i32x16 legal = (halves[v / 32] & (1u << (v % 32))) != 0;
    tile.logits[v] = legal ? tile.logits[v] : F{} - __builtin_inff();
  }
}

VMD_INLINE void load_words(const UnmaskRule& rule, uint64_t key, const int32_t* cells, int V, Tile& tile) {
  const bool order = rule.order == Order::random || rule.noise > 0;
  const int blocks = rule.temperature > 0 ? 1 + (V + 3) / 4 : 1;
  for (int block = order ? 0 : 1; block < blocks; ++block) {
    U* out = tile.words + 4 * block;
    for (int lane = 0; lane < kLanes; ++lane) {
      const Words words = draw_words(rule, key, cells[lane], block);
      out[0][lane] = words.w[0];
      out[1][lane] = words.w[1];
      out[2][lane] = words.w[2];
      out[3][lane] = words.w[3];
    }
  }
}

/// Choose for the n open cells of a board: fills scratch.symbols and the keys of scratch.ranking.
VMD_INLINE void choose_all(const UnmaskArgs& a, int64_t b, int64_t n, Scratch& scratch) {
  Tile tile;
  int64_t* keys = scratch.ranking.keys();
  for (int64_t begin = 0; begin < n; begin += kLanes) {
    const int32_t* cells = scratch.cells.data() + begin;
    load_logits(a.logits + b * a.L * a.V, a.candidates + b * a.L, cells, a.V, tile);
    load_words(a.rule, a.key[b], cells, a.V, tile);
    i32x16 symbol;
    F confidence;
    choose<F>(
        a.rule, a.V, [&](int v) __attribute__((always_inline)) { return tile.logits[v]; },
        [&](int draw) __attribute__((always_inline)) { return uniform32<F>(tile.words[draw]); }, symbol,
        confidence);
    __builtin_memcpy(scratch.symbols.data() + begin, &symbol, sizeof symbol);
    for (int lane = 0; lane < kLanes; ++lane) {
      const bool legal = confidence[lane] > -std::numeric_limits<float>::infinity();
      const int64_t key = rank_key(confidence[lane], static_cast<int32_t>(begin) + lane);
      keys[begin + lane] = legal ? key : kNoKey;
    }
  }
}

/// Commit from the most certain cell down.
VMD_INLINE void commit_best(const UnmaskArgs& a, int64_t b, int64_t n, Scratch& scratch) {
  int32_t* x = a.x_new + b * a.L;
  uint64_t* candidates = a.candidates_new + b * a.L;
  bool* committed = a.committed + b * a.L;
  const bool has_threshold = a.rule.threshold < std::numeric_limits<float>::infinity();
  const int64_t at_least = std::max<int64_t>(has_threshold ? 1 : 0, a.n_keep ? a.n_keep[b] : 0);
  scratch.ranking.start(n);
  for (int64_t done = 0; done < n;) {
    if (done >= at_least && !has_threshold) break;
    const int64_t key = scratch.ranking.take();
    if (key == kNoKey || (done >= at_least && !(confidence_of(key) >= a.rule.threshold))) break;
    const auto slot = static_cast<size_t>(slot_of(key));
    const int32_t cell = scratch.cells[slot], symbol = scratch.symbols[slot];
    const uint64_t bit = uint64_t{1} << symbol;
    if (a.rule.guard && !(candidates[cell] & bit)) continue;  // taken by a peer within this launch
    x[cell] = symbol;
    committed[cell] = true;
    ++done;
    const int32_t* peers = a.peers + cell * a.P;
    for (int64_t i = 0; i < a.P; ++i)
      if (peers[i] >= 0) candidates[peers[i]] &= ~bit;
  }
  // Filled peers lost symbols too, which was cheaper than to look; only open cells were meant to.
  const int32_t* old = a.x + b * a.L;
  for (int64_t l = 0; l < a.L; ++l) {
    const uint64_t own = uint64_t{1} << (x[l] & 63);
    const uint64_t filled = old[l] >= 0 ? a.candidates[b * a.L + l] : own;
    candidates[l] = x[l] >= 0 ? filled : candidates[l];
  }
}

VMD_INLINE bool unmask_boards(const UnmaskArgs& a, int64_t first, int64_t last) {
  Scratch scratch(a.L);
  for (int64_t b = first; b < last; ++b) {
    const int32_t* x = a.x + b * a.L;
    const uint64_t* candidates = a.candidates + b * a.L;
    if (!values_ok(x, a.L, a.V) || !sets_ok(candidates, a.L, a.V) ||
        !logits_ok(a.logits + b * a.L * a.V, a.L * a.V) || (a.n_keep && a.n_keep[b] < 0))
      return false;
    std::copy_n(x, a.L, a.x_new + b * a.L);
    std::copy_n(candidates, a.L, a.candidates_new + b * a.L);
    std::fill_n(a.committed + b * a.L, a.L, false);
    int64_t n = 0;
    for (int32_t l = 0; l < a.L; ++l) {
      scratch.cells[static_cast<size_t>(n)] = l;
      n += x[l] < 0;
    }
    if (n == 0) continue;
    const int32_t padding = scratch.cells[static_cast<size_t>(n - 1)];
    std::fill_n(scratch.cells.begin() + n, kLanes, padding);  // a last tile that is not full repeats a cell
    choose_all(a, b, n, scratch);
    commit_best(a, b, n, scratch);
  }
  return true;
}

using Boards = bool (*)(const UnmaskArgs&, int64_t, int64_t);

bool portable(const UnmaskArgs& a, int64_t first, int64_t last) { return unmask_boards(a, first, last); }
#if defined(__x86_64__)
__attribute__((target("avx2"))) bool avx2(const UnmaskArgs& a, int64_t first, int64_t last) {
  return unmask_boards(a, first, last);
}
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq"))) bool avx512(const UnmaskArgs& a, int64_t first,
                                                                          int64_t last) {
  return unmask_boards(a, first, last);
}
#endif

/// What this CPU can run, the fastest last.
std::vector<Boards> supported() {
  std::vector<Boards> paths{portable};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) paths.push_back(avx2);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq"))
    paths.push_back(avx512);
#endif
  return paths;
}

const std::vector<Boards>& paths() {
  static const std::vector<Boards> found = supported();
  return found;
}

}  // namespace

int unmask_paths() { return static_cast<int>(paths().size()); }

bool unmask(const UnmaskArgs& a, int threads, int path) {
  if (!peers_ok(a.peers, a.L, a.P)) return false;
  const Boards boards = path < 0 ? paths().back() : paths().at(static_cast<size_t>(path));
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L), [&](int64_t begin, int64_t end) {
    if (!boards(a, begin, end)) good = false;
  });
  return good;
}

}  // namespace vmd
