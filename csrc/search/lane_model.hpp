// lane_model.hpp -- the Model over lanes (see lanes.hpp for the idea).
//
// State        one frame a level: V symbols and the bits of the open cells, n blocks each, and of each symbol the lanes
//              that have pointed already. Frames are copied on a decision; a 9x9 Sudoku's is 1,216 bytes, which is
//              cheaper than any trail.
// T, N, W      type of a lane; blocks a symbol when known at compile time (0: read from the layout); bytes of a
//              vector, the machine's own: GCC splits wider ones badly (measured: 3 times slower).
// No function here takes or returns a vector by value: its ABI would depend on the instruction set.
#pragma once
#include <bit>
#include <cstring>

#include "rules/lanes.hpp"
#include "search/depth_first.hpp"

#define VMD_INLINE inline __attribute__((always_inline))

namespace vmd {

template <class T, int N, int W>
class LaneModel {
 public:
  /// singles: these alone, without pointing.
  explicit LaneModel(const Rules& rules, bool singles = false)
      : layout_(*rules.lanes()), V_(rules.V()), n_(layout_.n), partners_(singles ? 0 : layout_.partners),
        frames_(frame_blocks() * 16), found_(blocks() * static_cast<size_t>(V_)), kept_(found_.size()), any_(blocks()),
        taken_(blocks()), hits_(partners_ * blocks()) {}

  void start(const int32_t* values) {
    level_ = 0;
    for (int v = 0; v < V_; ++v) std::memcpy(symbol(v), layout_.cells.data(), sizeof(Block) * blocks());
    std::memcpy(open(), layout_.cells.data(), sizeof(Block) * blocks());
    if (partners_ > 0) std::memset(block(V_ + 1), 0, sizeof(Block) * blocks() * static_cast<size_t>(V_));
    begin_taking();
    for (int32_t cell = 0; cell < layout_.L; ++cell)
      if (values[cell] >= 0) take(cell, values[cell]);
    end_taking();
  }

  VMD_INLINE void push() {
    const size_t size = frame_blocks();
    if ((level_ + 2) * size > frames_.size()) frames_.resize(frames_.size() * 2);
    std::memcpy(&frames_[(level_ + 1) * size], &frames_[level_ * size], size * sizeof(Block));
    ++level_;
  }
  VMD_INLINE void pop() { --level_; }

  /// Keep only `value` in the cell and take it from the cell's peers. Where a peer has it already, the cell is
  /// left with no value, and propagate() will see that.
  VMD_INLINE void assign(int32_t cell, int32_t value) {
    const Vec* bits = vec(&layout_.bits[at(cell)]);
    for (int v = 0; v < V_; ++v) {
      if (v == value) continue;
      Vec* x = symbol(v);
      for (size_t j = 0; j < vectors(); ++j) x[j] &= ~bits[j];
    }
    settle(cell, value);
  }
  VMD_INLINE void remove(int32_t cell, int32_t value) {
    const Vec* bits = vec(&layout_.bits[at(cell)]);
    Vec* x = symbol(value);
    for (size_t j = 0; j < vectors(); ++j) x[j] &= ~bits[j];
  }

  VMD_INLINE bool propagate(Budget& budget) {
    const auto work = static_cast<int64_t>(8 * frame_blocks());
    for (;;) {
      budget.spend(work);
      if (!look()) return false;
      if (!apply() && !point()) return true;
    }
  }

  /// A cell with two values, else a symbol with two places in a unit (both branches then decide a cell), else a
  /// cell with the fewest values. Among equals the greatest marginal, without marginals the first one.
  VMD_INLINE Decision choose(const float* marginals) const {
    Best best{marginals, V_};
    if (!pair_of_values(best) && !pair_of_places(best)) fewest_values(best);
    return best.decision;
  }

  void read(int32_t* values) const {
    for (int32_t cell = 0; cell < layout_.L; ++cell) {
      int32_t v = 0;
      while (!holds(cell, v)) ++v;
      values[cell] = v;
    }
  }
  void domains(uint64_t* out) const {
    for (int32_t cell = 0; cell < layout_.L; ++cell) {
      out[cell] = 0;
      for (int32_t v = 0; v < V_; ++v) out[cell] |= uint64_t{holds(cell, v)} << v;
    }
  }

 private:
  typedef T Vec __attribute__((vector_size(W), may_alias));

  static VMD_INLINE Vec* vec(Block* b) { return reinterpret_cast<Vec*>(b); }
  static VMD_INLINE const Vec* vec(const Block* b) { return reinterpret_cast<const Vec*>(b); }
  VMD_INLINE size_t blocks() const { return N != 0 ? static_cast<size_t>(N) : static_cast<size_t>(n_); }
  VMD_INLINE size_t vectors() const { return blocks() * (64 / W); }
  VMD_INLINE size_t frame_blocks() const { return blocks() * static_cast<size_t>(partners_ > 0 ? 2 * V_ + 1 : V_ + 1); }
  VMD_INLINE size_t lanes() const { return layout_.unit.size() / blocks(); }
  VMD_INLINE const Vec* outside(size_t partner) const { return vec(&layout_.outside[partner * blocks()]); }
  VMD_INLINE Vec* hits(size_t partner) { return vec(&hits_[partner * blocks()]); }
  VMD_INLINE size_t at(int32_t cell) const { return static_cast<size_t>(cell) * blocks(); }
  VMD_INLINE Block* block(int32_t v) { return &frames_[level_ * frame_blocks() + at(v)]; }
  VMD_INLINE const Block* block(int32_t v) const { return &frames_[level_ * frame_blocks() + at(v)]; }
  VMD_INLINE Vec* symbol(int32_t v) { return vec(block(v)); }
  VMD_INLINE const Vec* symbol(int32_t v) const { return vec(block(v)); }
  VMD_INLINE Vec* open() { return vec(block(V_)); }
  VMD_INLINE const Vec* open() const { return vec(block(V_)); }

  static VMD_INLINE bool bit(const Block* blocks, int64_t index) {
    return (blocks[index / 512].words[index % 512 / 64] >> (index % 64) & 1) != 0;
  }
  VMD_INLINE bool holds(int32_t cell, int32_t v) const {
    return bit(block(v), layout_.bit_of[static_cast<size_t>(cell)]);
  }
  static VMD_INLINE bool nonzero(const Block& b) {
    uint64_t any = 0;
    for (const uint64_t word : b.words) any |= word;
    return any != 0;
  }

  /// The cell is decided: its peers lose the value, and it is looked at no more.
  VMD_INLINE void settle(int32_t cell, int32_t value) {
    const Vec* bits = vec(&layout_.bits[at(cell)]);
    const Vec* peers = vec(&layout_.peers[at(cell)]);
    Vec *x = symbol(value), *rest = open();
    for (size_t j = 0; j < vectors(); ++j) {
      x[j] &= ~peers[j];
      rest[j] &= ~bits[j];
    }
  }

  /// Find the singles of all units: found_[v] has the bits of open cells that must take v, any_ their union.
  /// False: some cell has no value, or some unit no place for a symbol.
  VMD_INLINE bool look() {
    Block bad{};
    Vec* dead = vec(&bad);
    for (size_t j = 0; j < vectors(); ++j) {
      const Vec full = vec(layout_.full.data())[j], cells = vec(layout_.cells.data())[j], rest = open()[j];
      Vec once{}, twice{}, any{}, empty{};
      for (int v = 0; v < V_; ++v) {
        const Vec x = symbol(v)[j];
        twice |= once & x;
        once |= x;
        empty |= static_cast<Vec>(x == 0);
      }
      *dead |= (empty & full) | (cells & ~once);
      const Vec naked = ~twice;
      for (int v = 0; v < V_; ++v) {
        const Vec x = symbol(v)[j];
        const Vec f = x & rest & (naked | (full & static_cast<Vec>((x & (x - 1)) == 0)));
        vec(&found_[at(v)])[j] = f;
        any |= f;
      }
      vec(any_.data())[j] = any;
    }
    return !nonzero(bad);
  }

  /// Settle what look() found; false: it found nothing.
  VMD_INLINE bool apply() {
    bool changed = false;
    for (size_t j = 0; j < blocks(); ++j)
      for (size_t w = 0; w < 8; ++w) {
        while (any_[j].words[w] != 0) {
          if (!changed) begin_taking();
          changed = true;
          const int shift = std::countr_zero(any_[j].words[w]);
          const int32_t cell = layout_.cell_of[j * 512 + w * 64 + static_cast<size_t>(shift)];
          int32_t v = 0;
          while ((found_[at(v) + j].words[w] >> shift & 1) == 0) ++v;
          take(cell, v);
          for (size_t i = 0; i < vectors(); ++i) vec(any_.data())[i] &= ~vec(&layout_.bits[at(cell)])[i];
        }
      }
    if (changed) end_taking();
    return changed;
  }
  /// As assign(), but the cells lose their other values at the end, all at once.
  VMD_INLINE void take(int32_t cell, int32_t value) {
    settle(cell, value);
    const Vec* bits = vec(&layout_.bits[at(cell)]);
    for (size_t i = 0; i < vectors(); ++i) {
      vec(taken_.data())[i] |= bits[i];
      vec(&kept_[at(value)])[i] |= bits[i];
    }
  }
  VMD_INLINE void begin_taking() {
    std::memset(taken_.data(), 0, taken_.size() * sizeof(Block));
    std::memset(kept_.data(), 0, kept_.size() * sizeof(Block));
  }
  VMD_INLINE void end_taking() {
    for (int v = 0; v < V_; ++v) {
      Vec* x = symbol(v);
      for (size_t j = 0; j < vectors(); ++j) x[j] &= ~vec(taken_.data())[j] | vec(&kept_[at(v)])[j];
    }
  }

  /// A unit that has a symbol only where it meets another takes it from the rest of that; false: there is none to take.
  /// All is looked at before anything is taken, so that the width of vectors makes no difference.
  VMD_INLINE bool point() {
    bool changed = false;
    for (int v = 0; v < V_ && partners_ > 0; ++v) {
      bool hit = false;
      for (size_t j = 0; j < vectors(); ++j) {
        Vec* done = vec(block(V_ + 1 + v)) + j;
        const Vec x = symbol(v)[j];
        const Vec several = vec(layout_.full.data())[j] & static_cast<Vec>((x & (x - 1)) != 0) & ~*done;
        Block any{};
        for (size_t p = 0; p < partners_; ++p) {
          const Vec inside = several & static_cast<Vec>((x & outside(p)[j]) == 0);
          hits(p)[j] = inside;
          *vec(&any) |= inside;
        }
        *done |= *vec(&any);
        hit |= nonzero(any);
      }
      for (size_t p = 0; hit && p < partners_; ++p)
        for (size_t j = 0; j < vectors(); ++j) changed |= point_from(v, j, p);
    }
    return changed;
  }
  /// The lanes hit in vector j, and their partner p.
  VMD_INLINE bool point_from(int32_t v, size_t j, size_t p) {
    constexpr size_t kBits = 8 * sizeof(T);
    Block hit{};
    *vec(&hit) = hits(p)[j];
    bool changed = false;
    for (size_t w = 0; w < W / 8; ++w)
      for (uint64_t rest = hit.words[w]; rest != 0;) {
        const size_t shift = static_cast<size_t>(std::countr_zero(rest)) / kBits * kBits;
        rest &= ~(uint64_t{static_cast<T>(-1)} << shift);
        const size_t lane = ((j * (W / 8) + w) * 64 + shift) / kBits;
        const auto other = static_cast<size_t>(layout_.partner[p * lanes() + lane]);
        const Vec *from = vec(&layout_.unit[other * blocks()]), *kept = vec(&layout_.unit[lane * blocks()]);
        Vec* x = symbol(v);
        for (size_t i = 0; i < vectors(); ++i) {
          Block gone{};
          *vec(&gone) = x[i] & from[i] & ~kept[i];
          if (!nonzero(gone)) continue;
          changed = true;
          x[i] &= ~*vec(&gone);
        }
      }
    return changed;
  }

  struct Best {
    const float* marginals;
    int32_t V;
    Decision decision{-1, -1};
    float score = 0;
    /// True: nothing better can come.
    VMD_INLINE bool offer(int32_t cell, int32_t value) {
      const float s = marginals == nullptr ? 0 : marginals[int64_t{cell} * V + value];
      if (decision.cell < 0 || s > score) {
        decision = {cell, value};
        score = s;
      }
      return marginals == nullptr;
    }
  };

  /// Offer `value` (kOpen: each value the cell holds) at every cell with a bit in vector j; true: done.
  VMD_INLINE bool offer_all(Best& best, size_t j, const uint64_t* words, int32_t value) const {
    for (size_t w = 0; w < W / 8; ++w)
      for (uint64_t rest = words[w]; rest != 0; rest &= rest - 1) {
        const auto index = static_cast<size_t>(std::countr_zero(rest));
        const int32_t cell = layout_.cell_of[(j * (W / 8) + w) * 64 + index];
        if (value != kOpen && best.offer(cell, value)) return true;
        for (int32_t v = 0; value == kOpen && v < V_; ++v)
          if (holds(cell, v) && best.offer(cell, v)) return true;
      }
    return false;
  }

  VMD_INLINE bool pair_of_values(Best& best) const {
    for (size_t j = 0; j < vectors(); ++j) {
      Vec once{}, twice{}, thrice{};
      for (int32_t v = 0; v < V_; ++v) {
        const Vec x = symbol(v)[j];
        thrice |= twice & x;
        twice |= once & x;
        once |= x;
      }
      Block pairs;
      *vec(&pairs) = twice & ~thrice & open()[j];
      if (offer_all(best, j, pairs.words, kOpen)) return true;
    }
    return best.decision.cell >= 0;
  }

  VMD_INLINE bool pair_of_places(Best& best) const {
    for (int32_t v = 0; v < V_; ++v)
      for (size_t j = 0; j < vectors(); ++j) {
        const Vec x = symbol(v)[j], full = vec(layout_.full.data())[j];
        const Vec y = x & (x - 1);  // without its lowest bit
        Block two;
        *vec(&two) = x & full & static_cast<Vec>(y != 0) & static_cast<Vec>((y & (y - 1)) == 0);
        if (offer_all(best, j, two.words, v)) return true;
      }
    return best.decision.cell >= 0;
  }

  VMD_INLINE void fewest_values(Best& best) const {
    int32_t fewest = 65;
    for (int32_t cell = 0; cell < layout_.L; ++cell) {
      if (!bit(block(V_), layout_.bit_of[static_cast<size_t>(cell)])) continue;
      int32_t size = 0;
      for (int32_t v = 0; v < V_; ++v) size += holds(cell, v) ? 1 : 0;
      if (size > fewest) continue;
      if (size < fewest) best.decision.cell = -1;
      fewest = size;
      for (int32_t v = 0; v < V_; ++v)
        if (holds(cell, v)) best.offer(cell, v);
    }
  }

  const LaneLayout& layout_;
  const int32_t V_, n_;
  const size_t partners_;
  size_t level_ = 0;
  std::vector<Block> frames_;
  std::vector<Block> found_, kept_, any_, taken_, hits_;
};

}  // namespace vmd
