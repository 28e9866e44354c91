// counts.cpp -- counts, checked.
#include "kernels/counts.hpp"

#include <stdexcept>
#include <utility>

#include "support/checks.hpp"  // defines: kMaxCells, kMaxSymbols

namespace vmd {
namespace {

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

}  // namespace

Counts::Counts(int64_t L, CountArrays arrays) : L_(L), arrays_(std::move(arrays)) {
  const auto& [offsets, cells, symbols, least, most] = arrays_;
  want(L >= 1 && L <= kMaxCells, "L");
  want(offsets.size() == symbols.size() + 1 && offsets.front() == 0 && cells.size() < size_t{1} << 31 &&
           offsets.back() == static_cast<int32_t>(cells.size()),
       "offsets");
  for (size_t u = 0; u + 1 < offsets.size(); ++u) want(offsets[u] <= offsets[u + 1], "offsets");
  for (const int32_t cell : cells) want(cell >= 0 && cell < L, "a cell of a count");
  for (const int32_t symbol : symbols) want(symbol >= 0 && symbol < kMaxSymbols, "a symbol of a count");
  want(least.size() == symbols.size() && most.size() == symbols.size(), "least or most");
}

}  // namespace vmd
