// scaled.hpp -- sums over edges with float64 alone: what lattice.hpp says, without an exponent in the innermost loop.
//
// Meaning      out[r] = sum over edges e of row r, in their order, of x[..] y[..] weight[e]
// How          an operand k is kept as v 2^(h + base): `base` follows the largest of all, h is its own and changes only
//              where v leaves 2^-window .. 2^window. An edge's factor 2^(h of x + h of y - h of out) then changes as
//              seldom, and a term is x y factor. What comes out beyond its own window is summed again as numbers.
// Exact        all scaling is by powers of two within float64's range, so sums are those of number.hpp; only terms that
//              are 2^-100 beside their sum are scaled wrongly, or left out there.
// Cost         two multiplications and an addition for an edge
// Test         csrc/tests/test_canvas.cpp, tests/canvas/test_law.py: bit for bit what teams and the reference give
#pragma once
#include <cstdint>
#include <vector>

#include "canvas/lattice.hpp"

namespace vmd {

/// Edges in some order, each with its two operands and its row, and the edges of each of these.
struct Wiring {
  int64_t E, X, Y, rows;
  const int32_t *x, *y, *out;   // [E] by number
  ListView of_x, of_y, of_out;  // edges by number
  const int32_t* place;         // of an edge in the order; null: its number
  const Number* weight;         // of edges by number; null: all are 1
};

// Largest exponents of operands, factors and sums: 2 operand + factor < 1000, sum + 2 operand + 100 <= factor.
constexpr int64_t kOperand = 150, kFactor = 650, kSum = 250;

class EdgeSums {
 public:
  /// factor: of edges, in the order, each `stride` after the other; written whenever one changes.
  EdgeSums(const Wiring& wiring, double* factor, int64_t stride)
      : wiring_(wiring), x_(wiring.X), y_(wiring.Y), sum_(static_cast<size_t>(wiring.rows)),
        height_(static_cast<size_t>(wiring.rows)), factor_(factor), stride_(stride) {
    for (int64_t e = 0; e < wiring_.E; ++e) refresh(e);
  }

  void take_x(const Number* in) { take(x_, wiring_.of_x, in); }
  void take_y(const Number* in) { take(y_, wiring_.of_y, in); }

  const double* x() const { return x_.value.data(); }
  const double* y() const { return y_.value.data(); }
  double* sum() { return sum_.data(); }  // where terms are added to; zero before

  /// The sums as numbers, and zero again. exact(r): the sum of row r as lattice.hpp has it.
  template <class Exact>
  void finish(Number* out, const Exact& exact) {
    const int64_t base = x_.base + y_.base;
    for (int64_t r = 0; r < wiring_.rows; ++r) {
      const size_t at = static_cast<size_t>(r);
      const double sum = sum_[at];
      sum_[at] = 0;
      if (sum == 0) {
        out[r] = number_zero();
        continue;
      }
      const Number found = number(sum, height_[at] + base);  // of inf an exponent of 1024
      const int64_t d = found.e - base - height_[at];
      if (d >= -kSum && d <= kSum) {
        out[r] = found;
      } else {
        out[r] = exact(r);
        if (out[r].m == 0) continue;
        height_[at] = out[r].e - base;
        refresh(wiring_.of_out, r);
      }
    }
  }

 private:
  struct Operand {
    explicit Operand(int64_t n) : value(static_cast<size_t>(n)), height(static_cast<size_t>(n)) {}
    std::vector<double> value;
    std::vector<int64_t> height;
    int64_t base = 0, next_base = 0;  // the largest exponent of the cell before
  };

  void refresh(int64_t e) {
    const int64_t d = x_.height[static_cast<size_t>(wiring_.x[e])] + y_.height[static_cast<size_t>(wiring_.y[e])] -
                      height_[static_cast<size_t>(wiring_.out[e])] + (wiring_.weight ? wiring_.weight[e].e : 0);
    factor_[(wiring_.place ? wiring_.place[e] : e) * stride_] =
        power_of_two(d < -kFactor ? -kFactor : d > kFactor ? kFactor : d);
  }
  void refresh(const ListView& lists, int64_t of) {
    for (int32_t i = lists.first[of]; i < lists.first[of + 1]; ++i) refresh(lists.item[i]);
  }

  void take(Operand& operand, const ListView& lists, const Number* in) {
    const auto n = static_cast<int64_t>(operand.value.size());
    const int64_t base = operand.base = operand.next_base;
    int64_t high = kZeroExponent;
    for (int64_t k = 0; k < n; ++k) {
      const size_t at = static_cast<size_t>(k);
      high = in[k].e > high ? in[k].e : high;
      int64_t d = in[k].e - base - operand.height[at];
      if (d < -kOperand || d > kOperand) {
        if (in[k].m == 0) {
          operand.value[at] = 0;
          continue;
        }
        operand.height[at] = in[k].e - base;
        d = 0;
        refresh(lists, k);
      }
      operand.value[at] = bits_as<double>(bits_as<uint64_t>(in[k].m) + (static_cast<uint64_t>(d) << 52));
    }
    if (high > kZeroExponent) operand.next_base = high;
  }

  const Wiring wiring_;
  Operand x_, y_;
  std::vector<double> sum_;
  std::vector<int64_t> height_;  // of sums
  double* const factor_;
  const int64_t stride_;
};

}  // namespace vmd
