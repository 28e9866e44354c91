// interval.hpp -- sets of neighbouring values.
#pragma once
#include <algorithm>

#include "support/sets.hpp"

namespace vmd {

/// The values low..high, clipped to 0..63; empty if low > high.
inline SymbolSet interval(int64_t low, int64_t high) {
  low = std::max<int64_t>(low, 0);
  high = std::min<int64_t>(high, kMaxSymbols - 1);
  if (low > high) return 0;
  return (~SymbolSet{0} >> (kMaxSymbols - 1 - high)) & (~SymbolSet{0} << low);
}

inline SymbolSet up_to(int value) { return ~SymbolSet{0} >> (kMaxSymbols - 1 - value); }
inline SymbolSet from(int value) { return ~SymbolSet{0} << value; }

}  // namespace vmd
