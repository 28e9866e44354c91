// scaled.hpp -- sums over edges and lists with float64 alone: what lattice.hpp says, without an exponent in the
// innermost loop.
//
// Meaning      out[r] = sum over the terms t of row r, in their order, of x[..] y[..] weight[t], y or weight left out
// How          a number is kept as v 2^(height + base), in the lane of its sum, and is so an operand of the next cell's
//              sums: `base` is all numbers', and follows them; a height is one number's and changes only where v leaves
//              2^-kHeld .. 2^kHeld. A term is x y factor, and its factor, weight 2^(height of x + height of y - height
//              of out), changes as seldom.
// Exact        all scaling is by powers of two within float64's range, so sums are those of number.hpp; only terms that
//              are 2^-100 beside their sum are scaled wrongly. What lies further than kSlack beyond 2^kHeld is summed
//              again as numbers.
// Cost         two multiplications and an addition for a term, eight rows at once (edges_path.hpp)
// Test         csrc/tests/test_canvas.cpp, tests/canvas/test_law.py: bit for bit what teams and the reference give
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "canvas/edges_path.hpp"  // defines: EdgePath, LaneWindows, kHeld
#include "canvas/lanes.hpp"
#include "canvas/lattice.hpp"
#include "canvas/windows.hpp"  // defines: Windows, LiveSteps

namespace vmd {

/// How far sums may be from 2^0, and factors. Products stay below 2^1000; a factor that is kept from growing or
/// shrinking belongs to a term that is 2^-100 beside its sum, or to a sum that is summed again.
struct Reach {
  int64_t held, factor;
};
constexpr int64_t kSlack = 80;
constexpr Reach kOfTwo{kHeld, 675}, kLastOfOne{450, 830};  // of two operands; of one, and no operand itself
static_assert(2 * kHeld + kOfTwo.factor < 1000 && 2 * kHeld + kOfTwo.held + kSlack + 130 <= kOfTwo.factor);
static_assert(kHeld + kLastOfOne.factor < 1000 && kHeld + kLastOfOne.held + kSlack + 130 <= kLastOfOne.factor);

/// Numbers of one cell; of `moved` the height is another than in the cell before.
struct Scaled {
  const double* value;
  const int64_t* height;
  int64_t base;
  std::span<const int32_t> moved;

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
      : ahead_(held * 3 / 4), height_(static_cast<size_t>(width)), before_(height_.size()), to_(height_.size()),
        moved_(height_.size()), outside_(height_.size()) {}

  const std::vector<int64_t>& all() const { return height_; }
  const int64_t* data() const { return height_.data(); }
  std::span<const int32_t> moved() const { return {moved_.data(), static_cast<size_t>(moves_)}; }
  std::span<const int64_t> before() const { return {before_.data(), static_cast<size_t>(moves_)}; }  // of those
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
      moved_[static_cast<size_t>(moves_++)] = k;
    }
    for (size_t i = 0; i < static_cast<size_t>(moves_); ++i) {
      int64_t& height = height_[static_cast<size_t>(moved_[i])];
      before_[i] = height;
      height = to_[i].e < height ? to_[i].e - ahead_ : to_[i].e + ahead_;
      value[moved_[i]] = to_[i].m * power_of_two(to_[i].e - height);
    }
  }

 private:
  const int64_t ahead_;  // heights are moved so far that numbers can go on longer than they came
  std::vector<int64_t> height_, before_;
  std::vector<Number> to_;
  std::vector<int32_t> moved_, outside_;
  int64_t moves_ = 0, centre_ = 0;
};

/// Heights of a pass from the last cell to the first, to go back from the first to the last.
class Trail {
 public:
  explicit Trail(int64_t cells) : end_(static_cast<size_t>(cells) + 1) {}
  /// What moved at `cell`.
  void add(int64_t cell, const Heights& heights) {
    item_.insert(item_.end(), heights.moved().begin(), heights.moved().end());
    before_.insert(before_.end(), heights.before().begin(), heights.before().end());
    end_[static_cast<size_t>(cell)] = item_.size();
    if (cell == 0) first_ = heights.all();
  }
  const std::vector<int64_t>& first() const { return first_; }  // those of cell 0
  /// From those of `cell` to those of the next; which are others there.
  std::span<const int32_t> onward(int64_t cell, std::vector<int64_t>& heights) const {
    const size_t begin = end_[static_cast<size_t>(cell) + 1], n = end_[static_cast<size_t>(cell)] - begin;
    for (size_t k = begin; k < begin + n; ++k) heights[static_cast<size_t>(item_[k])] = before_[k];
    return {item_.data() + begin, n};
  }

 private:
  std::vector<size_t> end_;  // of the items of each cell
  std::vector<int32_t> item_;
  std::vector<int64_t> before_, first_;
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
             const Reach& reach = kOfTwo)
      : lanes_(lanes), weight_(weight), path_(path), steps_(steps), reach_(reach), heights_(lanes.width(), reach.held),
        factor_(static_cast<size_t>(lanes.places()), 1.0) {}

  /// Rows matter in `rows` alone.
  void only(const Windows& rows) {
    for (const int32_t row : lanes_.row) {
      first_.push_back(rows.first[static_cast<size_t>(row)]);
      last_.push_back(rows.last[static_cast<size_t>(row)]);
    }
    first_.resize(static_cast<size_t>(lanes_.width())), last_.resize(first_.size());
    for (auto first = first_.begin(), last = last_.begin(); first != first_.end(); first += kLanes, last += kLanes)
      eights_.push_back({*std::max_element(first, first + kLanes), *std::min_element(last, last + kLanes)});
  }

  /// The sums into `value`, by lanes, for rows at `cell`; y null: there is none. `shift` becomes a part of
  /// their base. exact(r): the sum of row r as lattice.hpp has it.
  template <class Exact>
  Scaled add(const Scaled& x, const Scaled* y, int64_t cell, int64_t shift, double* value, const Exact& exact) {
    refresh(x, y);
    const LanesView view = steps_ == nullptr ? lanes_.view(factor_.data())
                                             : lanes_.view(factor_.data(), steps_->eights(), steps_->rests());
    path_.add(view, x.value, y == nullptr ? nullptr : y->value, value);
    shift = std::clamp(shift, -kSlack, kSlack);
    const int64_t base = x.base + (y == nullptr ? 0 : y->base) + shift;
    const LaneWindows windows{first_.empty() ? nullptr : first_.data(), last_.data(), eights_.data(),
                              static_cast<int32_t>(cell)};
    const Settled found = path_.settle(windows, shift, reach_.held, lanes_.width(), value, heights_.outside());
    heights_.follow(found, value, [&](int32_t k, int64_t height) {
      const Number sum = number(value[k], 0);
      if (-reach_.held - kSlack <= sum.e && sum.e <= reach_.held + kSlack)
        return Number{sum.m, sum.e + height - shift};
      const Number of = exact(lanes_.row[static_cast<size_t>(k)]);
      return Number{of.m, of.e - base};
    });
    return {value, heights_.data(), base, heights_.moved()};
  }

  const Heights& heights() const { return heights_; }

 private:
  /// Factors of terms whose operands or sums have other heights than in the cell before.
  void refresh(const Scaled& x, const Scaled* y) {
    static constexpr int64_t kNone = 0;  // what a term without y has there
    const int64_t *const of_x = x.height, *const of_y = y == nullptr ? &kNone : y->height, *const own = heights_.data();
    const auto at = [&](int32_t place, int64_t height) {
      const uint64_t operands = lanes_.operands[static_cast<size_t>(place)];
      set_factor(place, of_x[operands & 0xffffffff] + of_y[operands >> 32] - height);
    };
    const auto listed = [&](const Lists& places, std::span<const int32_t> moved) {
      for (const int32_t k : moved)
        for (int64_t i = places.begin(k); i < places.end(k); ++i) {
          const int32_t place = places.item[static_cast<size_t>(i)];
          at(place, own[lanes_.lane_at(place)]);
        }
    };
    if (!begun_) {
      begun_ = true;
      for (const int32_t place : lanes_.place) at(place, own[lanes_.lane_at(place)]);
      return;
    }
    for (const int32_t lane : heights_.moved()) {
      const auto eight = static_cast<size_t>(lane) / kLanes;
      const Steps& steps = lanes_.steps[eight];
      for (int32_t s = steps.first; s < steps.last; ++s) at(s * kLanes + lane % kLanes, own[lane]);
      if (lane % kLanes != 0 || lanes_.rest_of[eight] < 0) continue;
      const Rest& rest = lanes_.rest[static_cast<size_t>(lanes_.rest_of[eight])];
      for (int32_t place = rest.first; place < rest.last; ++place) at(place, own[lane]);
    }
    listed(lanes_.of_x, x.moved);
    if (y != nullptr) listed(lanes_.of_y, y->moved);
  }
  void set_factor(int32_t place, int64_t d) {
    const auto at = static_cast<size_t>(place);
    double by = 1.0;
    if (weight_ != nullptr && lanes_.term[at] >= 0) {
      const Number& weight = weight_[lanes_.term[at]];
      d += weight.e, by = weight.m;
    }
    d = std::min(std::max(d, -reach_.factor), reach_.factor);
    factor_[at] = weight_ == nullptr ? power_of_two(d) : power_of_two(d) * by;
  }

  const Lanes& lanes_;
  const Number* const weight_;
  const EdgePath& path_;
  const LiveSteps* const steps_;
  const Reach reach_;
  Heights heights_;
  std::vector<double> factor_;  // of places
  std::vector<int32_t> first_, last_;  // by lanes
  std::vector<Steps> eights_;          // cells in which all of eight lanes matter
  bool begun_ = false;
};

}  // namespace vmd
