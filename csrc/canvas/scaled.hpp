// scaled.hpp -- sums over edges and lists with float64 alone: what lattice.hpp says, without an exponent in the
// innermost loop.
//
// Meaning      out[r] = sum over the terms t of row r, in their order, of x[..] y[..] weight[t], y or weight left out
// How          a number is kept as v 2^(height + base), in the lane of its sum, and is so an operand of the next cell's
//              sums: `base` is all numbers', and follows them; a height is one number's and changes only where v leaves
//              2^-kHeld .. 2^kHeld. A term is x y factor, and its factor, weight 2^(height of x + height of y - height
//              of out), changes as seldom.
// Exact        all scaling is by powers of two within float64's range, so sums are those of number.hpp; only terms that
//              are 2^-100 beside their sum are scaled wrongly. What lies far beyond (Reach) is summed again as numbers.
// Cost         two multiplications and an addition for a term, eight rows at once (edges_path.hpp)
// Test         csrc/tests/test_canvas.cpp, tests/canvas/test_law.py: bit for bit what teams and the reference give
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "canvas/edges_path.hpp"  // defines: EdgePath, kHeld
#include "canvas/lanes.hpp"
#include "canvas/lattice.hpp"
#include "canvas/windows.hpp"  // defines: LiveSteps

namespace vmd {

/// How far from 2^0 sums may be, and how much further they are added up rightly; and factors. Products stay within
/// 2^1000; a factor that is kept from growing or shrinking belongs to a term that is 2^-100 beside its sum, or to a sum
/// that is summed again.
struct Reach {
  int64_t held, slack, factor;
  /// For operands whose exponents are `of` at most, all together.
  constexpr bool fits(int64_t of) const { return of + factor <= 1000 && of + held + slack + 100 <= factor; }
};
constexpr Reach kStates{kHeld, 80, 690}, kAround{230, 50, 690}, kClasses{390, 50, 770};
static_assert(kStates.fits(2 * kHeld) && kAround.fits(2 * kHeld) && kClasses.fits(kAround.held));

/// The height of a lane has become another, by so much.
struct Move {
  int32_t lane;
  int64_t by;
};

/// Numbers of one cell; `moved` since the cell before.
struct Scaled {
  const double* value;
  const int64_t* height;
  int64_t base;
  std::span<const Move> moved;

  Number operator[](int64_t k) const {
    return value[k] == 0 ? number_zero() : number(value[k], height[k] + base);
  }
};

/// The same by rows, whose lanes are given.
struct ByRow {
  const Scaled& of;
  const int32_t* lane;
  Number operator[](int64_t row) const { return of[lane[row]]; }
};

/// Values and heights that are made cell by cell.
class Heights {
 public:
  explicit Heights(int64_t width, int64_t held = kHeld)
      : ahead_(held * 3 / 4), height_(static_cast<size_t>(width)), to_(height_.size()), moved_(height_.size()),
        outside_(height_.size()) {}

  const std::vector<int64_t>& all() const { return height_; }
  const int64_t* data() const { return height_.data(); }
  std::span<const Move> moved() const { return {moved_.data(), static_cast<size_t>(moves_)}; }
  int64_t centre() const { return centre_; }  // about which exponent of 2 values lie
  int32_t* outside() { return outside_.data(); }

  /// Moves heights to what is outside. exact(k, height): number k less `base`; it may ask for numbers of the cell
  /// before, whose heights these are until all is known.
  template <class Exact>
  void follow(const Settled& found, double* value, const Exact& exact) {
    moves_ = 0;
    centre_ = found.count > 0 ? found.sum / found.count : 0;
    for (int64_t i = 0; i < found.outside; ++i) {
      const int32_t k = outside_[static_cast<size_t>(i)];
      const Number of = exact(k, height_[static_cast<size_t>(k)]);
      value[k] = 0;
      if (of.m == 0) continue;
      to_[static_cast<size_t>(moves_)] = of;
      moved_[static_cast<size_t>(moves_++)].lane = k;
    }
    for (size_t i = 0; i < static_cast<size_t>(moves_); ++i) {
      const int32_t k = moved_[i].lane;
      int64_t& height = height_[static_cast<size_t>(k)];
      const int64_t to = to_[i].e < height ? to_[i].e - ahead_ : to_[i].e + ahead_;
      moved_[i].by = to - height;
      height = to;
      value[k] = to_[i].m * power_of_two(to_[i].e - to);
    }
  }

 private:
  const int64_t ahead_;  // heights are moved so far that numbers can go on longer than they came
  std::vector<int64_t> height_;
  std::vector<Number> to_;
  std::vector<Move> moved_;
  std::vector<int32_t> outside_;
  int64_t moves_ = 0, centre_ = 0;
};

/// Heights of a pass from the last cell to the first, to go back from the first to the last.
class Trail {
 public:
  explicit Trail(int64_t cells) : end_(static_cast<size_t>(cells) + 1) {}
  /// What moved at `cell`.
  void add(int64_t cell, const Heights& heights) {
    for (const Move& move : heights.moved()) moves_.push_back({move.lane, -move.by});
    end_[static_cast<size_t>(cell)] = moves_.size();
    if (cell == 0) first_ = heights.all();
  }
  const std::vector<int64_t>& first() const { return first_; }  // those of cell 0
  /// From those of `cell` to those of the next; what moved.
  std::span<const Move> onward(int64_t cell, std::vector<int64_t>& heights) const {
    const size_t begin = end_[static_cast<size_t>(cell) + 1], n = end_[static_cast<size_t>(cell)] - begin;
    const std::span<const Move> moves(moves_.data() + begin, n);
    for (const Move& move : moves) heights[static_cast<size_t>(move.lane)] += move.by;
    return moves;
  }

 private:
  std::vector<size_t> end_;  // of the moves of each cell
  std::vector<Move> moves_;
  std::vector<int64_t> first_;
};

/// Weights of n classes, cell by cell.
class ScaledPowers {
 public:
  ScaledPowers(int64_t n, const EdgePath& path)
      : path_(path), n_(n),
        logs_(static_cast<size_t>((n / kLanes + 1) * kLanes), -std::numeric_limits<double>::infinity()),
        value_(logs_.size()), heights_(static_cast<int64_t>(logs_.size())) {}

  Scaled take(const double* logs) {
    std::copy_n(logs, n_, logs_.data());
    base_ += heights_.centre();
    const Settled found = path_.powers(logs_.data(), heights_.data(), base_, static_cast<int64_t>(logs_.size()),
                                       value_.data(), heights_.outside());
    heights_.follow(found, value_.data(), [&](int32_t k, int64_t) {
      const Number of = number_of_log(logs[k]);
      return Number{of.m, of.e - base_};
    });
    return {value_.data(), heights_.data(), base_, heights_.moved()};
  }

 private:
  const EdgePath& path_;
  const int64_t n_;
  std::vector<double> logs_, value_;
  Heights heights_;
  int64_t base_ = 0;
};

class ScaledSums {
 public:
  /// weight: of terms, null where all are 1. Of steps: those that matter; null: all do.
  ScaledSums(const Lanes& lanes, const Number* weight, const EdgePath& path, const LiveSteps* steps = nullptr,
             const Reach& reach = kStates)
      : lanes_(lanes), weight_(weight), path_(path), steps_(steps), reach_(reach),
        heights_(lanes.width(), reach.held), exponent_(static_cast<size_t>(lanes.places())),
        factor_(exponent_.size(), 1.0) {}

  /// The sums into `value`, by lanes; y null: there is none. `shift` becomes a part of their base. exact(r): the sum
  /// of row r as lattice.hpp has it.
  template <class Exact>
  Scaled add(const Scaled& x, const Scaled* y, int64_t shift, double* value, const Exact& exact) {
    refresh(x, y);
    shift = std::clamp(shift, -reach_.slack, reach_.slack);
    const int64_t base = x.base + (y == nullptr ? 0 : y->base) + shift;
    const Settled found = path_.add(lanes_.view(factor_.data(), eights()), x.value, y == nullptr ? nullptr : y->value,
                                    shift, reach_.held, value, heights_.outside());
    heights_.follow(found, value, [&](int32_t k, int64_t height) {
      const Number sum = number(value[k], 0);
      if (-reach_.held - reach_.slack <= sum.e && sum.e <= reach_.held + reach_.slack)
        return Number{sum.m, sum.e + height - shift};
      const Number of = exact(lanes_.row[static_cast<size_t>(k)]);
      return Number{of.m, of.e - base};
    });
    return {value, heights_.data(), base, heights_.moved()};
  }

  const Heights& heights() const { return heights_; }

 private:
  const std::vector<Eight>& eights() const { return steps_ == nullptr ? lanes_.eights : steps_->eights(); }

  /// Factors of terms whose operands or sums have other heights than in the cell before.
  void refresh(const Scaled& x, const Scaled* y) {
    // Of its own, so that none of these is read again after each factor.
    const auto move = [exponent = exponent_.data(), factor = factor_.data(), most = reach_.factor, weight = weight_,
                       term = lanes_.term.data()](int32_t place, int64_t by) {
      int64_t d = exponent[place] += by;
      double m = 1.0;
      if (weight != nullptr && term[place] >= 0) d += weight[term[place]].e, m = weight[term[place]].m;
      factor[place] = power_of_two(std::min(std::max(d, -most), most)) * m;
    };
    const auto listed = [&move](const Lists& places, std::span<const Move> operands) {
      for (const auto [lane, by] : operands) {
        const int32_t* const end = places.item.data() + places.end(lane);
        for (const int32_t* at = places.item.data() + places.begin(lane); at != end; ++at) move(*at, by);
      }
    };
    if (!begun_) {
      begun_ = true;
      for (const int32_t place : lanes_.place) {
        const uint64_t operands = lanes_.operands[static_cast<size_t>(place)];
        move(place, x.height[operands & 0xffffffff] + (y == nullptr ? 0 : y->height[operands >> 32]) -
                        heights_.all()[static_cast<size_t>(lanes_.lane_at(place))]);
      }
      return;
    }
    for (const auto [lane, by] : heights_.moved()) {
      const Eight &all = lanes_.eights[static_cast<size_t>(lane) / kLanes],
                  &live = eights()[static_cast<size_t>(lane) / kLanes];
      for (int32_t at = live.first * kLanes + lane % kLanes; at < all.last * kLanes; at += kLanes)
        move(at, -by);  // those before matter no more
      if (lane % kLanes == 0)
        for (int32_t at = live.rest_first; at < all.rest_last; ++at) move(at, -by);
    }
    listed(lanes_.of_x, x.moved);
    if (y != nullptr) listed(lanes_.of_y, y->moved);
  }

  const Lanes& lanes_;
  const Number* const weight_;
  const EdgePath& path_;
  const LiveSteps* const steps_;
  const Reach reach_;
  Heights heights_;
  std::vector<int64_t> exponent_;  // of factors, of places; less those of weights
  std::vector<double> factor_;
  bool begun_ = false;
};

}  // namespace vmd
