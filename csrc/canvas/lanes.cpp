// lanes.cpp -- places for the terms of many sums.
#include "canvas/lanes.hpp"

#include <algorithm>
#include <numeric>

namespace vmd {
namespace {

/// Places of terms, listed by row(t) of `rows`.
template <class Row>
Lists listed_by(int64_t rows, const std::vector<int32_t>& place, const Row& row) {
  Lists out{std::vector<int32_t>(static_cast<size_t>(rows) + 1), std::vector<int32_t>(place.size())};
  for (size_t t = 0; t < place.size(); ++t) ++out.first[static_cast<size_t>(row(t)) + 1];
  std::partial_sum(out.first.begin(), out.first.end(), out.first.begin());
  std::vector<int32_t> at(out.first.begin(), out.first.end() - 1);
  for (size_t t = 0; t < place.size(); ++t)
    out.item[static_cast<size_t>(at[static_cast<size_t>(row(t))]++)] = place[t];
  return out;
}

}  // namespace

Lanes::Lanes(const Lists& rows, const std::vector<int32_t>& least)
    : row(rows.first.size() - 1), lane(row.size()), place(rows.item.size()) {
  const auto length = [&](size_t k) { return k < row.size() ? rows.end(row[k]) - rows.begin(row[k]) : 0; };
  std::iota(row.begin(), row.end(), 0);
  std::stable_sort(row.begin(), row.end(), [&](int32_t a, int32_t b) {
    const int64_t of_a = rows.end(a) - rows.begin(a), of_b = rows.end(b) - rows.begin(b);
    return of_a != of_b || least.empty() ? of_a > of_b : least[static_cast<size_t>(a)] < least[static_cast<size_t>(b)];
  });
  for (size_t k = 0; k < row.size(); ++k) lane[static_cast<size_t>(row[k])] = static_cast<int32_t>(k);
  int32_t end = 0;
  for (size_t k = 0; k <= row.size(); k += kLanes) {
    eights.push_back({end, end + static_cast<int32_t>(length(k + 1)), 0, 0, 0xff});  // of the second longest
    end = eights.back().last;
    lane_of.resize(static_cast<size_t>(end), static_cast<int32_t>(k));
  }
  end *= kLanes;
  together = end;
  for (size_t k = 0; k < row.size(); ++k) {
    Eight& eight = eights[k / kLanes];
    const int32_t first = end;
    for (int64_t j = 0; j < length(k); ++j)
      place[static_cast<size_t>(rows.item[static_cast<size_t>(rows.begin(row[k]) + j)])] =
          eight.first + j < eight.last
              ? (eight.first + static_cast<int32_t>(j)) * kLanes + static_cast<int32_t>(k % kLanes)
              : end++;
    if (end == first) continue;
    eight.rest_first = first, eight.rest_last = end;
    lane_of.resize(lane_of.size() + static_cast<size_t>(end - first), static_cast<int32_t>(k));
  }
  operands.resize(static_cast<size_t>(end));
  term.assign(operands.size(), -1);
  for (size_t t = 0; t < place.size(); ++t) term[static_cast<size_t>(place[t])] = static_cast<int32_t>(t);
}

void Lanes::wire(const std::vector<int32_t>& x, int64_t X, const std::vector<int32_t>* y, int64_t Y) {
  std::fill(operands.begin(), operands.end(), static_cast<uint64_t>(X));
  for (size_t t = 0; t < place.size(); ++t)
    operands[static_cast<size_t>(place[t])] =
        static_cast<uint64_t>(x[t]) | (y != nullptr ? static_cast<uint64_t>((*y)[t]) << 32 : 0);
  of_x = listed_by(X, place, [&](size_t t) { return x[t]; });
  if (y != nullptr) of_y = listed_by(Y, place, [&](size_t t) { return (*y)[t]; });
}

std::vector<int32_t> Lanes::lanes_of(const std::vector<int32_t>& rows) const {
  std::vector<int32_t> out;
  out.reserve(rows.size());
  for (const int32_t r : rows) out.push_back(lane[static_cast<size_t>(r)]);
  return out;
}

}  // namespace vmd
