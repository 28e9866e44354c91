// scaled.hpp -- sums over edges and lists with float64 alone: what lattice.hpp says, without an exponent in the
// innermost loop.
//
// Meaning      out[r] = sum over the terms t of row r, in their order, of x[..] y[..] weight[t]; y and weight may be none
// How          an operand k is kept as v 2^(h + base): `base` follows the largest of all, h is its own and changes only
//              where v leaves 2^-window .. 2^window. A term's factor weight 2^(h of x + h of y - h of out) then
//              changes as seldom, and a term is x y factor. What comes out beyond its own window is summed again
//              as numbers.
// Exact        all scaling is by powers of two within float64's range, so sums are those of number.hpp; only terms that
//              are 2^-100 beside their sum are scaled wrongly, or left out there.
// Cost         two multiplications and an addition for a term, eight rows at once (edges_path.hpp)
// Test         csrc/tests/test_canvas.cpp, tests/canvas/test_law.py: bit for bit what teams and the reference give
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "canvas/edges_path.hpp"  // defines: EdgePath, LaneWindows, kOperand, kSum
#include "canvas/lanes.hpp"
#include "canvas/lattice.hpp"
#include "canvas/windows.hpp"  // defines: Windows, LiveSteps

namespace vmd {

/// Terms with their operands and rows, and the terms of each of these.
struct Wiring {
  const int32_t *x, *y, *out;   // of terms; y null: there is none
  ListView of_x, of_y, of_out;  // terms
  const Number* weight;         // of terms; null: all are 1
};

// 2 operand + factor < 1000, sum + 2 operand + 100 <= factor.
constexpr int64_t kFactor = 650;
static_assert(2 * kOperand + kFactor < 1000 && kSum + 2 * kOperand + 100 <= kFactor);

/// A height about exponent e, so far from it that it can go on as long as it came.
inline int64_t height_ahead(int64_t e, int64_t height, int64_t window) {
  return e < height ? e - window / 2 : e + window / 2;
}

/// Operands of the sums of one cell after the other.
class ScaledNumbers {
 public:
  ScaledNumbers(int64_t n, const EdgePath& path)
      : path_(path), value_(static_cast<size_t>(n) + 1), height_(static_cast<size_t>(n)),
        moved_(static_cast<size_t>(n)) {}

  void take(const Number* in) {
    base_ = next_base_;
    int64_t high;
    moves_ = path_.scale(in, height_.data(), base_, static_cast<int64_t>(height_.size()), value_.data(), &high,
                         moved_.data());
    for (const int32_t k : moved()) {
      int64_t& height = height_[static_cast<size_t>(k)];
      height = height_ahead(in[k].e - base_, height, kOperand);
      value_[static_cast<size_t>(k)] = in[k].m * power_of_two(in[k].e - base_ - height);
    }
    if (high > kZeroExponent) next_base_ = high;
  }

  const double* values() const { return value_.data(); }  // [n+1] the last one zero, for places without a term
  int64_t height(int32_t k) const { return height_[static_cast<size_t>(k)]; }
  int64_t base() const { return base_; }
  std::span<const int32_t> moved() const { return {moved_.data(), static_cast<size_t>(moves_)}; }  // by the last take

 private:
  const EdgePath& path_;
  std::vector<double> value_;
  std::vector<int64_t> height_;
  std::vector<int32_t> moved_;
  int64_t moves_ = 0, base_ = 0, next_base_ = 0;  // the largest exponent of the cell before
};

class ScaledSums {
 public:
  /// y null: there is none. Of steps: those that matter; null: all do.
  ScaledSums(const Lanes& lanes, const Wiring& wiring, const ScaledNumbers& x, const ScaledNumbers* y,
             const EdgePath& path, const LiveSteps* steps = nullptr)
      : lanes_(lanes), wiring_(wiring), path_(path), x_(x), y_(y), steps_(steps),
        sum_(static_cast<size_t>((lanes.rows() + kLanes - 1) / kLanes * kLanes)), height_(sum_.size()),
        factor_(static_cast<size_t>(lanes.places()), 1.0), outside_(sum_.size()) {
    for (size_t t = 0; t < lanes_.place.size(); ++t) refresh(static_cast<int32_t>(t));
  }

  /// Rows matter in `rows` alone.
  void only(const Windows& rows) {
    for (const int32_t row : lanes_.row) {
      first_.push_back(rows.first[static_cast<size_t>(row)]);
      last_.push_back(rows.last[static_cast<size_t>(row)]);
    }
  }

  /// The sums, of what x and y took, as numbers, for rows at `cell`. exact(r): that of row r as lattice.hpp has it.
  template <class Exact>
  void add(int64_t cell, Number* out, const Exact& exact) {
    for (const int32_t k : x_.moved()) refresh(wiring_.of_x, k);
    if (y_ != nullptr)
      for (const int32_t k : y_->moved()) refresh(wiring_.of_y, k);
    const LanesView view = steps_ == nullptr ? lanes_.view(factor_.data())
                                             : lanes_.view(factor_.data(), steps_->eights(), steps_->rests());
    path_.add(view, x_.values(), y_ == nullptr ? nullptr : y_->values(), sum_.data());
    const int64_t base = x_.base() + (y_ == nullptr ? 0 : y_->base());
    const LaneWindows windows{first_.empty() ? nullptr : first_.data(), last_.data(), static_cast<int32_t>(cell)};
    const int64_t n = path_.settle(sum_.data(), height_.data(), lanes_.row.data(), windows, base, lanes_.rows(), out,
                                   outside_.data());
    for (int64_t i = 0; i < n; ++i) {
      const auto lane = static_cast<size_t>(outside_[static_cast<size_t>(i)]);
      const int32_t row = lanes_.row[lane];
      out[row] = exact(row);
      if (out[row].m == 0) continue;
      height_[lane] = height_ahead(out[row].e - base, height_[lane], kSum);
      refresh(wiring_.of_out, row);
    }
  }

 private:
  void refresh(int32_t t) {
    const auto at = static_cast<size_t>(t);
    const auto lane = static_cast<size_t>(lanes_.lane[static_cast<size_t>(wiring_.out[at])]);
    int64_t d = x_.height(wiring_.x[at]) - height_[lane];
    if (y_ != nullptr) d += y_->height(wiring_.y[at]);
    if (wiring_.weight) d += wiring_.weight[at].e;
    factor_[static_cast<size_t>(lanes_.place[at])] =
        power_of_two(std::clamp(d, -kFactor, kFactor)) * (wiring_.weight ? wiring_.weight[at].m : 1.0);
  }
  void refresh(const ListView& lists, int64_t of) {
    for (int32_t i = lists.first[of]; i < lists.first[of + 1]; ++i) refresh(lists.item[i]);
  }

  const Lanes& lanes_;
  const Wiring wiring_;
  const EdgePath& path_;
  const ScaledNumbers& x_;
  const ScaledNumbers* const y_;
  const LiveSteps* const steps_;
  std::vector<double> sum_;
  std::vector<int64_t> height_;  // of sums, by lanes
  std::vector<double> factor_;   // of places
  std::vector<int32_t> outside_, first_, last_;  // by lanes
};

}  // namespace vmd
