// decision.hpp -- statements about one cell: what search tries next, and what clauses and explanations are made of.
#pragma once
#include <cstdint>

namespace vmd {

/// The cell takes this value.
struct Decision {
  int32_t cell, value;
};

/// The cell's value is one of these.
struct Literal {
  int32_t cell;
  uint64_t values;
};

}  // namespace vmd
