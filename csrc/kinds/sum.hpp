// sum.hpp -- what Sum is compiled to, for its test.
#pragma once
#include <vector>

#include "rules/kind.hpp"

namespace vmd {

/// Of a Sum whose cells all differ: the sets of as many values that have its total.
struct ValueSets final : Compiled {
  std::vector<uint64_t> sets;
};

}  // namespace vmd
