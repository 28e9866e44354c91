// sets.hpp -- sets of symbols: one 64-bit word each, bit v set <=> symbol v is in it. All that knows this is here.
//
// Union, intersection and difference are `|`, `&` and `& ~`, as of any integers; {} is the empty set.
// Twin  vmdsolve/sets.py
#pragma once
#include <bit>
#include <cstdint>

#include "support/philox.hpp"  // defines: VMD_HD

namespace vmd {

constexpr int kMaxSymbols = 64;
using SymbolSet = uint64_t;

namespace sets {

/// All symbols 0 .. V-1.
VMD_HD constexpr SymbolSet full(int V) { return V > 0 ? ~SymbolSet{0} >> (kMaxSymbols - V) : SymbolSet{0}; }

VMD_HD constexpr SymbolSet one(int symbol) { return SymbolSet{1} << symbol; }

/// What a cell with this value holds: one symbol, or nothing where it is open. Without a branch; any value will do.
VMD_HD constexpr SymbolSet of_value(int32_t value) {
  return static_cast<SymbolSet>(value >= 0) << (value & (kMaxSymbols - 1));
}

/// All symbols where a cell with this value is open, nothing where it holds one. Without a branch.
VMD_HD constexpr SymbolSet if_open(int32_t value) { return static_cast<SymbolSet>(int64_t{value} >> 63); }

VMD_HD constexpr bool has(SymbolSet set, int symbol) { return (set >> symbol & 1) != 0; }

/// No symbol beyond V-1 is in it.
VMD_HD constexpr bool within(SymbolSet set, int V) { return (set & ~full(V)) == 0; }

constexpr int count(SymbolSet set) { return std::popcount(set); }

VMD_HD constexpr bool is_single(SymbolSet set) { return set != 0 && (set & (set - 1)) == 0; }

/// The lowest and the highest symbol of a set that is not empty.
constexpr int lowest(SymbolSet set) { return std::countr_zero(set); }
constexpr int highest(SymbolSet set) { return kMaxSymbols - 1 - std::countl_zero(set); }

VMD_HD constexpr SymbolSet without_lowest(SymbolSet set) { return set & (set - 1); }

/// The symbols of a set, rising: for (const int symbol : sets::members(set)).
class members {
 public:
  constexpr explicit members(SymbolSet set) : set_(set) {}
  struct End {};
  struct Iterator {
    SymbolSet left;
    constexpr int operator*() const { return lowest(left); }
    constexpr Iterator& operator++() {
      left = without_lowest(left);
      return *this;
    }
    constexpr bool operator!=(End) const { return left != 0; }
  };
  constexpr Iterator begin() const { return {set_}; }
  constexpr End end() const { return {}; }

 private:
  SymbolSet set_;
};

// Lanes of vectors are 32 bits wide: a set as its lower and, of more than 32 symbols, its upper half.
constexpr int kHalf = 32;
VMD_HD constexpr int halves(int V) { return (V + kHalf - 1) / kHalf; }
VMD_HD constexpr uint32_t half(SymbolSet set, int which) { return static_cast<uint32_t>(set >> (kHalf * which)); }
VMD_HD constexpr SymbolSet joined(uint32_t lower, uint32_t upper) { return lower | SymbolSet{upper} << kHalf; }

}  // namespace sets
}  // namespace vmd
