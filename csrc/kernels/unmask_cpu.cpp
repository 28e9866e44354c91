// unmask_cpu.cpp -- the step of unmask.hpp over boards: sideways, choose for a vector of cells at once, commit.
//
// The whole of it is compiled three times (portable, AVX2, AVX-512: 4, 8, 16 lanes) from the same source and
// chosen at run time; nothing is contracted to FMA, so the three give the same bits.
#include "kernels/unmask.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/ranking.hpp"
#include "kernels/taken.hpp"
#include "support/checks.hpp"
#include "support/threads.hpp"  // defines: parallel_for

namespace vmd {
namespace {

/// What a thread reuses from board to board. A slot is the number of an open cell among a board's open cells;
/// the slots up to the next whole vector repeat the last one.
struct Scratch {
  Scratch(int64_t L, int V) : ranking(L) {
    for (auto* slots : {&cells, &symbols, &confidences, &committed}) slots->resize(static_cast<size_t>(L + kMaxLanes));
    for (int half = 0; half < sets::halves(V); ++half) halves[half].resize(static_cast<size_t>(L + kMaxLanes));
  }
  std::vector<int32_t> cells;            // ascending
  std::vector<uint32_t> halves[2];       // of the cell's candidates
  std::vector<int32_t> symbols;          // the symbol chosen
  std::vector<int32_t> confidences;      // as ordered_bits
  std::vector<int32_t> committed;        // not by slot: the cells committed
  Ranking ranking;
};

/// The logits of some cells turned sideways, -inf where a symbol is not legal, and their random words.
template <class F>
struct Tile {
  F logits[kMaxSymbols];
  typename Lane<F>::U words[kDrawGumbel + kMaxSymbols];
};

/// to[j][lane + i] = rows[i][v + j] for i, j = 0..3.
template <class F>
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

template <class F>
VMD_INLINE void load_logits(const float* logits, const Scratch& scratch, int64_t slot, int V, Tile<F>& tile) {
  const int32_t* cells = scratch.cells.data() + slot;
  for (int lane = 0; lane < lanes<F>; lane += 4) {
    const float* rows[4];
    for (int i = 0; i < 4; ++i) rows[i] = logits + int64_t{cells[lane + i]} * V;
    for (int v = 0; v + 4 <= V; v += 4) transpose4(rows, v, tile.logits + v, lane);
    if (V >= 4) {  // the last four once more: some symbols twice, but none alone and nothing beyond the row
      transpose4(rows, V - 4, tile.logits + V - 4, lane);
    } else {
      for (int v = 0; v < V; ++v)
        for (int i = 0; i < 4; ++i) tile.logits[v][lane + i] = rows[i][v];
    }
  }
  for (int half = 0; half < sets::halves(V); ++half) {
    typename Lane<F>::U left;
    __builtin_memcpy(&left, scratch.halves[half].data() + slot, sizeof left);
    const int end = std::min(V, sets::kHalf * (half + 1));
    for (int v = sets::kHalf * half; v < end; ++v, left >>= 1)
      tile.logits[v] = (left & 1u) != 0 ? tile.logits[v] : F{} - __builtin_inff();
  }
}

template <class F>
VMD_INLINE void load_words(const UnmaskRule& rule, uint64_t key, const int32_t* cells, int V, Tile<F>& tile) {
  const bool order = rule.order == Order::random || rule.noise > 0;
  const int blocks = rule.temperature > 0 ? 1 + (V + 3) / 4 : 1;
  for (int block = order ? 0 : 1; block < blocks; ++block) {
    typename Lane<F>::U* out = tile.words + 4 * block;
    for (int lane = 0; lane < lanes<F>; ++lane) {
      const Words words = draw_words(rule, key, cells[lane], block);
      out[0][lane] = words.w[0];
      out[1][lane] = words.w[1];
      out[2][lane] = words.w[2];
      out[3][lane] = words.w[3];
    }
  }
}

/// Choose for the n open cells of a board: fills the symbols and confidences of scratch.
template <class F>
VMD_INLINE void choose_all(const UnmaskArgs& a, int64_t b, int64_t n, Scratch& scratch) {
  constexpr int kGroup = 4;  // loaded together, so that no load waits for the store just before it
  Tile<F> tiles[kGroup];
  for (int64_t group = 0; group < n; group += kGroup * lanes<F>) {
    const int64_t end = std::min(n, group + kGroup * lanes<F>);
    Tile<F>* tile = tiles;
    for (int64_t slot = group; slot < end; slot += lanes<F>, ++tile) {
      load_logits(a.logits + b * a.L * a.V, scratch, slot, a.V, *tile);
      load_words(a.rule, a.key[b], scratch.cells.data() + slot, a.V, *tile);
    }
    tile = tiles;
    for (int64_t slot = group; slot < end; slot += lanes<F>, ++tile) {
      typename Lane<F>::I symbol;
      F confidence;
      choose<F>(
          a.rule, a.V, [&](int v) __attribute__((always_inline)) { return tile->logits[v]; },
          [&](int draw) __attribute__((always_inline)) { return uniform32<F>(tile->words[draw]); }, symbol,
          confidence);
      const typename Lane<F>::I ordered = ordered_bits(confidence);
      __builtin_memcpy(scratch.symbols.data() + slot, &symbol, sizeof symbol);
      __builtin_memcpy(scratch.confidences.data() + slot, &ordered, sizeof ordered);
    }
  }
}

/// Commit from the most certain cell down.
template <class F, class Taken>
VMD_INLINE void commit_best(const UnmaskArgs& a, int64_t b, int64_t n, Scratch& scratch, Taken& taken) {
  int32_t* x = a.x_new + b * a.L;
  bool* committed = a.committed + b * a.L;
  const bool has_threshold = a.rule.threshold < std::numeric_limits<float>::infinity();
  const int64_t at_least = std::max<int64_t>(has_threshold ? 1 : 0, a.n_keep ? a.n_keep[b] : 0);
  const int32_t nothing = ordered_bits(-std::numeric_limits<float>::infinity());
  const int32_t* confidences = scratch.confidences.data();
  scratch.ranking.start(n, [&](int32_t slot) __attribute__((always_inline)) {
    return confidences[slot] > nothing ? rank_key(confidences[slot], slot) : kNoKey;
  });
  const bool skip = a.rule.guard;
  taken.clear();
  int64_t done = 0;
  while (done < n) {
    if (done >= at_least && !has_threshold) break;
    const int64_t key = scratch.ranking.take();
    if (key == kNoKey || (done >= at_least && !(confidence_of(key) >= a.rule.threshold))) break;
    const auto slot = static_cast<size_t>(slot_of(key));
    const int32_t cell = scratch.cells[slot], symbol = scratch.symbols[slot];
    // No branch: whether a peer took the symbol within this launch cannot be foreseen.
    const bool commit = !(skip & taken.has(cell, symbol));
    x[cell] = commit ? symbol : -1;
    committed[cell] = commit;
    scratch.committed[static_cast<size_t>(done)] = cell;
    taken.take(cell, symbol, commit);
    done += commit;
  }
  SymbolSet* candidates = a.candidates_new + b * a.L;
  taken.template remove_from<F>(a.candidates + b * a.L, x, candidates);
  for (int64_t i = 0; i < done; ++i) {
    const int32_t cell = scratch.committed[static_cast<size_t>(i)];
    candidates[cell] = sets::one(x[cell]);
  }
}

/// Number the open cells of a board: fills the cells and halves of scratch, and says how many are open.
template <class F>
VMD_INLINE int64_t find_open(const int32_t* x, const SymbolSet* candidates, int64_t L, int V, Scratch& scratch) {
  int32_t* cells = scratch.cells.data();
  int64_t n = 0;
  for (int half = 0; half < sets::halves(V); ++half) {
    uint32_t* halves = scratch.halves[half].data();
    n = 0;
    for (int64_t l = 0; l < L; ++l) {  // no branch on what a cell holds: a filled one is overwritten
      cells[n] = static_cast<int32_t>(l);
      halves[n] = sets::half(candidates[l], half);
      n += x[l] < 0;
    }
  }
  for (int64_t slot = n; n > 0 && slot < n + lanes<F>; ++slot) cells[slot] = cells[n - 1];
  return n;
}

template <class F, class Taken>
VMD_INLINE bool unmask_boards(const UnmaskArgs& a, Taken taken, int64_t first, int64_t last) {
  Scratch scratch(a.L, a.V);
  for (int64_t b = first; b < last; ++b) {
    const int32_t* x = a.x + b * a.L;
    const SymbolSet* candidates = a.candidates + b * a.L;
    if (!values_ok(x, a.L, a.V) || !sets_ok(candidates, a.L, a.V) ||
        !logits_ok(a.logits + b * a.L * a.V, a.L * a.V) || (a.n_keep && a.n_keep[b] < 0))
      return false;
    std::copy_n(x, a.L, a.x_new + b * a.L);
    std::fill_n(a.committed + b * a.L, a.L, false);
    const int64_t n = find_open<F>(x, candidates, a.L, a.V, scratch);
    choose_all<F>(a, b, n, scratch);
    commit_best<F>(a, b, n, scratch, taken);
  }
  return true;
}

using Boards = bool (*)(const UnmaskArgs&, const Peers&, int64_t, int64_t);

bool portable(const UnmaskArgs& a, const Peers& peers, int64_t first, int64_t last) {
  return peers.small() ? unmask_boards<f32x4>(a, TakenFromCells(peers, a.V), first, last)
                       : unmask_boards<f32x4>(a, TakenFromUnits(peers), first, last);
}
#if defined(__x86_64__)
__attribute__((target("avx2"))) bool avx2(const UnmaskArgs& a, const Peers& peers, int64_t first, int64_t last) {
  return peers.small() ? unmask_boards<f32x8>(a, TakenFromCells(peers, a.V), first, last)
                       : unmask_boards<f32x8>(a, TakenFromUnits(peers), first, last);
}
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq"))) bool avx512(
    const UnmaskArgs& a, const Peers& peers, int64_t first, int64_t last) {
  return peers.small() ? unmask_boards<f32x16>(a, TakenFromCells(peers, a.V), first, last)
                       : unmask_boards<f32x16>(a, TakenFromUnits(peers), first, last);
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
  static const auto& found = *new std::vector<Boards>(supported());  // for threads that outlive main() too
  return found;
}

}  // namespace

int unmask_paths() { return static_cast<int>(paths().size()); }

bool unmask(const UnmaskArgs& a, const Peers& peers, int threads, int path) {
  const Boards boards = path < 0 ? paths().back() : paths().at(static_cast<size_t>(path));
  std::atomic<bool> good{true};
  parallel_for(a.B, threads, boards_per_chunk(a.L, threads), [&](int64_t begin, int64_t end) {
    if (!boards(a, peers, begin, end)) good = false;
  });
  return good;
}

}  // namespace vmd
