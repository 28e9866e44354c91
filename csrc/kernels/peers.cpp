// peers.cpp -- units, and the units of every cell.
#include "kernels/peers.hpp"

#include <stdexcept>
#include <utility>

#include "support/checks.hpp"  // defines: kMaxCells

namespace vmd {
namespace {

void want(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

size_t at(int64_t i) { return static_cast<size_t>(i); }

}  // namespace

Peers::Peers(int64_t L, std::vector<int32_t> offsets, std::vector<int32_t> cells)
    : L_(L), offsets_(std::move(offsets)), cells_(std::move(cells)) {
  want(L >= 1 && L <= kMaxCells, "L");
  want(cells_.size() < size_t{1} << 31 && !offsets_.empty() && offsets_.front() == 0 &&
           offsets_.back() == static_cast<int32_t>(cells_.size()),
       "offsets");
  for (size_t u = 0; u + 1 < offsets_.size(); ++u) want(offsets_[u] <= offsets_[u + 1], "offsets");
  for (const int32_t cell : cells_) want(cell >= 0 && cell < L, "a cell of a unit");

  unit_offsets_.resize(at(L + 1));
  for (const int32_t cell : cells_) ++unit_offsets_[at(cell + 1)];
  for (int64_t l = 0; l < L; ++l) unit_offsets_[at(l + 1)] += unit_offsets_[at(l)];
  units_.resize(cells_.size());
  Numbers next(unit_offsets_);
  for (int64_t u = 0; u < U(); ++u)
    for (const int32_t cell : cells_of(u)) {
      int32_t& place = next[at(cell)];
      want(place == unit_offsets_[at(cell)] || units_[at(place - 1)] < u, "a cell twice in a unit");
      units_[at(place++)] = static_cast<int32_t>(u);
    }

  if (!small()) return;
  sets_.resize(at(L * words()));
  for (int64_t l = 0; l < L; ++l) {
    uint64_t* const set = sets_.data() + l * words();
    for (const int32_t u : units_of(l))
      for (const int32_t p : cells_of(u)) set[p / 64] |= uint64_t{1} << (p % 64);
    set[l / 64] &= ~(uint64_t{1} << (l % 64));
  }
}

}  // namespace vmd
