// propagate_counting.cpp -- filters that count and compare: AllDifferent, Less, Count.
#include <algorithm>

#include "search/propagate.hpp"

namespace vmd {
namespace {

bool single(uint64_t domain) { return (domain & (domain - 1)) == 0; }
int32_t lowest(uint64_t domain) { return std::countr_zero(domain); }
int32_t highest(uint64_t domain) { return 63 - std::countl_zero(domain); }

/// Bits low..high, clipped to 0..63; empty if low > high.
uint64_t interval(int64_t low, int64_t high) {
  low = std::max<int64_t>(low, 0);
  high = std::min<int64_t>(high, 63);
  if (low > high) return 0;
  return (~uint64_t{0} >> (63 - high)) & (~uint64_t{0} << low);
}

}  // namespace

bool DomainModel::all_different(const Constraint& c) {
  const auto k = static_cast<int>(c.cells.size());
  for (bool changed = true; changed;) {
    uint64_t once = 0, twice = 0, decided = 0;
    for (const int32_t cell : c.cells) {
      const uint64_t domain = at(cell);
      twice |= once & domain;
      once |= domain;
      if (!single(domain)) continue;
      if ((decided & domain) != 0) return false;
      decided |= domain;
    }
    const int values = std::popcount(once);
    if (values < k) return false;
    // As many values as cells: each value is used, so one with a single place goes there.
    const uint64_t hidden = values == k ? once & ~twice : 0;
    changed = false;
    for (const int32_t cell : c.cells) {
      const uint64_t domain = at(cell);
      if (single(domain)) continue;
      uint64_t left = domain & ~decided;
      if ((left & hidden) != 0) left &= hidden;
      if (!single(left & hidden)) return false;  // the only place of two values
      if (left == domain) continue;
      if (!narrow(cell, left)) return false;
      changed = true;
    }
  }
  return true;
}

bool DomainModel::less(const Constraint& c) {
  const int32_t a = c.cells[0], b = c.cells[1];
  return narrow(a, interval(0, highest(at(b)) - 1)) && narrow(b, interval(lowest(at(a)) + 1, 63));
}

bool DomainModel::count(const Constraint& c) {
  const uint64_t symbol = uint64_t{1} << c.params[0];
  const int64_t low = c.params[1], high = c.params[2];
  int64_t must = 0, can = 0;
  for (const int32_t cell : c.cells) {
    must += at(cell) == symbol ? 1 : 0;
    can += (at(cell) & symbol) != 0 ? 1 : 0;
  }
  if (low > high || must > high || can < low) return false;
  if (must == can || (must < high && can > low)) return true;
  for (const int32_t cell : c.cells) {
    if ((at(cell) & symbol) == 0 || at(cell) == symbol) continue;
    narrow(cell, can == low ? symbol : ~symbol);  // the cell is open: something is left
  }
  return true;
}

}  // namespace vmd
