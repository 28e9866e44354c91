// test_sets.cpp -- sets of symbols at both ends of their range.
#include <cstdio>
#include <limits>
#include <vector>

#include "check.hpp"
#include "support/sets.hpp"

using namespace vmd;

namespace {

static_assert(sets::full(0) == 0 && sets::full(3) == 7 && sets::full(64) == ~SymbolSet{0});
static_assert(sets::one(63) == SymbolSet{1} << 63 && sets::has(sets::one(63), 63) && !sets::has(sets::one(63), 62));
static_assert(sets::within(sets::full(5), 5) && !sets::within(sets::one(5), 5) && sets::within(~SymbolSet{0}, 64));
static_assert(sets::is_single(sets::one(63)) && !sets::is_single(0) && !sets::is_single(3));
static_assert(sets::count(sets::full(64)) == 64 && sets::lowest(12) == 2 && sets::highest(12) == 3);
static_assert(sets::halves(1) == 1 && sets::halves(32) == 1 && sets::halves(33) == 2);
static_assert(sets::half(sets::one(40) | 3, 0) == 3 && sets::half(sets::one(40), 1) == 256);
static_assert(sets::joined(3, 256) == (sets::one(40) | 3));

void test_what_a_value_holds() {
  CHECK(sets::of_value(0) == 1 && sets::of_value(63) == sets::one(63));
  for (const int32_t open : {-1, -2, std::numeric_limits<int32_t>::min()})
    CHECK(sets::of_value(open) == 0 && sets::if_open(open) == ~SymbolSet{0});
  CHECK(sets::if_open(0) == 0 && sets::if_open(63) == 0);
}

void test_members_rise_and_are_all() {
  for (const SymbolSet set : {SymbolSet{0}, sets::one(0), sets::one(63), sets::full(64), SymbolSet{0x8000000000000005}}) {
    std::vector<int> found;
    for (const int symbol : sets::members(set)) found.push_back(symbol);
    std::vector<int> wanted;
    for (int symbol = 0; symbol < kMaxSymbols; ++symbol)
      if (sets::has(set, symbol)) wanted.push_back(symbol);
    CHECK(found == wanted);
    CHECK(static_cast<int>(found.size()) == sets::count(set));
  }
}

}  // namespace

int main() {
  test_what_a_value_holds();
  test_members_rise_and_are_all();
  std::puts("sets: ok");
}
