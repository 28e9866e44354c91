// lanes.cpp -- places for the terms of many sums.
#include "canvas/lanes.hpp"

#include <algorithm>
#include <numeric>

namespace vmd {

Lanes::Lanes(const Lists& rows, const std::vector<int32_t>& x, int64_t X, const std::vector<int32_t>* y)
    : row(rows.first.size() - 1), lane(row.size()), place(x.size()) {
  const auto length = [&](size_t k) { return k < row.size() ? rows.end(row[k]) - rows.begin(row[k]) : 0; };
  std::iota(row.begin(), row.end(), 0);
  std::stable_sort(row.begin(), row.end(), [&](int32_t a, int32_t b) {
    return rows.end(a) - rows.begin(a) > rows.end(b) - rows.begin(b);
  });
  for (size_t k = 0; k < row.size(); ++k) lane[static_cast<size_t>(row[k])] = static_cast<int32_t>(k);
  int32_t end = 0;
  for (size_t k = 0; k < row.size(); k += kLanes) {
    steps.push_back({end, end + static_cast<int32_t>(length(k + 1))});  // of the second longest
    end = steps.back().last;
  }
  end *= kLanes;
  for (size_t k = 0; k < row.size(); ++k) {
    const Steps& eight = steps[k / kLanes];
    const int32_t first = end;
    for (int64_t j = 0; j < length(k); ++j)
      place[static_cast<size_t>(rows.item[static_cast<size_t>(rows.begin(row[k]) + j)])] =
          eight.first + j < eight.last
              ? (eight.first + static_cast<int32_t>(j)) * kLanes + static_cast<int32_t>(k % kLanes)
              : end++;
    if (end > first) rest.push_back({static_cast<int32_t>(k), first, end});
  }
  operands.assign(static_cast<size_t>(end), static_cast<uint64_t>(X));
  for (size_t t = 0; t < place.size(); ++t)
    operands[static_cast<size_t>(place[t])] =
        static_cast<uint64_t>(x[t]) | (y != nullptr ? static_cast<uint64_t>((*y)[t]) << 32 : 0);
}

}  // namespace vmd
