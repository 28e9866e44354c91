// box_model.hpp -- the Model over rows, columns and boxes (see rules/boxes.hpp and box_path.hpp for the idea).
//
// State        one board a level, of 192 bytes: copied on a decision, which is cheaper than any trail.
// Paths        all give the same boards, choices and nodes.
// Test         csrc/tests/test_boxes.cpp
#pragma once
#include <bit>
#include <vector>

#include "rules/decision.hpp"
#include "rules/rules.hpp"
#include "search/box_path.hpp"
#include "search/budget.hpp"

namespace vmd {

struct NamedBoxPath {
  const char* name;
  const BoxPath* path;
};
/// Those that this CPU can run, the fastest last.
const std::vector<NamedBoxPath>& box_paths();

class BoxModel {
 public:
  BoxModel(const Rules& rules, const BoxPath& path) : layout_(*rules.boxes()), path_(path), boards_(8) {}

  void start(const int32_t* values) {
    level_ = from_ = 0;
    edit_ = none();
    BoxBoard& board = boards_[0];
    board = layout_.start;
    uint32_t given[3] = {}, of[3][16] = {};
    const int32_t L = layout_.n * layout_.n;
    for (int32_t from = 0; from < L; from += 64) {
      uint64_t some = 0;
      for (int32_t i = 0; i < 64 && from + i < L; ++i) some |= uint64_t{values[from + i] >= 0} << i;
      for (; some != 0; some &= some - 1) {
        const int32_t cell = from + std::countr_zero(some), place = layout_.place_of[cell];
        given[place / 27] |= bit(place);
        of[place / 27][layout_.lane_of[values[cell]]] |= bit(place);
      }
    }
    for (int band = 0; band < 3; ++band)
      for (int lane = 0; lane < 16; ++lane) board.words[band][lane] &= ~given[band] | of[band][lane];
  }

  /// The board is copied by the propagation that follows.
  void push() {
    if (level_ + 2 > boards_.size()) boards_.resize(2 * boards_.size());
    settle();
    ++level_;
  }
  void pop() {
    --level_;
    from_ = level_;
    edit_ = none();
  }
  void assign(int32_t cell, int32_t value) { edit(cell, layout_.others[value]); }
  void remove(int32_t cell, int32_t value) { edit(cell, layout_.only[value]); }

  bool propagate(Budget& budget) {
    budget.spend(kWork);
    closed_ = path_.close(layout_, boards_[from_], edit_, boards_[level_]);
    from_ = level_;
    edit_ = none();
    return closed_ != Closed::clash;
  }

  Decision choose(const float* marginals) const {
    if (closed_ == Closed::filled) return {-1, -1};
    const BoxChoice choice = path_.choose(layout_, boards_[level_]);
    const int32_t cell = layout_.cell_of[choice.place];
    return {cell, marginals == nullptr ? layout_.symbol_of[choice.lane] : likeliest(cell, marginals)};
  }

  void read(int32_t* values) const {
    for (int band = 0; band < 3; ++band)
      for (int32_t v = 0; v < layout_.n; ++v)
        for (uint32_t rest = boards_[level_].words[band][layout_.lane_of[v]] & layout_.cells[band]; rest != 0;
             rest &= rest - 1)
          values[layout_.cell_of[27 * band + std::countr_zero(rest)]] = v;
  }
  void domains(uint64_t* out) const {
    for (int32_t cell = 0; cell < layout_.n * layout_.n; ++cell) out[cell] = domain(cell);
  }

 private:
  static constexpr int64_t kWork = 300;  // of a propagation, about nanoseconds

  static uint32_t bit(int32_t place) { return uint32_t{1} << place % 27; }
  BoxEdit none() const { return {{0, 0, 0}, layout_.lanes}; }

  bool edited() const { return (edit_.places[0] | edit_.places[1] | edit_.places[2]) != 0; }
  void edit(int32_t cell, const uint32_t* lanes) {
    if (edited()) settle();
    const int32_t place = layout_.place_of[cell];
    edit_.lanes = lanes;
    edit_.places[place / 27] = bit(place);
  }
  /// What is still to be done to the board comes true, without any reasoning.
  void settle() {
    if (from_ == level_ && !edited()) return;
    BoxBoard& board = boards_[level_];
    board = boards_[from_];
    for (int band = 0; band < 3; ++band)
      for (int lane = 0; lane < 16; ++lane) board.words[band][lane] &= ~(edit_.places[band] & edit_.lanes[lane]);
    from_ = level_;
    edit_ = none();
  }

  uint64_t domain(int32_t cell) const {
    const int32_t place = layout_.place_of[cell];
    uint64_t out = 0;
    for (int32_t v = 0; v < layout_.n; ++v) {
      const uint32_t word = boards_[level_].words[place / 27][layout_.lane_of[v]];
      out |= uint64_t{(word & bit(place)) != 0} << v;
    }
    return out;
  }

  /// The cell's value of the greatest marginal.
  int32_t likeliest(int32_t cell, const float* marginals) const {
    const float* of = marginals + cell * layout_.n;
    int32_t best = -1;
    for (uint64_t rest = domain(cell); rest != 0; rest &= rest - 1) {
      const int32_t v = std::countr_zero(rest);
      if (best < 0 || of[v] > of[best]) best = v;
    }
    return best;
  }

  const BoxLayout& layout_;
  const BoxPath& path_;
  Closed closed_ = Closed::open;
  size_t level_ = 0, from_ = 0;  // the board, and the one it is to be made of by an edit
  BoxEdit edit_ = none();
  std::vector<BoxBoard> boards_;
};

}  // namespace vmd
